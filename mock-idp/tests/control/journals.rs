//! The journal over HTTP.

use serde_json::{Value, json};

use crate::desk::Desk;

#[tokio::test]
async fn the_journal_is_asked_for_what_one_wants_to_see() {
    let desk = Desk::with_world().await;
    let (_, token) = desk.ask_for_token().await;
    desk.call_with(token["access_token"].as_str().unwrap())
        .await;
    desk.call_with("wrong").await;
    let numbers = async |query: &str| {
        let journal = desk.get(&format!("/worlds/w/journal{query}")).await.json();
        let entries = journal["entries"].as_array().unwrap();
        let numbers: Vec<u64> = entries
            .iter()
            .map(|entry| entry["number"].as_u64().unwrap())
            .collect();
        numbers
    };
    assert_eq!(numbers("").await, [1, 2, 3]);
    assert_eq!(numbers("?endpoint=token").await, [1]);
    assert_eq!(numbers("?limit=1").await, [3]);
    assert_eq!(numbers("?since=1&limit=1").await, [2]);
    let client = desk.world().client_id();
    assert_eq!(numbers(&format!("?client={client}")).await, [1, 2]);
    assert_eq!(numbers("?client=nobody").await, [0; 0]);
    let entry = &desk.get("/worlds/w/journal").await.json()["entries"][1];
    assert_eq!(entry["presented"]["token"], "AT#1");
    assert_eq!(entry["at"], "2030-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_cleared_journal_counts_on() {
    let desk = Desk::with_world().await;
    desk.ask_for_token().await;
    desk.ask_for_token().await;
    assert_eq!(desk.delete("/worlds/w/journal").await.status, 204);
    let empty = desk.get("/worlds/w/journal").await.json();
    assert_eq!(empty, json!({ "written": 2, "dropped": 0, "entries": [] }));
    desk.ask_for_token().await;
    let journal = desk.get("/worlds/w/journal").await.json();
    assert_eq!(
        (&journal["written"], &journal["dropped"]),
        (&json!(3), &json!(0))
    );
    assert_eq!(journal["entries"][0]["number"], 3);
    assert_eq!(journal["entries"][0]["reply"]["status"], Value::from(200));
}
