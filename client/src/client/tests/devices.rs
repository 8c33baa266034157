//! Users who sign in elsewhere, and the polls for them (RFC 8628 section 3.5).

use std::sync::{Arc, Mutex};

use super::seconds;
use crate::testkit::{Reply, Stage, quiet, shown};
use crate::{GrantSource, TransportErrorKind};

fn stage(interval: &str) -> Stage {
    let stage = Stage::new(GrantSource::SignIn, |builder| builder);
    stage.script.api([Reply::body(
        200,
        &format!(
            r#"{{"user_code":"WXYZ","device_code":"DC1","verification_uri":"https://id.example/go","expires_in":900{interval}}}"#
        ),
    )]);
    stage
}

fn pending() -> Reply {
    Reply::error(400, "authorization_pending")
}

async fn sign_in(stage: &Stage) -> String {
    stage
        .run(|client| async move { shown(client.sign_in_by_device(|_| {}).await) })
        .await
}

/// Seconds since the start at which polls came.
fn polls(stage: &Stage) -> Vec<f64> {
    let start = crate::Clock::now(&crate::testkit::HandClock::new());
    stage
        .script
        .seen()
        .iter()
        .filter(|seen| seen.to_token)
        .map(|seen| seen.at.duration_since(start).as_secs_f64())
        .collect()
}

#[tokio::test]
async fn a_device_shows_a_code_and_polls_at_the_told_pace() {
    let stage = stage(r#","interval":7"#);
    let last = Reply::token(r#","expires_in":3600,"refresh_token":"RT1""#);
    stage.script.tokens([pending(), pending(), last]);
    let shown_to_user = Arc::new(Mutex::new(String::new()));
    let screen = Arc::clone(&shown_to_user);
    let token = stage
        .run(|client| async move {
            let show = |prompt: &crate::DevicePrompt| {
                *screen.lock().unwrap() = prompt.to_string();
            };
            shown(client.sign_in_by_device(show).await)
        })
        .await;
    assert_eq!(token, "AT1");
    insta::assert_snapshot!(shown_to_user.lock().unwrap(), @"To sign in, open https://id.example/go in a browser and enter the code WXYZ");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST /device scope=api&client_id=app&client_secret=client-secret
    7.000 POST grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=DC1&client_id=app&client_secret=client-secret
    14.000 POST grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=DC1&client_id=app&client_secret=client-secret
    21.000 POST grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=DC1&client_id=app&client_secret=client-secret
    ");
    stage.refresh().await;
    assert!(stage.script.log().contains("refresh_token=RT1"));
}

#[tokio::test]
async fn without_an_interval_polls_are_five_seconds_apart() {
    let stage = stage("");
    stage.script.tokens([pending(), Reply::hour()]);
    sign_in(&stage).await;
    assert_eq!(polls(&stage), [5.0, 10.0]);
}

#[tokio::test]
async fn slow_down_adds_five_seconds_for_good() {
    let stage = stage("");
    let slow_down = || Reply::error(400, "slow_down");
    stage.script.tokens([
        slow_down(),
        pending(),
        slow_down(),
        pending(),
        Reply::hour(),
    ]);
    sign_in(&stage).await;
    assert_eq!(polls(&stage), [5.0, 15.0, 25.0, 40.0, 55.0]);
}

#[tokio::test]
async fn trouble_doubles_the_pace_and_does_not_end_it() {
    let stage = stage("");
    stage.script.tokens([
        Reply::Hang,
        Reply::Fail(TransportErrorKind::Reset),
        Reply::body(503, "<html>"),
        pending(),
        Reply::hour(),
    ]);
    assert_eq!(sign_in(&stage).await, "AT1");
    // The first poll hangs until its deadline at 35 s.
    assert_eq!(polls(&stage), [5.0, 45.0, 65.0, 105.0, 145.0]);
}

#[tokio::test]
async fn a_told_wait_is_longer_than_the_pace() {
    let stage = stage("");
    let told = Reply::body(429, "").with("retry-after", "100");
    stage.script.tokens([told, pending(), Reply::hour()]);
    assert_eq!(sign_in(&stage).await, "AT1");
    assert_eq!(polls(&stage), [5.0, 105.0, 115.0]);
}

#[tokio::test]
async fn every_other_error_ends_the_polls() {
    let mut lines = Vec::new();
    for error in [
        "expired_token",
        "access_denied",
        "authorization_declined",
        "bad_verification_code",
        "invalid_client",
        "server_error",
        "something_new",
    ] {
        let stage = stage("");
        stage.script.tokens([pending(), Reply::error(400, error)]);
        lines.push(sign_in(&stage).await);
        assert_eq!(polls(&stage), [5.0, 10.0]);
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    reauth_required: authorization server refused the device_code grant with status 400, expired_token
    interaction_required: authorization server refused the device_code grant with status 400, access_denied
    interaction_required: authorization server refused the device_code grant with status 400, authorization_declined
    reauth_required: authorization server refused the device_code grant with status 400, bad_verification_code
    misconfigured: authorization server refused the device_code grant with status 400, invalid_client
    transient: authorization server refused the device_code grant with status 400, server_error
    other: authorization server refused the device_code grant with status 400, something_new
    ");
}

#[tokio::test]
async fn nothing_is_asked_once_the_code_has_expired() {
    let stage = stage(r#","interval":60"#);
    stage.script.tokens([pending()]);
    insta::assert_snapshot!(sign_in(&stage).await, @"reauth_required: device code has expired before the user signed in; begin again");
    let polls = polls(&stage);
    assert_eq!(polls.len(), 14);
    assert_eq!(polls.last(), Some(&840.0));
}

#[tokio::test]
async fn a_dropped_sign_in_polls_no_more() {
    let stage = stage("");
    stage.script.tokens([pending()]);
    let client = stage.client.clone();
    let waiting = tokio::spawn(async move { client.sign_in_by_device(|_| {}).await });
    stage.clock.advance(seconds(12)).await;
    assert_eq!(polls(&stage), [5.0, 10.0]);
    waiting.abort();
    quiet().await;
    stage.clock.advance(seconds(60)).await;
    assert_eq!(polls(&stage).len(), 2);
}

#[tokio::test]
async fn beginning_is_tried_again_and_refusals_are_told() {
    let stage = stage("");
    stage
        .script
        .api([Reply::body(503, ""), Reply::error(400, "invalid_client")]);
    insta::assert_snapshot!(sign_in(&stage).await, @"misconfigured: authorization server refused the device_code grant with status 400, invalid_client");
    assert_eq!(stage.script.seen().len(), 2);
}
