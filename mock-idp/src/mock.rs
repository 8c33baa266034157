//! [`MockIdp`]: one running world and the handles to it.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::builder::Builder;
use crate::clock::Clock;
use crate::directory::{Application, GrantType, User};
use crate::fault::FaultScript;
use crate::journal::{Journal, Origin};
use crate::ledger::{Grantee, TokenFacts, TokenLabel};
use crate::listener::{Authority, Listener, NoCertificate};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::world::World;
use crate::{entra, okta};

/// A running mock identity provider. Dropping it closes its ports.
#[derive(Debug)]
pub struct MockIdp {
    world: Arc<World>,
    listeners: Vec<Listener>,
}

/// What an example client needs to sign in: the first entries of the directory that fit together.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// A confidential application.
    pub client_id: String,
    /// A valid secret of it.
    pub client_secret: Secret,
    /// A user who can use the password grant.
    pub username: String,
    /// That user's password.
    pub password: Secret,
    /// An SSWS token (Okta).
    pub api_token: Option<Secret>,
}

/// A refresh token made outside any flow, as if someone had signed in.
#[derive(Clone, Debug)]
pub struct MintedRefreshToken {
    /// Its label.
    pub label: TokenLabel,
    /// Its value.
    pub value: Secret,
}

impl MockIdp {
    pub(crate) fn new(world: Arc<World>, listeners: Vec<Listener>) -> Self {
        Self { world, listeners }
    }

    /// A world that plays Microsoft Entra ID.
    pub fn entra() -> Builder {
        Builder::new(Provider::Entra)
    }

    /// A world that plays Okta.
    pub fn okta() -> Builder {
        Builder::new(Provider::Okta)
    }

    /// A world that plays the given vendor.
    pub fn of(provider: Provider) -> Builder {
        Builder::new(provider)
    }

