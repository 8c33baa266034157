//! A world's directory over HTTP.

use serde_json::json;

use crate::desk::{Desk, Said};

#[tokio::test]
async fn a_directory_is_shown_without_secrets_and_replaced_as_a_whole() {
    let desk = Desk::with_world().await;
    let shown = desk.get("/worlds/w/directory").await;
    assert_eq!(shown.status, 200);
    assert_eq!(desk.world().secrets_in(&shown.text), [""; 0]);
    let put = async |text: &str| {
        let request = desk.request(reqwest::Method::PUT, "/worlds/w/directory");
        let request = request.header("content-type", "application/yaml");
        Said::of(request.body(text.to_owned())).await
    };
    let said = put("okta:\n  org_id: 00oTokenproofTest\n  aplications: []\nlaxity: 3\n").await;
    assert_eq!(said.status, 422);
    let problems = said.json()["problems"].clone();
    assert_eq!(problems[0]["line"], said.json()["line"]);
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: the key `authorization_servers` is missing; in this map [2:3]");
    assert_eq!(desk.get("/worlds/w/directory").await.text, shown.text);
    assert_eq!(desk.ask_for_token().await.0, 200);
    let example = include_str!("../../src/directory/default.yaml");
    let secret = "another-secret-of-the-client";
    let changed = example.replace("okta-app-secret_Zk3Qv9Lw7Rt2Xy5Bn8", secret);
    assert_ne!(changed, example);
    assert_eq!(put(&changed).await.status, 204);
    assert_eq!(desk.world().client_secret().reveal(), secret);
    assert_eq!(desk.ask_for_token().await.0, 200);
}

#[tokio::test]
async fn parts_come_and_go() {
    let desk = Desk::with_world().await;
    let user = json!({
        "id": "00uNew", "login": "new@okta.example", "name": "New", "password": "correct-horse-new-1",
    });
    let path = "/worlds/w/directory/users/00uNew";
    assert_eq!(desk.put(path, user.clone()).await.status, 204);
    let shown = desk.get("/worlds/w/directory").await;
    assert!(shown.text.contains("new@okta.example"));
    assert!(!shown.text.contains("correct-horse-new-1"));
    let said = desk.put("/worlds/w/directory/users/00uOther", user).await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: the id in the body is not that of the path; say the same in both");
    assert_eq!(desk.delete(path).await.status, 204);
    let said = desk.delete(path).await;
    insta::assert_snapshot!(said.refusal(), @"404 Not Found: there is no user `00uNew`");
    let said = desk
        .delete("/worlds/w/directory/tenants/contoso.example")
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: okta has no tenant");
}

#[tokio::test]
async fn a_secret_is_shown_once_and_taken_away_by_its_id() {
    let desk = Desk::with_world().await;
    let client = desk.world().client_id();
    let path = format!("/worlds/w/directory/applications/{client}/secrets");
    let said = desk
        .post(&path, json!({ "expires": "2030-01-02T00:00:00Z" }))
        .await;
    assert_eq!(said.status, 201);
    let made = said.json();
    let value = made["value"].as_str().unwrap();
    assert_eq!(desk.world().client_secret().reveal(), value);
    let shown = desk.get("/worlds/w/directory").await.text;
    assert!(!shown.contains(value) && shown.contains(made["id"].as_str().unwrap()));
    desk.post("/worlds/w/clock/advance", json!({ "by": "24h" }))
        .await;
    assert_ne!(desk.world().client_secret().reveal(), value);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.delete(&one).await.status, 204);
    assert_eq!(desk.delete(&one).await.status, 404);
    let said = desk
        .post("/worlds/w/directory/applications/nobody/secrets", json!({}))
        .await;
    assert_eq!(said.status, 404);
}
