//! Writing the token request (RFC 6749 sections 4 and 6).

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::assertion::Occasion;
use crate::error::Misuse;
use crate::managed_identity;
use crate::{
    AuthorizationCode, ClientAuth, GrantKind, ManagedIdentity, Secret, TokenExchange, TokenRecord,
};

/// One grant to be sent, with what it needs.
#[derive(Clone, Debug)]
pub(crate) enum Grant {
    AuthorizationCode(AuthorizationCode),
    ClientCredentials,
    DeviceCode(Secret),
    ManagedIdentity(ManagedIdentity),
    OnBehalfOf(Secret),
    Password { username: String, password: Secret },
    RefreshToken(Secret),
    TokenExchange(TokenExchange),
}

impl Grant {
    pub(crate) fn kind(&self) -> GrantKind {
        match self {
            Self::AuthorizationCode(_) => GrantKind::AuthorizationCode,
            Self::ClientCredentials => GrantKind::ClientCredentials,
            Self::DeviceCode(_) => GrantKind::DeviceCode,
            Self::ManagedIdentity(_) => GrantKind::ManagedIdentity,
            Self::OnBehalfOf(_) => GrantKind::OnBehalfOf,
            Self::Password { .. } => GrantKind::Password,
            Self::RefreshToken(_) => GrantKind::RefreshToken,
            Self::TokenExchange(_) => GrantKind::TokenExchange,
        }
    }

    pub(crate) fn refresh_token(&self) -> Option<&Secret> {
        match self {
            Self::RefreshToken(token) => Some(token),
            _ => None,
        }
    }

    /// Whether a record holds another refresh token than the one this would send.
    pub(crate) fn is_behind(&self, record: &TokenRecord) -> bool {
        match (self.refresh_token(), &record.refresh_token) {
            (Some(sent), Some(newer)) => !newer.matches(sent),
            _ => false,
        }
    }

    /// What must not appear in an error message.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match self {
            Self::AuthorizationCode(code) => Some(code.secret()),
            Self::ClientCredentials => None,
            Self::ManagedIdentity(identity) => identity.secret(),
            Self::Password { password, .. } => Some(password),
            Self::TokenExchange(exchange) => Some(exchange.subject()),
            Self::DeviceCode(token) | Self::OnBehalfOf(token) | Self::RefreshToken(token) => {
                Some(token)
            }
        }
    }

    /// Whether the scopes go with the grant; a code has them already.
    fn names_scopes(&self) -> bool {
        !matches!(self, Self::AuthorizationCode(_) | Self::DeviceCode(_))
    }

    fn write(&self, form: &mut Form) {
        form.push("grant_type", self.kind().as_str());
        match self {
            Self::AuthorizationCode(code) => code.write(form),
            Self::ClientCredentials | Self::ManagedIdentity(_) => {}
            Self::DeviceCode(code) => form.push("device_code", code.expose()),
            Self::OnBehalfOf(assertion) => {
                form.push("assertion", assertion.expose());
                form.push("requested_token_use", "on_behalf_of");
            }
            Self::Password { username, password } => {
                form.push("username", username);
                form.push("password", password.expose());
            }
            Self::RefreshToken(token) => form.push("refresh_token", token.expose()),
            Self::TokenExchange(exchange) => exchange.write(form),
        }
    }
}

/// A request, and the secrets in it, which nothing said about it may repeat.
pub(crate) struct Sealed {
    pub(crate) request: Request<Bytes>,
    pub(crate) secrets: Vec<Secret>,
}

/// What a token request asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) scope: Option<&'a str>,
    /// JSON text.
    pub(crate) claims: Option<&'a str>,
    /// Whether the API is named by `resource` in place of its scopes.
    pub(crate) names_resource: bool,
}

