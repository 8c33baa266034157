//! Worlds: made, shown, dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::faults::add_all;
use super::limits::check_all;
use crate::clock::{Clock, Rate, SystemClock, VirtualClock};
use crate::control::answer::{Answer, Done, Made, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::Both;
use crate::control::instant::Instant;
use crate::control::problem::Problem;
use crate::control::shared::Shared;
use crate::control::world::World;
use crate::directory::{Directory, GrantType};
use crate::fault::{Length, Rule};
use crate::host::{Host, HostError, WorldName};
use crate::journal::Origin;
use crate::limits::LimitRule;
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
    /// Its clock.
    #[serde(default)]
    clock: ClockWish,
    /// Who and what it knows, written as in a directory file; the built-in directory without it.
    #[schemars(with = "Option<Directory>")]
    directory: Option<IgnoredAny>,
    /// Fault rules that are in force from the start.
    #[serde(default)]
    faults: Vec<Rule>,
    /// Rate limits in place of the vendor's or beside them; those of the directory do not count then.
    #[serde(default)]
    limits: Vec<LimitRule>,
    /// Lifetime of access tokens, in place of the vendor's.
    access_token_lifetime: Option<Length>,
    /// How long refresh tokens live without being used, in place of the vendor's limits.
    refresh_token_lifetime: Option<Length>,
}

/// The clock of a world to be made.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ClockWish {
    /// It shows the machine's time, runs with it, and can be moved.
    #[default]
    Running,
    /// The machine's clock, which nobody moves.
    System,
    /// It shows another time.
    Virtual(VirtualWish),
    /// That of another world: whoever moves the one moves the other.
    Of(WorldName),
}

/// A clock that shows another time than the machine's.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VirtualWish {
    /// What it shows at first.
    start: Instant,
    /// How fast it runs; it stands still without it.
    rate: Option<Rate>,
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
    Both(wanted, text): Both<NewWorld>,
) -> Result<Made<MadeWorld>, Problem> {
    let host = shared.host();
    host.admits(wanted.name.as_ref())?;
    let clock = wanted.clock.clock(host)?;
    let mut builder = MockIdp::of(wanted.provider).seed(wanted.seed).clock(clock);
    if wanted.directory.is_some() {
        // Read by itself: everything that is wrong with it is told, not only the first.
        let directory = Directory::under("directory", &text).map_err(Problem::of_directory)?;
        builder = builder.directory(directory);
    }
    if !wanted.tls {
        builder = builder.plain_http();
    }
    if let Some(Length(lifetime)) = wanted.access_token_lifetime {
        builder = builder.access_token_lifetime(lifetime);
    }
    if let Some(Length(lifetime)) = wanted.refresh_token_lifetime {
        builder = builder.refresh_token_lifetime(lifetime);
    }
    check_all(&wanted.limits)?;
    for limit in wanted.limits {
        builder = builder.limit(limit);
    }
    let idp = host
        .placed(builder)
        .start()
        .await
        .map_err(HostError::from)?;
    add_all(&idp, &wanted.faults)?;
    // A reset leaves the faults that it was made with.
    idp.start_here();
    // Only now, whole: nobody has met it before.
    let name = host.adopt(wanted.name, idp)?;
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

impl ClockWish {
    fn clock(self, host: &Host) -> Result<Arc<dyn Clock>, Problem> {
        Ok(match self {
            Self::Running => Arc::new(VirtualClock::following_system()),
            Self::System => Arc::new(SystemClock),
            Self::Virtual(VirtualWish { start, rate }) => {
                let clock = VirtualClock::starting_at(start.0);
                if let Some(rate) = rate {
                    clock.run(rate);
                }
                Arc::new(clock)
            }
            Self::Of(name) => {
                let other = host.get(&name).ok_or_else(|| {
                    Problem::unprocessable(format!(
                        "there is no world `{name}` to take the clock of"
                    ))
                })?;
                other.shared_clock()
            }
        })
    }
}

impl WorldFacts {
    fn of(name: &WorldName, idp: &MockIdp) -> Self {
        let origins = [
            Origin::Login,
            Origin::Graph,
            Origin::ManagedIdentity,
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
