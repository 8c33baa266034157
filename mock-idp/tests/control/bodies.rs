//! What requests may hold, and how a mistake is told.

use reqwest::Method;
use serde_json::json;

use crate::desk::{Desk, Said};

#[tokio::test]
async fn a_mistake_is_told_with_its_place() {
    let desk = Desk::with_world().await;
    let json = async |text: &str| {
        let said = desk.post_text("/worlds", "application/json", text).await;
        said.refusal()
    };
    insta::assert_snapshot!(json("{\n \"provider\": \"okta\",\n").await, @"400 Bad Request: EOF while parsing a value [3:0]");
    insta::assert_snapshot!(json("{\"provider\": \"auth0\"}").await, @"422 Unprocessable Entity: unknown variant `auth0`, expected `entra` or `okta` [1:20]");
    insta::assert_snapshot!(json("{\"provider\": \"okta\",\n \"sed\": 1}").await, @"422 Unprocessable Entity: unknown field `sed`, expected one of `name`, `provider`, `seed`, `tls`, `clock`, `directory`, `faults`, `limits`, `access_token_lifetime`, `refresh_token_lifetime` [2:6]");
    insta::assert_snapshot!(json("{}").await, @"422 Unprocessable Entity: missing field `provider` [1:2]");
    insta::assert_snapshot!(json("[]").await, @"422 Unprocessable Entity: invalid length 0, expected struct NewWorld with 10 elements [1:2]");
    insta::assert_snapshot!(json("").await, @"400 Bad Request: EOF while parsing a value [1:0]");
    insta::assert_snapshot!(json("{\"provider\": \"okta\", \"name\": \"../w\"}").await, @"422 Unprocessable Entity: `../w` cannot be the name of a world; take 1 to 64 letters, digits, `-`, `_` or `.`, a letter or digit first [1:36]");
    let yaml = async |text: &str| {
        let said = desk.post_text("/worlds", "application/yaml", text).await;
        said.refusal()
    };
    insta::assert_snapshot!(yaml("provider: okta\nsed: 1\n").await, @"422 Unprocessable Entity: unknown key `sed`; the keys here are `name`, `provider`, `seed`, `tls`, `clock`, `directory`, `faults`, `limits`, `access_token_lifetime` and `refresh_token_lifetime` [2:1]");
    insta::assert_snapshot!(yaml("provider: [okta\n").await, @"400 Bad Request: unclosed bracket '[' [1:11]");
    insta::assert_snapshot!(yaml("provider: okta\nclock: {virtual: {start: today}}\n").await, @"422 Unprocessable Entity: failed to parse four digit integer as year: invalid digit, expected 0-9 but got t [2:26]");
    // The refused requests have made nothing.
    assert_eq!(desk.host.list().len(), 1);
    let said = desk.post_text(
        "/worlds",
        "application/yaml; charset=utf-8",
        "provider: okta\ntls: false\n",
    );
    assert_eq!(said.await.status, 201);
}

#[tokio::test]
async fn what_a_page_could_send_unasked_is_no_body() {
    let desk = Desk::with_world().await;
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let said = desk
            .post_text("/worlds", media_type, "{\"provider\": \"okta\"}")
            .await;
        assert_eq!(said.status, 415, "{media_type}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.refusal(), @"415 Unsupported Media Type: the body has to be `application/json` or `application/yaml`, and `Content-Type` has to say so");
        }
    }
}

#[tokio::test]
async fn bodies_are_bounded() {
    let desk = Desk::with_world().await;
    let spaces = |bytes: usize| {
        let wanted = "{\"by\": \"1s\"}";
        format!("{wanted}{}", " ".repeat(bytes - wanted.len()))
    };
    let most = 1024 * 1024;
    let path = "/worlds/w/clock/advance";
    let fits = desk
        .post_text(path, "application/json", &spaces(most))
        .await;
    assert_eq!(fits.status, 200);
    let too_large = desk
        .post_text(path, "application/json", &spaces(most + 1))
        .await;
    insta::assert_snapshot!(too_large.refusal(), @"413 Payload Too Large: the body is larger than 1 MiB, the most that is read");
    let deep = "[".repeat(100_000);
    let said = desk.post_text(path, "application/json", &deep).await;
    assert_eq!(said.status, 422);
    let said = desk.post_text(path, "application/yaml", &deep).await;
    assert_eq!(said.status, 400);
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_told() {
    let desk = Desk::with_world().await;
    insta::assert_snapshot!(desk.get("/world").await.refusal(), @"404 Not Found: there is nothing at `/world`; GET /openapi.json says what there is");
    insta::assert_snapshot!(desk.get("/worlds/v").await.refusal(), @"404 Not Found: there is no world `v`; GET /worlds names them all");
    insta::assert_snapshot!(desk.get("/worlds/%ff/clock").await.refusal(), @"404 Not Found: the path is not UTF-8");
    insta::assert_snapshot!(desk.get("/worlds/..%2f/clock").await.refusal(), @"404 Not Found: there is no world `../`; GET /worlds names them all");
    let said = desk.put("/worlds", json!({})).await;
    insta::assert_snapshot!(said.refusal(), @"405 Method Not Allowed: this path has other methods; `Allow` names them");
    let request = desk.request(Method::PATCH, "/worlds/w/clock");
    let allowed = request.send().await.unwrap();
    assert_eq!(allowed.headers()["allow"], "GET,HEAD,PUT");
    insta::assert_snapshot!(desk.get("/worlds/w/journal?sinc=1").await.refusal(), @"400 Bad Request: failed to deserialize query string: sinc: unknown field `sinc`, expected one of `endpoint`, `client`, `since`, `limit`");
    insta::assert_snapshot!(desk.get("/worlds/w/journal?since=x").await.refusal(), @"400 Bad Request: failed to deserialize query string: since: invalid digit found in string");
    let said = Said::of(desk.request(Method::POST, "/worlds")).await;
    assert_eq!(said.status, 415);
}

#[tokio::test]
async fn a_body_that_need_say_nothing_may_be_missing() {
    let desk = Desk::with_world().await;
    let client = desk.world().client_id();
    let secrets = format!("directory/applications/{client}/secrets");
    for (what, status) in [
        ("clock/run", 200),
        ("snapshots", 201),
        ("tokens", 201),
        ("keys", 201),
        (secrets.as_str(), 201),
        // There is no such code, which is not the body's fault.
        ("sign-ins/NONE/approve", 404),
    ] {
        let path = format!("/worlds/w/{what}");
        let said = Said::of(desk.request(Method::POST, &path)).await;
        assert_eq!(said.status, status, "{what}: {said:?}");
        let empty = desk.post_text(&path, "application/json", "").await;
        assert_eq!(empty.status, status, "{what}: {empty:?}");
        let said = desk.post_text(&path, "text/plain", "{}").await;
        assert_eq!(said.status, 415, "{what}: {said:?}");
    }
    let said = Said::of(desk.request(Method::POST, "/worlds/w/clock/advance")).await;
    assert_eq!(said.status, 415, "{said:?}");
}
