//! What Okta tells of tokens, who ends them, and who their users are.

use mock_idp::MockIdp;
use mock_idp::directory::{Directory, GrantType};
use mock_idp::journal::Origin;
use mock_idp::ledger::TokenState;

use crate::answer::Answer;
use crate::browser::{Ask, Browser, as_portal, redeem_okta};
use crate::codes::claims;
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

fn at<'s>(stage: &'s Stage, endpoint: &str, token: &str) -> TokenAsk<'s> {
    stage
        .ask("x")
        .without("grant_type")
        .at(&stage.idp.token_url().replace("/token", endpoint))
        .with("token", token)
}

fn introspect<'s>(stage: &'s Stage, token: &str) -> TokenAsk<'s> {
    at(stage, "/introspect", token)
}

async fn is_active(stage: &Stage, token: &str) -> bool {
    let answer = introspect(stage, token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    if body["active"] == false {
        assert_eq!(answer.members(), "active");
    }
    body["active"] == true
}

/// A GET of the example server's userinfo.
async fn user_info(stage: &Stage, authorization: &str) -> Answer {
    let url = stage.idp.token_url().replace("/token", "/userinfo");
    stage.get(&url, &[("authorization", authorization)]).await
}

#[tokio::test]
async fn what_is_told_of_a_token() {
    let stage = Stage::okta().await;
    let answer = stage.password().send().await;
    let (access, refresh) = (answer.text("access_token"), answer.text("refresh_token"));
    let told = introspect(&stage, &access).send().await;
    insta::assert_snapshot!(told.members(), @"active scope username exp iat sub aud iss jti token_type client_id uid");
    let body = told.json();
    assert_eq!(
        (&body["active"], &body["username"]),
        (&true.into(), &"ada@okta.example".into())
    );
    assert_eq!(body["jti"], claims(&access)["jti"]);
    assert_eq!(body["exp"], claims(&access)["exp"]);
    assert_eq!(body["uid"], "00u1adaTokenproof0d7");
    let told = introspect(&stage, &refresh)
        .with("token_type_hint", "access_token")
        .send()
        .await;
    insta::assert_snapshot!(told.members(), @"active scope username exp sub token_type client_id uid");
    let told = introspect(&stage, &answer.text("id_token")).send().await;
    insta::assert_snapshot!(told.members(), @"active username exp iat sub aud iss jti token_type client_id uid");
    let app_only = introspect(&stage, &stage.access_token().await).send().await;
    insta::assert_snapshot!(app_only.members(), @"active scope username exp iat sub aud iss jti token_type client_id");
    assert_eq!(app_only.json()["sub"], stage.idp.client_id());
    // By Basic, and for whichever application of the org.
    let batch = stage.idp.identity(1, 0, 0).unwrap();
    let by_another =
        introspect(&stage, &access).basic(&batch.client_id, batch.client_secret.reveal());
    assert_eq!(by_another.send().await.json()["active"], true);
    let public = introspect(&stage, &access)
        .without("client_secret")
        .with("client_id", "0oa2nativeTokenPr0d7");
    assert_eq!(public.send().await.json()["active"], true);
    // Of what is none, none of this server's, or no longer good, nothing is told.
    assert!(!is_active(&stage, "garbage").await);
    let elsewhere = introspect(&stage, &access).at(&stage
        .idp
        .token_url()
        .replace("/default/v1/token", "/partners/v1/introspect"));
    assert_eq!(elsewhere.send().await.body, "{\"active\":false}");
    stage.advance(3600);
    for token in [&access, &answer.text("id_token")] {
        assert!(!is_active(&stage, token).await);
    }
    assert!(is_active(&stage, &refresh).await);
    for (name, ask) in [
        ("token_missing", introspect(&stage, "")),
        (
            "client_secret_wrong",
            introspect(&stage, "x").with("client_secret", "wrong"),
        ),
        (
            "client_credentials_missing",
            introspect(&stage, "x").without("client_secret"),
        ),
        (
            "client_unknown",
            introspect(&stage, "x").with("client_id", "0oanobody"),
        ),
        (
            "E0000022",
            introspect(&stage, "x").method(reqwest::Method::GET),
        ),
    ] {
        is_as_the_ledger_says(name, &ask.send().await);
    }
    let entry = stage.idp.journal().entries().into_iter().nth(1).unwrap();
    assert_eq!(entry.presented.unwrap().state, TokenState::Live);
    assert!(entry.secrets.is_empty());
}

#[tokio::test]
async fn the_end_of_a_token() {
    let stage = Stage::okta().await;
    let revoke = |token: &str| at(&stage, "/revoke", token);
    let ended = async |token: &str| {
        let answer = revoke(token).send().await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    };
    let answer = stage.password().send().await;
    let (access, refresh) = (answer.text("access_token"), answer.text("refresh_token"));
    // An access token ends alone.
    ended(&access).await;
    assert!(!is_active(&stage, &access).await);
    assert_eq!(stage.call_api(&access).await.status, 401);
    let renewed = stage.refresh(&refresh).send().await;
    assert_eq!(renewed.status, 200);
    // A refresh token takes with it what came of it.
    let access = renewed.text("access_token");
    assert_eq!(stage.call_api(&access).await.status, 200);
    ended(&refresh).await;
    assert_eq!(stage.call_api(&access).await.status, 401);
    is_as_the_ledger_says(
        "refresh_token_invalid",
        &stage.refresh(&refresh).send().await,
    );
    // Whatever is shown, the answer is the same; another's token is left alone.
    ended("garbage").await;
    ended(&refresh).await;
    let code = Browser::new(&stage)
        .signed_in(&Ask::okta(&stage))
        .await
        .code();
    let others = redeem_okta(&stage, &code)
        .send()
        .await
        .text("refresh_token");
    ended(&others).await;
    assert_eq!(as_portal(stage.refresh(&others)).send().await.status, 200);
    is_as_the_ledger_says("token_missing", &revoke("").send().await);
    is_as_the_ledger_says(
        "client_secret_wrong",
        &revoke(&refresh).with("client_secret", "wrong").send().await,
    );
}

#[tokio::test]
async fn who_the_user_is() {
    let stage = Stage::okta().await;
    let token = async |scope: &str| {
        let answer = stage.password().with("scope", scope).send().await;
        answer.text("access_token")
    };
    let all = token("openid profile email").await;
    let answer = user_info(&stage, &format!("Bearer {all}")).await;
    insta::assert_snapshot!(answer.body, @r#"{"sub":"00u1adaTokenproof0d7","name":"Ada Okafor","locale":"en_US","email":"ada@okta.example","preferred_username":"ada@okta.example","given_name":"Ada","family_name":"Okafor","zoneinfo":"America/Los_Angeles","updated_at":1705309200,"email_verified":true}"#);
    let url = stage.idp.token_url().replace("/token", "/userinfo");
    let posted = stage.post(&url, &all, "").await;
    assert_eq!(posted.body, answer.body);
    let bare = user_info(&stage, &format!("Bearer {}", token("openid").await)).await;
    assert_eq!(bare.body, "{\"sub\":\"00u1adaTokenproof0d7\"}");
    let app_only = stage.access_token().await;
    for (name, authorization) in [
        ("access_token_missing", String::new()),
        ("token_invalid", "Bearer garbage".to_owned()),
        ("insufficient_scope", format!("Bearer {app_only}")),
        (
            "insufficient_scope",
            format!("Bearer {}", token("orders.read").await),
        ),
    ] {
        let answer = user_info(&stage, &authorization).await;
        is_as_the_ledger_says(name, &answer);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("scope=\"openid\""), "{challenge}");
    }
    let in_query = stage.get(&format!("{url}?access_token={all}"), &[]).await;
    is_as_the_ledger_says("access_token_in_query", &in_query);
    let in_query = format!("{}?access_token={all}", stage.idp.api_url());
    assert_eq!(stage.get(&in_query, &[]).await.status, 400);
    let elsewhere = stage
        .idp
        .token_url()
        .replace("/default/v1/token", "/partners/v1/userinfo");
    let answer = stage.get_with(&elsewhere, &all).await;
    is_as_the_ledger_says("token_not_for_okta", &answer);
    stage.idp.revoke_access_tokens();
    is_as_the_ledger_says(
        "token_revoked",
        &user_info(&stage, &format!("Bearer {all}")).await,
    );
    stage.advance(3600);
    is_as_the_ledger_says(
        "token_expired",
        &user_info(&stage, &format!("Bearer {all}")).await,
    );
}

/// What a user has allowed holds for as long as it is not taken back.
#[tokio::test]
async fn consent_is_looked_at_again_with_every_refresh() {
    let mut directory = Directory::default();
    let portal = directory
        .okta
        .applications
        .iter_mut()
        .find(|application| application.grants.contains(&GrantType::AuthorizationCode))
        .unwrap();
    portal.consent_required = true;
    portal.scopes.clear();
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let mut browser = Browser::new(&stage);
    browser.ask(&Ask::okta(&stage)).await;
    let sent = stage
        .idp
        .approve_authorization(1, "ada@okta.example")
        .unwrap();
    let code = crate::browser::sent_to(&sent.url).code();
    let refresh = redeem_okta(&stage, &code)
        .send()
        .await
        .text("refresh_token");
    assert_eq!(as_portal(stage.refresh(&refresh)).send().await.status, 200);
    let scopes = ["orders.read".to_owned()];
    stage
        .idp
        .withdraw_consent(crate::browser::ORDERS_PORTAL, &scopes, &[]);
    let refused = as_portal(stage.refresh(&refresh)).send().await;
    is_as_the_ledger_says("scopes_not_granted", &refused);
}

/// An administrator rotates the keys of a custom server: what comes next is known before it signs.
#[tokio::test]
async fn keys_are_rotated_over_the_api() {
    let stage = Stage::okta().await;
    let org = stage.idp.origin(Origin::Org);
    let base = format!("{org}/api/v1/authorizationServers/default/credentials");
    let ssws = "SSWS 00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb";
    let keys = async || {
        let answer = stage
            .get(&format!("{base}/keys"), &[("authorization", ssws)])
            .await;
        let body = answer.json();
        let list = body.as_array().unwrap().iter();
        let told = |key: &serde_json::Value, name: &str| key[name].as_str().unwrap().to_owned();
        let list: Vec<(String, String)> = list
            .map(|key| (told(key, "status"), told(key, "kid")))
            .collect();
        list
    };
    let before = keys().await;
    let stages: Vec<&str> = before.iter().map(|(status, _)| status.as_str()).collect();
    assert_eq!(stages, ["ACTIVE", "NEXT"]);
    let rotate = |body: &'static str| {
        stage
            .http
            .post(format!("{base}/lifecycle/keyRotate"))
            .header("authorization", ssws)
            .header("content-type", "application/json")
            .body(body)
    };
    let old = stage.access_token().await;
    let answer = Answer::of(rotate("{\"use\":\"sig\"}").send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let after = keys().await;
    let stages: Vec<&str> = after.iter().map(|(status, _)| status.as_str()).collect();
    assert_eq!(stages, ["EXPIRED", "ACTIVE", "NEXT"]);
    assert_eq!((&after[0].1, &after[1].1), (&before[0].1, &before[1].1));
    let new = stage.access_token().await;
    assert_eq!(stage.call_api(&old).await.status, 200);
    assert_eq!(stage.call_api(&new).await.status, 200);
    let published = stage.get(&stage.idp.jwks_url(), &[]).await.json();
    assert_eq!(published["keys"].as_array().unwrap().len(), 3);
    for (name, body) in [
        ("E0000003", "garbage"),
        ("E0000001", "{\"use\":\"enc\"}"),
        ("E0000001", "[]"),
    ] {
        let answer = Answer::of(rotate(body).send().await.unwrap()).await;
        assert_eq!(
            (answer.status, answer.text("errorCode").as_str()),
            (400, name)
        );
    }
    for path in ["/keys/nobody", "/nowhere"] {
        let answer = stage
            .get(&format!("{base}{path}"), &[("authorization", ssws)])
            .await;
        assert_eq!(answer.status, 404);
    }
    let one = format!("{base}/keys/{}", after[1].1);
    let answer = stage.get(&one, &[("authorization", ssws)]).await;
    assert_eq!(answer.json()["status"], "ACTIVE");
    // Keys and documents may be read for an application that there is.
    for url in [
        stage.idp.jwks_url(),
        format!("{}/.well-known/openid-configuration", stage.idp.issuer()),
    ] {
        let known = format!("{url}?client_id={}", stage.idp.client_id());
        assert_eq!(stage.get(&known, &[]).await.status, 200);
        let unknown = stage.get(&format!("{url}?client_id=0oanobody"), &[]).await;
        is_as_the_ledger_says("client_unknown", &unknown);
    }
}

/// Scripts of a page to which users are sent back may ask and read; others may not.
#[tokio::test]
async fn a_script_of_a_known_page_may_ask() {
    let stage = Stage::okta().await;
    let preflight = async |origin: &str| {
        stage
            .app_only()
            .method(reqwest::Method::OPTIONS)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "dpop")
            .send()
            .await
    };
    let answer = preflight("https://portal.okta.example").await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    for (name, value) in [
        ("access-control-allow-origin", "https://portal.okta.example"),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "dpop"),
        ("access-control-max-age", "3600"),
        ("vary", "Origin"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    for origin in [
        "https://portal.okta",
        "https://portal.okta.example.evil",
        "null",
        "",
    ] {
        let answer = preflight(origin).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (204, None)
        );
    }
    let answer = stage
        .app_only()
        .header("origin", "https://portal.okta.example")
        .send()
        .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://portal.okta.example")
    );
}
