//! Worlds: made, shown, dropped.

use std::collections::BTreeMap;

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, Made, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::Given;
use crate::control::problem::Problem;
use crate::control::shared::Shared;
use crate::control::world::World;
use crate::directory::GrantType;
use crate::host::WorldName;
use crate::journal::Origin;
use crate::mock::MockIdp;
use crate::provider::Provider;

/// A world to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewWorld {
    /// Its name; `world-1`, `world-2`, … without it.
    name: Option<WorldName>,
    /// Whom it plays.
    provider: Provider,
    /// The seed of everything random in it.
    #[serde(default)]
    seed: u64,
    /// Whether it serves TLS. Real clients insist on it.
    #[serde(default = "yes")]
    tls: bool,
}

/// The worlds there are.
#[derive(Serialize, JsonSchema)]
struct Worlds {
    /// By name.
    worlds: Vec<WorldFacts>,
}

/// A world without its secrets.
#[derive(Serialize, JsonSchema)]
struct WorldFacts {
    /// Its name.
    name: WorldName,
    /// Whom it plays.
    provider: Provider,
    /// Scheme, host and port of each of its origins.
    origins: BTreeMap<Origin, String>,
    /// The tenant id (Entra) or the id of the custom authorization server (Okta) that examples use.
    tenant: String,
    /// What clients are configured with: the authority with its tenant (Entra) or the custom issuer (Okta).
    issuer: String,
    /// The token endpoint.
    token_url: String,
    /// The key set.
    jwks_url: String,
    /// A protected resource to call with a token.
    api_url: String,
}

/// A world, and what an example client needs to sign in to it.
#[derive(Serialize, JsonSchema)]
struct MadeWorld {
    /// The world.
    world: WorldFacts,
    /// The credentials of an example client.
    credentials: CredentialFacts,
}

/// What an example client needs to sign in. They open nothing but this world.
#[derive(Serialize, JsonSchema)]
struct CredentialFacts {
    /// A confidential application.
    client_id: String,
    /// A secret of it that works now.
    client_secret: String,
    /// The scopes for the client credentials grant.
    scope: String,
    /// A user who can use the password grant.
    username: String,
    /// That user's password.
    password: String,
    /// The scopes for the password grant.
    user_scope: String,
    /// An SSWS token (Okta).
    #[serde(skip_serializing_if = "Option::is_none")]
    api_token: Option<String>,
    /// The certificate authority to trust, in PEM; none for a world without TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_pem: Option<&'static str>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get("/worlds", "listWorlds", "The worlds there are").gives::<Worlds>(),
        list,
    )
    .route(
        Operation::post("/worlds", "makeWorld", "Starts another world")
            .takes::<NewWorld>()
            .makes::<MadeWorld>()
            .refuses(409, "The name is taken.")
            .refuses(503, "There is no room, or the system has no port to give."),
        make,
    )
    .route(
        Operation::get(
            "/worlds/{world}",
            "showWorld",
            "One world, without its secrets",
        )
        .gives::<WorldFacts>(),
        show,
    )
    .route(
        Operation::delete(
            "/worlds/{world}",
            "dropWorld",
            "Ends a world and frees its ports",
        ),
        remove,
    )
    .route(
        Operation::get(
            "/worlds/{world}/credentials",
            "showCredentials",
            "Secrets of an example client of the world",
        )
        .gives::<CredentialFacts>(),
        credentials,
    )
}

async fn list(State(shared): State<Shared>) -> Answer<Worlds> {
    let worlds = shared.host().list();
    let facts = worlds.iter().map(|(name, idp)| WorldFacts::of(name, idp));
    answer(Worlds {
        worlds: facts.collect(),
    })
}

async fn make(
    State(shared): State<Shared>,
    Given(wanted): Given<NewWorld>,
) -> Result<Made<MadeWorld>, Problem> {
    let mut builder = MockIdp::of(wanted.provider).seed(wanted.seed);
    if !wanted.tls {
        builder = builder.plain_http();
    }
    let host = shared.host();
    let name = host.create(wanted.name, builder).await?;
    let idp = host
        .get(&name)
        .ok_or_else(|| Problem::conflict("the world was dropped as soon as it was made"))?;
    Ok(Made(MadeWorld {
        world: WorldFacts::of(&name, &idp),
        credentials: CredentialFacts::of(&idp),
    }))
}

async fn show(world: World) -> Answer<WorldFacts> {
    answer(WorldFacts::of(&world.name, &world.idp))
}

async fn credentials(world: World) -> Answer<CredentialFacts> {
    answer(CredentialFacts::of(&world.idp))
}

async fn remove(State(shared): State<Shared>, world: World) -> Done {
    if shared.host().drop_world(&world.name).await {
        done()
    } else {
        Err(Problem::not_found(format!(
            "the world `{}` is being dropped by another",
            world.name
        )))
    }
}

impl WorldFacts {
    fn of(name: &WorldName, idp: &MockIdp) -> Self {
        let origins = [
            Origin::Login,
            Origin::Graph,
            Origin::Org,
            Origin::Api,
            Origin::Foreign,
        ];
        let origins = origins
            .into_iter()
            .map(|origin| (origin, idp.origin(origin).to_owned()))
            .filter(|(_, url)| !url.is_empty());
        Self {
            name: name.clone(),
            provider: idp.provider(),
            origins: origins.collect(),
            tenant: idp.tenant(),
            issuer: idp.issuer(),
            token_url: idp.token_url(),
            jwks_url: idp.jwks_url(),
            api_url: idp.api_url(),
        }
    }
}

impl CredentialFacts {
    fn of(idp: &MockIdp) -> Self {
        let credentials = idp.credentials();
        let scope = |grant| idp.scopes(grant).join(" ");
        let is_tls = idp.issuer().starts_with("https:");
        Self {
            client_id: credentials.client_id,
            client_secret: credentials.client_secret.reveal().to_owned(),
            scope: scope(GrantType::ClientCredentials),
            username: credentials.username,
            password: credentials.password.reveal().to_owned(),
            user_scope: scope(GrantType::Password),
            api_token: credentials.api_token.map(|token| token.reveal().to_owned()),
            ca_pem: is_tls.then(|| MockIdp::ca_pem().ok()).flatten(),
        }
    }
}

fn yes() -> bool {
    true
}
