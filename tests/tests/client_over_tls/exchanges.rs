//! A service that exchanges the token it was called with for one of its own (RFC 8693), at Okta.

use std::time::Duration;

use mock_idp::directory::{Application, ClientSecret, Directory, GrantType};
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider};
use token_client::{Class, ClientAuth, Error, GrantSource, Secret, TokenClient, TokenExchange};

use crate::world::World;

const SERVICE: &str = "0oa7gatewayTokenPr0d7";
const SERVICE_SECRET: &str = "okta-app-secret_Gw7Tq2Zx9Mn4Lk1Vb6";

async fn world() -> World {
    let mut directory = Directory::default();
    let mut service = Application::new(SERVICE, [GrantType::TokenExchange]);
    service.secrets = vec![ClientSecret::lasting(SERVICE_SECRET)];
    directory.okta.applications.push(service);
    World::start(MockIdp::of(Provider::Okta).directory(directory)).await
}

/// The application in which a user has signed in, and which calls the service.
fn caller(world: &World) -> TokenClient {
    let credentials = world.idp.credentials();
    let grant = GrantSource::Password {
        username: credentials.username,
        password: Secret::new(credentials.password.reveal()),
    };
    world.client(world.post(), grant)
}

fn exchange(token: &Secret) -> GrantSource {
    let exchange = TokenExchange::of_access_token(token.clone()).audience("api://partners");
    GrantSource::TokenExchange(exchange)
}

/// The service, which was called with this token and calls the partners' API.
fn service(world: &World, grant: GrantSource) -> TokenClient {
    let auth = ClientAuth::SecretBasic {
        id: SERVICE.to_owned(),
        secret: Secret::new(SERVICE_SECRET),
    };
    let partners = token_client::Provider::okta_custom(world.idp.origin(Origin::Org), "partners");
    let builder = TokenClient::builder(partners.expect("addresses"), auth, grant)
        .account("ada")
        .scopes(["orders.write"]);
    let authority = MockIdp::ca_pem().expect("an authority");
    world.fitted(builder, authority).build().expect("a client")
}

#[tokio::test]
async fn a_service_asks_in_the_name_of_who_called_it() {
    let world = world().await;
    let caller = caller(&world);
    let shown = caller.token().await.expect("a token");
    let service = service(&world, exchange(shown.secret()));
    let token = service.token().await.expect("a token");
    assert_eq!(token.scope(), Some("orders.write"));
    let again = service.token().await.expect("a token");
    assert_eq!(world.label(&again), world.label(&token), "kept");

    // There is no refresh token: the next one takes the token that the caller shows by then.
    world.clock.advance(Duration::from_secs(3599));
    let shown = caller.token().await.expect("a token");
    let grant = exchange(shown.secret());
    service.set_grant(grant).await.expect("a newer token");
    service.token().await.expect("a token");
    insta::assert_snapshot!(world.journal(), @"
    token password [Post] -> 200 AT#1 RT#1
    token urn:ietf:params:oauth:grant-type:token-exchange [Basic] -> 200 AT#2
    token refresh_token [Post] shows RT#1 -> 200 AT#3
    token urn:ietf:params:oauth:grant-type:token-exchange [Basic] -> 200 AT#4
    ");
}

#[tokio::test]
async fn what_cannot_be_exchanged_is_told_and_not_sent_again() {
    let world = world().await;
    let shown = caller(&world).token().await.expect("a token");
    let mut told = String::new();
    let nowhere = TokenExchange::of_access_token(shown.secret().clone()).audience("api://nobody");
    let saml = TokenExchange::of(
        shown.secret().clone(),
        "urn:ietf:params:oauth:token-type:saml2",
    );
    for grant in [
        exchange(&Secret::new("garbage")),
        GrantSource::TokenExchange(nowhere),
        GrantSource::TokenExchange(saml.audience("api://partners")),
    ] {
        let service = service(&world, grant);
        let error = service.token().await.expect_err("a refusal");
        let Error::Refused(refusal) = &error else {
            panic!("no refusal: {error}");
        };
        told += &format!(
            "{} {} {:?}\n",
            error.class(),
            refusal.status.as_u16(),
            refusal.error
        );
    }
    insta::assert_snapshot!(told, @r#"
    reauth_required 400 Some("invalid_request")
    misconfigured 400 Some("invalid_target")
    reauth_required 400 Some("invalid_request")
    "#);

    // A token that has expired by the time it is exchanged.
    world.clock.advance(Duration::from_secs(3600));
    let late = service(&world, exchange(shown.secret()));
    let before = world.idp.journal().written();
    for _ in 0..3 {
        let error = late.token().await.expect_err("a refusal");
        assert_eq!(error.class(), Class::ReauthRequired, "{error}");
        world.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(world.idp.journal().written(), before + 1);
}
