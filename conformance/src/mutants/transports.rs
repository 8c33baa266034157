//! Mutants by transport: those that remember, repeat or refuse.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use token_client::{Transport, TransportError};

use super::api_tokens::is_refusal;
use super::rewriting::{Opened, Sending, over};
use crate::contender::Setup;

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

pub(super) fn forgets_refresh_token(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Forgetful {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
            forgotten: Arc::default(),
        })
    })
}

/// Takes the first refusal for the last word: from then on nothing is sent, and the same answer is given again.
#[derive(Clone, Debug)]
struct Sulking {
    inner: Arc<dyn Transport>,
    at: fn(&Response<Bytes>) -> bool,
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
            if (sulking.at)(&response) {
                *sulking
                    .refusal
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(response.clone());
            }
            Ok(response)
        })
    }
}

pub(super) fn never_recovers(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Sulking {
            inner: setup.transport.clone(),
            at: |response| response.status() == StatusCode::TOO_MANY_REQUESTS,
            refusal: Arc::default(),
        })
    })
}

pub(super) fn takes_refusal_for_good(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Sulking {
            inner: setup.transport.clone(),
            at: is_refusal,
            refusal: Arc::default(),
        })
    })
}

/// Sends the token that was refused a second time, whatever the client has got since.
#[derive(Clone, Debug)]
struct Stubborn {
    setup: Arc<Setup>,
    refused: Arc<Mutex<Option<HeaderValue>>>,
}

impl Transport for Stubborn {
    fn send(&self, mut request: Request<Bytes>) -> Sending {
        let stubborn = self.clone();
        Box::pin(async move {
            if !stubborn.setup.is_resource(request.uri()) {
                return stubborn.setup.transport.send(request).await;
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
            let response = stubborn.setup.transport.send(request).await?;
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

pub(super) fn retries_with_old_token(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Stubborn {
            setup: Arc::new(setup.clone()),
            refused: Arc::default(),
        })
    })
}

/// Sends a redirected request again, to wherever it is told.
#[derive(Clone, Debug)]
struct Following(Arc<dyn Transport>);

impl Transport for Following {
    fn send(&self, request: Request<Bytes>) -> Sending {
        let inner = self.0.clone();
        Box::pin(async move {
            let mut again = request.clone();
            let response = inner.send(request).await?;
            let target = response
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok()?.parse().ok());
            match target.filter(|_| response.status().is_redirection()) {
                Some(target) => {
                    *again.uri_mut() = target;
                    inner.send(again).await
                }
                None => Ok(response),
            }
        })
    }
}

pub(super) fn follows_redirects(setup: Setup) -> Opened {
    over(setup, |setup| Arc::new(Following(setup.transport.clone())))
}

/// Sends a call again whose answer was lost, whatever the call does.
#[derive(Clone, Debug)]
struct Insisting {
    inner: Arc<dyn Transport>,
    token_url: String,
}

impl Transport for Insisting {
    fn send(&self, request: Request<Bytes>) -> Sending {
        let insisting = self.clone();
        Box::pin(async move {
            if request.uri().to_string() == insisting.token_url {
                return insisting.inner.send(request).await;
            }
            let again = request.clone();
            match insisting.inner.send(request).await {
                Err(_) => insisting.inner.send(again).await,
                answered => answered,
            }
        })
    }
}

pub(super) fn repeats_lost_posts(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Insisting {
            inner: setup.transport.clone(),
            token_url: setup.token_url.clone(),
        })
    })
}

/// Takes the first connection that fails for the last: nothing is sent any more.
#[derive(Clone, Debug)]
struct Disheartened {
    inner: Arc<dyn Transport>,
    failure: Arc<Mutex<Option<TransportError>>>,
}

impl Transport for Disheartened {
    fn send(&self, request: Request<Bytes>) -> Sending {
        let disheartened = self.clone();
        Box::pin(async move {
            let failed = disheartened
                .failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            if let Some(failed) = failed {
                return Err(failed);
            }
            let answer = disheartened.inner.send(request).await;
            if let Err(error) = &answer {
                *disheartened
                    .failure
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
            }
            answer
        })
    }
}

pub(super) fn gives_up_for_good(setup: Setup) -> Opened {
    over(setup, |setup| {
        Arc::new(Disheartened {
            inner: setup.transport.clone(),
            failure: Arc::default(),
        })
    })
}
