//! When a token is kept, renewed early, served in need, and never served.

use super::seconds;
use crate::testkit::{Reply, Stage, quiet};
use crate::{Secret, TokenRecord, TokenStore as _, TransportErrorKind};

#[tokio::test]
async fn a_fresh_token_is_reused() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    for _ in 0..20 {
        assert_eq!(stage.token().await, "AT1");
        stage.clock.advance(seconds(60)).await;
    }
    insta::assert_snapshot!(stage.script.log(), @"0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret");
}

#[tokio::test]
async fn polled_once_a_minute_it_renews_early_and_seldom() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    let mut handed_out = Vec::new();
    for _ in 0..180 {
        let token = stage.token().await;
        if handed_out.last() != Some(&token) {
            handed_out.push(token);
        }
        stage.clock.advance(seconds(60)).await;
    }
    assert_eq!(handed_out, ["AT1", "AT2", "AT3", "AT4"]);
    // Each renewal came at 55 minutes, in the background of a call that was served at once.
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    3300.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    6600.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    9900.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn after_a_long_silence_the_caller_waits_for_a_new_token() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.token().await;
    stage.clock.advance(seconds(3595)).await;
    assert_eq!(stage.token().await, "AT2", "5 s would not last");
    stage.clock.advance(seconds(100_000)).await;
    assert_eq!(stage.token().await, "AT3");
}

#[tokio::test]
async fn a_short_lifetime_is_used_for_the_most_part() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::token(r#","expires_in":60"#)]);
    for _ in 0..600 {
        stage.token().await;
        stage.clock.advance(seconds(1)).await;
    }
    let count = stage.script.token_count();
    assert!((10..=13).contains(&count), "{count} requests in 10 minutes");
}

#[tokio::test]
async fn refresh_in_brings_renewal_forward() {
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([Reply::token(r#","expires_in":86400,"refresh_in":43200"#)]);
    stage.token().await;
    stage.clock.advance(seconds(43_199)).await;
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.script.token_count(), 1);
    stage.clock.advance(seconds(1)).await;
    assert_eq!(stage.token().await, "AT1", "served at once");
    quiet().await;
    assert_eq!(stage.script.token_count(), 2);
    assert_eq!(stage.token().await, "AT2");
}

#[tokio::test]
async fn while_renewal_fails_the_valid_token_is_served_and_the_server_spared() {
    for broken in [
        Reply::body(503, "<html>"),
        Reply::error(400, "invalid_client"),
        Reply::body(429, "Too Many Requests"),
        Reply::body(200, "{}"),
        Reply::Fail(TransportErrorKind::Reset),
        Reply::Fail(TransportErrorKind::Connect),
    ] {
        let stage = Stage::client_credentials();
        stage.script.tokens([Reply::hour(), broken]);
        stage.token().await;
        stage.clock.advance(seconds(3300)).await;
        for _ in 0..290 {
            assert_eq!(stage.token().await, "AT1");
            stage.clock.advance(seconds(1)).await;
        }
        let tries = stage.script.token_count() - 1;
        assert!((9..=10).contains(&tries), "one each 30 s, not {tries}");

        // In the last seconds callers wait for a new token, yet the old one still stands in.
        assert_eq!(stage.token().await, "AT1");
        stage.clock.advance(seconds(60)).await;
        assert!(!stage.token().await.starts_with("AT"), "expired");

        stage.script.tokens([Reply::hour()]);
        stage.clock.advance(seconds(10)).await;
        assert_eq!(stage.token().await, "AT2", "recovered");
    }
}

#[tokio::test]
async fn a_hanging_renewal_delays_nobody() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour(), Reply::Hang]);
    stage.token().await;
    stage.clock.advance(seconds(3400)).await;
    let before = crate::Clock::now(&stage.clock);
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(crate::Clock::now(&stage.clock), before);
}