    /// The vendor.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.world.provider
    }

    /// Scheme, host and port of an origin, without a slash at the end; empty for an origin this vendor has not.
    #[must_use]
    pub fn origin(&self, origin: Origin) -> &str {
        self.world.origin(origin)
    }

    /// The sockets it listens on.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(Listener::address).collect()
    }

    /// The tenant id (Entra) or the id of the custom authorization server (Okta) that examples use.
    #[must_use]
    pub fn tenant(&self) -> &str {
        let directory = &self.world.directory;
        let first = match self.world.provider {
            Provider::Entra => directory
                .entra
                .tenants
                .first()
                .map(|tenant| tenant.id.as_str()),
            Provider::Okta => directory
                .okta
                .authorization_servers
                .first()
                .map(|server| server.id.as_str()),
        };
        first.unwrap_or_default()
    }

    /// What clients are configured with: the authority with its tenant (Entra) or the custom issuer (Okta).
    #[must_use]
    pub fn issuer(&self) -> String {
        match self.world.provider {
            Provider::Entra => format!("{}/{}/v2.0", self.origin(Origin::Login), self.tenant()),
            Provider::Okta => format!("{}/oauth2/{}", self.origin(Origin::Org), self.tenant()),
        }
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_url(&self) -> String {
        match self.world.provider {
            Provider::Entra => format!(
                "{}/{}/oauth2/v2.0/token",
                self.origin(Origin::Login),
                self.tenant()
            ),
            Provider::Okta => format!("{}/v1/token", self.issuer()),
        }
    }

    /// The key set.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        match self.world.provider {
            Provider::Entra => format!(
                "{}/{}/discovery/v2.0/keys",
                self.origin(Origin::Login),
                self.tenant()
            ),
            Provider::Okta => format!("{}/v1/keys", self.issuer()),
        }
    }

    /// A protected resource that takes the tokens of [`token_url`](Self::token_url): Graph's users, or a customer's orders.
    #[must_use]
    pub fn api_url(&self) -> String {
        match self.world.provider {
            Provider::Entra => entra::example_resource(&self.world),
            Provider::Okta => format!("{}/orders", self.origin(Origin::Api)),
        }
    }

    /// The same resource for a client that acts for a user: Graph's `me`, or a customer's orders.
    #[must_use]
    pub fn user_api_url(&self) -> String {
        match self.world.provider {
            Provider::Entra => entra::example_user_resource(&self.world),
            Provider::Okta => self.api_url(),
        }
    }

    /// The scopes that a client asks for to call [`api_url`](Self::api_url) with this grant.
    #[must_use]
    pub fn scopes(&self, grant: GrantType) -> Vec<String> {
        let names: &[&str] = match (self.world.provider, grant) {
            (Provider::Entra, GrantType::ClientCredentials) => {
                &["https://graph.microsoft.com/.default"]
            }
            (Provider::Entra, _) => &[
                "https://graph.microsoft.com/.default",
                "openid",
                "profile",
                "offline_access",
            ],
            (Provider::Okta, GrantType::ClientCredentials) => &["orders.read"],
            (Provider::Okta, _) => &["orders.read", "openid", "offline_access"],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// The client id that examples use.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.example_application()
            .map_or("", |application| application.id.as_str())
    }

    /// A valid secret of [`client_id`](Self::client_id).
    #[must_use]
    pub fn client_secret(&self) -> Secret {
        let now = self.world.clock.now();
        let application = self.example_application();
        let valid = application.and_then(|application| {
            application
                .secrets
                .iter()
                .find(|secret| secret.is_valid_at(now))
        });
        valid.map_or_else(|| Secret::new(""), |secret| secret.value.clone())
    }

    /// Everything an example client needs to sign in.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        let user = self.example_user();
        let okta = &self.world.directory.okta;
        Credentials {
            client_id: self.client_id().to_owned(),
            client_secret: self.client_secret(),
            username: user.map(|user| user.login.clone()).unwrap_or_default(),
            password: user
                .and_then(|user| user.password.clone())
                .unwrap_or_else(|| Secret::new("")),
            api_token: match self.world.provider {
                Provider::Entra => None,
                Provider::Okta => okta.api_tokens.first().map(|token| token.value.clone()),
            },
        }
    }

    /// The certificate authority that clients have to trust, in PEM.
    ///
    /// # Errors
    ///
    /// [`NoCertificate`] if this process could not make one.
    pub fn ca_pem() -> Result<&'static str, NoCertificate> {
        Authority::of_process().map(|authority| authority.ca_pem.as_str())
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.world.clock
    }

    /// What came in and what went out.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.world.journal
    }

    /// Scripted departures from the ordinary.
    #[must_use]
    pub fn faults(&self) -> &FaultScript {
        &self.world.faults
    }

    /// Lets go of the answers that wait in a hold, and says how many they were.
    pub fn release(&self, hold: &str) -> usize {
        self.world.holds.release(hold)
    }

    /// A refresh token for the example application and user, as if the user had signed in and allowed offline access.
    #[must_use]
    pub fn mint_refresh_token(&self) -> MintedRefreshToken {
        let world = &self.world;
        let (value, lifetime) = match world.provider {
            Provider::Entra => (entra::refresh_value(world), entra::refresh_lifetime(world)),
            Provider::Okta => (
                okta::refresh_value(world),
                okta::refresh_lifetime(world, false),
            ),
        };
        let grantee = Grantee {
            client: self.client_id().to_owned(),
            user: self.example_user().map(|user| user.id.clone()),
            issuer: self.tenant().to_owned(),
            scope: self.scopes(GrantType::RefreshToken),
        };
        let (_, label) = world
            .ledger
            .start_family(grantee, lifetime, &value, world.clock.now());
        MintedRefreshToken {
            label,
            value: Secret::new(value),
        }
    }

    /// The label of a token this world has issued, by its value.
    #[must_use]
    pub fn label_of(&self, token: &str) -> Option<TokenLabel> {
        self.world.ledger.label_of(token)
    }

    /// Every token this world remembers.
    #[must_use]
    pub fn tokens(&self) -> Vec<TokenFacts> {
        self.world.ledger.facts()
    }

    /// Revokes every access token issued so far; refresh tokens live on.
    pub fn revoke_access_tokens(&self) {
        self.world.ledger.revoke_access_tokens();
    }

    /// Revokes every refresh token and the access tokens that came from them.
    pub fn revoke_grants(&self) {
        self.world.ledger.revoke_families(self.world.clock.now());
    }

    /// Stops the world and waits until its ports are free. Requests in progress are cut off.
    ///
    /// Dropping it does the same without waiting: the ports are free once the runtime has had its turn.
    pub async fn stop(self) {
        for listener in self.listeners {
            listener.stop().await;
        }
    }

    fn example_application(&self) -> Option<&Application> {
        let directory = &self.world.directory;
        let applications = match self.world.provider {
            Provider::Entra => directory
                .entra
                .tenants
                .first()
                .map(|tenant| &tenant.applications)?,
            Provider::Okta => &directory.okta.applications,
        };
        applications
            .iter()
            .find(|application| application.enabled && !application.is_public())
    }

    fn example_user(&self) -> Option<&User> {
        let directory = &self.world.directory;
        let users = match self.world.provider {
            Provider::Entra => directory
                .entra
                .tenants
                .first()
                .map(|tenant| &tenant.users)?,
            Provider::Okta => &directory.okta.users,
        };
        users.iter().find(|user| {
            user.enabled && !user.locked && !user.mfa_required && !user.password_expired
        })
    }
}
