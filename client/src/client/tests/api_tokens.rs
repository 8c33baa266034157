//! Tokens that a person has made.

use super::seconds;
use crate::testkit::{HandClock, Reply, Script, Stage};
use crate::{Error, GrantSource, Secret, TokenClient, TokenRecord};

fn stage() -> Stage {
    let clock = HandClock::new();
    let script = Script::new(clock.clone());
    let client = TokenClient::api_token(Secret::new("canary"))
        .clock(clock.clone())
        .transport(script.clone())
        .build()
        .expect("a client");
    Stage {
        clock,
        script,
        store: crate::MemoryStore::new(),
        client,
    }
}

#[tokio::test]
async fn it_goes_with_every_call_for_ever() {
    let stage = stage();
    stage.script.api([Reply::body(200, "")]);
    assert_eq!(stage.call().await, "200");
    stage.clock.advance(seconds(100_000_000)).await;
    stage.client.invalidate().await;
    assert_eq!(stage.call().await, "200");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 GET SSWS canary
    100000000.000 GET SSWS canary
    ");
}

#[tokio::test]
async fn a_refused_one_is_told_and_nothing_else_is_sent() {
    let stage = stage();
    stage
        .script
        .api([Reply::body(401, r#"{"errorCode":"E0000011"}"#)]);
    insta::assert_snapshot!(stage.call().await, @"reauth_required: GET https://api.example/things answered 401; the API token is not valid any more: make another one at the provider");
    assert_eq!(stage.script.seen().len(), 1);
    insta::assert_snapshot!(stage.refresh().await, @"reauth_required: an API token cannot be renewed; make another one at the provider");
    assert!(matches!(
        stage.client.refresh().await,
        Err(Error::NotRenewable)
    ));
    assert_eq!(stage.script.token_count(), 0);
}

#[tokio::test]
async fn other_refusals_say_nothing_of_the_token() {
    let stage = stage();
    stage.script.api([
        Reply::body(401, r#"{"errorCode":"E0000015"}"#),
        Reply::body(401, "no JSON"),
        Reply::body(403, r#"{"errorCode":"E0000006"}"#),
    ]);
    let said = [stage.call().await, stage.call().await, stage.call().await];
    insta::assert_snapshot!(said.join("\n"), @"
    unauthorized: GET https://api.example/things answered 401
    unauthorized: GET https://api.example/things answered 401
    forbidden: GET https://api.example/things answered 403
    ");
    assert_eq!(stage.script.seen().len(), 3);
}

#[tokio::test]
async fn another_one_takes_its_place() {
    let stage = stage();
    let dead = || Reply::body(401, r#"{"errorCode":"E0000011"}"#);
    stage.script.api([dead(), Reply::body(200, "")]);
    assert!(stage.call().await.starts_with("reauth_required"));
    let another = GrantSource::ApiToken(Secret::new("second"));
    stage
        .client
        .set_grant(another)
        .await
        .expect("another token");
    assert_eq!(stage.call().await, "200");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 GET SSWS canary
    0.000 GET SSWS second
    ");
    let none = GrantSource::ApiToken(Secret::new(""));
    assert!(stage.client.set_grant(none).await.is_err());
    assert!(stage.client.set_grant(GrantSource::SignIn).await.is_err());
}

#[tokio::test]
async fn another_one_takes_its_place_while_the_client_runs() {
    let stage = stage();
    stage.script.api([Reply::body(200, "")]);
    stage.call().await;
    let next = |text: &str| GrantSource::ApiToken(Secret::new(text));
    stage.client.set_grant(next("second")).await.expect("taken");
    stage.call().await;
    let third = TokenRecord::pasted(Secret::new("third"));
    stage.client.enter(third).await.expect("taken");
    stage.call().await;
    insta::assert_snapshot!(stage.client.set_grant(next("")).await.unwrap_err(), @"API token is empty: give the one registered with the provider");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 GET SSWS canary
    0.000 GET SSWS second
    0.000 GET SSWS third
    ");
    assert_eq!(stage.script.token_count(), 0);
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let stage = stage();
    let reset = Reply::body(429, "")
        .with("date", "Tue, 01 Jan 2030 00:00:00 GMT")
        .with("x-rate-limit-limit", "600")
        .with("x-rate-limit-remaining", "0")
        .with("x-rate-limit-reset", "1893456010");
    stage.script.api([reset, Reply::body(200, "")]);
    assert_eq!(stage.call().await, "200");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 GET SSWS canary
    11.000 GET SSWS canary
    ");
}

#[test]
fn none_is_no_token_and_keys_tell_them_apart() {
    let build = |token: &str| TokenClient::api_token(Secret::new(token)).build();
    insta::assert_snapshot!(build("").unwrap_err(), @"API token is empty: give the one registered with the provider");
    let key = |token: &str| build(token).unwrap().store_key().to_string();
    assert_ne!(key("canary"), key("other"));
    assert!(!key("canary").contains("canary"));
    // There is no address: nothing is asked for anywhere.
    insta::assert_snapshot!(key("canary"), @"||api_token|4bada2014f3c64bf6f16f657afa72309||");
    assert!(!format!("{:?}", build("canary").unwrap()).contains("canary"));
}
