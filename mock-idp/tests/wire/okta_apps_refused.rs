//! What the management API says of applications that cannot be.

use http::Method;
use mock_idp::journal::Origin;
use serde_json::{Value, json};

use crate::okta_apps::{key, service, web};
use crate::okta_users::{admin, code};

#[tokio::test]
async fn what_is_wrong_about_an_application_is_told() {
    let admin = admin().await;
    let with = |path: &str, value: Value| {
        let mut body = service();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let client = "/settings/oauthClient";
    let mut private = key();
    private["d"] = json!("AQAB");
    let mut table = String::new();
    for (what, body) in [
        ("no label", with("/label", Value::Null)),
        ("long label", with("/label", json!("x".repeat(101)))),
        ("saml", with("/signOnMode", json!("SAML_2_0"))),
        ("no client", with(client, Value::Null)),
        (
            "kind",
            with("/settings/oauthClient/application_type", json!("toaster")),
        ),
        (
            "grant",
            with("/settings/oauthClient/grant_types", json!(["barter"])),
        ),
        (
            "no grant",
            with("/settings/oauthClient/grant_types", json!([])),
        ),
        (
            "password",
            with("/settings/oauthClient/grant_types", json!(["password"])),
        ),
        ("no keys", with("/settings/oauthClient/jwks", Value::Null)),
        (
            "keys",
            with("/settings/oauthClient/jwks/keys", json!("none")),
        ),
        (
            "a word",
            with("/settings/oauthClient/jwks/keys/0", json!("key")),
        ),
        (
            "private",
            with("/settings/oauthClient/jwks/keys/0", private),
        ),
        (
            "twice",
            with("/settings/oauthClient/jwks/keys", json!([key(), key()])),
        ),
        (
            "method",
            with(
                "/credentials/oauthClient/token_endpoint_auth_method",
                json!("magic"),
            ),
        ),
        ("credentials", with("/credentials", json!([]))),
        ("settings", with("/settings", json!(1))),
    ] {
        table += &format!(
            "{what}: {}\n",
            code(&admin.post("/api/v1/apps", body).await)
        );
    }
    let mut redirects = web();
    redirects["settings"]["oauthClient"]["redirect_uris"] = json!(["no uri"]);
    table += &format!(
        "redirect: {}\n",
        code(&admin.post("/api/v1/apps", redirects).await)
    );
    let mut taken = web();
    taken["credentials"]["oauthClient"]["client_id"] = json!("0oa1daemonTokenPr0d7");
    table += &format!(
        "taken: {}\n",
        code(&admin.post("/api/v1/apps", taken).await)
    );
    let mut short = web();
    short["credentials"]["oauthClient"]["client_secret"] = json!("short");
    table += &format!(
        "short secret: {}\n",
        code(&admin.post("/api/v1/apps", short).await)
    );
    let grants = "/api/v1/apps/0oa1daemonTokenPr0d7/grants";
    for (what, body) in [
        (
            "scope",
            json!({ "scopeId": "orders.read", "issuer": admin.stage.idp.origin(Origin::Org) }),
        ),
        (
            "issuer",
            json!({ "scopeId": "okta.users.read", "issuer": "https://evil.example" }),
        ),
        ("nothing", json!({})),
    ] {
        table += &format!("grant, {what}: {}\n", code(&admin.post(grants, body).await));
    }
    insta::assert_snapshot!(table, @"
    no label: 400 E0000001; label: The field cannot be left blank
    long label: 400 E0000001; label: The field is too long
    saml: 400 E0000001; signOnMode: Only OPENID_CONNECT is supported here
    no client: 400 E0000001; settings.oauthClient: The field cannot be left blank
    kind: 400 E0000001; application_type: Must be one of web, native, browser, service
    grant: 400 E0000001; grant_types: Unsupported grant type
    no grant: 400 E0000001; grant_types: The field cannot be left blank
    password: 400 E0000001; grant_types: A service application has no users
    no keys: 400 E0000001; jwks: 'jwks' or 'jwks_uri' is required for the 'private_key_jwt' method
    keys: 400 E0000001; jwks: The field cannot be left blank
    a word: 400 E0000001; jwks: Invalid key
    private: 400 E0000001; jwks: Invalid key
    twice: 400 E0000001; jwks: 'kid' must be unique
    method: 400 E0000001; token_endpoint_auth_method: Invalid value
    credentials: 400 E0000003
    settings: 400 E0000003
    redirect: 400 E0000001; redirect_uris: Invalid URI
    taken: 400 E0000001; client_id: Invalid client_id. A client with that id already exists
    short secret: 400 E0000001; client_secret: The secret must have 14 to 100 characters
    grant, scope: 400 E0000001; scopeId: Invalid scope
    grant, issuer: 400 E0000001; issuer: Invalid issuer
    grant, nothing: 400 E0000001; scopeId: The field cannot be left blank
    ");
    assert_eq!(
        admin
            .get("/api/v1/apps?limit=200")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        admin.stage.idp.directory().okta.applications.len()
    );
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let admin = admin().await;
    let token = admin.stage.idp.credentials().api_token.unwrap();
    let org = admin.stage.idp.origin(Origin::Org).to_owned();
    let mut table = String::new();
    for path in ["users", "groups", "apps", "api-tokens/00T1consoleTokenPr07"] {
        let method = if path.contains('/') {
            Method::PUT
        } else {
            Method::POST
        };
        for (what, content_type, body) in [
            ("empty", Some("application/json"), ""),
            ("cut", Some("application/json"), "{\"profile\":"),
            ("deep", Some("application/json"), "[[[[[["),
            ("a number", Some("application/json"), "7"),
            ("no type", None, "{}"),
            ("a form", Some("application/x-www-form-urlencoded"), "a=b"),
            ("not text", Some("application/json"), "{\"a\": \"\u{0}\"}"),
            (
                "nothing in it",
                Some("application/json;charset=utf-8"),
                "{}",
            ),
        ] {
            let mut request = admin
                .stage
                .http
                .request(method.clone(), format!("{org}/api/v1/{path}"));
            request = request
                .header("authorization", format!("SSWS{}", token.reveal()))
                .header("content-length", body.len())
                .body(body);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let answer = crate::answer::Answer::of(request.send().await.unwrap()).await;
            table += &format!("{path}, {what}: {}\n", code(&answer));
        }
    }
    insta::assert_snapshot!(table, @"
    users, empty: 400 E0000003
    users, cut: 400 E0000003
    users, deep: 400 E0000003
    users, a number: 400 E0000003
    users, no type: 400 E0000018
    users, a form: 400 E0000021
    users, not text: 400 E0000003
    users, nothing in it: 400 E0000001; login: The field cannot be left blank
    groups, empty: 400 E0000003
    groups, cut: 400 E0000003
    groups, deep: 400 E0000003
    groups, a number: 400 E0000003
    groups, no type: 400 E0000018
    groups, a form: 400 E0000021
    groups, not text: 400 E0000003
    groups, nothing in it: 400 E0000001; profile: The field cannot be left blank
    apps, empty: 400 E0000003
    apps, cut: 400 E0000003
    apps, deep: 400 E0000003
    apps, a number: 400 E0000003
    apps, no type: 400 E0000018
    apps, a form: 400 E0000021
    apps, not text: 400 E0000003
    apps, nothing in it: 400 E0000001; label: The field cannot be left blank
    api-tokens/00T1consoleTokenPr07, empty: 400 E0000003
    api-tokens/00T1consoleTokenPr07, cut: 400 E0000003
    api-tokens/00T1consoleTokenPr07, deep: 400 E0000003
    api-tokens/00T1consoleTokenPr07, a number: 400 E0000003
    api-tokens/00T1consoleTokenPr07, no type: 400 E0000018
    api-tokens/00T1consoleTokenPr07, a form: 400 E0000021
    api-tokens/00T1consoleTokenPr07, not text: 400 E0000003
    api-tokens/00T1consoleTokenPr07, nothing in it: 400 E0000001; name: The field cannot be left blank
    ");
    // Nested deeper than anybody reads.
    let deep = format!(
        "{{\"profile\":{}{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let request = admin.stage.http.post(format!("{org}/api/v1/users"));
    let request = request.header("authorization", format!("SSWS {}", token.reveal()));
    let request = request
        .header("content-type", "application/json")
        .body(deep);
    assert_eq!(request.send().await.unwrap().status(), 400);
}
