//! The credentials of applications, given and taken through Graph, and who may do so.

use mock_idp::MockIdp;
use mock_idp::directory::{
    Application, Certificate, Directory, GrantType, SAMPLE_PRIVATE_KEY as KEY,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::asserted::{NOW, rs256};
use crate::registration::{ALL, Registrar};
use crate::stage::Stage;

const CERTIFICATE: &str = include_str!("../../directory/client.cert.pem");

#[tokio::test]
async fn secrets_expire_on_the_clock_and_overlap() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Invoices").await;
    let until = |end: &str| json!({ "passwordCredential": { "endDateTime": end } });
    let old = graph.secret(&object, until("2030-01-01T01:00:00Z")).await;
    let (old_id, old) = (old.text("keyId"), old.text("secretText"));
    graph.stage.advance(1800);
    let new = graph.secret(&object, until("2030-01-01T02:00:00Z")).await;
    let new = new.text("secretText");
    let both = async || {
        format!(
            "{} {}",
            graph.signs_in(&client, &old).await,
            graph.signs_in(&client, &new).await
        )
    };
    assert_eq!(both().await, "200 200");
    graph.stage.advance(1799);
    assert_eq!(both().await, "200 200");
    graph.stage.advance(1);
    assert_eq!(both().await, "401 7000222 200");
    let path = format!("/applications/{object}/removePassword");
    let refused = graph.post(&path, json!({ "keyId": old_id })).await;
    // The token has expired meanwhile.
    assert_eq!(refused.status, 401, "{}", refused.body);
    let graph = Registrar::on(graph.stage, ALL).await;
    let removed = graph.post(&path, json!({ "keyId": old_id })).await;
    assert_eq!((removed.status, removed.body.as_str()), (204, ""));
    assert_eq!(graph.signs_in(&client, &old).await, "401 7000215");
    let again = graph.post(&path, json!({ "keyId": old_id })).await;
    assert_eq!(again.status, 400, "{}", again.body);
    assert_eq!(graph.signs_in(&client, &new).await, "200");
}

#[tokio::test]
async fn certificates_come_by_patch_and_roll_with_a_proof() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Invoices").await;
    let der = Certificate::from_pem(CERTIFICATE).unwrap();
    let key = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(der.der())
    };
    let given = json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": key, "displayName": "CN=one" });
    let proof = |issuer: &str, lifetime: i64| {
        let now = NOW;
        rs256(
            KEY,
            &json!({ "alg": "RS256" }),
            &json!({ "aud": "00000002-0000-0000-c000-000000000000", "iss": issuer, "nbf": now, "exp": now + lifetime }),
        )
    };
    let add = format!("/applications/{object}/addKey");
    let with_proof = |proof: String| json!({ "keyCredential": given, "passwordCredential": null, "proof": proof });
    // Nothing to prove with yet.
    let refused = graph.post(&add, with_proof(proof(&object, 600))).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    let path = format!("/applications/{object}");
    let patched = graph
        .call(Method::PATCH, &path, json!({ "keyCredentials": [given] }))
        .await;
    assert_eq!(patched.status, 204, "{}", patched.body);
    let assertion = rs256(
        KEY,
        &json!({ "alg": "RS256", "x5t": der.x5t }),
        &json!({ "iss": client, "sub": client, "aud": graph.stage.idp.token_url(), "exp": NOW + 600, "jti": "1" }),
    );
    let signed_in = graph
        .stage
        .app_only()
        .without("client_secret")
        .with("client_id", &client)
        .with(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        .with("client_assertion", &assertion)
        .send()
        .await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    for bad in [
        proof(&client, 600),
        proof(&object, 3600),
        "x.y.z".to_owned(),
        String::new(),
    ] {
        assert_eq!(graph.post(&add, with_proof(bad)).await.status, 401);
    }
    let added = graph.post(&add, with_proof(proof(&object, 600))).await;
    assert_eq!(added.status, 200, "{}", added.body);
    insta::assert_snapshot!(added.members(), @"@odata.context customKeyIdentifier displayName endDateTime key keyId startDateTime type usage");
    let shown = graph.get(&path).await.json();
    assert_eq!(shown["keyCredentials"].as_array().unwrap().len(), 2);
    assert_eq!(
        shown["keyCredentials"][1]["keyId"],
        added.text("keyId").as_str()
    );
    let remove = format!("/applications/{object}/removeKey");
    let removed = graph
        .post(
            &remove,
            json!({ "keyId": added.text("keyId"), "proof": proof(&object, 600) }),
        )
        .await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    let shown = graph.get(&path).await.json();
    assert_eq!(shown["keyCredentials"].as_array().unwrap().len(), 1);
    let garbage = json!({ "keyCredentials": [{ "key": "bm90IGEgY2VydA==" }] });
    assert_eq!(graph.call(Method::PATCH, &path, garbage).await.status, 400);
}

