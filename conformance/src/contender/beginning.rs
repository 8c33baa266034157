//! How a client comes to its first token, where its grant and its credential do not say all of it.

use token_client::Secret;

/// What a client begins with beside its credential.
#[derive(Clone, Debug, Default)]
pub enum Beginning {
    /// Nothing more: its grant says how.
    #[default]
    Grant,
    /// Its user signs in with a browser (RFC 6749 section 4.1).
    Browser {
        /// Where the browser is sent.
        authorize_url: String,
        /// Where it comes back to.
        redirect_uri: String,
    },
    /// An API token that its user has made for it (Okta).
    ApiToken(Secret),
    /// The token of whoever called it (Entra, on-behalf-of).
    Caller(Secret),
    /// The same, to be exchanged (Okta).
    Exchanged {
        /// That token.
        token: Secret,
        /// What the new token is for.
        audience: String,
    },
    /// Its user signs in on another device (RFC 8628).
    Device {
        /// Where codes for that are to be had.
        device_url: String,
    },
    /// The identity of the machine it runs on.
    Machine {
        /// The scheme, host and port of the metadata service.
        metadata_url: String,
    },
}
