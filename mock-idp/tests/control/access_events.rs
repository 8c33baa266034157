//! What happens that tokens are not to outlive, and tokens of other issuers, over HTTP.

use serde_json::{Value, json};

use crate::desk::Desk;

#[tokio::test]
async fn an_event_is_noted_or_refused() {
    let desk = Desk::with_world_of("entra").await;
    let path = "/worlds/w/access-events";
    for told in [
        json!({ "event": "policies" }),
        json!({ "event": "location", "user": "ada@contoso.example" }),
        json!({ "event": "revoked", "user": "ada@contoso.example" }),
    ] {
        let said = desk.post(path, told).await;
        assert_eq!(said.status, 204, "{said:?}");
    }
    let said = desk.post(path, json!({ "event": "revoked" })).await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: a revocation is of one user's sign-ins; say whose");
    let said = desk
        .post(path, json!({ "event": "policies", "user": "nobody" }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: no user has this login or id");
}

#[tokio::test]
async fn a_token_of_another_issuer_is_made_for_who_trusts_it() {
    let desk = Desk::with_world_of("entra").await;
    let path = "/worlds/w/federated-tokens";
    let pipeline = "6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e";
    let said = desk
        .post(path, json!({ "client": pipeline, "lifetime_seconds": 60 }))
        .await;
    assert_eq!(said.status, 201, "{said:?}");
    let token = said.json()["value"].as_str().unwrap().to_owned();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", pipeline),
        ("scope", "https://graph.microsoft.com/.default"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &token),
    ];
    let sign_in = async || {
        let url = desk.world().token_url();
        let sent = desk.http.post(url).form(&form).send().await;
        sent.unwrap().json::<Value>().await.unwrap()
    };
    assert!(sign_in().await["access_token"].is_string());
    desk.world()
        .virtual_clock()
        .unwrap()
        .advance(std::time::Duration::from_secs(60));
    assert_eq!(sign_in().await["error_codes"][0], 700_024);
    for told in [
        json!({ "client": "nobody" }),
        json!({ "client": pipeline, "credential": "none" }),
        json!({ "client": desk.world().client_id() }),
    ] {
        assert_eq!(desk.post(path, told).await.status, 422);
    }
}
