//! Throttling and incidents of Entra's token service.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::directory::Directory;
use mock_idp::fault::{Fault, Rule};
use mock_idp::journal::Endpoint;
use mock_idp::limits::{Form, LimitRule, RetryAfter};
use serde_json::{Value, json};

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

fn rule(rule: Value) -> Rule {
    serde_json::from_value(rule).unwrap()
}

/// One request a minute, with a refusal of this form.
async fn limited(form: Form, retry_after: Option<RetryAfter>) -> Stage {
    let mut limit = LimitRule::requests(1, Duration::from_secs(60)).at(Endpoint::Token);
    limit.form = form;
    limit.retry_after = retry_after;
    let stage = Stage::of(MockIdp::entra().limit(limit)).await;
    assert_eq!(stage.app_only().send().await.status, 200);
    stage
}

/// The loop detector: the fifteenth identical request within five minutes, and all of the next two.
#[tokio::test]
async fn a_loop_of_requests() {
    let stage = Stage::of(MockIdp::entra().limit(LimitRule::loop_detection())).await;
    for _ in 0..14 {
        assert_eq!(stage.app_only().send().await.status, 200);
        stage.advance(20);
    }
    is_as_the_ledger_says(50_196, &stage.app_only().send().await);
    // Whoever asks for something else is served.
    let other = stage.password().send().await;
    assert_eq!(other.status, 200, "{}", other.body);
    stage.advance(119);
    let again = stage.app_only().send().await;
    is_as_the_ledger_says(50_196, &again);
    assert_eq!(again.header("retry-after"), None);
    stage.advance(1);
    assert_eq!(stage.app_only().send().await.status, 200);
    // At a slower pace nothing is noticed; and another resource is another request, at v1.0 too.
    for _ in 0..20 {
        stage.advance(60);
        assert_eq!(stage.app_only().send().await.status, 200);
    }
    stage.advance(300);
    let v1 = stage.idp.token_url().replace("/v2.0/", "/");
    let ask = |resource: &str| {
        stage
            .app_only()
            .without("scope")
            .with("resource", resource)
            .at(&v1)
    };
    for _ in 0..10 {
        for resource in ["https://graph.microsoft.com", "api://contoso-orders"] {
            assert_eq!(ask(resource).send().await.status, 200);
        }
    }
}

/// Both forms that a 429 has been seen in, and both ways to say when to come again.
#[tokio::test]
async fn throttling_in_text() {
    let stage = limited(Form::Vendor, None).await;
    stage.advance(18);
    let answer = stage.app_only().send().await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (429, "Too Many Requests")
    );
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.header("retry-after"), Some("42"));
    let stage = limited(Form::Text, Some(RetryAfter::Date)).await;
    let answer = stage.app_only().send().await;
    assert_eq!(
        answer.header("retry-after"),
        Some("Tue, 01 Jan 2030 00:01:00 GMT")
    );
    // A script's is the one that was observed.
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).reply(429));
    let answer = stage.app_only().send().await;
    assert_eq!(
        (answer.body.as_str(), answer.header("retry-after")),
        ("Too Many Requests", Some("60"))
    );
}

#[tokio::test]
async fn throttling_in_json() {
    let stage = limited(Form::Json, Some(RetryAfter::None)).await;
    let answer = stage.app_only().send().await;
    is_as_the_ledger_says(90_055, &answer);
    assert_eq!(answer.header("retry-after"), None);
    let stage = limited(Form::Json, Some(RetryAfter::Seconds)).await;
    assert_eq!(
        stage.app_only().send().await.header("retry-after"),
        Some("60")
    );
}

/// The service is not well: with and without advice, with a code and without.
#[tokio::test]
async fn an_incident() {
    let stage = Stage::entra().await;
    let once = |mut said: Value| {
        said["to"] = json!("token");
        said["times"] = json!(1);
        stage.idp.add_rule(&rule(said)).unwrap();
    };
    once(json!({ "reply": 503 }));
    let answer = stage.app_only().send().await;
    is_as_the_ledger_says(90_033, &answer);
    assert_eq!(answer.header("retry-after"), None);
    once(json!({ "reply": 503, "headers": { "retry-after": "30" } }));
    assert_eq!(
        stage.app_only().send().await.header("retry-after"),
        Some("30")
    );
    once(json!({ "reply": 503, "headers": { "retry-after": "$http_date(+30s)" } }));
    let advised = stage.app_only().send().await;
    assert_eq!(
        advised.header("retry-after"),
        Some("Tue, 01 Jan 2030 00:00:30 GMT")
    );
    once(json!({ "reply": 500 }));
    is_as_the_ledger_says(90_000, &stage.app_only().send().await);
}

/// A region is out: the rules of `docs/entra.md`, as they stand there.
#[tokio::test]
async fn a_region_is_out() {
    let text = include_str!("../../../docs/entra.md");
    let directory = include_str!("../../src/directory/default.yaml");
    let shapes = text
        .lines()
        .filter(|line| line.starts_with("- { to: token"));
    let mut seen = Vec::new();
    for shape in shapes {
        let faulty =
            directory.replacen("entra:\n", &format!("entra:\n  faults:\n    {shape}\n"), 1);
        let directory = Directory::from_yaml(&faulty).unwrap();
        let stage = Stage::of(MockIdp::entra().directory(directory)).await;
        let discovery = format!("{}/.well-known/openid-configuration", stage.idp.issuer());
        assert_eq!(stage.get(&discovery, &[]).await.status, 200);
        seen.push(match stage.app_only().try_send().await {
            Ok(answer) => format!(
                "{} {:?} {:?}",
                answer.status,
                answer.header("content-type"),
                answer.header("retry-after")
            ),
            Err(_) => "no answer".to_owned(),
        });
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    503 Some("application/json; charset=utf-8") None
    503 Some("application/json; charset=utf-8") Some("30")
    503 Some("application/json; charset=utf-8") Some("Tue, 01 Jan 2030 00:00:30 GMT")
    504 Some("application/json; charset=utf-8") None
    502 Some("text/html") None
    503 Some("text/plain") None
    no answer
    "#);
}
