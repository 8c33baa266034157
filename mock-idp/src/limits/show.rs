//! How a limit is told: the headers of an answer.

use jiff::Timestamp;

use super::counts::Shown;
use super::rule::{Headers, LimitRule, Reset, RetryAfter};
use crate::clock::imf_fixdate;
use crate::provider::Provider;

/// How a vendor tells of its limits where a rule says nothing of that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Custom {
    pub(crate) headers: Headers,
    pub(crate) retry_after: RetryAfter,
    /// At which share of a window, in percent, its owner is warned.
    pub(crate) warns_at: u32,
    /// Limit, remaining and reset.
    names: [&'static str; 3],
    /// Whether the reset is told in seconds from now; else in seconds since 1970.
    from_now: bool,
}

impl Custom {
    /// The vendor's.
    pub(crate) fn of(provider: Provider) -> Self {
        match provider {
            Provider::Entra => Self {
                headers: Headers::Never,
                retry_after: RetryAfter::Seconds,
                warns_at: 100,
                names: ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"],
                from_now: true,
            },
            Provider::Okta => Self {
                headers: Headers::Always,
                retry_after: RetryAfter::None,
                warns_at: 60,
                names: [
                    "x-rate-limit-limit",
                    "x-rate-limit-remaining",
                    "x-rate-limit-reset",
                ],
                from_now: false,
            },
        }
    }

    /// Whether answers that are no refusals show a rule.
    pub(super) fn is_always_shown(&self, rule: &LimitRule) -> bool {
        rule.headers.unwrap_or(self.headers) == Headers::Always
    }

    /// What an answer shows of a rule.
    pub(crate) fn headers(
        &self,
        rule: &LimitRule,
        shown: &Shown,
        is_refusal: bool,
    ) -> Vec<(&'static str, String)> {
        let told = told(shown.reset, shown.now, rule.reset);
        let mut headers = Vec::with_capacity(4);
        let is_shown = match rule.headers.unwrap_or(self.headers) {
            Headers::Always => true,
            Headers::Refused => is_refusal,
            Headers::Never => false,
        };
        if is_shown {
            let reset = match self.from_now {
                true => wait(shown, rule.reset),
                false => seconds(told.as_millisecond()),
            };
            let values = [shown.limit.to_string(), shown.remaining.to_string(), reset];
            headers.extend(self.names.into_iter().zip(values));
        }
        let retry_after = match rule.retry_after.unwrap_or(self.retry_after) {
            RetryAfter::None => None,
            RetryAfter::Seconds => Some(wait(shown, rule.reset)),
            RetryAfter::Date => Some(imf_fixdate(whole(told, Side::After))),
        };
        let retry_after = retry_after.filter(|_| is_refusal);
        headers.extend(retry_after.map(|value| ("retry-after", value)));
        headers
    }
}

enum Side {
    Before,
    After,
}

/// The instant that is told as the reset.
fn told(reset: Timestamp, now: Timestamp, how: Reset) -> Timestamp {
    match how {
        Reset::Ceil => whole(reset, Side::After),
        Reset::Floor => whole(reset, Side::Before),
        Reset::Exact => reset,
        Reset::Past => {
            let second = whole(now, Side::Before).as_second();
            Timestamp::from_second(second - 1).unwrap_or(Timestamp::MIN)
        }
    }
}

/// The whole second at or beside an instant.
fn whole(at: Timestamp, side: Side) -> Timestamp {
    let nanoseconds = at.as_nanosecond();
    let second = nanoseconds.div_euclid(1_000_000_000);
    let more = matches!(side, Side::After) && nanoseconds.rem_euclid(1_000_000_000) > 0;
    i64::try_from(second + i128::from(more))
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .unwrap_or(Timestamp::MAX)
}

/// How long it is until the reset, in seconds; whole ones unless the exact time is told, and not negative.
fn wait(shown: &Shown, how: Reset) -> String {
    let until = shown.reset.as_millisecond() - shown.now.as_millisecond();
    let until = until.max(0);
    match how {
        Reset::Ceil => until.cast_unsigned().div_ceil(1000).to_string(),
        Reset::Floor => (until / 1000).to_string(),
        Reset::Exact => seconds(until),
        Reset::Past => "0".to_owned(),
    }
}

/// Milliseconds as seconds, with three places if they are no whole ones.
fn seconds(milliseconds: i64) -> String {
    let (whole, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    match rest {
        0 => whole.to_string(),
        _ => format!("{whole}.{rest:03}"),
    }
}
