//! What Entra is sent by whoever makes mistakes, or means harm: the vendor's own error each time, never one of ours, no panic.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mock_idp::Provider;
use mock_idp::directory::{Certificate, FederatedCredential};
use mock_idp::journal::Origin;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::arena::{Arena, wrong_values};
use crate::asserted::{CLIENT, KEY, NOW, ask, claims, rs256, with};

const CERTIFICATE: &str = include_str!("../../src/keys/embedded/entra-3.cert.pem");

static ARENA: LazyLock<Arena> = LazyLock::new(|| {
    Arena::begin(with(Provider::Entra, |application| {
        application.certificates = vec![Certificate::from_pem(CERTIFICATE).unwrap()];
        application.subject_names = vec!["somebody.example".to_owned()];
        application.federated = vec![FederatedCredential {
            name: "build".to_owned(),
            issuer: "https://builds.example".to_owned(),
            subject: "main".to_owned(),
            audiences: vec!["api://AzureADTokenExchange".to_owned()],
            jwks: None,
        }];
    }))
});

/// Whether an answer is an error as Entra sends them, in every part.
fn is_entras(answer: &Answer) {
    assert!(
        (400..500).contains(&answer.status),
        "{} {}",
        answer.status,
        answer.body
    );
    let body = answer.json();
    let number = body["error_codes"][0].as_u64().expect("a number");
    let said = answer.text("error_description");
    assert!(said.starts_with(&format!("AADSTS{number}: ")), "{said}");
    assert_eq!(
        answer.header("x-ms-request-id"),
        Some(answer.text("trace_id").as_str())
    );
    let status = if answer.text("error") == "invalid_client" {
        401
    } else {
        400
    };
    assert_eq!(answer.status, status);
    assert!(answer.body.len() < 16_000, "{} bytes", answer.body.len());
}

fn x5t() -> String {
    Certificate::from_pem(CERTIFICATE).unwrap().x5t
}

