//! Tokens that are bound to a key (RFC 9449), at Okta.

use std::path::Path;
use std::time::Duration;

use mock_idp::directory::{Directory, Rotation, RotationMode};
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider};
use token_client::{
    Class, DpopKey, Error, FileStore, GrantSource, MemoryStore, Secret, TokenClient, TokenRecord,
    TokenStore,
};

use crate::world::{World, call};

/// A world whose first application has bound tokens, and refresh tokens that are good once.
async fn world() -> World {
    let mut directory = Directory::default();
    let application = &mut directory.okta.applications[0];
    application.okta.dpop_bound = true;
    application.rotation = Some(Rotation {
        mode: RotationMode::Rotate,
        leeway_seconds: 0,
        reuse_revokes_family: true,
    });
    World::start(MockIdp::of(Provider::Okta).directory(directory)).await
}

fn client(
    world: &World,
    grant: GrantSource,
    key: Option<DpopKey>,
    store: impl TokenStore,
) -> TokenClient {
    let authority = MockIdp::ca_pem().expect("an authority");
    let mut builder = world.builder(world.post(), grant, authority).store(store);
    if let Some(key) = key {
        builder = builder.dpop(key);
    }
    builder.build().expect("a client")
}

fn password(world: &World) -> GrantSource {
    let credentials = world.idp.credentials();
    GrantSource::Password {
        username: credentials.username,
        password: Secret::new(credentials.password.reveal()),
    }
}

fn new_key() -> DpopKey {
    DpopKey::generate().expect("a key")
}

