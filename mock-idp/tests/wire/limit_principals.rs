//! Whose requests a limit counts together.

use std::net::IpAddr;

use mock_idp::MockIdp;
use mock_idp::journal::Endpoint;
use mock_idp::limits::{By, Form, LimitRule};

use crate::answer::Answer;
use crate::limit_rules::few;
use crate::stage::Stage;

/// A world with this limit on tokens, of one request a minute, counted by these.
pub(crate) async fn by(by: &[By]) -> Stage {
    let rule = few(1).at(Endpoint::Token).by(by.iter().copied());
    Stage::of(MockIdp::entra().limit(rule)).await
}

/// A token request from this address.
async fn from(stage: &Stage, address: &str) -> Answer {
    let client = reqwest::Client::builder()
        .no_proxy()
        .local_address(address.parse::<IpAddr>().unwrap())
        .build()
        .unwrap();
    let request = stage.app_only().build().unwrap();
    Answer::of(client.execute(request).await.unwrap()).await
}

#[cfg(target_os = "linux")] // Elsewhere only one loopback address is there without asking for others.
#[tokio::test]
async fn addresses_are_counted_apart() {
    let stage = by(&[By::Address]).await;
    assert_eq!(from(&stage, "127.0.0.1").await.status, 200);
    assert_eq!(from(&stage, "127.0.0.2").await.status, 200);
    assert_eq!(from(&stage, "127.0.0.1").await.status, 429);
    // Whoever asks for another application comes from the same place.
    let other = stage.app_only().with("client_id", "another");
    assert_eq!(other.send().await.status, 429);
}

#[tokio::test]
async fn clients_users_and_endpoints_are_counted_apart() {
    let native = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";
    let stage = by(&[By::Client]).await;
    assert_eq!(stage.app_only().send().await.status, 200);
    let ask = stage.password().with("client_id", native);
    let ask = ask.without("client_secret");
    assert_eq!(ask.clone().send().await.status, 200);
    assert_eq!(ask.send().await.status, 429);
    assert_eq!(stage.password().send().await.status, 429);

    // The user of a refresh token is the one who signs in, however he is named.
    let stage = by(&[By::User]).await;
    let minted = stage.idp.mint_refresh_token();
    let refresh = stage.refresh(minted.value.reveal());
    assert_eq!(refresh.send().await.status, 200);
    assert_eq!(stage.password().send().await.status, 429);
    let login = stage.idp.credentials().username.to_uppercase();
    let ask = stage.password().with("username", &login);
    assert_eq!(ask.send().await.status, 429);
    let ask = stage.password().with("username", "nobody@contoso.com");
    assert_ne!(ask.send().await.status, 429);

    let rule = few(1).by([By::Client, By::Endpoint]);
    let stage = Stage::of(MockIdp::okta().limit(rule)).await;
    let token = stage.access_token().await;
    assert_eq!(stage.call_api(&token).await.status, 200);
    assert_eq!(stage.call_api(&token).await.status, 429);
    assert_eq!(stage.app_only().send().await.status, 429);
}

/// Refused credentials count as any request does, and whoever is refused for the address is refused for everything.
#[tokio::test]
async fn wrong_credentials_use_up_an_address() {
    let stage = by(&[By::Address]).await;
    let wrong = stage.app_only().with("client_secret", "wrong");
    assert_eq!(wrong.send().await.status, 401);
    assert_eq!(stage.password().send().await.status, 429);
}

#[tokio::test]
async fn a_loop_of_the_same_request_is_detected() {
    let stage = Stage::of(MockIdp::entra().limit(LimitRule::loop_detection())).await;
    for _ in 0..14 {
        assert_eq!(stage.app_only().send().await.status, 200);
        stage.advance(10);
    }
    let refused = stage.app_only().send().await;
    insta::assert_snapshot!(refused.show(&stage), @r#"400 {"error":"invalid_grant","error_description":"AADSTS50196: The server terminated an operation because it encountered a client request loop. Please contact your app vendor. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:02:20Z","error_codes":[50196],"timestamp":"2030-01-01 00:02:20Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=50196"}"#);
    assert_eq!(refused.header("retry-after"), None);
    // With another secret it is the same request.
    let same = stage.app_only().with("client_secret", "wrong").send().await;
    assert_eq!(same.text("error"), "invalid_grant");
    for other in [
        stage
            .app_only()
            .with("scope", "https://graph.microsoft.com/User.Read"),
        stage.app_only().with("client_id", "another"),
        stage.app_only().with("redirect_uri", "https://a.example"),
        stage.password(),
    ] {
        let other = other.send().await;
        assert!(!other.body.contains("AADSTS50196"), "{}", other.body);
    }
    // Two minutes from the first refusal, whatever is asked meanwhile.
    stage.advance(119);
    let refused = stage.app_only().send().await;
    assert_eq!(refused.text("error"), "invalid_grant");
    stage.advance(1);
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn the_order_of_scopes_makes_no_other_request() {
    let mut rule = few(1).at(Endpoint::Token).by([By::Request]);
    rule.form = Form::Loop;
    let stage = Stage::of(MockIdp::entra().limit(rule)).await;
    assert_eq!(stage.password().send().await.status, 200);
    let scope = "offline_access profile openid User.Read User.Read";
    let same = stage.password().with("scope", scope).send().await;
    assert_eq!(same.status, 400);
    assert!(same.body.contains("AADSTS50196"), "{}", same.body);
}
