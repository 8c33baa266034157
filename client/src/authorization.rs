//! Sending a user to sign in, and reading what the browser brings back
//! (RFC 6749 section 4.1, RFC 7636, RFC 9207, OpenID Connect Core section 3.1).

mod loopback;

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::answer::readable;
use crate::claims;
use crate::entropy::random_text;
use crate::error::{Misuse, ProtocolError, RedirectError};
use crate::provider::{self, Endpoint};
use crate::request::{Form, parameters, resource_and_rest};
use crate::{Entropy, Provider, Secret};

pub use self::loopback::LoopbackReceiver;

/// A sign-in that has been prepared: the address to open, and what is needed when the browser
/// comes back.
///
/// Made by [`TokenClient::authorization_request`](crate::TokenClient::authorization_request).
/// Each has a fresh state, code verifier and nonce, so make one for each sign-in, and keep it with
/// the browser's session: a redirect that arrives in another session belongs to somebody else
/// (RFC 9700 section 2.1). `Debug` masks what must stay between the two.
pub struct AuthorizationRequest {
    endpoint: Endpoint,
    issuer: Option<String>,
    names_issuer: bool,
    client: String,
    redirect_uri: String,
    scope: Option<String>,
    /// The API, where it is not named by its scopes.
    resource: Option<String>,
    claims: Option<String>,
    capabilities: Vec<String>,
    more: Form,
    state: Secret,
    nonce: Option<Secret>,
    verifier: Secret,
    used: bool,
}

/// Parameters that the client sets itself.
const OWN: [&str; 9] = [
    "claims",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
];

impl AuthorizationRequest {
    pub(crate) fn new(
        provider: &Provider,
        client: &str,
        redirect_uri: &str,
        scope: Option<&str>,
        capabilities: &[String],
        entropy: &dyn Entropy,
    ) -> Result<Self, Misuse> {
        let endpoint = provider.authorization_endpoint()?.clone();
        let (issuer, names_issuer) = provider.issuer();
        check_redirect_uri(redirect_uri)?;
        let secret = || random_text::<32>(entropy).map(Secret::new);
        // Without `openid` there is no ID token that could bring it back.
        let identifies = scope.is_some_and(|scope| scope.split(' ').any(|name| name == "openid"));
        let (resource, scope) = match scope {
            Some(scope) if provider.names_resource() => {
                let (resource, rest) = resource_and_rest(scope)?;
                (Some(resource.to_owned()), rest)
            }
            _ => (None, scope.map(str::to_owned)),
        };
        Ok(Self {
            endpoint,
            issuer: issuer.map(str::to_owned),
            names_issuer,
            client: client.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scope,
            resource,
            claims: claims::merged(None, capabilities)?,
            capabilities: capabilities.to_vec(),
            more: Form::default(),
            state: secret()?,
            nonce: if identifies { Some(secret()?) } else { None },
            verifier: secret()?,
            used: false,
        })
    }

    /// Adds a parameter of the provider's, such as `prompt`, `login_hint` or `domain_hint`.
    ///
    /// # Errors
    /// [`Misuse::BadParameter`] if it is one that the client sets itself.
    pub fn param(mut self, name: &str, value: &str) -> Result<Self, Misuse> {
        if OWN.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(Misuse::BadParameter(name.to_owned()));
        }
        self.more.push(&Form::encode(name), value);
        Ok(self)
    }

    /// Asks for claims, as JSON text: those that [`Error::claims`](crate::Error::claims) has after
    /// a resource or the token endpoint wanted more than there was.
    ///
    /// # Errors
    /// [`Misuse::BadClaims`] if it is not a JSON object.
    pub fn claims(mut self, claims: &str) -> Result<Self, Misuse> {
        self.claims = claims::merged(Some(claims), &self.capabilities)?;
        Ok(self)
    }

    /// The address to open in the user's browser.
    pub fn url(&self) -> String {
        let endpoint = self.endpoint.uri().to_string();
        let mut query = Form::default();
        query.push("response_type", "code");
        query.push("client_id", &self.client);
        query.push("redirect_uri", &self.redirect_uri);
        if let Some(resource) = &self.resource {
            query.push("resource", resource);
        }
        if let Some(scope) = &self.scope {
            query.push("scope", scope);
        }
        query.push("state", self.state.expose());
        if let Some(nonce) = &self.nonce {
            query.push("nonce", nonce.expose());
        }
        query.push("code_challenge", &challenge(self.verifier.expose()));
        query.push("code_challenge_method", "S256");
        if let Some(claims) = &self.claims {
            query.push("claims", claims);
        }
        query.append(&self.more);
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{joint}{}", query.into_body())
    }

    /// The state, to find this request by when the browser comes back.
    pub fn state(&self) -> &str {
        self.state.expose()
    }

    /// Reads what the browser brought back: the whole address it was sent to, its query alone,
    /// or the form it posted.
    ///
    /// A redirect that does not belong to this request changes nothing; one that does can be
    /// accepted once.
    ///
    /// # Errors
    /// [`RedirectError`] says what is wrong with it, or that the sign-in was refused.
    pub fn accept(&mut self, redirect: &str) -> Result<AuthorizationCode, RedirectError> {
        let returned = Returned::read(redirect)?;
        let ours = returned
            .state
            .is_some_and(|state| Secret::new(state).matches(&self.state));
        if !ours {
            return Err(RedirectError::WrongState);
        }
        if self.used {
            return Err(RedirectError::AlreadyUsed);
        }
        // In refusals too (RFC 9207 section 2.4).
        match (&self.issuer, returned.iss) {
            (Some(expected), Some(found)) if found != *expected => {
                return Err(RedirectError::WrongIssuer {
                    expected: expected.clone(),
                    found: readable(&found, &[]),
                });
            }
            (Some(_), None) if self.names_issuer => return Err(RedirectError::NoIssuer),
            _ => {}
        }
        self.used = true;
        if let Some(error) = returned.error {
            return Err(RedirectError::Refused {
                error: readable(&error, &[]),
                description: returned.description.map(|text| readable(&text, &[])),
            });
        }
        let code = returned.code.filter(|code| !code.is_empty());
        Ok(AuthorizationCode {
            code: code.map(Secret::new).ok_or(RedirectError::NoCode)?,
            redirect_uri: self.redirect_uri.clone(),
            verifier: self.verifier.clone(),
            nonce: self.nonce.clone(),
        })
    }
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client", &self.client)
            .field("redirect_uri", &self.redirect_uri)
            .field("scope", &self.scope)
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

