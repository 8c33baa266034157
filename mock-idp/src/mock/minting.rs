//! Tokens made to order.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::MockIdp;
use super::identity::scopes;
use crate::directory::GrantType;
use crate::keys::{SigningKey, Unsigned, stranger};
use crate::mint::{BadRecipe, Flaw, MintedToken, OrderedToken, Ordinary, TokenRecipe};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::world::World;
use crate::{entra, okta};

/// The most bytes of header and claims together: with base64 and a signature a token of them still fits a request's header.
const LIMIT: usize = 32 * 1024;

/// How long an RS256 signature of a 2048-bit key is.
const SIGNATURE_BYTES: usize = 256;

impl MockIdp {
    /// An access token or id token made to order, without any request.
    ///
    /// One that is not forged enters the ledger as any other: it has a label, resources take it by its claims, it can be
    /// [revoked](Self::revoke). A forged one has a label too, by which the journal names it instead of showing it, and resources
    /// refuse it with the vendor's answer to what is wrong. Unless it may [mend](Flaw::may_mend), this world does not hold
    /// itself to have issued it ([`TokenState::Foreign`](crate::ledger::TokenState::Foreign)). The same goes for an id token, which
    /// no resource takes.
    ///
    /// # Errors
    ///
    /// [`BadRecipe`] when the recipe names an application, user, tenant or authorization server that this world has not, scopes
    /// that its token endpoint would not grant, no user for an id token, or too much.
    pub fn mint(&self, recipe: &TokenRecipe) -> Result<MintedToken, BadRecipe> {
        self.rooms.in_turn(|world| mint(world, recipe))
    }
}

fn mint(world: &World, recipe: &TokenRecipe) -> Result<MintedToken, BadRecipe> {
    let mut recipe = recipe.clone();
    let is_id_token = recipe.token == OrderedToken::IdToken;
    if is_id_token && recipe.user.is_none() {
        return Err(BadRecipe::NoUser);
    }
    if recipe.scopes.is_empty() {
        let grant = match recipe.user {
            None => GrantType::ClientCredentials,
            Some(_) => GrantType::RefreshToken,
        };
        recipe.scopes = scopes(world.provider, grant);
    }
    let signer = match (world.provider, &recipe.issuer) {
        (Provider::Okta, Some(server)) => server.clone(),
        _ => world
            .signers()
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned(),
    };
    let key = match recipe.forge {
        Some(Flaw::WithdrawnKey) => world.keys.unpublished_of(&signer),
        _ => world.keys.active_of(&signer),
    };
    let ordinary = match world.provider {
        Provider::Entra => entra::ordinary(world, &recipe, &key)?,
        Provider::Okta => okta::ordinary(world, &recipe, &key)?,
    };
    let (unsigned, expires_at) = to_order(&ordinary, &recipe);
    let bytes = unsigned.header.len() + unsigned.claims.len();
    if bytes > LIMIT {
        return Err(BadRecipe::TooLong {
            bytes,
            limit: LIMIT,
        });
    }
    let value = signed(world, &unsigned, recipe.forge, &key);
    let issued_at = ordinary.issued_at;
    let ledger = &world.ledger;
    let label = ledger.issue_access(&ordinary.grantee, None, None, issued_at, expires_at);
    ledger.record_access(label, &value);
    if is_id_token || recipe.forge.is_some_and(|forgery| !forgery.may_mend()) {
        ledger.disown_access(label);
    }
    Ok(MintedToken {
        label,
        value: Secret::new(value),
        expires_at,
    })
}

/// The header and claims that were ordered, and when they expire.
fn to_order(ordinary: &Ordinary, recipe: &TokenRecipe) -> (Unsigned, Timestamp) {
    let mut header = changed(&ordinary.unsigned.header, &recipe.header);
    let mut claims = changed(&ordinary.unsigned.claims, &recipe.claims);
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    match recipe.forge {
        Some(Flaw::AlgNone) => {
            header.insert("alg".to_owned(), json!("none"));
        }
        // Whatever was ordered: these are what makes it one.
        Some(Flaw::Expired) => {
            set("exp", json!(ordinary.expires_at.as_second()));
        }
        Some(Flaw::NotYetValid) => {
            set("nbf", json!(ordinary.issued_at.as_second()));
            set("exp", json!(ordinary.expires_at.as_second()));
        }
        // Names that nobody can have (RFC 6761 section 6.4).
        Some(Flaw::WrongAudience) => {
            set("aud", json!("https://audience.invalid"));
        }
        Some(Flaw::WrongIssuer) => {
            set("iss", json!("https://issuer.invalid"));
        }
        None | Some(Flaw::BadSignature | Flaw::WithdrawnKey | Flaw::WrongKey) => {}
    }
    let expires_at = claims
        .get("exp")
        .and_then(Value::as_i64)
        .and_then(|second| Timestamp::from_second(second).ok());
    let unsigned = Unsigned {
        header: Value::Object(header).to_string(),
        claims: Value::Object(claims).to_string(),
    };
    (unsigned, expires_at.unwrap_or(ordinary.expires_at))
}

/// A JSON object with members set and taken away.
fn changed(text: &str, changes: &Map<String, Value>) -> Map<String, Value> {
    // It is ours and can be read.
    let mut members: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    for (name, value) in changes {
        match value {
            Value::Null => members.shift_remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    members
}

fn signed(world: &World, unsigned: &Unsigned, forge: Option<Flaw>, key: &SigningKey) -> String {
    match forge {
        Some(Flaw::AlgNone) => unsigned.with_signature(&[]),
        Some(Flaw::BadSignature) => {
            let blocks = std::iter::repeat_with(|| world.entropy.block());
            let noise: Vec<u8> = blocks.flatten().take(SIGNATURE_BYTES).collect();
            unsigned.with_signature(&noise)
        }
        Some(Flaw::WrongKey) => unsigned.signed_by(stranger()),
        _ => unsigned.signed_by(key),
    }
}
