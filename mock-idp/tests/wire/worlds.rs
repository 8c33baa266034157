//! Worlds beside each other, and their end.

use std::net::TcpListener;

use mock_idp::fault::{ConnectionFault, Fault};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::{MockIdp, StartError};

use crate::stage::{Stage, client, until};

#[tokio::test]
async fn two_worlds_share_nothing() {
    let (one, two) = (Stage::entra().await, Stage::entra().await);
    one.idp.faults().add(Fault::at(Endpoint::Token).reply(503));
    assert_eq!(one.app_only().send().await.status, 503);
    let token = two.access_token().await;
    assert_eq!((one.idp.tokens().len(), two.idp.tokens().len()), (0, 1));
    assert_eq!(one.idp.journal().written(), 1);
    assert_eq!(one.idp.label_of(&token), None);
    // Both sign with the built-in keys, as two tenants of one cloud do. What tells worlds apart is what each remembers.
    one.idp.revoke_access_tokens();
    assert_eq!(two.call_api(&token).await.status, 200);
    two.idp.revoke_access_tokens();
    assert_eq!(two.call_api(&token).await.status, 401);
    one.advance(7200);
    assert_eq!(
        two.get(&two.idp.jwks_url(), &[]).await.header("date"),
        Some("Tue, 01 Jan 2030 00:00:00 GMT")
    );
}

#[tokio::test]
async fn a_dropped_world_gives_its_ports_back() {
    let stage = Stage::entra().await;
    let addresses = stage.idp.addresses();
    assert_eq!(addresses.len(), 3);
    stage.access_token().await;
    drop(stage);
    until(|| {
        addresses
            .iter()
            .all(|address| TcpListener::bind(address).is_ok())
    })
    .await;
}

#[tokio::test]
async fn a_stopped_world_has_given_its_ports_back() {
    let Stage { idp, .. } = Stage::okta().await;
    let addresses = idp.addresses();
    idp.stop().await.unwrap();
    for address in addresses {
        TcpListener::bind(address).unwrap();
    }
}

#[tokio::test]
async fn whoever_waits_in_a_dropped_world_is_let_go() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).connection(ConnectionFault::Hang));
    let Stage { idp, http, .. } = stage;
    let ask = http.post(idp.token_url()).body("grant_type=x").send();
    let end = async {
        until(|| idp.journal().written() == 1).await;
        drop(idp);
    };
    let (answer, ()) = tokio::join!(ask, end);
    assert!(answer.is_err());
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MockIdp::okta()
        .port(Origin::Org, port)
        .start()
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Bind { .. }));
    let message = error.to_string().replace(&port.to_string(), "<port>");
    insta::assert_snapshot!(message, @"cannot listen on 127.0.0.1:<port>: Address already in use (os error 98); choose another port or stop whoever uses it");
}

#[tokio::test]
async fn tls_is_trusted_by_this_processs_ca() {
    let stage = Stage::started(MockIdp::entra()).await;
    assert!(stage.idp.token_url().starts_with("https://127.0.0.1:"));
    let token = stage.access_token().await;
    assert_eq!(stage.call_api(&token).await.status, 200);
    // The certificate is good for the other names of this machine too.
    let url = stage.idp.jwks_url().replace("127.0.0.1", "localhost");
    assert_eq!(stage.get(&url, &[]).await.status, 200);
    // And for nobody who does not ask for it.
    let stranger = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap();
    assert!(stranger.get(stage.idp.jwks_url()).send().await.is_err());
    assert_eq!(
        client()
            .get(stage.idp.jwks_url())
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn the_journal_is_bounded_and_says_what_it_dropped() {
    let stage = Stage::of(MockIdp::entra().journal_capacity(3)).await;
    for _ in 0..5 {
        stage.get(&stage.idp.jwks_url(), &[]).await;
    }
    let journal = stage.idp.journal();
    assert_eq!((journal.written(), journal.dropped()), (5, 2));
    let numbers: Vec<u64> = journal.entries().iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [3, 4, 5]);
}
