//! Client authentication by assertion (RFC 7523): certificates at Entra, key sets at Okta.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use mock_idp::Provider;
use mock_idp::directory::{Certificate, ClientKey, KeySet, Platform};
use mock_idp::journal::{AuthMethod, Origin};
use serde_json::{Value, json};

use crate::asserted::{
    CLIENT, KEY, NOW, OTHER_KEY, ask, claims, jwk, rs256, said, signed, told, with,
};
use crate::stage::{START, Stage};

const CERTIFICATE: &str = include_str!("../../src/keys/embedded/entra-3.cert.pem");
const OTHER_CERTIFICATE: &str = include_str!("../../src/keys/embedded/entra-4.cert.pem");

async fn entra() -> Stage {
    with(Provider::Entra, |application| {
        application.certificates = vec![Certificate::from_pem(CERTIFICATE).unwrap()];
    })
    .await
}

async fn okta() -> Stage {
    with(Provider::Okta, |application| {
        application.jwks = KeySet {
            keys: vec![jwk(KEY, Some("one")), jwk(OTHER_KEY, Some("two"))],
        };
    })
    .await
}

fn x5t() -> String {
    Certificate::from_pem(CERTIFICATE).unwrap().x5t
}

#[tokio::test]
async fn entra_knows_a_certificate_in_every_spelling_clients_use() {
    let stage = entra().await;
    let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
    let digest = URL_SAFE_NO_PAD.decode(&certificate.x5t).unwrap();
    let longer = URL_SAFE_NO_PAD.decode(&certificate.x5t_s256).unwrap();
    for header in [
        json!({ "alg": "RS256", "x5t": certificate.x5t }),
        json!({ "alg": "RS256", "x5t": URL_SAFE.encode(&digest) }),
        json!({ "alg": "RS256", "x5t": STANDARD.encode(&digest) }),
        json!({ "alg": "RS256", "x5t#S256": certificate.x5t_s256 }),
        json!({ "alg": "RS256", "x5t#S256": STANDARD.encode(&longer), "x5t": certificate.x5t }),
        json!({ "alg": "RS256", "kid": certificate.thumbprint }),
    ] {
        let assertion = rs256(KEY, &header, &claims(&stage, &json!({})));
        assert_eq!(told(&stage, &assertion).await, "200", "{header}");
    }
    let key = EncodingKey::from_rsa_pem(KEY.as_bytes()).unwrap();
    let header = json!({ "alg": "PS256", "x5t#S256": certificate.x5t_s256 });
    // MSAL for Python has fractions of seconds and no `nbf`.
    let fractions = json!({ "exp": 1_893_456_600.038_521, "iat": 1_893_456_000.5, "nbf": null });
    let assertion = signed(&key, Algorithm::PS256, &header, &claims(&stage, &fractions));
    assert_eq!(told(&stage, &assertion).await, "200");
    // Both of the tenant's names are audiences, and an assertion may be used again.
    for audience in [
        stage.idp.issuer(),
        stage.idp.token_url(),
        stage.idp.token_url().to_uppercase(),
    ] {
        let header = json!({ "alg": "RS256", "x5t": x5t() });
        let assertion = rs256(KEY, &header, &claims(&stage, &json!({ "aud": audience })));
        assert_eq!(told(&stage, &assertion).await, "200", "{audience}");
        assert_eq!(told(&stage, &assertion).await, "200", "{audience}");
    }
    assert_eq!(stage.last_token_request().auth, [AuthMethod::Assertion]);
}

