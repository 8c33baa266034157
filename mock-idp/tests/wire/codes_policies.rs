//! Conditional Access: each control refuses with its number, whom it is for and nobody else.

use mock_idp::directory::{AccessControl, ConditionalAccess, Directory};
use mock_idp::{MockIdp, Provider};
use serde_json::{Value, json};

use crate::fidelity::{is_as_the_ledger_says, line};
use crate::stage::Stage;

const ID: &str = "5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11";

fn policy(control: AccessControl) -> ConditionalAccess {
    ConditionalAccess {
        id: ID.to_owned(),
        control,
        users: Vec::new(),
        workloads: Vec::new(),
        resources: Vec::new(),
    }
}

async fn world(policy: ConditionalAccess) -> Stage {
    let mut directory = Directory::default();
    directory.entra.tenants[0].conditional_access = vec![policy];
    Stage::of(MockIdp::entra().directory(directory)).await
}

#[tokio::test]
async fn what_a_policy_refuses() {
    for (number, control) in [
        (53_003, AccessControl::Block),
        (50_076, AccessControl::SecondFactor),
        (50_079, AccessControl::SecondFactorRegistration),
        (50_072, AccessControl::SecondFactorSetup),
        (50_078, AccessControl::RecentSecondFactor),
        (50_158, AccessControl::ExternalChallenge),
        (53_000, AccessControl::CompliantDevice),
        (53_001, AccessControl::JoinedDevice),
        (53_002, AccessControl::ApprovedApplication),
        (530_032, AccessControl::SecurityPolicy),
        (530_034, AccessControl::DelegatedAdministrator),
        (530_035, AccessControl::SecurityDefaults),
        (500_212, AccessControl::OutboundTenant),
        (500_213, AccessControl::InboundTenant),
    ] {
        let stage = world(policy(control)).await;
        let answer = stage.password().send().await;
        is_as_the_ledger_says(number, &answer);
        assert!(stage.idp.tokens().is_empty());
        if let Some(claims) = answer.json()["claims"].as_str() {
            let wanted =
                json!({ "access_token": { "capolids": { "essential": true, "values": [ID] } } });
            assert_eq!(serde_json::from_str::<Value>(claims).unwrap(), wanted);
        }
        // Applications are not people.
        assert_eq!(stage.app_only().send().await.status, 200);
        // At v1.0 most of them are another error.
        let of_v1 = stage.idp.token_url().replace("/v2.0/", "/");
        let asked = stage
            .password()
            .at(&of_v1)
            .with("resource", "https://graph.microsoft.com");
        let line = line(number);
        assert_eq!(
            asked.send().await.text("error"),
            line.error_v1.unwrap_or(line.error)
        );
    }
    let stage = world(policy(AccessControl::RecentSignIn)).await;
    let token = stage.password().send().await.text("refresh_token");
    stage.advance(3600);
    assert_eq!(stage.refresh(&token).send().await.status, 200);
    stage.advance(1);
    is_as_the_ledger_says(70_043, &stage.refresh(&token).send().await);
}

#[tokio::test]
async fn a_policy_is_for_those_it_names() {
    let mut for_ada = policy(AccessControl::Block);
    for_ada.users = vec!["ADA@contoso.example".to_owned()];
    for_ada.resources = vec!["https://graph.microsoft.com".to_owned()];
    let mut directory = Directory::default();
    directory.entra.tenants[0].conditional_access = vec![for_ada];
    // A directory names users as they are written.
    assert!(Directory::from_yaml(&yaml("ADA@contoso.example")).is_err());
    assert!(Directory::from_yaml(&yaml("ada@contoso.example")).is_ok());
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    assert_eq!(stage.password().send().await.status, 400);
    let fay = || {
        stage
            .password()
            .with("username", "fay@contoso.example")
            .with("password", "correct-horse-Entra-6")
    };
    assert_eq!(fay().send().await.status, 200);
    let orders = stage
        .password()
        .with("scope", "api://contoso-orders/User.Read");
    assert_eq!(orders.send().await.status, 200);
    assert_eq!(stage.idp.provider(), Provider::Entra);
}

fn yaml(user: &str) -> String {
    let text = include_str!("../../src/directory/default.yaml");
    text.replacen(
        "      applications:\n",
        &format!("      conditional_access:\n        - {{ id: {ID}, control: block, users: [{user}] }}\n      applications:\n"),
        1,
    )
}

#[tokio::test]
async fn a_workload_is_blocked_by_name() {
    let mut workload = policy(AccessControl::Block);
    workload.workloads = vec![Stage::entra().await.idp.client_id()];
    let stage = world(workload).await;
    is_as_the_ledger_says(53_003, &stage.app_only().send().await);
    assert_eq!(stage.password().send().await.status, 200);
}

/// A refresh of a sign-in by password alone is refused by what asks for more; a refused one uses nothing up.
#[tokio::test]
async fn a_refresh_meets_policies() {
    let stage = Stage::entra().await;
    let token = stage.password().send().await.text("refresh_token");
    for (control, status) in [
        (AccessControl::SecondFactor, 400),
        (AccessControl::RecentSignIn, 200),
        (AccessControl::Block, 400),
        (AccessControl::CompliantDevice, 400),
    ] {
        let mut directory = Directory::clone(&stage.idp.directory());
        directory.entra.tenants[0].conditional_access = vec![policy(control)];
        stage.idp.replace_directory(directory);
        let answer = stage.refresh(&token).send().await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let mut directory = Directory::clone(&stage.idp.directory());
    directory.entra.tenants[0].conditional_access.clear();
    stage.idp.replace_directory(directory);
    assert_eq!(stage.refresh(&token).send().await.status, 200);
}
