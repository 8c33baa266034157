//! A world's directory as a whole, and the secrets of its applications.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, Made, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Client, Named, Optional, Text};
use crate::control::instant::Instant;
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::directory::{BadChange, Directory};

/// A secret to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewSecret {
    /// From when it works; from now without it.
    not_before: Option<Instant>,
    /// Until when; for ever without it.
    expires: Option<Instant>,
}

/// A secret that was made. It is not shown again.
#[derive(Serialize, JsonSchema)]
struct MadeSecret {
    /// Its id, by which it can be taken away.
    id: String,
    /// The secret.
    value: String,
}

/// A directory as it is shown.
#[derive(Serialize)]
#[serde(transparent)]
struct DirectoryView(Directory);

/// In the form of the file but for the secrets, so the file's schema does not fit.
impl JsonSchema for DirectoryView {
    fn schema_name() -> Cow<'static, str> {
        "DirectoryView".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Who and what the world knows, in the form of a directory file; of secrets only what tells them apart.",
            "properties": {
                "entra": { "type": "object" },
                "okta": { "type": "object" },
                "laxity": { "type": "object" },
            },
            "required": ["entra", "okta", "laxity"],
        })
    }
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/directory",
            "showDirectory",
            "Who and what the world knows, without secrets",
        )
        .gives::<DirectoryView>(),
        show,
    )
    .route(
        Operation::put(
            "/worlds/{world}/directory",
            "replaceDirectory",
            "Puts another directory in the place of this one, written as in a file",
        )
        .takes::<Directory>(),
        replace,
    )
    .route(
        Operation::post(
            "/worlds/{world}/directory/applications/{client}/secrets",
            "makeSecret",
            "Gives an application another secret, which is shown this once",
        )
        .may_take::<NewSecret>()
        .makes::<MadeSecret>(),
        make_secret,
    )
    .route(
        Operation::delete(
            "/worlds/{world}/directory/applications/{client}/secrets/{secret}",
            "removeSecret",
            "Takes a secret of an application away",
        ),
        remove_secret,
    )
}

async fn show(world: World) -> Answer<DirectoryView> {
    answer(DirectoryView(Directory::clone(&world.idp.directory())))
}

async fn replace(world: World, Text(text): Text) -> Done {
    // JSON is YAML.
    let directory = Directory::from_yaml(&text).map_err(Problem::of_directory)?;
    world.idp.replace_directory(directory);
    done()
}

async fn make_secret(
    world: World,
    Client(client): Client,
    Optional(wanted): Optional<NewSecret>,
) -> Result<Made<MadeSecret>, Problem> {
    let made = world.idp.issue_secret(
        &client,
        wanted.not_before.map(|Instant(at)| at),
        wanted.expires.map(|Instant(at)| at),
    )?;
    Ok(Made(MadeSecret {
        id: made.id,
        value: made.value.reveal().to_owned(),
    }))
}

async fn remove_secret(world: World, Client(client): Client, Named(secret): Named) -> Done {
    world.idp.remove_secret(&client, &secret)?;
    done()
}

impl From<BadChange> for Problem {
    fn from(change: BadChange) -> Self {
        match change {
            BadChange::Unknown { .. } => Self::not_found(change.to_string()),
            _ => Self::unprocessable(change.to_string()),
        }
    }
}
