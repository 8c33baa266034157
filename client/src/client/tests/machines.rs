//! Tokens of managed identities.

use super::seconds;
use crate::testkit::{Reply, Stage};
use crate::{ManagedIdentity, TokenClient};

/// Everything as texts, as machines send it.
fn texts() -> Reply {
    Reply::body(
        200,
        r#"{"access_token":"AT#","client_id":"c","expires_in":"86399","expires_on":"1893542399","ext_expires_in":"86399","not_before":"1893455700","resource":"https://vault.example","token_type":"Bearer","refresh_token":""}"#,
    )
}

/// When requests came.
fn times(stage: &Stage) -> Vec<u64> {
    let log = stage.script.log();
    let seconds = log.lines().map(|line| line.split('.').next().unwrap());
    seconds.map(|seconds| seconds.parse().unwrap()).collect()
}

async fn told(stage: &Stage, replies: Vec<Reply>) -> String {
    stage.script.replies(replies);
    stage.token().await
}

#[tokio::test]
async fn a_machine_asks_its_metadata_service() {
    let stage = Stage::machine();
    stage.script.tokens([texts()]);
    assert_eq!(stage.token().await, "AT1");
    insta::assert_snapshot!(stage.script.log(), @"0.000 GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.example");
    let client = stage.client.clone();
    let token = client.token().await.unwrap();
    insta::assert_snapshot!(token.expires_at().unwrap(), @"2030-01-01T23:59:59Z");
    stage.clock.advance(seconds(86_400)).await;
    assert_eq!(stage.token().await, "AT2", "asked for anew, not refreshed");
}

#[tokio::test]
async fn a_token_from_the_services_cache_is_not_thought_to_be_new() {
    for (body, expires) in [
        // An hour of a day's token is left.
        (
            r#""expires_in":"86399","expires_on":"1893459600""#,
            "2030-01-01T01:00:00Z",
        ),
        (
            r#""expires_in":"60","expires_on":"1893459600""#,
            "2030-01-01T00:01:00Z",
        ),
        // App Service.
        (r#""expires_on":"1893459600""#, "2030-01-01T01:00:00Z"),
        (r#""expires_on":1893459600"#, "2030-01-01T01:00:00Z"),
        // Unreadable or past: five minutes are assumed.
        (
            r#""expires_on":"01/01/2030 01:00:00 +00:00""#,
            "2030-01-01T00:05:00Z",
        ),
        (r#""expires_on":"1893455999""#, "2030-01-01T00:05:00Z"),
    ] {
        let stage = Stage::machine();
        stage.script.tokens([Reply::body(
            200,
            &format!(r#"{{"access_token":"AT#",{body}}}"#),
        )]);
        let token = stage
            .run(|client| async move { client.token().await.unwrap() })
            .await;
        assert_eq!(token.expires_at().unwrap().to_string(), expires, "{body}");
    }
}

#[tokio::test]
async fn trouble_is_tried_again_as_microsoft_advises() {
    for status in [404, 429, 500, 503] {
        let stage = Stage::machine();
        let replies = vec![Reply::body(status, "")];
        let told = told(&stage, replies).await;
        assert!(
            told.starts_with("transient") || told.starts_with("throttled"),
            "{told}"
        );
        let times = times(&stage);
        assert_eq!(times.len(), 6, "{status}");
        let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        for (pause, least) in pauses.iter().zip([1, 2, 6, 14, 30]) {
            assert!(
                (least..=least + least / 2 + 1).contains(pause),
                "{status} {pauses:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_service_that_is_being_updated_is_given_its_time() {
    let stage = Stage::machine();
    told(&stage, vec![Reply::body(410, "")]).await;
    let times = times(&stage);
    assert!(times.last().unwrap() - times[0] >= 70, "{times:?}");

    let stage = Stage::machine();
    assert_eq!(
        told(&stage, vec![Reply::body(410, ""), texts()]).await,
        "AT1"
    );
}

#[tokio::test]
async fn a_told_wait_is_kept() {
    let stage = Stage::machine();
    let told_wait = Reply::body(429, "").with("retry-after", "20");
    assert_eq!(told(&stage, vec![told_wait, texts()]).await, "AT1");
    assert_eq!(times(&stage), [0, 20]);
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_told_at_once() {
    let lines = [
        r#"{"error":"invalid_request","error_description":"Identity not found"}"#,
        r#"{"error":"bad_request_102","error_description":"Required metadata header not specified"}"#,
        r#"{"statusCode":400,"message":"No identity here","correlationId":"c-1"}"#,
        "<html>",
    ];
    let mut said = Vec::new();
    for body in lines {
        let stage = Stage::machine();
        said.push(told(&stage, vec![Reply::body(400, body)]).await);
        assert_eq!(stage.script.seen().len(), 1);
    }
    insta::assert_snapshot!(said.join("\n"), @"
    misconfigured: metadata service refused the managed_identity grant with status 400, invalid_request: Identity not found
    misconfigured: metadata service refused the managed_identity grant with status 400, bad_request_102: Required metadata header not specified
    misconfigured: metadata service refused the managed_identity grant with status 400: No identity here (correlation id c-1)
    misconfigured: metadata service refused the managed_identity grant with status 400
    ");
}

#[tokio::test]
async fn identities_of_one_machine_are_kept_apart() {
    let key = |identity: ManagedIdentity| {
        let client = TokenClient::managed_identity(identity)
            .scopes(["https://vault.example/.default"])
            .build()
            .unwrap();
        client.store_key().to_string()
    };
    let keys = [
        key(ManagedIdentity::imds()),
        key(ManagedIdentity::imds().with_client_id("c")),
        key(ManagedIdentity::imds().with_object_id("c")),
        key(ManagedIdentity::app_service("http://localhost:1/msi/token", "canary").unwrap()),
    ];
    insta::assert_snapshot!(keys.join("\n"), @"
    http://169.254.169.254/metadata/identity/oauth2/token|managed identity|client_credentials|||https://vault.example/.default
    http://169.254.169.254/metadata/identity/oauth2/token|managed identity client_id=c|client_credentials|||https://vault.example/.default
    http://169.254.169.254/metadata/identity/oauth2/token|managed identity object_id=c|client_credentials|||https://vault.example/.default
    http://localhost:1/msi/token|managed identity|client_credentials|||https://vault.example/.default
    ");
    let none = TokenClient::managed_identity(ManagedIdentity::imds()).build();
    insta::assert_snapshot!(none.unwrap_err(), @"a managed identity or a v1.0 endpoint needs exactly one scope, such as `https://vault.azure.net/.default`");
}

#[tokio::test]
async fn a_claims_challenge_goes_to_the_caller() {
    let stage = Stage::machine();
    stage.script.tokens([texts()]);
    let challenge = r#"Bearer error="insufficient_claims", claims="eyJhIjoxfQ==""#;
    stage
        .script
        .api([Reply::body(401, "").with("www-authenticate", challenge)]);
    assert!(stage.call().await.starts_with("interaction_required"));
    assert_eq!(stage.script.token_count(), 1);
}
