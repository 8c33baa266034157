//! Whom a client acts as: from a scenario's words to entries of the mock's directory.

use mock_idp::directory::GrantType;
use mock_idp::{Identity, MockIdp, Secret};

use crate::scenario::{ClientSpec, GrantKind, Which};

/// The application, user and tenant that a client stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whom {
    application: Which,
    user: Which,
    tenant: Which,
    grant: GrantKind,
}

impl Whom {
    /// What a scenario says of a client.
    pub(crate) fn of(spec: &ClientSpec) -> Self {
        Self {
            application: spec.application,
            user: spec.user,
            tenant: spec.tenant,
            grant: spec.grant_in_use(),
        }
    }

    /// Whether it acts for the user and not for itself.
    pub(crate) fn is_for_user(self) -> bool {
        self.grant != GrantKind::ClientCredentials
    }

    /// Its entries in the directory, with the secret that works by now.
    ///
    /// # Errors
    ///
    /// In words, if the directory has no such entries.
    pub(crate) fn identity(self, idp: &MockIdp) -> Result<Identity, String> {
        idp.identity(
            place(self.application),
            place(self.user),
            place(self.tenant),
        )
        .ok_or_else(|| "the mock has no such application, user and tenant".to_owned())
    }

    /// The scopes it asks for: those it is told to, else those of the protected resource.
    pub(crate) fn scopes(self, told: &[String], idp: &MockIdp) -> Vec<String> {
        if told.is_empty() {
            idp.scopes(match self.grant {
                GrantKind::ClientCredentials => GrantType::ClientCredentials,
                GrantKind::Password => GrantType::Password,
                GrantKind::RefreshToken => GrantType::RefreshToken,
            })
        } else {
            told.to_vec()
        }
    }

    /// Whom a refresh token is minted for that it starts with: its user has allowed what it asks for, and offline access.
    ///
    /// # Errors
    ///
    /// As for [`identity`](Self::identity).
    pub(crate) fn signed_in(self, told: &[String], idp: &MockIdp) -> Result<Identity, String> {
        let mut identity = self.identity(idp)?;
        if !told.is_empty() {
            identity.scopes = told.to_vec();
            if !told.iter().any(|scope| scope == OFFLINE) {
                identity.scopes.push(OFFLINE.to_owned());
            }
        }
        Ok(identity)
    }
}

/// Gives the applications of these clients the secrets that the scenario has for them.
///
/// # Errors
///
/// As for [`Whom::identity`].
pub(crate) fn give_secrets<'a>(
    idp: &MockIdp,
    specs: impl IntoIterator<Item = &'a ClientSpec>,
) -> Result<(), String> {
    for spec in specs {
        if let Some(secret) = &spec.secret {
            let identity = Whom::of(spec).identity(idp)?;
            idp.set_secret(&identity.client_id, Secret::new(secret));
        }
    }
    Ok(())
}

/// The scope without which neither vendor grants a refresh token.
const OFFLINE: &str = "offline_access";

fn place(which: Which) -> usize {
    match which {
        Which::First => 0,
        Which::Second => 1,
    }
}
