//! Managed identities: the metadata service of a machine, which hands out tokens without a credential.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::directory::{Assigned, Directory, ManagedIdentity};
use mock_idp::fault::Fault;
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::{MockIdp, Provider};

use crate::answer::Answer;
use crate::stage::Stage;

const OWN: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
const ASSIGNED: &str = "22222222-aaaa-4bbb-8ccc-000000000001";
const RESOURCE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder";
const GRAPH: &str = "https%3A%2F%2Fgraph.microsoft.com";
const VERSION: &str = "api-version=2018-02-01";

fn identity(assigned: Assigned, client_id: &str) -> ManagedIdentity {
    ManagedIdentity {
        client_id: client_id.to_owned(),
        object_id: client_id.replace("0001", "0002"),
        name: "machine".to_owned(),
        assigned,
        resource_id: (assigned == Assigned::User).then(|| RESOURCE.to_owned()),
        roles: vec!["User.Read.All".to_owned()],
    }
}

async fn with(identities: &[ManagedIdentity]) -> Stage {
    let mut directory = Directory::default();
    directory.entra.tenants[0].managed_identities = identities.to_vec();
    Stage::of(MockIdp::entra().directory(directory)).await
}

async fn stage() -> Stage {
    with(&[
        identity(Assigned::User, ASSIGNED),
        identity(Assigned::System, OWN),
    ])
    .await
}

fn url(stage: &Stage, query: &str) -> String {
    let origin = stage.idp.origin(Origin::ManagedIdentity);
    format!("{origin}/metadata/identity/oauth2/token{query}")
}

async fn asked(stage: &Stage, query: &str) -> Answer {
    let url = url(stage, query);
    stage.get(&url, &[("metadata", "true")]).await
}

async fn ordinary(stage: &Stage, more: &str) -> Answer {
    asked(stage, &format!("?{VERSION}&resource={GRAPH}{more}")).await
}

#[tokio::test]
async fn a_machine_gets_a_token_in_texts() {
    let stage = stage().await;
    let answer = ordinary(&stage, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_snapshot!(answer.members(), @"access_token client_id expires_in expires_on ext_expires_in not_before resource token_type");
    let body = answer.json();
    assert!(
        body.as_object()
            .unwrap()
            .values()
            .all(serde_json::Value::is_string)
    );
    assert_eq!(answer.text("client_id"), OWN);
    assert_eq!(answer.text("expires_in"), "3599");
    assert_eq!(answer.text("expires_on"), "1893459600");
    assert_eq!(answer.text("not_before"), "1893455700");
    assert_eq!(answer.text("resource"), "https://graph.microsoft.com");
    assert_eq!(answer.text("token_type"), "Bearer");
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    let called = stage.call_api(&answer.text("access_token")).await;
    assert_eq!(called.status, 200, "{}", called.body);
    let entry = &stage.idp.journal().entries()[0];
    assert_eq!(entry.endpoint, Endpoint::ManagedIdentity);
    assert_eq!(entry.origin, Origin::ManagedIdentity);
    let facts = entry.token_request.as_ref().unwrap();
    assert_eq!(facts.scope, ["https://graph.microsoft.com"]);
    assert_eq!(stage.idp.tokens()[0].client, OWN);
}

#[tokio::test]
async fn an_assigned_identity_is_named_in_one_of_three_ways() {
    let stage = stage().await;
    let object = ASSIGNED.replace("0001", "0002");
    for named in [
        format!("&client_id={}", ASSIGNED.to_uppercase()),
        format!("&object_id={object}"),
        format!("&msi_res_id={}", RESOURCE.replace('/', "%2F")),
    ] {
        let answer = ordinary(&stage, &named).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.text("client_id"), ASSIGNED);
        let token = answer.text("access_token");
        let claims = URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).unwrap())
            .unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["appid"], ASSIGNED);
        assert_eq!(claims["oid"], object.as_str());
        assert_eq!(claims["sub"], object.as_str());
        assert_eq!(claims["xms_mirid"], RESOURCE);
        assert_eq!(claims["roles"][0], "User.Read.All");
    }
    let unknown = ordinary(&stage, "&client_id=nobody").await;
    insta::assert_snapshot!(unknown.show(&stage), @r#"400 {"error":"invalid_request","error_description":"Identity not found"}"#);
}

#[tokio::test]
async fn a_machine_without_an_own_identity_has_to_choose_among_several() {
    let one = with(&[identity(Assigned::User, ASSIGNED)]).await;
    assert_eq!(ordinary(&one, "").await.text("client_id"), ASSIGNED);
    let two = with(&[
        identity(Assigned::User, ASSIGNED),
        identity(Assigned::User, OWN),
    ])
    .await;
    insta::assert_snapshot!(ordinary(&two, "").await.show(&two), @r#"400 {"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"}"#);
    let none = with(&[]).await;
    insta::assert_snapshot!(ordinary(&none, "").await.show(&none), @r#"400 {"error":"invalid_request","error_description":"Identity not found"}"#);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let stage = stage().await;
    // Chains of credentials ask so whether anybody is there.
    let probed = stage.get(&url(&stage, ""), &[]).await;
    insta::assert_snapshot!(probed.show(&stage), @r#"400 {"error":"bad_request_102","error_description":"Required metadata header not specified"}"#);
    insta::assert_snapshot!(asked(&stage, "").await.show(&stage), @r#"400 {"error":"invalid_request","error_description":"Required query variable 'api-version' is missing"}"#);
    insta::assert_snapshot!(asked(&stage, &format!("?{VERSION}")).await.show(&stage), @r#"400 {"error":"invalid_request","error_description":"Required query variable 'resource' is missing"}"#);
    let unknown = asked(
        &stage,
        &format!("?{VERSION}&resource=https%3A%2F%2Fno.example"),
    )
    .await;
    insta::assert_snapshot!(unknown.show(&stage), @r#"400 {"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named https://no.example was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."}"#);
    let posted = stage.http.post(url(&stage, "")).send().await.unwrap();
    assert_eq!(posted.status().as_u16(), 405);
    let elsewhere = format!(
        "{}/metadata/instance",
        stage.idp.origin(Origin::ManagedIdentity)
    );
    assert_eq!(
        stage.get(&elsewhere, &[("metadata", "true")]).await.status,
        404
    );
    // Some put a slash behind the path.
    let slash = asked(&stage, &format!("/?{VERSION}&resource={GRAPH}")).await;
    assert_eq!(slash.status, 200, "{}", slash.body);
}

#[tokio::test]
async fn it_speaks_plain_http_beside_origins_that_do_not_and_only_at_entra() {
    let stage = Stage::started(MockIdp::entra()).await;
    let plain = |origin| stage.idp.origin(origin).starts_with("http://");
    assert!(!plain(Origin::Login));
    assert!(plain(Origin::ManagedIdentity));
    assert_eq!(stage.get(&url(&stage, ""), &[]).await.status, 400);
    let okta = Stage::of(MockIdp::of(Provider::Okta)).await;
    assert_eq!(okta.idp.origin(Origin::ManagedIdentity), "");
}

#[tokio::test]
async fn faults_and_limits_reach_it() {
    let stage = stage().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::ManagedIdentity)
            .times(3)
            .reply(410)
            .reply(429)
            .reply(503),
    );
    for status in [410, 429, 503] {
        let answer = ordinary(&stage, "").await;
        assert_eq!(answer.status, status);
        answer.text("error_description");
    }
    assert_eq!(ordinary(&stage, "").await.status, 200);
}
