//! The exchanges that show a finding, as one line each.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use mock_idp::journal::{Delivery, Entry, Presented};
use mock_idp::ledger::{TokenLabel, TokenState};
use serde::{Deserialize, Serialize};

use super::plain::plain;
use crate::judge::span::{offset, span};
use crate::trace::{Exchange, Party, Trace};

/// One exchange. Times are relative, tokens are labels with their lineage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WireLine {
    /// Its number in the trace.
    pub number: u64,
    /// When it arrived, in milliseconds since the run began.
    pub at_ms: i64,
    /// When it was answered, likewise; none if it never was.
    pub answered_ms: Option<i64>,
    /// Who sent it.
    pub by: Party,
    /// The HTTP method.
    pub method: String,
    /// Path and query, redacted.
    pub path: String,
    /// The token it shows and what it came from: `AT#3 <- RT#2 <- RT#1 (expired)`.
    pub shows: Option<String>,
    /// The HTTP status of the answer; none if there was none.
    pub status: Option<u16>,
    /// The OAuth error and the vendor's code of the answer.
    pub error: Option<String>,
    /// What became of the answer, unless it was simply sent: `reset`, `truncated`, `withheld`.
    pub lost: Option<String>,
    /// The answer's headers that checks turn on; instants relative to this request: `Reset=t-90 s`.
    pub headers: Vec<String>,
    /// The tokens it carries and what they came from.
    pub issued: Vec<String>,
}

impl WireLine {
    pub(super) fn new(trace: &Trace, exchange: &Exchange) -> Self {
        let entry = &exchange.entry;
        let since = |at: Timestamp| {
            let millis = at.duration_since(trace.started_at).as_millis();
            i64::try_from(millis).unwrap_or(i64::MAX)
        };
        let reply = entry.reply.as_ref();
        Self {
            number: entry.number,
            at_ms: since(entry.at),
            answered_ms: entry.answered_at.map(since),
            by: exchange.by,
            method: plain(&entry.method),
            path: plain(&entry.path),
            shows: entry
                .presented
                .as_ref()
                .map(|shown| presented(trace, shown)),
            status: reply
                .map(|reply| reply.status)
                .filter(|status| *status != 0),
            error: reply.and_then(|reply| {
                let mut codes: Vec<&str> = [&reply.error, &reply.vendor_code]
                    .into_iter()
                    .filter_map(|code| code.as_deref())
                    .collect();
                // Where Okta's envelope has no `error`, its code stands for both.
                codes.dedup();
                (!codes.is_empty()).then(|| plain(&codes.join(" ")))
            }),
            lost: reply.and_then(|reply| match reply.delivery {
                Delivery::Sent => None,
                Delivery::Reset => Some("reset".to_owned()),
                Delivery::Truncated => Some("truncated".to_owned()),
                Delivery::ResetBody => Some("reset in the body".to_owned()),
                Delivery::Raw => Some("not HTTP".to_owned()),
                Delivery::Withheld => Some("withheld".to_owned()),
            }),
            headers: headers(entry, clock(trace, entry)),
            issued: reply
                .map(|reply| {
                    reply
                        .issued
                        .iter()
                        .map(|label| lineage(trace, *label))
                        .collect()
                })
                .unwrap_or_default(),
        }
    }
}

/// The exchanges with these numbers, in the order of the trace.
pub(super) fn of(trace: &Trace, numbers: &[u64]) -> Vec<WireLine> {
    trace
        .exchanges
        .iter()
        .filter(|exchange| numbers.contains(&exchange.entry.number))
        .map(|exchange| WireLine::new(trace, exchange))
        .collect()
}

fn presented(trace: &Trace, shown: &Presented) -> String {
    let state = match shown.state {
        TokenState::Live => return token(trace, shown.token),
        TokenState::Expired => match shown.seconds_left {
            Some(left @ ..=0) => format!(
                "expired {} ago",
                span(Duration::from_secs(left.unsigned_abs()))
            ),
            _ => "expired".to_owned(),
        },
        TokenState::Rotated => "replaced".to_owned(),
        TokenState::Revoked => "revoked".to_owned(),
        TokenState::Foreign => "never issued".to_owned(),
    };
    format!("{} ({state})", token(trace, shown.token))
}

fn token(trace: &Trace, label: Option<TokenLabel>) -> String {
    label.map_or_else(|| "a token".to_owned(), |label| lineage(trace, label))
}

/// A token and what it came from: `AT#3 <- RT#2 <- RT#1`.
fn lineage(trace: &Trace, label: TokenLabel) -> String {
    let mut line = vec![label];
    while let Some(parent) = line.last().and_then(|label| parent(trace, *label)) {
        // A refresh token that is returned unchanged comes from itself.
        if line.contains(&parent) {
            break;
        }
        line.push(parent);
    }
    let labels: Vec<String> = line.iter().map(TokenLabel::to_string).collect();
    labels.join(" <- ")
}

fn parent(trace: &Trace, label: TokenLabel) -> Option<TokenLabel> {
    let mut tokens = trace.tokens.iter();
    tokens.find(|token| token.label == label)?.parent
}

/// What dates are compared with: the timeline, unless servers have the machine's time, which nobody has skewed.
fn clock(trace: &Trace, entry: &Entry) -> Timestamp {
    match trace.timed {
        Some(_) => entry.server_time,
        None => entry.at,
    }
}

/// The headers worth a place on the line; a rate limit only where it has been reached.
fn headers(entry: &Entry, now: Timestamp) -> Vec<String> {
    let Some(reply) = &entry.reply else {
        return Vec::new();
    };
    let sent: Vec<(String, &str)> = reply
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
        .collect();
    let limited = reply.status == 429 || sent.contains(&("x-rate-limit-remaining".to_owned(), "0"));
    sent.iter()
        .filter(|(name, _)| limited || !name.starts_with("x-rate-limit-"))
        .filter_map(|(name, value)| header(name, value, now))
        .collect()
}

