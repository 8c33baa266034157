use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::{Error, Refusal, TransportError, TransportErrorKind};

const POLICY: StandardPolicy = StandardPolicy::new();
const CREATED: &str = "2030-01-01T00:00:00Z";

fn record(lifetime: u64) -> TokenRecord {
    let created_at: Timestamp = CREATED.parse().unwrap();
    TokenRecord {
        expires_in: Some(lifetime),
        expires_at: Some(crate::clock::later(
            created_at,
            Duration::from_secs(lifetime),
        )),
        created_at: Some(created_at),
        ..TokenRecord::pasted(Secret::new("a"))
    }
}

fn after(seconds: f64) -> Timestamp {
    crate::clock::later(CREATED.parse().unwrap(), Duration::from_secs_f64(seconds))
}

/// The second from which a record is to be renewed, and the one from which it is expired.
fn turns(record: &TokenRecord, lifetime: u64) -> (u64, u64) {
    let first = |wanted: &[Freshness]| {
        (0..=lifetime)
            .find(|at| wanted.contains(&POLICY.freshness(record, after(*at as f64))))
            .unwrap()
    };
    (
        first(&[Freshness::RenewSoon, Freshness::Expired]),
        first(&[Freshness::Expired]),
    )
}

fn refused(status: u16, error: &str, told: Option<u64>) -> Failure {
    let status = StatusCode::from_u16(status).unwrap();
    let mut refusal = Refusal::new(status, GrantKind::ClientCredentials);
    refusal.error = Some(error.to_owned());
    refusal.retry_after = told.map(Duration::from_secs);
    Failure::new(refusal.into())
}

fn broken(kind: TransportErrorKind) -> Failure {
    Failure::new(Error::Transport(TransportError::new(kind, "")))
}

fn attempt(number: u32) -> Attempt {
    Attempt {
        number,
        ..Attempt::first(Purpose::Token(GrantKind::ClientCredentials))
    }
}

