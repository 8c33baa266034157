//! Okta's errors that follow from what an administrator has set: policies, network zones, sign-on, servers and keys.

use mock_idp::directory::{
    AccessPolicy, ClientAuthMethod, Directory, GrantType, Lifetimes, NetworkZone, TokenNetwork,
};
use serde_json::json;

use crate::asserted::{KEY, ask, claims, rs256, with};
use crate::browser::{Ask, as_portal};
use crate::okta_authorize::{refused, tells};
use crate::okta_codes::{each, with_directory};
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::okta_users::{admin, code};
use crate::stage::Stage;

fn policy(name: &str, grants: &[GrantType], denied: &[&str]) -> AccessPolicy {
    AccessPolicy {
        name: name.to_owned(),
        clients: Vec::new(),
        grants: grants.to_vec(),
        scopes: Vec::new(),
        denied_scopes: denied.iter().map(|scope| (*scope).to_owned()).collect(),
        lifetimes: Lifetimes::default(),
    }
}

#[tokio::test]
async fn policies_deny_scopes() {
    let stage = with_directory(|directory| {
        let people = [GrantType::Password, GrantType::AuthorizationCode];
        let machines = [GrantType::ClientCredentials];
        // A refresh goes on under the first.
        directory.okta.authorization_servers[0].policies = vec![
            policy("people", &people, &["orders.read", "email"]),
            policy("machines", &machines, &["orders.write"]),
        ];
    })
    .await;
    each(vec![
        (
            "all_scopes_rejected",
            stage.app_only().with("scope", "orders.write"),
        ),
        (
            "some_scopes_denied",
            stage.app_only().with("scope", "orders.read orders.write"),
        ),
        ("some_scopes_denied", stage.password()),
    ])
    .await;
    assert_eq!(stage.app_only().send().await.status, 200);
    let both = stage
        .password()
        .with("scope", "openid orders.read email")
        .send()
        .await;
    insta::assert_snapshot!(both.text("error_description"), @"Some of the requested scopes were denied by the policy. Denied scopes: [orders.read, email].");
    // The client of a browser is told where it is waited for.
    tells(
        "all_scopes_rejected",
        &refused(&stage, &Ask::okta(&stage).with("scope", "orders.read")).await,
    );
    let fine = stage.password().with("scope", "openid offline_access");
    let refresh = fine.send().await.text("refresh_token");
    // What is set meanwhile holds for a refresh.
    stage.idp.change_directory(|directory| {
        directory.okta.authorization_servers[0].policies[0].denied_scopes =
            vec!["offline_access".to_owned()];
    });
    is_as_the_ledger_says("some_scopes_denied", &stage.refresh(&refresh).send().await);
}

/// A directory with the office, where this test is not, and the lab, where it is.
fn with_zones() -> Directory {
    let zone = |id: &str, addresses: &str| NetworkZone {
        id: id.to_owned(),
        name: id.to_owned(),
        gateways: vec![addresses.parse().unwrap()],
    };
    let mut directory = Directory::default();
    directory.okta.network_zones = vec![
        zone("nzoOffice", "203.0.113.0/24"),
        zone("nzoLab", "127.0.0.0/8"),
    ];
    directory
}

#[tokio::test]
async fn an_application_is_for_its_network_zones() {
    let network = |include: &[&str], exclude: &[&str]| {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        TokenNetwork {
            include: ids(include),
            exclude: ids(exclude),
        }
    };
    for (network, is_let_in) in [
        (network(&["nzoOffice"], &[]), false),
        (network(&[], &["nzoLab"]), false),
        (network(&["nzoLab", "nzoOffice"], &[]), true),
        (network(&[], &["nzoOffice"]), true),
    ] {
        let stage = with_directory(|directory| {
            *directory = with_zones();
            directory.okta.applications[0].okta.network = network;
        })
        .await;
        let answer = stage.app_only().send().await;
        if is_let_in {
            assert_eq!(answer.status, 200);
            continue;
        }
        is_as_the_ledger_says("network_zone_denied", &answer);
        // A wrong secret is the more telling error.
        let wrong = stage.app_only().with("client_secret", "wrong").send().await;
        is_as_the_ledger_says("client_secret_wrong", &wrong);
        let url = stage.idp.token_url().replace("/token", "/introspect");
        let introspected = stage.app_only().at(&url).with("token", "x").send().await;
        is_as_the_ledger_says("network_zone_denied", &introspected);
        // Another application is none of its business.
        let portal = as_portal(stage.refresh("nobody's")).send().await;
        is_as_the_ledger_says("refresh_token_invalid", &portal);
    }
}

