//! Another credential while the client runs.

use super::broken_store::Fragile;
use super::rotation::rotating;
use super::seconds;
use crate::testkit::{Reply, Stage, quiet, shown};
use crate::{ClientAuth, GrantSource, Secret, TokenStore};

fn secret(text: &str) -> ClientAuth {
    ClientAuth::SecretPost {
        id: "app".to_owned(),
        secret: Secret::new(text),
    }
}

fn refresh(text: &str) -> GrantSource {
    GrantSource::RefreshToken(Secret::new(text))
}

async fn stored_refresh_token(stage: &Stage) -> Option<String> {
    let stored = stage.store.load(stage.client.store_key()).await;
    let token = stored.expect("readable")?.refresh_token?;
    Some(token.expose().to_owned())
}

#[tokio::test]
async fn the_next_request_takes_the_new_secret_and_the_token_at_hand_stays() {
    let stage = Stage::client_credentials();
    stage.script.tokens([Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    stage
        .client
        .clone()
        .set_auth(secret("second"))
        .expect("the same client");
    assert_eq!(stage.token().await, "AT1");
    stage.clock.advance(seconds(3700)).await;
    assert_eq!(stage.token().await, "AT2");
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    3700.000 POST grant_type=client_credentials&scope=api&client_id=app&client_secret=second
    ");
}

#[tokio::test]
async fn a_new_secret_ends_the_quiet_after_a_refused_one_but_not_a_told_wait() {
    let stage = Stage::client_credentials();
    stage.script.tokens([
        Reply::error(401, "invalid_client"),
        Reply::error(429, "slow_down").with("retry-after", "600"),
        Reply::hour(),
    ]);
    let mut outcomes = vec![stage.token().await, stage.token().await];
    stage
        .client
        .set_auth(secret("second"))
        .expect("the same client");
    outcomes.push(stage.token().await);
    stage
        .client
        .set_auth(secret("third"))
        .expect("the same client");
    outcomes.push(stage.token().await);
    assert_eq!(stage.script.token_count(), 2, "the told wait is kept");
    stage.clock.advance(seconds(600)).await;
    outcomes.push(stage.token().await);
    insta::assert_snapshot!(outcomes.join("\n"), @"
    misconfigured: token endpoint refused the client_credentials grant with status 401, invalid_client
    misconfigured: token endpoint refused the client_credentials grant with status 401, invalid_client
    throttled: token endpoint throttles (status 429); wait 600 s before asking again
    throttled: token endpoint throttles (status 429); wait 600 s before asking again
    AT1
    ");
}

#[tokio::test]
async fn a_retry_takes_the_new_secret() {
    let stage = Stage::client_credentials();
    stage.script.tokens([
        Reply::error(503, "temporarily_unavailable").held(),
        Reply::hour(),
    ]);
    let client = stage.client.clone();
    let asking = tokio::spawn(async move { shown(client.token().await) });
    quiet().await;
    stage
        .client
        .set_auth(secret("second"))
        .expect("the same client");
    stage.script.open_gate();
    quiet().await;
    stage.clock.advance(seconds(10)).await;
    assert_eq!(asking.await.expect("no panic"), "AT1");
    let sent: Vec<String> = stage
        .script
        .seen()
        .into_iter()
        .map(|seen| seen.body)
        .collect();
    insta::assert_snapshot!(sent.join("\n"), @"
    grant_type=client_credentials&scope=api&client_id=app&client_secret=client-secret
    grant_type=client_credentials&scope=api&client_id=app&client_secret=second
    ");
}

#[tokio::test]
async fn what_tells_tokens_apart_cannot_be_changed() {
    let other = ClientAuth::Public {
        id: "other".to_owned(),
    };
    let stage = Stage::client_credentials();
    let public = ClientAuth::Public {
        id: "app".to_owned(),
    };
    let ben = GrantSource::Password {
        username: "ben".to_owned(),
        password: Secret::new("pw"),
    };
    let ann = GrantSource::Password {
        username: "ann".to_owned(),
        password: Secret::new(""),
    };
    let messages = [
        stage.client.set_auth(other).unwrap_err().to_string(),
        stage.client.set_auth(public).unwrap_err().to_string(),
        stage.client.set_auth(secret("")).unwrap_err().to_string(),
        stage
            .client
            .set_grant(refresh("RT9"))
            .await
            .unwrap_err()
            .to_string(),
        Stage::password()
            .client
            .set_grant(ben)
            .await
            .unwrap_err()
            .to_string(),
        Stage::password()
            .client
            .set_grant(ann)
            .await
            .unwrap_err()
            .to_string(),
    ];
    insta::assert_snapshot!(messages.join("\n"), @"
    client id cannot be changed on a running client: build another client
    a public client cannot use the client_credentials grant: give a client secret, a certificate or a key
    client secret is empty: give the one registered with the provider
    kind of grant cannot be changed on a running client: build another client
    user name cannot be changed on a running client: build another client
    password is empty: give the one registered with the provider
    ");
    // Nothing has changed.
    stage.script.tokens([Reply::hour()]);
    stage.token().await;
    let sent = stage.script.seen().remove(0).body;
    assert!(
        sent.ends_with("client_id=app&client_secret=client-secret"),
        "{sent}"
    );
}

#[tokio::test]
async fn a_new_refresh_token_replaces_the_stored_one() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2"), rotating("RT12"), rotating("RT13")]);
    assert_eq!(stage.token().await, "AT1");
    let key = stage.client.store_key().clone();
    stage
        .client
        .set_grant(refresh("RT11"))
        .await
        .expect("saved");
    assert_eq!(stored_refresh_token(&stage).await.as_deref(), Some("RT11"));
    assert_eq!(*stage.client.store_key(), key);
    assert_eq!(stage.token().await, "AT1", "still good");
    for _ in 0..2 {
        stage.clock.advance(seconds(3700)).await;
        stage.token().await;
    }
    insta::assert_snapshot!(stage.script.log(), @"
    0.000 POST grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    3700.000 POST grant_type=refresh_token&refresh_token=RT11&scope=api&client_id=app&client_secret=client-secret
    7400.000 POST grant_type=refresh_token&refresh_token=RT12&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_new_sign_in_helps_a_client_whose_grant_is_dead() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant"), rotating("RT12")]);
    let mut outcomes = vec![stage.token().await];
    stage
        .client
        .set_grant(refresh("RT11"))
        .await
        .expect("saved");
    outcomes.push(stage.token().await);
    insta::assert_snapshot!(outcomes.join("\n"), @"
    reauth_required: token endpoint refused the refresh_token grant with status 400, invalid_grant
    AT1
    ");
}

#[tokio::test]
async fn a_new_password_is_tried_after_a_refused_one() {
    let stage = Stage::password();
    stage
        .script
        .tokens([Reply::error(400, "invalid_grant"), Reply::hour()]);
    let mut outcomes = vec![stage.token().await, stage.token().await];
    let grant = GrantSource::Password {
        username: "ann".to_owned(),
        password: Secret::new("pw2"),
    };
    stage
        .client
        .set_grant(grant)
        .await
        .expect("no store is asked");
    outcomes.push(stage.token().await);
    insta::assert_snapshot!(outcomes.join("\n"), @"
    reauth_required: token endpoint refused the password grant with status 400, invalid_grant
    reauth_required: token endpoint refused the password grant with status 400, invalid_grant
    AT1
    ");
    assert_eq!(stage.script.token_count(), 2);
}

#[tokio::test]
async fn a_renewal_under_way_does_not_bring_the_old_sign_in_back() {
    let stage = Stage::refresh_token("RT1");
    stage
        .script
        .tokens([rotating("RT2").held(), rotating("RT12")]);
    let client = stage.client.clone();
    let asking = tokio::spawn(async move { shown(client.token().await) });
    quiet().await;
    stage
        .client
        .set_grant(refresh("RT11"))
        .await
        .expect("saved");
    stage.script.open_gate();
    assert_eq!(
        asking.await.expect("no panic"),
        "AT1",
        "the access token is welcome"
    );
    assert_eq!(stored_refresh_token(&stage).await.as_deref(), Some("RT11"));
    stage.clock.advance(seconds(3700)).await;
    assert_eq!(stage.token().await, "AT2");
    let last = stage.script.seen().pop().expect("a request");
    assert!(last.body.contains("refresh_token=RT11"), "{}", last.body);
}

#[tokio::test]
async fn a_retry_under_way_goes_on_with_the_new_sign_in_and_keeps_its_successor() {
    let stage = Stage::refresh_token("RT1");
    stage.script.tokens([
        rotating("RT2"),
        Reply::error(503, "temporarily_unavailable"),
        rotating("RT12"),
    ]);
    stage.token().await;
    stage.clock.advance(seconds(3700)).await;
    let client = stage.client.clone();
    let asking = tokio::spawn(async move { shown(client.token().await) });
    quiet().await;
    stage
        .client
        .set_grant(refresh("RT11"))
        .await
        .expect("saved");
    stage.clock.advance(seconds(10)).await;
    assert_eq!(asking.await.expect("no panic"), "AT2");
    assert_eq!(stored_refresh_token(&stage).await.as_deref(), Some("RT12"));
    let sent: Vec<String> = stage
        .script
        .seen()
        .into_iter()
        .map(|seen| seen.body)
        .collect();
    insta::assert_snapshot!(sent.join("\n"), @"
    grant_type=refresh_token&refresh_token=RT1&scope=api&client_id=app&client_secret=client-secret
    grant_type=refresh_token&refresh_token=RT2&scope=api&client_id=app&client_secret=client-secret
    grant_type=refresh_token&refresh_token=RT11&scope=api&client_id=app&client_secret=client-secret
    ");
}

#[tokio::test]
async fn a_sign_in_that_could_not_be_saved_is_used_and_saved_later() {
    let store = Fragile::default();
    let stage = Stage::new(refresh("RT1"), |builder| builder.store(store.clone()));
    stage.script.tokens([rotating("RT2"), rotating("RT12")]);
    stage.token().await;
    store.set_broken(true);
    let failed = stage.client.set_grant(refresh("RT11")).await.unwrap_err();
    insta::assert_snapshot!(failed, @"token store could not save: disk full");
    store.set_broken(false);
    stage.clock.advance(seconds(3700)).await;
    assert_eq!(stage.token().await, "AT2");
    let last = stage.script.seen().pop().expect("a request");
    assert!(last.body.contains("refresh_token=RT11"), "{}", last.body);
}
