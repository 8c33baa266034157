//! Why a token request is refused: the reasons both vendors know.
//!
//! Each dialect renders every one of them; a new reason does not compile until both do. What only one vendor knows stands
//! in that vendor's own enum beside this one.

use std::time::Duration;

use jiff::Timestamp;

use super::assertion_fault::AssertionFault;
use crate::ledger::{CodeRefusal, PollRefusal, Refusal};

/// A reason, with what its message needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The application is switched off.
    AppDisabled { client: String },
    /// No application has this client id. `by_basic` says where the id came from.
    AppUnknown { client: String, by_basic: bool },
    /// What is wrong with a client assertion.
    Assertion(AssertionFault),
    /// A Basic header that is not id and secret in base64.
    BasicGarbled,
    /// What keeps an authorization code from being redeemed.
    Code(CodeRefusal),
    /// A scope that the application is not allowed by any consent.
    ConsentMissing { client: String },
    /// A confidential client shows no credential.
    CredentialMissing,
    /// More than one client authentication method (RFC 6749 section 2.3).
    CredentialsSeveral,
    /// A public client shows a credential.
    CredentialUnexpected,
    /// The user refused the sign-in of a device.
    DeviceDenied,
    /// The device code is too old.
    DeviceExpired,
    /// The device code was given to another client.
    DeviceOtherClient,
    /// Nobody has approved or denied the sign-in of a device yet.
    DevicePending,
    /// The device code has given its tokens already.
    DeviceRedeemed,
    /// As pending, and the client asks too often.
    DeviceSlowDown,
    /// Not a device code of this server.
    DeviceUnknown,
    /// The application may not use this grant.
    GrantNotAllowed {
        grant: String,
        allowed: Vec<&'static str>,
    },
    /// The server does not know this grant.
    GrantUnsupported { grant: String },
    /// Body or query are not well-formed.
    Malformed,
    /// The token endpoint takes POST only.
    MethodNotAllowed { method: String },
    /// A parameter is missing or empty.
    ParameterMissing(&'static str),
    /// A parameter occurs twice.
    ParameterRepeated(String),
    /// The password has expired.
    PasswordExpired,
    /// The account has none.
    PasswordUnset,
    /// The password is wrong.
    PasswordWrong,
    /// Unused for too long.
    RefreshIdle {
        issued_at: Timestamp,
        limit: Duration,
    },
    /// Issued to another client.
    RefreshOtherClient,
    /// Replaced by a newer one and used again.
    RefreshReused,
    /// Revoked.
    RefreshRevoked {
        issued_at: Timestamp,
        revoked_at: Timestamp,
    },
    /// Past its absolute limit.
    RefreshTooOld {
        issued_at: Timestamp,
        limit: Duration,
    },
    /// Not a refresh token of this server.
    RefreshUnknown,
    /// A scope that is not configured, or not consented to.
    ScopeUnknown { scope: String, client: String },
    /// A refresh asks for more than was granted (RFC 6749 section 6).
    ScopeWider { scope: String, client: String },
    /// The secret is right but out of its validity.
    SecretExpired { client: String },
    /// The secret is wrong.
    SecretWrong { client: String },
    /// The account is disabled.
    UserDisabled,
    /// The account is locked.
    UserLocked,
    /// Signing in takes a second factor.
    UserNeedsMfa,
    /// No such user.
    UserUnknown { login: String },
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::RefreshUnknown,
            Refusal::OtherClient => Self::RefreshOtherClient,
            Refusal::Idle { issued_at, limit } => Self::RefreshIdle { issued_at, limit },
            Refusal::TooOld { issued_at, limit } => Self::RefreshTooOld { issued_at, limit },
            Refusal::Revoked {
                issued_at,
                revoked_at,
            } => Self::RefreshRevoked {
                issued_at,
                revoked_at,
            },
            Refusal::Reused => Self::RefreshReused,
        }
    }
}

impl From<CodeRefusal> for Denial {
    fn from(refusal: CodeRefusal) -> Self {
        Self::Code(refusal)
    }
}

impl From<PollRefusal> for Denial {
    fn from(refusal: PollRefusal) -> Self {
        match refusal {
            PollRefusal::Denied => Self::DeviceDenied,
            PollRefusal::Expired => Self::DeviceExpired,
            PollRefusal::OtherClient => Self::DeviceOtherClient,
            PollRefusal::Pending => Self::DevicePending,
            PollRefusal::Redeemed => Self::DeviceRedeemed,
            PollRefusal::SlowDown => Self::DeviceSlowDown,
            PollRefusal::Unknown => Self::DeviceUnknown,
        }
    }
}

impl From<AssertionFault> for Denial {
    fn from(fault: AssertionFault) -> Self {
        Self::Assertion(fault)
    }
}
