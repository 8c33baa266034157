//! The recommended decisions.

use std::time::Duration;

use http::{Method, StatusCode};
use jiff::Timestamp;

use super::{AfterAnswer, Attempt, Failure, Freshness, Next, Policy, Purpose, hint};
use crate::clock::left;
use crate::{ApiResponse, Class, Error, GrantKind, Secret, TokenRecord};

/// What the client does unless told otherwise.
///
/// | decision | value | why |
/// |---|---|---|
/// | renew early | last 5 min of a token's life, at most its last fifth | five minutes is MSAL's and Okta's margin; the fifth keeps short-lived tokens from being renewed on every call |
/// | spread of that | up to a tenth more, by creation time | a fleet started together does not renew together |
/// | too old to hand out | last 10 s, at most the last twentieth | a request on its way must not arrive with a dead token |
/// | lifetime not stated, zero or negative | 5 min | short enough to be wrong for a short time only |
/// | lifetime absurd | capped at 30 days | longer than any Entra or Okta lifetime; also catches milliseconds sent as seconds |
/// | tries in a call | 3; 6 for a managed identity | Microsoft advises five retries of its metadata service |
/// | pauses of a managed identity | 1, 2, 6, 14, 30 s, up to half more by jitter; 10 s and more after a 410 | Microsoft's table; after a 410 the service is back within 70 s |
/// | between polls for a device | the interval told, 5 s without; 5 s more after each `slow_down`, twice as long after no answer or a 5xx or 429 | RFC 8628 section 3.5 |
/// | claims challenge | answered once in a call, if the client declared `cp1` | Microsoft, continuous access evaluation |
/// | pause without a hint | 1 s, 2 s, … doubling to 30 s, up to half more by jitter | RFC 6585 leaves the hint optional |
/// | longest wait in a call | 60 s | Entra's usual `Retry-After` |
/// | request timeout | 30 s | |
/// | quiet after giving up | told wait; else 1 s; 10 s after a refusal; 30 s while a token is still valid or after a lost refresh | callers must not stampede a broken server |
#[derive(Clone, Debug)]
pub struct StandardPolicy {
    margin: Duration,
    tries: u32,
    longest_wait: Duration,
    request_timeout: Duration,
}

impl StandardPolicy {
    /// The recommended values.
    pub const fn new() -> Self {
        Self {
            margin: Duration::from_secs(300),
            tries: 3,
            longest_wait: Duration::from_secs(60),
            request_timeout: Duration::from_secs(30),
        }
    }

    /// How long before expiry it renews, for tokens that live at least five times as long.
    pub const fn margin(&self) -> Duration {
        self.margin
    }

    /// Renews this long before expiry (but never before four fifths of the lifetime are over).
    pub const fn with_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// Allows this many tries in a call, the first included; at least one is made.
    pub const fn with_tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Sleeps at most this long inside a call.
    pub const fn with_longest_wait(mut self, longest_wait: Duration) -> Self {
        self.longest_wait = longest_wait;
        self
    }

    /// Gives a single request this long.
    pub const fn with_request_timeout(mut self, request_timeout: Duration) -> Self {
        self.request_timeout = request_timeout;
        self
    }

    /// [`Policy::after_failure`] with the longest wait of the policy that asks.
    pub(super) fn after_failure_within(
        &self,
        longest_wait: Duration,
        attempt: Attempt,
        failure: &Failure,
        _now: Timestamp,
    ) -> Next {
        // A valid token keeps the callers served: no need to press a server in trouble.
        let tries = match attempt.purpose {
            Purpose::Token(GrantKind::ManagedIdentity) => self.tries.saturating_mul(2),
            _ => self.tries,
        };
        if attempt.number >= tries || attempt.valid_for.is_some() || !worth_a_retry(failure) {
            return Next::GiveUp;
        }
        // A code is good once: a server that sees it again revokes what it brought the first time
        // (RFC 6749 section 4.1.2).
        if attempt.purpose == Purpose::Token(GrantKind::AuthorizationCode) && attempt.lost > 0 {
            return Next::GiveUp;
        }
        // A lost answer may have spent the refresh token. One more try can bring the same answer
        // again (Okta's leeway); more look like theft to a server that detects reuse
        // (RFC 9700 section 4.14.2).
        if attempt.purpose == Purpose::Token(GrantKind::RefreshToken) && attempt.lost > 1 {
            return Next::GiveUp;
        }
        let backoff = match attempt.purpose {
            Purpose::Token(GrantKind::ManagedIdentity) => machine_backoff(attempt, failure),
            _ => backoff(attempt),
        };
        match pause(backoff, failure.told_wait, longest_wait) {
            Some(pause) => Next::RetryAfter(pause),
            None => Next::GiveUp,
        }
    }

