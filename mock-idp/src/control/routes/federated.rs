//! Tokens of other issuers, for workloads that read them from a file (Entra).

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::Made;
use crate::control::api::{Api, Operation};
use crate::control::given::Given;
use crate::control::problem::Problem;
use crate::control::world::World;

/// For whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The application that has a federated credential, by its client id.
    client: String,
    /// The credential's name; the first without it.
    #[serde(default)]
    credential: Option<String>,
    /// For how many seconds it is valid; an hour without it.
    #[serde(default)]
    lifetime_seconds: Option<u32>,
}

/// A token. It is shown this once.
#[derive(Serialize, JsonSchema)]
struct FederatedFacts {
    /// The token: what the file of `AZURE_FEDERATED_TOKEN_FILE` holds.
    value: String,
    /// When it expires, on the server's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::post(
            "/worlds/{world}/federated-tokens",
            "makeFederatedToken",
            "Makes a token of another issuer that an application trusts, to sign in with",
        )
        .takes::<Wanted>()
        .makes::<FederatedFacts>(),
        make,
    )
}

async fn make(world: World, Given(wanted): Given<Wanted>) -> Result<Made<FederatedFacts>, Problem> {
    let lifetime = wanted
        .lifetime_seconds
        .map(|seconds| Duration::from_secs(seconds.into()));
    let made = world
        .idp
        .federated_token(&wanted.client, wanted.credential.as_deref(), lifetime)
        .map_err(|error| Problem::unprocessable(error.to_string()))?;
    Ok(Made(FederatedFacts {
        value: made.value.reveal().to_owned(),
        expires_at: made.expires_at,
    }))
}
