//! `idp:` how the provider behaves.

use std::fmt;
use std::time::Duration;

use mock_idp::limits::LimitRule;
use schemars::JsonSchema;
use serde::de::{self, MapAccess};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use mock_idp::fault::{Length, Rule};

/// The provider's settings and script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IdpSpec {
    /// Lifetimes of what it issues.
    pub token: TokenSpec,
    /// What happens to a refresh token that is used.
    pub rotation: Option<Rotation>,
    /// Rate limits in place of the vendor's usual ones.
    pub limits: Vec<LimitRule>,
    /// Replies that differ from the ordinary; the first rule that applies to a request answers it.
    pub script: Vec<Rule>,
}

/// Lifetimes of issued tokens. What is absent is as the vendor has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSpec {
    /// `expires_in` of access tokens.
    pub expires_in: Option<Lifetime>,
    /// `refresh_in`: from when a renewal is advised (Entra).
    pub refresh_in: Option<Length>,
    /// How long a refresh token lives.
    pub refresh_token_lifetime: Option<Length>,
}

/// How long a token lives: `3600s`, or `{ over_margin: 5s }` for so much more than the client's safety margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// So long.
    Fixed(Length),
    /// So much longer than the margin with which the client renews early.
    OverMargin(Length),
}

impl Lifetime {
    /// The lifetime for a client with this safety margin.
    #[must_use]
    pub fn for_margin(self, margin: Duration) -> Duration {
        match self {
            Self::Fixed(length) => length.0,
            Self::OverMargin(more) => margin.saturating_add(more.0),
        }
    }
}

impl Serialize for Lifetime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(length) => length.serialize(serializer),
            Self::OverMargin(more) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("over_margin", more)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            over_margin: Length,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Lifetime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as `3600s`, or `{ over_margin: 5s }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Lifetime, E> {
                text.parse().map(Lifetime::Fixed).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lifetime, A::Error> {
                let Long { over_margin } =
                    Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Lifetime::OverMargin(over_margin))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Rotation of refresh tokens (RFC 9700 section 4.14.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Whether a used token is replaced.
    pub mode: RotationMode,
    /// How long a replaced token is still honoured (Okta: 0 s to 60 s).
    #[serde(default)]
    pub leeway: Length,
    /// What the use of a replaced token does.
    #[serde(default)]
    pub when_reused: WhenReused,
}

/// Whether a used refresh token is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RotationMode {
    /// The same token is returned each time.
    Static,
    /// A new token is returned and the old one dies.
    Rotate,
    /// A new token is returned and the old one stays valid (Entra).
    KeepOld,
}

/// What the use of a replaced refresh token does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenReused {
    /// The newest refresh token and all access tokens of the grant die with it.
    #[default]
    RevokeFamily,
    /// Only the request is refused.
    Refuse,
}
