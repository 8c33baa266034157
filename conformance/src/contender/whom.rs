//! Whom a client acts as: from a scenario's words to entries of the mock's directory.

use mock_idp::directory::{Application, Assigned, GrantType};
use mock_idp::{Identity, MockIdp, Provider, Secret};

use crate::scenario::{ClientAuthMethod, ClientSpec, GrantKind, Which};

/// The application, user and tenant that a client stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whom {
    application: Which,
    user: Which,
    tenant: Which,
    grant: GrantKind,
    auth: Option<ClientAuthMethod>,
    v1: bool,
}

impl Whom {
    /// What a scenario says of a client.
    pub(crate) fn of(spec: &ClientSpec) -> Self {
        Self {
            application: spec.application,
            user: spec.user,
            tenant: spec.tenant,
            grant: spec.grant_in_use(),
            auth: spec.auth_in_use(),
            v1: spec.v1,
        }
    }

    /// The grant it uses.
    pub(crate) fn grant(self) -> GrantKind {
        self.grant
    }

    /// How it authenticates; none if it has nothing to do it with.
    pub(crate) fn auth(self) -> Option<ClientAuthMethod> {
        self.auth
    }

    /// Whether it acts for the user and not for itself.
    pub(crate) fn is_for_user(self) -> bool {
        self.grant.is_for_user()
    }

    /// Its entries in the directory, with the secret that works by now.
    ///
    /// # Errors
    ///
    /// In words, if the directory has no such entries.
    pub(crate) fn identity(self, idp: &MockIdp) -> Result<Identity, String> {
        let nobody = || "the mock has no such application, user and tenant".to_owned();
        let found = idp.identity(
            place(self.application),
            place(self.user),
            place(self.tenant),
        );
        let mut identity = found.ok_or_else(nobody)?;
        if self.v1 {
            identity.token_url = identity.token_url.replace("/oauth2/v2.0/", "/oauth2/");
        }
        let directory = idp.directory();
        let tenant = directory.entra.tenant(&identity.issuer);
        let applications = match idp.provider() {
            Provider::Entra => tenant.map(|tenant| tenant.applications.as_slice()),
            Provider::Okta => Some(directory.okta.applications.as_slice()),
        };
        if self.grant == GrantKind::ManagedIdentity {
            let mut machines = tenant.iter().flat_map(|tenant| &tenant.managed_identities);
            let own = machines.find(|machine| machine.assigned == Assigned::System);
            identity
                .client_id
                .clone_from(&own.ok_or_else(nobody)?.client_id);
        } else if !self.has_any_application() {
            let mut applications = applications.into_iter().flatten();
            let found = applications.find(|known| known.enabled && self.fits(known));
            let application = found.ok_or_else(nobody)?;
            let secret = application.newest_secret(idp.clock().now());
            let value = secret.map(|secret| secret.value.clone());
            identity.client_id.clone_from(&application.id);
            identity.client_secret = value.unwrap_or_else(|| Secret::new(""));
        }
        Ok(identity)
    }

    /// Whether any application with a secret will do, or none is needed.
    fn has_any_application(self) -> bool {
        if self.grant == GrantKind::ApiToken {
            return true;
        }
        let is_special = ClientAuthMethod::is_of_one_application;
        self.grant.is_any_applications() && !self.auth.is_some_and(is_special)
    }

    /// Whether an application can be such a client.
    fn fits(self, application: &Application) -> bool {
        let may = |grant| application.grants.contains(&grant);
        match (self.grant, self.auth) {
            (GrantKind::AuthorizationCode, _) => {
                may(GrantType::AuthorizationCode) && !application.is_public()
            }
            (GrantKind::DeviceCode, _) => may(GrantType::DeviceCode) && application.is_public(),
            (GrantKind::OnBehalfOf, _) => may(GrantType::OnBehalfOf),
            (GrantKind::TokenExchange, _) => may(GrantType::TokenExchange),
            (_, Some(ClientAuthMethod::Certificate)) => !application.certificates.is_empty(),
            (_, Some(ClientAuthMethod::Federated)) => !application.federated.is_empty(),
            _ => false,
        }
    }

    /// The scopes it asks for: those it is told to, else those of the protected resource.
    pub(crate) fn scopes(self, told: &[String], idp: &MockIdp) -> Vec<String> {
        if self.grant == GrantKind::ApiToken {
            Vec::new()
        } else if told.is_empty() {
            // An exchange brings nothing that is for users alone: neither an ID token nor a refresh token.
            let is_signed_in = self.is_for_user() && self.grant != GrantKind::TokenExchange;
            idp.scopes(match is_signed_in {
                true => GrantType::RefreshToken,
                false => GrantType::ClientCredentials,
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
