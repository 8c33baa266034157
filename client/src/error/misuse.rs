//! The caller's own mistakes, found before anything is sent.

use std::path::PathBuf;

use crate::GrantKind;

/// The client was configured or called in a way that cannot work or is not safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The file that the client's assertion stands in gives none.
    #[error("no client assertion in {}: {reason}", path.display())]
    AssertionFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The client's certificate cannot be used.
    #[error("certificate is not usable: {0}")]
    BadCertificate(&'static str),
    /// The claims to ask for are not a JSON object.
    #[error("claims are not usable: give a JSON object (OpenID Connect Core section 5.5)")]
    BadClaims,
    /// The header that App Service wants of a managed identity cannot be sent.
    #[error("identity header is not usable: printable ASCII without space is allowed")]
    BadIdentityHeader,
    /// The client's private key cannot be used.
    #[error("private key is not usable: {0}")]
    BadKey(&'static str),
    /// A parameter of the sign-in is one that the client sets itself.
    #[error("parameter \"{0}\" cannot be set: the client does that")]
    BadParameter(String),
    /// An address is not one this client can use.
    #[error("{what} \"{value}\" is not usable: {reason}")]
    BadUrl {
        /// What the address was for.
        what: &'static str,
        /// The address, without what followed a `?`.
        value: String,
        /// What is wrong and what is allowed.
        reason: &'static str,
    },
    /// A tenant, server id or similar holds characters that would change the address.
    #[error("{what} \"{value}\" is not usable: letters, digits, '.', '-' and '_' are allowed")]
    BadName {
        /// What the name was for.
        what: &'static str,
        /// The name.
        value: String,
    },
    /// A required text is empty.
    #[error("{0} is empty: give the one registered with the provider")]
    Empty(&'static str),
    /// A scope holds a character that RFC 6749 section 3.3 does not allow.
    #[error(
        "scope \"{0}\" is not usable: printable ASCII without space, '\"' and '\\' is allowed (RFC 6749 section 3.3)"
    )]
    BadScope(String),
    /// The grant is for clients that can keep a secret only (RFC 6749 section 4.4; Microsoft,
    /// on-behalf-of flow).
    #[error(
        "a public client cannot use the {0} grant: give a client secret, a certificate or a key"
    )]
    PublicClient(GrantKind),
    /// The provider's address for this purpose is not known.
    #[error("the provider's {0} is not known: give it with the provider")]
    NoEndpoint(&'static str),
    /// The file that a key is kept in cannot be used.
    #[error("no key in {}: {reason}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The browser cannot come back to this machine.
    #[error("nobody can listen at {place}: {reason}")]
    NoListener {
        /// The redirect URI.
        place: String,
        /// The system's words.
        reason: String,
    },
    /// Nobody signs in to this client.
    #[error("users do not sign in to this client: build it with `GrantSource::SignIn`")]
    NoSignIn,
    /// The source of random numbers failed.
    #[error("no random numbers can be had on this machine")]
    NoEntropy,
    /// A body that can be sent only once may have to be sent again, with another token.
    #[error("body can be sent only once: give it as bytes or text, so that a call can be repeated")]
    OneShotBody,
    /// A token is for one resource where that is named and not its scopes (Microsoft, managed
    /// identities; v1.0 endpoints).
    #[error(
        "a managed identity or a v1.0 endpoint needs exactly one scope, such as `https://vault.azure.net/.default`"
    )]
    OneResource,
    /// What tells the tokens of one client from those of another stays as it was built.
    #[error("{0} cannot be changed on a running client: build another client")]
    Unchangeable(&'static str),
    /// A stored or pasted access token holds characters that no header can carry.
    #[error("access token is not usable: it holds characters that no header can carry")]
    UnusableToken,
    /// The default transport could not be set up.
    #[error("no HTTP transport: {0}")]
    NoTransport(String),
}
