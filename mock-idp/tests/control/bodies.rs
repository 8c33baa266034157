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
    insta::assert_snapshot!(json("{\n \"provider\": \"okta\",\n").await, @"400 Bad Request: the body ends before its JSON does [3:0]");
    insta::assert_snapshot!(json("{\"provider\": \"auth0\"}").await, @"422 Unprocessable Entity: unknown name `auth0`; the names here are `entra` and `okta` [1:14] #/provider");
    insta::assert_snapshot!(json("{\"provider\": \"okta\",\n \"sed\": 1}").await, @"422 Unprocessable Entity: unknown key `sed`: did you mean `seed`?; the keys here are `name`, `provider`, `seed`, `tls`, `clock`, `directory`, `faults`, `limits`, `access_token_lifetime` and `refresh_token_lifetime` [2:2] #/sed");
    insta::assert_snapshot!(json("{}").await, @"422 Unprocessable Entity: the key `provider` is missing [1:1] #");
    insta::assert_snapshot!(json("[]").await, @"422 Unprocessable Entity: found a list where a map with keys such as `name` belongs [1:1] #");
    insta::assert_snapshot!(json("").await, @"400 Bad Request: the body is empty [1:0]");
    insta::assert_snapshot!(json("{\"provider\": \"okta\", \"name\": \"../w\"}").await, @"422 Unprocessable Entity: `../w` cannot be the name of a world; take 1 to 64 letters, digits, `-`, `_` or `.`, a letter or digit first [1:30] #/name");
    let yaml = async |text: &str| {
        let said = desk.post_text("/worlds", "application/yaml", text).await;
        said.refusal()
    };
    insta::assert_snapshot!(yaml("provider: okta\nsed: 1\n").await, @"422 Unprocessable Entity: unknown key `sed`: did you mean `seed`?; the keys here are `name`, `provider`, `seed`, `tls`, `clock`, `directory`, `faults`, `limits`, `access_token_lifetime` and `refresh_token_lifetime` [2:1] #/sed");
    insta::assert_snapshot!(yaml("provider: [okta\n").await, @"400 Bad Request: unclosed bracket '[' [1:11]");
    insta::assert_snapshot!(yaml("provider: okta\nclock: {virtual: {start: today}}\n").await, @"422 Unprocessable Entity: this is no instant; write one as `2030-01-01T00:00:00Z` [2:26] #/clock/virtual/start");
    // The refused requests have made nothing.
    assert_eq!(desk.host.list().len(), 1);
    let said = desk.post_text(
        "/worlds",
        "application/yaml; charset=utf-8",
        "provider: okta\ntls: false\n",
    );
    assert_eq!(said.await.status, 201);
}

