//! The server broke the protocol.

use http::StatusCode;

/// An answer of the token endpoint that is not what RFC 6749 section 5 describes. Holds nothing
/// of the answer's body, which may be a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A success whose body is not a JSON object.
    #[error("token endpoint answered {status} with a body that is not a JSON object")]
    NotJson {
        /// The HTTP status.
        status: StatusCode,
    },
    /// The provider's metadata is not what RFC 8414 section 3.2 describes.
    #[error("metadata at {url} cannot be used: {reason}")]
    Metadata {
        /// Where it was fetched from, without query.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A success without a usable `access_token`.
    #[error("token endpoint answered success without a usable access_token")]
    NoAccessToken,
    /// A token type other than `Bearer`, or than `DPoP` for a client with a key: RFC 6749 section
    /// 7.1 forbids using it.
    #[error("token endpoint issued a token of type \"{found}\"; only {wanted} can be used here")]
    TokenType {
        /// The type that came.
        found: String,
        /// The type that is used here.
        wanted: &'static str,
    },
    /// The answer to a device is not what RFC 8628 section 3.2 describes.
    #[error(
        "device authorization endpoint answered {status} without codes for a device; is the address right?"
    )]
    NoDeviceCode {
        /// The HTTP status.
        status: StatusCode,
    },
    /// The token had expired by the time its answer was here.
    #[error("token endpoint issued a token that had expired when the answer arrived")]
    DeadOnArrival,
    /// The ID token is missing or of another sign-in (OpenID Connect Core section 3.1.3.7): a
    /// code that somebody else obtained may have been slipped in.
    #[error("sign-in brought no ID token with the nonce of its request")]
    WrongNonce,
    /// A redirect, which is not followed because it would carry credentials elsewhere.
    #[error("token endpoint answered {status}, a redirect; configure the address it points to")]
    Redirect {
        /// The HTTP status.
        status: StatusCode,
    },
    /// An error status whose body names no error, such as a proxy's page.
    #[error("token endpoint answered {status} without an OAuth error; is the address right?")]
    NoErrorCode {
        /// The HTTP status.
        status: StatusCode,
    },
}
