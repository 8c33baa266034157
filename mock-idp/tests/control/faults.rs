//! Fault rules over HTTP.

use serde_json::{Value, json};

use crate::desk::Desk;

#[tokio::test]
async fn a_rule_is_added_listed_and_removed() {
    let desk = Desk::with_world().await;
    let rule = json!({ "to": "token", "reply": 503, "times": 2 });
    let said = desk.post("/worlds/w/faults", rule).await;
    assert_eq!(
        (said.status, said.text.as_str()),
        (201, r#"{"ids":["fault#1"]}"#)
    );
    assert_eq!(desk.ask_for_token().await.0, 503);
    let listed = desk.get("/worlds/w/faults").await.json();
    let fault = &listed["faults"][0];
    assert_eq!(
        (&fault["id"], &fault["met"], &fault["applied"]),
        (&json!("fault#1"), &json!(1), &json!(1))
    );
    assert_eq!(fault["rule"]["times"], 2);
    assert_eq!(desk.delete("/worlds/w/faults/fault%231").await.status, 204);
    assert_eq!(desk.ask_for_token().await.0, 200);
    let said = desk.delete("/worlds/w/faults/1").await;
    insta::assert_snapshot!(said.refusal(), @"404 Not Found: no rule `1` is in force; GET …/faults lists those that are");
}

#[tokio::test]
async fn several_rules_are_added_together_or_not_at_all() {
    let desk = Desk::with_world().await;
    let rules = json!([{ "to": "token", "reply": 503, "nth": 1 }, { "to": "token", "reply": 429, "nth": 2 }]);
    let said = desk.post("/worlds/w/faults", rules).await;
    assert_eq!(said.json(), json!({ "ids": ["fault#1", "fault#2"] }));
    let statuses = [desk.ask_for_token().await.0, desk.ask_for_token().await.0];
    assert_eq!(statuses, [503, 429]);
    assert_eq!(desk.delete("/worlds/w/faults/2").await.status, 204);
    let rules = json!([{ "to": "token", "reply": 503 }, { "to": "token", "only": { "application": "nobody" }, "reply": 503 }]);
    let said = desk.post("/worlds/w/faults", rules).await;
    let refusal = said.refusal();
    let known = "422 Unprocessable Entity: rule 2 of the list: ";
    assert!(
        refusal.starts_with(known) && refusal.contains("`nobody`"),
        "{refusal}"
    );
    assert_eq!(desk.world().faults().list().len(), 1);
    assert_eq!(desk.delete("/worlds/w/faults").await.status, 204);
    assert_eq!(
        desk.get("/worlds/w/faults").await.json(),
        json!({ "faults": [] })
    );
}

#[tokio::test]
async fn a_rule_that_is_none_is_told_with_its_place() {
    let desk = Desk::with_world().await;
    let said = desk
        .post_text(
            "/worlds/w/faults",
            "application/yaml",
            "to: token\nreplay: 503\n",
        )
        .await;
    let refusal = said.refusal();
    let known = "422 Unprocessable Entity: unknown key `replay`: did you mean `reply`?; the keys here are `to`, ";
    assert!(
        refusal.starts_with(known) && refusal.ends_with(" [2:1] #/replay"),
        "{refusal}"
    );
    let said = desk
        .post_text(
            "/worlds/w/faults",
            "application/json",
            "{\"to\": \"token\",\n \"replay\": 503}",
        )
        .await;
    let refusal = said.refusal();
    assert!(
        refusal.starts_with(known) && refusal.ends_with(" [2:2] #/replay"),
        "{refusal}"
    );
}

#[tokio::test]
async fn rules_are_bounded_and_what_does_not_fit_adds_nothing() {
    let desk = Desk::with_world().await;
    let rules = |count: usize| Value::Array(vec![json!({ "to": "jwks", "reply": 503 }); count]);
    assert_eq!(desk.post("/worlds/w/faults", rules(999)).await.status, 201);
    let said = desk.post("/worlds/w/faults", rules(2)).await;
    insta::assert_snapshot!(said.refusal(), @"409 Conflict: the script has 1000 rules, the most there may be; remove some first");
    assert_eq!(desk.world().faults().list().len(), 999);
}

#[tokio::test]
async fn answers_are_held_and_let_go() {
    let desk = Desk::with_world().await;
    desk.post("/worlds/w/faults", json!({ "to": "token", "hold": "herd" }))
        .await;
    let release = async {
        while desk.get("/worlds/w/holds/herd").await.json()["waiting"] != 1 {
            tokio::task::yield_now().await;
        }
        let missing = desk.delete("/worlds/w/holds/herd?nth=2").await;
        insta::assert_snapshot!(missing.refusal(), @"404 Not Found: no answer waits at place 2 of the hold `herd`; 1 wait there");
        desk.delete("/worlds/w/holds/herd").await.json()
    };
    let (answered, released) = tokio::join!(desk.ask_for_token(), release);
    assert_eq!(answered.0, 200);
    assert_eq!(released, json!({ "released": 1 }));
}