#[tokio::test]
async fn odd_lifetimes_neither_hammer_nor_live_for_ever() {
    let rows = [
        ("absent", ""),
        ("text", r#","expires_in":"3600""#),
        ("fraction", r#","expires_in":3600.7"#),
        ("zero", r#","expires_in":0"#),
        ("negative", r#","expires_in":-1"#),
        ("absurd", r#","expires_in":1e30"#),
        ("one second", r#","expires_in":1"#),
    ];
    let mut lines = Vec::new();
    for (name, member) in rows {
        let stage = Stage::client_credentials();
        stage.script.tokens([Reply::token(member)]);
        assert_eq!(stage.token().await, "AT1");
        let record = stage.store.load(stage.client.store_key()).await;
        let record = record.ok().flatten().expect("saved");
        lines.push(format!(
            "{name:10} expires_in {:7} expires_at {}",
            record.expires_in.unwrap_or_default(),
            record.expires_at.expect("known")
        ));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    absent     expires_in     300 expires_at 2030-01-01T00:05:00Z
    text       expires_in    3600 expires_at 2030-01-01T01:00:00Z
    fraction   expires_in    3600 expires_at 2030-01-01T01:00:00Z
    zero       expires_in     300 expires_at 2030-01-01T00:05:00Z
    negative   expires_in     300 expires_at 2030-01-01T00:05:00Z
    absurd     expires_in 2592000 expires_at 2030-01-31T00:00:00Z
    one second expires_in       1 expires_at 2030-01-01T00:00:01Z
    ");
}

#[tokio::test]
async fn a_lifetime_counts_from_the_request() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour().held()]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { client.token().await });
    stage.clock.advance(seconds(20)).await;
    stage.script.open_gate();
    let token = waiting.await.expect("no panic").expect("a token");
    insta::assert_snapshot!(token.expires_at().expect("known"), @"2030-01-01T01:00:00Z");
}

#[tokio::test]
async fn a_token_that_died_on_the_way_is_not_handed_out() {
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([Reply::token(r#","expires_in":5"#).held()]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { crate::testkit::shown(client.token().await) });
    stage.clock.advance(seconds(20)).await;
    stage.script.open_gate();
    insta::assert_snapshot!(waiting.await.expect("no panic"), @"protocol: token endpoint issued a token that had expired when the answer arrived");
}

#[tokio::test]
async fn a_pasted_token_works_and_is_replaced_when_empty_or_expired() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    let key = stage.client.store_key().clone();
    let pasted = TokenRecord::pasted(Secret::new("pasted"));
    stage.store.save(&key, &pasted).await.expect("saved");
    assert_eq!(stage.token().await, "pasted");
    stage.clock.advance(seconds(100_000)).await;
    assert_eq!(stage.token().await, "pasted", "nothing says it expired");
    assert_eq!(stage.script.token_count(), 0);

    for record in [
        TokenRecord::pasted(Secret::new("")),
        TokenRecord {
            expires_at: Some("2029-01-01T00:00:00Z".parse().expect("a time")),
            ..TokenRecord::pasted(Secret::new("old"))
        },
    ] {
        let stage = Stage::client_credentials();
        stage.script.tokens([Reply::hour()]);
        stage.store.save(&key, &record).await.expect("saved");
        assert_eq!(stage.token().await, "AT1");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_lengthens_no_life() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    stage.clock.advance(seconds(3000)).await;
    stage.clock.set_back(seconds(3000));
    stage.clock.advance(seconds(299)).await;
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.script.token_count(), 1);
    stage.clock.advance(seconds(295)).await;
    assert_eq!(stage.token().await, "AT2", "its hour is over");
    // The new one is as old as the clock says.
    stage.clock.advance(seconds(3000)).await;
    assert_eq!(stage.token().await, "AT2");

    // While it is on its way.
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour().held()]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { client.token().await });
    quiet().await;
    stage.clock.set_back(seconds(3000));
    stage.script.open_gate();
    waiting.await.expect("no panic").expect("a token");
    stage.clock.advance(seconds(3595)).await;
    assert_eq!(stage.token().await, "AT2");
}

#[tokio::test]
async fn an_invalidated_token_is_not_seen_again() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    stage.client.invalidate().await;
    assert_eq!(stage.token().await, "AT2");

    // Also when it comes from the store only.
    let sibling = stage.sibling(crate::GrantSource::ClientCredentials);
    sibling.invalidate().await;
    let token = stage.clock.run(async move { sibling.token().await }).await;
    assert_eq!(crate::testkit::shown(token), "AT3");
}

#[tokio::test]
async fn a_forced_refresh_asks_however_fresh_the_token_is() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.refresh().await, "AT2");
    assert_eq!(stage.token().await, "AT2");
    stage.script.tokens([Reply::error(503, "server_error")]);
    insta::assert_snapshot!(stage.refresh().await, @"transient: token endpoint refused the client_credentials grant with status 503, server_error");
    assert_eq!(stage.token().await, "AT2", "the failure took nothing away");
}