fn header(name: &str, value: &str, at: Timestamp) -> Option<String> {
    Some(match name {
        // A server whose clock agrees with the timeline is not worth a word.
        "date" => match date(value) {
            Some(date) if date.as_second() == at.as_second() => return None,
            Some(date) => format!("Date={}", seconds_from(at, date)),
            None => format!("Date={}", quoted(value)),
        },
        "retry-after" => {
            let wait = value
                .parse()
                .ok()
                .map(|secs| span(Duration::from_secs(secs)));
            let wait = wait.or_else(|| Some(seconds_from(at, date(value)?)));
            format!("Retry-After={}", wait.unwrap_or_else(|| quoted(value)))
        }
        "x-rate-limit-reset" => {
            let reset = value
                .parse()
                .ok()
                .and_then(|secs| Timestamp::from_second(secs).ok());
            let reset = reset.map(|reset| seconds_from(at, reset));
            format!("Reset={}", reset.unwrap_or_else(|| quoted(value)))
        }
        "x-rate-limit-limit" => format!("Limit={}", plain(value)),
        "x-rate-limit-remaining" => format!("Remaining={}", plain(value)),
        "www-authenticate" => format!("WWW-Authenticate={}", challenge(value)),
        "location" => format!("Location={}", plain(value)),
        _ => return None,
    })
}

/// Both cut to whole seconds, since that is all the header says.
fn seconds_from(at: Timestamp, header: Timestamp) -> String {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    offset(header, whole)
}

fn date(value: &str) -> Option<Timestamp> {
    let date: SystemTime = httpdate::parse_http_date(value).ok()?;
    Timestamp::try_from(date).ok()
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", plain(value))
}

/// A challenge's scheme, its error and whether it carries claims; the rest names hosts and realms.
fn challenge(value: &str) -> String {
    let scheme = value.split_whitespace().next().unwrap_or_default();
    let mut text = plain(scheme);
    let error = value
        .split_once("error=")
        .map(|(_, rest)| rest.trim_start_matches('"'))
        .and_then(|rest| rest.split(['"', ',']).next());
    if let Some(error) = error {
        text.push_str(&format!("/{}", plain(error)));
    }
    if value.contains("claims=") {
        text.push_str("+claims");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::fixture::{label, resource, tale, token};

    #[test]
    fn lineages_end() {
        let kept = tale([token(0).shows("RT#1").issues("AT#1 RT#1")]).0;
        insta::assert_snapshot!(lineage(&kept, label("AT#1")), @"AT#1 <- RT#1");
        let circle = tale([
            token(0).shows("RT#1").issues("RT#2"),
            token(1).shows("RT#2").issues("RT#1"),
            resource(2).shows("AT#9"),
        ]);
        insta::assert_snapshot!(lineage(&circle.0, label("RT#2")), @"RT#2 <- RT#1");
        insta::assert_snapshot!(lineage(&circle.0, label("AT#9")), @"AT#9");
    }

    #[test]
    fn a_rate_limit_is_shown_where_it_has_been_reached() {
        let shown = |status: u16, left: &str| {
            let sent = token(0)
                .status(status)
                .header("X-Rate-Limit-Limit", "600")
                .header("X-Rate-Limit-Remaining", left)
                .header("Retry-After", "1");
            headers(&sent.0.entry, sent.0.entry.at).join(" ")
        };
        insta::assert_snapshot!(shown(200, "599"), @"Retry-After=1 s");
        insta::assert_snapshot!(shown(200, "0"), @"Limit=600 Remaining=0 Retry-After=1 s");
        insta::assert_snapshot!(shown(429, "-"), @"Limit=600 Remaining=- Retry-After=1 s");
    }

    #[test]
    fn headers_stand_relative_to_the_request() {
        let at: Timestamp = "2030-01-01T00:00:00.4Z".parse().expect("a time");
        let shown: Vec<String> = [
            ("date", "Tue, 01 Jan 2030 00:00:00 GMT"),
            ("date", "Mon, 31 Dec 2029 23:58:00 GMT"),
            ("date", "yesterday"),
            ("Retry-After", "30"),
            ("retry-after", " 30"),
            ("retry-after", "Tue, 01 Jan 2030 00:00:30 GMT"),
            ("retry-after", "Tuesday, 01-Jan-30 00:00:30 GMT"),
            ("retry-after", "Tue Jan  1 00:00:30 2030"),
            ("x-rate-limit-limit", "0"),
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", "1893455910"),
            ("x-rate-limit-reset", "99999999999999999"),
            (
                "www-authenticate",
                "Bearer realm=\"http://127.0.0.1:5/\", error=\"invalid_token\", claims=\"e30=\"",
            ),
            ("www-authenticate", "Bearer"),
            ("location", "http://127.0.0.1:5/elsewhere"),
            ("x-request-id", "1"),
        ]
        .into_iter()
        .filter_map(|(name, value)| header(&name.to_ascii_lowercase(), value, at))
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        Date=t-120 s
        Date="yesterday"
        Retry-After=30 s
        Retry-After=" 30"
        Retry-After=t+30 s
        Retry-After=t+30 s
        Retry-After=t+30 s
        Limit=0
        Remaining=0
        Reset=t-90 s
        Reset="99999999999999999"
        WWW-Authenticate=Bearer/invalid_token+claims
        WWW-Authenticate=Bearer
        Location=http://127.0.0.1:*/elsewhere
        "#);
    }
}
