//! Snapshots and reset over HTTP.

use reqwest::Method;
use serde_json::json;

use crate::desk::{Desk, Said};

#[tokio::test]
async fn a_world_goes_back_to_where_it_was() {
    let desk = Desk::with_world().await;
    let post = async |path: &str| Said::of(desk.request(Method::POST, path)).await;
    desk.ask_for_token().await;
    let said = desk
        .post("/worlds/w/snapshots", json!({ "clock": true }))
        .await;
    assert_eq!(
        (said.status, said.json()),
        (201, json!({ "id": "snapshot-1" }))
    );
    desk.ask_for_token().await;
    desk.post("/worlds/w/clock/advance", json!({ "by": "1h" }))
        .await;
    desk.post("/worlds/w/faults", json!({ "to": "token", "reply": 503 }))
        .await;
    let said = post("/worlds/w/snapshots/snapshot-1/restore").await;
    assert_eq!(said.status, 204);
    assert_eq!(desk.get("/worlds/w/journal").await.json()["written"], 1);
    assert_eq!(
        desk.get("/worlds/w/clock").await.json()["now"],
        "2030-01-01T00:00:00Z"
    );
    assert_eq!(desk.ask_for_token().await.0, 200);
    assert_eq!(post("/worlds/w/reset").await.status, 204);
    assert_eq!(
        desk.get("/worlds/w/tokens").await.json(),
        json!({ "tokens": [] })
    );
    // A reset leaves what was kept.
    let listed = desk.get("/worlds/w/snapshots").await.json();
    assert_eq!(listed, json!({ "snapshots": [{ "id": "snapshot-1" }] }));
    assert_eq!(
        desk.delete("/worlds/w/snapshots/snapshot-1").await.status,
        204
    );
    let said = post("/worlds/w/snapshots/snapshot-1/restore").await;
    insta::assert_snapshot!(said.refusal(), @"404 Not Found: the world has no snapshot `snapshot-1`; GET …/snapshots lists those it has");
    // An id is not given twice.
    let said = desk.post("/worlds/w/snapshots", json!({})).await;
    assert_eq!(said.json(), json!({ "id": "snapshot-2" }));
}

#[tokio::test]
async fn snapshots_are_bounded_and_go_with_their_world() {
    let desk = Desk::with_world().await;
    for _ in 0..32 {
        assert_eq!(
            desk.post("/worlds/w/snapshots", json!({})).await.status,
            201
        );
    }
    let said = desk.post("/worlds/w/snapshots", json!({})).await;
    insta::assert_snapshot!(said.refusal(), @"409 Conflict: the world has 32 snapshots, the most that are kept; delete one first");
    desk.delete("/worlds/w").await;
    desk.make(json!({ "name": "w", "provider": "entra", "tls": false }))
        .await;
    let listed = desk.get("/worlds/w/snapshots").await.json();
    assert_eq!(listed, json!({ "snapshots": [] }));
}
