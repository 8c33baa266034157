//! Tokens for other tokens (RFC 8693).

use crate::testkit::{Reply, Stage};
use crate::{GrantSource, Secret, TokenExchange};

fn exchange(token: &str) -> GrantSource {
    GrantSource::TokenExchange(
        TokenExchange::of_access_token(Secret::new(token)).audience("api://default"),
    )
}

#[tokio::test]
async fn a_token_is_exchanged_and_the_new_one_kept() {
    let stage = Stage::new(exchange("caller-1"), |builder| builder);
    stage.script.tokens([Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    assert_eq!(stage.token().await, "AT1");
    stage
        .client
        .set_grant(exchange("caller-2"))
        .await
        .expect("another token");
    assert_eq!(stage.refresh().await, "AT2");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=caller-1&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&audience=api%3A%2F%2Fdefault&scope=api&client_id=app&client_secret=client-secret
    0.000 POST grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=caller-2&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&audience=api%3A%2F%2Fdefault&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_refused_token_is_not_sent_again() {
    let stage = Stage::new(exchange("caller-1"), |builder| builder);
    stage.script.tokens([Reply::error(400, "invalid_grant")]);
    stage.token().await;
    stage.clock.advance(super::seconds(600)).await;
    insta::assert_snapshot!(stage.token().await, @"reauth_required: token endpoint refused the token_exchange grant with status 400, invalid_grant");
    assert_eq!(stage.script.token_count(), 1);
}

#[test]
fn what_is_exchanged_for_what_tells_clients_apart() {
    let key = |grant| {
        Stage::new(grant, |builder| builder)
            .client
            .store_key()
            .to_string()
    };
    let of = |exchange| key(GrantSource::TokenExchange(exchange));
    let caller = || TokenExchange::of_id_token(Secret::new("canary"));
    let keys = [
        of(caller()),
        of(caller().audience("a")),
        of(caller().resource("https://a.example")),
        of(TokenExchange::of_jwt(Secret::new("canary-2"))),
    ];
    for (at, one) in keys.iter().enumerate() {
        assert!(!one.contains("canary"), "{one}");
        assert!(keys[at + 1..].iter().all(|other| other != one), "{one}");
    }
    let shown = format!("{:?}", caller().actor(Secret::new("canary"), "urn:t"));
    assert!(!shown.contains("canary"), "{shown}");
}