/// One table, so that the words can be compared.
#[tokio::test]
async fn every_mistake_says_what_is_allowed_and_points_to_its_place() {
    let desk = Desk::with_world().await;
    let mut told = Vec::new();
    for (path, body) in [
        ("worlds", r#"{"provider": "okta", "seed": "seven"}"#),
        ("worlds", r#"{"provider": "okta", "tls": "no"}"#),
        ("worlds", r#"{"provider": ["okta"]}"#),
        ("worlds", r#"{"provider": null}"#),
        ("worlds", r#"{"name": null, "provider": "otka"}"#),
        (
            "worlds",
            r#"{"provider": "okta", "clock": {"virtual": {"start": "today"}}}"#,
        ),
        ("worlds", r#"{"provider": "okta", "clock": {"frozen": {}}}"#),
        (
            "worlds",
            r#"{"provider": "okta", "access_token_lifetime": "soon"}"#,
        ),
        (
            "worlds",
            r#"{"provider": "okta", "faults": [{"to": "token", "replay": 503}]}"#,
        ),
        ("worlds/w/clock/advance", r#"{"by": 5}"#),
        ("worlds/w/clock/advance", r#"{"by": "1s", "a/b~c": 1}"#),
        ("worlds/w/clock/run", r#"{"rate": "fast"}"#),
        (
            "worlds/w/faults",
            r#"[{"to": "token", "reply": 503}, {"to": "tokens", "reply": 503}]"#,
        ),
        ("worlds/w/faults", r#""503""#),
        (
            "worlds/w/faults",
            r#"{"to": "token", "nth": 0, "reply": 503}"#,
        ),
        ("worlds/w/verify", r#"{"count": {"to": "token", "is": -1}}"#),
        (
            "worlds/w/verify",
            r#"{"count": {"to": "token", "presents": "old"}}"#,
        ),
        ("worlds/w/consent", r#"{"client": "x", "scopes": "read"}"#),
        ("worlds/w/tokens/revoke", "{}"),
        ("worlds/w/tokens", r#"{"lifetime": true}"#),
        ("worlds", r#"{"provider": "okta",}"#),
        ("worlds", "provider: okta"),
    ] {
        let said = desk
            .post_text(&format!("/{path}"), "application/json", body)
            .await;
        told.push(format!("{path} {body}\n  {}", said.refusal()));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    worlds {"provider": "okta", "seed": "seven"}
      422 Unprocessable Entity: found a text where a whole number from 0 belongs [1:30] #/seed
    worlds {"provider": "okta", "tls": "no"}
      422 Unprocessable Entity: found a text where `true` or `false` belongs [1:29] #/tls
    worlds {"provider": ["okta"]}
      422 Unprocessable Entity: found a list where one of `entra`, `okta` belongs [1:14] #/provider
    worlds {"provider": null}
      422 Unprocessable Entity: the key `provider` is missing [1:1] #
    worlds {"name": null, "provider": "otka"}
      422 Unprocessable Entity: unknown name `otka`: did you mean `okta`?; the names here are `entra` and `okta` [1:28] #/provider
    worlds {"provider": "okta", "clock": {"virtual": {"start": "today"}}}
      422 Unprocessable Entity: this is no instant; write one as `2030-01-01T00:00:00Z` [1:53] #/clock/virtual/start
    worlds {"provider": "okta", "clock": {"frozen": {}}}
      422 Unprocessable Entity: unknown name `frozen`; the names here are `running`, `system`, `virtual` and `of` [1:32] #/clock/frozen
    worlds {"provider": "okta", "access_token_lifetime": "soon"}
      422 Unprocessable Entity: `soon` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m` [1:47] #/access_token_lifetime
    worlds {"provider": "okta", "faults": [{"to": "token", "replay": 503}]}
      422 Unprocessable Entity: unknown key `replay`: did you mean `reply`?; the keys here are `to`, `only`, `nth`, `one_in`, `per`, `probability`, `times`, `from`, `until`, `ttl`, `reply`, `redirect`, `headers`, `header_lines`, `without_headers`, `body`, `body_base64`, `content_type`, `coding`, `raw`, `error`, `disguise`, `set`, `remove`, `rename`, `reverse_members`, `hold`, `delay`, `jitter`, `dribble`, `forge`, `connection`, `keep_alive` and `slow_read` [1:49] #/faults/0/replay
    worlds/w/clock/advance {"by": 5}
      422 Unprocessable Entity: found the number 5 where a length of time with a unit, such as `30s` belongs [1:8] #/by
    worlds/w/clock/advance {"by": "1s", "a/b~c": 1}
      422 Unprocessable Entity: unknown key `a/b~c`; the keys here are `by` [1:14] #/a~1b~0c
    worlds/w/clock/run {"rate": "fast"}
      422 Unprocessable Entity: found a text where a number belongs [1:10] #/rate
    worlds/w/faults [{"to": "token", "reply": 503}, {"to": "tokens", "reply": 503}]
      422 Unprocessable Entity: unknown name `tokens`: did you mean `token`?; the names here are `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown`, `connection` and `anything` [1:40] #/1/to
    worlds/w/faults "503"
      422 Unprocessable Entity: found a text where an object or a list of objects belongs [1:1] #
    worlds/w/faults {"to": "token", "nth": 0, "reply": 503}
      422 Unprocessable Entity: `nth`: `nth` counts from 1
    worlds/w/verify {"count": {"to": "token", "is": -1}}
      422 Unprocessable Entity: found the number -1 where a whole number from 0 to 4294967295 belongs [1:33] #/count/is
    worlds/w/verify {"count": {"to": "token", "presents": "old"}}
      422 Unprocessable Entity: `old` is no kind of token; expected newest, live, expired, rotated, revoked, foreign, rejected, nothing, or a label such as `RT#1` [1:39] #/count/presents
    worlds/w/consent {"client": "x", "scopes": "read"}
      422 Unprocessable Entity: found a text where a list belongs [1:27] #/scopes
    worlds/w/tokens/revoke {}
      422 Unprocessable Entity: found a map with 0 keys where a map with one key belongs [1:1] #
    worlds/w/tokens {"lifetime": true}
      422 Unprocessable Entity: found the boolean `true` where a length of time with a unit, such as `30s` belongs [1:14] #/lifetime
    worlds {"provider": "okta",}
      400 Bad Request: the body is not JSON: trailing comma [1:21]
    worlds provider: okta
      400 Bad Request: the body is not JSON: expected value [1:1]
    "#);
}

/// What stands where it does not belong may be a secret.
#[tokio::test]
async fn a_text_in_the_wrong_place_is_not_repeated() {
    let desk = Desk::with_world().await;
    for media_type in ["application/json", "application/yaml"] {
        for (path, body) in [
            ("/worlds", r#"{"provider": "okta", "seed": "hunter2"}"#),
            ("/worlds", r#"{"provider": "okta", "faults": "hunter2"}"#),
            (
                "/worlds",
                r#"{"provider": "okta", "clock": {"virtual": "hunter2"}}"#,
            ),
            ("/worlds/w/faults", r#""hunter2""#),
        ] {
            let said = desk.post_text(path, media_type, body).await;
            assert_eq!(said.status, 422, "{said:?}");
            assert!(!format!("{said:?}").contains("hunter2"), "{said:?}");
        }
    }
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
    insta::assert_snapshot!(desk.get("/worlds/w/journal?sinc=1").await.refusal(), @"400 Bad Request: unknown parameter `sinc`; the parameters here are `endpoint`, `client`, `since`, `limit`");
    insta::assert_snapshot!(desk.get("/worlds/w/journal?since=x").await.refusal(), @"400 Bad Request: `since` takes a whole number from 0");
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
