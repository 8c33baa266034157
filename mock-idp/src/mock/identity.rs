//! [`Identity`]: who a client is and where it goes.

use crate::directory::{Application, GrantType, User};
use crate::entra;
use crate::journal::Origin;
use crate::provider::Provider;
use crate::secret::Secret;
use crate::world::World;

/// An application, a user and a tenant or authorization server that fit together: all that a client is set up with.
#[derive(Clone, Debug)]
pub struct Identity {
    /// A confidential application.
    pub client_id: String,
    /// A valid secret of it: the newest, which is the last in the directory.
    pub client_secret: Secret,
    /// The login of a user who can use the password grant.
    pub username: String,
    /// That user's id, as [`TokenFacts::user`](crate::ledger::TokenFacts::user) has it.
    pub user_id: String,
    /// That user's password.
    pub password: Secret,
    /// The tenant id (Entra) or the id of the custom authorization server (Okta), as
    /// [`TokenFacts::issuer`](crate::ledger::TokenFacts::issuer) has it.
    pub issuer: String,
    /// What clients are configured with: the authority with its tenant (Entra) or the custom issuer (Okta).
    pub issuer_url: String,
    /// The token endpoint.
    pub token_url: String,
    /// The key set.
    pub jwks_url: String,
    /// A protected resource to read with an app-only token.
    pub api_url: String,
    /// The same for a client that acts for the user.
    pub user_api_url: String,
    /// A protected resource that takes a POST with a body, with an app-only token: 202 without a body (Graph's `sendMail`) or
    /// 201 with one (a customer's orders).
    pub post_api_url: String,
    /// The same for a client that acts for the user.
    pub user_post_api_url: String,
    /// What a refresh token that is minted for it is granted; change it for a client that asks for other scopes.
    pub scopes: Vec<String>,
}

impl Identity {
    /// The identity made of the so-manieth entries, each counted from 0 among those that fit; none if there are not so many.
    pub(crate) fn of(
        world: &World,
        application: usize,
        user: usize,
        tenant: usize,
    ) -> Option<Self> {
        let realm = Realm::of(world, tenant)?;
        let application = realm.confidential().nth(application)?;
        let mut with_password = realm.able_users().filter(|user| user.password.is_some());
        let user = with_password.nth(user)?;
        let read = api_url(world);
        let (user_api_url, post_api_url, user_post_api_url) = match world.provider {
            Provider::Entra => (
                entra::example_user_resource(world),
                entra::example_mailbox(world, &user.id),
                entra::example_user_mailbox(world),
            ),
            Provider::Okta => (read.clone(), read.clone(), read.clone()),
        };
        let secret = application.newest_secret(world.clock.now());
        Some(Self {
            client_id: application.id.clone(),
            client_secret: secret.map_or_else(|| Secret::new(""), |secret| secret.value.clone()),
            username: user.login.clone(),
            user_id: user.id.clone(),
            password: user.password.clone().unwrap_or_else(|| Secret::new("")),
            issuer: realm.id.to_owned(),
            issuer_url: issuer_url(world, realm.id),
            token_url: token_url(world, realm.id),
            jwks_url: jwks_url(world, realm.id),
            api_url: read,
            user_api_url,
            post_api_url,
            user_post_api_url,
            scopes: scopes(world.provider, GrantType::RefreshToken),
        })
    }
}

/// A tenant (Entra), or an authorization server with the applications and users of its org (Okta).
pub(super) struct Realm<'w> {
    pub(super) id: &'w str,
    applications: &'w [Application],
    users: &'w [User],
}

impl<'w> Realm<'w> {
    pub(super) fn of(world: &'w World, place: usize) -> Option<Self> {
        match world.provider {
            Provider::Entra => {
                let tenant = world.directory.entra.tenants.get(place)?;
                Some(Self {
                    id: &tenant.id,
                    applications: &tenant.applications,
                    users: &tenant.users,
                })
            }
            Provider::Okta => {
                let okta = &world.directory.okta;
                Some(Self {
                    id: &okta.authorization_servers.get(place)?.id,
                    applications: &okta.applications,
                    users: &okta.users,
                })
            }
        }
    }

    /// The applications that can sign in with a secret, by what the directory says. Those that need a browser or a caller for
    /// it come last: examples do without.
    pub(super) fn confidential(&self) -> impl Iterator<Item = &'w Application> + use<'w> {
        let alone = |application: &&Application| {
            let mut grants = application.grants.iter();
            !grants
                .any(|grant| matches!(grant, GrantType::AuthorizationCode | GrantType::OnBehalfOf))
                || application.grants.contains(&GrantType::ClientCredentials)
        };
        let able = self
            .applications
            .iter()
            .filter(|application| application.enabled && !application.secrets.is_empty());
        let others = able.clone().filter(move |application| !alone(application));
        able.filter(alone).chain(others)
    }

    /// The users whom nothing keeps from signing in.
    pub(super) fn able_users(&self) -> impl Iterator<Item = &'w User> + use<'w> {
        self.users.iter().filter(|user| user.can_sign_in())
    }
}

/// What clients of a tenant or authorization server are configured with.
pub(crate) fn issuer_url(world: &World, id: &str) -> String {
    match world.provider {
        Provider::Entra => format!("{}/{id}/v2.0", world.origin(Origin::Login)),
        Provider::Okta => format!("{}/oauth2/{id}", world.origin(Origin::Org)),
    }
}

/// Its token endpoint.
pub(crate) fn token_url(world: &World, id: &str) -> String {
    match world.provider {
        Provider::Entra => format!("{}/{id}/oauth2/v2.0/token", world.origin(Origin::Login)),
        Provider::Okta => format!("{}/v1/token", issuer_url(world, id)),
    }
}

/// Its key set.
pub(crate) fn jwks_url(world: &World, id: &str) -> String {
    match world.provider {
        Provider::Entra => format!("{}/{id}/discovery/v2.0/keys", world.origin(Origin::Login)),
        Provider::Okta => format!("{}/v1/keys", issuer_url(world, id)),
    }
}

/// A protected resource to read.
pub(super) fn api_url(world: &World) -> String {
    match world.provider {
        Provider::Entra => entra::example_resource(world),
        Provider::Okta => format!("{}/orders", world.origin(Origin::Api)),
    }
}

/// The scopes that the protected resource takes, and for a user those of a sign-in that lasts.
pub(super) fn scopes(provider: Provider, grant: GrantType) -> Vec<String> {
    let names: &[&str] = match (provider, grant) {
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
