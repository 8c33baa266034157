//! Client assertions as clients make them, and how the token endpoint answers one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};
use mock_idp::directory::{Application, ClientKey, Directory, GrantType};
use mock_idp::{MockIdp, Provider};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

use crate::stage::{START, Stage, TokenAsk};

pub(crate) const KEY: &str = include_str!("../../src/keys/embedded/entra-3.key.pem");
pub(crate) const OTHER_KEY: &str = include_str!("../../src/keys/embedded/entra-4.key.pem");
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub(crate) const CLIENT: &str = "a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d";
/// 2030-01-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_893_456_000;

/// A JSON Web Token with this header and these claims.
pub(crate) fn signed(
    key: &EncodingKey,
    algorithm: Algorithm,
    header: &Value,
    claims: &Value,
) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, key).unwrap();
    let signature = signer.sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) fn rs256(pem: &str, header: &Value, claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    signed(&key, Algorithm::RS256, header, claims)
}

/// The public half of an RSA key.
pub(crate) fn jwk(pem: &str, kid: Option<&str>) -> ClientKey {
    let public = rsa::RsaPrivateKey::from_pkcs8_pem(pem)
        .unwrap()
        .to_public_key();
    let number = |number: Vec<u8>| URL_SAFE_NO_PAD.encode(number);
    let mut jwk = json!({
        "kty": "RSA", "n": number(public.n().to_bytes_be()), "e": number(public.e().to_bytes_be()),
    });
    if let Some(kid) = kid {
        jwk["kid"] = json!(kid);
    }
    ClientKey::from_jwk(jwk).unwrap()
}

/// A world with one more application.
pub(crate) async fn with(provider: Provider, change: impl FnOnce(&mut Application)) -> Stage {
    let mut application = Application::new(CLIENT, [GrantType::ClientCredentials]);
    application.scopes = vec!["okta.users.read".to_owned()];
    change(&mut application);
    let mut directory = Directory::default();
    match provider {
        Provider::Entra => directory.entra.tenants[0].applications.push(application),
        Provider::Okta => directory.okta.applications.push(application),
    }
    let start: jiff::Timestamp = START.parse().unwrap();
    assert_eq!(start.as_second(), NOW);
    Stage::of(MockIdp::of(provider).directory(directory)).await
}

/// What clients claim, with these changes.
pub(crate) fn claims(stage: &Stage, changes: &Value) -> Value {
    let mut claims = json!({
        "iss": CLIENT, "sub": CLIENT, "aud": stage.idp.token_url(),
        "jti": "0", "iat": NOW, "nbf": NOW, "exp": NOW + 600,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    // What is to be missing is null.
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    claims
}

pub(crate) fn ask<'s>(stage: &'s Stage, assertion: &str) -> TokenAsk<'s> {
    let ask = stage
        .app_only()
        .without("client_secret")
        .with("client_assertion_type", JWT_BEARER)
        .with("client_assertion", assertion);
    match stage.idp.provider() {
        Provider::Entra => ask.with("client_id", CLIENT),
        // The Okta SDKs leave it out.
        Provider::Okta => ask.without("client_id"),
    }
}

/// How the token endpoint answers an assertion: `200`, or what it says is wrong.
pub(crate) async fn told(stage: &Stage, assertion: &str) -> String {
    said(ask(stage, assertion)).await
}

pub(crate) async fn said(ask: TokenAsk<'_>) -> String {
    let answer = ask.send().await;
    if answer.status == 200 {
        return "200".to_owned();
    }
    let description = answer.text("error_description");
    let description = description.split(" Trace ID").next().unwrap();
    format!("{} {}: {description}", answer.status, answer.text("error"))
}
