//! A world's clock over HTTP.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::MockIdp;
use mock_idp::clock::{BoxFuture, Clock};
use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn a_token_expires_when_the_clock_is_told_to_go_on() {
    let desk = Desk::with_world().await;
    let (_, token) = desk.ask_for_token().await;
    let token = token["access_token"].as_str().unwrap();
    assert_eq!(desk.call_with(token).await, 200);
    let said = desk
        .post("/worlds/w/clock/advance", json!({ "by": "1h" }))
        .await;
    assert_eq!(said.status, 200);
    insta::assert_snapshot!(said.text, @r#"{"now":"2030-01-01T01:00:00Z","kind":"virtual","rate":null}"#);
    assert_eq!(desk.call_with(token).await, 401);
    let said = desk
        .put("/worlds/w/clock", json!({ "now": "2030-01-01T00:30:00Z" }))
        .await;
    assert_eq!(said.json()["now"], "2030-01-01T00:30:00Z");
    assert_eq!(desk.call_with(token).await, 200);
}

#[tokio::test]
async fn a_clock_runs_as_fast_as_it_is_told() {
    let desk = Desk::with_world().await;
    let said = desk
        .post("/worlds/w/clock/run", json!({ "rate": 1000.0 }))
        .await;
    assert_eq!(said.json()["rate"], 1000.0);
    let shown = async || desk.get("/worlds/w/clock").await.json()["now"].to_string();
    let before = shown().await;
    assert_ne!(shown().await, before);
    let said = desk.request(reqwest::Method::POST, "/worlds/w/clock/freeze");
    let said = crate::desk::Said::of(said).await;
    assert_eq!(said.status, 200);
    let before = shown().await;
    assert_eq!(shown().await, before);
    let said = desk
        .post("/worlds/w/clock/run", json!({ "rate": 0.0 }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: `0` is no rate of a clock; a rate is a number above 0 and at most 1000000, with 1 as fast as the machine's; to stop a clock, freeze it [1:9] #/rate");
    let said = desk
        .post("/worlds/w/clock/advance", json!({ "by": "-1s" }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: `-1s` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`; it cannot be negative here [1:7] #/by");
}

#[tokio::test]
async fn worlds_may_share_a_clock_and_one_on_the_machines_is_nobodys() {
    let desk = Desk::with_world().await;
    let make = |name: &str, clock: serde_json::Value| {
        desk.make(json!({ "name": name, "provider": "entra", "tls": false, "clock": clock }))
    };
    make("twin", json!({ "of": "w" })).await;
    desk.post("/worlds/twin/clock/advance", json!({ "by": "1m" }))
        .await;
    assert_eq!(
        desk.get("/worlds/w/clock").await.json()["now"],
        "2030-01-01T00:01:00Z"
    );
    make("fixed", json!("system")).await;
    let said = desk
        .post("/worlds/fixed/clock/advance", json!({ "by": "1m" }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"409 Conflict: the world is on the machine's clock, which nobody moves; make a world with a virtual one");
    let said = desk
        .post(
            "/worlds",
            json!({ "provider": "okta", "clock": { "of": "nobody" } }),
        )
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: there is no world `nobody` to take the clock of");
    // By default it runs, and can be moved.
    desk.make(json!({ "name": "usual", "provider": "okta", "tls": false }))
        .await;
    let clock = desk.get("/worlds/usual/clock").await.json();
    assert_eq!(
        (&clock["kind"], &clock["rate"]),
        (&json!("virtual"), &json!(1.0))
    );
}

/// A clock of an embedder's own, which always shows the same.
#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_clock_without_hands_can_be_shared_too() {
    let desk = Desk::new().await;
    let builder = MockIdp::okta().plain_http().clock(Arc::new(Stopped));
    let name = "own".parse().unwrap();
    desk.host.create(Some(name), builder).await.unwrap();
    desk.make(json!({ "name": "w", "provider": "okta", "tls": false, "clock": { "of": "own" } }))
        .await;
    assert_eq!(desk.world().clock().now(), Timestamp::UNIX_EPOCH);
}
