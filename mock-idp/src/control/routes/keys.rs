//! A world's signing keys.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Made, answer};
use crate::control::api::{Api, Operation};
use crate::control::given::{Asked, Named, Optional};
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::keys::{KeyFacts, KeyRefused, SigningKey};

/// The keys of a world.
#[derive(Serialize, JsonSchema)]
struct Keys {
    /// In the order of the key set.
    keys: Vec<KeyFacts>,
}

/// Whose keys are meant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhoseQuery {
    /// The authorization server whose keys alone are meant, `org` for the org's own (Okta). Without it, all of them: what is shown
    /// then are those of the first, under the ids that they have there.
    server: Option<String>,
}

/// A key to be published.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// Under this id: the withdrawn key that has it, or another built-in one. One of its own without it.
    kid: Option<String>,
    /// A key of your own, as RSA private key in PKCS#8 PEM, instead of a built-in one. It has an id already.
    pem: Option<String>,
    /// The certificate that goes with it, in PEM (Entra).
    certificate: Option<String>,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get("/worlds/{world}/keys", "listKeys", "The signing keys")
            .asks::<WhoseQuery>()
            .gives::<Keys>(),
        list,
    )
    .route(
        Operation::post(
            "/worlds/{world}/keys",
            "publishKey",
            "Publishes another key",
        )
        .asks::<WhoseQuery>()
        .may_take::<NewKey>()
        .makes::<KeyFacts>()
        .refuses(409, "The key is there already, or there are too many."),
        publish,
    )
    .route(
        Operation::post(
            "/worlds/{world}/keys/{kid}/activate",
            "activateKey",
            "Has a key sign from now on",
        )
        .asks::<WhoseQuery>()
        .gives::<KeyFacts>(),
        activate,
    )
    .route(
        Operation::post(
            "/worlds/{world}/keys/{kid}/replace",
            "replaceKey",
            "Puts another key in the place of one, under the same id",
        )
        .asks::<WhoseQuery>()
        .gives::<KeyFacts>()
        .refuses(409, "The built-in keys are all in use."),
        replace,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/keys/{kid}",
            "withdrawKey",
            "Takes a key out of the key set; if it signs, it goes on signing",
        )
        .asks::<WhoseQuery>()
        .gives::<KeyFacts>(),
        withdraw,
    )
}

async fn list(world: World, Asked(whose): Asked<WhoseQuery>) -> Answer<Keys> {
    let keys = match whose.server {
        Some(server) => world.idp.keys_of(&server)?.all(),
        None => world.idp.keys(),
    };
    answer(Keys { keys })
}

async fn publish(
    world: World,
    Asked(whose): Asked<WhoseQuery>,
    Optional(wanted): Optional<NewKey>,
) -> Result<Made<KeyFacts>, Problem> {
    let made = match (wanted.pem, wanted.kid) {
        (Some(_), Some(_)) => {
            return Err(Problem::unprocessable(
                "a key of your own has its id already; give `pem` or `kid`, not both",
            ));
        }
        (Some(pem), None) => {
            let key = SigningKey::from_pem(&pem, wanted.certificate.as_deref())
                .map_err(|error| Problem::unprocessable(error.to_string()))?;
            match whose.server {
                Some(server) => world.idp.keys_of(&server)?.import(key)?,
                None => world.idp.import_key(key)?,
            }
        }
        (None, kid) => match whose.server {
            Some(server) => world.idp.keys_of(&server)?.publish(kid.as_deref())?,
            None => world.idp.publish_key(kid.as_deref())?,
        },
    };
    Ok(Made(made))
}

async fn activate(
    world: World,
    Asked(whose): Asked<WhoseQuery>,
    Named(kid): Named,
) -> Answer<KeyFacts> {
    Ok(Json(match whose.server {
        Some(server) => world.idp.keys_of(&server)?.activate(&kid)?,
        None => world.idp.activate_key(&kid)?,
    }))
}

async fn replace(
    world: World,
    Asked(whose): Asked<WhoseQuery>,
    Named(kid): Named,
) -> Answer<KeyFacts> {
    Ok(Json(match whose.server {
        Some(server) => world.idp.keys_of(&server)?.replace(&kid)?,
        None => world.idp.replace_key(&kid)?,
    }))
}

async fn withdraw(
    world: World,
    Asked(whose): Asked<WhoseQuery>,
    Named(kid): Named,
) -> Answer<KeyFacts> {
    Ok(Json(match whose.server {
        Some(server) => world.idp.keys_of(&server)?.withdraw(&kid)?,
        None => world.idp.withdraw_key(&kid)?,
    }))
}

impl From<KeyRefused> for Problem {
    fn from(refused: KeyRefused) -> Self {
        match refused {
            KeyRefused::Unknown { .. } | KeyRefused::UnknownServer { .. } => {
                Self::not_found(refused.to_string())
            }
            KeyRefused::BadId(_) => Self::unprocessable(refused.to_string()),
            _ => Self::conflict(refused.to_string()),
        }
    }
}