#[tokio::test]
async fn a_key_is_proved_to_the_server_and_to_both_kinds_of_apis() {
    let world = world().await;
    let store = MemoryStore::new();
    let app = client(
        &world,
        GrantSource::ClientCredentials,
        Some(new_key()),
        store,
    );
    let token = app.token().await.expect("a token");
    assert!(token.is_bound(), "{}", token.token_type());
    let url = world.idp.api_url();
    // A query is no part of what is proved.
    for url in [url.clone(), format!("{url}?page=2"), url] {
        assert_eq!(call(&app, &url).await.expect("an answer"), 200);
    }

    let store = MemoryStore::new();
    let user = client(&world, password(&world), Some(new_key()), store);
    let info = world.idp.token_url().replace("/token", "/userinfo");
    assert_eq!(call(&user, &info).await.expect("an answer"), 200);
    insta::assert_snapshot!(world.journal(), @"
    token client_credentials [Post] -> 400
    token client_credentials [Post] -> 200 AT#1
    resource shows AT#1 -> 200
    resource shows AT#1 -> 200
    resource shows AT#1 -> 200
    token password [Post] -> 400
    token password [Post] -> 200 AT#2 RT#1
    user_info shows AT#2 -> 200
    ");
}

#[tokio::test]
async fn the_nonce_is_kept_until_the_server_wants_another() {
    let world = world().await;
    let store = MemoryStore::new();
    let grant = GrantSource::ClientCredentials;
    let client = client(&world, grant, Some(new_key()), store);
    client.token().await.expect("a token");
    client.refresh().await.expect("another token");
    // A nonce is renewed every day, and Okta takes the former one for three more.
    for days in [1, 3, 9] {
        world.clock.advance(Duration::from_secs(days * 86_400));
        client.token().await.expect("a token");
    }
    insta::assert_snapshot!(world.journal(), @"
    token client_credentials [Post] -> 400
    token client_credentials [Post] -> 200 AT#1
    token client_credentials [Post] -> 200 AT#2
    token client_credentials [Post] -> 200 AT#3
    token client_credentials [Post] -> 200 AT#4
    token client_credentials [Post] -> 400
    token client_credentials [Post] -> 200 AT#5
    ");
}

/// The client that a process would have, with all that it keeps in this folder.
fn process(world: &World, folder: &Path) -> TokenClient {
    let key = DpopKey::in_file(folder.join("key.pem")).expect("a key");
    let store = FileStore::new(folder.join("tokens.json"));
    client(world, password(world), Some(key), store)
}

#[tokio::test]
async fn a_restarted_process_goes_on_with_its_key_and_its_tokens() {
    let world = world().await;
    let folder = tempfile::tempdir().expect("a folder");
    let first = process(&world, folder.path())
        .token()
        .await
        .expect("a token");
    let second = process(&world, folder.path());
    let kept = second.token().await.expect("a token");
    assert_eq!(world.label(&kept), world.label(&first));
    assert_eq!(
        call(&second, &world.idp.api_url())
            .await
            .expect("an answer"),
        200
    );
    second.refresh().await.expect("another token");
    let third = process(&world, folder.path());
    third.refresh().await.expect("another token");
    // The key is gone: what stands in the store is of no use, and is not shown to anybody.
    std::fs::remove_file(folder.path().join("key.pem")).expect("it was there");
    let other = process(&world, folder.path());
    other.token().await.expect("a token");
    insta::assert_snapshot!(world.journal(), @"
    token password [Post] -> 400
    token password [Post] -> 200 AT#1 RT#1
    resource shows AT#1 -> 200
    token refresh_token [Post] shows RT#1 -> 400
    token refresh_token [Post] shows RT#1 -> 200 AT#2 RT#2
    token refresh_token [Post] shows RT#2 -> 400
    token refresh_token [Post] shows RT#2 -> 200 AT#3 RT#3
    token password [Post] -> 400
    token password [Post] -> 200 AT#4 RT#4
    ");
}

#[tokio::test]
async fn a_stolen_refresh_token_is_good_for_nobody_else() {
    let world = world().await;
    let store = MemoryStore::new();
    let owner = client(&world, password(&world), Some(new_key()), store.clone());
    owner.token().await.expect("a token");
    let record = store.load(owner.store_key()).await.expect("readable");
    let stolen = record.expect("a record").refresh_token.expect("one");

    let mut told = String::new();
    for key in [Some(new_key()), None] {
        let grant = GrantSource::RefreshToken(stolen.clone());
        let thief = client(&world, grant, key, MemoryStore::new());
        let error = thief.token().await.expect_err("not the owner");
        assert_eq!(error.class(), Class::Misconfigured, "{error}");
        let Error::Refused(refusal) = error else {
            panic!("no refusal: {error}");
        };
        let words = refusal.description.as_deref().unwrap_or_default();
        told += &format!("{} {:?} {words}\n", refusal.status.as_u16(), refusal.error);
    }
    insta::assert_snapshot!(told, @r#"
    400 Some("invalid_dpop_proof") Invalid DPoP Public Key binding in refresh token
    400 Some("invalid_dpop_proof") The DPoP proof JWT header is missing.
    "#);
    // It has not been used up.
    owner.refresh().await.expect("another token");
    insta::assert_snapshot!(world.journal(), @"
    token password [Post] -> 400
    token password [Post] -> 200 AT#1 RT#1
    token refresh_token [Post] shows RT#1 -> 400
    token refresh_token [Post] shows RT#1 -> 400
    token refresh_token [Post] shows RT#1 -> 400
    token refresh_token [Post] shows RT#1 -> 200 AT#2 RT#2
    ");
}

#[tokio::test]
async fn a_stolen_access_token_is_good_for_nobody_else() {
    let world = world().await;
    let grant = || GrantSource::ClientCredentials;
    let owner = client(&world, grant(), Some(new_key()), MemoryStore::new());
    let stolen = owner.token().await.expect("a token");
    let users = format!("{}/api/v1/users", world.idp.origin(Origin::Org));
    let as_type = |token_type: &str| TokenRecord {
        token_type: token_type.to_owned(),
        ..TokenRecord::pasted(stolen.secret().clone())
    };
    for (key, record) in [
        (None, as_type("Bearer")),
        (None, as_type("DPoP")),
        (Some(new_key()), as_type("DPoP")),
    ] {
        for url in [&world.idp.api_url(), &users] {
            let thief = client(&world, GrantSource::SignIn, key.clone(), MemoryStore::new());
            thief.enter(record.clone()).await.expect("it is taken");
            let outcome = call(&thief, url).await;
            assert!(!outcome.is_ok_and(|status| status == 200));
        }
    }
    insta::assert_snapshot!(world.journal(), @"
    token client_credentials [Post] -> 400
    token client_credentials [Post] -> 200 AT#1
    resource shows AT#1 -> 401
    resource shows AT#1 -> 400
    resource shows AT#1 -> 401
    resource shows AT#1 -> 400
    resource shows AT#1 -> 401
    resource shows AT#1 -> 401
    ");
}
