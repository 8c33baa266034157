//! Ways to a token that need no client secret: certificates, keys, a platform's token, devices, machines.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mock_idp::clock::Clock as _;
use mock_idp::fault::{ConnectionFault, Fault};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::mint::TokenRecipe;
use mock_idp::{MockIdp, Provider};
use serde_json::json;
use token_client::{
    AccessToken, Class, ClientAssertion, ClientAuth, Error, GrantSource, ManagedIdentity, Secret,
    SigningAlgorithm, TokenClient,
};

use crate::world::World;

const KEY: &str = include_str!("../../../mock-idp/directory/client.key.pem");
const CERTIFICATE: &str = include_str!("../../../mock-idp/directory/client.cert.pem");
/// A certificate that the application does not have.
const OTHER_KEY: &str = include_str!("../../../mock-idp/src/keys/embedded/entra-3.key.pem");
const OTHER_CERTIFICATE: &str =
    include_str!("../../../mock-idp/src/keys/embedded/entra-3.cert.pem");

const CERTIFIED: &str = "5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d";
const PIPELINE: &str = "6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e";
const KEYED: &str = "0oa4servicTokenPr0d7";

fn signing(id: &str, assertion: ClientAssertion) -> ClientAuth {
    ClientAuth::Assertion {
        id: id.to_owned(),
        assertion,
    }
}

fn certified(certificate: &str, key: &str) -> ClientAssertion {
    ClientAssertion::certificate(certificate, &Secret::new(key)).expect("a pair")
}

