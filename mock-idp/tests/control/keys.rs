//! Signing keys over HTTP.

use serde_json::json;

use crate::desk::{Desk, Said};

#[tokio::test]
async fn keys_are_published_activated_and_withdrawn() {
    let desk = Desk::with_world().await;
    let keys = desk.get("/worlds/w/keys").await.json();
    let first = keys["keys"][0]["kid"].as_str().unwrap().to_owned();
    assert_eq!(keys["keys"][0]["active"], true);
    let (_, token) = desk.ask_for_token().await;
    let token = token["access_token"].as_str().unwrap();
    let said = desk
        .post("/worlds/w/keys", json!({ "kid": "another" }))
        .await;
    assert_eq!(said.status, 201);
    assert_eq!(
        said.json(),
        json!({ "kid": "another", "active": false, "published": true })
    );
    let said = desk.post("/worlds/w/keys", json!({ "kid": "" })).await;
    assert_eq!(said.status, 422);
    let post = async |path: &str| Said::of(desk.request(reqwest::Method::POST, path)).await;
    let said = post("/worlds/w/keys/another/activate").await;
    assert_eq!(said.json()["active"], true);
    assert_eq!(desk.call_with(token).await, 200);
    let said = desk.delete(&format!("/worlds/w/keys/{first}")).await;
    assert_eq!(said.json()["published"], false);
    assert_eq!(desk.call_with(token).await, 401);
    let said = post("/worlds/w/keys/another/replace").await;
    assert_eq!(said.status, 200);
    // One server's alone, by the ids that they have there.
    let of_org = || desk.get("/worlds/w/keys?server=org");
    let kid = |keys: &serde_json::Value, place: usize| {
        let kid = keys["keys"][place]["kid"].as_str();
        kid.unwrap().to_owned()
    };
    let keys = of_org().await.json();
    let ids = [kid(&keys, 0), kid(&keys, 1)];
    assert!(!ids.contains(&first));
    let said = post(&format!("/worlds/w/keys/{}/activate?server=org", ids[1])).await;
    assert_eq!(said.json()["active"], true);
    assert_eq!(of_org().await.json()["keys"][1]["active"], true);
    assert_eq!(
        desk.get("/worlds/w/keys").await.json()["keys"][1]["active"],
        false
    );
    let said = post("/worlds/w/keys?server=org").await;
    assert_eq!(said.status, 201);
    let made = said.json()["kid"].as_str().unwrap().to_owned();
    let own = |what: &str| format!("/worlds/w/keys/{made}{what}?server=org");
    // All the built-in ones are in use now.
    assert_eq!(post(&own("/replace")).await.status, 409);
    let said = desk.delete(&own("")).await;
    assert_eq!(said.json()["published"], false);
    insta::assert_snapshot!(desk.get("/worlds/w/keys?server=nowhere").await.refusal(), @"404 Not Found: there is no authorization server `nowhere` with keys of its own; there is `default`, `partners` and `org`");
    let said = post("/worlds/w/keys/nobody/activate").await;
    assert_eq!(said.status, 404);
    let said = desk
        .post("/worlds/w/keys", json!({ "pem": "nonsense" }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: not an RSA private key in PKCS#8 PEM; make one with `mock-idp keygen`");
    let said = desk
        .post("/worlds/w/keys", json!({ "pem": "x", "kid": "y" }))
        .await;
    insta::assert_snapshot!(said.refusal(), @"422 Unprocessable Entity: a key of your own has its id already; give `pem` or `kid`, not both");
}
