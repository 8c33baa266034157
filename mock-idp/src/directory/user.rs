//! People who sign in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::admin_role::AdminRole;
use super::defaults::{is_default, yes};
use crate::secret::Secret;

/// A user. Written out as JSON it shows no password.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Object id (Entra) or user id (Okta, `00u…`).
    pub id: String,
    /// User principal name (Entra) or login (Okta).
    pub login: String,
    /// Display name.
    pub name: String,
    /// Password; a user without one cannot use the password grant.
    #[serde(default, skip_serializing)]
    pub password: Option<Secret>,
    /// Whether the account is enabled.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Locked out after too many attempts.
    #[serde(default)]
    pub locked: bool,
    /// The password has to be changed before the next sign-in.
    #[serde(default)]
    pub password_expired: bool,
    /// Signing in takes a second factor, which no password grant can give.
    #[serde(default)]
    pub mfa_required: bool,
    /// The ids of the groups it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// What it may administer (Okta), and with it its API tokens and access tokens. Without it everything, so that a directory
    /// need not speak of roles.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: AdminRole,
    /// What Okta knows of the account beside all this.
    #[serde(default, skip_serializing_if = "is_default")]
    pub account: Box<Account>,
}

impl User {
    /// A user who can sign in once there is a password.
    #[must_use]
    pub fn new(id: impl Into<String>, login: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            login: login.into(),
            name: name.into(),
            password: None,
            enabled: true,
            locked: false,
            password_expired: false,
            mfa_required: false,
            groups: Vec::new(),
            role: AdminRole::default(),
            account: Box::default(),
        }
    }

    /// Whether nothing keeps the user from signing in.
    #[must_use]
    pub fn can_sign_in(&self) -> bool {
        self.enabled && !self.locked && !self.mfa_required && !self.password_expired
    }
}
