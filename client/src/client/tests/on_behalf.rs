//! An API that calls another one for its caller.

use super::seconds;
use crate::testkit::{Reply, Stage};
use crate::{ClientAuth, GrantSource, Provider, Secret, TokenClient};

fn of(token: &str) -> GrantSource {
    GrantSource::OnBehalfOf(Secret::new(token))
}

#[tokio::test]
async fn the_callers_token_is_exchanged() {
    let stage = Stage::new(of("in.1.s"), |builder| builder);
    stage.script.tokens([Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.token().await, "AT1");
    insta::assert_snapshot!(stage.script.log(), @"0.000 POST grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=in.1.s&requested_token_use=on_behalf_of&scope=api&client_id=app&client_secret=client-secret");
}

#[tokio::test]
async fn a_refresh_token_spares_the_callers_token() {
    let stage = Stage::new(of("in.1.s"), |builder| builder);
    stage.script.tokens([
        Reply::token(r#","expires_in":3600,"refresh_token":"RT1""#),
        Reply::hour(),
    ]);
    stage.token().await;
    stage.clock.advance(seconds(3600)).await;
    assert_eq!(stage.token().await, "AT2");
    assert!(
        stage
            .script
            .log()
            .contains("grant_type=refresh_token&refresh_token=RT1")
    );
}

#[tokio::test]
async fn a_refused_token_is_sent_once_until_there_is_a_newer_one() {
    let stage = Stage::new(of("in.1.s"), |builder| builder.account("ann"));
    stage.script.tokens([
        Reply::body(
            400,
            r#"{"error":"invalid_grant","error_description":"expired: in.1.s"}"#,
        ),
        Reply::hour(),
    ]);
    insta::assert_snapshot!(stage.token().await, @"reauth_required: token endpoint refused the on_behalf_of grant with status 400, invalid_grant: expired: ***");
    stage.clock.advance(seconds(60)).await;
    insta::assert_snapshot!(stage.token().await, @"reauth_required: token endpoint refused the on_behalf_of grant with status 400, invalid_grant: expired: ***");
    assert_eq!(stage.script.token_count(), 1);
    stage.client.set_grant(of("in.2.s")).await.unwrap();
    assert_eq!(stage.token().await, "AT1");
    assert!(stage.script.log().contains("assertion=in.2.s"));
}

#[tokio::test]
async fn step_up_wishes_of_the_next_api_reach_the_caller() {
    let stage = Stage::new(of("in.1.s"), |builder| builder);
    stage.script.tokens([Reply::body(
        400,
        r#"{"error":"invalid_grant","suberror":"basic_action","claims":"{\"access_token\":{\"capolids\":{}}}"}"#,
    )]);
    let error = stage
        .run(|client| async move { client.token().await })
        .await
        .unwrap_err();
    assert!(error.needs_interaction());
    assert_eq!(error.claims(), Some(r#"{"access_token":{"capolids":{}}}"#));
}

#[test]
fn callers_are_kept_apart_and_public_clients_refused() {
    let provider = Provider::at("https://id.example/token").unwrap();
    let key = |token: &str| {
        let auth = ClientAuth::SecretPost {
            id: "app".to_owned(),
            secret: Secret::new("s"),
        };
        let client = TokenClient::builder(provider.clone(), auth, of(token)).build();
        client.unwrap().store_key().to_string()
    };
    assert_ne!(key("canary-1"), key("canary-2"));
    assert!(!key("canary-1").contains("canary"));
    let public = ClientAuth::Public {
        id: "app".to_owned(),
    };
    let refused = TokenClient::builder(provider, public, of("a.b.c")).build();
    insta::assert_snapshot!(refused.unwrap_err(), @"a public client cannot use the on_behalf_of grant: give a client secret, a certificate or a key");
}
