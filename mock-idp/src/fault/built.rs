//! One rule of the fault script: which requests it applies to and what happens to them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::action::{
    Action, Coding, ConnectionFault, HeaderText, HoldPoint, Redirect, RedirectTo, ScriptedError,
};
use super::filter::RequestFilter;
use super::forgery::Forgery;
use super::manners::{KeepAlive, SlowRead};
use super::rule::Rule;
use super::tally::Per;
use crate::journal::Endpoint;

/// A scripted departure from the ordinary. Built with [`Fault::at`] and the methods below.
///
/// A rule counts the requests that are meant by its endpoint and its [filter](Self::only), from the moment it is added, also
/// those that an earlier rule answers. [`nth`](Self::nth) and [`one_in`](Self::one_in) choose among them.
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
    /// None for every endpoint.
    pub(super) at: Option<Endpoint>,
    pub(super) only: RequestFilter,
    pub(super) nth: Option<u32>,
    pub(super) one_in: Option<u32>,
    pub(super) times: Option<u32>,
    pub(super) from: Option<Duration>,
    pub(super) until: Option<Duration>,
    pub(super) ttl: Option<Duration>,
    pub(super) probability: Option<f64>,
    pub(super) per: Option<Per>,
    /// As it was written, if it was.
    pub(super) rule: Option<Arc<Rule>>,
    /// Shared with the requests it is applied to: a body may be large.
    pub(super) action: Arc<Action>,
}

/// Which requests.
impl Fault {
    /// A fault for requests to `endpoint`: all of them, until the methods below say otherwise.
    #[must_use]
    pub fn at(endpoint: Endpoint) -> Self {
        Self {
            at: Some(endpoint),
            ..Self::anywhere()
        }
    }

    /// A fault for every request, whatever it asks for.
    #[must_use]
    pub fn anywhere() -> Self {
        Self {
            at: None,
            only: RequestFilter::default(),
            nth: None,
            one_in: None,
            times: None,
            from: None,
            until: None,
            ttl: None,
            probability: None,
            per: None,
            rule: None,
            action: Arc::default(),
        }
    }

    /// Only requests that meet these conditions.
    #[must_use]
    pub fn only(mut self, filter: RequestFilter) -> Self {
        self.only = filter;
        self
    }

    /// Only the nth of these requests, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Only every so-manieth of these requests: the third, the sixth, … for 3; none for 0.
    #[must_use]
    pub fn one_in(mut self, every: u32) -> Self {
        self.one_in = Some(every);
        self
    }

    /// Only with this probability, from 0 to 1, at random from the world's seed. What comes out is the same for the same seed, and
    /// other rules have no part in it.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// Counts for each of these alone: [`nth`](Self::nth), [`one_in`](Self::one_in), [`times`](Self::times) and the sequence of
    /// [replies](Self::reply).
    #[must_use]
    pub fn per(mut self, per: Per) -> Self {
        self.per = Some(per);
        self
    }

    /// At most so often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Not before so much has passed on the server's clock since the rule was added.
    #[must_use]
    pub fn from(mut self, from: Duration) -> Self {
        self.from = Some(from);
        self
    }

    /// Not once so much has passed on the server's clock since the rule was added.
    #[must_use]
    pub fn until(mut self, until: Duration) -> Self {
        self.until = Some(until);
        self
    }

    /// Takes the rule out of the script once so much has passed on the server's clock since it was added.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Remembers what the rule was made from.
    pub(super) fn written_as(mut self, rule: &Rule) -> Self {
        self.rule = Some(Arc::new(rule.clone()));
        self
    }
}

/// What the answer is.
impl Fault {
    /// Answers with this status, as the vendor words it. Called again, it makes a sequence whose last status repeats; 200 is the ordinary answer.
    #[must_use]
    pub fn reply(self, status: u16) -> Self {
        self.with(|action| action.replies.push(status))
    }

    /// Answers with this OAuth error.
    #[must_use]
    pub fn error(self, error: ScriptedError) -> Self {
        self.with(|action| action.error = Some(error))
    }

    /// Sends the client elsewhere, with this status. Nothing is carried out.
    #[must_use]
    pub fn redirect(self, status: u16, to: RedirectTo) -> Self {
        self.with(|action| action.redirect = Some(Redirect { status, to }))
    }

    /// Puts these bytes on the connection in place of an HTTP answer, and closes it. Nothing is carried out.
    #[must_use]
    pub fn raw(self, bytes: impl Into<Bytes>) -> Self {
        self.with(|action| action.raw = Some(bytes.into()))
    }
}