#[tokio::test]
async fn a_network_is_set_by_the_api() {
    let mut directory = with_zones();
    directory.okta.applications[0].okta.application_type = None;
    let admin = crate::okta_users::Admin::of(
        Stage::of(mock_idp::MockIdp::okta().directory(directory)).await,
    )
    .await;
    let app = |network: serde_json::Value| {
        json!({
            "name": "oidc_client", "label": "Orders Daemon", "signOnMode": "OPENID_CONNECT",
            "settings": { "oauthClient": {
                "application_type": "web", "grant_types": ["client_credentials"], "network": network,
            } },
        })
    };
    let path = "/api/v1/apps/0oa1daemonTokenPr0d7";
    let office = json!({ "connection": "ZONE", "include": ["nzoOffice"] });
    let set = admin.put(path, app(office.clone())).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let shown = &set.json()["settings"]["oauthClient"]["network"];
    assert_eq!(
        *shown,
        json!({ "connection": "ZONE", "include": ["nzoOffice"], "exclude": [] })
    );
    let refused = admin.stage.app_only().send().await;
    is_as_the_ledger_says("network_zone_denied", &refused);
    let nowhere = json!({ "connection": "ZONE", "include": ["nzoNowhere"] });
    insta::assert_snapshot!(code(&admin.put(path, app(nowhere)).await), @"400 E0000001; include: Invalid network zone");
    let anywhere = json!({ "connection": "ANYWHERE" });
    assert_eq!(admin.put(path, app(anywhere)).await.status, 200);
    assert_eq!(admin.stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn a_sign_on_policy_refuses_passwords() {
    let stage = with_directory(|directory| {
        directory.okta.applications[0].okta.passwords_denied = true;
    })
    .await;
    let wrong = stage.password().with("password", "wrong");
    each(vec![
        ("password_auth_denied_policy", stage.password()),
        ("credentials_wrong", wrong),
    ])
    .await;
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_not_active_gives_nothing() {
    let admin = admin().await;
    let stage = &admin.stage;
    let token = stage.access_token().await;
    let of = |action: &str| format!("/api/v1/authorizationServers/default/lifecycle/{action}");
    assert_eq!(admin.post(&of("deactivate"), json!({})).await.status, 204);
    let at = |what: &str| stage.idp.token_url().replace("/token", what);
    each(vec![
        ("authorization_server_invalid", stage.app_only()),
        (
            "authorization_server_invalid",
            stage
                .app_only()
                .at(&at("/introspect"))
                .with("token", &token),
        ),
        (
            "authorization_server_invalid",
            as_portal(stage.ask("x")).at(&at("/par")),
        ),
    ])
    .await;
    for url in [
        at("/keys"),
        at("/authorize"),
        stage
            .idp
            .token_url()
            .replace("/v1/token", "/.well-known/openid-configuration"),
    ] {
        is_as_the_ledger_says("authorization_server_invalid", &stage.get(&url, &[]).await);
    }
    let partners = stage.idp.token_url().replace("/default/", "/partners/");
    assert_eq!(stage.app_only().at(&partners).send().await.status, 200);
    let path = "/api/v1/authorizationServers/default";
    assert_eq!(admin.get(path).await.json()["status"], "INACTIVE");
    assert_eq!(admin.post(&of("activate"), json!({})).await.status, 204);
    assert_eq!(stage.app_only().send().await.status, 200);
    insta::assert_snapshot!(admin.get(path).await.show(stage), @r#"200 {"id":"default","name":"default","description":null,"audiences":["api://default"],"issuer":"http://<org>/oauth2/default","issuerMode":"DYNAMIC","status":"ACTIVE","created":"2024-01-15T09:00:00.000Z","lastUpdated":"2024-01-15T09:00:00.000Z","credentials":{"signing":{"rotationMode":"AUTO","kid":"<43 characters>","use":"sig"}},"_links":{"self":{"href":"http://<org>/api/v1/authorizationServers/default","hints":{"allow":["GET"]}},"rotateKey":[{"name":"rotateKey","href":"http://<org>/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate","hints":{"allow":["POST"]}}]}}"#);
    let all = admin.get("/api/v1/authorizationServers?limit=1").await;
    assert_eq!(all.json().as_array().unwrap().len(), 1);
    assert_eq!(all.all("link").len(), 2);
    let mut told = String::new();
    for (method, path) in [
        (http::Method::GET, "/api/v1/authorizationServers/nowhere"),
        (
            http::Method::POST,
            "/api/v1/authorizationServers/nowhere/lifecycle/activate",
        ),
        (
            http::Method::GET,
            "/api/v1/authorizationServers/default/lifecycle/activate",
        ),
        (
            http::Method::POST,
            "/api/v1/authorizationServers/default/lifecycle/melt",
        ),
        (http::Method::DELETE, "/api/v1/authorizationServers/default"),
    ] {
        let answer = admin.ask(method.clone(), path, Some(json!({}))).await;
        told.push_str(&format!("{method} {path}: {}\n", code(&answer)));
    }
    insta::assert_snapshot!(told, @"
    GET /api/v1/authorizationServers/nowhere: 404 E0000007
    POST /api/v1/authorizationServers/nowhere/lifecycle/activate: 404 E0000007
    GET /api/v1/authorizationServers/default/lifecycle/activate: 405 E0000022
    POST /api/v1/authorizationServers/default/lifecycle/melt: 404 E0000008
    DELETE /api/v1/authorizationServers/default: 405 E0000022
    ");
}

#[tokio::test]
async fn nothing_is_fetched_from_a_jwks_uri() {
    let uri = "https://keys.example/jwks.json";
    let set = |with_keys: bool| {
        with(mock_idp::Provider::Okta, move |application| {
            application.okta.jwks_uri = Some(uri.to_owned());
            application.okta.auth_method = Some(ClientAuthMethod::PrivateKeyJwt);
            if with_keys {
                application.jwks.keys = vec![crate::asserted::jwk(KEY, None)];
            }
        })
    };
    let silent = set(false).await;
    let assertion = rs256(
        KEY,
        &json!({ "alg": "RS256" }),
        &claims(&silent, &json!({})),
    );
    is_as_the_ledger_says(
        "jwks_uri_unreachable",
        &ask(&silent, &assertion).send().await,
    );
    let known = set(true).await;
    let assertion = rs256(KEY, &json!({ "alg": "RS256" }), &claims(&known, &json!({})));
    assert_eq!(ask(&known, &assertion).send().await.status, 200);

    // Registered so, an application shows where its keys are.
    let admin = admin().await;
    let mut app = crate::okta_apps::service();
    let client = &mut app["settings"]["oauthClient"];
    client["jwks_uri"] = json!(uri);
    client.as_object_mut().unwrap().shift_remove("jwks");
    let made = admin.post("/api/v1/apps", app.clone()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let shown = &made.json()["settings"]["oauthClient"];
    assert_eq!(
        (&shown["jwks_uri"], &shown["jwks"]),
        (&json!(uri), &json!(null))
    );
    app["settings"]["oauthClient"]["jwks_uri"] = json!("ftp://keys.example");
    insta::assert_snapshot!(code(&admin.post("/api/v1/apps", app).await), @"400 E0000001; jwks_uri: Invalid URI");
}
