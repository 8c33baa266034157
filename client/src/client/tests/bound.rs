//! Tokens that are bound to a key (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::testkit::{Reply, Stage};
use crate::{DpopKey, GrantSource};

fn bound() -> Stage {
    Stage::new(GrantSource::ClientCredentials, |builder| {
        builder.dpop(DpopKey::generate().expect("a key"))
    })
}

fn token() -> Reply {
    Reply::body(
        200,
        r#"{"access_token":"AT#","token_type":"DPoP","expires_in":3600}"#,
    )
}

fn wants_nonce(nonce: &str) -> Reply {
    Reply::error(400, "use_dpop_nonce").with("dpop-nonce", nonce)
}

fn resource_wants_nonce(nonce: &str) -> Reply {
    Reply::body(401, "")
        .with("www-authenticate", r#"DPoP error="use_dpop_nonce""#)
        .with("dpop-nonce", nonce)
}

/// One line for each request: method, address, scheme, nonce, and whether a token is named in the proof.
fn log(stage: &Stage) -> String {
    let lines: Vec<_> = stage
        .script
        .seen()
        .iter()
        .map(|seen| {
            let claims = seen.proof.split('.').nth(1).expect("a proof");
            let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
            let claims: Value = serde_json::from_slice(&claims).expect("JSON");
            format!(
                "{} {} [{}] nonce {} id {} {}",
                claims["htm"].as_str().unwrap_or("?"),
                claims["htu"].as_str().unwrap_or("?"),
                seen.authorization,
                claims["nonce"],
                claims["jti"],
                if claims.get("ath").is_some() {
                    "with its token"
                } else {
                    ""
                },
            )
        })
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn nonces_are_taken_up_where_they_are_wanted() {
    let stage = bound();
    stage
        .script
        .tokens([wants_nonce("n1"), token().with("dpop-nonce", "n2"), token()]);
    stage.script.api([
        resource_wants_nonce("r1"),
        Reply::body(200, "").with("dpop-nonce", "r2"),
        Reply::body(200, ""),
    ]);
    assert_eq!(stage.call().await, "200");
    assert_eq!(stage.call().await, "200");
    assert_eq!(stage.refresh().await, "AT2");
    insta::assert_snapshot!(log(&stage), @r#"
    POST https://id.example/token [] nonce null id "AQEBAQEBAQEBAQEBAQEBAQ" 
    POST https://id.example/token [] nonce "n1" id "AgICAgICAgICAgICAgICAg" 
    GET https://api.example/things [DPoP AT1] nonce null id "AwMDAwMDAwMDAwMDAwMDAw" with its token
    GET https://api.example/things [DPoP AT1] nonce "r1" id "BAQEBAQEBAQEBAQEBAQEBA" with its token
    GET https://api.example/things [DPoP AT1] nonce "r2" id "BQUFBQUFBQUFBQUFBQUFBQ" with its token
    POST https://id.example/token [] nonce "n2" id "BgYGBgYGBgYGBgYGBgYGBg"
    "#);
}

#[tokio::test]
async fn a_server_that_is_never_content_is_asked_twice() {
    let stage = bound();
    stage
        .script
        .tokens([wants_nonce("n1"), wants_nonce("n2"), token()]);
    insta::assert_snapshot!(stage.token().await, @"misconfigured: token endpoint refused the client_credentials grant with status 400, use_dpop_nonce");
    assert_eq!(stage.script.token_count(), 2);

    let stage = bound();
    stage.script.tokens([token()]);
    stage.script.api([
        resource_wants_nonce("r1"),
        resource_wants_nonce("r2"),
        resource_wants_nonce("r3"),
    ]);
    insta::assert_snapshot!(stage.call().await, @"unauthorized: GET https://api.example/things answered 401, use_dpop_nonce");
    // The second refusal is like any other: one renewal, one more try.
    assert_eq!(stage.script.seen().len(), 5);
}

#[tokio::test]
async fn only_bound_tokens_are_taken() {
    let stage = bound();
    stage.script.tokens([Reply::hour()]);
    insta::assert_snapshot!(stage.token().await, @r#"protocol: token endpoint issued a token of type "Bearer"; only DPoP can be used here"#);
    let plain = Stage::client_credentials();
    plain.script.tokens([token()]);
    insta::assert_snapshot!(plain.token().await, @r#"protocol: token endpoint issued a token of type "DPoP"; only Bearer can be used here"#);
    assert_eq!(plain.script.seen()[0].proof, "");
}

#[tokio::test]
async fn another_key_is_another_client_to_the_store() {
    let (one, other) = (bound(), bound());
    assert_ne!(one.client.store_key(), other.client.store_key());
    assert!(one.client.store_key().as_str().contains("|dpop "));
}
