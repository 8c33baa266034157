//! A resource that challenges tokens, and a program in App Service.

use std::time::Duration;

use mock_idp::ledger::AccessEvent;
use mock_idp::{MockIdp, Provider};
use token_client::{Class, ClientAuth, GrantSource, ManagedIdentity, Secret, TokenClient};

use crate::world::{World, call};

const ADA: &str = "ada@contoso.example";

fn client(world: &World, grant: GrantSource, auth: ClientAuth) -> TokenClient {
    let authority = MockIdp::ca_pem().expect("an authority");
    let builder = world.builder(auth, grant, authority);
    builder
        .client_capabilities(["cp1"])
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_revoked_user_is_challenged_and_the_password_brings_another_token() {
    let world = World::of(Provider::Entra).await;
    let credentials = world.idp.credentials();
    let grant = GrantSource::Password {
        username: credentials.username,
        password: Secret::new(credentials.password.reveal()),
    };
    let client = client(&world, grant, world.post());
    let token = client.token().await.expect("a token");
    let lives = token.expires_at().expect("a time");
    assert!(
        lives.duration_since(jiff::Timestamp::UNIX_EPOCH).as_secs() > 1_893_456_000 + 20 * 3600
    );
    let url = world.idp.user_api_url();
    assert_eq!(call(&client, &url).await.expect("an answer"), 200);
    world.clock.advance(Duration::from_secs(600));
    let event = world.idp.access_event(AccessEvent::Revoked, Some(ADA));
    event.expect("a user");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(call(&client, &url).await.expect("an answer"), 200);
    insta::assert_snapshot!(world.journal(), @"
    token password [Post] -> 200 AT#1 RT#1
    resource shows AT#1 -> 200
    resource shows AT#1 -> 401
    token refresh_token [Post] shows RT#1 -> 400
    token password [Post] -> 200 AT#2 RT#2
    resource shows AT#2 -> 200
    ");
}

#[tokio::test]
async fn a_service_has_an_identity() {
    let world = World::of(Provider::Entra).await;
    let service = world.idp.app_service().expect("a service");
    let identity = ManagedIdentity::from_environment(|name| match name {
        "IDENTITY_ENDPOINT" => Some(service.endpoint.clone()),
        "IDENTITY_HEADER" => Some(service.header.reveal().to_owned()),
        _ => None,
    })
    .expect("a service");
    let authority = MockIdp::ca_pem().expect("an authority");
    let scopes = ["https://graph.microsoft.com/.default"];
    let make = |identity| {
        let builder = TokenClient::managed_identity(identity).scopes(scopes);
        world.fitted(builder, authority).build().expect("a client")
    };
    let token = make(identity.clone()).token().await.expect("a token");
    let expires = token.expires_at().expect("a time").to_string();
    assert_eq!(expires, "2030-01-01T01:00:00Z");
    let assigned = identity
        .clone()
        .with_object_id("0f1a2b3c-4d5e-4f6a-9b7c-8d9e0f1a2b3c");
    make(assigned).token().await.expect("a token");
    let nobody = make(identity.with_client_id("nobody"));
    let error = nobody.token().await.expect_err("no identity");
    assert_eq!(error.class(), Class::Misconfigured, "{error}");
    insta::assert_snapshot!(world.journal(), @"
    managed_identity without grant [] -> 200 AT#1
    managed_identity without grant [] -> 200 AT#2
    managed_identity without grant [] -> 400
    ");
}