#[tokio::test]
async fn entra_says_what_is_wrong_with_an_assertion() {
    let stage = entra().await;
    let by = |pem, changes: Value| {
        let header = json!({ "alg": "RS256", "x5t": x5t() });
        rs256(pem, &header, &claims(&stage, &changes))
    };
    let wrong = async |changes: Value| told(&stage, &by(KEY, changes)).await;
    insta::assert_snapshot!(wrong(json!({ "iss": "another" })).await, @"401 invalid_client: AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter.");
    insta::assert_snapshot!(wrong(json!({ "sub": "another" })).await, @"401 invalid_client: AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter.");
    insta::assert_snapshot!(wrong(json!({ "aud": "https://elsewhere.example" })).await, @"401 invalid_client: AADSTS700023: Client assertion audience claim does not match Realm issuer. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    insta::assert_snapshot!(wrong(json!({ "aud": [stage.idp.token_url()] })).await, @"400 invalid_request: AADSTS50027: JWT token is invalid or malformed.");
    insta::assert_snapshot!(wrong(json!({ "exp": null })).await, @"400 invalid_request: AADSTS50027: JWT token is invalid or malformed.");
    insta::assert_snapshot!(wrong(json!({ "exp": NOW })).await, @"401 invalid_client: AADSTS700024: Client assertion is not within its valid time range. Current time: 2030-01-01T00:00:00.0000000Z, assertion valid from 2030-01-01T00:00:00.0000000Z, expiry time of assertion 2030-01-01T00:00:00.0000000Z. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    insta::assert_snapshot!(wrong(json!({ "nbf": NOW + 301 })).await, @"401 invalid_client: AADSTS700024: Client assertion is not within its valid time range. Current time: 2030-01-01T00:00:00.0000000Z, assertion valid from 2030-01-01T00:05:01.0000000Z, expiry time of assertion 2030-01-01T00:10:00.0000000Z. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    assert_eq!(wrong(json!({ "nbf": NOW + 300 })).await, "200");
    insta::assert_snapshot!(told(&stage, &by(OTHER_KEY, json!({}))).await, @"401 invalid_client: AADSTS700027: Client assertion contains an invalid signature. [Reason - The provided signature value did not match the expected signature value., Thumbprint of key used by client: 'ADA9440C4C1FFAC593DB28DE9DD3FA9430466835', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id 'a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d'.]");
    let unknown = Certificate::from_pem(OTHER_CERTIFICATE).unwrap().x5t;
    let header = json!({ "alg": "RS256", "x5t": unknown });
    let assertion = rs256(OTHER_KEY, &header, &claims(&stage, &json!({})));
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: AADSTS700027: Client assertion contains an invalid signature. [Reason - The key was not found., Thumbprint of key used by client: 'D3D98FF3F0C29EAE074EA756DAA23E7AB14B54AB', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id 'a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d'.]");
    insta::assert_snapshot!(told(&stage, "garbage").await, @"400 invalid_request: AADSTS50027: JWT token is invalid or malformed.");
    let header = json!({ "alg": "none", "x5t": x5t() });
    let unsigned = rs256(KEY, &header, &claims(&stage, &json!({})));
    insta::assert_snapshot!(told(&stage, &unsigned).await, @"400 invalid_request: AADSTS50027: JWT token is invalid or malformed.");
    let untyped = ask(&stage, &by(KEY, json!({}))).without("client_assertion_type");
    insta::assert_snapshot!(said(untyped).await, @"400 invalid_request: AADSTS90023: The authentication service request isn't valid.");
    let beside = ask(&stage, &by(KEY, json!({}))).with("client_secret", "entra-app-secret");
    insta::assert_snapshot!(said(beside).await, @"400 invalid_request: AADSTS90023: The authentication service request isn't valid.");
}

#[tokio::test]
async fn a_certificate_counts_in_its_time_only() {
    let stage = with(Provider::Entra, |application| {
        let mut certificate = Certificate::from_pem(CERTIFICATE).unwrap();
        certificate.expires = "2030-01-01T01:00:00Z".parse().unwrap();
        application.certificates = vec![certificate];
    })
    .await;
    let header = json!({ "alg": "RS256", "x5t": x5t() });
    let assertion = rs256(
        KEY,
        &header,
        &claims(&stage, &json!({ "exp": NOW + 36_000 })),
    );
    assert_eq!(told(&stage, &assertion).await, "200");
    stage.advance(3600);
    let outdated = told(&stage, &assertion).await;
    insta::assert_snapshot!(outdated.replace(&x5t(), "<x5t>"), @"401 invalid_client: AADSTS700027: Client assertion contains an invalid signature. [Reason - The key used is expired., Thumbprint of key used by client: 'ADA9440C4C1FFAC593DB28DE9DD3FA9430466835', Found key 'Start=11/21/2026 07:21:01, End=01/01/2030 01:00:00', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id 'a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d'.]");
}

#[tokio::test]
async fn a_public_application_must_not_assert() {
    let stage = with(Provider::Entra, |application| {
        application.platform = Platform::Public;
        application.certificates = vec![Certificate::from_pem(CERTIFICATE).unwrap()];
    })
    .await;
    let header = json!({ "alg": "RS256", "x5t": x5t() });
    let assertion = rs256(KEY, &header, &claims(&stage, &json!({})));
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.");
}

#[tokio::test]
async fn okta_takes_an_assertion_once() {
    let stage = okta().await;
    let by =
        |header: Value, jti: &str| rs256(KEY, &header, &claims(&stage, &json!({ "jti": jti })));
    let assertion = by(json!({ "alg": "RS256", "kid": "one" }), "1");
    assert_eq!(told(&stage, &assertion).await, "200");
    assert_eq!(stage.last_token_request().client.as_deref(), Some(CLIENT));
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: The client_assertion token has already been used.");
    // A clock set back does not bring it back.
    stage.clock.set("2029-12-31T23:59:59.5Z".parse().unwrap());
    stage.clock.set(START.parse().unwrap());
    assert!(told(&stage, &assertion).await.contains("already been used"));
    // Without a key id all keys are tried. A client id beside it is a second credential, and uses it not up.
    let nameless = by(json!({ "alg": "RS256" }), "2");
    let beside = ask(&stage, &nameless).with("client_id", CLIENT);
    assert!(
        said(beside)
            .await
            .starts_with("401 invalid_request: Cannot supply multiple")
    );
    assert_eq!(told(&stage, &nameless).await, "200");
    // What was refused for another reason was not used up.
    let late = by(json!({ "alg": "RS256" }), "3");
    stage.advance(600);
    assert!(told(&stage, &late).await.contains("expired"));
    stage.clock.set(START.parse().unwrap());
    assert_eq!(told(&stage, &late).await, "200");
    // Without an id it may be used again.
    let header = json!({ "alg": "RS256" });
    let unnamed = rs256(KEY, &header, &claims(&stage, &json!({ "jti": null })));
    assert_eq!(told(&stage, &unnamed).await, "200");
    assert_eq!(told(&stage, &unnamed).await, "200");
}

#[tokio::test]
async fn okta_says_what_is_wrong_with_an_assertion() {
    let stage = okta().await;
    let header = || json!({ "alg": "RS256", "kid": "one" });
    let wrong = async |changes: Value| {
        told(&stage, &rs256(KEY, &header(), &claims(&stage, &changes))).await
    };
    insta::assert_snapshot!(wrong(json!({ "iss": "another" })).await, @"401 invalid_client: The issuer claim for client_assertion is not a valid client_id.");
    insta::assert_snapshot!(wrong(json!({ "sub": "another" })).await, @"401 invalid_client: The subject claim for client_assertion is not a valid client_id.");
    insta::assert_snapshot!(wrong(json!({ "aud": stage.idp.issuer() })).await, @"401 invalid_client: The audience claim for client_assertion must be the endpoint invoked for the request.");
    insta::assert_snapshot!(wrong(json!({ "exp": null })).await, @"401 invalid_client: The client_assertion must contain the 'exp' claim as seconds since epoch.");
    insta::assert_snapshot!(wrong(json!({ "exp": "soon" })).await, @"401 invalid_client: The client_assertion must contain the 'exp' claim as seconds since epoch.");
    insta::assert_snapshot!(wrong(json!({ "exp": NOW })).await, @"401 invalid_client: The client_assertion token is expired.");
    insta::assert_snapshot!(wrong(json!({ "exp": NOW + 3601 })).await, @"401 invalid_client: The client_assertion token has an expiration too far into the future.");
    assert_eq!(
        wrong(json!({ "exp": NOW + 3600, "jti": "hour" })).await,
        "200"
    );
    insta::assert_snapshot!(wrong(json!({ "iat": NOW + 1 })).await, @"401 invalid_client: The client_assertion token must be issued before the current time.");
    let assertion = rs256(OTHER_KEY, &header(), &claims(&stage, &json!({})));
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: The client_assertion signature is invalid.");
    let unknown = json!({ "alg": "RS256", "kid": "three" });
    let assertion = rs256(KEY, &unknown, &claims(&stage, &json!({})));
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: The client_assertion JWT kid is invalid.");
    let unsigned = json!({ "alg": "none" });
    let assertion = rs256(KEY, &unsigned, &claims(&stage, &json!({})));
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: The client_assertion signature algorithm is invalid.");
    insta::assert_snapshot!(told(&stage, "garbage").await, @"401 invalid_client: The parsing of the client_assertion failed.");
    let untyped = ask(&stage, "garbage").with("client_assertion_type", "saml");
    insta::assert_snapshot!(said(untyped).await, @"400 invalid_request: The client_assertion_type is invalid.");
    // The daemon of the built-in directory has a secret and no keys.
    let id = stage.idp.client_id();
    let claims = claims(&stage, &json!({ "iss": id, "sub": id }));
    let assertion = rs256(KEY, &header(), &claims);
    insta::assert_snapshot!(told(&stage, &assertion).await, @"401 invalid_client: The client does not have a JWKSet configured, but the client_assertion requires one.");
}

#[tokio::test]
async fn that_an_assertion_was_used_is_put_back_with_the_world() {
    let stage = okta().await;
    let signed = |jti: &str| {
        let header = json!({ "alg": "RS256" });
        rs256(KEY, &header, &claims(&stage, &json!({ "jti": jti })))
    };
    let (early, late) = (signed("early"), signed("late"));
    assert_eq!(told(&stage, &early).await, "200");
    let snapshot = stage.idp.snapshot();
    assert_eq!(told(&stage, &late).await, "200");
    stage.idp.restore(&snapshot);
    assert_eq!(told(&stage, &late).await, "200");
    insta::assert_snapshot!(told(&stage, &early).await, @"401 invalid_client: The client_assertion token has already been used.");
}

#[tokio::test]
async fn okta_takes_keys_on_curves() {
    let pair = rcgen::KeyPair::generate().unwrap();
    let point = pair.public_key_raw().to_vec();
    let stage = with(Provider::Okta, |application| {
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]),
        });
        application.jwks.keys = vec![ClientKey::from_jwk(jwk).unwrap()];
    })
    .await;
    let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
    let header = json!({ "alg": "ES256" });
    let assertion = signed(&key, Algorithm::ES256, &header, &claims(&stage, &json!({})));
    assert_eq!(told(&stage, &assertion).await, "200");
}

