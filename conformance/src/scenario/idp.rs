//! `idp:` how the provider behaves.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::length::Length;

/// The provider's settings and script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdpSpec {
    /// Lifetimes of what it issues.
    pub token: TokenSpec,
    /// What happens to a refresh token that is used.
    pub rotation: Option<Rotation>,
    /// Rate limits in place of the vendor's usual ones.
    pub limits: Vec<LimitSpec>,
    /// Replies that differ from the ordinary; the first rule that applies to a request answers it.
    pub script: Vec<ScriptRule>,
}

/// Lifetimes of issued tokens. What is absent is as the vendor has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSpec {
    /// `expires_in` of access tokens.
    pub expires_in: Option<Length>,
    /// `refresh_in`: from when a renewal is advised (Entra).
    pub refresh_in: Option<Length>,
    /// How long a refresh token lives.
    pub refresh_token_lifetime: Option<Length>,
}

/// Rotation of refresh tokens (RFC 9700 section 4.14.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenReused {
    /// The newest refresh token and all access tokens of the grant die with it.
    #[default]
    RevokeFamily,
    /// Only the request is refused.
    Refuse,
}

/// A fixed window: so many requests in so long, counted from the first one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSpec {
    /// What is limited.
    pub to: ScriptTarget,
    /// How many requests a window admits.
    pub requests: u32,
    /// How long a window lasts.
    pub per: Length,
}

/// What a script rule or limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptTarget {
    /// The token endpoint.
    Token,
    /// The protected resource.
    Resource,
    /// Metadata documents.
    Discovery,
    /// The key set.
    Jwks,
}

/// One rule of the script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptRule {
    /// The endpoint it applies to.
    pub to: ScriptTarget,
    /// Only the nth request there, counted from 1.
    #[serde(default)]
    pub nth: Option<u32>,
    /// How often the rule applies at most; without it and `nth`, always.
    #[serde(default)]
    pub times: Option<u32>,
    /// The status to answer with, or a sequence whose last element repeats. 200 stands for the ordinary answer.
    /// Without a body or error of its own, a status is rendered as the vendor renders it.
    #[serde(default)]
    pub reply: Option<Replies>,
    /// Headers to add or replace. `$http_date(+30s)`, `$rfc850_date(+30s)`, `$asctime_date(+30s)` and `$epoch(+30s)` are
    /// filled in from the server's clock.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Headers of the vendor's own to leave out.
    #[serde(default)]
    pub without_headers: Vec<String>,
    /// A body in place of the vendor's.
    #[serde(default)]
    pub body: Option<String>,
    /// `Content-Type` of `body`; `text/plain` without it.
    #[serde(default)]
    pub content_type: Option<String>,
    /// An OAuth error in the vendor's form.
    #[serde(default)]
    pub error: Option<ErrorReply>,
    /// Changes to `error` that must not change what a client does.
    #[serde(default)]
    pub disguise: Option<Disguise>,
    /// Members to set in the JSON answer; `null` removes one.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
    /// Keep the answer back until a step releases this name.
    #[serde(default)]
    pub hold: Option<HoldSpec>,
    /// Answer only after this long on the server's clock.
    #[serde(default)]
    pub delay: Option<Length>,
    /// What the connection does.
    #[serde(default)]
    pub connection: Option<ConnectionFault>,
}

/// One status or a sequence of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Replies(pub Vec<u16>);

impl<'de> Deserialize<'de> for Replies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Replies;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an HTTP status from 200 to 599, or a list of them")
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<Replies, E> {
                status_code(status).map(|status| Replies(vec![status]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Replies, A::Error> {
                let mut statuses = Vec::new();
                while let Some(status) = seq.next_element::<u64>()? {
                    statuses.push(status_code(status)?);
                }
                if statuses.is_empty() {
                    return Err(de::Error::custom(
                        "a list of replies needs at least one status",
                    ));
                }
                Ok(Replies(statuses))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn status_code<E: de::Error>(status: u64) -> Result<u16, E> {
    match u16::try_from(status) {
        Ok(status @ 200..=599) => Ok(status),
        _ => Err(E::custom(format_args!(
            "{status} is not an HTTP status; use 200 to 599"
        ))),
    }
}

/// An OAuth error to answer with; the vendor's dialect adds the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorReply {
    /// HTTP status.
    pub status: Option<u16>,
    /// `error` (RFC 6749 section 5.2).
    pub error: String,
    /// Entra's `suberror`.
    pub suberror: Option<String>,
    /// Entra's AADSTS number.
    pub number: Option<u32>,
    /// `error_description`; Entra's usual one for `number` without it.
    pub description: Option<String>,
    /// Whether Entra's `claims` member is sent.
    pub claims: bool,
}

/// Changes to an error answer that a well-behaved client does not notice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Disguise {
    /// Another AADSTS number.
    pub number: NumberDisguise,
    /// The language of the description.
    pub prose: Prose,
    /// Members nobody knows.
    pub extra_members: ExtraMembers,
}

/// The AADSTS number that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberDisguise {
    /// The one documented for the condition.
    #[default]
    Documented,
    /// 999999, which is documented nowhere.
    Unknown,
}

/// The language of an error description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prose {
    /// As the vendor words it.
    #[default]
    English,
    /// In Japanese.
    Japanese,
    /// No description at all.
    Absent,
}

/// Members of an error answer that no document names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraMembers {
    /// None.
    #[default]
    None,
    /// A few, of several types.
    Unknown,
}

/// A named hold: `hold: herd` or `hold: { name: herd, at: after_commit }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldSpec {
    /// The name that `release` uses.
    pub name: String,
    /// Before or after the provider has changed its state.
    pub at: HoldPoint,
}

/// On which side of the state change a hold stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldPoint {
    /// Nothing has changed yet.
    #[default]
    BeforeCommit,
    /// The grant has been made; only the answer is missing.
    AfterCommit,
}

impl<'de> Deserialize<'de> for HoldSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            name: String,
            #[serde(default)]
            at: HoldPoint,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = HoldSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a hold, or `{ name, at: before_commit|after_commit }`")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<HoldSpec, E> {
                Ok(HoldSpec {
                    name: name.to_owned(),
                    at: HoldPoint::BeforeCommit,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HoldSpec, A::Error> {
                let Long { name, at } =
                    Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(HoldSpec { name, at })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// What a connection does instead of carrying the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionFault {
    /// Reset before anything was done.
    Reset,
    /// The provider does what was asked, then resets the connection: the answer is lost.
    LostReply,
    /// The answer stops in the middle of its body.
    Truncate,
    /// The answer never comes.
    Hang,
}
