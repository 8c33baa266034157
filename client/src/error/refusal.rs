//! The server said no.

use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode, Uri};

use super::Class;
use crate::{ApiResponse, GrantKind};

/// The token endpoint refused a request (RFC 6749 section 5.2).
///
/// Everything the server said that helps to understand it, with secrets of the request cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The grant that was refused.
    pub grant: GrantKind,
    /// The `error` code; for Okta's API envelope its `errorCode`. `None` if the body held none.
    pub error: Option<String>,
    /// Microsoft's `suberror`.
    pub suberror: Option<String>,
    /// `error_description` or Okta's `errorSummary`. For people, never for decisions.
    pub description: Option<String>,
    /// The vendor's own number: the first of Entra's `error_codes`, or Okta's `errorCode`. For
    /// people, never for decisions.
    pub vendor_code: Option<String>,
    /// The claims to ask for in the next interactive sign-in, as JSON text (Entra).
    pub claims: Option<String>,
    /// Entra's `correlation_id`.
    pub correlation_id: Option<String>,
    /// Entra's `trace_id`, or Okta's `errorId`.
    pub trace_id: Option<String>,
    /// The request id from the answer's headers (`x-ms-request-id`, `x-okta-request-id`).
    pub request_id: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal that says nothing but its status.
    pub fn new(status: StatusCode, grant: GrantKind) -> Self {
        Self {
            status,
            grant,
            error: None,
            suberror: None,
            description: None,
            vendor_code: None,
            claims: None,
            correlation_id: None,
            trace_id: None,
            request_id: None,
            retry_after: None,
        }
    }

    /// What it means for the caller.
    pub fn class(&self) -> Class {
        Class::of_refusal(self)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.grant {
            GrantKind::DeviceCode => "authorization server",
            GrantKind::ManagedIdentity => "metadata service",
            _ => "token endpoint",
        };
        write!(
            f,
            "{who} refused the {} grant with status {}",
            self.grant,
            self.status.as_u16()
        )?;
        if let Some(error) = &self.error {
            write!(f, ", {error}")?;
        }
        if let Some(suberror) = &self.suberror {
            write!(f, " ({suberror})")?;
        }
        if let Some(description) = &self.description {
            write!(f, ": {description}")?;
        }
        write_ids(
            f,
            &[
                ("correlation id", &self.correlation_id),
                ("trace id", &self.trace_id),
                ("request id", &self.request_id),
            ],
        )
    }
}

/// A resource refused a call: 401 or 403, after what could be done about it was done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiRefusal {
    /// The request's method.
    pub method: Method,
    /// The resource's address without its query, which may hold what is not for logs.
    pub resource: Uri,
    /// The HTTP status.
    pub status: StatusCode,
    /// `error` of the Bearer challenge (RFC 6750 section 3.1).
    pub error: Option<String>,
    /// `error_description` of the Bearer challenge. For people, never for decisions.
    pub description: Option<String>,
    /// The scopes the resource says it needs.
    pub scope: Option<String>,
    /// The decoded `claims` of an `insufficient_claims` challenge, JSON text (Microsoft: claims
    /// challenge).
    pub claims: Option<String>,
    /// The vendor's own number or name of it: Okta's `errorCode`, or the `code` of Graph's error. For people, never for decisions.
    pub vendor_code: Option<String>,
    /// Graph's `client-request-id`.
    pub correlation_id: Option<String>,
    /// Graph's `request-id` in the body, or Okta's `errorId`.
    pub trace_id: Option<String>,
    /// The request id from the answer's headers.
    pub request_id: Option<String>,
    /// The answer as it came, for the resource's own error format.
    pub response: ApiResponse,
}

impl ApiRefusal {
    /// Whether the body is Okta's envelope and says that the token is not valid. Other 401s of Okta's API are about something else:
    /// E0000015 about a feature.
    pub(crate) fn names_invalid_token(&self) -> bool {
        let envelope: Option<serde_json::Value> = serde_json::from_slice(self.response.body()).ok();
        envelope.is_some_and(|envelope| envelope["errorCode"] == "E0000011")
    }
}

impl fmt::Display for ApiRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} answered {}",
            self.method,
            self.resource,
            self.status.as_u16()
        )?;
        if let Some(error) = &self.error {
            write!(f, ", {error}")?;
        }
        if let Some(scope) = &self.scope {
            write!(f, ", needs scope \"{scope}\"")?;
        }
        if let Some(description) = &self.description {
            write!(f, ": {description}")?;
        }
        write_ids(
            f,
            &[
                ("correlation id", &self.correlation_id),
                ("trace id", &self.trace_id),
                ("request id", &self.request_id),
            ],
        )
    }
}

/// Somebody answered that there were too many requests, and waiting inside the call was not
/// possible or not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttle {
    /// Who throttles.
    pub by: ThrottledBy,
    /// How long to wait from now on; `None` if the server did not say.
    pub retry_after: Option<Duration>,
    /// The HTTP status, usually 429.
    pub status: StatusCode,
    /// What the server wrote about it. For people, never for decisions.
    pub description: Option<String>,
    /// The vendor's own number or name of it. For people, never for decisions.
    pub vendor_code: Option<String>,
    /// Entra's `correlation_id`, or Graph's `client-request-id`.
    pub correlation_id: Option<String>,
    /// Entra's `trace_id`, Graph's `request-id`, or Okta's `errorId`.
    pub trace_id: Option<String>,
    /// The request id from the answer's headers.
    pub request_id: Option<String>,
}

/// Who throttles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThrottledBy {
    /// The token endpoint.
    TokenEndpoint,
    /// The resource.
    Resource,
}

impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.by {
            ThrottledBy::TokenEndpoint => "token endpoint",
            ThrottledBy::Resource => "resource",
        };
        write!(f, "{who} throttles (status {})", self.status.as_u16())?;
        match self.retry_after {
            Some(wait) => write!(
                f,
                "; wait {} s before asking again",
                wait.as_secs_f64().ceil()
            )?,
            None => f.write_str("; it did not say how long to wait")?,
        }
        write_ids(
            f,
            &[
                ("correlation id", &self.correlation_id),
                ("trace id", &self.trace_id),
                ("request id", &self.request_id),
            ],
        )
    }
}

fn write_ids(f: &mut fmt::Formatter<'_>, ids: &[(&str, &Option<String>)]) -> fmt::Result {
    let known: Vec<_> = ids
        .iter()
        .filter_map(|(name, id)| id.as_ref().map(|id| format!("{name} {id}")))
        .collect();
    if known.is_empty() {
        return Ok(());
    }
    write!(f, " ({})", known.join(", "))
}
