//! Okta's applications, as administrators register them, and access tokens at the management API.

use http::Method;
use mock_idp::directory::SAMPLE_PRIVATE_KEY;
use mock_idp::journal::Origin;
use serde_json::{Value, json};

use crate::asserted;
use crate::okta_users::{admin, code};
use crate::stage::Stage;

/// The public half of the sample key.
pub(crate) fn key() -> Value {
    let directory = mock_idp::directory::Directory::default();
    let service = &directory.okta.applications[3];
    serde_json::to_value(&service.jwks.keys[0]).unwrap()
}

pub(crate) fn service() -> Value {
    json!({
        "name": "oidc_client", "label": "Tasting", "signOnMode": "OPENID_CONNECT",
        "credentials": { "oauthClient": { "token_endpoint_auth_method": "private_key_jwt" } },
        "settings": { "oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
            "jwks": { "keys": [key()] },
        } },
    })
}

pub(crate) fn web() -> Value {
    json!({
        "name": "oidc_client", "label": "Tasting Room", "signOnMode": "OPENID_CONNECT",
        "credentials": { "oauthClient": { "token_endpoint_auth_method": "client_secret_post" } },
        "settings": { "oauthClient": {
            "application_type": "web", "grant_types": ["client_credentials", "password", "refresh_token"],
            "redirect_uris": ["https://tasting.example/callback"], "client_uri": "https://tasting.example",
            "refresh_token": { "rotation_type": "ROTATE", "leeway": 5 },
        } },
    })
}