    /// [`Policy::after_answer`] with the longest wait of the policy that asks.
    pub(super) fn after_answer_within(
        &self,
        longest_wait: Duration,
        attempt: Attempt,
        response: &ApiResponse,
        _now: Timestamp,
    ) -> AfterAnswer {
        match response.status() {
            // A claims challenge wants more than a new token of the same kind.
            StatusCode::UNAUTHORIZED if response.claims_challenge().is_some() => {
                if attempt.answers_challenges && !attempt.renewed {
                    AfterAnswer::AnswerChallenge
                } else {
                    AfterAnswer::Return
                }
            }
            StatusCode::UNAUTHORIZED if !attempt.renewed => AfterAnswer::RefreshAndRetry,
            status if attempt.number < self.tries && was_turned_away(status, response) => {
                match pause(backoff(attempt), response.told_wait(), longest_wait) {
                    Some(pause) => AfterAnswer::RetryAfter(pause),
                    None => AfterAnswer::Return,
                }
            }
            _ => AfterAnswer::Return,
        }
    }
}

impl Default for StandardPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy for StandardPolicy {
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        let Some(expiry) = record.expiry() else {
            return Freshness::Fresh;
        };
        let remaining = left(now, expiry);
        let asked_to = record.refresh_at.is_some_and(|at| at <= now);
        // Every call asks, and most are answered here: no edge and no margin is longer.
        let longest = self.margin.saturating_add(self.margin / 10).max(EDGE);
        if remaining > longest && !asked_to {
            return Freshness::Fresh;
        }
        let lifetime = record.lifetime().unwrap_or(remaining);
        if remaining <= EDGE.min(lifetime / 20) {
            return Freshness::Expired;
        }
        let margin = self.margin.min(lifetime / 5);
        if asked_to || remaining <= margin + spread(margin, record) {
            return Freshness::RenewSoon;
        }
        Freshness::Fresh
    }

    fn may_serve(&self, record: &TokenRecord, now: Timestamp) -> bool {
        record.expiry().is_none_or(|expiry| now < expiry)
    }

    fn lifetime(&self, stated: Option<Duration>) -> Duration {
        stated.unwrap_or(ASSUMED_LIFETIME).min(LONGEST_LIFETIME)
    }

    /// The new one if there is one (RFC 6749 section 6: the old one MUST be discarded), else the
    /// old one stays in use.
    fn next_refresh_token(
        &self,
        sent: Option<&Secret>,
        answered: Option<&Secret>,
    ) -> Option<Secret> {
        answered.or(sent).cloned()
    }

    fn after_failure(&self, attempt: Attempt, failure: &Failure, now: Timestamp) -> Next {
        self.after_failure_within(self.longest_wait, attempt, failure, now)
    }

    /// The two codes that mean "go on" and answers without any code keep the polls going; every
    /// other code ends them.
    fn after_poll(&self, pace: Duration, failure: &Failure) -> Next {
        let code = match &failure.error {
            Error::Refused(refusal) => refusal.error.as_deref(),
            _ => None,
        };
        match code {
            Some("authorization_pending") => Next::RetryAfter(pace),
            Some("slow_down") => Next::RetryAfter(pace.saturating_add(SLOW_DOWN)),
            Some(_) => Next::GiveUp,
            None if failure.error.is_retryable() => Next::RetryAfter(pace.saturating_mul(2)),
            None => Next::GiveUp,
        }
    }

    /// A refused refresh token or password is never sent again: Entra counts equal requests and
    /// locks the loop out, and wrong passwords lock the account. What a client has for itself is
    /// not spent by a refusal.
    fn grant_is_dead(&self, grant: GrantKind, failure: &Failure) -> bool {
        let own = matches!(
            grant,
            GrantKind::ClientCredentials | GrantKind::ManagedIdentity
        );
        !own && failure.error.needs_interaction()
    }

    fn quiet_after(&self, attempt: Attempt, failure: &Failure) -> Duration {
        if let Some(told) = failure.told_wait {
            return told;
        }
        if let Some(valid_for) = attempt.valid_for {
            return LONG_QUIET.min(valid_for).max(SHORT_QUIET);
        }
        match failure.class() {
            Class::Throttled | Class::Transient
                if attempt.purpose == Purpose::Token(GrantKind::RefreshToken)
                    && attempt.lost > 1 =>
            {
                LONG_QUIET
            }
            Class::Throttled | Class::Transient | Class::Timeout | Class::Cancelled => SHORT_QUIET,
            _ => REFUSAL_QUIET,
        }
    }

    fn after_answer(
        &self,
        attempt: Attempt,
        response: &ApiResponse,
        now: Timestamp,
    ) -> AfterAnswer {
        self.after_answer_within(self.longest_wait, attempt, response, now)
    }

    fn wait_hint(&self, response: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        hint::wait_hint(response, now)
    }

    fn longest_wait(&self) -> Duration {
        self.longest_wait
    }

    fn request_timeout(&self, _purpose: Purpose) -> Duration {
        self.request_timeout
    }
}

