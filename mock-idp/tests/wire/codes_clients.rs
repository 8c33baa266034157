//! Entra's errors of applications and the APIs they ask for, each brought about by its cause.

use mock_idp::MockIdp;
use mock_idp::directory::{Directory, GrantType, SignInAudience};
use mock_idp::journal::Origin;

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

const RETIRED: &str = "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d";
const FABRIKAM: &str = "b7a6c5d4-e3f2-4a10-8b9c-0d1e2f3a4b5c";

#[tokio::test]
async fn applications() {
    let mut directory = Directory::default();
    directory.entra.tenants[1].applications[0].sign_in_audience = SignInAudience::AnyTenant;
    let api = &mut directory.entra.tenants[0].resources[1];
    api.assignment_required = true;
    let roleless = &mut directory.entra.tenants[0].applications[3];
    roleless.roles.clear();
    let (batch, secret) = (roleless.id.clone(), roleless.secrets[0].value.clone());
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let as_batch = stage
        .app_only()
        .with("client_id", &batch)
        .with("client_secret", secret.reveal());
    // Graph asks for no assignment.
    assert_eq!(as_batch.clone().send().await.status, 200);
    for (number, ask) in [
        (
            700_016,
            stage
                .app_only()
                .with("client_id", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ),
        // A user's sign-in would bring it into the tenant.
        (700_016, stage.password().with("client_id", FABRIKAM)),
        (7_000_229, stage.app_only().with("client_id", FABRIKAM)),
        (
            700_038,
            stage
                .app_only()
                .with("client_id", "00000000-0000-0000-0000-000000000000"),
        ),
        (7_000_112, stage.app_only().with("client_id", RETIRED)),
        (
            501_051,
            as_batch.with("scope", "api://contoso-orders/.default"),
        ),
    ] {
        is_as_the_ledger_says(number, &ask.send().await);
    }
}

#[tokio::test]
async fn scopes_and_resources() {
    let mut directory = Directory::default();
    directory.entra.tenants[0].resources[1].enabled = false;
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let app_only = |scope: &str| stage.app_only().with("scope", scope);
    for (number, ask) in [
        (
            70_011,
            app_only("https://graph.microsoft.com/.default openid"),
        ),
        (1_002_012, app_only("https://graph.microsoft.com/User.Read")),
        (
            700_022,
            stage
                .password()
                .with("scope", "User.Read api://contoso-orders/User.Read"),
        ),
        (500_011, app_only("api://nowhere/.default")),
        (500_014, app_only("api://contoso-orders/.default")),
        (65_001, stage.password().with("scope", "Files.Burn")),
    ] {
        let answer = ask.send().await;
        if number == 65_001 {
            // The name is left out where it is not at hand.
            assert!(
                answer
                    .text("error_description")
                    .starts_with("AADSTS65001: ")
            );
            continue;
        }
        is_as_the_ledger_says(number, &answer);
    }
    assert_eq!(
        stage.idp.scopes(GrantType::ClientCredentials),
        ["https://graph.microsoft.com/.default"]
    );
    assert!(stage.idp.origin(Origin::Login).starts_with("http://"));
}

/// What a user's client asks for that its tenant or its registration does not have.
#[tokio::test]
async fn apis_that_are_not_to_be_had() {
    let mut directory = Directory::default();
    let tenant = &mut directory.entra.tenants[0];
    tenant.resources[1].without_service_principal = true;
    let graph = tenant.resources[0].app_id.clone();
    tenant.applications[0].registration.required_resources = vec![graph];
    let mut orders = tenant.resources[1].clone();
    orders.app_id = "3a7e2c91-4d95-4e2e-87b8-a1d9e8f7a6b5".to_owned();
    orders.identifier = "api://others".to_owned();
    orders.without_service_principal = false;
    tenant.resources.push(orders);
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let password = |scope: &str| stage.password().with("scope", scope);
    let refused = password("api://contoso-orders/User.Read").send().await;
    is_as_the_ledger_says(650_052, &refused);
    assert!(
        refused.body.contains("organization \\\"Contoso\\\""),
        "{}",
        refused.body
    );
    let refused = password("api://others/.default").send().await;
    is_as_the_ledger_says(650_057, &refused);
    // A scope by its name is asked for as one goes along.
    assert_eq!(password("api://others/User.Read").send().await.status, 200);
    assert_eq!(
        password("https://graph.microsoft.com/.default")
            .send()
            .await
            .status,
        200
    );
    // An application that asks as itself gets a token without roles, or hears that there is no such API.
    let app_only = |scope: &str| stage.app_only().with("scope", scope);
    assert_eq!(app_only("api://others/.default").send().await.status, 200);
    is_as_the_ledger_says(
        500_011,
        &app_only("api://contoso-orders/.default").send().await,
    );
    // At v1.0 an API is always asked for as a whole.
    let of_v1 = stage.idp.token_url().replace("/v2.0/", "/");
    let at_v1 = stage
        .password()
        .without("scope")
        .with("resource", "api://others")
        .at(&of_v1);
    is_as_the_ledger_says(650_057, &at_v1.send().await);
    // `.default` stands alone.
    is_as_the_ledger_says(
        70_011,
        &password("User.Read https://graph.microsoft.com/.default")
            .send()
            .await,
    );
    is_as_the_ledger_says(70_011, &password("api://others/").send().await);
}

/// What a v1.0 request means that names no API is up to the directory.
#[tokio::test]
async fn a_v1_request_without_a_resource() {
    let mut directory = Directory::default();
    for (named, status) in [(None, 400), (Some("https://graph.microsoft.com"), 200)] {
        directory.entra.v1_resource = named.map(str::to_owned);
        let stage = Stage::of(MockIdp::entra().directory(directory.clone())).await;
        let of_v1 = stage.idp.token_url().replace("/v2.0/", "/");
        let answer = stage.app_only().without("scope").at(&of_v1).send().await;
        assert_eq!(answer.status, status, "{}", answer.body);
        match named {
            None => is_as_the_ledger_says(500_011, &answer),
            Some(named) => assert_eq!(answer.text("resource"), named),
        }
    }
}
