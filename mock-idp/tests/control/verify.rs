//! Expectations over HTTP.

use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn expectations_are_met_or_explained() {
    let desk = Desk::with_world().await;
    desk.ask_for_token().await;
    let said = desk
        .post(
            "/worlds/w/verify",
            json!({ "count": { "to": "token", "is": 1 } }),
        )
        .await;
    assert_eq!(said.status, 200);
    let met = json!({ "met": true, "unmet": null, "explanation": null });
    assert_eq!(said.json(), json!({ "met": true, "results": [met] }));
    desk.ask_for_token().await;
    let both = json!([
        { "name": "cached", "count": { "to": "token", "is": 1 } },
        { "never": { "to": "resource" } },
    ]);
    let said = desk.post("/worlds/w/verify", both).await.json();
    assert_eq!((&said["met"], &said["results"][1]), (&json!(false), &met));
    let unmet = &said["results"][0];
    assert_eq!(
        (&unmet["met"], &unmet["unmet"]["verdict"]),
        (&json!(false), &json!("broken"))
    );
    insta::assert_snapshot!(unmet["explanation"].as_str().unwrap(), @"
    cached
      expected exactly 1 request to token
      observed 2 requests
        #1 t+0s POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#1
        #2 t+0s POST /oauth2/default/v1/token client_credentials of 0oa1daemonTokenPr0d7 -> 200 AT#2
    ");
    let said = desk
        .post("/worlds/w/verify", json!({ "count": { "to": "token" } }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: `count` asks for nothing: give `is`, `at_least` or `at_most` [1:1] #");
}

#[tokio::test]
async fn a_hundred_expectations_are_held_at_a_time() {
    let desk = Desk::with_world().await;
    let many = |number: usize| {
        let one = json!({ "never": { "to": "resource" } });
        desk.post("/worlds/w/verify", vec![one; number].into())
    };
    assert_eq!(many(100).await.status, 200);
    insta::assert_snapshot!(many(101).await.refusal(), @"422 Unprocessable Entity: the body has 101 expectations, and at most 100 are held at a time; send them in several requests");
}
