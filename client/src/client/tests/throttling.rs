//! Waiting as told, backing off untold, and giving up in time.

use super::seconds;
use crate::testkit::{Reply, Stage};
use crate::{GrantSource, StandardPolicy, TransportErrorKind};

const EPOCH: i64 = 1_893_456_000;

fn throttled() -> Reply {
    Reply::body(429, "Too Many Requests")
}

#[tokio::test]
async fn a_short_wait_is_slept_in_the_call() {
    let spellings = [
        throttled().with("Retry-After", "30"),
        throttled().with("Retry-After", "Tue, 01 Jan 2030 00:00:30 GMT"),
        throttled().with("Retry-After", "Tuesday, 01-Jan-30 00:00:30 GMT"),
        throttled().with("Retry-After", "Tue Jan  1 00:00:30 2030"),
        // The server's clock is two minutes ahead.
        throttled()
            .with("X-Rate-Limit-Limit", "100")
            .with("X-Rate-Limit-Remaining", "0")
            .with("X-Rate-Limit-Reset", &(EPOCH + 149).to_string())
            .with("Date", "Tue, 01 Jan 2030 00:02:00 GMT"),
        Reply::error(503, "temporarily_unavailable").with("Retry-After", "30"),
    ];
    for reply in spellings {
        let stage = Stage::client_credentials();
        stage.script.tokens([reply, Reply::hour()]);
        assert_eq!(stage.token().await, "AT1");
        let seen = stage.script.seen();
        let gap = seen[1].at.duration_since(seen[0].at).as_secs_f64();
        assert!((30.0..31.0).contains(&gap), "{gap} s");
    }
}