/// The one API among scopes, as Entra's v1.0 endpoints name it.
pub(crate) fn resource_among(scope: &str) -> Result<&str, Misuse> {
    let mut names = scope.split(' ').filter(|name| !is_of_openid(name));
    match (names.next(), names.next()) {
        (only, None) => managed_identity::resource(only),
        _ => Err(Misuse::OneResource),
    }
}

/// What a user is asked for where the API is named by `resource`: its name, and the scopes beside it.
pub(crate) fn resource_and_rest(scope: &str) -> Result<(&str, Option<String>), Misuse> {
    let rest: Vec<_> = scope.split(' ').filter(|name| is_of_openid(name)).collect();
    let rest = (!rest.is_empty()).then(|| rest.join(" "));
    Ok((resource_among(scope)?, rest))
}

/// Scopes that are no API's.
fn is_of_openid(name: &str) -> bool {
    matches!(name, "openid" | "profile" | "email" | "offline_access")
}

/// The request for a token: a POST to the token endpoint with everything but Basic credentials in
/// the form body. A managed identity is asked for in its own way.
pub(crate) fn token_request(
    auth: &ClientAuth,
    grant: &Grant,
    asked: Asked<'_>,
    occasion: &Occasion<'_>,
) -> Result<Sealed, Misuse> {
    let secrets: Vec<_> = grant.secret().cloned().into_iter().collect();
    if let Grant::ManagedIdentity(identity) = grant {
        let request = identity.request(asked.scope)?;
        return Ok(Sealed { request, secrets });
    }
    let mut form = Form::default();
    grant.write(&mut form);
    if let Some(scope) = asked.scope.filter(|_| grant.names_scopes()) {
        if asked.names_resource {
            form.push("resource", resource_among(scope)?);
        } else {
            form.push("scope", scope);
        }
    }
    if let Some(claims) = asked.claims {
        form.push("claims", claims);
    }
    authenticated(auth, form, occasion, secrets)
}

/// The POST that a device begins with (RFC 8628 section 3.1).
pub(crate) fn device_request(
    auth: &ClientAuth,
    asked: Asked<'_>,
    occasion: &Occasion<'_>,
) -> Result<Sealed, Misuse> {
    let mut form = Form::default();
    match asked.scope {
        Some(scope) if asked.names_resource => {
            let (resource, rest) = resource_and_rest(scope)?;
            form.push("resource", resource);
            if let Some(rest) = rest {
                form.push("scope", &rest);
            }
        }
        Some(scope) => form.push("scope", scope),
        None => {}
    }
    if let Some(claims) = asked.claims {
        form.push("claims", claims);
    }
    authenticated(auth, form, occasion, Vec::new())
}

fn authenticated(
    auth: &ClientAuth,
    mut form: Form,
    occasion: &Occasion<'_>,
    mut secrets: Vec<Secret>,
) -> Result<Sealed, Misuse> {
    let applied = auth.apply(&mut form, occasion)?;
    secrets.extend(applied.shown);
    let mut request = Request::new(Bytes::from(form.into_body()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = occasion.called.uri().clone();
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    if let Some(authorization) = applied.authorization {
        headers.insert(AUTHORIZATION, authorization);
    }
    Ok(Sealed { request, secrets })
}

/// The scopes to name in a refresh: those asked for at first, or none if the server has granted
/// fewer, because a refresh must not ask for more than was granted (RFC 6749 section 6). Naming
/// none means "as granted".
///
/// Scopes that are answered with other tokens, or that Entra grants under a longer or shorter
/// name, count as granted.
pub(crate) fn refresh_scope<'a>(asked: Option<&'a str>, granted: Option<&str>) -> Option<&'a str> {
    let (Some(asked), Some(granted)) = (asked, granted) else {
        return asked;
    };
    let covered = |scope: &str| {
        let scope = scope.to_ascii_lowercase();
        matches!(
            scope.as_str(),
            "offline_access" | "openid" | "profile" | "email"
        ) || scope.ends_with("/.default")
            || granted.split_whitespace().any(|held| {
                let held = held.to_ascii_lowercase();
                held == scope
                    || held.ends_with(&format!("/{scope}"))
                    || scope.ends_with(&format!("/{held}"))
            })
    };
    asked.split_whitespace().all(covered).then_some(asked)
}

