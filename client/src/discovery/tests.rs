use super::*;
use crate::testkit::{HandClock, Reply, Script};

const ISSUER: &str = "https://id.example/oauth2/default";

fn named(issuer: &str) -> Reply {
    Reply::body(
        200,
        &format!(
            r#"{{"issuer":"{issuer}","token_endpoint":"https://id.example/t","device_authorization_endpoint":"https://id.example/d"}}"#
        ),
    )
}

/// What came of it, and what was asked for.
async fn found<const N: usize>(issuer: &str, answers: [Reply; N]) -> String {
    let clock = HandClock::new();
    let script = Script::new(clock.clone());
    script.api(answers);
    let discovery = Discovery::over(script.clone()).clock(clock.clone());
    let issuer = issuer.to_owned();
    let told = clock
        .run(async move {
            match discovery.provider(&issuer).await {
                Ok(provider) => provider.token_url().to_string(),
                Err(error) => format!("{}: {error}", error.class()),
            }
        })
        .await;
    let asked: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| format!("\n  {} {}", seen.method, seen.uri))
        .collect();
    format!("{told}{}", asked.concat())
}

#[tokio::test]
async fn an_issuer_is_looked_up_in_both_places() {
    let none = || Reply::body(404, "");
    let lines = [
        found(ISSUER, [named(ISSUER)]).await,
        found("https://id.example/", [named("https://id.example/")]).await,
        found(ISSUER, [none(), named(ISSUER)]).await,
        found(ISSUER, [none(), none()]).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    https://id.example/t
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    https://id.example/t
      GET https://id.example/.well-known/openid-configuration
    https://id.example/t
      GET https://id.example/oauth2/default/.well-known/openid-configuration
      GET https://id.example/.well-known/oauth-authorization-server/oauth2/default
    protocol: metadata at https://id.example/.well-known/oauth-authorization-server/oauth2/default cannot be used: the answer was 404 Not Found
      GET https://id.example/oauth2/default/.well-known/openid-configuration
      GET https://id.example/.well-known/oauth-authorization-server/oauth2/default
    ");
}

#[tokio::test]
async fn what_is_not_the_issuers_is_not_used() {
    let lines = [
        found(ISSUER, [named("https://evil.example")]).await,
        found(ISSUER, [Reply::body(200, "<html>")]).await,
        found(ISSUER, [Reply::body(200, r#"{"issuer":7}"#)]).await,
        found(
            ISSUER,
            [Reply::body(200, &format!(r#"{{"issuer":"{ISSUER}"}}"#))],
        )
        .await,
        found(
            ISSUER,
            [Reply::body(
                200,
                &format!(r#"{{"issuer":"{ISSUER}","token_endpoint":"http://id.example/t"}}"#),
            )],
        )
        .await,
        found(
            ISSUER,
            [Reply::body(302, "").with("location", "https://evil.example")],
        )
        .await,
        found(ISSUER, [Reply::body(503, "")]).await,
        found(ISSUER, [Reply::Fail(TransportErrorKind::Connect)]).await,
        found(ISSUER, [Reply::Hang]).await,
        found("http://id.example", [named("http://id.example")]).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
    protocol: metadata at https://id.example/oauth2/default/.well-known/openid-configuration cannot be used: its issuer is "https://evil.example" and not "https://id.example/oauth2/default"
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    protocol: metadata at https://id.example/oauth2/default/.well-known/openid-configuration cannot be used: it is no such document (line 1, column 1)
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    protocol: metadata at https://id.example/oauth2/default/.well-known/openid-configuration cannot be used: it is no such document (line 1, column 11)
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    misconfigured: the provider's token URL is not known: give it with the provider
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    misconfigured: token URL "http://id.example/t" is not usable: credentials go over https, or over http to this machine only
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    protocol: metadata at https://id.example/oauth2/default/.well-known/openid-configuration cannot be used: the answer was 302 Found
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    transient: transport failure: metadata at /oauth2/default/.well-known/openid-configuration answered 503 Service Unavailable
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    transient: no connection: scripted
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    timeout: no answer in time: waited 30 s
      GET https://id.example/oauth2/default/.well-known/openid-configuration
    misconfigured: issuer "http://id.example/.well-known/openid-configuration" is not usable: credentials go over https, or over http to this machine only
    "#);
}

#[test]
fn a_document_belongs_to_the_issuer_of_its_address() {
    let rows = [
        "https://id.example/.well-known/openid-configuration",
        "https://id.example/a/b/.well-known/openid-configuration",
        "https://id.example/.well-known/oauth-authorization-server",
        "https://id.example/.well-known/oauth-authorization-server/a/b",
        "https://id.example/a/.well-known/oauth-authorization-server",
        "https://id.example/metadata.json",
    ]
    .map(|url| format!("{:?}", issuer_of(&url.parse().unwrap())));
    insta::assert_snapshot!(rows.join("\n"), @r#"
    Some("https://id.example")
    Some("https://id.example/a/b")
    Some("https://id.example")
    Some("https://id.example/a/b")
    Some("https://id.example/a")
    None
    "#);
}
