//! What users and administrators decide, over HTTP.

use mock_idp::directory::GrantType;
use serde_json::{Value, json};

use crate::desk::{Desk, Said};

/// A public application.
const DEVICE: &str = "0oa2nativeTokenPr0d7";

/// Begins the sign-in of a device and gives the code that its user sees.
async fn begin(desk: &Desk) -> String {
    let idp = desk.world();
    let url = idp.token_url().replace("/token", "/device/authorize");
    let form = [("client_id", DEVICE), ("scope", "openid")];
    let answer = desk.http.post(url).form(&form).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let code = answer["user_code"].as_str();
    code.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn a_device_is_approved_or_denied() {
    let desk = Desk::with_world().await;
    desk.world().change_directory(|directory| {
        let applications = directory.okta.applications.iter_mut();
        for application in applications.filter(|known| known.id == DEVICE) {
            application.grants.push(GrantType::DeviceCode);
        }
    });
    let (first, second) = (begin(&desk).await, begin(&desk).await);
    let waiting = desk.get("/worlds/w/sign-ins").await.json();
    assert_eq!(waiting["sign_ins"][0]["user_code"], first);
    assert_eq!(waiting["sign_ins"][1]["asked_at"], "2030-01-01T00:00:00Z");
    let approve = format!("/worlds/w/sign-ins/{first}/approve");
    let said = desk
        .post(&approve, json!({ "login": "nobody@okta.example" }))
        .await;
    assert_eq!(said.status, 422);
    assert_eq!(desk.post(&approve, json!({})).await.status, 204);
    assert_eq!(desk.post(&approve, json!({})).await.status, 409);
    let deny = format!("/worlds/w/sign-ins/{second}/deny");
    let denied = desk.request(reqwest::Method::POST, &deny);
    assert_eq!(Said::of(denied).await.status, 204);
    assert_eq!(
        desk.get("/worlds/w/sign-ins").await.json(),
        json!({ "sign_ins": [] })
    );
    let said = desk
        .post("/worlds/w/sign-ins/NONE/approve", json!({}))
        .await;
    insta::assert_snapshot!(said.refusal(), @"404 Not Found: no device shows this code; GET …/sign-ins lists those that wait");
}

#[tokio::test]
async fn consent_is_given_and_taken_back() {
    let desk = Desk::with_world().await;
    let client = desk.world().client_id();
    let scopes = async || {
        let directory = desk.get("/worlds/w/directory").await.json();
        let applications = directory["okta"]["applications"]
            .as_array()
            .unwrap()
            .clone();
        let ours = applications
            .iter()
            .find(|known| known["id"] == client.as_str());
        ours.unwrap()["scopes"].to_string()
    };
    let before = scopes().await;
    let given = json!({ "client": client, "scopes": ["okta.groups.read"] });
    assert_eq!(desk.post("/worlds/w/consent", given).await.status, 204);
    assert!(scopes().await.contains("okta.groups.read"));
    let taken = json!({ "client": client, "scopes": ["okta.groups.read"], "withdraw": true });
    assert_eq!(desk.post("/worlds/w/consent", taken).await.status, 204);
    assert_eq!(scopes().await, before);
    let said = desk
        .post("/worlds/w/consent", json!({ "client": "nobody" }))
        .await;
    assert_eq!(said.status, 422);
}
