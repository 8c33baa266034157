//! One rule of the fault script: which requests it applies to and what happens to them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::clock::imf_fixdate;
use crate::journal::Endpoint;

/// A scripted departure from the ordinary. Built with [`Fault::at`] and the methods below.
///
/// ```
/// use mock_idp::fault::Fault;
/// use mock_idp::journal::Endpoint;
///
/// let busy = Fault::at(Endpoint::Token).times(2).reply(503);
/// let slow = Fault::at(Endpoint::Resource).hold("herd");
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) at: Endpoint,
    pub(super) nth: Option<u32>,
    pub(super) times: Option<u32>,
    pub(super) action: Action,
}

/// What a fault does. Everything that is set applies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Action {
    /// Statuses to answer with, one after another; the last one repeats. 200 is the ordinary answer.
    pub(crate) replies: Vec<u16>,
    pub(crate) headers: Vec<(String, HeaderText)>,
    pub(crate) without_headers: Vec<String>,
    pub(crate) body: Option<(String, String)>,
    pub(crate) error: Option<ScriptedError>,
    pub(crate) set: Vec<(String, Value)>,
    pub(crate) hold: Option<(String, HoldPoint)>,
    pub(crate) delay: Option<Duration>,
    pub(crate) connection: Option<ConnectionFault>,
}

/// An OAuth error to answer with, in the vendor's form.
#[derive(Clone, Debug, Default)]
pub struct ScriptedError {
    /// HTTP status; the vendor's usual one for the error without it.
    pub status: Option<u16>,
    /// `error` (RFC 6749 section 5.2).
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

/// On which side of the state change a hold stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldPoint {
    /// Nothing has changed yet.
    BeforeCommit,
    /// The grant has been made; only the answer is missing.
    AfterCommit,
}

/// What the connection does instead of carrying the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionFault {
    /// Reset before anything was done.
    Reset,
    /// The request is carried out, then the connection is reset: the answer is lost.
    LostReply,
    /// The answer stops in the middle of its body.
    Truncate,
    /// The answer never comes.
    Hang,
}

impl Fault {
    /// A fault for requests to `endpoint`: all of them, until [`nth`](Self::nth) or [`times`](Self::times) say otherwise.
    #[must_use]
    pub fn at(endpoint: Endpoint) -> Self {
        Self {
            at: endpoint,
            nth: None,
            times: None,
            action: Action::default(),
        }
    }

    /// Only the nth request to the endpoint, counted from 1 since the world began.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = Some(nth);
        self
    }

    /// At most so often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Answers with this status, as the vendor words it. Called again, it makes a sequence whose last status repeats; 200 is the ordinary answer.
    #[must_use]
    pub fn reply(mut self, status: u16) -> Self {
        self.action.replies.push(status);
        self
    }

    /// Answers with this OAuth error.
    #[must_use]
    pub fn error(mut self, error: ScriptedError) -> Self {
        self.action.error = Some(error);
        self
    }

    /// Adds or replaces a header of the answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: HeaderText) -> Self {
        self.action.headers.push((name.to_owned(), value));
        self
    }

    /// Leaves out a header that the vendor sends.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.action.without_headers.push(name.to_owned());
        self
    }

    /// Answers with this body.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &str) -> Self {
        self.action.body = Some((content_type.to_owned(), body.to_owned()));
        self
    }

    /// Sets a member of the JSON answer; `null` removes it.
    #[must_use]
    pub fn set(mut self, member: &str, value: Value) -> Self {
        self.action.set.push((member.to_owned(), value));
        self
    }

    /// Keeps the answer back, before anything is done, until the hold is released.
    #[must_use]
    pub fn hold(self, name: &str) -> Self {
        self.hold_at(name, HoldPoint::BeforeCommit)
    }

    /// Keeps the answer back at the given point.
    #[must_use]
    pub fn hold_at(mut self, name: &str, point: HoldPoint) -> Self {
        self.action.hold = Some((name.to_owned(), point));
        self
    }

    /// Waits so long, on the server's clock, before anything is done.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.action.delay = Some(delay);
        self
    }

    /// Does this to the connection.
    #[must_use]
    pub fn connection(mut self, fault: ConnectionFault) -> Self {
        self.action.connection = Some(fault);
        self
    }
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
