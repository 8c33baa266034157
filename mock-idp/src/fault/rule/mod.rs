//! The grammar of fault rules: what a file or a request says, before it becomes a [`Fault`](super::Fault).
//!
//! The same grammar stands in scenario files, in directory files and in the control API.

mod bad;
mod error_reply;
mod examine;
mod filter;
mod hold;
mod names;
mod replies;
mod schema;
mod target;
mod translate;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{Coding, ConnectionFault, Redirect};
use super::forgery::Forgery;
use super::length::Length;
use super::manners::{KeepAlive, SlowRead};
use super::one_or_many::OneOrMany;
use super::tally::Per;

pub use bad::{BadRule, Complaint, Place};
pub use error_reply::{Disguise, ErrorReply, ExtraMembers, NumberDisguise, Prose};
pub use filter::RuleFilter;
pub use hold::HoldSpec;
pub use names::{DirectoryNames, Named, Names};
pub use replies::Replies;
pub(super) use schema::several;
pub use target::RuleTarget;

/// One rule as a file or a request has it. The first rule of a script that applies to a request shapes its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The endpoint it applies to.
    pub to: RuleTarget,
    /// Only requests like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<RuleFilter>,
    /// Only the nth of these requests, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// Only every so-manieth of these requests: `one_in: 3` means the third, the sixth, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_in: Option<u32>,
    /// Count for each of these alone, instead of for all requests together: `nth: 1` with `per: application` means the first
    /// request of every application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
    /// Only with this probability, from 0 to 1, at random from the seed. The same seed makes the same choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub probability: Option<f64>,
    /// How often the rule applies at most; without it and `nth`, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Not before so much has passed on the server's clock, since the rule was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Length>,
    /// Not once so much has passed on the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Length>,
    /// Take the rule out of the script once so much has passed on the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Length>,
    /// The status to answer with, or a sequence whose last element repeats. 200 stands for the ordinary answer.
    /// Without a body or error of its own, a status is rendered as the vendor renders it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Replies>,
    /// Send the client elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// Headers to add or replace; a list makes the header occur so many times. `$http_date(+30s)`, `$rfc850_date(+30s)`,
    /// `$asctime_date(+30s)` and `$epoch(+30s)` are filled in from the server's clock.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, schema::HeaderValue>")]
    pub headers: BTreeMap<String, OneOrMany>,
    /// Header lines sent exactly as they stand here, after the others: any spelling, also one that HTTP does not allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header_lines: Vec<String>,
    /// Headers of the vendor's own to leave out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_headers: Vec<String>,
    /// A body in place of the vendor's, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// A body in place of the vendor's, as base64: any bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// `Content-Type` of the answer; with `body` and without this, `text/plain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// How the body is coded on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coding: Option<Coding>,
    /// Everything the connection carries in place of an HTTP answer, byte for byte as text. Then it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// An OAuth error in the vendor's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReply>,
    /// Changes to `error` that must not change what a client does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disguise: Option<Disguise>,
    /// Members to set in the JSON answer, to any value; `null` sets a JSON null.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, serde_json::Value>,
    /// Members to take out of the JSON answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// Members of the JSON answer to give another name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
    /// Send the members of the JSON answer in reverse order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reverse_members: bool,
    /// Keep the answer back until this name is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldSpec>,
    /// Answer only after this long on the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Length>,
    /// Up to so much more than `delay`, at random from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Length>,
    /// Send the body in eight pieces, this far apart on the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dribble: Option<Length>,
    /// Change the tokens of the answer, and how they are signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forge: Option<Forgery>,
    /// What the connection does. `refuse` is for `to: connection` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionFault>,
    /// How long the connection is kept; for `to: connection`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_alive: Option<KeepAlive>,
    /// How slowly requests are read; for `to: connection`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_read: Option<SlowRead>,
}