#[tokio::test]
async fn a_long_wait_is_an_error_and_the_server_is_left_alone() {
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([throttled().with("Retry-After", "600"), Reply::hour()]);
    insta::assert_snapshot!(stage.token().await, @"throttled: token endpoint throttles (status 429); wait 600 s before asking again");
    stage.clock.advance(seconds(590)).await;
    let error = stage.client.token().await.expect_err("still quiet");
    assert_eq!(error.retry_after(), Some(seconds(10)), "what is left");
    assert!(error.is_retryable());
    assert!(
        stage.refresh().await.starts_with("throttled"),
        "forced or not"
    );
    assert_eq!(stage.script.token_count(), 1);
    stage.clock.advance(seconds(10)).await;
    assert_eq!(stage.token().await, "AT1");
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_wait_longer() {
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([throttled().with("Retry-After", "600"), Reply::hour()]);
    assert!(stage.token().await.starts_with("throttled"));
    stage.clock.advance(seconds(100)).await;
    stage.clock.set_back(seconds(86_400));
    stage.clock.advance(seconds(490)).await;
    let error = stage.client.token().await.expect_err("still quiet");
    assert_eq!(error.retry_after(), Some(seconds(10)));
    stage.clock.advance(seconds(10)).await;
    assert_eq!(stage.token().await, "AT1");

    // After a refusal, too.
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([Reply::error(400, "invalid_scope"), Reply::hour()]);
    assert!(stage.token().await.starts_with("misconfigured"));
    stage.clock.set_back(seconds(86_400));
    stage.clock.advance(seconds(10)).await;
    assert_eq!(stage.token().await, "AT1");

    // And at a resource.
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage
        .script
        .api([throttled().with("Retry-After", "600"), Reply::body(200, "")]);
    assert!(stage.call().await.starts_with("throttled"));
    stage.clock.set_back(seconds(1000));
    stage.clock.advance(seconds(599)).await;
    // The last second is waited for in the call.
    assert_eq!(stage.call().await, "200");
    let begun = crate::testkit::HandClock::new().true_now();
    let took = stage.clock.true_now().duration_since(begun);
    assert_eq!(took.as_secs(), 600);
}

#[tokio::test]
async fn without_a_hint_pauses_grow_and_end() {
    for reply in [
        throttled(),
        throttled().with("Retry-After", "-1"),
        throttled().with("Retry-After", "soon"),
        throttled().with("Retry-After", "0"),
        throttled().with("X-Rate-Limit-Reset", &(EPOCH - 5).to_string()),
        throttled()
            .with("X-Rate-Limit-Limit", "0")
            .with("X-Rate-Limit-Remaining", "0")
            .with("X-Rate-Limit-Reset", &(EPOCH + 3000).to_string()),
        Reply::body(503, "<html>"),
        Reply::error(400, "temporarily_unavailable"),
        Reply::Fail(TransportErrorKind::Connect),
        Reply::Fail(TransportErrorKind::Reset),
    ] {
        let stage = Stage::client_credentials();
        stage.script.tokens([reply]);
        let outcome = stage.token().await;
        assert!(
            outcome.starts_with("throttled") || outcome.starts_with("transient"),
            "{outcome}"
        );
        let at: Vec<_> = stage.script.seen().iter().map(|seen| seen.at).collect();
        assert_eq!(at.len(), 3);
        let (first, second) = (at[1].duration_since(at[0]), at[2].duration_since(at[1]));
        assert!(
            first.as_secs() >= 1 && second > first,
            "{first:?} {second:?}"
        );
        assert!(second.as_secs() < 4, "{second:?}");
    }
}

#[tokio::test]
async fn what_cannot_succeed_is_not_repeated() {
    for reply in [
        Reply::error(401, "invalid_client"),
        Reply::error(400, "unauthorized_client"),
        Reply::error(400, "invalid_scope"),
        Reply::error(400, "unsupported_grant_type"),
        Reply::error(400, "invalid_request"),
        Reply::error(400, "invalid_grant"),
        Reply::body(403, "<html>"),
        Reply::body(302, ""),
        Reply::body(200, "{}"),
        Reply::Fail(TransportErrorKind::Tls),
        Reply::Hang,
    ] {
        let stage = Stage::client_credentials();
        stage.script.tokens([reply.clone()]);
        assert!(!stage.token().await.starts_with("AT"));
        assert_eq!(stage.script.token_count(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_silent_server_ends_in_a_timeout_on_the_clients_clock() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::Hang, Reply::hour()]);
    let start = crate::Clock::now(&stage.clock);
    insta::assert_snapshot!(stage.token().await, @"timeout: no answer in time: waited 30 s");
    let took = crate::Clock::now(&stage.clock).duration_since(start);
    assert_eq!(took.as_secs(), 30);
    stage.clock.advance(seconds(1)).await;
    assert_eq!(stage.token().await, "AT1");
}

#[tokio::test]
async fn after_a_broken_answer_the_next_call_asks_again() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::body(503, "")]);
    assert!(stage.token().await.starts_with("transient"));
    stage.script.tokens([Reply::hour()]);
    stage.clock.advance(seconds(5)).await;
    assert_eq!(stage.token().await, "AT1");
}

#[tokio::test]
async fn pauses_repeat_with_the_seed_and_differ_without_it() {
    let pauses = async |seed| {
        let stage = Stage::new(GrantSource::ClientCredentials, |builder| {
            builder.jitter_seed(seed)
        });
        stage.script.tokens([Reply::body(503, "")]);
        stage.token().await;
        stage.script.log()
    };
    assert_eq!(pauses(1).await, pauses(1).await);
    assert_ne!(pauses(1).await, pauses(2).await);
}

#[tokio::test]
async fn the_policy_sets_the_bounds() {
    let policy = StandardPolicy::new()
        .with_tries(5)
        .with_longest_wait(seconds(700))
        .with_request_timeout(seconds(3));
    let stage = Stage::new(GrantSource::ClientCredentials, |builder| {
        builder.policy(policy)
    });
    stage.script.tokens([
        throttled().with("Retry-After", "600"),
        Reply::body(503, ""),
        Reply::body(503, ""),
        Reply::body(503, ""),
        Reply::hour(),
    ]);
    assert_eq!(stage.token().await, "AT1");
    stage.script.tokens([Reply::Hang]);
    insta::assert_snapshot!(stage.refresh().await, @"timeout: no answer in time: waited 3 s");
}
