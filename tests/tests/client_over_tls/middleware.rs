//! reqwest with the token on every request.

use mock_idp::MockIdp;
use mock_idp::fault::Fault;
use mock_idp::journal::Endpoint;
use token_client::reqwest_middleware::{ClientBuilder, ClientWithMiddleware, reqwest};
use token_client::{Error, GrantSource, Misuse, TokenClient};

use crate::world::{VENDORS, World};

/// A client of the caller's own, which trusts this world.
fn over(client: &TokenClient) -> ClientWithMiddleware {
    let root = MockIdp::ca_pem().expect("an authority");
    let root = reqwest::Certificate::from_pem(root.as_bytes()).expect("a certificate");
    let own = reqwest::Client::builder().tls_certs_only([root]).build();
    ClientBuilder::new(own.expect("a client"))
        .with(client.clone())
        .build()
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_sent_again() {
    for vendor in VENDORS {
        let world = World::of(vendor).await;
        let client = world.client(world.post(), GrantSource::ClientCredentials);
        let http = over(&client);
        let get = || http.get(world.idp.api_url()).send();
        assert_eq!(get().await.expect("an answer").status(), 200);
        world.idp.revoke_access_tokens();
        assert_eq!(get().await.expect("an answer").status(), 200);
        // What is left in the end is the caller's to look at.
        world
            .idp
            .faults()
            .add(Fault::at(Endpoint::Resource).reply(401));
        assert_eq!(get().await.expect("an answer").status(), 401);
        insta::allow_duplicates! {
            insta::assert_snapshot!(world.journal(), @"
            token client_credentials [Post] -> 200 AT#1
            resource shows AT#1 -> 200
            resource shows AT#1 -> 401
            token client_credentials [Post] -> 200 AT#2
            resource shows AT#2 -> 200
            resource shows AT#2 -> 401
            token client_credentials [Post] -> 200 AT#3
            resource shows AT#3 -> 401
            ");
        }
    }
}

#[tokio::test]
async fn a_body_that_can_be_sent_only_once_is_refused_before_anything_is_sent() {
    let world = World::of(VENDORS[0]).await;
    let client = world.client(world.post(), GrantSource::ClientCredentials);
    let http = over(&client);
    // A body that reqwest knows nothing of, as a stream is.
    let body = reqwest::Body::wrap("once".to_owned());
    let error = http.post(world.idp.api_url()).body(body).send().await;
    let error = error.expect_err("a stream");
    let token_client::reqwest_middleware::Error::Middleware(inside) = &error else {
        panic!("{error}");
    };
    assert!(matches!(
        inside.downcast_ref::<Error>(),
        Some(Error::Misuse(Misuse::OneShotBody))
    ));
    assert_eq!(world.idp.journal().written(), 0);
    insta::assert_snapshot!(inside, @"body can be sent only once: give it as bytes or text, so that a call can be repeated");
}

#[tokio::test]
async fn tokens_go_over_https_or_to_this_machine_only() {
    let world = World::of(VENDORS[0]).await;
    let client = world.client(world.post(), GrantSource::ClientCredentials);
    let error = over(&client).get("http://api.example/").send().await;
    insta::assert_snapshot!(error.expect_err("plain http"), @r#"resource URL "http://api.example/" is not usable: credentials go over https, or over http to this machine only"#);
    assert_eq!(world.idp.journal().written(), 0);
}
