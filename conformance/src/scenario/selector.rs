//! Selectors: which exchanges on the wire a predicate speaks of.

use std::fmt;
use std::str::FromStr;

use mock_idp::journal::Endpoint;
use mock_idp::ledger::TokenLabel;
use schemars::JsonSchema;
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::client::Which;
use crate::trace::Party;
use mock_idp::as_text;
use mock_idp::expect::Statuses;
use mock_idp::fault::Length;

/// An endpoint as selectors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The token endpoint.
    Token,
    /// The protected resource.
    Resource,
    /// The device authorization endpoint.
    Device,
    /// The metadata service of a machine.
    ManagedIdentity,
    /// The authorization endpoint, where browsers are sent.
    Authorize,
    /// Metadata documents, instance discovery included.
    Discovery,
    /// The key set.
    Jwks,
    /// The origin that is not the provider's, where some redirects lead.
    Foreign,
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
            Self::Device => endpoint == Endpoint::Device,
            Self::ManagedIdentity => endpoint == Endpoint::ManagedIdentity,
            Self::Authorize => endpoint == Endpoint::Authorize,
            Self::Discovery => {
                matches!(endpoint, Endpoint::Discovery | Endpoint::InstanceDiscovery)
            }
            Self::Jwks => endpoint == Endpoint::Jwks,
            Self::Foreign => endpoint == Endpoint::Foreign,
            Self::Anything => true,
        }
    }

    /// The name used in files and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Resource => "resource",
            Self::Device => "device",
            Self::ManagedIdentity => "managed_identity",
            Self::Authorize => "authorize",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Foreign => "foreign",
            Self::Anything => "anything",
        }
    }
}

/// Which exchanges are meant. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selector {
    /// The endpoint; any without it.
    pub to: Option<Target>,
    /// Who sent it; the client without it.
    pub by: Option<Party>,
    /// Which of several clients sent it, by its name under `clients`; any without it.
    pub client: Option<String>,
    /// The HTTP status of the answer: `401`, `5xx`, or a list.
    pub status: Option<Statuses>,
    /// `grant_type` of the request.
    pub grant: Option<String>,
    /// A scope that the request asks for.
    pub scope: Option<String>,
    /// The tenant (Entra) or authorization server (Okta) that is asked.
    pub tenant: Option<Which>,
    /// The HTTP method of the request.
    pub method: Option<String>,
    /// How the client authenticated in the request.
    pub auth: Option<AuthUse>,
    /// `error` of the answer.
    pub error: Option<String>,
    /// Which token the request shows.
    pub presents: Option<Presents>,
    /// The token shown has at least so long to live, on the server's clock.
    pub left_at_least: Option<Length>,
    /// The token shown ran out so long ago, or longer, on the server's clock.
    pub expired_for: Option<Length>,
    /// Whether a secret stood where it must not (`true`: it did).
    pub leaks_secret: Option<bool>,
    /// Where a secret stood that must not stand there.
    pub secret_in: Option<SecretIn>,
    /// Only after a step began, or after the first exchange that a selector matches was answered.
    pub after: Option<After>,
    /// Only for so long after `after`.
    #[serde(rename = "for")]
    pub following: Option<Length>,
    /// Only before a step began, or before the first exchange that a selector matches arrived.
    pub before: Option<After>,
    /// Only while this hold kept an answer back.
    #[serde(rename = "while")]
    pub during: Option<String>,
}

/// How a client authenticates in a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthUse {
    /// HTTP Basic, whatever the spelling of its halves.
    Basic,
    /// HTTP Basic with both halves form-encoded, as RFC 6749 section 2.3.1 has it. Only a secret in which encoding changes
    /// something tells it from raw.
    BasicEncoded,
    /// HTTP Basic with a secret that was not form-encoded and should have been.
    BasicRaw,
    /// `client_secret` in the body.
    Post,
    /// Not at all.
    None,
}

/// A place where a secret must not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretIn {
    /// The request line.
    Url,
    /// A header other than `Authorization`.
    Header,
    /// The body of a request to a resource, or of a token request under another name.
    Body,
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
    /// One that an earlier request showed and that was refused: with 401 by a resource, with `invalid_grant` by the token endpoint.
    Rejected,
    /// One that was issued to the application and user of the client that shows it, by the tenant it asks.
    Own,
    /// None.
    Nothing,
    /// This one.
    Label(TokenLabel),
}

const PRESENTS: &str = "newest, live, expired, rotated, revoked, foreign, rejected, own, nothing, or a label such as `RT#1`";

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
            "rejected" => Self::Rejected,
            "own" => Self::Own,
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
            Self::Rejected => f.write_str("rejected"),
            Self::Own => f.write_str("own"),
            Self::Nothing => f.write_str("nothing"),
            Self::Label(label) => label.fmt(f),
        }
    }
}

as_text!(
    Presents,
    "a kind of token, such as `newest`, or a label such as `RT#1`"
);

/// Where `after` begins or `before` ends: `after: c` or `after: { to: resource, status: 401 }`.
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
            "device" => Target::Device,
            "managed_identity" => Target::ManagedIdentity,
            "authorize" => Target::Authorize,
            "discovery" => Target::Discovery,
            "jwks" => Target::Jwks,
            "foreign" => Target::Foreign,
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

as_text!(Numbered, "an endpoint and a number, such as `token#1`");
