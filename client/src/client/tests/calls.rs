//! Calling a resource.

use bytes::Bytes;
use http::Request;

use super::seconds;
use crate::testkit::{API_URL, Reply, Stage, quiet, shown};
use crate::{Error, TransportErrorKind};

fn ok() -> Reply {
    Reply::body(200, "{}")
}

fn unauthorized() -> Reply {
    Reply::body(401, "")
}

#[tokio::test]
async fn a_revoked_token_leads_to_one_renewal_and_one_repeat() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.script.api([unauthorized(), ok()]);
    assert_eq!(stage.call().await, "200");
    assert_eq!(stage.call().await, "200");
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT1
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT2
    0.000 GET Bearer AT2
    ");
}

#[tokio::test]
async fn a_second_401_is_the_end() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.script.api([unauthorized()]);
    insta::assert_snapshot!(stage.call().await, @"unauthorized: GET https://api.example/things answered 401");
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT1
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT2
    ");
}

#[tokio::test]
async fn without_another_token_there_is_no_repeat() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::body(
        200,
        r#"{"access_token":"same","expires_in":3600}"#,
    )]);
    stage.script.api([unauthorized()]);
    assert!(stage.call().await.starts_with("unauthorized"));
    assert_eq!(stage.script.seen().len(), 3, "token, call, token");
}

#[tokio::test]
async fn a_failed_renewal_is_what_the_caller_hears_of() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([Reply::hour(), Reply::error(400, "invalid_grant")]);
    stage.script.api([unauthorized()]);
    assert!(stage.call().await.starts_with("reauth_required"));
}

#[tokio::test]
async fn a_403_starts_nothing() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    let challenge = r#"Bearer scope="okta.groups.read", error="insufficient_scope""#;
    stage.script.api([
        Reply::body(403, "").with("www-authenticate", challenge),
        Reply::body(403, ""),
    ]);
    insta::assert_snapshot!(stage.call().await, @r#"insufficient_scope: GET https://api.example/things answered 403, insufficient_scope, needs scope "okta.groups.read""#);
    insta::assert_snapshot!(stage.call().await, @"forbidden: GET https://api.example/things answered 403");
    assert_eq!(stage.script.seen().len(), 3, "token, call, call");
}

#[tokio::test]
async fn a_claims_challenge_goes_to_the_caller_with_its_claims() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
    stage
        .script
        .api([unauthorized().with("www-authenticate", challenge)]);
    let client = stage.client.clone();
    let request = Request::get(API_URL).body(Bytes::new()).expect("a request");
    let error = stage
        .clock
        .run(async move { client.call(request).await })
        .await;
    let error = error.expect_err("challenged");
    assert!(matches!(error, Error::ClaimsChallenge(_)));
    assert_eq!(error.claims(), Some(r#"{"a":1}"#));
    assert!(error.needs_interaction());
    assert_eq!(stage.script.seen().len(), 2, "no blind repeat");
}

#[tokio::test]
async fn late_401s_do_not_renew_twice() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.token().await;
    // Three answers arrive together after the gate opens; a fourth call follows.
    stage.script.api([
        unauthorized(),
        unauthorized().held(),
        unauthorized().held(),
        ok(),
    ]);
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let client = stage.client.clone();
            let request = Request::get(API_URL).body(Bytes::new()).expect("a request");
            tokio::spawn(async move { client.call(request).await.map(|answer| answer.status()) })
        })
        .collect();
    quiet().await;
    assert_eq!(stage.script.token_count(), 2, "the first 401 renewed");
    stage.script.open_gate();
    for call in calls {
        assert_eq!(call.await.expect("no panic").expect("served").as_u16(), 200);
    }
    assert_eq!(stage.script.token_count(), 2, "the late ones found it done");
}

#[tokio::test]
async fn a_repeat_carries_the_same_request() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.script.api([unauthorized(), ok()]);
    let client = stage.client.clone();
    let request = Request::patch(API_URL)
        .header("authorization", "Bearer left-over")
        .body(Bytes::from_static(b"{\"a\":1}"))
        .expect("a request");
    let answer = stage
        .clock
        .run(async move { client.call(request).await })
        .await;
    assert!(answer.is_ok());
    let calls: Vec<_> = stage
        .script
        .seen()
        .into_iter()
        .filter(|seen| !seen.to_token)
        .collect();
    assert_eq!(calls[0].body, "{\"a\":1}");
    assert_eq!(calls[1].body, calls[0].body);
    assert_eq!(calls[0].authorization, "Bearer AT1", "one token, ours");
}

#[tokio::test]
async fn a_throttled_call_waits_and_so_do_the_others() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage
        .script
        .api([Reply::body(429, "").with("retry-after", "20"), ok()]);
    let client = stage.client.clone();
    let first = tokio::spawn(async move {
        let request = Request::get(API_URL).body(Bytes::new()).expect("a request");
        client.call(request).await.map(|answer| answer.status())
    });
    stage.clock.advance(seconds(5)).await;
    assert_eq!(stage.call().await, "200");
    assert!(first.await.expect("no panic").is_ok());
    insta::assert_snapshot!(stage.script.log(), @r"
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT1
    20.000 GET Bearer AT1
    20.000 GET Bearer AT1
    ");
}

#[tokio::test]
async fn a_long_wait_is_an_error_for_this_resource_only() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage
        .script
        .api([Reply::body(429, "").with("retry-after", "900"), ok()]);
    insta::assert_snapshot!(stage.call().await, @"throttled: resource throttles (status 429); wait 900 s before asking again");
    stage.clock.advance(seconds(300)).await;
    insta::assert_snapshot!(stage.call().await, @"throttled: resource throttles (status 429); wait 600 s before asking again");
    let client = stage.client.clone();
    let other = Request::get("https://api.example/others?x=1")
        .body(Bytes::new())
        .expect("a request");
    let answer = stage
        .clock
        .run(async move { client.call(other).await })
        .await;
    assert!(answer.is_ok());
}

#[tokio::test]
async fn a_throttled_call_gives_up_after_three_tries() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.script.api([Reply::body(429, "")]);
    insta::assert_snapshot!(stage.call().await, @"throttled: resource throttles (status 429); it did not say how long to wait");
    assert_eq!(stage.script.seen().len(), 4, "token and three calls");
}

#[tokio::test]
async fn other_answers_and_failures_are_handed_back() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.script.api([
        Reply::body(404, ""),
        Reply::body(500, ""),
        Reply::body(302, "").with("location", "https://elsewhere.example"),
        Reply::Fail(TransportErrorKind::Reset),
        Reply::Hang,
    ]);
    let mut lines = Vec::new();
    for _ in 0..5 {
        lines.push(stage.call().await);
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    404
    500
    302
    transient: connection lost before the answer was complete: scripted
    timeout: no answer in time: waited 30 s
    ");
    assert_eq!(stage.script.seen().len(), 6, "each sent once");
}

#[tokio::test]
async fn a_token_goes_over_https_or_to_this_machine_only() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    for url in ["http://api.example/things?canary", "/things"] {
        let request = Request::get(url).body(Bytes::new()).expect("a request");
        let error = stage.client.call(request).await.expect_err("misuse");
        assert!(matches!(error, Error::Misuse(_)), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    assert_eq!(stage.script.seen().len(), 0, "not even a token request");
    assert_eq!(shown(stage.client.token().await), "AT1");
}
