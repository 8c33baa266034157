//! Why a token cannot be made as ordered.

/// A recipe that names what this world has not, or asks for too much.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadRecipe {
    /// No tenant or authorization server has this name.
    #[error("no {kind} is called `{name}`; there is {known}")]
    Issuer {
        /// `tenant` or `authorization server`.
        kind: &'static str,
        /// What it was called.
        name: String,
        /// Those there are.
        known: String,
    },
    /// No application has this client id, or there is none to take.
    #[error("no application has the client id `{id}`; there is {known}")]
    Client {
        /// The id.
        id: String,
        /// Those there are.
        known: String,
    },
    /// No user has this login or id.
    #[error("no user has the login or id `{name}`; there is {known}")]
    User {
        /// What the user was called.
        name: String,
        /// The logins there are.
        known: String,
    },
    /// An id token that speaks of nobody.
    #[error("an id token says who a user is; name one in `user`")]
    NoUser,
    /// The token endpoint would not grant these scopes.
    #[error(
        "nobody is granted `{scopes}` together: {allowed}; for what no request gets, set `claims`"
    )]
    Scopes {
        /// The scopes.
        scopes: String,
        /// Which ones are granted.
        allowed: &'static str,
    },
    /// The token would be longer than any header may be.
    #[error("header and claims take {bytes} bytes; a token takes at most {limit}")]
    TooLong {
        /// How long they are.
        bytes: usize,
        /// How long they may be.
        limit: usize,
    },
}
