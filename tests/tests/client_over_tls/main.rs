//! The reference client over a real network: its own HTTP and TLS, both vendors, and only time made by hand.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod bound;
mod challenges;
mod exchanges;
mod flows;
mod middleware;
mod sharing;
mod sign_ins;
mod world;

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::clock::Clock as _;
use mock_idp::directory::{Rotation, RotationMode};
use mock_idp::fault::{ConnectionFault, Fault};
use mock_idp::journal::Endpoint;
use token_client::{Class, ClientAuth, Error, GrantSource, Secret};

use crate::world::{VENDORS, World, call};

/// A certificate that nobody's server shows.
const FOREIGN_CA: &str = include_str!("../../../mock-idp/src/keys/embedded/entra-1.cert.pem");

#[tokio::test]
async fn client_credentials_in_the_body_and_by_basic() {
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let basic = ClientAuth::SecretBasic {
            id: world.idp.client_id().to_owned(),
            secret: Secret::new(world.idp.client_secret().reveal()),
        };
        for (auth, label) in [(world.post(), "AT#1"), (basic, "AT#2")] {
            let client = world.client(auth, GrantSource::ClientCredentials);
            let token = client.token().await.expect("a token");
            assert_eq!(world.label(&token), label);
            let again = client.token().await.expect("a token");
            assert_eq!(world.label(&again), label, "kept, not asked for again");
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(world.journal(), @"
            token client_credentials [Post] -> 200 AT#1
            token client_credentials [Basic] -> 200 AT#2
            ");
        }
    }
}

#[tokio::test]
async fn a_password_then_the_refresh_token_it_brought() {
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let credentials = world.idp.credentials();
        let grant = GrantSource::Password {
            username: credentials.username,
            password: Secret::new(credentials.password.reveal()),
        };
        let client = world.client(world.post(), grant);
        client.token().await.expect("a token");
        let renewed = client.refresh().await.expect("a new token");
        assert_eq!(world.label(&renewed), "AT#2");
        assert_eq!(
            call(&client, &world.idp.user_api_url())
                .await
                .expect("an answer"),
            200
        );
        insta::allow_duplicates! {
            // Entra brings a new refresh token each time, Okta the same.
            insta::assert_snapshot!(world.journal().replace(" RT#2", ""), @"
            token password [Post] -> 200 AT#1 RT#1
            token refresh_token [Post] shows RT#1 -> 200 AT#2
            resource shows AT#2 -> 200
            ");
        }
    }
}

#[tokio::test]
async fn a_rotated_refresh_token_is_followed() {
    for vendor in VENDORS {
        let world = World::start(MockIdp::of(vendor).rotation(Rotation {
            mode: RotationMode::Rotate,
            leeway_seconds: 0,
            reuse_revokes_family: true,
        }))
        .await;
        let first = Secret::new(world.idp.mint_refresh_token().value.reveal());
        let client = world.client(world.post(), GrantSource::RefreshToken(first));
        client.token().await.expect("a token");
        for _ in 0..2 {
            client.refresh().await.expect("a new token");
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(world.journal(), @"
            token refresh_token [Post] shows RT#1 -> 200 AT#1 RT#2
            token refresh_token [Post] shows RT#2 -> 200 AT#2 RT#3
            token refresh_token [Post] shows RT#3 -> 200 AT#3 RT#4
            ");
        }
    }
}

#[tokio::test]
async fn a_revoked_token_is_renewed_once_and_the_call_repeated() {
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let client = world.client(world.post(), GrantSource::ClientCredentials);
        let url = world.idp.api_url();
        assert_eq!(call(&client, &url).await.expect("an answer"), 200);
        world.idp.revoke_access_tokens();
        assert_eq!(call(&client, &url).await.expect("an answer"), 200);
        insta::allow_duplicates! {
            insta::assert_snapshot!(world.journal(), @"
            token client_credentials [Post] -> 200 AT#1
            resource shows AT#1 -> 200
            resource shows AT#1 -> 401
            token client_credentials [Post] -> 200 AT#2
            resource shows AT#2 -> 200
            ");
        }
    }
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_behind_the_callers_back() {
    for vendor in VENDORS {
        let hour = Duration::from_secs(3600);
        let world = World::start(MockIdp::of(vendor).access_token_lifetime(hour)).await;
        let client = world.client(world.post(), GrantSource::ClientCredentials);
        client.token().await.expect("a token");
        world.clock.advance(Duration::from_secs(3200));
        let early = client.token().await.expect("a token");
        world.tasks.finished().await;
        assert_eq!(world.idp.journal().written(), 1, "early enough as it is");
        world.clock.advance(Duration::from_secs(200));
        let same = client.token().await.expect("a token");
        world.tasks.finished().await;
        let next = client.token().await.expect("a token");
        assert_eq!(
            [early, same, next].map(|token| world.label(&token)),
            ["AT#1", "AT#1", "AT#2"]
        );
        assert_eq!(world.idp.journal().written(), 2);
    }
}

#[tokio::test]
async fn a_wrong_authority_is_refused_before_anything_is_sent() {
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let client = world
            .builder(world.post(), GrantSource::ClientCredentials, FOREIGN_CA)
            .build()
            .expect("a client");
        let error = client.token().await.expect_err("no trust");
        assert_eq!(error.class(), Class::Misconfigured);
        assert_eq!(world.idp.journal().written(), 0);
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"no secure connection: invalid peer certificate: UnknownIssuer");
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_the_vendors_words() {
    let mut told = String::new();
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let auth = ClientAuth::SecretPost {
            id: world.idp.client_id().to_owned(),
            secret: Secret::new("not-the-secret"),
        };
        let client = world.client(auth, GrantSource::ClientCredentials);
        let error = client.token().await.expect_err("a refusal");
        assert_eq!(error.class(), Class::Misconfigured);
        assert!(!error.is_retryable());
        assert_eq!(world.idp.journal().written(), 1, "not repeated");
        let Error::Refused(refusal) = &error else {
            told += &format!("{vendor}: {error}\n");
            continue;
        };
        told += &format!(
            "{vendor}: {} {:?} {:?} correlation {} trace {} request {}\n",
            refusal.status.as_u16(),
            refusal.error,
            refusal.vendor_code,
            refusal.correlation_id.is_some(),
            refusal.trace_id.is_some(),
            refusal.request_id.is_some()
        );
    }
    insta::assert_snapshot!(told, @r#"
    entra: 401 Some("invalid_client") Some("7000215") correlation true trace true request true
    okta: 401 Some("invalid_client") None correlation false trace false request true
    "#);
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_after_a_pause_on_the_clock() {
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let reset = Fault::at(Endpoint::Token)
            .nth(1)
            .connection(ConnectionFault::Reset);
        world.idp.faults().add(reset);
        let client = world.client(world.post(), GrantSource::ClientCredentials);
        let begin = world.clock.now();
        let token = world
            .driven(async move { client.token().await.expect("a token") })
            .await;
        assert!(begin < world.clock.now());
        assert_eq!(world.label(&token), "AT#1");
        insta::allow_duplicates! {
            insta::assert_snapshot!(world.journal(), @"
            token client_credentials [Post] -> 0
            token client_credentials [Post] -> 200 AT#1
            ");
        }
    }
}
