//! [`TokenRecipe`]: what a token that is made to order is to be like.

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fault::Length;
use crate::keys::Unsigned;
use crate::ledger::{Grantee, TokenLabel};
use crate::secret::Secret;

/// A token to be made to order.
///
/// What a recipe leaves open is as the vendor's token endpoint has it: nothing at all gives the token that the example application
/// gets for itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TokenRecipe {
    /// Which of the two that the token endpoint gives; an access token without it.
    pub token: OrderedToken,
    /// The application, by its client id; the example one without it.
    pub client: Option<String>,
    /// The user for whom it speaks, by login or id; without one the application speaks for itself. An id token needs one.
    pub user: Option<String>,
    /// The tenant, by id or domain (Entra), or the authorization server, by id or `org` (Okta); the example one without it.
    pub issuer: Option<String>,
    /// The scopes, as a token request would ask for them; those of the example resource without any.
    pub scopes: Vec<String>,
    /// How long it lives: `30s`, `1h 30m`. Without it, as long as others of the application; an id token an hour.
    #[serde(with = "crate::fault::optional_length")]
    #[schemars(with = "Option<Length>")]
    pub lifetime: Option<Duration>,
    /// Claims to set, whatever the vendor has there; `null` takes one away.
    pub claims: Map<String, Value>,
    /// Members of the header to set; `null` takes one away. The signature is made with RS256 whatever `alg` says.
    pub header: Map<String, Value>,
    /// What is to be wrong with it. This comes last: it wins over claims and header.
    pub forge: Option<Flaw>,
}

/// Which token is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderedToken {
    /// An access token, for a resource.
    #[default]
    AccessToken,
    /// An id token, for the application itself (OpenID Connect Core 1.0 section 2). No resource takes it.
    IdToken,
}

/// What is wrong with a token on purpose. Everything else about it is right, so that a resource that misses this one thing takes it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flaw {
    /// `alg` is `none` and there is no signature (RFC 7519 section 6, RFC 8725 section 2.1).
    AlgNone,
    /// The signature is as long as a right one, and noise.
    BadSignature,
    /// It expired five minutes ago.
    Expired,
    /// It is valid from five minutes from now.
    NotYetValid,
    /// A key signed it that is not, or not any more, in the key set; the header names that key.
    WithdrawnKey,
    /// `aud` is nobody.
    WrongAudience,
    /// `iss` is nobody.
    WrongIssuer,
    /// The header names the key that signs now; another key signed it.
    WrongKey,
}

/// A token made to order.
#[derive(Clone, Debug)]
pub struct MintedToken {
    /// Its name in the journal, by which it can be revoked unless it was never honoured. An id token is counted among the access
    /// tokens, since it may be shown in place of one.
    pub label: TokenLabel,
    /// Its value.
    pub value: Secret,
    /// When it expires, by its `exp`.
    pub expires_at: Timestamp,
}

/// What a dialect makes of a recipe, before claims and header are set and anything is forged.
pub(crate) struct Ordinary {
    pub(crate) grantee: Grantee,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) unsigned: Unsigned,
}

/// How far from now lies what is no longer or not yet valid.
const MARGIN: Duration = Duration::from_secs(300);
/// How long a token has lived at most that has expired: ten years. There is no time before time, and what lives for ages never
/// expires.
const LONGEST_PAST: Duration = Duration::from_secs(10 * 365 * 86_400);

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AlgNone,
        Self::BadSignature,
        Self::Expired,
        Self::NotYetValid,
        Self::WithdrawnKey,
        Self::WrongAudience,
        Self::WrongIssuer,
        Self::WrongKey,
    ];

    /// Whether this world might have issued such a token at another time or with another key set, so that moving the clock or
    /// publishing the key makes it good.
    #[must_use]
    pub fn may_mend(self) -> bool {
        matches!(self, Self::Expired | Self::NotYetValid | Self::WithdrawnKey)
    }
}

impl TokenRecipe {
    /// How long the token is to live, if others live as long as `usual`.
    pub(crate) fn lifetime(&self, usual: Duration) -> Duration {
        let lifetime = self.lifetime.unwrap_or(usual);
        match self.forge {
            Some(Flaw::Expired) => lifetime.min(LONGEST_PAST),
            _ => lifetime,
        }
    }

    /// When a token with this lifetime is to have been issued, if it is `now`.
    pub(crate) fn issued_at(&self, now: Timestamp, lifetime: Duration) -> Timestamp {
        match self.forge {
            Some(Flaw::Expired) => {
                let age = lifetime.saturating_add(MARGIN);
                now.checked_sub(age).unwrap_or(Timestamp::UNIX_EPOCH)
            }
            Some(Flaw::NotYetValid) => now.checked_add(MARGIN).unwrap_or(Timestamp::MAX),
            _ => now,
        }
    }
}
