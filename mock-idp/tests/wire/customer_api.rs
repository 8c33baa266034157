//! A customer's API behind an Okta custom authorization server (RFC 6750).

use crate::stage::Stage;

#[tokio::test]
async fn a_live_token_is_served_until_it_ends() {
    let stage = Stage::okta().await;
    let token = stage.access_token().await;
    insta::assert_snapshot!(stage.call_api(&token).await.show(&stage), @r#"200 {"orders":[{"id":"1001","item":"tea","quantity":2}]}"#);
    stage.advance(3599);
    assert_eq!(stage.call_api(&token).await.status, 200);
    stage.advance(1);
    let answer = stage.call_api(&token).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"401 {"message":"The token has expired."}"#);
    insta::assert_snapshot!(answer.header("www-authenticate").unwrap(), @r#"Bearer realm="orders", error="invalid_token", error_description="The token has expired.""#);
}

#[tokio::test]
async fn a_token_without_the_scope_is_forbidden() {
    let stage = Stage::okta().await;
    let token = stage
        .app_only()
        .with("scope", "orders.write")
        .send()
        .await
        .text("access_token");
    let answer = stage.call_api(&token).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"403 {"message":"the token lacks a scope"}"#);
    insta::assert_snapshot!(answer.header("www-authenticate").unwrap(), @r#"Bearer realm="orders", error="insufficient_scope", scope="orders.read""#);
}

#[tokio::test]
async fn bad_tokens_and_what_the_challenge_says() {
    let stage = Stage::okta().await;
    let good = stage.access_token().await;
    let foreign = Stage::entra().await.access_token().await;
    stage.idp.revoke_access_tokens();
    let mut table = String::new();
    for (name, token) in [
        ("revoked", good.as_str()),
        ("another world's key", &foreign),
        ("garbage", "garbage"),
        ("nothing", ""),
    ] {
        let answer = stage.call_api(token).await;
        let challenge = answer.header("www-authenticate").unwrap();
        table.push_str(&format!("{name}: {} {challenge}\n", answer.status));
    }
    insta::assert_snapshot!(table, @r#"
    revoked: 401 Bearer realm="orders", error="invalid_token", error_description="The token has been revoked."
    another world's key: 401 Bearer realm="orders", error="invalid_token", error_description="The token is invalid."
    garbage: 401 Bearer realm="orders", error="invalid_token", error_description="The token is invalid."
    nothing: 401 Bearer realm="orders"
    "#);
}

#[tokio::test]
async fn an_order_is_placed_by_a_post() {
    let stage = Stage::okta().await;
    let token = stage.access_token().await;
    let answer = stage
        .post(&stage.idp.api_url(), &token, r#"{"item":"tea"}"#)
        .await;
    insta::assert_snapshot!(answer.show(&stage), @r#"201 {"id":"1002","state":"accepted"}"#);
    let answer = stage.post(&stage.idp.api_url(), "nonsense", "{}").await;
    assert_eq!(answer.status, 401);
}
