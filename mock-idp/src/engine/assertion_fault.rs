//! What is wrong with a client assertion, as far as both vendors look at it.

use jiff::Timestamp;

/// A reason to refuse a client assertion (RFC 7523 section 3), with what its message needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AssertionFault {
    /// Signed with an algorithm that is not taken, `none` included.
    Algorithm { algorithm: String },
    /// Not meant for this endpoint.
    Audience,
    /// Past its `exp`.
    Expired {
        not_before: Option<Timestamp>,
        expires: Timestamp,
    },
    /// No `exp`, or one that is no instant.
    ExpiryMissing,
    /// `iss` is not the client.
    Issuer,
    /// No key of the client has the name that the assertion gives.
    KeyUnknown { client: String, key: String },
    /// Not a JSON Web Token.
    Malformed,
    /// The client has no keys.
    NoKeys { client: String },
    /// Before its `nbf`.
    NotYetValid {
        not_before: Timestamp,
        expires: Timestamp,
    },
    /// The signature is not that of the key.
    Signature { client: String, key: String },
    /// `sub` is not the client.
    Subject,
    /// `client_assertion_type` is missing or is not that of a JSON Web Token.
    Type,
}