#[test]
fn when_tokens_of_each_lifetime_are_renewed() {
    let table: Vec<_> = [10, 60, 120, 299, 301, 600, 1500, 3600, 86_400]
        .map(|lifetime| {
            let (soon, expired) = turns(&record(lifetime), lifetime);
            format!("{lifetime:5} s: renewed from {soon:5} s, not handed out from {expired:5} s")
        })
        .into();
    insta::assert_snapshot!(table.join("\n"), @r"
       10 s: renewed from     8 s, not handed out from    10 s
       60 s: renewed from    48 s, not handed out from    57 s
      120 s: renewed from    96 s, not handed out from   114 s
      299 s: renewed from   240 s, not handed out from   289 s
      301 s: renewed from   241 s, not handed out from   291 s
      600 s: renewed from   480 s, not handed out from   590 s
     1500 s: renewed from  1200 s, not handed out from  1490 s
     3600 s: renewed from  3300 s, not handed out from  3590 s
    86400 s: renewed from 86100 s, not handed out from 86390 s
    ");
}

#[test]
fn creation_times_spread_the_renewals() {
    let soon = |created: &str| {
        let mut record = record(3600);
        record.created_at = Some(created.parse().unwrap());
        turns(&record, 3600).0
    };
    assert_eq!(soon("2030-01-01T00:00:00Z"), 3300);
    assert_eq!(soon("2030-01-01T00:00:00.5Z"), 3285);
    assert_eq!(soon("2030-01-01T00:00:00.999Z"), 3271);
}

#[test]
fn lifetimes_are_assumed_and_capped() {
    let lifetime = |stated: Option<u64>| POLICY.lifetime(stated.map(Duration::from_secs)).as_secs();
    assert_eq!(lifetime(None), 300);
    assert_eq!(lifetime(Some(1)), 1);
    assert_eq!(lifetime(Some(86_400)), 86_400);
    assert_eq!(lifetime(Some(u64::MAX)), 30 * 86_400);
}

#[test]
fn what_follows_each_failure() {
    use TransportErrorKind::*;
    let rows = [
        ("429", refused(429, "x", None)),
        ("429, told 30 s", refused(429, "x", Some(30))),
        ("429, told 60 s", refused(429, "x", Some(60))),
        ("429, told 61 s", refused(429, "x", Some(61))),
        ("503", refused(503, "x", None)),
        (
            "temporarily_unavailable",
            refused(400, "temporarily_unavailable", None),
        ),
        ("invalid_client", refused(401, "invalid_client", None)),
        (
            "invalid_client, told 5 s",
            refused(401, "invalid_client", Some(5)),
        ),
        ("invalid_grant", refused(400, "invalid_grant", None)),
        ("no connection", broken(Connect)),
        ("reset", broken(Reset)),
        ("timeout", broken(Timeout)),
        ("tls", broken(Tls)),
        ("too long", broken(BodyTooLarge)),
    ];
    let table: Vec<_> = rows
        .iter()
        .map(|(name, failure)| {
            let next = POLICY.after_failure(attempt(1), failure, after(0.0));
            let quiet = POLICY.quiet_after(attempt(1), failure);
            format!("{name:26} {next:?}, else quiet for {quiet:?}")
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    429                        RetryAfter(1s), else quiet for 1s
    429, told 30 s             RetryAfter(30s), else quiet for 30s
    429, told 60 s             RetryAfter(60s), else quiet for 60s
    429, told 61 s             GiveUp, else quiet for 61s
    503                        RetryAfter(1s), else quiet for 1s
    temporarily_unavailable    RetryAfter(1s), else quiet for 1s
    invalid_client             GiveUp, else quiet for 10s
    invalid_client, told 5 s   GiveUp, else quiet for 5s
    invalid_grant              GiveUp, else quiet for 10s
    no connection              RetryAfter(1s), else quiet for 1s
    reset                      RetryAfter(1s), else quiet for 1s
    timeout                    GiveUp, else quiet for 1s
    tls                        GiveUp, else quiet for 10s
    too long                   GiveUp, else quiet for 10s
    ");
}

#[test]
fn a_refresh_is_not_repeated_after_two_lost_answers() {
    let mut attempt = Attempt {
        lost: 1,
        ..Attempt::first(Purpose::Token(GrantKind::RefreshToken))
    };
    let lost = broken(TransportErrorKind::Reset);
    assert_ne!(
        POLICY.after_failure(attempt, &lost, after(0.0)),
        Next::GiveUp
    );
    attempt.lost = 2;
    attempt.number = 2;
    assert_eq!(
        POLICY.after_failure(attempt, &lost, after(0.0)),
        Next::GiveUp
    );
    assert_eq!(POLICY.quiet_after(attempt, &lost), Duration::from_secs(30));
}

#[test]
fn with_a_valid_token_in_hand_the_server_is_not_pressed() {
    let spared = Attempt {
        valid_for: Some(Duration::from_secs(12)),
        ..attempt(1)
    };
    let failure = refused(503, "x", None);
    assert_eq!(
        POLICY.after_failure(spared, &failure, after(0.0)),
        Next::GiveUp
    );
    assert_eq!(
        POLICY.quiet_after(spared, &failure),
        Duration::from_secs(12)
    );
}

#[test]
fn only_what_was_not_processed_is_sent_again() {
    let next = |method: Method, status: u16, told: Option<u64>| {
        let response = http::Response::builder()
            .status(status)
            .body(Bytes::new())
            .unwrap();
        let response = ApiResponse::new(method, response, told.map(Duration::from_secs));
        POLICY.after_answer(Attempt::first(Purpose::Resource), &response, after(0.0))
    };
    let rows = [
        (Method::POST, 200, None),
        (Method::POST, 401, None),
        (Method::POST, 403, None),
        (Method::POST, 429, None),
        (Method::POST, 429, Some(10)),
        (Method::POST, 429, Some(100)),
        (Method::POST, 500, Some(10)),
        (Method::POST, 503, Some(10)),
        (Method::GET, 503, Some(10)),
        (Method::GET, 503, None),
    ];
    let table: Vec<_> = rows
        .map(|(method, status, told)| {
            let next = next(method.clone(), status, told);
            format!("{method:4} {status} told {told:?}: {next:?}")
        })
        .into();
    insta::assert_snapshot!(table.join("\n"), @r"
    POST 200 told None: Return
    POST 401 told None: RefreshAndRetry
    POST 403 told None: Return
    POST 429 told None: RetryAfter(1s)
    POST 429 told Some(10): RetryAfter(10s)
    POST 429 told Some(100): Return
    POST 500 told Some(10): Return
    POST 503 told Some(10): Return
    GET 503 told Some(10): RetryAfter(10s)
    GET 503 told None: Return
    ");
}

#[test]
fn overriding_one_method_reaches_the_decisions_that_use_it() {
    #[derive(Debug)]
    struct FailFast;
    impl Policy for FailFast {
        fn longest_wait(&self) -> Duration {
            Duration::ZERO
        }
    }
    let told = refused(429, "x", Some(1));
    assert_eq!(
        FailFast.after_failure(attempt(1), &told, after(0.0)),
        Next::GiveUp
    );
    assert_ne!(
        POLICY.after_failure(attempt(1), &told, after(0.0)),
        Next::GiveUp
    );
}

proptest! {
    #[test]
    fn an_expired_token_is_neither_fresh_nor_served(lifetime in 0u64..100_000, over in 0.0f64..1e6) {
        let record = record(lifetime);
        let now = after(lifetime as f64 + over);
        prop_assert_eq!(POLICY.freshness(&record, now), Freshness::Expired);
        prop_assert!(!POLICY.may_serve(&record, now));
    }

    #[test]
    fn a_token_is_fresh_for_most_of_its_life(lifetime in 5u64..100_000, nanos in 0u32..1_000_000_000) {
        let mut record = record(lifetime);
        let created_at = record.created_at.unwrap();
        record.created_at = Some(crate::clock::later(created_at, Duration::from_nanos(nanos.into())));
        let now = after(lifetime as f64 * 0.75);
        prop_assert_eq!(POLICY.freshness(&record, now), Freshness::Fresh);
    }

    #[test]
    fn pauses_keep_growing_to_their_bound(jitters in proptest::array::uniform8(0u16..1000)) {
        let pauses: Vec<_> = (1..).zip(jitters)
            .map(|(number, jitter)| backoff(Attempt { jitter, ..attempt(number) }))
            .collect();
        prop_assert!(pauses[0] >= Duration::from_secs(1));
        prop_assert!(pauses[..5].is_sorted_by(|a, b| a < b), "{:?}", pauses);
        prop_assert!(pauses.iter().all(|pause| *pause <= LONGEST_BACKOFF * 3 / 2), "{:?}", pauses);
    }

    #[test]
    fn tries_end(number in 3u32.., told in proptest::option::of(0u64..10_000)) {
        let failure = refused(503, "x", told);
        prop_assert_eq!(POLICY.after_failure(attempt(number), &failure, after(0.0)), Next::GiveUp);
    }
}
