//! Claims challenges of a resource (Microsoft, continuous access evaluation).

use crate::error::Misuse;
use crate::testkit::{Reply, Stage, shown};
use crate::{Error, GrantSource, Secret};

const NBF: &str =
    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYzNTUyNzc5MCJ9fX0=";

fn challenged_with(claims: &str) -> Reply {
    let challenge = format!(
        r#"Bearer realm="", authorization_uri="https://id.example/authorize", error="insufficient_claims", claims="{claims}""#
    );
    Reply::body(401, "").with("www-authenticate", &challenge)
}

fn challenged() -> Reply {
    challenged_with(NBF)
}

fn ok() -> Reply {
    Reply::body(200, "{}")
}

fn stage(grant: GrantSource) -> Stage {
    Stage::new(grant, |builder| builder.client_capabilities(["CP1"]))
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_the_call_repeated() {
    let stage = stage(GrantSource::ClientCredentials);
    stage.script.tokens([Reply::hour()]);
    stage.script.api([challenged(), ok()]);
    assert_eq!(stage.call().await, "200");
    assert_eq!(stage.token().await, "AT2");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=client_credentials&scope=api&claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT1
    0.000 POST grant_type=client_credentials&scope=api&claims=%7B%22access_token%22%3A%7B%22nbf%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%221635527790%22%7D%2C%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT2
    ");
}

#[tokio::test]
async fn a_second_challenge_goes_to_the_caller() {
    let stage = stage(GrantSource::ClientCredentials);
    stage.script.tokens([Reply::hour()]);
    stage.script.api([challenged()]);
    insta::assert_snapshot!(stage.call().await, @"interaction_required: GET https://api.example/things answered 401, insufficient_claims");
    assert_eq!(stage.script.token_count(), 2);
}

#[tokio::test]
async fn a_revoked_refresh_token_leaves_the_claims_to_the_next_sign_in() {
    let stage = stage(GrantSource::RefreshToken(Secret::new("RT1")));
    stage.script.tokens([
        Reply::hour(),
        Reply::body(400, r#"{"error":"invalid_grant","suberror":"bad_token"}"#),
    ]);
    stage.script.api([challenged()]);
    let request = http::Request::get(crate::testkit::API_URL)
        .body(bytes::Bytes::new())
        .unwrap();
    let error = stage
        .run(|client| async move { client.call(request).await })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ClaimsChallenge(_)), "{error}");
    assert!(error.claims().unwrap().contains("1635527790"));
    insta::assert_snapshot!(stage.token().await, @"reauth_required: token endpoint refused the refresh_token grant with status 400, invalid_grant (bad_token)");
    assert_eq!(stage.script.token_count(), 2);
}

