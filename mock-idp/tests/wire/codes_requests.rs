//! Entra's errors of requests that are not well-formed, each brought about by its cause.

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

#[tokio::test]
async fn malformed_requests() {
    let stage = Stage::entra().await;
    let secret = stage.idp.client_secret();
    for (number, ask) in [
        (900_144, stage.app_only().without("grant_type")),
        (900_144, stage.app_only().without("client_id")),
        (900_144, stage.app_only().without("scope")),
        (900_144, stage.password().without("username")),
        (90_014, stage.app_only().with("client_secret", "")),
        (90_014, stage.password().with("password", "")),
        (90_014, stage.refresh("")),
        (900_561, stage.app_only().method(reqwest::Method::PUT)),
        (
            901_002,
            stage
                .app_only()
                .with("resource", "https://graph.microsoft.com"),
        ),
        (90_013, stage.app_only().query("a=%zz")),
        (
            90_023,
            stage
                .app_only()
                .and_basic(&stage.idp.client_id(), secret.reveal()),
        ),
        (9_000_411, stage.app_only().and("scope", "twice")),
        (70_003, stage.app_only().with("grant_type", "magic")),
        (9_002_313, stage.refresh("never-issued")),
    ] {
        is_as_the_ledger_says(number, &ask.send().await);
    }
}

/// Of several mistakes, the first in this order is told: parameters, tenant, application, presence of a credential, the credential,
/// scope, resource, assignment, policies.
#[tokio::test]
async fn mistakes_are_told_in_order() {
    use mock_idp::MockIdp;
    use mock_idp::directory::{AccessControl, ConditionalAccess, Directory};
    let mut directory = Directory::default();
    let tenant = &mut directory.entra.tenants[0];
    tenant.resources[1].assignment_required = true;
    let daemon = &mut tenant.applications[0];
    daemon.roles.clear();
    tenant.conditional_access = vec![ConditionalAccess {
        id: "5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11".to_owned(),
        control: AccessControl::Block,
        users: Vec::new(),
        workloads: vec![daemon.id.clone()],
        resources: Vec::new(),
    }];
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let nowhere = stage
        .idp
        .token_url()
        .replace(&stage.idp.tenant(), "nowhere.example");
    let (own, client) = (stage.idp.token_url(), stage.idp.client_id());
    let right = stage.idp.client_secret();
    let everything = stage
        .app_only()
        .without("grant_type")
        .at(&nowhere)
        .with("client_id", "0f8fad5b-d9cb-469f-a165-70867728950e")
        .without("client_secret")
        .with("scope", "api://nowhere/Read");
    let mut ask = everything;
    let mut told = Vec::new();
    for step in 0..9 {
        let answer = ask.clone().send().await;
        told.push(answer.json()["error_codes"][0].clone());
        ask = match step {
            0 => ask.with("grant_type", "client_credentials"),
            1 => ask.at(&own),
            2 => ask.with("client_id", &client),
            3 => ask.with("client_secret", "wrong"),
            4 => ask.with("client_secret", right.reveal()),
            5 => ask.with("scope", "api://nowhere/.default"),
            6 => ask.with("scope", "api://contoso-orders/.default"),
            _ => ask.with("scope", "https://graph.microsoft.com/.default"),
        };
    }
    insta::assert_compact_debug_snapshot!(told, @"[Number(900144), Number(90002), Number(700016), Number(7000216), Number(7000215), Number(1002012), Number(500011), Number(501051), Number(53003)]");
}