#[tokio::test]
async fn a_federated_credential_opens_the_door_at_once() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Pipeline").await;
    let path = format!("/applications/{object}/federatedIdentityCredentials");
    let trust = |name: &str, subject: &str| json!({ "name": name, "issuer": "https://builds.example", "subject": subject, "audiences": ["api://AzureADTokenExchange"], "description": "builds" });
    let made = graph.post(&path, trust("main", "repo:main")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    insta::assert_snapshot!(made.members(), @"@odata.context id name issuer subject description audiences");
    let minted = graph
        .stage
        .idp
        .federated_token(&client, None, None)
        .unwrap();
    let signs_in = async || {
        let asked = graph.stage.app_only().without("client_secret");
        let answer = asked
            .with("client_id", &client)
            .with(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .with("client_assertion", minted.value.reveal())
            .send()
            .await;
        answer.status
    };
    assert_eq!(signs_in().await, 200);
    for (name, body) in [
        ("the same name", trust("main", "repo:other")),
        ("the same subject", trust("other", "repo:main")),
        ("a short name", trust("x", "repo:x")),
        (
            "two audiences",
            json!({ "name": "two", "issuer": "https://b.example", "subject": "s", "audiences": ["a", "b"] }),
        ),
        (
            "no URL",
            json!({ "name": "url", "issuer": " https://b.example", "subject": "s", "audiences": ["a"] }),
        ),
    ] {
        assert_eq!(graph.post(&path, body).await.status, 400, "{name}");
    }
    for number in 1..20 {
        let more = trust(&format!("more-{number}"), &format!("repo:{number}"));
        assert_eq!(graph.post(&path, more).await.status, 201);
    }
    assert_eq!(
        graph.post(&path, trust("one-too-many", "x")).await.status,
        400
    );
    let moved = json!({ "subject": "repo:moved" });
    let one = format!("{path}/main");
    assert_eq!(graph.call(Method::PATCH, &one, moved).await.status, 204);
    assert_eq!(graph.get(&one).await.text("subject"), "repo:moved");
    assert_eq!(signs_in().await, 401);
    assert_eq!(
        graph.call(Method::DELETE, &one, Value::Null).await.status,
        204
    );
    assert_eq!(graph.get(&one).await.status, 404);
}

#[tokio::test]
async fn who_may_change_only_what_it_owns_is_kept_from_the_rest() {
    let graph = Registrar::with("Application.ReadWrite.OwnedBy").await;
    let (object, client) = graph.registered("Own").await;
    let value = graph.secret(&object, json!({})).await.text("secretText");
    assert_eq!(graph.signs_in(&client, &value).await, "200");
    let others = format!("/applications(appId='{}')", graph.stage.idp.client_id());
    assert_eq!(graph.get(&others).await.status, 200);
    let path = format!("{others}/addPassword");
    insta::assert_snapshot!(graph.post(&path, json!({})).await.show(&graph.stage), @r#"403 {"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    let reader = Registrar::with("Application.Read.All").await;
    assert_eq!(reader.get("/applications").await.status, 200);
    let made = reader
        .post("/applications", json!({ "displayName": "x" }))
        .await;
    assert_eq!(made.status, 403);
    let nobody = Registrar::with("Sites.Read.All").await;
    let client = nobody.stage.idp.client_id();
    let roles = ["Directory.Read.All".to_owned()];
    nobody.stage.idp.withdraw_consent(&client, &[], &roles);
    let nobody = Registrar::on(nobody.stage, "Sites.Read.All").await;
    assert_eq!(nobody.get("/applications").await.status, 403);
}

#[tokio::test]
async fn there_are_limits_to_what_is_kept() {
    let mut directory = Directory::default();
    let applications = &mut directory.entra.tenants[0].applications;
    for number in applications.len()..999 {
        let name = format!("filler-{number}");
        applications.push(Application::new(name, [GrantType::Password]));
    }
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let graph = Registrar::on(stage, ALL).await;
    let (object, _) = graph.registered("the last").await;
    let made = graph
        .post("/applications", json!({ "displayName": "x" }))
        .await;
    insta::assert_snapshot!(made.show(&graph.stage), @r#"403 {"error":{"code":"Directory_QuotaExceeded","message":"The directory object quota limit for the Principal has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    let path = format!("/applications/{object}");
    let notes = json!({ "notes": "x".repeat(40_000) });
    assert_eq!(graph.call(Method::PATCH, &path, notes).await.status, 400);
    for _ in 0..100 {
        graph.secret(&object, json!({})).await;
    }
    let more = graph.post(&format!("{path}/addPassword"), json!({})).await;
    assert_eq!(more.status, 400, "{}", more.body);
}
