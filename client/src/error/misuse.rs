//! The caller's own mistakes, found before anything is sent.

/// The client was configured or called in a way that cannot work or is not safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
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
    /// The client credentials grant needs a secret (RFC 6749 section 4.4).
    #[error(
        "a public client cannot use the client credentials grant (RFC 6749 section 4.4): give a client secret"
    )]
    PublicClientCredentials,
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