/// Each claim with each wrong value: what is missing, of another type, too long, of another time.
#[test]
fn every_claim_wrong_in_turn() {
    let arena = &*ARENA;
    let stage = &arena.stage;
    let header = json!({ "alg": "RS256", "x5t": x5t() });
    let right = rs256(KEY, &header, &claims(stage, &json!({})));
    assert_eq!(arena.send(ask(stage, &right)).status, 200);
    let mut numbers = std::collections::BTreeMap::new();
    for claim in ["iss", "sub", "aud", "exp", "nbf", "jti", "iat"] {
        for wrong in wrong_values() {
            let assertion = rs256(KEY, &header, &claims(stage, &json!({ claim: wrong })));
            let answer = arena.send(ask(stage, &assertion));
            // Nobody looks at these two, and what is no instant is no beginning.
            if answer.status == 200 {
                assert!(["jti", "iat", "nbf"].contains(&claim), "{claim}: {wrong}");
                continue;
            }
            is_entras(&answer);
            let number = answer.json()["error_codes"][0].as_u64().unwrap();
            numbers
                .entry(claim)
                .or_insert_with(std::collections::BTreeSet::new)
                .insert(number);
        }
    }
    insta::assert_compact_debug_snapshot!(numbers, @r#"{"aud": {50027, 700023}, "exp": {50027, 700024}, "iss": {700021}, "sub": {700021}}"#);
}

/// The same for each part of the header, and certificates that are none.
#[test]
fn every_part_of_the_header_wrong_in_turn() {
    let arena = &*ARENA;
    let stage = &arena.stage;
    let mut numbers = std::collections::BTreeSet::new();
    for part in ["alg", "x5t", "x5t#S256", "kid", "x5c", "typ", "crit"] {
        for wrong in wrong_values() {
            let mut header = json!({ "alg": "RS256", "x5t": x5t() });
            header[part] = wrong.clone();
            let assertion = rs256(KEY, &header, &claims(stage, &json!({})));
            let answer = arena.send(ask(stage, &assertion));
            if answer.status != 200 {
                is_entras(&answer);
                numbers.insert(answer.json()["error_codes"][0].as_u64().unwrap());
            }
        }
    }
    insta::assert_compact_debug_snapshot!(numbers, @"{50027, 700027}");
}

#[test]
fn claims_parameters_of_any_size() {
    let arena = &*ARENA;
    let stage = &arena.stage;
    // What is asked for and not known is ignored, as Entra does: MSAL for Node asks for its own. What is no object is refused,
    // and so is more than any client sends.
    for (claims, status) in [
        ("{".to_owned(), 400),
        ("null".to_owned(), 400),
        ("[]".to_owned(), 400),
        ("{}".to_owned(), 200),
        (
            json!({ "access_token": { "a": "x".repeat(5_000) } }).to_string(),
            200,
        ),
        (
            json!({ "access_token": { "a": "x".repeat(500_000) } }).to_string(),
            400,
        ),
        ("[".repeat(100_000), 400),
        (
            json!({ "access_token": { "xms_cc": { "values": vec!["CP1"; 1000] } } }).to_string(),
            200,
        ),
    ] {
        let answer = arena.send(stage.app_only().with("claims", &claims));
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    // Beyond what is read at all, it is no longer Entra that answers.
    let answer = arena.send(stage.app_only().with("claims", &"x".repeat(2_000_000)));
    assert_eq!(answer.status, 413);
}

#[test]
fn tenants_of_odd_names() {
    let arena = &*ARENA;
    let stage = &arena.stage;
    let login = stage.idp.origin(Origin::Login);
    for tenant in [
        "..",
        "%2e%2e",
        "%00",
        "%ff",
        "a%2fb",
        "contoso.example%2f",
        "contoso.example.",
        ".",
        "-",
        "a b",
        "ä.example",
        "%E2%80%AE.example",
        "'%20or%201=1",
        "{tenantid}",
        "3b8e5a10-7d1c-4c1e-9a52",
        "v2.0",
        "discovery",
        &"a".repeat(5_000),
        &format!("{}example", "a.".repeat(2_000)),
    ] {
        for path in [
            "oauth2/v2.0/token",
            "oauth2/token",
            "oauth2/v2.0/devicecode",
        ] {
            let answer = arena.send(stage.app_only().at(&format!("{login}/{tenant}/{path}")));
            // A name that ends the segment, or leaves it, is another path.
            if answer.status != 404 {
                is_entras(&answer);
            }
        }
    }
}

/// A certificate with bytes changed, cut off or added.
fn mangled() -> impl Strategy<Value = String> {
    let der: Vec<u8> = Certificate::from_pem(CERTIFICATE).unwrap().der().to_vec();
    let length = der.len();
    (
        0..length,
        any::<u8>(),
        0..=length,
        prop::collection::vec(any::<u8>(), 0..40),
    )
        .prop_map(move |(at, byte, end, more)| {
            let mut der = der.clone();
            der[at] = byte;
            der.truncate(end.max(1));
            der.extend(more);
            STANDARD.encode(der)
        })
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_certificate_is_refused_in_entras_words(x5c in mangled()) {
        let arena = &*ARENA;
        let header = json!({ "alg": "RS256", "x5t": "none", "x5c": [x5c] });
        let assertion = rs256(KEY, &header, &claims(&arena.stage, &json!({})));
        is_entras(&arena.send(ask(&arena.stage, &assertion)));
    }

    #[test]
    fn any_claims_are_refused_in_entras_words(
        name in prop_oneof![Just("iss"), Just("sub"), Just("aud"), Just("exp"), Just("nbf")],
        value in json_value(),
        own in any::<bool>(),
    ) {
        let arena = &*ARENA;
        let header = if own { json!({ "alg": "RS256", "x5t": x5t() }) } else { json!({ "alg": "RS256" }) };
        let issuer = if own { CLIENT } else { "https://builds.example" };
        let mut said = claims(&arena.stage, &json!({ "iss": issuer, "exp": NOW + 600 }));
        said[name] = value;
        let answer = arena.send(ask(&arena.stage, &rs256(KEY, &header, &said)));
        if answer.status != 200 {
            is_entras(&answer);
        } else {
            prop_assert_eq!((own, name), (true, "nbf"));
        }
    }

    #[test]
    fn any_text_is_no_assertion(text in "[A-Za-z0-9_.=-]{0,200}", more in "\\PC{0,60}") {
        let arena = &*ARENA;
        for shown in [format!("x{text}"), more, format!("e30.{}.", URL_SAFE_NO_PAD.encode(&text))] {
            is_entras(&arena.send(ask(&arena.stage, &shown)));
        }
    }

    #[test]
    fn any_tenant_and_parameters_are_answered(
        tenant in "[^/?#\\x00-\\x20]{1,40}",
        parameters in prop::collection::vec(("[a-z_]{1,20}", "\\PC{0,60}"), 0..8),
    ) {
        let arena = &*ARENA;
        let stage = &arena.stage;
        let segment = percent_encoding::utf8_percent_encode(&tenant, percent_encoding::NON_ALPHANUMERIC);
        for path in ["oauth2/v2.0/token", "oauth2/token"] {
            let url = format!("{}/{segment}/{path}", stage.idp.origin(Origin::Login));
            let mut ask = stage.app_only().at(&url);
            for (name, value) in &parameters {
                ask = ask.with(name, value);
            }
            is_entras(&arena.send(ask));
        }
    }
}
