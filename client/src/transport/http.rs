//! The transport for real networks.

use std::error::Error as StdError;
use std::io;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};

use super::{Transport, TransportError, TransportErrorKind};
use crate::BoxFuture;
use crate::error::Misuse;

/// Sends over HTTP/1.1 with TLS by rustls.
///
/// No redirects, no resending, no proxy unless asked for, no timeouts of its own, and a bound on
/// the answer's length. Idle connections are kept for a while, as HTTP clients do.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    body_limit: usize,
}

impl HttpTransport {
    /// A transport that trusts the platform's root certificates.
    ///
    /// # Errors
    /// [`Misuse::NoTransport`] if TLS cannot be set up.
    pub fn new() -> Result<Self, Misuse> {
        Self::builder().build()
    }

    /// Starts to configure a transport.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder {
            roots: Vec::new(),
            proxy: None,
            body_limit: DEFAULT_BODY_LIMIT,
            keep_alive: true,
        }
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let client = self.client.clone();
        let limit = self.body_limit;
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(|error| translate(&error))?;
            let answer = client.execute(request).await;
            collect(answer.map_err(|error| translate(&error))?, limit).await
        })
    }
}

/// Configures an [`HttpTransport`].
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpTransportBuilder {
    roots: Vec<Vec<u8>>,
    proxy: Option<String>,
    body_limit: usize,
    keep_alive: bool,
}

impl HttpTransportBuilder {
    /// Trusts the certificates in this PEM text, and only those given here.
    pub fn root_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Goes through this proxy for every address. Proxies from the environment are never used.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Accepts answers up to this many bytes; 8 MiB by default.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Whether connections are used more than once; true by default. Without it no request can
    /// meet a connection that the server is closing at that moment, which the HTTP library would
    /// mend by sending again on another.
    pub fn keep_alive(mut self, keep_alive: bool) -> Self {
        self.keep_alive = keep_alive;
        self
    }

    /// Sets up TLS.
    ///
    /// # Errors
    /// [`Misuse::NoTransport`] if a PEM text or the proxy's address cannot be read, or TLS cannot
    /// be set up.
    pub fn build(self) -> Result<HttpTransport, Misuse> {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ));
        if !self.roots.is_empty() {
            let mut roots = Vec::new();
            for pem in &self.roots {
                let found = reqwest::Certificate::from_pem_bundle(pem).map_err(refuse)?;
                if found.is_empty() {
                    return Err(Misuse::NoTransport(
                        "the PEM text for roots holds no certificate".to_owned(),
                    ));
                }
                roots.extend(found);
            }
            builder = builder.tls_certs_only(roots);
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(refuse)?);
        }
        if !self.keep_alive {
            builder = builder.pool_max_idle_per_host(0);
        }
        Ok(HttpTransport {
            client: builder.build().map_err(refuse)?,
            body_limit: self.body_limit,
        })
    }
}

const DEFAULT_BODY_LIMIT: usize = 8 * 1024 * 1024;

async fn collect(
    mut answer: reqwest::Response,
    limit: usize,
) -> Result<Response<Bytes>, TransportError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| translate(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(TransportError::new(
                TransportErrorKind::BodyTooLarge,
                format!("more than {limit} bytes"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = Response::new(body.freeze());
    *response.status_mut() = answer.status();
    *response.version_mut() = answer.version();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

fn translate(error: &reqwest::Error) -> TransportError {
    let kind = if error.is_connect() {
        if causes(error).any(is_tls) {
            TransportErrorKind::Tls
        } else {
            TransportErrorKind::Connect
        }
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_request() || error.is_body() || error.is_decode() {
        TransportErrorKind::Reset
    } else {
        TransportErrorKind::Other
    };
    TransportError::new(kind, innermost(error))
}

/// rustls reports what it does not accept as invalid data, which others wrap again. An
/// `io::Error` is not the source of the one around it, so this looks inside.
fn is_tls(cause: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(cause);
    while let Some(error) = cause.and_then(|cause| cause.downcast_ref::<io::Error>()) {
        if error.kind() == io::ErrorKind::InvalidData {
            return true;
        }
        cause = error
            .get_ref()
            .map(|inner| inner as &(dyn StdError + 'static));
    }
    false
}

/// The deepest cause: the outer ones repeat the address, which may hold what is not for logs.
fn innermost(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| "unknown cause".to_owned(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

fn refuse(error: reqwest::Error) -> Misuse {
    Misuse::NoTransport(innermost(&error))
}

#[cfg(test)]
mod tests;
