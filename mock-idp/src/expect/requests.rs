//! Which requests are meant.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::presents::{AuthUse, Presents};
use super::status::{StatusPattern, Statuses};
use super::target::Target;
use crate::fault::Length;
use crate::journal::{Endpoint, SecretPlace};

/// Which requests are meant: all that meet every condition that is given.
///
/// ```
/// use mock_idp::expect::Requests;
/// use mock_idp::journal::Endpoint;
///
/// let refused = Requests::to(Endpoint::Token).by_client("reporting").grant("refresh_token").status(400);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Requests {
    /// The endpoint; any without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<Target>,
    /// The application, by its client id: the one that asks for a token, or that the token it shows was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<String>,
    /// The HTTP status of the answer: `401`, `5xx`, or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Statuses>,
    /// `grant_type` of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grant: Option<String>,
    /// A scope that the request asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    /// The tenant (Entra) or authorization server (Okta) that is asked, as it stands in the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<String>,
    /// The HTTP method of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<String>,
    /// How the client authenticated in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auth: Option<AuthUse>,
    /// `error` of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Which token the request shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) presents: Option<Presents>,
    /// The token shown has at least so long to live, on the server's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_at_least: Option<Length>,
    /// Whether a secret stood where it must not (`true`: it did).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) leaks_secret: Option<bool>,
    /// Where a secret stood that must not stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret_in: Option<SecretPlace>,
    /// Only after the first request that is like this was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Box<Requests>>,
    /// Only for so long after `after`, or from the start of the world.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub(super) following: Option<Length>,
    /// Only before the first request that is like this arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Box<Requests>>,
}

impl Requests {
    /// Requests to anything at all.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests to an endpoint.
    #[must_use]
    pub fn to(endpoint: Endpoint) -> Self {
        Self {
            to: Some(Target::One(endpoint)),
            ..Self::default()
        }
    }

    /// Of one application, by its client id: the one that asks for a token, or that the token it shows was issued to.
    #[must_use]
    pub fn by_client(mut self, client_id: impl Into<String>) -> Self {
        self.client = Some(client_id.into());
        self
    }

    /// Answered with this status. Called again: with any of these.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.or_status(StatusPattern::Exactly(status))
    }

    /// Answered with a status of this class, by its first digit: 5 for 500 to 599. Called again: with any of these.
    #[must_use]
    pub fn status_class(self, digit: u16) -> Self {
        self.or_status(StatusPattern::Class(digit))
    }

    fn or_status(mut self, pattern: StatusPattern) -> Self {
        let statuses = self.status.get_or_insert_with(|| Statuses(Vec::new()));
        statuses.0.push(pattern);
        self
    }

    /// With this `grant_type`.
    #[must_use]
    pub fn grant(mut self, grant_type: impl Into<String>) -> Self {
        self.grant = Some(grant_type.into());
        self
    }

    /// That ask for this scope, among others.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// That ask this tenant (Entra) or authorization server (Okta), as it stands in the path.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// With this HTTP method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// In which the client authenticates so.
    #[must_use]
    pub fn auth(mut self, auth: AuthUse) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Answered with this `error` (RFC 6749 section 5.2), or the vendor's code where the body has none.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// That show this kind of token, or the token with this label.
    #[must_use]
    pub fn presenting(mut self, token: impl Into<Presents>) -> Self {
        self.presents = Some(token.into());
        self
    }

    /// That show a token with at least so long to live.
    #[must_use]
    pub fn left_at_least(mut self, left: Duration) -> Self {
        self.left_at_least = Some(Length(left));
        self
    }

    /// With a secret where it must not stand: in the URL, a header, or the body of a request to a resource.
    #[must_use]
    pub fn leaking_a_secret(mut self) -> Self {
        self.leaks_secret = Some(true);
        self
    }

    /// With a secret in this place.
    #[must_use]
    pub fn secret_in(mut self, place: SecretPlace) -> Self {
        self.secret_in = Some(place);
        self
    }

    /// Only after the first request that is like this was answered.
    #[must_use]
    pub fn after(mut self, first: impl Into<Requests>) -> Self {
        self.after = Some(Box::new(first.into()));
        self
    }

    /// Only for so long after the request that [`after`](Self::after) names, or from the start of the world.
    #[must_use]
    pub fn within(mut self, length: Duration) -> Self {
        self.following = Some(Length(length));
        self
    }

    /// Only before the first request that is like this arrived.
    #[must_use]
    pub fn before(mut self, first: impl Into<Requests>) -> Self {
        self.before = Some(Box::new(first.into()));
        self
    }
}

impl Requests {
    /// How many there are, this one and those within it.
    pub(super) fn selectors(&self) -> usize {
        let within = [&self.after, &self.before].into_iter().flatten();
        1 + within.map(|one| one.selectors()).sum::<usize>()
    }
}

impl From<Endpoint> for Requests {
    fn from(endpoint: Endpoint) -> Self {
        Self::to(endpoint)
    }
}
