//! Mutants by policy: one decision turned wrong.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use token_client::{
    AfterAnswer, ApiResponse, Attempt, Class, Failure, Freshness, GrantKind, Next, Policy, Purpose,
    Secret, StandardPolicy, TokenRecord,
};

const STANDARD: StandardPolicy = StandardPolicy::new();

#[derive(Debug)]
pub(super) struct NoEarlyRefresh;

impl Policy for NoEarlyRefresh {
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        if record.expiry().is_none_or(|expiry| now < expiry) {
            Freshness::Fresh
        } else {
            Freshness::Expired
        }
    }
}

#[derive(Debug)]
pub(super) struct IgnoresExpiry;

impl Policy for IgnoresExpiry {
    fn freshness(&self, _record: &TokenRecord, _now: Timestamp) -> Freshness {
        Freshness::Fresh
    }
}

#[derive(Debug)]
pub(super) struct RefreshesEveryCall;

impl Policy for RefreshesEveryCall {
    fn freshness(&self, _record: &TokenRecord, _now: Timestamp) -> Freshness {
        Freshness::Expired
    }
}

#[derive(Debug)]
pub(super) struct DropsValidTokenOnFailure;

impl Policy for DropsValidTokenOnFailure {
    fn freshness(&self, record: &TokenRecord, now: Timestamp) -> Freshness {
        match STANDARD.freshness(record, now) {
            Freshness::RenewSoon => Freshness::Expired,
            other => other,
        }
    }

    fn may_serve(&self, _record: &TokenRecord, _now: Timestamp) -> bool {
        false
    }
}

#[derive(Debug)]
pub(super) struct IgnoresRetryAfter;

impl Policy for IgnoresRetryAfter {
    fn wait_hint(&self, _response: &http::response::Parts, _now: Timestamp) -> Option<Duration> {
        None
    }
}

#[derive(Debug)]
pub(super) struct WaitsAMinute;

impl Policy for WaitsAMinute {
    fn wait_hint(&self, response: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        let told = STANDARD.wait_hint(response, now);
        told.map(|_| Duration::from_secs(60))
    }
}

#[derive(Debug)]
pub(super) struct SecondsOnlyRetryAfter;

impl Policy for SecondsOnlyRetryAfter {
    fn wait_hint(&self, response: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        match response.headers.get("retry-after") {
            Some(value) => value.to_str().ok()?.parse().ok().map(Duration::from_secs),
            None => STANDARD.wait_hint(response, now),
        }
    }
}

#[derive(Debug)]
pub(super) struct LocalClockForReset;

impl Policy for LocalClockForReset {
    fn wait_hint(&self, response: &http::response::Parts, now: Timestamp) -> Option<Duration> {
        match response.headers.get("x-rate-limit-reset") {
            Some(value) => {
                let reset: i64 = value.to_str().ok()?.parse().ok()?;
                u64::try_from(reset - now.as_second())
                    .ok()
                    .map(Duration::from_secs)
            }
            None => STANDARD.wait_hint(response, now),
        }
    }
}

#[derive(Debug)]
pub(super) struct KeepsOldRefreshToken;

impl Policy for KeepsOldRefreshToken {
    fn next_refresh_token(
        &self,
        sent: Option<&Secret>,
        answered: Option<&Secret>,
    ) -> Option<Secret> {
        sent.or(answered).cloned()
    }
}

#[derive(Debug)]
pub(super) struct RefreshesOn403;

impl Policy for RefreshesOn403 {
    fn after_answer(
        &self,
        attempt: Attempt,
        response: &ApiResponse,
        now: Timestamp,
    ) -> AfterAnswer {
        if response.status() == StatusCode::FORBIDDEN && !attempt.renewed {
            return AfterAnswer::RefreshAndRetry;
        }
        STANDARD.after_answer(attempt, response, now)
    }
}

#[derive(Debug)]
pub(super) struct RetriesAtOnce;

impl Policy for RetriesAtOnce {
    fn after_failure(&self, attempt: Attempt, failure: &Failure, _now: Timestamp) -> Next {
        if matches!(failure.class(), Class::Throttled | Class::Transient) && attempt.number < 20 {
            Next::RetryAfter(Duration::ZERO)
        } else {
            Next::GiveUp
        }
    }

    fn after_answer(
        &self,
        attempt: Attempt,
        response: &ApiResponse,
        now: Timestamp,
    ) -> AfterAnswer {
        match STANDARD.after_answer(attempt, response, now) {
            AfterAnswer::RetryAfter(_) => AfterAnswer::RetryAfter(Duration::ZERO),
            other => other,
        }
    }

    fn quiet_after(&self, _attempt: Attempt, _failure: &Failure) -> Duration {
        Duration::ZERO
    }
}

#[derive(Debug)]
pub(super) struct RetriesForever;

/// Often at first, so that it is noticed; seldom later, so that an hour of it stays within what a case may send.
fn forever(attempt: Attempt) -> Duration {
    if attempt.number <= 16 {
        Duration::from_secs(20)
    } else {
        Duration::from_secs(600)
    }
}

impl Policy for RetriesForever {
    fn after_failure(&self, attempt: Attempt, _failure: &Failure, _now: Timestamp) -> Next {
        Next::RetryAfter(forever(attempt))
    }

    fn after_answer(
        &self,
        attempt: Attempt,
        response: &ApiResponse,
        _now: Timestamp,
    ) -> AfterAnswer {
        if response.status().is_success() {
            AfterAnswer::Return
        } else {
            AfterAnswer::RetryAfter(forever(attempt))
        }
    }
}

#[derive(Debug)]
pub(super) struct RetriesInvalidGrant;

impl Policy for RetriesInvalidGrant {
    fn grant_is_dead(&self, _grant: GrantKind, _failure: &Failure) -> bool {
        false
    }

    fn quiet_after(&self, _attempt: Attempt, _failure: &Failure) -> Duration {
        Duration::ZERO
    }
}

#[derive(Debug)]
pub(super) struct RetriesMisconfigured;

impl Policy for RetriesMisconfigured {
    fn after_failure(&self, attempt: Attempt, failure: &Failure, now: Timestamp) -> Next {
        if failure.class() == Class::Misconfigured && attempt.number < 4 {
            return Next::RetryAfter(Duration::from_secs(1));
        }
        STANDARD.after_failure(attempt, failure, now)
    }
}

#[derive(Debug)]
pub(super) struct HandsBack401;

impl Policy for HandsBack401 {
    fn after_answer(&self, attempt: Attempt, answer: &ApiResponse, now: Timestamp) -> AfterAnswer {
        match answer.status() {
            StatusCode::UNAUTHORIZED => AfterAnswer::Return,
            _ => STANDARD.after_answer(attempt, answer, now),
        }
    }
}

#[derive(Debug)]
pub(super) struct NoJitter;

impl NoJitter {
    fn steady(mut attempt: Attempt) -> Attempt {
        attempt.jitter = 0;
        attempt
    }
}

impl Policy for NoJitter {
    fn after_failure(&self, attempt: Attempt, failure: &Failure, now: Timestamp) -> Next {
        STANDARD.after_failure(Self::steady(attempt), failure, now)
    }

    fn quiet_after(&self, attempt: Attempt, failure: &Failure) -> Duration {
        STANDARD.quiet_after(Self::steady(attempt), failure)
    }
}

#[derive(Debug)]
pub(super) struct WaitsForEver;

impl Policy for WaitsForEver {
    fn request_timeout(&self, _purpose: Purpose) -> Duration {
        Duration::from_secs(30 * 24 * 3600)
    }
}
