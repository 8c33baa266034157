//! What happens to connections as such: turned away, kept for so long, read slowly.

use mock_idp::fault::Rule;
use mock_idp::journal::{Delivery, Endpoint};
use mock_idp::{MockIdp, Provider};
use serde_json::{Value, json};

use crate::raw::Raw;
use crate::stage::{Stage, until};

fn add(stage: &Stage, mut rule: Value) -> String {
    rule["to"] = json!("connection");
    let rule: Rule = serde_json::from_value(rule).unwrap();
    stage.idp.add_rule(&rule).unwrap().to_string()
}

const GET: &str = "GET /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn a_refused_connection_is_reset_before_anything_is_read() {
    for provider in Provider::ALL {
        for builder in [MockIdp::of(provider), MockIdp::of(provider).plain_http()] {
            let stage = Stage::started(builder).await;
            let id = add(&stage, json!({ "connection": "refuse", "nth": 1 }));
            let mut raw = Raw::to(&stage).await;
            let error = raw.hear_some().await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
            let entry = stage.last_entry();
            assert_eq!(entry.endpoint, Endpoint::Connection);
            assert_eq!((entry.connection, entry.method.as_str()), (1, ""));
            let reply = entry.reply.unwrap();
            assert_eq!((reply.status, reply.delivery), (0, Delivery::Reset));
            assert_eq!(reply.fault, Some(id));
            // The next one is served.
            assert_eq!(stage.app_only().send().await.status, 200);
        }
    }
}

#[tokio::test]
async fn connections_are_chosen_by_number_and_by_door() {
    let stage = Stage::okta().await;
    add(
        &stage,
        json!({ "connection": "refuse", "only": { "connection": 2 } }),
    );
    add(
        &stage,
        json!({ "connection": "refuse", "only": { "origin": "api" } }),
    );
    let mut served = Vec::new();
    for _ in 0..3 {
        let mut raw = Raw::to(&stage).await;
        raw.say(GET).await;
        served.push(raw.hear_some().await.is_ok());
    }
    assert_eq!(served, [true, false, true]);
    let api = stage.http.get(stage.idp.api_url()).send().await;
    assert!(api.is_err());
    assert_eq!(stage.last_entry().endpoint, Endpoint::Connection);
    // A request on the second connection, for whoever wants that.
    let stage = Stage::okta().await;
    let rule = json!({ "to": "anything", "only": { "connection": 2 }, "reply": 418 });
    stage
        .idp
        .add_rule(&serde_json::from_value(rule).unwrap())
        .unwrap();
    let mut heard = Vec::new();
    for _ in 0..3 {
        let mut raw = Raw::to(&stage).await;
        raw.say(GET).await;
        heard.push(crate::raw::status(&raw.hear_some().await.unwrap()));
    }
    assert_eq!(heard, [404, 418, 404]);
}

#[tokio::test]
async fn a_connection_that_hangs_says_nothing_and_ends_with_its_peer() {
    let stage = Stage::started(MockIdp::okta()).await;
    let id = add(&stage, json!({ "connection": "hang", "times": 1 }));
    let mut raw = Raw::to(&stage).await;
    raw.say(GET).await;
    until(|| stage.idp.journal().written() == 1).await;
    let reply = stage.last_entry().reply.unwrap();
    assert_eq!(
        (reply.delivery, reply.fault),
        (Delivery::Withheld, Some(id))
    );
    raw.finish().await;
    assert_eq!(raw.hear().await, "");
}

#[tokio::test]
async fn a_connection_is_taken_late() {
    let stage = Stage::okta().await;
    let id = add(&stage, json!({ "delay": "3s" }));
    let mut raw = Raw::to(&stage).await;
    raw.say(GET).await;
    until(|| stage.clock.next_deadline().is_some()).await;
    assert_eq!(stage.idp.journal().written(), 0);
    stage.advance(3);
    assert_eq!(crate::raw::status(&raw.hear_some().await.unwrap()), 404);
    let entry = stage.last_entry();
    assert_eq!(entry.server_time.to_string(), "2030-01-01T00:00:03Z");
    assert_eq!(entry.reply.unwrap().fault, Some(id));
}

