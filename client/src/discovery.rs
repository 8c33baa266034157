//! Finding a provider's endpoints by its issuer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderValue, Request, StatusCode, Uri};
use serde::Deserialize;

use crate::answer::readable;
use crate::error::{Misuse, ProtocolError};
use crate::provider::Endpoint;
use crate::transport::send_within;
use crate::{
    Clock, Error, HttpTransport, Provider, SystemClock, Transport, TransportError,
    TransportErrorKind,
};

/// Looks a provider up (RFC 8414; OpenID Connect Discovery 1.0).
///
/// It sends nothing but GET requests without credentials, follows no redirect and repeats nothing: an error that [may
/// pass](Error::is_retryable) is the caller's to wait out.
#[derive(Clone, Debug)]
pub struct Discovery {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

/// What a provider says of itself, as far as this client uses it (RFC 8414 section 2).
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The issuer.
    pub issuer: String,
    /// The token endpoint.
    pub token_endpoint: Option<String>,
    /// Where users sign in.
    pub authorization_endpoint: Option<String>,
    /// Where devices begin (RFC 8628 section 4).
    pub device_authorization_endpoint: Option<String>,
    /// How clients may authenticate; without it by Basic.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether sign-ins come back with the issuer (RFC 9207 section 3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// How long one document may take.
const TIMEOUT: Duration = Duration::from_secs(30);
const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

impl Discovery {
    /// Over HTTPS, with the platform's roots, on the machine's clock.
    ///
    /// # Errors
    /// [`Misuse::NoTransport`] if TLS cannot be set up.
    pub fn new() -> Result<Self, Misuse> {
        Ok(Self::over(HttpTransport::new()?))
    }

    /// Over this transport.
    #[must_use]
    pub fn over(transport: impl Transport) -> Self {
        Self {
            transport: Arc::new(transport),
            clock: Arc::new(SystemClock),
        }
    }

    /// Takes the time from here instead of [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The provider with this issuer: its OpenID Connect document, else the one of RFC 8414.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the issuer, or an address that the document names, is not safe; [`Error::Protocol`] if no document is
    /// there, or if it is another issuer's.
    pub async fn provider(&self, issuer: &str) -> Result<Provider, Error> {
        let trimmed = issuer.trim_end_matches('/');
        let openid = Endpoint::parse("issuer", &format!("{trimmed}{OPENID}"))?;
        let answer = self.fetch(&openid).await?;
        if answer.0 != StatusCode::NOT_FOUND {
            return read(&openid, &answer)?.provider();
        }
        let oauth = Endpoint::parse("issuer", &oauth_url(&openid))?;
        read(&oauth, &self.fetch(&oauth).await?)?.provider()
    }

    /// The metadata at this address. Where the address follows from an issuer by one of the standards, the document must be this
    /// issuer's (RFC 8414 section 3.3).
    ///
    /// # Errors
    /// As [`provider`](Self::provider).
    pub async fn metadata(&self, url: &str) -> Result<Metadata, Error> {
        let endpoint = Endpoint::parse("metadata URL", url)?;
        read(&endpoint, &self.fetch(&endpoint).await?)
    }

    async fn fetch(&self, endpoint: &Endpoint) -> Result<(StatusCode, Bytes), Error> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = endpoint.uri().clone();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, json);
        let answer = send_within(TIMEOUT, &*self.transport, &*self.clock, request).await;
        let (parts, body) = answer.map_err(Error::Transport)?.into_parts();
        let status = parts.status;
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            // It may be there the next time.
            return Err(Error::Transport(TransportError::new(
                TransportErrorKind::Other,
                format!("metadata at {} answered {status}", endpoint.uri().path()),
            )));
        }
        Ok((status, body))
    }
}

/// Takes a document for the metadata of the issuer that belongs there.
fn read(endpoint: &Endpoint, (status, body): &(StatusCode, Bytes)) -> Result<Metadata, Error> {
    let uri = endpoint.uri();
    let unusable = |reason: String| {
        let (origin, path) = origin_and_path(uri);
        Error::Protocol(ProtocolError::Metadata {
            url: format!("{origin}{path}"),
            reason,
        })
    };
    if *status != StatusCode::OK {
        return Err(unusable(format!("the answer was {status}")));
    }
    let found: Metadata = serde_json::from_slice(body).map_err(|error| {
        // The parser's words may quote the answer; the place cannot.
        let (line, column) = (error.line(), error.column());
        unusable(format!(
            "it is no such document (line {line}, column {column})"
        ))
    })?;
    match issuer_of(uri) {
        Some(expected) if found.issuer.trim_end_matches('/') != expected => {
            let issuer = readable(&found.issuer, &[]);
            Err(unusable(format!(
                "its issuer is \"{issuer}\" and not \"{expected}\""
            )))
        }
        _ => Ok(found),
    }
}

impl Metadata {
    /// The provider that this describes.
    ///
    /// # Errors
    /// [`Misuse`] if an address is not safe, or if there is no token endpoint.
    pub fn provider(&self) -> Result<Provider, Error> {
        let token = self.token_endpoint.as_deref();
        let mut provider = Provider::at(token.ok_or(Misuse::NoEndpoint("token URL"))?)?;
        if let Some(url) = &self.authorization_endpoint {
            provider = provider.with_authorization_url(url)?;
        }
        if let Some(url) = &self.device_authorization_endpoint {
            provider = provider.with_device_url(url)?;
        }
        let always = self.authorization_response_iss_parameter_supported;
        Ok(provider.with_issuer(&self.issuer, always))
    }

    /// Whether a client secret is taken in the body and not in the header.
    pub fn takes_body_only(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_some_and(|methods| {
            let has = |name: &str| methods.iter().any(|method| method == name);
            has("client_secret_post") && !has("client_secret_basic")
        })
    }
}

/// Where RFC 8414 section 3.1 puts the document: between host and path.
fn oauth_url(openid: &Endpoint) -> String {
    let (origin, path) = origin_and_path(openid.uri());
    let folder = path.strip_suffix(OPENID).unwrap_or_default();
    format!("{origin}{OAUTH}{folder}")
}

/// The issuer whose document belongs at this address, if the address follows from one. No slash at the end.
fn issuer_of(uri: &Uri) -> Option<String> {
    let (origin, path) = origin_and_path(uri);
    if let Some(folder) = path.strip_suffix(OPENID) {
        return Some(format!("{origin}{folder}"));
    }
    // Okta has the document at both places.
    let (before, after) = path.split_once(OAUTH)?;
    Some(format!("{origin}{before}{after}"))
}

fn origin_and_path(uri: &Uri) -> (String, &str) {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    (
        format!("{scheme}://{authority}"),
        uri.path().trim_end_matches('/'),
    )
}

#[cfg(test)]
mod tests;
