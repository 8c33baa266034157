//! Rate limits over HTTP.

use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn limits_are_set_run_into_and_taken_back() {
    let desk = Desk::with_world().await;
    let usual = desk.get("/worlds/w/limits").await.json();
    let limit = json!({ "to": "token", "requests": 1, "per": "60s" });
    let said = desk
        .put("/worlds/w/limits", json!({ "limits": [limit] }))
        .await;
    assert_eq!(said.status, 204, "{said:?}");
    let statuses = [desk.ask_for_token().await.0, desk.ask_for_token().await.0];
    assert_eq!(statuses, [200, 429]);
    let shown = desk.get("/worlds/w/limits").await.json();
    assert_eq!(shown["limits"][0]["requests"], 1);
    let usage = desk.get("/worlds/w/limits/usage").await.json();
    let first = &usage["usage"][0];
    assert_eq!(
        (&first["used"], &first["remaining"]),
        (&json!(1), &json!(0)),
        "{usage}"
    );
    assert_eq!(first["reset"], "2030-01-01T00:01:00Z");
    desk.post("/worlds/w/clock/advance", json!({ "by": "60s" }))
        .await;
    assert_eq!(desk.ask_for_token().await.0, 200);
    let said = desk
        .put("/worlds/w/limits", json!({ "limits": [{ "to": "token" }] }))
        .await;
    assert_eq!(said.status, 422, "{said:?}");
    assert_eq!(
        desk.put("/worlds/w/limits", json!({ "limits": [] }))
            .await
            .status,
        204
    );
    assert_eq!(desk.get("/worlds/w/limits").await.json(), usual);
}

#[tokio::test]
async fn of_several_limits_the_one_that_is_wrong_is_named() {
    let desk = Desk::with_world().await;
    let limits = json!([{ "to": "token", "unlimited": true }, { "to": "token", "requests": 1 }]);
    let said = desk
        .put("/worlds/w/limits", json!({ "limits": limits }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: limit 2 of the list: `requests` without `per`; a limit on requests in a time needs both");
    let world = json!({ "provider": "okta", "tls": false, "limits": limits });
    assert_eq!(desk.post("/worlds", world).await.refusal(), said.refusal());
}