/// A token of the org for an application with the sample key.
async fn org_token(stage: &Stage, client: &str, scope: &str) -> crate::answer::Answer {
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let now = mock_idp::clock::Clock::now(&stage.clock).as_second();
    let claims = json!({
        "iss": client, "sub": client, "aud": url, "exp": now + 300, "jti": format!("{client}{scope}{now}"),
    });
    let assertion = asserted::rs256(SAMPLE_PRIVATE_KEY, &json!({ "alg": "RS256" }), &claims);
    let ask = stage.ask("client_credentials").at(&url);
    let ask = ask.without("client_id").without("client_secret");
    let ask = ask.with("client_assertion", &assertion).with(
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    ask.with("scope", scope).send().await
}

#[tokio::test]
async fn a_service_application_works_once_it_has_scopes_and_a_role() {
    let admin = admin().await;
    let made = admin.post("/api/v1/apps", service()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.text("id");
    assert!(id.starts_with("0oa") && id.len() == 20);
    let shown = made.json();
    assert_eq!(
        shown["credentials"]["oauthClient"]["client_id"],
        id.as_str()
    );
    assert_eq!(
        shown["credentials"]["oauthClient"]["client_secret"],
        Value::Null
    );
    assert_eq!(
        shown["settings"]["oauthClient"]["application_type"],
        "service"
    );
    assert_eq!(
        shown["settings"]["oauthClient"]["jwks"]["keys"][0]["kid"],
        "tokenproof-sample"
    );

    // No scope of Okta's own is granted yet.
    let early = org_token(&admin.stage, &id, "okta.users.read").await;
    assert_eq!(
        (early.status, early.text("error").as_str()),
        (400, "consent_required")
    );
    let grants = format!("/api/v1/apps/{id}/grants");
    let issuer = admin.stage.idp.origin(Origin::Org).to_owned();
    let granted = admin
        .post(
            &grants,
            json!({ "scopeId": "okta.users.read", "issuer": issuer }),
        )
        .await;
    assert_eq!(granted.status, 201, "{}", granted.body);
    assert_eq!(
        admin.get(&grants).await.json()[0]["scopeId"],
        "okta.users.read"
    );
    admin.stage.advance(1);
    let token = org_token(&admin.stage, &id, "okta.users.read").await;
    assert_eq!(token.status, 200, "{}", token.body);
    let bearer = format!("Bearer {}", token.text("access_token"));

    // The scope is there, and the role is not.
    let refused = admin.stage.manage("/api/v1/users", &bearer).await;
    assert_eq!(
        (refused.status, refused.text("errorCode").as_str()),
        (403, "E0000006")
    );
    let roles = format!("/oauth2/v1/clients/{id}/roles");
    let given = admin
        .post(&roles, json!({ "type": "READ_ONLY_ADMIN" }))
        .await;
    assert_eq!(given.status, 201, "{}", given.body);
    assert_eq!(
        admin.stage.manage("/api/v1/users", &bearer).await.status,
        200
    );
    // Nobody is behind it.
    let me = admin.stage.manage("/api/v1/users/me", &bearer).await;
    assert_eq!(code(&me), "404 E0000007");
    let other = admin.stage.manage("/api/v1/groups", &bearer).await;
    assert_eq!((other.status, other.body.as_str()), (403, ""));
    assert!(
        other
            .header("www-authenticate")
            .unwrap()
            .contains("scope=\"okta.groups.read\"")
    );

    // Deactivated it is nobody, and then it can be deleted.
    let path = format!("/api/v1/apps/{id}");
    assert_eq!(
        code(&admin.delete(&path).await),
        "403 E0000056; The application must be deactivated before deletion."
    );
    let deactivate = format!("{path}/lifecycle/deactivate");
    assert_eq!(admin.ask(Method::POST, &deactivate, None).await.status, 200);
    assert_eq!(admin.get(&path).await.text("status"), "INACTIVE");
    assert_eq!(
        admin.stage.manage("/api/v1/users", &bearer).await.status,
        401
    );
    admin.stage.advance(1);
    assert!(org_token(&admin.stage, &id, "okta.users.read").await.status >= 400);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert!(code(&admin.get(&path).await).starts_with("404 E0000007"));
}

#[tokio::test]
async fn whoever_is_registered_may_be_an_administrator_at_once() {
    let admin = admin().await;
    let path = "/api/v1/org/settings/clientPrivilegesSetting";
    assert_eq!(
        admin.get(path).await.json()["clientPrivilegesSetting"],
        false
    );
    let set = admin
        .put(path, json!({ "clientPrivilegesSetting": true }))
        .await;
    assert_eq!(set.json()["clientPrivilegesSetting"], true);
    let id = admin.post("/api/v1/apps", service()).await.text("id");
    let roles = admin.get(&format!("/oauth2/v1/clients/{id}/roles")).await;
    assert_eq!(roles.json()[0]["type"], "SUPER_ADMIN");
}

#[tokio::test]
async fn a_web_application_is_given_secrets_that_work_at_once() {
    let admin = admin().await;
    let made = admin.post("/api/v1/apps", web()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.text("id");
    let first = made.json()["credentials"]["oauthClient"]["client_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(made.show(&admin.stage).replace(&id, "<id>").replace(&first, "<secret>"), @r#"200 {"id":"<id>","orn":"orn:okta:idp:00o1tokenproofOrg0d7:apps:oidc_client:<id>","name":"oidc_client","label":"Tasting Room","status":"ACTIVE","created":"2030-01-01T00:00:00.000Z","lastUpdated":"2030-01-01T00:00:00.000Z","accessibility":{"selfService":false,"errorRedirectUrl":null,"loginRedirectUrl":null},"visibility":{"autoLaunch":false,"autoSubmitToolbar":false,"hide":{"iOS":true,"web":true},"appLinks":{"oidc_client_link":true}},"features":[],"signOnMode":"OPENID_CONNECT","credentials":{"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"<43 characters>"},"oauthClient":{"autoKeyRotation":true,"client_id":"<id>","client_secret":"<secret>","token_endpoint_auth_method":"client_secret_post","pkce_required":false}},"settings":{"app":{},"notifications":{"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}},"oauthClient":{"client_uri":"https://tasting.example","logo_uri":null,"redirect_uris":["https://tasting.example/callback"],"response_types":["code"],"grant_types":["client_credentials","password","refresh_token"],"application_type":"web","consent_method":"TRUSTED","issuer_mode":"DYNAMIC","dpop_bound_access_tokens":false,"refresh_token":{"rotation_type":"ROTATE","leeway":5}}},"_links":{"self":{"href":"http://<org>/api/v1/apps/<id>"},"users":{"href":"http://<org>/api/v1/apps/<id>/users"},"groups":{"href":"http://<org>/api/v1/apps/<id>/groups"},"clientCredentials":{"name":"secrets","href":"http://<org>/api/v1/apps/<id>/credentials/secrets"}}}"#);
    let works = |secret: String| {
        let ask = admin.stage.app_only().with("client_id", &id);
        async move { ask.with("client_secret", &secret).send().await.status }
    };
    assert_eq!(works(first.clone()).await, 200);
    let path = format!("/api/v1/apps/{id}/credentials/secrets");
    let second = admin.ask(Method::POST, &path, None).await;
    assert_eq!(second.status, 201, "{}", second.body);
    assert_eq!(works(second.text("client_secret")).await, 200);
    assert_eq!(works(first.clone()).await, 200);
    let third = admin.ask(Method::POST, &path, None).await;
    assert!(
        code(&third).starts_with("400 E0000001; You've reached the maximum"),
        "{}",
        third.body
    );
    let old = admin.get(&path).await.json()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let old = format!("{path}/{old}");
    assert!(code(&admin.delete(&old).await).starts_with("400"));
    let deactivated = admin
        .ask(Method::POST, &format!("{old}/lifecycle/deactivate"), None)
        .await;
    assert_eq!(deactivated.text("status"), "INACTIVE");
    assert_eq!(works(first.clone()).await, 401);
    let last = format!("{path}/{}/lifecycle/deactivate", second.text("id"));
    assert!(code(&admin.ask(Method::POST, &last, None).await).starts_with("400"));
    let again = admin
        .ask(Method::POST, &format!("{old}/lifecycle/activate"), None)
        .await;
    assert_eq!(again.text("status"), "ACTIVE");
    assert_eq!(works(first.clone()).await, 200);
    admin
        .ask(Method::POST, &format!("{old}/lifecycle/deactivate"), None)
        .await;
    assert_eq!(admin.delete(&old).await.status, 204);
    assert_eq!(works(first).await, 401);
    let renewed = format!("/oauth2/v1/clients/{id}/lifecycle/newSecret");
    let renewed = admin.ask(Method::POST, &renewed, None).await;
    assert_eq!(works(renewed.text("client_secret")).await, 200);
    assert_eq!(works(second.text("client_secret")).await, 401);

    // Another label, and keys instead of secrets.
    let mut other = web();
    other["label"] = json!("Tasting Hall");
    let changed = admin.put(&format!("/api/v1/apps/{id}"), other).await;
    assert_eq!(
        (changed.text("label").as_str(), changed.text("id")),
        ("Tasting Hall", id.clone())
    );
    let keys = format!("/api/v1/apps/{id}/credentials/jwks");
    let added = admin.post(&keys, key()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    assert!(code(&admin.post(&keys, key()).await).starts_with("400 E0000001; kid:"));
    let listed = admin.get(&keys).await.json();
    assert_eq!(listed["jwks"]["keys"][0]["kid"], "tokenproof-sample");
    assert_eq!(
        admin
            .delete(&format!("{keys}/{}", added.text("id")))
            .await
            .status,
        204
    );
    assert_eq!(admin.get(&keys).await.json()["jwks"]["keys"], json!([]));
}

#[tokio::test]
async fn scopes_and_roles_are_asked_for_by_what_is_done() {
    // All at one instant: more passwords than a second takes.
    let idp = mock_idp::MockIdp::okta().limit(mock_idp::limits::LimitRule::unlimited());
    let stage = Stage::of(idp).await;
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let every = [
        "users",
        "groups",
        "apps",
        "roles",
        "appGrants",
        "apiTokens",
        "principalRateLimits",
        "rateLimits",
        "logs",
        "orgs",
    ];
    stage.idp.change_directory(|directory| {
        for area in every {
            for right in ["read", "manage", "read.self"] {
                directory.okta.applications[0]
                    .scopes
                    .push(format!("okta.{area}.{right}"));
            }
        }
    });
    let mut table = String::new();
    for (scope, method, path) in [
        ("okta.users.read", Method::GET, "/api/v1/users"),
        ("okta.users.manage", Method::GET, "/api/v1/users"),
        ("okta.users.read", Method::POST, "/api/v1/users"),
        ("okta.users.read.self", Method::GET, "/api/v1/users/me"),
        ("okta.users.read.self", Method::GET, "/api/v1/users/fay"),
        ("okta.groups.read", Method::GET, "/api/v1/users"),
        ("okta.users.manage", Method::GET, "/api/v1/users/fay/roles"),
        ("okta.roles.read", Method::GET, "/api/v1/users/fay/roles"),
        (
            "okta.apps.manage",
            Method::GET,
            "/api/v1/apps/0oa1daemonTokenPr0d7/grants",
        ),
        (
            "okta.appGrants.read",
            Method::GET,
            "/api/v1/apps/0oa1daemonTokenPr0d7/grants",
        ),
        ("okta.apiTokens.read", Method::GET, "/api/v1/api-tokens"),
        (
            "okta.apiTokens.read",
            Method::DELETE,
            "/api/v1/api-tokens/x",
        ),
        (
            "okta.rateLimits.read",
            Method::GET,
            "/api/v1/rate-limit-settings/per-client",
        ),
        ("okta.logs.read", Method::GET, "/api/v1/logs"),
        ("okta.users.manage", Method::GET, "/api/v1/volcanoes"),
    ] {
        // Four sign-ins of a user in a second are enough.
        stage.advance(1);
        let ask = stage.password().with("scope", scope).at(&url);
        let token = ask.send().await.text("access_token");
        let request = stage.http.request(
            method.clone(),
            format!("{}{path}", stage.idp.origin(Origin::Org)),
        );
        let request = match method {
            Method::POST => request.header("content-length", "0"),
            _ => request,
        };
        let answer =
            crate::answer::Answer::of(request.bearer_auth(&token).send().await.unwrap()).await;
        let asked = answer.header("www-authenticate").map(|challenge| {
            let scope = challenge.split("scope=\"").nth(1).unwrap();
            format!(" asks for {}", scope.split('"').next().unwrap())
        });
        table += &format!(
            "{scope}: {method} {path}: {}{}\n",
            code(&answer),
            asked.unwrap_or_default()
        );
    }
    insta::assert_snapshot!(table, @"
    okta.users.read: GET /api/v1/users: 200
    okta.users.manage: GET /api/v1/users: 200
    okta.users.read: POST /api/v1/users: 403 asks for okta.users.manage
    okta.users.read.self: GET /api/v1/users/me: 200
    okta.users.read.self: GET /api/v1/users/fay: 403 asks for okta.users.read
    okta.groups.read: GET /api/v1/users: 403 asks for okta.users.read
    okta.users.manage: GET /api/v1/users/fay/roles: 403 asks for okta.roles.read
    okta.roles.read: GET /api/v1/users/fay/roles: 200
    okta.apps.manage: GET /api/v1/apps/0oa1daemonTokenPr0d7/grants: 403 asks for okta.appGrants.read
    okta.appGrants.read: GET /api/v1/apps/0oa1daemonTokenPr0d7/grants: 200
    okta.apiTokens.read: GET /api/v1/api-tokens: 200
    okta.apiTokens.read: DELETE /api/v1/api-tokens/x: 403 asks for okta.apiTokens.manage
    okta.rateLimits.read: GET /api/v1/rate-limit-settings/per-client: 200
    okta.logs.read: GET /api/v1/logs: 200
    okta.users.manage: GET /api/v1/volcanoes: 403 asks for okta.volcanoes.read
    ");
}
