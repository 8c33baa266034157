//! Users who sign in by a browser while the client runs.

use super::seconds;
use crate::error::{ProtocolError, RedirectError};
use crate::testkit::{Reply, Stage, shown};
use crate::{
    AuthorizationCode, ClientAuth, Error, GrantSource, Secret, StoreError, TokenClient,
    TokenStore as _, TransportErrorKind,
};

fn stage() -> Stage {
    Stage::new(GrantSource::SignIn, |builder| builder.account("ann"))
}

fn code(client: &TokenClient) -> AuthorizationCode {
    let mut request = client
        .authorization_request("http://127.0.0.1:8000/cb")
        .unwrap();
    let redirect = format!("?code=C1&state={}", request.state());
    request.accept(&redirect).unwrap()
}

async fn sign_in(stage: &Stage) -> String {
    let code = code(&stage.client);
    stage
        .run(|client| async move { shown(client.sign_in(code).await) })
        .await
}

fn with_refresh(refresh_token: &str) -> Reply {
    Reply::token(&format!(
        r#","expires_in":3600,"refresh_token":"{refresh_token}""#
    ))
}

#[tokio::test]
async fn a_code_is_redeemed_and_its_refresh_token_goes_on() {
    let stage = stage();
    stage
        .script
        .tokens([with_refresh("RT1"), with_refresh("RT2")]);
    insta::assert_snapshot!(stage.token().await, @"reauth_required: no refresh token is left; sign in again");
    assert_eq!(sign_in(&stage).await, "AT1");
    assert_eq!(stage.token().await, "AT1");
    stage.clock.advance(seconds(3600)).await;
    assert_eq!(stage.token().await, "AT2");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=authorization_code&code=C1&redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fcb&code_verifier=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&client_id=app&client_secret=client-secret
    3600.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn the_next_run_begins_where_this_one_ended() {
    let stage = Stage::new(GrantSource::SignIn, |builder| builder);
    stage.script.tokens([with_refresh("RT1"), Reply::hour()]);
    sign_in(&stage).await;
    stage.clock.advance(seconds(3600)).await;
    let next = stage.sibling(GrantSource::SignIn);
    let token = stage.clock.run(async move { shown(next.token().await) });
    assert_eq!(token.await, "AT2");
}

#[tokio::test]
async fn without_a_refresh_token_the_user_has_to_sign_in_again() {
    let stage = stage();
    stage.script.tokens([Reply::hour()]);
    sign_in(&stage).await;
    stage.clock.advance(seconds(3600)).await;
    insta::assert_snapshot!(stage.token().await, @"reauth_required: no refresh token is left; sign in again");
    assert_eq!(sign_in(&stage).await, "AT2");
}

#[tokio::test]
async fn a_new_sign_in_takes_the_place_of_the_old_one() {
    let stage = stage();
    let refused = Reply::error(400, "invalid_grant");
    stage.script.tokens([
        with_refresh("RT1"),
        refused,
        with_refresh("RT2"),
        with_refresh("RT3"),
    ]);
    sign_in(&stage).await;
    insta::assert_snapshot!(stage.refresh().await, @"reauth_required: token endpoint refused the refresh_token grant with status 400, invalid_grant");
    assert_eq!(sign_in(&stage).await, "AT2", "the quiet time is over");
    assert_eq!(stage.refresh().await, "AT3");
    let log = stage.script.log();
    assert_eq!(log.matches("refresh_token=RT1").count(), 1, "{log}");
    assert!(
        log.ends_with("refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret"),
        "{log}"
    );
}

#[tokio::test]
async fn a_refused_code_changes_nothing() {
    let stage = stage();
    stage.script.tokens([
        with_refresh("RT1"),
        Reply::error(400, "invalid_grant"),
        Reply::hour(),
    ]);
    sign_in(&stage).await;
    insta::assert_snapshot!(sign_in(&stage).await, @"reauth_required: token endpoint refused the authorization_code grant with status 400, invalid_grant");
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.refresh().await, "AT2", "no quiet time for others");
}

#[tokio::test]
async fn a_code_whose_answer_was_lost_is_not_sent_again() {
    let stage = stage();
    stage
        .script
        .tokens([Reply::Fail(TransportErrorKind::Reset)]);
    insta::assert_snapshot!(sign_in(&stage).await, @"transient: connection lost before the answer was complete: scripted");
    assert_eq!(stage.script.token_count(), 1);
}