#[tokio::test]
async fn whoever_does_not_wait_for_a_late_connection_gives_his_place_back() {
    for builder in [MockIdp::okta(), MockIdp::okta().plain_http()] {
        let stage = Stage::started(builder.connections(1)).await;
        add(&stage, json!({ "delay": "1h", "times": 2 }));
        for said in ["", GET] {
            let mut raw = Raw::to(&stage).await;
            raw.say(said).await;
            until(|| stage.clock.next_deadline().is_some()).await;
            drop(raw);
            until(|| stage.clock.next_deadline().is_none()).await;
        }
        assert_eq!(stage.app_only().send().await.status, 200);
        assert_eq!(stage.idp.journal().written(), 1);
    }
}

#[tokio::test]
async fn a_connection_is_closed_after_so_many_answers_and_says_so_in_the_last() {
    let stage = Stage::okta().await;
    let id = add(&stage, json!({ "keep_alive": { "requests": 2 } }));
    let mut raw = Raw::to(&stage).await;
    raw.say(GET).await;
    let first = raw.hear_some().await.unwrap();
    assert!(!first.to_lowercase().contains("connection:"), "{first}");
    raw.say(GET).await;
    let last = raw.hear().await;
    assert!(last.to_lowercase().contains("connection: close"), "{last}");
    assert_eq!(stage.last_entry().reply.unwrap().fault, Some(id));
    // An answer that goes out byte for byte is an answer, too.
    let line = json!({ "to": "anything", "header_lines": ["X-Note: hello"] });
    stage
        .idp
        .add_rule(&serde_json::from_value(line).unwrap())
        .unwrap();
    let mut raw = Raw::to(&stage).await;
    raw.say(GET).await;
    let first = raw.hear_some().await.unwrap();
    assert!(
        first.contains("X-Note") && !first.contains("connection:"),
        "{first}"
    );
    raw.say(GET).await;
    let last = raw.hear().await;
    assert!(last.contains("X-Note"), "{last}");
    assert_eq!(last.matches("connection: close").count(), 1, "{last}");
    assert_eq!(last.matches("HTTP/1.1").count(), 1, "{last}");
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    for builder in [MockIdp::okta(), MockIdp::okta().plain_http()] {
        let stage = Stage::started(builder).await;
        add(&stage, json!({ "keep_alive": { "idle": "5s" } }));
        let ask = async || stage.get(&stage.idp.jwks_url(), &[]).await;
        assert_eq!(ask().await.status, 200);
        until(|| stage.clock.next_deadline().is_some()).await;
        stage.advance(4);
        assert_eq!(ask().await.header("connection"), None);
        let connections = |stage: &Stage| stage.last_entry().connection;
        assert_eq!(connections(&stage), 1, "kept and used again");
        until(|| stage.clock.next_deadline().is_some()).await;
        stage.advance(4);
        tokio::task::yield_now().await;
        assert!(stage.clock.next_deadline().is_some(), "not yet");
        stage.advance(1);
        until(|| stage.clock.next_deadline().is_none()).await;
    }
    let stage = Stage::okta().await;
    add(&stage, json!({ "keep_alive": { "idle": "5s" } }));
    let mut raw = Raw::to(&stage).await;
    raw.say(GET).await;
    assert_eq!(crate::raw::status(&raw.hear_some().await.unwrap()), 404);
    until(|| stage.clock.next_deadline().is_some()).await;
    stage.advance(5);
    assert_eq!(raw.hear().await, "");
}

#[tokio::test]
async fn a_request_is_read_slowly() {
    let stage = Stage::okta().await;
    let id = add(
        &stage,
        json!({ "slow_read": { "bytes": 16, "every": "1s" } }),
    );
    let body = "x".repeat(32);
    let post = format!(
        "POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut raw = Raw::to(&stage).await;
    for round in 1..=2 {
        raw.say(&post).await;
        let pauses = post.len().div_ceil(16) - 1;
        for _ in 0..pauses {
            until(|| stage.clock.next_deadline().is_some()).await;
            assert_eq!(stage.idp.journal().written(), round - 1);
            stage.advance(1);
        }
        assert_eq!(crate::raw::status(&raw.hear_some().await.unwrap()), 404);
        assert_eq!(stage.last_entry().reply.unwrap().fault, Some(id.clone()));
        // The pause before the next request.
        until(|| stage.clock.next_deadline().is_some()).await;
        stage.advance(1);
    }
}
