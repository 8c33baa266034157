//! Processes that share one store, where a refresh token that is sent twice signs everybody out.

use std::process::{Command, Stdio};
use std::time::Duration;

use mock_idp::directory::{GrantType, Rotation, RotationMode};
use mock_idp::journal::Endpoint;
use mock_idp::limits::LimitRule;
use mock_idp::{MockIdp, Provider};
use tests::redis::Server;
use token_client::{
    ClientAuth, DatabaseStore, GrantSource, SealingKey, Secret, TokenClient, contract, redis,
};

/// How often each process renews.
const ROUNDS: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_file_never_send_a_refresh_token_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    two_processes_on(&folder.path().join("tokens.json").display().to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_never_send_a_refresh_token_twice() {
    let test = "two_processes_on_one_database_never_send_a_refresh_token_twice";
    if let Some(server) = Server::or_skip(test) {
        two_processes_on(&server.url()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_the_contract_of_stores() {
    let Some(server) = Server::or_skip("redis_keeps_the_contract_of_stores") else {
        return;
    };
    let database = redis::Client::open(server.url()).expect("an address");
    let connection = redis::aio::ConnectionManager::new(database).await;
    let connection = connection.expect("a connection");
    let open = || DatabaseStore::redis(connection.clone(), "contract");
    assert_eq!(contract::violations(open).await, Vec::<String>::new());

    let key = "gHmU0fR2p0mBFHp3J1m2eE0l5b1Qm1XQ3w9m3xk2n7A=";
    let key = SealingKey::from_base64(&Secret::new(key)).expect("a key");
    let open = || DatabaseStore::redis(connection.clone(), "sealed").sealed_with(key.clone());
    assert_eq!(contract::violations(open).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_told_without_what_was_sent() {
    let Some(server) = Server::or_skip("a_database_that_is_gone_is_told_without_what_was_sent")
    else {
        return;
    };
    let database = redis::Client::open(server.url()).expect("an address");
    let quickly = redis::aio::ConnectionManagerConfig::new().set_number_of_retries(1);
    let connection = redis::aio::ConnectionManager::new_with_config(database, quickly).await;
    let store = DatabaseStore::redis(connection.expect("a connection"), "gone");
    drop(server);
    let client = TokenClient::builder(
        token_client::Provider::at("https://id.example/token").expect("an address"),
        ClientAuth::SecretPost {
            id: "app".to_owned(),
            secret: Secret::new("canary"),
        },
        GrantSource::RefreshToken(Secret::new("canary")),
    )
    .store(store)
    .build()
    .expect("a client");
    let told = client.token().await.expect_err("no store").to_string();
    assert!(
        told.starts_with("token store could not load: Redis"),
        "{told}"
    );
    assert!(!told.contains("canary"), "{told}");
}

/// Two processes renew in turn through a store at this address.
async fn two_processes_on(store: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, MockIdp::ca_pem().expect("an authority")).expect("a file");
    let idp = MockIdp::of(Provider::Okta)
        .rotation(Rotation {
            mode: RotationMode::Rotate,
            leeway_seconds: 0,
            reuse_revokes_family: true,
        })
        // In the place of the org's own, which are not what is tried here.
        .limit(LimitRule::requests(1_000_000, Duration::from_secs(60)).at(Endpoint::Token))
        .start()
        .await
        .expect("a world");
    let first = idp.mint_refresh_token();
    let process = || {
        Command::new(env!("CARGO_BIN_EXE_renewer"))
            .arg(idp.token_url())
            .arg(&ca)
            .arg(store)
            .args([&*idp.client_id(), idp.client_secret().reveal()])
            .arg(first.value.reveal())
            .arg(idp.scopes(GrantType::RefreshToken).join(" "))
            .arg(ROUNDS.to_string())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    };
    let processes = [process(), process()];
    for process in processes {
        let output = tokio::task::spawn_blocking(|| process.wait_with_output())
            .await
            .expect("no panic")
            .expect("its end");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
    }
    assert_eq!(
        idp.journal().written(),
        2 * ROUNDS as u64,
        "each token was sent once"
    );
}
