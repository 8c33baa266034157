//! A Graph-shaped resource: what it makes of the tokens it is shown.

use mock_idp::journal::Origin;
use mock_idp::ledger::TokenState;

use crate::stage::Stage;

#[tokio::test]
async fn a_live_token_lists_users() {
    let stage = Stage::entra().await;
    let token = stage.access_token().await;
    let answer = stage.call_api(&token).await;
    assert_eq!(answer.status, 200);
    insta::assert_snapshot!(answer.members(), @"@odata.context value");
    let presented = stage.last_entry().presented.unwrap();
    assert_eq!(presented.state, TokenState::Live);
    assert_eq!(presented.token, stage.idp.label_of(&token));
    assert_eq!(presented.seconds_left, Some(3600));
}

#[tokio::test]
async fn a_token_ends_on_the_clock() {
    let stage = Stage::entra().await;
    let token = stage.access_token().await;
    stage.advance(3599);
    assert_eq!(stage.call_api(&token).await.status, 200);
    stage.advance(1);
    let answer = stage.call_api(&token).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"401 {"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired.","innerError":{"date":"2030-01-01T01:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    insta::assert_snapshot!(crate::answer::stable(&stage.idp, answer.header("www-authenticate").unwrap()), @r#"Bearer realm="", authorization_uri="http://<login>/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000""#);
    assert_eq!(
        stage.last_entry().presented.unwrap().state,
        TokenState::Expired
    );
}

#[tokio::test]
async fn a_token_is_not_valid_before_its_time() {
    let stage = Stage::entra().await;
    let token = stage.access_token().await;
    // Tokens are back-dated by five minutes.
    stage.clock.set("2029-12-31T23:54:59Z".parse().unwrap());
    let answer = stage.call_api(&token).await;
    assert_eq!(answer.status, 401);
    insta::assert_snapshot!(answer.json()["error"]["message"], @r#""Access token has expired or is not yet valid.""#);
}

#[tokio::test]
async fn every_bad_token_is_told_apart() {
    let stage = Stage::entra().await;
    let other = Stage::okta().await;
    let good = stage.access_token().await;
    let (signed, _) = good.rsplit_once('.').unwrap();
    let orders = stage
        .app_only()
        .with("scope", "api://contoso-orders/.default")
        .send()
        .await
        .text("access_token");
    let mut table = String::new();
    for (name, authorization) in [
        ("no scheme", good.clone()),
        ("basic", "Basic YTpi".to_owned()),
        ("empty", "Bearer ".to_owned()),
        ("not a token", "Bearer abc".to_owned()),
        ("three parts of nothing", "Bearer a.b.c".to_owned()),
        (
            "another world's key",
            format!("Bearer {}", other.access_token().await),
        ),
        (
            "another token's signature",
            format!("Bearer {signed}.{}", orders.rsplit_once('.').unwrap().1),
        ),
        ("alg none", format!("Bearer {}", unsigned(&good))),
        ("another audience", format!("Bearer {orders}")),
    ] {
        let answer = stage
            .get(&stage.idp.api_url(), &[("authorization", &authorization)])
            .await;
        let error = &answer.json()["error"];
        table.push_str(&format!(
            "{name}: {} {} {}\n",
            answer.status, error["code"], error["message"]
        ));
    }
    let answer = stage.get(&stage.idp.api_url(), &[]).await;
    table.push_str(&format!(
        "none: {} {}",
        answer.status,
        answer.json()["error"]["message"]
    ));
    insta::assert_snapshot!(table, @r#"
    no scheme: 401 "InvalidAuthenticationToken" "Access token is empty."
    basic: 401 "InvalidAuthenticationToken" "Access token is empty."
    empty: 401 "InvalidAuthenticationToken" "Access token is empty."
    not a token: 401 "InvalidAuthenticationToken" "CompactToken parsing failed with error code: 80049217"
    three parts of nothing: 401 "InvalidAuthenticationToken" "CompactToken parsing failed with error code: 80049217"
    another world's key: 401 "InvalidAuthenticationToken" "Access token validation failure. Invalid signature."
    another token's signature: 401 "InvalidAuthenticationToken" "Access token validation failure. Invalid signature."
    alg none: 401 "InvalidAuthenticationToken" "Access token validation failure. Invalid signature."
    another audience: 401 "InvalidAuthenticationToken" "Access token validation failure. Invalid audience."
    none: 401 "Access token is empty."
    "#);
}

/// The same claims under `alg: none` with the signature left out (RFC 7519 section 6).
fn unsigned(token: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let parts: Vec<&str> = token.split('.').collect();
    let header = URL_SAFE_NO_PAD.decode(parts[0]).unwrap();
    let header = String::from_utf8(header).unwrap().replace("RS256", "none");
    format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), parts[1])
}

#[tokio::test]
async fn a_revoked_token_is_refused() {
    let stage = Stage::entra().await;
    let token = stage.access_token().await;
    stage.idp.revoke_access_tokens();
    let answer = stage.call_api(&token).await;
    assert_eq!(answer.status, 401);
    insta::assert_snapshot!(answer.json()["error"]["message"], @r#""Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp""#);
    assert_eq!(
        stage.last_entry().presented.unwrap().state,
        TokenState::Revoked
    );
    let fresh = stage.access_token().await;
    assert_eq!(stage.call_api(&fresh).await.status, 200);
}

#[tokio::test]
async fn reading_users_takes_a_permission_that_a_user_token_may_lack() {
    let stage = Stage::entra().await;
    let token = stage
        .password()
        .with("scope", "User.Read")
        .send()
        .await
        .text("access_token");
    let answer = stage.call_api(&token).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"403 {"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    let me = format!("{}/v1.0/me", stage.idp.origin(Origin::Graph));
    let bearer = format!("Bearer {token}");
    let answer = stage.get(&me, &[("authorization", &bearer)]).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"200 {"@odata.context":"http://<graph>/v1.0/$metadata#users/$entity","businessPhones":[],"displayName":"Ada Okafor","givenName":"Ada","jobTitle":null,"mail":"ada@contoso.example","mobilePhone":null,"officeLocation":null,"preferredLanguage":null,"surname":"Okafor","userPrincipalName":"ada@contoso.example","id":"<guid>"}"#);
    let app = format!("Bearer {}", stage.access_token().await);
    let answer = stage.get(&me, &[("authorization", &app)]).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn one_user_by_id_and_by_name() {
    let stage = Stage::entra().await;
    let bearer = format!("Bearer {}", stage.access_token().await);
    let users = stage.idp.api_url();
    for (id, status) in [
        ("ada@contoso.example", 200),
        ("5d4c3b2a-1f0e-4d9c-8b7a-695847362514", 200),
        ("nobody@contoso.example", 404),
    ] {
        let answer = stage
            .get(&format!("{users}/{id}"), &[("authorization", &bearer)])
            .await;
        assert_eq!(answer.status, status, "{id}");
    }
}

#[tokio::test]
async fn mail_is_sent_by_a_post() {
    let stage = Stage::entra().await;
    let identity = stage.idp.identity(0, 0, 0).unwrap();
    let own = stage.access_token().await;
    let for_user = stage
        .password_as(&identity)
        .send()
        .await
        .text("access_token");
    const MAIL: &str = r#"{"message":{"subject":"tea"}}"#;
    let answer = stage.post(&identity.post_api_url, &own, MAIL).await;
    insta::assert_snapshot!(answer.show_headers(&stage), @r#"
    202
    strict-transport-security: max-age=31536000
    request-id: <guid>
    client-request-id: <guid>
    x-ms-ags-diagnostic: {"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"003","RoleInstance":"AM1PEPF00000001"}}
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: <length>
    "#);
    assert_eq!(answer.body, "");
    let answer = stage
        .post(&identity.user_post_api_url, &for_user, MAIL)
        .await;
    assert_eq!(answer.status, 202);
    // There is no `me` without a user, no mailbox without an owner, and nothing to read.
    let answer = stage.post(&identity.user_post_api_url, &own, MAIL).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    let nobody = identity
        .post_api_url
        .replace(&identity.user_id, "nobody@contoso.example");
    assert_eq!(stage.post(&nobody, &own, MAIL).await.status, 404);
    assert_eq!(
        stage.get_with(&identity.post_api_url, &own).await.status,
        400
    );
    assert_eq!(
        stage
            .post(&identity.post_api_url, "nonsense", MAIL)
            .await
            .status,
        401
    );
    let reader = stage.password().with("scope", "User.Read").send().await;
    let reader = reader.text("access_token");
    let answer = stage.post(&identity.user_post_api_url, &reader, MAIL).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
}
