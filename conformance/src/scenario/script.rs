//! `idp.script`: replies that differ from the ordinary.

use std::collections::BTreeMap;
use std::fmt;

use mock_idp::ledger::TokenLabel;
use schemars::JsonSchema;
use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::client::Which;
use super::error_reply::{Disguise, ErrorReply};
use super::length::Length;
use super::names::OneOrMany;

/// What a script rule or limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// One rule of the script. The first rule that applies to a request shapes its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptRule {
    /// The endpoint it applies to.
    pub to: ScriptTarget,
    /// Only requests like this.
    #[serde(default)]
    pub only: Option<RequestFilter>,
    /// Only the nth of these requests, counted from 1.
    #[serde(default)]
    pub nth: Option<u32>,
    /// Only every so-manieth of these requests: `one_in: 3` means the third, the sixth, …
    #[serde(default)]
    pub one_in: Option<u32>,
    /// How often the rule applies at most; without it and `nth`, always.
    #[serde(default)]
    pub times: Option<u32>,
    /// Not before so much has passed on the server's clock, since the start or since the step that added the rule.
    #[serde(default)]
    pub from: Option<Length>,
    /// Not once so much has passed on the server's clock.
    #[serde(default)]
    pub until: Option<Length>,
    /// The status to answer with, or a sequence whose last element repeats. 200 stands for the ordinary answer.
    /// Without a body or error of its own, a status is rendered as the vendor renders it.
    #[serde(default)]
    pub reply: Option<Replies>,
    /// Send the client elsewhere.
    #[serde(default)]
    pub redirect: Option<Redirect>,
    /// Headers to add or replace; a list makes the header occur so many times. `$http_date(+30s)`, `$rfc850_date(+30s)`,
    /// `$asctime_date(+30s)` and `$epoch(+30s)` are filled in from the server's clock.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, crate::schema::HeaderValue>")]
    pub headers: BTreeMap<String, OneOrMany>,
    /// Header lines sent exactly as they stand here, after the others: any spelling, also one that HTTP does not allow.
    #[serde(default)]
    pub header_lines: Vec<String>,
    /// Headers of the vendor's own to leave out.
    #[serde(default)]
    pub without_headers: Vec<String>,
    /// A body in place of the vendor's, as text.
    #[serde(default)]
    pub body: Option<String>,
    /// A body in place of the vendor's, as base64: any bytes.
    #[serde(default)]
    pub body_base64: Option<String>,
    /// `Content-Type` of the answer; with `body` and without this, `text/plain`.
    #[serde(default)]
    pub content_type: Option<String>,
    /// How the body is coded on its way.
    #[serde(default)]
    pub coding: Option<Coding>,
    /// Everything the connection carries in place of an HTTP answer, byte for byte as text. Then it is closed.
    #[serde(default)]
    pub raw: Option<String>,
    /// An OAuth error in the vendor's form.
    #[serde(default)]
    pub error: Option<ErrorReply>,
    /// Changes to `error` that must not change what a client does.
    #[serde(default)]
    pub disguise: Option<Disguise>,
    /// Members to set in the JSON answer, to any value; `null` sets a JSON null.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
    /// Members to take out of the JSON answer.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Members of the JSON answer to give another name.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Send the members of the JSON answer in reverse order.
    #[serde(default)]
    pub reverse_members: bool,
    /// Keep the answer back until a step releases this name.
    #[serde(default)]
    pub hold: Option<HoldSpec>,
    /// Answer only after this long on the server's clock.
    #[serde(default)]
    pub delay: Option<Length>,
    /// Up to so much more than `delay`, at random from the seed.
    #[serde(default)]
    pub jitter: Option<Length>,
    /// Send the body in eight pieces, this far apart on the server's clock.
    #[serde(default)]
    pub dribble: Option<Length>,
    /// What the connection does.
    #[serde(default)]
    pub connection: Option<ConnectionFault>,
}

/// Which requests a rule is for. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RequestFilter {
    /// The application that asks, or that the token shown was issued to.
    pub application: Option<Which>,
    /// The tenant (Entra) or authorization server (Okta) that is asked, or that issued the token shown.
    pub tenant: Option<Which>,
    /// The user that signs in, or that the token shown speaks for.
    pub user: Option<Which>,
    /// `grant_type` of a token request.
    pub grant: Option<String>,
    /// A scope that is asked for, or that the token shown has.
    pub scope: Option<String>,
    /// The refresh or access token shown, by its label: `RT#2`.
    #[schemars(with = "Option<crate::schema::Label>")]
    pub presents: Option<TokenLabel>,
    /// How often the same has been asked for by now, this time included: the same endpoint, application, tenant, user, grant,
    /// scopes and token. 1 is the first attempt.
    pub attempt: Option<u32>,
}

/// Sending the client elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// Where to.
    pub to: RedirectTo,
}

/// Where a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedirectTo {
    /// The same path on the same origin.
    Same,
    /// The same path on an origin that is not the provider's.
    Foreign,
}

/// How a body is coded on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// Chunked transfer coding, in several chunks.
    Chunked,
    /// gzip, announced by `Content-Encoding`.
    Gzip,
    /// gzip that no header announces.
    GzipUnannounced,
    /// Plain text that `Content-Encoding` claims to be gzip.
    GzipClaimed,
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

/// A named hold: `hold: herd` or `hold: { name: herd, at: after_commit }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldSpec {
    /// The name that `release` uses.
    pub name: String,
    /// Before or after the provider has changed its state.
    pub at: HoldPoint,
}

/// On which side of the state change a hold stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionFault {
    /// Reset before anything was done.
    Reset,
    /// The provider does what was asked, then resets the connection: the answer is lost.
    LostReply,
    /// The answer stops in the middle of its body.
    Truncate,
    /// The connection is reset in the middle of the body.
    ResetBody,
    /// The answer never comes.
    Hang,
    /// The answer comes whole; then the connection is closed without a word of it in a header.
    Close,
}