#[tokio::test]
async fn a_code_that_was_never_received_is_sent_again() {
    let stage = stage();
    stage.script.tokens([
        Reply::Fail(TransportErrorKind::Connect),
        Reply::body(429, "").with("retry-after", "7"),
        Reply::hour(),
    ]);
    assert_eq!(sign_in(&stage).await, "AT1");
    assert_eq!(stage.script.token_count(), 3);
}

#[tokio::test]
async fn a_told_wait_holds_for_sign_ins_and_for_everybody_after_them() {
    let stage = stage();
    let told = Reply::body(429, "").with("retry-after", "90");
    stage.script.tokens([told, with_refresh("RT1")]);
    insta::assert_snapshot!(sign_in(&stage).await, @"throttled: token endpoint throttles (status 429); wait 90 s before asking again");
    stage.clock.advance(seconds(20)).await;
    insta::assert_snapshot!(sign_in(&stage).await, @"throttled: token endpoint throttles (status 429); wait 70 s before asking again");
    stage.clock.advance(seconds(30)).await;
    assert_eq!(
        sign_in(&stage).await,
        "AT1",
        "the rest is short enough to wait for"
    );
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=authorization_code&code=C1&redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fcb&code_verifier=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&client_id=app&client_secret=client-secret
    90.000 POST grant_type=authorization_code&code=C1&redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fcb&code_verifier=BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn an_id_token_of_another_sign_in_is_refused() {
    let stage = Stage::new(GrantSource::SignIn, |builder| builder.scopes(["openid"]));
    stage.script.tokens([with_refresh("RT1")]);
    let code = code(&stage.client);
    let error = stage
        .run(|client| async move { client.sign_in(code).await })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Protocol(ProtocolError::WrongNonce)));
    insta::assert_snapshot!(stage.token().await, @"reauth_required: no refresh token is left; sign in again");
}

#[tokio::test]
async fn a_late_answer_to_the_old_refresh_token_does_not_bring_it_back() {
    let stage = stage();
    stage.script.tokens([
        with_refresh("RT1"),
        with_refresh("RT1b").held(),
        with_refresh("RT2"),
        Reply::hour(),
    ]);
    sign_in(&stage).await;
    let client = stage.client.clone();
    let late = tokio::spawn(async move { client.refresh().await });
    crate::testkit::quiet().await;
    assert_eq!(sign_in(&stage).await, "AT2");
    stage.script.open_gate();
    late.await.unwrap().unwrap();
    let stored = stage.store.load(stage.client.store_key()).await.unwrap();
    let kept = stored.unwrap().refresh_token.unwrap();
    assert!(kept.matches(&Secret::new("RT2")), "{}", kept.expose());
}

#[tokio::test]
async fn others_cannot_be_signed_in_to() {
    let stage = Stage::client_credentials();
    let error = stage.client.authorization_request("http://127.0.0.1/cb");
    insta::assert_snapshot!(error.unwrap_err(), @"users do not sign in to this client: build it with `GrantSource::SignIn`");
    let code = code(&self::stage().client);
    let outcome = stage
        .run(|client| async move { shown(client.sign_in(code).await) })
        .await;
    insta::assert_snapshot!(outcome, @"misconfigured: users do not sign in to this client: build it with `GrantSource::SignIn`");
    assert_eq!(stage.script.seen().len(), 0);
}

#[tokio::test]
async fn the_request_is_of_this_client() {
    let stage = Stage::new(GrantSource::SignIn, |builder| {
        builder
            .scopes(["offline_access"])
            .client_capabilities(["cp1"])
    });
    let request = stage.client.authorization_request("http://127.0.0.1/cb");
    let url = request.unwrap().url().replace(['?', '&'], "\n");
    insta::assert_snapshot!(url, @"
    https://id.example/authorize
    response_type=code
    client_id=app
    redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb
    scope=api+offline_access
    state=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE
    code_challenge=bB1ju9q0N8VDaMu9iIaohqea2XcpfiZe6_H19fAVM7k
    code_challenge_method=S256
    claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22cp1%22%5D%7D%7D%7D
    ");
}

#[test]
fn errors_of_redirects_are_errors_of_the_client() {
    let error = Error::from(RedirectError::Refused {
        error: "access_denied".to_owned(),
        description: None,
    });
    assert!(error.needs_interaction());
    assert!(Error::from(StoreError::new("save", "x")).claims().is_none());
    let public = ClientAuth::Public {
        id: "app".to_owned(),
    };
    assert!(!public.is_confidential());
}
