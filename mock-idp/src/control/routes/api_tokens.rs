//! SSWS tokens, made as the admin console of an org makes them (Okta).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::Made;
use crate::control::api::{Api, Operation};
use crate::control::given::Optional;
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::directory::TokenNetwork;

/// What token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedToken {
    /// The administrator whose token it is, by login or id; the example user without it.
    #[serde(default)]
    user: Option<String>,
    /// Its name.
    #[serde(default)]
    name: Option<String>,
    /// From where it may be used; from anywhere without it.
    #[serde(default)]
    network: Option<TokenNetwork>,
}

/// A token. It is shown this once.
#[derive(Serialize, JsonSchema)]
struct MadeToken {
    /// Its id (`00T…`).
    id: String,
    /// The token: what stands behind `SSWS` in `Authorization`.
    value: String,
    /// The login of its owner.
    user: String,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::post(
            "/worlds/{world}/api-tokens",
            "makeApiToken",
            "Makes an SSWS token for the management API (Okta)",
        )
        .may_take::<WantedToken>()
        .makes::<MadeToken>(),
        make,
    )
}

async fn make(
    world: World,
    Optional(wanted): Optional<WantedToken>,
) -> Result<Made<MadeToken>, Problem> {
    let user = wanted
        .user
        .unwrap_or_else(|| world.idp.credentials().username);
    let name = wanted.name.unwrap_or_else(|| "token".to_owned());
    let network = wanted.network.unwrap_or_default();
    let token = world.idp.issue_api_token(&user, &name, network)?;
    Ok(Made(MadeToken {
        value: token.value.reveal().to_owned(),
        id: token.id,
        user: token.user,
    }))
}