#[tokio::test]
async fn a_revoked_refresh_token_falls_back_to_the_password_with_the_claims() {
    let ann = GrantSource::Password {
        username: "ann".to_owned(),
        password: Secret::new("pw"),
    };
    let stage = stage(ann);
    stage.script.tokens([
        Reply::token(r#","expires_in":3600,"refresh_token":"RT1""#),
        Reply::body(400, r#"{"error":"invalid_grant","suberror":"bad_token"}"#),
        Reply::hour(),
    ]);
    stage.script.api([challenged(), ok()]);
    assert_eq!(stage.call().await, "200");
    let log = stage.script.log();
    let grants: Vec<_> = log
        .lines()
        .map(|line| line.split("&claims").next().unwrap())
        .collect();
    insta::assert_snapshot!(grants.join("\n"), @"
    0.000 POST grant_type=password&username=ann&password=pw&scope=api
    0.000 GET Bearer AT1
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api
    0.000 POST grant_type=password&username=ann&password=pw&scope=api
    0.000 GET Bearer AT2
    ");
    assert_eq!(log.matches("1635527790").count(), 2, "{log}");
}

#[tokio::test]
async fn claims_that_cannot_be_sent_on_are_not() {
    for claims in ["bm90IGpzb24=", "W10="] {
        let stage = stage(GrantSource::ClientCredentials);
        stage.script.tokens([Reply::hour()]);
        stage.script.api([challenged_with(claims)]);
        let told = stage.call().await;
        assert!(told.starts_with("interaction_required"), "{told}");
        assert_eq!(stage.script.token_count(), 1);
        assert_eq!(stage.token().await, "AT1", "and the token is kept");
    }
}

#[tokio::test]
async fn callers_with_the_same_challenge_share_one_request() {
    let stage = stage(GrantSource::ClientCredentials);
    stage
        .script
        .tokens([Reply::hour(), Reply::hour().held(), Reply::hour()]);
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    let first = stage
        .run(|client| async move { client.token().await.unwrap() })
        .await;
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let (client, token) = (stage.client.clone(), first.clone());
            tokio::spawn(async move { shown(client.answer_challenge(&token, claims).await) })
        })
        .collect();
    crate::testkit::quiet().await;
    stage.script.open_gate();
    for caller in asking {
        assert_eq!(caller.await.unwrap(), "AT2");
    }
    // One who hears of it late, and one with another challenge.
    let (late, token) = (stage.client.clone(), first.clone());
    assert_eq!(shown(late.answer_challenge(&token, claims).await), "AT2");
    assert_eq!(stage.script.token_count(), 2);
    let other = stage.run(|client| async move {
        shown(
            client
                .answer_challenge(&first, r#"{"access_token":{"acrs":null}}"#)
                .await,
        )
    });
    assert_eq!(other.await, "AT3");
}

#[tokio::test]
async fn a_request_without_the_claims_is_no_answer() {
    let stage = stage(GrantSource::ClientCredentials);
    stage
        .script
        .tokens([Reply::hour(), Reply::hour().held(), Reply::hour()]);
    let first = stage
        .run(|client| async move { client.token().await.unwrap() })
        .await;
    let client = stage.client.clone();
    let renewing = tokio::spawn(async move { shown(client.refresh().await) });
    crate::testkit::quiet().await;
    let client = stage.client.clone();
    let asking =
        tokio::spawn(async move { shown(client.answer_challenge(&first, r#"{"a":1}"#).await) });
    crate::testkit::quiet().await;
    stage.script.open_gate();
    assert_eq!(renewing.await.unwrap(), "AT2");
    assert_eq!(asking.await.unwrap(), "AT3");
    assert_eq!(stage.token().await, "AT3");
}

#[tokio::test]
async fn a_challenged_token_is_not_handed_out_again() {
    let stage = stage(GrantSource::ClientCredentials);
    stage
        .script
        .tokens([Reply::hour(), Reply::error(400, "invalid_scope")]);
    let first = stage
        .run(|client| async move { client.token().await.unwrap() })
        .await;
    let told = stage
        .run(|client| async move { shown(client.answer_challenge(&first, r#"{"a":1}"#).await) });
    insta::assert_snapshot!(told.await, @"misconfigured: token endpoint refused the client_credentials grant with status 400, invalid_scope");
    insta::assert_snapshot!(stage.token().await, @"misconfigured: token endpoint refused the client_credentials grant with status 400, invalid_scope");
}

#[tokio::test]
async fn bad_claims_are_the_callers_mistake() {
    let stage = stage(GrantSource::ClientCredentials);
    stage.script.tokens([Reply::hour()]);
    let first = stage
        .run(|client| async move { client.token().await.unwrap() })
        .await;
    let error = stage
        .run(|client| async move { client.answer_challenge(&first, "a").await })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Misuse(Misuse::BadClaims)));
    assert_eq!(stage.token().await, "AT1");
}

#[tokio::test]
async fn a_plain_401_is_renewed_without_claims() {
    let stage = stage(GrantSource::ClientCredentials);
    stage.script.tokens([Reply::hour()]);
    stage.script.api([Reply::body(401, ""), ok()]);
    assert_eq!(stage.call().await, "200");
    let claims = "claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D&";
    assert_eq!(stage.script.log().matches(claims).count(), 2);
}
