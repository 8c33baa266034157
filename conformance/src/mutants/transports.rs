//! Mutants by transport: what leaves is not what the client wrote.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use token_client::{BoxFuture, Transport, TransportError};

use super::intact;
use crate::contender::{LocalClient, Setup};

type Sending = BoxFuture<'static, Result<Response<Bytes>, TransportError>>;

/// Opens the reference client on a transport made from the one in the setup.
fn over(
    mut setup: Setup,
    wrap: impl FnOnce(&Setup) -> Arc<dyn Transport>,
) -> Result<Arc<dyn LocalClient>, String> {
    setup.transport = wrap(&setup);
    Ok(Arc::new(intact(setup)?))
}

/// Changes every token request.
#[derive(Debug)]
struct Altered {
    inner: Arc<dyn Transport>,
    token_url: String,
    alter: Alteration,
}

#[derive(Debug)]
enum Alteration {
    /// Adds a query.
    Query(String),
    /// Adds a Basic header.
    Basic(HeaderValue),
    /// Moves the form into the query and asks by GET.
    Get,
}

impl Transport for Altered {
    fn send(&self, mut request: Request<Bytes>) -> Sending {
        if request.uri().to_string() == self.token_url {
            match &self.alter {
                Alteration::Query(query) => {
                    if let Ok(uri) = format!("{}?{query}", self.token_url).parse() {
                        *request.uri_mut() = uri;
                    }
                }
                Alteration::Get => {
                    let form = String::from_utf8_lossy(request.body()).into_owned();
                    if let Ok(uri) = format!("{}?{form}", self.token_url).parse() {
                        *request.uri_mut() = uri;
                    }
                    *request.method_mut() = Method::GET;
                    *request.body_mut() = Bytes::new();
                }
                Alteration::Basic(value) => {
                    request
                        .headers_mut()
                        .insert(header::AUTHORIZATION, value.clone());
                }
            }
        }
        self.inner.send(request)
    }
}

pub(super) fn secret_in_url(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        let secret = utf8_percent_encode(setup.client_secret.expose(), NON_ALPHANUMERIC);
        let alter = Alteration::Query(format!("client_secret={secret}"));
        Arc::new(Altered {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
            alter,
        })
    })
}

pub(super) fn two_auth_methods(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        let pair = STANDARD.encode(format!(
            "{}:{}",
            setup.client_id,
            setup.client_secret.expose()
        ));
        // Base64 is always a header value.
        let value = HeaderValue::try_from(format!("Basic {pair}"))
            .unwrap_or(HeaderValue::from_static("Basic"));
        Arc::new(Altered {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
            alter: Alteration::Basic(value),
        })
    })
}

pub(super) fn token_by_get(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        Arc::new(Altered {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
            alter: Alteration::Get,
        })
    })
}

/// Sends no refresh token any more once an answer has brought none.
#[derive(Clone, Debug)]
struct Forgetful {
    inner: Arc<dyn Transport>,
    token_url: String,
    forgotten: Arc<AtomicBool>,
}

impl Transport for Forgetful {
    fn send(&self, mut request: Request<Bytes>) -> Sending {
        let forgetful = self.clone();
        Box::pin(async move {
            if request.uri().to_string() != forgetful.token_url {
                return forgetful.inner.send(request).await;
            }
            if forgetful.forgotten.load(Ordering::Relaxed) {
                let form = String::from_utf8_lossy(request.body()).into_owned();
                let kept: Vec<&str> = form
                    .split('&')
                    .filter(|pair| !pair.starts_with("refresh_token="))
                    .collect();
                *request.body_mut() = Bytes::from(kept.join("&"));
            }
            let response = forgetful.inner.send(request).await?;
            let brings_one = String::from_utf8_lossy(response.body()).contains("\"refresh_token\"");
            if response.status().is_success() && !brings_one {
                forgetful.forgotten.store(true, Ordering::Relaxed);
            }
            Ok(response)
        })
    }
}

pub(super) fn forgets_refresh_token(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        Arc::new(Forgetful {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
            forgotten: Arc::default(),
        })
    })
}

/// Takes the first 429 for the last word: from then on nothing is sent, and the same answer is given again.
#[derive(Clone, Debug)]
struct Sulking {
    inner: Arc<dyn Transport>,
    refusal: Arc<Mutex<Option<Response<Bytes>>>>,
}

impl Transport for Sulking {
    fn send(&self, request: Request<Bytes>) -> Sending {
        let sulking = self.clone();
        Box::pin(async move {
            let refused = sulking
                .refusal
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            if let Some(refused) = refused {
                return Ok(refused);
            }
            let response = sulking.inner.send(request).await?;
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                *sulking
                    .refusal
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(response.clone());
            }
            Ok(response)
        })
    }
}

pub(super) fn never_recovers(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        Arc::new(Sulking {
            inner: setup.transport.clone(),
            refusal: Arc::default(),
        })
    })
}

/// Repeats the bearer token of every resource request in its query.
#[derive(Debug)]
struct Blabbing {
    inner: Arc<dyn Transport>,
    api_url: String,
}

impl Transport for Blabbing {
    fn send(&self, mut request: Request<Bytes>) -> Sending {
        let shown = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = shown
            .and_then(|value| value.split_once(' '))
            .map(|(_, token)| token.to_owned());
        if request.uri().to_string() == self.api_url
            && let Some(token) = token
            && let Ok(uri) = format!("{}?access_token={token}", self.api_url).parse()
        {
            *request.uri_mut() = uri;
        }
        self.inner.send(request)
    }
}

pub(super) fn token_in_url(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        Arc::new(Blabbing {
            inner: setup.transport.clone(),
            api_url: setup.api_url.clone(),
        })
    })
}

/// Sends the token that was refused a second time, whatever the client has got since.
#[derive(Clone, Debug)]
struct Stubborn {
    inner: Arc<dyn Transport>,
    refused: Arc<Mutex<Option<HeaderValue>>>,
    api_url: String,
}

impl Transport for Stubborn {
    fn send(&self, mut request: Request<Bytes>) -> Sending {
        let stubborn = self.clone();
        Box::pin(async move {
            if request.uri().to_string() != stubborn.api_url {
                return stubborn.inner.send(request).await;
            }
            let refused = stubborn
                .refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(refused) = refused {
                request.headers_mut().insert(header::AUTHORIZATION, refused);
            }
            let shown = request.headers().get(header::AUTHORIZATION).cloned();
            let response = stubborn.inner.send(request).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                *stubborn
                    .refused
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = shown;
            }
            Ok(response)
        })
    }
}

pub(super) fn retries_with_old_token(setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
    over(setup, |setup| {
        Arc::new(Stubborn {
            inner: setup.transport.clone(),
            refused: Arc::default(),
            api_url: setup.api_url.clone(),
        })
    })
}