/// A body in `application/x-www-form-urlencoded`, UTF-8 (RFC 6749 appendix B).
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(String);

impl Form {
    /// Appends a parameter.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(&Self::encode(value));
    }

    /// Appends the parameters of another.
    pub(crate) fn append(&mut self, other: &Self) {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(&other.0);
    }

    /// Form-encodes one text.
    pub(crate) fn encode(text: &str) -> String {
        const KEEP: &AsciiSet = &NON_ALPHANUMERIC
            .remove(b'*')
            .remove(b'-')
            .remove(b'.')
            .remove(b'_');
        utf8_percent_encode(text, KEEP)
            .to_string()
            .replace("%20", "+")
    }

    pub(crate) fn into_body(self) -> String {
        self.0
    }
}

/// Takes a query or form body apart. Parameters that are not UTF-8 lose their odd bytes.
pub(crate) fn parameters(text: &str) -> impl Iterator<Item = (String, String)> {
    let decoded = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::Occasions;

    fn asked<'a>(scope: Option<&'a str>, claims: Option<&'a str>) -> Asked<'a> {
        Asked {
            scope,
            claims,
            names_resource: false,
        }
    }

    fn shown(auth: &ClientAuth, grant: &Grant, scope: Option<&str>) -> String {
        let occasions = Occasions::new();
        let sealed = token_request(auth, grant, asked(scope, None), &occasions.at_token());
        let request = sealed.unwrap().request;
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        format!(
            "{} {}\n{}\n{}",
            request.method(),
            request.uri(),
            headers.join("\n"),
            String::from_utf8_lossy(request.body())
        )
    }

    #[test]
    fn each_grant_on_the_wire() {
        let post = ClientAuth::SecretPost {
            id: "app".to_owned(),
            secret: Secret::new("s3&"),
        };
        let basic = ClientAuth::SecretBasic {
            id: "app".to_owned(),
            secret: Secret::new("s3&"),
        };
        let public = ClientAuth::Public {
            id: "app".to_owned(),
        };
        let password = Grant::Password {
            username: "ann@example.com".to_owned(),
            password: Secret::new("p w+é"),
        };
        insta::assert_snapshot!(shown(&post, &Grant::ClientCredentials, Some("https://api/.default")), @r"
        POST https://id.example/token
        accept: application/json
        content-type: application/x-www-form-urlencoded
        grant_type=client_credentials&scope=https%3A%2F%2Fapi%2F.default&client_id=app&client_secret=s3%26
        ");
        insta::assert_snapshot!(shown(&basic, &Grant::RefreshToken(Secret::new("rt/1=")), None), @r"
        POST https://id.example/token
        accept: application/json
        content-type: application/x-www-form-urlencoded
        authorization: Basic YXBwOnMzJTI2
        grant_type=refresh_token&refresh_token=rt%2F1%3D
        ");
        insta::assert_snapshot!(shown(&public, &password, Some("openid api")), @r"
        POST https://id.example/token
        accept: application/json
        content-type: application/x-www-form-urlencoded
        grant_type=password&username=ann%40example.com&password=p+w%2B%C3%A9&scope=openid+api&client_id=app
        ");
        insta::assert_snapshot!(shown(&basic, &Grant::OnBehalfOf(Secret::new("a.b.c")), Some("api")), @"
        POST https://id.example/token
        accept: application/json
        content-type: application/x-www-form-urlencoded
        authorization: Basic YXBwOnMzJTI2
        grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c&requested_token_use=on_behalf_of&scope=api
        ");
        insta::assert_snapshot!(shown(&public, &Grant::DeviceCode(Secret::new("dc")), Some("api")), @"
        POST https://id.example/token
        accept: application/json
        content-type: application/x-www-form-urlencoded
        grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dc&client_id=app
        ");
    }

    #[test]
    fn claims_stand_beside_the_scope() {
        let public = ClientAuth::Public {
            id: "app".to_owned(),
        };
        let occasions = Occasions::new();
        let refresh = Grant::RefreshToken(Secret::new("rt"));
        let claims = Some(r#"{"a":1}"#);
        let token = token_request(
            &public,
            &refresh,
            asked(Some("api"), claims),
            &occasions.at_token(),
        );
        let device = device_request(&public, asked(Some("api"), claims), &occasions.at_token());
        let bodies = [token, device]
            .map(|sealed| String::from_utf8_lossy(sealed.unwrap().request.body()).into_owned());
        insta::assert_snapshot!(bodies.join("\n"), @"
        grant_type=refresh_token&refresh_token=rt&scope=api&claims=%7B%22a%22%3A1%7D&client_id=app
        scope=api&claims=%7B%22a%22%3A1%7D&client_id=app
        ");
    }

    #[test]
    fn an_older_device_endpoint_is_told_the_resource_and_what_is_beside_it() {
        let public = ClientAuth::Public {
            id: "app".to_owned(),
        };
        let occasions = Occasions::new();
        let body = |scope| {
            let asked = Asked {
                scope: Some(scope),
                claims: None,
                names_resource: true,
            };
            let sealed = device_request(&public, asked, &occasions.at_device()).unwrap();
            String::from_utf8_lossy(sealed.request.body()).into_owned()
        };
        let bodies = [
            body("api://orders/.default"),
            body("openid api://orders/.default offline_access"),
        ];
        insta::assert_snapshot!(bodies.join("\n"), @"
        resource=api%3A%2F%2Forders&client_id=app
        resource=api%3A%2F%2Forders&scope=openid+offline_access&client_id=app
        ");
    }

    #[test]
    fn an_older_endpoint_is_told_the_resource() {
        let public = ClientAuth::Public {
            id: "app".to_owned(),
        };
        let occasions = Occasions::new();
        let refresh = Grant::RefreshToken(Secret::new("rt"));
        let body = |scope| {
            let asked = Asked {
                scope: Some(scope),
                claims: None,
                names_resource: true,
            };
            let sealed = token_request(&public, &refresh, asked, &occasions.at_token())?;
            Ok(String::from_utf8_lossy(sealed.request.body()).into_owned())
        };
        let asked = body("https://graph.microsoft.com/.default openid offline_access");
        insta::assert_snapshot!(asked.unwrap(), @"grant_type=refresh_token&refresh_token=rt&resource=https%3A%2F%2Fgraph.microsoft.com&client_id=app");
        for scope in ["openid", "a/.default b/.default"] {
            assert_eq!(body(scope), Err(Misuse::OneResource), "{scope}");
        }
    }

    #[test]
    fn a_refresh_never_asks_for_more_than_was_granted() {
        let asked = Some("api.read api.write offline_access");
        assert_eq!(refresh_scope(asked, None), asked);
        assert_eq!(refresh_scope(asked, Some("api.write api.read")), asked);
        assert_eq!(refresh_scope(asked, Some("api.read")), None, "narrowed");
        assert_eq!(refresh_scope(None, Some("api.read")), None);
        let entra = Some("User.Read offline_access");
        assert_eq!(
            refresh_scope(entra, Some("openid https://graph.microsoft.com/User.Read")),
            entra
        );
        let long = Some("https://graph.microsoft.com/Mail.Read email");
        assert_eq!(refresh_scope(long, Some("Mail.Read")), long);
        assert_eq!(refresh_scope(long, Some("User.Read")), None);
        let default = Some("https://graph.microsoft.com/.default");
        assert_eq!(refresh_scope(default, Some("User.Read")), default);
    }
}
