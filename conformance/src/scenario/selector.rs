//! Selectors: which exchanges on the wire a predicate speaks of.

use std::fmt;
use std::str::FromStr;

use mock_idp::journal::Endpoint;
use mock_idp::ledger::TokenLabel;
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::trace::Party;

/// An endpoint as selectors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The token endpoint.
    Token,
    /// The protected resource.
    Resource,
    /// Metadata documents, instance discovery included.
    Discovery,
    /// The key set.
    Jwks,
    /// Anything at all.
    Anything,
}

impl Target {
    /// Whether an exchange with this endpoint is meant.
    #[must_use]
    pub fn covers(self, endpoint: Endpoint) -> bool {
        match self {
            Self::Token => endpoint == Endpoint::Token,
            Self::Resource => endpoint == Endpoint::Resource,
            Self::Discovery => {
                matches!(endpoint, Endpoint::Discovery | Endpoint::InstanceDiscovery)
            }
            Self::Jwks => endpoint == Endpoint::Jwks,
            Self::Anything => true,
        }
    }

    /// The name used in files and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Resource => "resource",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Anything => "anything",
        }
    }
}

/// Which exchanges are meant. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selector {
    /// The endpoint; any without it.
    pub to: Option<Target>,
    /// Who sent it; the client without it.
    pub by: Option<Party>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// `grant_type` of the request.
    pub grant: Option<String>,
    /// `error` of the answer.
    pub error: Option<String>,
    /// Which token the request shows.
    pub presents: Option<Presents>,
    /// Whether a secret stood where it must not (`true`: it did).
    pub leaks_secret: Option<bool>,
    /// Only after a step began, or after the first exchange that a selector matches.
    pub after: Option<After>,
    /// Only while this hold kept an answer back.
    #[serde(rename = "while")]
    pub during: Option<String>,
}

/// Which token a request shows: a refresh token to the token endpoint, an access token to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presents {
    /// The latest one issued to this client before the request.
    Newest,
    /// One that is valid.
    Live,
    /// One past its expiry.
    Expired,
    /// A refresh token that has been replaced.
    Rotated,
    /// One that was revoked.
    Revoked,
    /// One that the mock never issued.
    Foreign,
    /// None.
    Nothing,
    /// This one.
    Label(TokenLabel),
}

const PRESENTS: &str =
    "newest, live, expired, rotated, revoked, foreign, nothing, or a label such as `RT#1`";

impl FromStr for Presents {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "newest" => Self::Newest,
            "live" => Self::Live,
            "expired" => Self::Expired,
            "rotated" => Self::Rotated,
            "revoked" => Self::Revoked,
            "foreign" => Self::Foreign,
            "nothing" => Self::Nothing,
            label => Self::Label(
                label
                    .parse()
                    .map_err(|_| format!("`{text}` is no kind of token; expected {PRESENTS}"))?,
            ),
        })
    }
}

impl fmt::Display for Presents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => f.write_str("newest"),
            Self::Live => f.write_str("live"),
            Self::Expired => f.write_str("expired"),
            Self::Rotated => f.write_str("rotated"),
            Self::Revoked => f.write_str("revoked"),
            Self::Foreign => f.write_str("foreign"),
            Self::Nothing => f.write_str("nothing"),
            Self::Label(label) => label.fmt(f),
        }
    }
}

impl Serialize for Presents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Presents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Where `after` begins: `after: c` or `after: { to: resource, status: 401 }`.
#[derive(Clone, Debug, PartialEq)]
pub enum After {
    /// When the step with this label began.
    Step(String),
    /// When the first matching exchange was answered.
    Exchange(Box<Selector>),
}

impl Serialize for After {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Step(label) => label.serialize(serializer),
            Self::Exchange(selector) => selector.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for After {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = After;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the `as` name of a step, or a selector such as `{ to: resource, status: 401 }`")
            }

            fn visit_str<E: de::Error>(self, label: &str) -> Result<After, E> {
                Ok(After::Step(label.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<After, A::Error> {
                Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))
                    .map(|selector| After::Exchange(Box::new(selector)))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The nth request of the client to an endpoint: `token#2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// The endpoint.
    pub to: Target,
    /// Which one, from 1.
    pub ordinal: u32,
}

impl FromStr for Numbered {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "`{text}` does not name a request; write an endpoint and a number, such as `token#1`"
            )
        };
        let (to, ordinal) = text.split_once('#').ok_or_else(refuse)?;
        let to = match to {
            "token" => Target::Token,
            "resource" => Target::Resource,
            "discovery" => Target::Discovery,
            "jwks" => Target::Jwks,
            _ => return Err(refuse()),
        };
        match ordinal.parse() {
            Ok(ordinal @ 1..) => Ok(Self { to, ordinal }),
            _ => Err(refuse()),
        }
    }
}

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.to.name(), self.ordinal)
    }
}

impl Serialize for Numbered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Numbered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
