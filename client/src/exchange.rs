//! Exchanging a token for another (RFC 8693).

use crate::Secret;
use crate::request::Form;

/// What is exchanged, and for what: the parameters of RFC 8693 section 2.1 beside `scope`.
///
/// `Debug` shows no token.
#[derive(Clone, Debug)]
pub struct TokenExchange {
    subject: Secret,
    subject_type: String,
    actor: Option<(Secret, String)>,
    audience: Option<String>,
    resource: Option<String>,
    requested: Option<String>,
}

/// Types of tokens (RFC 8693 section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

impl TokenExchange {
    /// Exchanges an access token.
    pub fn of_access_token(token: Secret) -> Self {
        Self::of(token, ACCESS_TOKEN)
    }

    /// Exchanges an ID token.
    pub fn of_id_token(token: Secret) -> Self {
        Self::of(token, ID_TOKEN)
    }

    /// Exchanges a JSON Web Token that somebody else has signed.
    pub fn of_jwt(token: Secret) -> Self {
        Self::of(token, JWT)
    }

    /// Exchanges a token of this type, which is a URI.
    pub fn of(token: Secret, token_type: impl Into<String>) -> Self {
        Self {
            subject: token,
            subject_type: token_type.into(),
            actor: None,
            audience: None,
            resource: None,
            requested: None,
        }
    }

    /// Says who acts for the subject, by a token of this type.
    #[must_use]
    pub fn actor(mut self, token: Secret, token_type: impl Into<String>) -> Self {
        self.actor = Some((token, token_type.into()));
        self
    }

    /// Names the service that the new token is for by its name. Okta needs it.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Names the service that the new token is for by its address.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Asks for a token of this type.
    #[must_use]
    pub fn requested_token_type(mut self, token_type: impl Into<String>) -> Self {
        self.requested = Some(token_type.into());
        self
    }

    /// The token that is exchanged.
    pub(crate) fn subject(&self) -> &Secret {
        &self.subject
    }

    /// What tells the new token from others.
    pub(crate) fn whereto(&self) -> String {
        let parts = [&self.audience, &self.resource, &self.requested];
        let parts = parts.map(|part| part.as_deref().unwrap_or_default());
        parts.join(" ")
    }

    pub(crate) fn write(&self, form: &mut Form) {
        form.push("subject_token", self.subject.expose());
        form.push("subject_token_type", &self.subject_type);
        if let Some((token, token_type)) = &self.actor {
            form.push("actor_token", token.expose());
            form.push("actor_token_type", token_type);
        }
        for (name, value) in [
            ("audience", &self.audience),
            ("resource", &self.resource),
            ("requested_token_type", &self.requested),
        ] {
            if let Some(value) = value {
                form.push(name, value);
            }
        }
    }
}
