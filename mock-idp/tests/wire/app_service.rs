//! The endpoint of an App Service for tokens of managed identities, and what the metadata service tells beside tokens.

use mock_idp::fault::Fault;
use mock_idp::journal::{Endpoint, Origin};
use serde_json::Value;

use crate::answer::Answer;
use crate::stage::Stage;

const GRAPH: &str = "resource=https%3A%2F%2Fgraph.microsoft.com";
const USUAL: &str = "api-version=2019-08-01";
const ASSIGNED: &str = "9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b";
const RESOURCE: &str = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/orders/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-identity";

async fn asked(stage: &Stage, query: &str) -> Answer {
    let service = stage.idp.app_service().unwrap();
    let url = format!("{}?{query}", service.endpoint);
    let header = service.header.reveal();
    stage.get(&url, &[("x-identity-header", header)]).await
}

#[tokio::test]
async fn a_service_gets_a_token_for_its_header() {
    let stage = Stage::entra().await;
    let answer = asked(&stage, &format!("{USUAL}&{GRAPH}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_snapshot!(answer.members(), @"access_token expires_on resource token_type client_id");
    let body = answer.json();
    assert!(body.as_object().unwrap().values().all(Value::is_string));
    assert_eq!(answer.text("expires_on"), "1893459600");
    let called = stage.call_api(&answer.text("access_token")).await;
    assert_eq!(called.status, 200, "{}", called.body);
    let entry = &stage.idp.journal().entries()[0];
    assert_eq!(entry.endpoint, Endpoint::ManagedIdentity);
    assert_eq!(entry.secrets, []);
    let journal = serde_json::to_string(&stage.idp.journal().entries()).unwrap();
    let header = stage.idp.app_service().unwrap().header;
    assert!(!journal.contains(header.reveal()));
    // Elsewhere it has no business.
    stage
        .get(
            &stage.idp.api_url(),
            &[("x-identity-header", header.reveal())],
        )
        .await;
    assert_eq!(stage.last_entry().secrets[0].what, "identity_header");
    assert!(Stage::okta().await.idp.app_service().is_none());
}

#[tokio::test]
async fn an_assigned_identity_is_named_in_several_ways() {
    let stage = Stage::entra().await;
    let resource = RESOURCE.replace('/', "%2F");
    for named in [
        format!("client_id={ASSIGNED}"),
        "principal_id=0f1a2b3c-4d5e-4f6a-9b7c-8d9e0f1a2b3c".to_owned(),
        "object_id=0F1A2B3C-4d5e-4f6a-9b7c-8d9e0f1a2b3c".to_owned(),
        format!("mi_res_id={resource}"),
    ] {
        let answer = asked(&stage, &format!("{USUAL}&{GRAPH}&{named}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.text("client_id"), ASSIGNED);
    }
    let unknown = asked(&stage, &format!("{USUAL}&{GRAPH}&client_id=nobody")).await;
    insta::assert_snapshot!(unknown.show(&stage), @r#"400 {"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.","correlationId":"<guid>"}"#);
}

#[tokio::test]
async fn what_is_wrong_is_answered_in_its_own_shape() {
    let stage = Stage::entra().await;
    let mut table = String::new();
    for query in [
        GRAPH,
        "api-version=2020-01-01",
        USUAL,
        "api-version=2019-08-01&resource=https%3A%2F%2Fno.example",
        "api-version=2017-09-01&resource=x",
    ] {
        let answer = asked(&stage, query).await;
        assert_eq!(answer.json()["statusCode"], answer.status);
        table.push_str(&format!(
            "{query}: {} {}\n",
            answer.status,
            answer.text("message")
        ));
    }
    let service = stage.idp.app_service().unwrap();
    let url = format!("{}?{USUAL}&{GRAPH}", service.endpoint);
    for headers in [
        &[][..],
        &[("x-identity-header", "wrong")],
        &[("secret", service.header.reveal())],
        &[("metadata", "true")],
    ] {
        assert_eq!(stage.get(&url, headers).await.status, 401);
    }
    let posted = stage.http.post(&url).send().await.unwrap();
    assert_eq!(posted.status(), 405);
    insta::assert_snapshot!(table, @"
    resource=https%3A%2F%2Fgraph.microsoft.com: 400 The parameter 'api-version' is missing.
    api-version=2020-01-01: 400 The api-version is not supported.
    api-version=2019-08-01: 400 The parameter 'resource' is missing.
    api-version=2019-08-01&resource=https%3A%2F%2Fno.example: 400 AADSTS500011: The resource principal named https://no.example was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.
    api-version=2017-09-01&resource=x: 401 The identity header is missing or wrong.
    ");
}

#[tokio::test]
async fn the_old_version_has_a_header_and_a_date_of_its_own() {
    let stage = Stage::entra().await;
    let service = stage.idp.app_service().unwrap();
    let url = format!(
        "{}?api-version=2017-09-01&{GRAPH}&clientid={ASSIGNED}",
        service.endpoint
    );
    let answer = stage
        .get(&url, &[("secret", service.header.reveal())])
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_snapshot!(answer.members(), @"access_token expires_on resource token_type");
    insta::assert_snapshot!(answer.text("expires_on"), @"01/01/2030 01:00:00 AM +00:00");
    assert_eq!(stage.last_entry().secrets, []);
}

#[tokio::test]
async fn faults_reach_it_in_its_own_shape() {
    let stage = Stage::entra().await;
    let fault = Fault::at(Endpoint::ManagedIdentity).times(3);
    stage
        .idp
        .faults()
        .add(fault.reply(404).reply(429).reply(500));
    for status in [404, 429, 500] {
        let answer = asked(&stage, &format!("{USUAL}&{GRAPH}")).await;
        assert_eq!(answer.json()["statusCode"], status);
    }
    assert_eq!(asked(&stage, &format!("{USUAL}&{GRAPH}")).await.status, 200);
}

#[tokio::test]
async fn the_machine_says_where_it_is() {
    let stage = Stage::entra().await;
    let origin = stage.idp.origin(Origin::ManagedIdentity);
    let compute = format!("{origin}/metadata/instance/compute");
    let answer = stage
        .get(
            &format!("{compute}?api-version=2020-06-01"),
            &[("metadata", "true")],
        )
        .await;
    assert_eq!(answer.text("location"), "westeurope");
    let url = format!("{compute}/location?api-version=2020-06-01&format=text");
    let answer = stage.get(&url, &[("metadata", "true")]).await;
    assert_eq!(answer.body, "westeurope");
    assert_eq!(
        stage.get(&compute, &[("metadata", "true")]).await.status,
        400
    );
    assert_eq!(stage.get(&url, &[]).await.status, 400);
    // Requests that were passed on, and versions that never were.
    let token = format!("{origin}/metadata/identity/oauth2/token?{GRAPH}&api-version=");
    let passed_on = [("metadata", "true"), ("x-forwarded-for", "10.0.0.1")];
    assert_eq!(
        stage
            .get(&format!("{token}2018-02-01"), &passed_on)
            .await
            .status,
        400
    );
    for (version, status) in [
        ("2018-02-01", 200),
        ("2019-08-01", 200),
        ("2017-12-01", 400),
        ("latest", 400),
        ("2018/02/01", 400),
    ] {
        let answer = stage
            .get(&format!("{token}{version}"), &[("metadata", "true")])
            .await;
        assert_eq!(answer.status, status, "{version}");
    }
}