/// A token this close to its end may die on the way to the resource.
const EDGE: Duration = Duration::from_secs(10);
const ASSUMED_LIFETIME: Duration = Duration::from_secs(300);
const LONGEST_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
const SHORT_QUIET: Duration = Duration::from_secs(1);
const REFUSAL_QUIET: Duration = Duration::from_secs(10);
const LONG_QUIET: Duration = Duration::from_secs(30);
const UPDATING: Duration = Duration::from_secs(10);
const SLOW_DOWN: Duration = Duration::from_secs(5);
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// Trouble that may pass within a call. A timeout has used up the caller's patience already.
fn worth_a_retry(failure: &Failure) -> bool {
    matches!(failure.class(), Class::Throttled | Class::Transient)
}

/// Whether the resource did not process the request, so that sending it again is safe: always
/// with 429, and with a 503 that names a wait if the method may be repeated
/// (RFC 9110 section 9.2.2).
fn was_turned_away(status: StatusCode, response: &ApiResponse) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::SERVICE_UNAVAILABLE => {
            let repeatable = [
                Method::GET,
                Method::HEAD,
                Method::OPTIONS,
                Method::PUT,
                Method::DELETE,
            ];
            response.told_wait().is_some() && repeatable.contains(response.method())
        }
        _ => false,
    }
}

/// The told wait, but never less than the backoff of this try; `None` if told to wait too long.
fn pause(
    backoff: Duration,
    told_wait: Option<Duration>,
    longest_wait: Duration,
) -> Option<Duration> {
    match told_wait {
        Some(told) if told > longest_wait => None,
        Some(told) => Some(told.max(backoff)),
        None if backoff > longest_wait => None,
        None => Some(backoff),
    }
}

/// 1 s, 2 s, 4 s, … to 30 s, each up to half longer. The halves keep the pauses growing.
fn backoff(attempt: Attempt) -> Duration {
    let doublings = attempt.number.saturating_sub(1).min(5);
    let base = (Duration::from_secs(1) * 2u32.pow(doublings)).min(LONGEST_BACKOFF);
    spread_out(base, attempt)
}

/// The delays Microsoft gives for its metadata service, 0, 2, 6, 14, 30 s, but never none; and
/// long enough for the 70 s that an update may take after a 410.
fn machine_backoff(attempt: Attempt, failure: &Failure) -> Duration {
    let steps = attempt.number.clamp(1, 5);
    let base = Duration::from_secs((2u64.pow(steps) - 2).max(1));
    let updating = matches!(
        &failure.error,
        Error::Refused(refusal) if refusal.status == StatusCode::GONE
    );
    let base = if updating { base.max(UPDATING) } else { base };
    spread_out(base, attempt)
}

fn spread_out(base: Duration, attempt: Attempt) -> Duration {
    base + base * u32::from(attempt.jitter.min(999)) / 2000
}

/// Up to a tenth of the margin, the same for a record at every look.
fn spread(margin: Duration, record: &TokenRecord) -> Duration {
    let nanos = record
        .created_at
        .map_or(0, |at| at.subsec_nanosecond().unsigned_abs());
    // Creation times of different clients differ in their sub-second part.
    margin / 10 * (nanos / 1_000_000) / 1000
}

#[cfg(test)]
mod tests;
