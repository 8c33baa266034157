//! Worlds made, shown and dropped over HTTP.

use std::net::TcpListener;

use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn a_world_is_made_with_all_that_a_client_needs() {
    let desk = Desk::new().await;
    let made = desk
        .make(json!({ "name": "login", "provider": "entra", "tls": false, "seed": 7 }))
        .await;
    let (world, credentials) = (&made["world"], &made["credentials"]);
    assert_eq!(
        (&world["name"], &world["provider"]),
        (&json!("login"), &json!("entra"))
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", credentials["client_id"].as_str().unwrap()),
        (
            "client_secret",
            credentials["client_secret"].as_str().unwrap(),
        ),
        ("scope", credentials["scope"].as_str().unwrap()),
    ];
    let url = world["token_url"].as_str().unwrap();
    let answer = desk.http.post(url).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: serde_json::Value = answer.json().await.unwrap();
    let call = desk.http.get(world["api_url"].as_str().unwrap());
    let call = call.bearer_auth(answer["access_token"].as_str().unwrap());
    assert_eq!(call.send().await.unwrap().status(), 200);
    // What is shown later is the same, but for the secrets.
    assert_eq!(&desk.get("/worlds/login").await.json(), world);
    assert_eq!(
        &desk.get("/worlds/login/credentials").await.json(),
        credentials
    );
    assert_eq!(
        desk.get("/worlds").await.json(),
        json!({ "worlds": [world] })
    );
}

#[tokio::test]
async fn a_world_over_tls_says_whom_to_trust() {
    let desk = Desk::new().await;
    let made = desk.make(json!({ "provider": "okta" })).await;
    let ca = made["credentials"]["ca_pem"].as_str().unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(ca.as_bytes()).unwrap()])
        .build()
        .unwrap();
    let url = made["world"]["jwks_url"].as_str().unwrap();
    assert!(url.starts_with("https://"));
    assert_eq!(http.get(url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_dropped_world_is_gone_and_its_ports_are_free() {
    let desk = Desk::with_world().await;
    let addresses = desk.world().addresses();
    assert_eq!(desk.delete("/worlds/w").await.status, 204);
    for address in addresses {
        TcpListener::bind(address).unwrap();
    }
    assert_eq!(desk.delete("/worlds/w").await.status, 404);
    assert_eq!(desk.get("/worlds").await.json(), json!({ "worlds": [] }));
}

#[tokio::test]
async fn a_world_that_cannot_be_made_whole_is_not_made() {
    let desk = Desk::with_world().await;
    let said = desk
        .post("/worlds", json!({ "name": "w", "provider": "okta" }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"409 Conflict: there is a world `w` already; drop it first or take another name");
    let faults = json!([{ "to": "token", "reply": 503 }, { "to": "token", "only": { "user": "nobody" }, "reply": 503 }]);
    let said = desk
        .post(
            "/worlds",
            json!({ "name": "v", "provider": "okta", "tls": false, "faults": faults }),
        )
        .await;
    assert_eq!(said.status, 422, "{said:?}");
    let refusal = said.refusal();
    let known = "422 Unprocessable Entity: rule 2 of the list: ";
    assert!(
        refusal.starts_with(known) && refusal.contains("`nobody`"),
        "{refusal}"
    );
    assert_eq!(desk.host.list().len(), 1);
}

#[tokio::test]
async fn a_reset_leaves_what_the_world_was_made_with() {
    let desk = Desk::new().await;
    desk.make(json!({
        "name": "w",
        "provider": "okta",
        "tls": false,
        "faults": [{ "to": "token", "reply": 503 }],
        "limits": [{ "to": "resource", "requests": 7, "per": "60s" }],
    }))
    .await;
    let facts = async |what: &str| desk.get(&format!("/worlds/w/{what}")).await.json();
    let made = (facts("faults").await, facts("limits").await);
    assert_eq!(desk.ask_for_token().await.0, 503);
    desk.delete("/worlds/w/faults").await;
    desk.put("/worlds/w/limits", json!({ "limits": [] })).await;
    assert_eq!(desk.post("/worlds/w/reset", json!({})).await.status, 204);
    assert_eq!((facts("faults").await, facts("limits").await), made);
    assert_eq!(desk.ask_for_token().await.0, 503);
}

#[tokio::test]
async fn a_world_is_made_with_a_directory_of_its_own() {
    let desk = Desk::new().await;
    let text = r#"
name: w
provider: okta
tls: false
directory:
  okta:
    org_id: 00o1
    authorization_servers: [{ id: own, audience: "api://own", scopes: [orders.read] }]
    applications:
      - { id: 0oaOwn, name: Own, secrets: [{ value: a-secret-of-its-own }], grants: [client_credentials] }
"#;
    let said = desk.post_text("/worlds", "application/yaml", text).await;
    assert_eq!(said.status, 201, "{said:?}");
    let made = said.json();
    assert_eq!(made["world"]["tenant"], "own");
    assert_eq!(made["credentials"]["client_id"], "0oaOwn");
    assert_eq!(made["credentials"]["client_secret"], "a-secret-of-its-own");
    assert_eq!(desk.ask_for_token().await.0, 200);
}

#[tokio::test]
async fn all_that_is_wrong_with_its_directory_is_told_and_where() {
    let desk = Desk::new().await;
    let yaml = "provider: okta\ndirectory:\n  okta:\n    org_id: 00o1\n    usrs: []\n    aplications: []\n";
    let json = "{\"provider\": \"okta\",\n \"directory\": {\"okta\": {\"org_id\": \"00o1\",\n  \"usrs\": [],\n  \"aplications\": []}}}";
    for (media_type, text, lines) in [
        ("application/yaml", yaml, [5, 6]),
        ("application/json", json, [3, 4]),
    ] {
        let said = desk.post_text("/worlds", media_type, text).await;
        assert_eq!(said.status, 422, "{said:?}");
        let problems = said.json()["problems"].clone();
        let line_of = |key: &str| {
            let mut problems = problems.as_array().unwrap().iter();
            let problem = problems.find(|one| one["message"].as_str().unwrap().contains(key));
            problem.unwrap()["line"].clone()
        };
        assert_eq!([line_of("`usrs`"), line_of("`aplications`")], lines);
    }
    let said = desk.post(
        "/worlds",
        json!({ "provider": "okta", "directory": "built-in" }),
    );
    insta::assert_snapshot!(said.await.refusal(), @"422 Unprocessable Entity: found something else where a directory belongs; a directory is a map with keys such as `entra` and `okta`; `laxity: {}` alone is the built-in one [1:32]");
    let empty = json!({ "provider": "okta", "directory": { "okta": { "org_id": "00o1" } } });
    insta::assert_snapshot!(desk.post("/worlds", empty).await.refusal(), @"422 Unprocessable Entity: the key `authorization_servers` is missing; in this map [1:40]");
    assert!(desk.host.list().is_empty());
}