#[tokio::test]
async fn entra_knows_a_certificate_by_either_algorithm() {
    let world = World::of(Provider::Entra).await;
    let ours = || certified(CERTIFICATE, KEY);
    let older = ours().algorithm(SigningAlgorithm::Rs256);
    let chained = ours().with_chain();
    for assertion in [ours(), older.expect("RS256"), chained.expect("a chain")] {
        let auth = signing(CERTIFIED, assertion);
        let client = world.client(auth, GrantSource::ClientCredentials);
        client.token().await.expect("a token");
    }
    let stranger = signing(CERTIFIED, certified(OTHER_CERTIFICATE, OTHER_KEY));
    let client = world.client(stranger, GrantSource::ClientCredentials);
    let error = client.token().await.expect_err("an unknown certificate");
    assert_eq!(error.class(), Class::Misconfigured);
    let Error::Refused(refusal) = error else {
        panic!("no refusal: {error}");
    };
    assert_eq!(refusal.vendor_code.as_deref(), Some("700027"));
    insta::assert_snapshot!(world.journal(), @"
    token client_credentials [Assertion] -> 200 AT#1
    token client_credentials [Assertion] -> 200 AT#2
    token client_credentials [Assertion] -> 200 AT#3
    token client_credentials [Assertion] -> 401
    ");
}

#[tokio::test]
async fn okta_knows_a_key_and_every_try_is_signed_anew() {
    let world = World::of(Provider::Okta).await;
    // The try whose answer is lost has used its assertion up: Okta takes each once.
    let lost = Fault::at(Endpoint::Token)
        .nth(1)
        .connection(ConnectionFault::LostReply);
    world.idp.faults().add(lost);
    let key = ClientAssertion::private_key(&Secret::new(KEY)).expect("a key");
    let client = world.client(signing(KEYED, key.clone()), GrantSource::ClientCredentials);
    world
        .driven(async move { client.token().await.expect("a token") })
        .await;
    let named = key.key_id("tokenproof-sample").expect("a key");
    let client = world.client(signing(KEYED, named), GrantSource::ClientCredentials);
    client.token().await.expect("a token");
    client.refresh().await.expect("another token");
    insta::assert_snapshot!(world.journal(), @"
    token client_credentials [Assertion] -> 200 AT#1
    token client_credentials [Assertion] -> 200 AT#2
    token client_credentials [Assertion] -> 200 AT#3
    token client_credentials [Assertion] -> 200 AT#4
    ");
}

#[tokio::test]
async fn entra_trusts_a_platforms_token_from_a_file() {
    let world = World::of(Provider::Entra).await;
    let minted = |subject: &str| {
        let claims = json!({
            "iss": "https://token.pipelines.example", "sub": subject, "aud": "api://AzureADTokenExchange",
        });
        let recipe = TokenRecipe {
            scopes: vec!["api://contoso-orders/.default".to_owned()],
            claims: claims.as_object().cloned().expect("an object"),
            ..TokenRecipe::default()
        };
        let token = world.idp.mint(&recipe).expect("a token");
        token.value.reveal().to_owned()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let put = |token: String| std::fs::write(&path, token).expect("a file");
    put(minted("repo:contoso/orders:ref:refs/heads/other"));
    let auth = signing(PIPELINE, ClientAssertion::file(&path));
    let client = world.client(auth, GrantSource::ClientCredentials);
    let error = client.token().await.expect_err("another subject");
    assert_eq!(error.class(), Class::Misconfigured);

    put(minted("repo:contoso/orders:ref:refs/heads/main"));
    world.clock.advance(Duration::from_secs(60));
    client.token().await.expect("a token");
    insta::assert_snapshot!(world.journal(), @"
    token client_credentials [Assertion] -> 401
    token client_credentials [Assertion] -> 200 AT#3
    ");
}

/// A client that runs on a device of this vendor, and the user who signs in to it.
fn device(world: &World) -> (TokenClient, &'static str) {
    let (id, scopes, user) = match world.idp.provider() {
        Provider::Entra => (
            "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5",
            "User.Read offline_access",
            "ada@contoso.example",
        ),
        Provider::Okta => (
            "0oa2nativeTokenPr0d7",
            "orders.read offline_access",
            "ada@okta.example",
        ),
    };
    let auth = ClientAuth::Public { id: id.to_owned() };
    let builder = TokenClient::builder(world.provider(), auth, GrantSource::SignIn);
    let authority = MockIdp::ca_pem().expect("an authority");
    let client = world.fitted(builder.scopes([scopes]), authority).build();
    (client.expect("a client"), user)
}

/// What becomes of a sign-in about which the user decides at its second poll.
async fn decided(
    world: &World,
    client: &TokenClient,
    decide: impl Fn(&str),
) -> Result<AccessToken, Error> {
    let code = Arc::new(Mutex::new(String::new()));
    let (screen, client) = (Arc::clone(&code), client.clone());
    let signing_in = tokio::spawn(async move {
        let show = |prompt: &token_client::DevicePrompt| {
            screen
                .lock()
                .expect("no panic")
                .clone_from(&prompt.user_code);
        };
        client.sign_in_by_device(show).await
    });
    while world.idp.journal().written() < 2 {
        world.step().await;
    }
    decide(&code.lock().expect("no panic"));
    world
        .driven(async move { signing_in.await.expect("no panic") })
        .await
}

#[tokio::test]
async fn a_user_signs_in_to_a_device_elsewhere() {
    let mut told = String::new();
    for vendor in [Provider::Entra, Provider::Okta] {
        let world = World::of(vendor).await;
        let (client, user) = device(&world);
        let token = decided(&world, &client, |code| {
            world.idp.approve_sign_in(code, user).expect("a user");
        });
        let token = token.await.expect("a token");
        assert_eq!(world.label(&token), "AT#1");
        client.refresh().await.expect("another token");
        told += &format!("{vendor}\n{}\n", world.journal());
    }
    insta::assert_snapshot!(told, @"
    entra
    device without grant [] -> 200 DC#1
    token urn:ietf:params:oauth:grant-type:device_code [] shows DC#1 -> 400
    token urn:ietf:params:oauth:grant-type:device_code [] shows DC#1 -> 200 AT#1 RT#1
    token refresh_token [] shows RT#1 -> 200 AT#2 RT#2
    okta
    device without grant [] -> 200 DC#1
    token urn:ietf:params:oauth:grant-type:device_code [] shows DC#1 -> 400
    token urn:ietf:params:oauth:grant-type:device_code [] shows DC#1 -> 200 AT#1 RT#1
    token refresh_token [] shows RT#1 -> 200 AT#2
    ");
}

#[tokio::test]
async fn a_user_refuses_a_device() {
    let mut told = String::new();
    for vendor in [Provider::Entra, Provider::Okta] {
        let world = World::of(vendor).await;
        let (client, _) = device(&world);
        let outcome = decided(&world, &client, |code| {
            world.idp.deny_sign_in(code).expect("a sign-in");
        });
        let error = outcome.await.expect_err("a refusal");
        let Error::Refused(refusal) = &error else {
            panic!("no refusal: {error}");
        };
        told += &format!("{vendor}: {} {:?}\n", error.class(), refusal.error);
    }
    insta::assert_snapshot!(told, @r#"
    entra: interaction_required Some("authorization_declined")
    okta: interaction_required Some("access_denied")
    "#);
}

#[tokio::test]
async fn a_device_nobody_looks_at_gives_up_in_time() {
    for vendor in [Provider::Entra, Provider::Okta] {
        let world = World::of(vendor).await;
        let (client, _) = device(&world);
        let waiting = async move { client.sign_in_by_device(|_| {}).await };
        let error = world.driven(waiting).await.expect_err("nobody came");
        assert!(
            matches!(error, Error::DeviceCodeExpired),
            "{vendor}: {error}"
        );
        // All polls were slow enough.
        let mut answers = world.idp.journal().entries().into_iter();
        answers.next().expect("the codes");
        for answer in answers {
            let error = answer.reply.expect("a reply").error;
            assert_eq!(error.as_deref(), Some("authorization_pending"), "{vendor}");
        }
    }
}

/// A client with the machine's own identity or one assigned to it.
fn machine(world: &World, choose: impl FnOnce(ManagedIdentity) -> ManagedIdentity) -> TokenClient {
    let service = ManagedIdentity::imds_at(world.idp.origin(Origin::ManagedIdentity));
    let identity = choose(service.expect("an address"));
    let builder = TokenClient::managed_identity(identity);
    let authority = MockIdp::ca_pem().expect("an authority");
    let scopes = ["https://graph.microsoft.com/.default"];
    let client = world.fitted(builder.scopes(scopes), authority).build();
    client.expect("a client")
}

#[tokio::test]
async fn a_machine_has_an_identity() {
    let world = World::of(Provider::Entra).await;
    for client in [
        machine(&world, |own| own),
        machine(&world, |own| {
            own.with_client_id("9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b")
        }),
        machine(&world, |own| {
            own.with_object_id("0f1a2b3c-4d5e-4f6a-9b7c-8d9e0f1a2b3c")
        }),
    ] {
        let token = client.token().await.expect("a token");
        let left = token
            .expires_at()
            .expect("a time")
            .duration_since(world.clock.now());
        assert!((3500..=3600).contains(&left.as_secs()), "{left}");
    }
    let error = machine(&world, |own| own.with_client_id("nobody"))
        .token()
        .await;
    insta::assert_snapshot!(error.expect_err("no identity"), @"metadata service refused the managed_identity grant with status 400, invalid_request: Identity not found");
    insta::assert_snapshot!(world.journal(), @"
    managed_identity without grant [] -> 200 AT#1
    managed_identity without grant [] -> 200 AT#2
    managed_identity without grant [] -> 200 AT#3
    managed_identity without grant [] -> 400
    ");
}

#[tokio::test]
async fn a_metadata_service_that_is_being_updated_is_waited_for() {
    let world = World::of(Provider::Entra).await;
    for (nth, status) in [(1, 410), (2, 404), (3, 500)] {
        let fault = Fault::at(Endpoint::ManagedIdentity).nth(nth).reply(status);
        world.idp.faults().add(fault);
    }
    let client = machine(&world, |own| own);
    let begin = world.clock.now();
    world
        .driven(async move { client.token().await.expect("a token") })
        .await;
    let waited = world.clock.now().duration_since(begin).as_secs();
    assert!((18..=28).contains(&waited), "{waited} s");
    insta::assert_snapshot!(world.journal(), @"
    managed_identity without grant [] -> 410
    managed_identity without grant [] -> 404
    managed_identity without grant [] -> 500
    managed_identity without grant [] -> 200 AT#1
    ");
}
