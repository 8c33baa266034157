//! Tokens that a person enters while the client runs.

use super::seconds;
use crate::testkit::{Reply, Stage, quiet, shown};
use crate::{GrantSource, Secret, TokenRecord, TokenStore as _};

fn pasted(access_token: &str) -> TokenRecord {
    TokenRecord::pasted(Secret::new(access_token))
}

async fn entered(stage: &Stage, record: TokenRecord) {
    let done = stage.run(|client| async move { client.enter(record).await });
    done.await.expect("it is saved");
}

async fn stored(stage: &Stage) -> TokenRecord {
    let stored = stage.store.load(stage.client.store_key()).await;
    stored.expect("readable").expect("a record")
}

#[tokio::test]
async fn it_is_used_until_a_resource_refuses_it() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.script.api([Reply::body(200, "")]);
    stage.call().await;
    entered(&stage, pasted("pasted")).await;
    stage.clock.advance(seconds(100_000)).await;
    stage.call().await;
    // Clients that share the store have it too.
    let sibling = stage.sibling(GrantSource::ClientCredentials);
    assert_eq!(shown(sibling.token().await), "pasted");
    stage
        .script
        .api([Reply::body(401, ""), Reply::body(200, "")]);
    stage.call().await;
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    0.000 GET Bearer AT1
    100000.000 GET Bearer pasted
    100000.000 GET Bearer pasted
    100000.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    100000.000 GET Bearer AT2
    ");
    // Whoever insists is believed.
    entered(&stage, pasted("pasted")).await;
    assert_eq!(stage.token().await, "pasted");
}

#[tokio::test]
async fn it_is_replaced_when_it_is_empty_or_its_time_is_over() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    stage.clock.advance(seconds(10)).await;
    let short = TokenRecord {
        expires_in: Some(60),
        ..pasted("short")
    };
    entered(&stage, short).await;
    stage.clock.advance(seconds(50)).await;
    assert_eq!(stage.token().await, "short", "counted from now");
    stage.clock.advance(seconds(10)).await;
    assert_eq!(stage.token().await, "AT1");
    entered(&stage, pasted("")).await;
    assert_eq!(stage.token().await, "AT2");
}

#[tokio::test]
async fn the_refresh_token_that_is_there_stays_and_another_takes_its_place() {
    for grant in [
        GrantSource::RefreshToken(Secret::new("RT1")),
        GrantSource::Password {
            username: "ann".to_owned(),
            password: Secret::new("pw"),
        },
    ] {
        let stage = Stage::new(grant, |builder| builder);
        let rotating =
            |next: &str| Reply::token(&format!(r#","expires_in":3600,"refresh_token":"{next}""#));
        stage.script.tokens([
            rotating("RT2"),
            rotating("RT3"),
            Reply::error(400, "invalid_grant"),
            Reply::error(400, "invalid_grant"),
        ]);
        stage.token().await;
        entered(&stage, pasted("pasted")).await;
        assert_eq!(stage.token().await, "pasted");
        stage.client.invalidate().await;
        assert_eq!(stage.token().await, "AT2");
        assert!(stage.script.seen()[1].body.contains("=RT2&"));

        // The session ends, and a person brings another.
        assert!(stage.refresh().await.starts_with("reauth_required"));
        let record = TokenRecord {
            refresh_token: Some(Secret::new("RT11")),
            ..pasted("")
        };
        entered(&stage, record).await;
        stage.script.tokens([rotating("RT12")]);
        assert_eq!(stage.token().await, "AT3");
        let last = stage.script.seen().pop().expect("a request");
        assert!(last.body.contains("=RT11&"), "{}", last.body);
        let kept = stored(&stage).await.refresh_token.expect("one");
        assert!(kept.matches(&Secret::new("RT12")));
    }
}

#[tokio::test]
async fn a_renewal_under_way_is_waited_for() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour().held()]);
    let client = stage.client.clone();
    let asking = tokio::spawn(async move { shown(client.token().await) });
    quiet().await;
    let client = stage.client.clone();
    let entering = tokio::spawn(async move { client.enter(pasted("pasted")).await });
    quiet().await;
    assert!(!entering.is_finished());
    stage.script.open_gate();
    assert_eq!(asking.await.expect("no panic"), "AT1");
    entering.await.expect("no panic").expect("saved");
    assert_eq!(stage.token().await, "pasted");
    assert!(
        stored(&stage)
            .await
            .access_token
            .matches(&Secret::new("pasted"))
    );
}

#[tokio::test]
async fn what_cannot_be_saved_is_used_all_the_same() {
    // Nobody gives the lease back.
    let stage = Stage::refresh_token("RT1");
    let kept = stage
        .store
        .lease(stage.client.store_key(), seconds(1))
        .await;
    let record = TokenRecord {
        refresh_token: Some(Secret::new("RT11")),
        expires_in: Some(60),
        ..pasted("pasted")
    };
    let outcome = stage.run(|client| async move { client.enter(record).await });
    insta::assert_snapshot!(outcome.await.unwrap_err(), @"token store could not lease: another has been renewing the record for 40 s");
    assert_eq!(stage.token().await, "pasted");
    drop(kept);
    stage.script.tokens([Reply::hour()]);
    stage.clock.advance(seconds(60)).await;
    assert_eq!(stage.token().await, "AT1");
    assert!(stage.script.seen()[0].body.contains("=RT11&"));
}