/// Changes to the answer, in the order in which they are made.
impl Fault {
    /// Answers with this body. Its `Content-Type` is the vendor's, unless [another](Self::content_type) is given.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.with(|action| action.body = Some(body.into()))
    }

    /// Sets `Content-Type`, whatever the body is.
    #[must_use]
    pub fn content_type(self, content_type: &str) -> Self {
        self.with(|action| action.content_type = Some(content_type.to_owned()))
    }

    /// Sets a member of the JSON answer; `null` sets a JSON null.
    #[must_use]
    pub fn set(self, member: &str, value: Value) -> Self {
        self.with(|action| action.set.push((member.to_owned(), value)))
    }

    /// Takes a member out of the JSON answer.
    #[must_use]
    pub fn remove(self, member: &str) -> Self {
        self.with(|action| action.remove.push(member.to_owned()))
    }

    /// Gives a member of the JSON answer another name, in its place. One that has the name already gives way.
    #[must_use]
    pub fn rename(self, member: &str, name: &str) -> Self {
        self.with(|action| action.rename.push((member.to_owned(), name.to_owned())))
    }

    /// Sends the members of the JSON answer in reverse order.
    #[must_use]
    pub fn reverse_members(self) -> Self {
        self.with(|action| action.reverse_members = true)
    }

    /// Adds or replaces a header of the answer. Called again with the same name, the header occurs as often. A name or value that
    /// HTTP does not allow is left out.
    #[must_use]
    pub fn header(self, name: &str, value: HeaderText) -> Self {
        self.with(|action| {
            let known = action.headers.iter_mut();
            let mut same = known.filter(|(known, _)| known.eq_ignore_ascii_case(name));
            match same.next() {
                Some((_, values)) => values.push(value),
                None => action.headers.push((name.to_owned(), vec![value])),
            }
        })
    }

    /// Leaves out a header that the vendor sends.
    #[must_use]
    pub fn without_header(self, name: &str) -> Self {
        self.with(|action| action.without_headers.push(name.to_owned()))
    }

    /// Sends a header line exactly as it stands here, after all other headers, be it HTTP or not. If it is not, or if it has to
    /// do with where the body ends, the connection is closed after the answer.
    #[must_use]
    pub fn header_line(self, line: &str) -> Self {
        self.with(|action| action.header_lines.push(line.to_owned()))
    }

    /// Codes the body on its way.
    #[must_use]
    pub fn coding(self, coding: Coding) -> Self {
        self.with(|action| action.coding = Some(coding))
    }
}

/// When the answer comes, and how.
impl Fault {
    /// Keeps the answer back, before anything is done, until the hold is released.
    #[must_use]
    pub fn hold(self, name: &str) -> Self {
        self.hold_at(name, HoldPoint::BeforeCommit)
    }

    /// Keeps the answer back at the given point.
    #[must_use]
    pub fn hold_at(self, name: &str, point: HoldPoint) -> Self {
        self.with(|action| action.hold = Some((name.to_owned(), point)))
    }

    /// Waits so long, on the server's clock, before anything is done.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        self.with(|action| action.delay = Some(delay))
    }

    /// Waits up to so much more than [`delay`](Self::delay) says, in whole milliseconds, at random from the world's seed.
    #[must_use]
    pub fn jitter(self, jitter: Duration) -> Self {
        self.with(|action| action.jitter = Some(jitter))
    }

    /// Sends the body in eight pieces, or as many as it has bytes, so far apart on the server's clock. The head comes with the first.
    #[must_use]
    pub fn dribble(self, apart: Duration) -> Self {
        self.with(|action| action.dribble = Some(apart))
    }

    /// Changes the tokens of the answer and how they are signed.
    #[must_use]
    pub fn forge(self, forgery: Forgery) -> Self {
        self.with(|action| action.forge = Some(forgery))
    }

    /// Keeps a connection no longer than this. For rules [at](Self::at) [`Endpoint::Connection`].
    #[must_use]
    pub fn keep_alive(self, keep_alive: KeepAlive) -> Self {
        self.with(|action| action.keep_alive = Some(keep_alive))
    }

    /// Reads the requests of a connection slowly. For rules [at](Self::at) [`Endpoint::Connection`].
    #[must_use]
    pub fn slow_read(self, slow_read: SlowRead) -> Self {
        self.with(|action| action.slow_read = Some(slow_read))
    }

    /// Does this to the connection.
    #[must_use]
    pub fn connection(self, fault: ConnectionFault) -> Self {
        self.with(|action| action.connection = Some(fault))
    }

    fn with(mut self, change: impl FnOnce(&mut Action)) -> Self {
        change(Arc::make_mut(&mut self.action));
        self
    }
}
