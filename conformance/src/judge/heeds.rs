//! `heeds`: nothing is sent where an answer has told to wait, until the wait is over.
//!
//! Who was told is who asked: the same client, at the same place, for the same thing. Another application, another path or another
//! grant may have a limit of its own, and is not blamed.

use std::time::Duration;

use jiff::Timestamp;
use mock_idp::journal::{Delivery, Endpoint, Entry, ReplyFacts};

use super::span::{signed, signed_span, span};
use super::view::{Placed, View, numbers};
use super::words;
use crate::scenario::Heeds;
use crate::verdict::Finding;

/// Nobody has to believe a wait that is longer.
const LONGEST: Duration = Duration::from_secs(3600);

pub(super) fn expects(heeds: &Heeds) -> String {
    let mut text = format!(
        "no request{} before the told wait is over",
        words::to(Some(heeds.to))
    );
    if !heeds.tolerance.0.is_zero() {
        text.push_str(&format!(", give or take {}", span(heeds.tolerance.0)));
    }
    text
}

pub(super) fn judge(heeds: &Heeds, view: &View<'_>) -> Finding {
    let sent = view.requests(heeds.to);
    let told: Vec<Told<'_>> = sent.iter().filter_map(|sent| Told::of(*sent)).collect();
    if told.is_empty() {
        let missing = format!(
            "no answer{} told to wait",
            words::to(Some(heeds.to)).replacen(" to ", " from ", 1)
        );
        return Finding::inconclusive(expects(heeds), missing);
    }
    let early: Vec<(&Told<'_>, Placed<'_>)> = told
        .iter()
        .filter_map(|told| Some((told, told.disregarded_by(heeds, view, &sent)?)))
        .collect();
    let Some((first, next)) = early.first() else {
        return view.pass(false, || expects(heeds));
    };
    let entry = &next.exchange.entry;
    let mut observed = format!(
        "#{} came {} after #{} had told to wait {}",
        entry.number,
        signed_span(entry.at.duration_since(first.answered)),
        first.by.exchange.entry.number,
        span(first.wait)
    );
    if told.len() > 1 {
        observed.push_str(&format!(" ({} of {} waits)", early.len(), told.len()));
    }
    let shown = early.iter().flat_map(|(told, next)| [told.by, *next]);
    Finding::fail(expects(heeds), observed, numbers(shown))
}

/// An answer that told to wait.
struct Told<'a> {
    by: Placed<'a>,
    answered: Timestamp,
    wait: Duration,
}

impl<'a> Told<'a> {
    fn of(by: Placed<'a>) -> Option<Self> {
        let entry = &by.exchange.entry;
        let reply = entry.reply.as_ref()?;
        let refused = matches!(reply.status, 429 | 503) && reply.delivery == Delivery::Sent;
        let answered = entry.answered_at.filter(|_| refused)?;
        let took = answered.duration_since(entry.at);
        let now = entry.server_time.saturating_add(took).ok()?;
        let wait = wait(reply, now)?;
        Some(Self {
            by,
            answered,
            wait: wait.min(LONGEST),
        })
    }

    /// The first request of whoever was told that came too early.
    fn disregarded_by<'s>(
        &self,
        heeds: &Heeds,
        view: &View<'s>,
        sent: &[Placed<'s>],
    ) -> Option<Placed<'s>> {
        let wait = signed(self.wait.saturating_sub(heeds.tolerance.0));
        let alike = |other: &Placed<'_>| {
            let name = |sent: Placed<'_>| view.sender(sent.exchange).map(|member| &member.name);
            name(self.by) == name(*other)
                && Asked::of(view, &self.by.exchange.entry)
                    == Asked::of(view, &other.exchange.entry)
        };
        sent.iter().copied().find(|other| {
            let at = other.exchange.entry.at;
            // What arrived in the same instant came later in the trace.
            (at, other.index) > (self.answered, self.by.index)
                && at.duration_since(self.answered) < wait
                && alike(other)
        })
    }
}

