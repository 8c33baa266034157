//! What a granted request gives.

use std::time::Duration;

use crate::directory::User;
use crate::journal::AuthMethod;
use crate::ledger::{Grantee, Manner, TokenLabel};

/// A granted token request. The ledger has been changed; the dialect turns it into tokens and a reply.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) grantee: Grantee,
    pub(crate) user: Option<User>,
    pub(crate) auth: Option<AuthMethod>,
    /// The refresh token to answer with, if any.
    pub(crate) refresh: Option<GrantedRefresh>,
    /// The family the tokens belong to, if the grant has one.
    pub(crate) family: Option<u32>,
    /// The refresh token this grant came from.
    pub(crate) parent: Option<TokenLabel>,
    pub(crate) lifetime: Duration,
    pub(crate) sign_in: SignIn,
}

/// What tokens tell of the sign-in they came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignIn {
    pub(crate) manner: Manner,
    /// The text by which the client knows its request again.
    pub(crate) nonce: Option<String>,
    /// The session of the browser.
    pub(crate) session: Option<String>,
}

/// A refresh token in a reply.
#[derive(Clone, Debug)]
pub(crate) struct GrantedRefresh {
    pub(crate) label: TokenLabel,
    pub(crate) value: crate::secret::Secret,
    /// False when the token shown is handed out again.
    pub(crate) is_new: bool,
}