/// A code from the authorization endpoint, to be redeemed once with
/// [`TokenClient::sign_in`](crate::TokenClient::sign_in). `Debug` masks it.
#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    code: Secret,
    redirect_uri: String,
    verifier: Secret,
    nonce: Option<Secret>,
}

impl AuthorizationCode {
    pub(crate) fn secret(&self) -> &Secret {
        &self.code
    }

    /// RFC 6749 section 4.1.3 and RFC 7636 section 4.5.
    pub(crate) fn write(&self, form: &mut Form) {
        form.push("code", self.code.expose());
        form.push("redirect_uri", &self.redirect_uri);
        form.push("code_verifier", self.verifier.expose());
    }

    /// Whether the ID token is of this sign-in (OpenID Connect Core section 3.1.3.7). It came
    /// straight from the token endpoint over TLS, so its signature adds nothing to that.
    pub(crate) fn check_nonce(&self, id_token: Option<&Secret>) -> Result<(), ProtocolError> {
        let Some(expected) = &self.nonce else {
            return Ok(());
        };
        let found = id_token.and_then(|token| nonce_of(token.expose()));
        match found {
            Some(found) if found.matches(expected) => Ok(()),
            _ => Err(ProtocolError::WrongNonce),
        }
    }
}

fn nonce_of(id_token: &str) -> Option<Secret> {
    let payload = id_token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    claims.get("nonce")?.as_str().map(Secret::new)
}

/// The parameters of a redirect that matter. None may stand there twice (RFC 6749 section 3.1).
#[derive(Default)]
struct Returned {
    code: Option<String>,
    description: Option<String>,
    error: Option<String>,
    iss: Option<String>,
    state: Option<String>,
}

impl Returned {
    fn read(redirect: &str) -> Result<Self, RedirectError> {
        let mut returned = Self::default();
        for (name, value) in parameters(query_of(redirect)) {
            let (name, place) = match name.as_str() {
                "code" => ("code", &mut returned.code),
                "error" => ("error", &mut returned.error),
                "error_description" => ("error_description", &mut returned.description),
                "iss" => ("iss", &mut returned.iss),
                "state" => ("state", &mut returned.state),
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(RedirectError::Repeated(name));
            }
        }
        Ok(returned)
    }
}

/// The query of an address, or the text itself if it is a query or a form. Entra appends an empty
/// fragment.
fn query_of(redirect: &str) -> &str {
    let redirect = redirect.split('#').next().unwrap_or_default().trim();
    match redirect.split_once('?') {
        Some((before, query))
            if before.is_empty() || before.starts_with('/') || before.contains(':') =>
        {
            query
        }
        _ => redirect,
    }
}

/// https, http on this machine, or an application's own scheme (RFC 8252 section 7); no fragment
/// (RFC 6749 section 3.1.2).
fn check_redirect_uri(text: &str) -> Result<(), Misuse> {
    let refuse = |reason| {
        Err(Misuse::BadUrl {
            what: "redirect URI",
            value: readable(text.split('?').next().unwrap_or_default(), &[]),
            reason,
        })
    };
    let Some((scheme, _)) = text.split_once(':') else {
        return refuse("it is not an absolute address");
    };
    if text.contains('#') || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse("it must be ASCII without fragment and spaces");
    }
    if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
        return match text.parse() {
            Ok(uri) => provider::check("redirect URI", &uri),
            Err(_) => refuse("it is not an absolute address"),
        };
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(plain) {
        return refuse("it is not an absolute address");
    }
    Ok(())
}

/// `S256` (RFC 7636 section 4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests;