#[tokio::test]
async fn okta_gives_service_apps_its_own_scopes_for_an_assertion_only() {
    let stage = okta().await;
    let org = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let ask = |jti: &str, scope: &str| {
        let header = json!({ "alg": "RS256" });
        let claims = claims(&stage, &json!({ "aud": org, "jti": jti }));
        ask(&stage, &rs256(KEY, &header, &claims))
            .at(&org)
            .with("scope", scope)
    };
    let answer = ask("1", "okta.users.read").send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let users = format!("{}/api/v1/users", stage.idp.origin(Origin::Org));
    let called = stage.get_with(&users, &answer.text("access_token")).await;
    assert_eq!(called.status, 200, "{}", called.body);
    insta::assert_snapshot!(said(ask("2", "okta.users.manage")).await, @"400 consent_required: You are not allowed any of the requested scopes.");
    insta::assert_snapshot!(said(ask("3", "orders.read")).await, @"400 invalid_scope: One or more scopes are not configured for the authorization server resource.");
    insta::assert_snapshot!(said(ask("4", "")).await, @"400 invalid_scope: No scopes were requested.");
    let secret = stage.app_only().at(&org).with("scope", "okta.users.read");
    insta::assert_snapshot!(said(secret).await, @"401 invalid_client: Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.");
}