/// What a limit goes by: where, who and what for.
#[derive(PartialEq)]
struct Asked<'a> {
    endpoint: Endpoint,
    method: &'a str,
    path: &'a str,
    client: Option<&'a str>,
    grant: Option<&'a str>,
    user: Option<&'a str>,
    scope: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(view: &View<'a>, entry: &'a Entry) -> Self {
        let shown = entry.presented.as_ref().and_then(|shown| shown.token);
        let token = view.trace.tokens.iter().find(|t| Some(t.label) == shown);
        let asked = entry.token_request.as_ref();
        let mut scope: Vec<&str> = asked
            .map(|asked| asked.scope.iter().map(String::as_str).collect())
            .unwrap_or_default();
        scope.sort_unstable();
        Self {
            endpoint: entry.endpoint,
            method: &entry.method,
            path: entry
                .path
                .split_once('?')
                .map_or(&entry.path, |(path, _)| path),
            client: entry.client(),
            grant: asked.and_then(|asked| asked.grant.as_deref()),
            user: asked
                .and_then(|asked| asked.user.as_deref())
                .or_else(|| token?.user.as_deref()),
            scope,
        }
    }
}

/// How long an answer says to wait, at `now` on the server's clock; the shortest where it says so in several ways.
///
/// `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), and Okta's `X-Rate-Limit-Reset`, which is a time on the clock
/// of the answer's own `Date`.
fn wait(reply: &ReplyFacts, now: Timestamp) -> Option<Duration> {
    let all = |wanted: &'static str| {
        let headers = reply.headers.iter();
        let values = headers.filter(move |(name, _)| name == wanted);
        values.map(|(_, value)| value.trim())
    };
    let date = |text: &str| -> Option<Timestamp> {
        let parsed = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(parsed.timestamp())
    };
    let now = all("date").find_map(date).unwrap_or(now);
    let until = |end: Timestamp| Duration::try_from(end.duration_since(now)).ok();
    let after = all("retry-after").filter_map(|text| match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => until(date(text)?),
    });
    // Every answer of Okta's says when its window ends; only one that was throttled has to wait for it.
    let resets = all("x-rate-limit-reset").filter(|_| reply.status == 429);
    let reset = resets.filter_map(|text| {
        let end = Timestamp::from_second(text.parse().ok()?).ok()?;
        until(end)
    });
    let waits: Vec<Duration> = after.chain(reset).collect();
    waits.into_iter().min().filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::fixture::{Sent, resource, tale, token};

    fn throttled(sent: Sent, wait: &str) -> Sent {
        sent.status(429).header("retry-after", wait)
    }

    fn verdict(sent: impl IntoIterator<Item = Sent>) -> String {
        let tale = tale(sent);
        let verdict = tale.verdict(json!({ "heeds": { "to": "token" } }));
        let passive = tale
            .passive()
            .verdict(json!({ "heeds": { "to": "token" } }));
        assert_eq!(verdict, passive);
        verdict
    }

    #[test]
    fn every_wait_counts_from_its_answer() {
        insta::assert_snapshot!(verdict([throttled(token(0).answered(2), "30"), token(32)]), @"pass");
        insta::assert_snapshot!(verdict([throttled(token(0).answered(2), "30"), token(31)]), @"fail | expected no request to token before the told wait is over | observed #2 came 29 s after #1 had told to wait 30 s | #1 #2");
        insta::assert_snapshot!(verdict([throttled(token(0), "5"), token(5), throttled(token(9), "5"), token(9), token(10)]), @"fail | expected no request to token before the told wait is over | observed #4 came 0 s after #3 had told to wait 5 s (1 of 2 waits) | #3 #4");
        // Nobody came back, which is quiet enough.
        insta::assert_snapshot!(verdict([throttled(token(0), "5")]), @"pass");
        insta::assert_snapshot!(verdict([token(0), token(1)]), @"inconclusive | expected no request to token before the told wait is over | observed no answer from token told to wait");
        // It was under way when the answer came.
        insta::assert_snapshot!(verdict([throttled(token(0).answered(3), "5"), token(2)]), @"pass");
    }

    #[test]
    fn a_wait_is_told_in_several_ways() {
        let date = "Tue, 01 Jan 2030 00:00:10 GMT";
        insta::assert_snapshot!(verdict([throttled(token(0), date), token(9)]), @"fail | expected no request to token before the told wait is over | observed #2 came 9 s after #1 had told to wait 10 s | #1 #2");
        insta::assert_snapshot!(verdict([throttled(token(0), date), token(10)]), @"pass");
        let reset = || {
            token(0)
                .status(429)
                .header("date", "Mon, 31 Dec 2029 23:58:00 GMT")
                .header("x-rate-limit-reset", "1893455890")
        };
        insta::assert_snapshot!(verdict([reset(), token(9)]), @"fail | expected no request to token before the told wait is over | observed #2 came 9 s after #1 had told to wait 10 s | #1 #2");
        insta::assert_snapshot!(verdict([reset(), token(10)]), @"pass");
        insta::assert_snapshot!(verdict([reset().status(503), token(9)]), @"inconclusive | expected no request to token before the told wait is over | observed no answer from token told to wait");
        insta::assert_snapshot!(verdict([reset().header("retry-after", "3"), token(4)]), @"pass");
        for nonsense in ["soon", "-5", "0", "Tue, 01 Jan 2019 00:00:10 GMT"] {
            insta::allow_duplicates! {
                insta::assert_snapshot!(verdict([throttled(token(0), nonsense), token(0)]), @"inconclusive | expected no request to token before the told wait is over | observed no answer from token told to wait");
            }
        }
        insta::assert_snapshot!(verdict([throttled(token(0), "999999999"), token(3601)]), @"pass");
    }

    #[test]
    fn others_and_other_things_are_not_meant() {
        let told = || throttled(token(0).asks("app", "t").grant("client_credentials"), "30");
        for other in [
            token(1).asks("other", "t").grant("client_credentials"),
            token(1).asks("app", "t").grant("refresh_token"),
            token(1)
                .asks("app", "t")
                .grant("client_credentials")
                .scope(&["x"]),
            resource(1),
        ] {
            insta::allow_duplicates! {
                insta::assert_snapshot!(verdict([told(), other]), @"pass");
            }
        }
        insta::assert_snapshot!(verdict([told(), token(1).asks("app", "t").grant("client_credentials")]), @"fail | expected no request to token before the told wait is over | observed #2 came 1 s after #1 had told to wait 30 s | #1 #2");
        let users = tale([
            throttled(resource(0).shows("AT#1"), "9"),
            resource(1).shows("AT#2"),
        ])
        .minted("AT#1")
        .minted("AT#2")
        .owned("AT#1", "app", Some("ada"), 0)
        .owned("AT#2", "app", None, 0);
        insta::assert_snapshot!(users.verdict(json!({ "heeds": { "to": "resource" } })), @"pass");
        let fleet = tale([throttled(token(0), "9").of("a"), token(1).of("b")]).cast(&["a", "b"]);
        insta::assert_snapshot!(fleet.verdict(json!({ "heeds": { "to": "token" } })), @"pass");
    }

    #[test]
    fn whole_seconds_need_some_tolerance() {
        let check = json!({ "heeds": { "to": "token", "tolerance": "1s" } });
        insta::assert_snapshot!(tale([throttled(token(0), "5"), token(4)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([throttled(token(0), "5"), token(3)]).verdict(check.clone()), @"fail | expected no request to token before the told wait is over, give or take 1 s | observed #2 came 3 s after #1 had told to wait 5 s | #1 #2");
        let cut = tale([throttled(token(0), "5"), token(9)]).over_budget(2);
        insta::assert_snapshot!(cut.verdict(check), @"fail | expected no request to token before the told wait is over, give or take 1 s | observed stopped after 2 requests | #1 #2");
    }
}
