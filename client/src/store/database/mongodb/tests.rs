//! The store against a server that speaks MongoDB's wire protocol and knows the few commands that the store sends.
//!
//! What these mean is written down here after MongoDB's manual. That a real server means the same is not shown.

mod meaning;
mod server;

use std::time::Duration;

use self::server::Server;
use super::*;
use crate::{SealingKey, Secret, StoreKey, TokenRecord, TokenStore as _, contract};

fn record(refresh_token: &str) -> TokenRecord {
    TokenRecord {
        refresh_token: Some(Secret::new(refresh_token)),
        scope: Some("$revision".to_owned()),
        ..TokenRecord::pasted(Secret::new("canary"))
    }
}

fn refresh_token(record: Option<TokenRecord>) -> String {
    record.unwrap().refresh_token.unwrap().expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract_open_and_sealed() {
    let server = Server::start().await;
    let collection = server.collection().await;
    let open = || DatabaseStore::mongodb(collection.clone());
    assert_eq!(contract::violations(open).await, Vec::<String>::new());

    let server = Server::start().await;
    let collection = server.collection().await;
    let key = Secret::new("A".repeat(43) + "=");
    let key = SealingKey::from_base64(&key).unwrap();
    let sealed = || DatabaseStore::mongodb(collection.clone()).sealed_with(key.clone());
    assert_eq!(contract::violations(sealed).await, Vec::<String>::new());
    assert!(!server.shown().contains("Bearer"), "{}", server.shown());
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_as_they_are_described() {
    let server = Server::start().await;
    let store = DatabaseStore::mongodb(server.collection().await);
    let key = StoreKey::from_parts(&["a"]);
    let lease = store.lease(&key, Duration::from_secs(9)).await.unwrap();
    assert!(store.load(&key).await.unwrap().is_none());
    store.save(&key, &record("1")).await.unwrap();
    store.save(&key, &record("2")).await.unwrap();
    let shown = server.shown();
    assert!(shown.contains(r#""lease": { "holder""#), "{shown}");
    lease.release().await;
    insta::assert_snapshot!(server.shown(), @r#"{ "_id": "a", "revision": 2, "token": { "access_token": "canary", "refresh_token": "2", "token_type": "Bearer", "scope": "$revision" } }"#);
    assert!(
        store
            .remove(&key, &Secret::new("2"))
            .await
            .unwrap()
            .is_none()
    );
    insta::assert_snapshot!(server.shown(), @r#"{ "_id": "a", "revision": 3 }"#);

    // One that a person has made.
    let by_hand = doc! { "_id": "a", "token": { "access_token": "pasted" } };
    server.put("a", by_hand);
    let pasted = store.load(&key).await.unwrap().unwrap();
    assert_eq!(pasted.access_token.expose(), "pasted");
    let by_hand = doc! { "_id": "a", "token": { "refresh_token": "1" } };
    server.put("a", by_hand);
    let left = store.remove(&key, &Secret::new("1")).await.unwrap();
    assert!(left.is_none());
    server.put("a", doc! { "_id": "a", "token": 7 });
    insta::assert_snapshot!(store.load(&key).await.unwrap_err(), @"token store could not load: record `a`: it is damaged: mend or delete it");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_held_up_does_not_write_over_what_came_since() {
    let server = Server::start().await;
    let collection = server.collection().await;
    let (slow, quick) = (
        DatabaseStore::mongodb(collection.clone()),
        DatabaseStore::mongodb(collection),
    );
    let key = StoreKey::from_parts(&["a"]);
    let short = Duration::from_millis(50);
    slow.save(&key, &record("1")).await.unwrap();
    let _held_up = slow.lease(&key, short).await.unwrap();
    slow.load(&key).await.unwrap();
    // The lease ends by the server's clock.
    let other = quick.lease(&key, Duration::from_secs(9)).await.unwrap();
    quick.load(&key).await.unwrap();
    quick.save(&key, &record("2")).await.unwrap();
    slow.save(&key, &record("stale")).await.unwrap();
    assert_eq!(refresh_token(quick.load(&key).await.unwrap()), "2");
    other.release().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_told_without_what_was_sent() {
    let server = Server::start().await;
    let store = DatabaseStore::mongodb(server.collection().await);
    let key = StoreKey::from_parts(&["a"]);
    server.refuse(13, "canary is not authorized");
    let told = [
        store.load(&key).await.unwrap_err().to_string(),
        store
            .save(&key, &record("1"))
            .await
            .unwrap_err()
            .to_string(),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    token store could not load: MongoDB answered Unauthorized
    token store could not save: MongoDB answered Unauthorized
    ");
}
