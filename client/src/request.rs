//! Writing the token request (RFC 6749 section 4 and 6).

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::provider::Endpoint;
use crate::{ClientAuth, GrantKind, Secret, TokenRecord};

/// One grant to be sent, with what it needs.
#[derive(Clone, Debug)]
pub(crate) enum Grant {
    ClientCredentials,
    Password { username: String, password: Secret },
    RefreshToken(Secret),
}

impl Grant {
    pub(crate) fn kind(&self) -> GrantKind {
        match self {
            Self::ClientCredentials => GrantKind::ClientCredentials,
            Self::Password { .. } => GrantKind::Password,
            Self::RefreshToken(_) => GrantKind::RefreshToken,
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
            Self::ClientCredentials => None,
            Self::Password { password, .. } => Some(password),
            Self::RefreshToken(token) => Some(token),
        }
    }
}

/// The POST to the token endpoint. Everything but Basic credentials is in the form body.
pub(crate) fn token_request(
    endpoint: &Endpoint,
    auth: &ClientAuth,
    grant: &Grant,
    scope: Option<&str>,
) -> Request<Bytes> {
    let mut form = Form::default();
    form.push("grant_type", grant.kind().as_str());
    match grant {
        Grant::ClientCredentials => {}
        Grant::Password { username, password } => {
            form.push("username", username);
            form.push("password", password.expose());
        }
        Grant::RefreshToken(token) => form.push("refresh_token", token.expose()),
    }
    if let Some(scope) = scope {
        form.push("scope", scope);
    }
    let authorization = auth.apply(&mut form);

    let mut request = Request::new(Bytes::from(form.into_body()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.uri().clone();
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    if let Some(authorization) = authorization {
        headers.insert(AUTHORIZATION, authorization);
    }
    request
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
#[derive(Debug, Default)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;

    fn shown(auth: &ClientAuth, grant: &Grant, scope: Option<&str>) -> String {
        let provider = Provider::at("https://id.example/token").unwrap();
        let request = token_request(provider.token_endpoint(), auth, grant, scope);
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
