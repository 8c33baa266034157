//! What a fault does with a request and its answer.

use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::forgery::Forgery;
use super::manners::{KeepAlive, SlowRead};
use super::moment::{Moment, MomentForm};
use crate::clock::imf_fixdate;

/// What a fault does. Everything that is set applies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Action {
    /// Statuses to answer with, one after another; the last one repeats. 200 is the ordinary answer.
    pub(crate) replies: Vec<u16>,
    pub(crate) redirect: Option<Redirect>,
    /// Each name once, with all its values.
    pub(crate) headers: Vec<(String, Vec<HeaderText>)>,
    pub(crate) header_lines: Vec<String>,
    pub(crate) without_headers: Vec<String>,
    pub(crate) body: Option<Bytes>,
    pub(crate) content_type: Option<String>,
    pub(crate) coding: Option<Coding>,
    pub(crate) raw: Option<Bytes>,
    pub(crate) error: Option<ScriptedError>,
    pub(crate) set: Vec<(String, Value)>,
    pub(crate) remove: Vec<String>,
    pub(crate) rename: Vec<(String, String)>,
    pub(crate) reverse_members: bool,
    pub(crate) hold: Option<(String, HoldPoint)>,
    pub(crate) delay: Option<Duration>,
    pub(crate) jitter: Option<Duration>,
    pub(crate) dribble: Option<Duration>,
    pub(crate) connection: Option<ConnectionFault>,
    pub(crate) forge: Option<Forgery>,
    pub(crate) keep_alive: Option<KeepAlive>,
    pub(crate) slow_read: Option<SlowRead>,
}

/// An OAuth error to answer with, in the vendor's form.
#[derive(Clone, Debug, Default)]
pub struct ScriptedError {
    /// HTTP status; the vendor's usual one for the error without it.
    pub status: Option<u16>,
    /// `error` (RFC 6749 section 5.2). Entra's usual one for `number`, with status and suberror, without it.
    pub error: String,
    /// Entra's `suberror`.
    pub suberror: Option<String>,
    /// Entra's AADSTS number.
    pub number: Option<u32>,
    /// `error_description`; the vendor's usual one without it, none at all for an empty text.
    pub description: Option<String>,
    /// Entra's `claims` member.
    pub claims: Option<String>,
    /// Further members of the body.
    pub members: Vec<(String, Value)>,
}

/// A header value, fixed or reckoned from the server's clock when the answer is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderText {
    /// This text.
    Fixed(String),
    /// An IMF-fixdate (RFC 9110 section 5.6.7) so far from now.
    HttpDate(SignedDuration),
    /// An RFC 850 date so far from now.
    Rfc850Date(SignedDuration),
    /// An asctime date so far from now.
    AsctimeDate(SignedDuration),
    /// Seconds since 1970 so far from now.
    Epoch(SignedDuration),
}

impl HeaderText {
    /// The text that stands for a time so far from now.
    #[must_use]
    pub fn of(moment: Moment) -> Self {
        let offset = moment.offset.0;
        match moment.form {
            MomentForm::HttpDate => Self::HttpDate(offset),
            MomentForm::Rfc850Date => Self::Rfc850Date(offset),
            MomentForm::AsctimeDate => Self::AsctimeDate(offset),
            MomentForm::Epoch => Self::Epoch(offset),
        }
    }

    /// The text at `now`.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> String {
        let instant = |offset: &SignedDuration| now.checked_add(*offset).unwrap_or(now);
        let from_now = |offset| instant(offset).to_zoned(jiff::tz::TimeZone::UTC);
        match self {
            Self::Fixed(text) => text.clone(),
            Self::HttpDate(offset) => imf_fixdate(instant(offset)),
            Self::Rfc850Date(offset) => from_now(offset)
                .strftime("%A, %d-%b-%y %H:%M:%S GMT")
                .to_string(),
            Self::AsctimeDate(offset) => from_now(offset)
                .strftime("%a %b %e %H:%M:%S %Y")
                .to_string(),
            Self::Epoch(offset) => instant(offset).as_second().to_string(),
        }
    }
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
    /// The same path on an origin that is not the provider's. In a world that has none the answer has no `Location`.
    Foreign,
}

/// How a body is coded on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// Chunked transfer coding (RFC 9112 section 7.1), in eight chunks, or as many as the body has bytes.
    Chunked,
    /// gzip, announced by `Content-Encoding` (RFC 9110 section 8.4).
    Gzip,
    /// gzip that no header announces.
    GzipUnannounced,
    /// The body as it is, which `Content-Encoding` claims to be gzip.
    GzipClaimed,
}

impl Coding {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Chunked,
        Self::Gzip,
        Self::GzipUnannounced,
        Self::GzipClaimed,
    ];
}

impl ConnectionFault {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Refuse,
        Self::Reset,
        Self::LostReply,
        Self::Truncate,
        Self::ResetBody,
        Self::Hang,
        Self::Close,
    ];
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

/// What the connection does instead of carrying the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionFault {
    /// Reset as soon as it is there, before anything is read; for connections only. The socket goes on listening, so that its
    /// port is not lost to others: what the peer sees is a reset, be it of its connection attempt or of what it sends first.
    Refuse,
    /// Reset before anything was done.
    Reset,
    /// The request is carried out, then the connection is reset: the answer is lost.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_all_three_forms() {
        let now: Timestamp = "2030-01-06T08:49:07Z".parse().unwrap();
        let soon = SignedDuration::from_secs(30);
        let show = |text: HeaderText| text.at(now);
        insta::assert_snapshot!(show(HeaderText::HttpDate(soon)), @"Sun, 06 Jan 2030 08:49:37 GMT");
        insta::assert_snapshot!(show(HeaderText::Rfc850Date(soon)), @"Sunday, 06-Jan-30 08:49:37 GMT");
        insta::assert_snapshot!(show(HeaderText::AsctimeDate(soon)), @"Sun Jan  6 08:49:37 2030");
        insta::assert_snapshot!(show(HeaderText::Epoch(-soon)), @"1893919717");
    }
}
