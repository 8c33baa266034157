//! Who an endpoint belongs to: tenants by name, paths by case, one Okta server's token at another.

use mock_idp::MockIdp;
use mock_idp::directory::Directory;
use mock_idp::journal::Origin;

use crate::stage::Stage;

#[tokio::test]
async fn entra_paths_have_no_case() {
    let stage = Stage::entra().await;
    let url = stage
        .idp
        .token_url()
        .replace("/oauth2/v2.0/token", "/oAuth2/V2.0/Token");
    let answer = stage.app_only().at(&url).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let upper = stage.idp.tenant().to_uppercase();
    let url = stage.idp.token_url().replace(&stage.idp.tenant(), &upper);
    assert_eq!(stage.app_only().at(&url).send().await.status, 200);
}

#[tokio::test]
async fn an_entra_tenant_is_known_by_its_domain() {
    let stage = Stage::entra().await;
    let url = stage
        .idp
        .token_url()
        .replace(&stage.idp.tenant(), "Contoso.example");
    let answer = stage.app_only().at(&url).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // The token names the tenant by its id all the same.
    let token = answer.text("access_token");
    assert_eq!(stage.call_api(&token).await.status, 200);
    let facts = stage.idp.tokens();
    assert_eq!(facts[0].issuer, stage.idp.tenant());
    assert_eq!(
        stage.last_token_request().issuer.as_deref(),
        Some("Contoso.example")
    );
}

#[tokio::test]
async fn query_and_body_are_one_request() {
    let okta = Stage::okta().await;
    // Okta's Python SDK 2 sends these two in the query.
    let answer = okta
        .ask("client_credentials")
        .without("grant_type")
        .query("grant_type=client_credentials&scope=orders.read")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let entra = Stage::entra().await;
    let answer = entra
        .app_only()
        .without("scope")
        .query("scope=https%3A%2F%2Fgraph.microsoft.com%2F.default")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // The body wins.
    let answer = entra
        .app_only()
        .query("grant_type=password&client_id=someone")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn what_a_grant_does_not_know_is_ignored() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let answer = stage
            .app_only()
            .with("x-client-SKU", "msal.js.node")
            .with("allow_redirects", "True")
            .with(
                "claims",
                r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#,
            )
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// A second custom server beside `default`, with the same audience.
fn two_servers() -> Directory {
    let text = include_str!("../../src/directory/default.yaml").replace(
        "  applications:\n    - id: 0oa1",
        "    - id: aus2other\n      audience: api://default\n      scopes: [orders.read]\n      default_scopes: [orders.read]\n  applications:\n    - id: 0oa1",
    );
    Directory::from_yaml(&text).unwrap()
}

#[tokio::test]
async fn one_okta_servers_refresh_token_is_unknown_to_another() {
    let stage = Stage::of(MockIdp::okta().directory(two_servers())).await;
    let token = stage.password().send().await.text("refresh_token");
    let org = stage.idp.origin(Origin::Org).to_owned();
    for other in ["/oauth2/aus2other/v1/token", "/oauth2/v1/token"] {
        let url = format!("{org}{other}");
        let answer = stage.refresh(&token).at(&url).send().await;
        assert_eq!(
            answer.text("error_description"),
            "The refresh token is invalid or expired."
        );
    }
    assert_eq!(stage.refresh(&token).send().await.status, 200);
}

#[tokio::test]
async fn a_custom_servers_access_token_is_not_meant_for_okta() {
    let stage = Stage::okta().await;
    let token = stage.access_token().await;
    let answer = stage
        .manage("/api/v1/users", &format!("Bearer {token}"))
        .await;
    insta::assert_snapshot!(answer.show_headers(&stage), @r#"
    401
    www-authenticate: Bearer authorization_uri="http://<org>/oauth2/v1/authorize", realm="http://<org>", scope="okta.users.read", error="invalid_token", error_description="The access token provided is not intended for Okta.", resource="/api/v1/users"
    access-control-expose-headers: WWW-Authenticate
    server: nginx
    strict-transport-security: max-age=315360000; includeSubDomains
    accept-ch: Sec-CH-UA-Platform-Version
    p3p: CP="HONK"
    referrer-policy: strict-origin-when-cross-origin
    x-content-type-options: nosniff
    x-okta-request-id: <32 hex>
    x-xss-protection: 0
    cache-control: no-cache, no-store
    pragma: no-cache
    expires: 0
    x-rate-limit-limit: 300
    x-rate-limit-remaining: 299
    x-rate-limit-reset: 1893456060
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: <length>
    "#);
    assert_eq!(answer.body, "");
}

#[tokio::test]
async fn the_orgs_access_token_is_not_meant_for_a_customers_api() {
    let stage = Stage::okta().await;
    let org = stage.idp.origin(Origin::Org).to_owned();
    let token = stage
        .password()
        .with("scope", "okta.users.read")
        .at(&format!("{org}/oauth2/v1/token"))
        .send()
        .await
        .text("access_token");
    assert_eq!(
        stage
            .manage("/api/v1/users", &format!("Bearer {token}"))
            .await
            .status,
        200
    );
    let answer = stage.call_api(&token).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"401 {"message":"The token comes from another issuer."}"#);
}
