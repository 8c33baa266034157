//! Tokens: what a world remembers of them, and their revocation.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::answer::{Answer, Done, Made, answer, done};
use crate::control::api::{Api, Operation};
use crate::control::given::{Given, Optional};
use crate::control::problem::Problem;
use crate::control::world::World;
use crate::ledger::{TokenFacts, TokenLabel};
use crate::mint::TokenRecipe;

/// Every token that the world remembers, without their values.
#[derive(Serialize, JsonSchema)]
struct Tokens {
    /// In order of issue.
    tokens: Vec<TokenFacts>,
}

/// What is revoked.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Revoke {
    /// The token of this label. A refresh token goes with all others of its sign-in and the access tokens that came from them.
    Label(TokenLabel),
    /// The same, by the token's value.
    Value(String),
    /// All of a kind.
    All(Kind),
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Every access token issued so far; refresh tokens live on.
    AccessTokens,
    /// Every refresh token and the access tokens that came from them.
    Grants,
}

/// A token made to order. It is shown this once.
#[derive(Serialize, JsonSchema)]
struct MintedFacts {
    /// Its name in the journal, by which it can be revoked unless it was never honoured, as forged tokens and id tokens are not.
    label: TokenLabel,
    /// The token.
    value: String,
    /// When it expires, on the server's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Timestamp,
}

/// A refresh token made outside any flow. It is shown this once.
#[derive(Serialize, JsonSchema)]
struct RefreshFacts {
    /// Its name in the journal, by which it can be revoked.
    label: TokenLabel,
    /// The token.
    value: String,
}

pub(super) fn add(api: Api) -> Api {
    api.route(
        Operation::get(
            "/worlds/{world}/tokens",
            "listTokens",
            "Every token that the world remembers, without their values",
        )
        .gives::<Tokens>(),
        list,
    )
    .route(
        Operation::post(
            "/worlds/{world}/tokens",
            "mintToken",
            "Makes an access token or id token to order, or forges one",
        )
        .may_take::<TokenRecipe>()
        .makes::<MintedFacts>(),
        mint,
    )
    .route(
        Operation::post(
            "/worlds/{world}/tokens/refresh",
            "mintRefreshToken",
            "Makes a refresh token for the example application and user, as if the user had signed in",
        )
        .makes::<RefreshFacts>(),
        mint_refresh,
    )
    .route(
        Operation::post(
            "/worlds/{world}/tokens/revoke",
            "revokeTokens",
            "Revokes one token, or all of a kind",
        )
        .takes::<Revoke>(),
        revoke,
    )
}

async fn list(world: World) -> Answer<Tokens> {
    answer(Tokens {
        tokens: world.idp.tokens(),
    })
}

async fn mint(
    world: World,
    Optional(recipe): Optional<TokenRecipe>,
) -> Result<Made<MintedFacts>, Problem> {
    let minted = world
        .idp
        .mint(&recipe)
        .map_err(|error| Problem::unprocessable(error.to_string()))?;
    Ok(Made(MintedFacts {
        label: minted.label,
        value: minted.value.reveal().to_owned(),
        expires_at: minted.expires_at,
    }))
}

async fn mint_refresh(world: World) -> Made<RefreshFacts> {
    let minted = world.idp.mint_refresh_token();
    Made(RefreshFacts {
        label: minted.label,
        value: minted.value.reveal().to_owned(),
    })
}

async fn revoke(world: World, Given(wanted): Given<Revoke>) -> Done {
    let idp = &world.idp;
    let label = match wanted {
        Revoke::All(Kind::AccessTokens) => {
            idp.revoke_access_tokens();
            return done();
        }
        Revoke::All(Kind::Grants) => {
            idp.revoke_grants();
            return done();
        }
        Revoke::Label(label) => Some(label),
        Revoke::Value(value) => idp.label_of(&value),
    };
    // The value is not told: it may be a live token of another world.
    if label.is_some_and(|label| idp.revoke(label)) {
        done()
    } else {
        Err(Problem::not_found(
            "the world remembers no such token; GET …/tokens lists those it does",
        ))
    }
}
