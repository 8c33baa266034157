//! Clients that sign in place of sending a secret.

use std::fs;

use crate::error::Misuse;
use crate::testkit::{Reply, Stage};
use crate::{ClientAssertion, ClientAuth, Error, GrantSource, Provider, Secret, TokenClient};

const KEY: &str = include_str!("../../assertion/tests/rsa.key.pem");
const CERTIFICATE: &str = include_str!("../../assertion/tests/rsa.cert.pem");

fn stage(assertion: ClientAssertion) -> Stage {
    let stage = Stage::new(GrantSource::ClientCredentials, |builder| builder);
    stage
        .client
        .set_auth(ClientAuth::Assertion {
            id: "app".to_owned(),
            assertion,
        })
        .unwrap();
    stage
}

fn key() -> ClientAssertion {
    ClientAssertion::private_key(&Secret::new(KEY)).unwrap()
}

/// The assertion of each request.
fn assertions(stage: &Stage) -> Vec<String> {
    let seen = stage.script.seen();
    let found = seen.iter().map(|seen| {
        let after = seen.body.split("client_assertion=").nth(1).unwrap();
        after.split('&').next().unwrap().to_owned()
    });
    found.collect()
}

#[tokio::test]
async fn a_key_stands_alone_and_a_certificate_beside_the_client_id() {
    let certificate = ClientAssertion::certificate(CERTIFICATE, &Secret::new(KEY)).unwrap();
    let mut lines = Vec::new();
    for assertion in [key(), certificate] {
        let stage = stage(assertion);
        stage.script.tokens([Reply::hour()]);
        assert_eq!(stage.token().await, "AT1");
        let signed = &assertions(&stage)[0];
        lines.push(stage.script.log().replace(signed.as_str(), "<signed>"));
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    0.000 POST grant_type=client_credentials&scope=api&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=<signed>
    0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=<signed>
    ");
}

#[tokio::test]
async fn every_try_is_signed_anew() {
    let stage = stage(key());
    stage
        .script
        .tokens([Reply::body(429, ""), Reply::body(503, ""), Reply::hour()]);
    assert_eq!(stage.token().await, "AT1");
    let mut sent = assertions(&stage);
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 3);
}

#[tokio::test]
async fn a_platforms_token_is_sent_as_it_stands_in_its_file_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "one.of.k8s\n").unwrap();
    let stage = stage(ClientAssertion::file(&path));
    stage.script.tokens([Reply::hour()]);
    stage.token().await;
    fs::write(&path, "two.of.k8s\n").unwrap();
    stage.refresh().await;
    assert_eq!(assertions(&stage), ["one.of.k8s", "two.of.k8s"]);
    insta::assert_snapshot!(stage.script.log().lines().next().unwrap(), @"0.000 POST grant_type=client_credentials&scope=api&client_id=app&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=one.of.k8s");

    fs::remove_file(&path).unwrap();
    let error = stage
        .run(|client| async move { client.refresh().await })
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Misuse(Misuse::AssertionFile { .. })),
        "{error}"
    );
    assert_eq!(
        stage.token().await,
        "AT2",
        "the token at hand is still good"
    );
}

#[tokio::test]
async fn no_error_repeats_an_assertion() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "canary.of.k8s").unwrap();
    let stage = stage(ClientAssertion::file(&path));
    let echo = r#"{"error":"invalid_client","error_description":"got canary.of.k8s"}"#;
    stage.script.tokens([Reply::body(401, echo)]);
    insta::assert_snapshot!(stage.token().await, @"misconfigured: token endpoint refused the client_credentials grant with status 401, invalid_client: got ***");
}

#[test]
fn a_client_with_a_key_may_act_for_itself_and_shows_none() {
    let auth = ClientAuth::Assertion {
        id: "app".to_owned(),
        assertion: key(),
    };
    let shown = format!("{auth:?}");
    assert!(
        shown.contains("Rs256") && !shown.contains("PRIVATE"),
        "{shown}"
    );
    let provider = Provider::at("https://id.example/token").unwrap();
    let client = TokenClient::builder(provider, auth, GrantSource::ClientCredentials).build();
    client.unwrap();
}
