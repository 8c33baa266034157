//! What can go wrong, split by whose fault it is.

mod class;
mod misuse;
mod protocol;
mod redirect;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

pub use self::class::Class;
pub use self::misuse::Misuse;
pub use self::protocol::ProtocolError;
pub use self::redirect::RedirectError;
pub use self::refusal::{ApiRefusal, Refusal, Throttle, ThrottledBy};

use crate::{StoreError, TransportError};

/// Why there is no token, or why a call failed.
///
/// Cheap to clone: one failed token request is shared by every caller that waited for it.
/// [`class`](Self::class) says what to do about it. Messages name no token, password or secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The token endpoint said no.
    #[error("{0}")]
    Refused(Arc<Refusal>),
    /// The token endpoint broke the protocol.
    #[error("{0}")]
    Protocol(ProtocolError),
    /// No answer was received.
    #[error("{0}")]
    Transport(TransportError),
    /// Too many requests, and the wait is longer than a call may sleep.
    #[error("{0}")]
    Throttled(Arc<Throttle>),
    /// The resource answered 401, also to a new token if one could be had.
    #[error("{0}")]
    Unauthorized(Arc<ApiRefusal>),
    /// The resource answered 403.
    #[error("{0}")]
    Forbidden(Arc<ApiRefusal>),
    /// The resource answered 403 and named a missing scope.
    #[error("{0}")]
    InsufficientScope(Arc<ApiRefusal>),
    /// The resource answered 401 and wants claims that only a new sign-in brings.
    #[error("{0}")]
    ClaimsChallenge(Arc<ApiRefusal>),
    /// The user did not sign in before the code of the device had expired.
    #[error("device code has expired before the user signed in; begin again")]
    DeviceCodeExpired,
    /// What the browser brought back is no sign-in.
    #[error("{0}")]
    Redirect(#[from] RedirectError),
    /// The caller's own mistake; nothing was sent.
    #[error("{0}")]
    Misuse(#[from] Misuse),
    /// The token store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// There is nothing to renew with: no user has signed in, or the refresh token given at the
    /// start was replaced by another, and the store no longer holds that one.
    #[error("no refresh token is left; sign in again")]
    SignInRequired,
    /// Okta no longer takes the API token (E0000011): it was revoked, has not been used for 30 days, or the account of whoever made
    /// it is closed. Only a person can make another; [`set_grant`](crate::TokenClient::set_grant) takes it.
    #[error("{0}; the API token is not valid any more: make another one at the provider")]
    ApiTokenRefused(Arc<ApiRefusal>),
    /// An API token that a person has made: only a person can make another.
    #[error("an API token cannot be renewed; make another one at the provider")]
    NotRenewable,
    /// The shared token request was dropped before it was done: its runtime is gone.
    #[error("token request was dropped before it was done")]
    Cancelled,
}

impl Error {
    /// What to do about it.
    pub fn class(&self) -> Class {
        use crate::TransportErrorKind as Kind;
        match self {
            Self::Refused(refusal) => refusal.class(),
            Self::Protocol(_) => Class::Protocol,
            Self::Transport(error) => match error.kind {
                Kind::Timeout => Class::Timeout,
                Kind::Tls => Class::Misconfigured,
                Kind::BodyTooLarge => Class::Protocol,
                Kind::Connect | Kind::Reset | Kind::Other => Class::Transient,
            },
            Self::Throttled(_) => Class::Throttled,
            Self::Unauthorized(_) => Class::Unauthorized,
            Self::Forbidden(_) => Class::Forbidden,
            Self::InsufficientScope(_) => Class::InsufficientScope,
            Self::ClaimsChallenge(_) => Class::InteractionRequired,
            Self::ApiTokenRefused(_)
            | Self::DeviceCodeExpired
            | Self::NotRenewable
            | Self::SignInRequired => Class::ReauthRequired,
            Self::Redirect(error) => Class::of_redirect(error),
            Self::Misuse(_) => Class::Misconfigured,
            Self::Store(_) => Class::Other,
            Self::Cancelled => Class::Cancelled,
        }
    }

    /// Whether the same call may succeed later with nothing changed on this side.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.class(),
            Class::Throttled | Class::Transient | Class::Timeout | Class::Cancelled
        )
    }

    /// How long to wait before a retry makes sense, if the server said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            Self::Throttled(throttle) => throttle.retry_after,
            _ => None,
        }
    }

    /// Whether a person has to act before there can be a token.
    pub fn needs_interaction(&self) -> bool {
        matches!(
            self.class(),
            Class::ReauthRequired | Class::InteractionRequired
        )
    }

    /// The claims to ask for in the next sign-in, as JSON text.
    pub fn claims(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.claims.as_deref(),
            Self::ClaimsChallenge(refusal) => refusal.claims.as_deref(),
            _ => None,
        }
    }

    /// The vendor's own number or name of what is wrong, such as Entra's `7000215` or Okta's `E0000047`. For people, never for
    /// decisions.
    pub fn vendor_code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.vendor_code.as_deref(),
            Self::Throttled(throttle) => throttle.vendor_code.as_deref(),
            Self::Unauthorized(refusal)
            | Self::Forbidden(refusal)
            | Self::InsufficientScope(refusal)
            | Self::ClaimsChallenge(refusal) => refusal.vendor_code.as_deref(),
            _ => None,
        }
    }

    /// The same error with the wait that is left now. Errors that name no wait stay as they are.
    pub(crate) fn with_wait_left(&self, wait: Duration) -> Self {
        match self {
            Self::Refused(refusal) if refusal.retry_after.is_some() => {
                let mut refusal = Refusal::clone(refusal);
                refusal.retry_after = Some(wait);
                Self::Refused(Arc::new(refusal))
            }
            Self::Throttled(throttle) if throttle.retry_after.is_some() => {
                let mut throttle = Throttle::clone(throttle);
                throttle.retry_after = Some(wait);
                Self::Throttled(Arc::new(throttle))
            }
            other => other.clone(),
        }
    }
}

impl From<Refusal> for Error {
    /// A refusal for too many requests becomes [`Error::Throttled`].
    fn from(refusal: Refusal) -> Self {
        if refusal.class() != Class::Throttled {
            return Self::Refused(Arc::new(refusal));
        }
        Self::Throttled(Arc::new(Throttle {
            by: ThrottledBy::TokenEndpoint,
            retry_after: refusal.retry_after,
            status: refusal.status,
            description: refusal.description,
            vendor_code: refusal.vendor_code,
            correlation_id: refusal.correlation_id,
            trace_id: refusal.trace_id,
            request_id: refusal.request_id,
        }))
    }
}
