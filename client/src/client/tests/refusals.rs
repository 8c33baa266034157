//! What callers learn from a refusal.

use super::seconds;
use crate::testkit::{Reply, Stage};
use crate::{Class, Error};

#[tokio::test]
async fn a_refused_password_is_not_sent_again() {
    let stage = Stage::password();
    stage.script.tokens([Reply::error(400, "invalid_grant")]);
    for _ in 0..5 {
        assert!(stage.token().await.starts_with("reauth_required"));
        stage.clock.advance(seconds(600)).await;
    }
    assert_eq!(stage.script.token_count(), 1, "or the account is locked");
}

#[tokio::test]
async fn client_credentials_are_tried_again_after_a_pause() {
    let stage = Stage::client_credentials();
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant"), Reply::hour()]);
    assert!(stage.token().await.starts_with("reauth_required"));
    stage.clock.advance(seconds(5)).await;
    assert!(stage.token().await.starts_with("reauth_required"));
    assert_eq!(stage.script.token_count(), 1);
    stage.clock.advance(seconds(5)).await;
    assert_eq!(stage.token().await, "AT1");
}

#[tokio::test]
async fn the_error_carries_what_support_asks_for() {
    let body = r#"{"error":"invalid_grant","error_description":"AADSTS50076: more","error_codes":[50076],"trace_id":"t","correlation_id":"c","suberror":"basic_action","claims":"{\"x\":1}"}"#;
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([Reply::body(400, body).with("x-ms-request-id", "r")]);
    let client = stage.client.clone();
    let error = stage.clock.run(async move { client.token().await }).await;
    let error = error.expect_err("refused");
    assert!(error.needs_interaction() && !error.is_retryable());
    assert_eq!(error.claims(), Some(r#"{"x":1}"#));
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        other => unreachable!("{other:?}"),
    };
    insta::assert_snapshot!(refusal, @"token endpoint refused the refresh_token grant with status 400, invalid_grant (basic_action): AADSTS50076: more (correlation id c, trace id t, request id r)");
    assert_eq!(refusal.vendor_code.as_deref(), Some("50076"));
}

#[tokio::test]
async fn numbers_and_prose_steer_nothing() {
    let mut seen = Vec::new();
    for (number, prose) in [
        (
            700_082,
            "AADSTS700082: The refresh token has expired due to inactivity.",
        ),
        (
            50_196,
            "AADSTS50196: interaction_required consent_required bad_token",
        ),
        (999_999, "更新トークン"),
    ] {
        let stage = Stage::refresh_token("RT1");
        stage.script.tokens([Reply::body(
            400,
            &format!(
                r#"{{"error":"invalid_grant","error_description":"{prose}","error_codes":[{number}],"new":1}}"#
            ),
        )]);
        let client = stage.client.clone();
        let outcome = stage.clock.run(async move { client.token().await }).await;
        seen.push((
            outcome.expect_err("refused").class(),
            stage.script.token_count(),
        ));
    }
    assert_eq!(seen, [(Class::ReauthRequired, 1); 3]);
}

#[tokio::test]
async fn no_error_repeats_a_secret() {
    for stage in [
        Stage::client_credentials(),
        Stage::password(),
        Stage::refresh_token("canary-rt"),
    ] {
        let body =
            r#"{"error":"invalid_client","error_description":"got client-secret, pw, canary-rt"}"#;
        stage.script.tokens([Reply::body(401, body)]);
        let client = stage.client.clone();
        let error = stage.clock.run(async move { client.token().await }).await;
        let shown = format!("{:?}", error.expect_err("refused"));
        assert!(shown.contains("got ***"), "{shown}");
        let sent = &stage.script.seen()[0].body;
        for secret in ["client-secret", "canary-rt"] {
            assert!(!sent.contains(secret) || !shown.contains(secret), "{shown}");
        }
    }
}
