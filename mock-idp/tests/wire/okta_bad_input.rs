//! What Okta is sent by whoever makes mistakes, or means harm: the vendor's own error each time, never one of ours, no panic.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::Provider;
use mock_idp::directory::{ClientSecret, GrantType, KeySet};
use mock_idp::journal::Origin;
use mock_idp::limits::LimitRule;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::arena::{Arena, wrong_values};
use crate::asserted::{CLIENT, KEY, NOW, ask, claims, jwk, rs256, with};
use crate::stage::{Stage, TokenAsk};

static ARENA: LazyLock<Arena> = LazyLock::new(|| {
    Arena::begin(async {
        let stage = with(Provider::Okta, |application| {
            application.jwks = KeySet {
                keys: vec![jwk(KEY, Some("one"))],
            };
            application.secrets = vec![ClientSecret::lasting("a-secret-beside-the-key-0123456789")];
            application.grants.extend([
                GrantType::Password,
                GrantType::RefreshToken,
                GrantType::DeviceCode,
                GrantType::AuthorizationCode,
                GrantType::OnBehalfOf,
                GrantType::TokenExchange,
            ]);
            application.redirect_uris = vec!["https://app.example/cb".to_owned()];
        })
        .await;
        stage.idp.set_limits(vec![LimitRule::unlimited()]).unwrap();
        stage
    })
});

/// Where clients and browsers send forms.
const PLACES: [&str; 10] = [
    "/oauth2/default/v1/token",
    "/oauth2/v1/token",
    "/oauth2/default/v1/device/authorize",
    "/oauth2/default/v1/introspect",
    "/oauth2/default/v1/revoke",
    "/oauth2/default/v1/par",
    "/oauth2/default/v1/authorize",
    "/oauth2/default/v1/logout",
    "/signin",
    "/activate",
];

fn at<'a>(arena: &'a Arena, path: &str) -> TokenAsk<'a> {
    let url = format!("{}{path}", arena.stage.idp.origin(Origin::Org));
    arena.stage.app_only().at(&url)
}

/// Whether an answer is an error as Okta sends them.
fn is_oktas(answer: &Answer) {
    assert!(
        (400..500).contains(&answer.status),
        "{} {}",
        answer.status,
        answer.body
    );
    let body = answer.json();
    let is_oauth = body["error"].is_string() && body["error_description"].is_string();
    let is_envelope = body["errorCode"].is_string() && body["errorCauses"].is_array();
    assert!(is_oauth != is_envelope, "{}", answer.body);
    assert!(answer.body.len() < 16_000, "{} bytes", answer.body.len());
    assert_eq!(answer.header("server"), Some("nginx"));
}

/// Each claim and each part of the header with each wrong value.
#[test]
fn every_part_of_an_assertion_wrong_in_turn() {
    let arena = &*ARENA;
    let stage = &arena.stage;
    let header = json!({ "alg": "RS256", "kid": "one" });
    let mut jti = 0;
    for part in [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "alg", "kid", "typ", "crit",
    ] {
        for wrong in wrong_values() {
            jti += 1;
            let mut said = claims(stage, &json!({ "jti": format!("wrong {jti}") }));
            let mut header = header.clone();
            match part {
                "alg" | "kid" | "typ" | "crit" => header[part] = wrong.clone(),
                _ => said[part] = wrong.clone(),
            }
            let answer = arena.send(ask(stage, &rs256(KEY, &header, &said)));
            // Nobody looks at these.
            if answer.status == 200 {
                assert!(
                    ["nbf", "iat", "jti", "kid", "typ", "crit"].contains(&part),
                    "{part}: {wrong}"
                );
            } else {
                is_oktas(&answer);
            }
        }
    }
}

/// Each claim and each part of the header of a proof with each wrong value.
#[test]
fn every_part_of_a_proof_wrong_in_turn() {
    let arena = &*ARENA;
    let mut directory = mock_idp::directory::Directory::default();
    directory.okta.applications[0].okta.dpop_bound = true;
    let stage = arena.runtime.block_on(Stage::of(
        mock_idp::MockIdp::okta()
            .directory(directory)
            .limit(LimitRule::unlimited()),
    ));
    let public = Value::from(jwk(KEY, None));
    for part in [
        "typ", "alg", "jwk", "htm", "htu", "iat", "jti", "nonce", "ath",
    ] {
        for wrong in wrong_values() {
            let mut header = json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": public });
            let mut said =
                json!({ "htm": "POST", "htu": stage.idp.token_url(), "iat": NOW, "jti": "j" });
            match part {
                "typ" | "alg" | "jwk" => header[part] = wrong,
                _ => said[part] = wrong,
            }
            let proof = rs256(KEY, &header, &said);
            let ask = stage.app_only().header("dpop", &proof);
            let answer = arena.runtime.block_on(ask.send());
            is_oktas(&answer);
            assert_eq!(answer.status, 400);
        }
    }
}

#[test]
fn servers_of_odd_names() {
    let arena = &*ARENA;
    for server in [
        "%2e%2e",
        "%00",
        "%ff",
        "a%2fb",
        "default.",
        "DEFAULT",
        "a b",
        "%E2%80%AE",
        "'%20or%201=1",
        "{authorizationServerId}",
        &"a".repeat(5_000),
    ] {
        for path in ["token", "introspect", "revoke", "par", "device/authorize"] {
            let path = format!("/oauth2/{}/v1/{path}", server.replace(' ', "%20"));
            is_oktas(&arena.send(at(arena, &path)));
        }
    }
}

/// What is too long to be read at all is no longer answered by Okta.
#[test]
fn bodies_of_any_size() {
    let arena = &*ARENA;
    for path in PLACES {
        let long = "x".repeat(500_000);
        for name in [
            "scope",
            "state",
            "client_id",
            "redirect_uri",
            "token",
            "request_uri",
            "username",
        ] {
            let answer = arena.send(at(arena, path).with(name, &long));
            assert!(answer.status < 500, "{path} {name}: {}", answer.body);
            assert!(
                answer.body.len() < 16_000,
                "{path} {name}: {} bytes",
                answer.body.len()
            );
        }
        let answer = arena.send(at(arena, path).with("scope", &"x".repeat(2_000_000)));
        assert_eq!(answer.status, 413, "{path}");
    }
}

fn parameters() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        "[a-z_]{1,20}",
        prop::sample::select(vec![
            "grant_type",
            "scope",
            "code",
            "refresh_token",
            "device_code",
            "assertion",
            "subject_token",
            "subject_token_type",
            "audience",
            "client_assertion",
            "client_assertion_type",
            "redirect_uri",
            "code_verifier",
            "code_challenge",
            "code_challenge_method",
            "response_type",
            "response_mode",
            "state",
            "nonce",
            "prompt",
            "max_age",
            "login_hint",
            "request_uri",
            "token",
            "token_type_hint",
            "id_token_hint",
            "post_logout_redirect_uri",
            "user_code",
            "flow",
            "action",
            "username",
            "password",
        ])
        .prop_map(str::to_owned),
    ];
    let value = prop_oneof![
        "\\PC{0,60}",
        prop::sample::select(vec![
            "authorization_code",
            "refresh_token",
            "password",
            "client_credentials",
            "code",
            "token",
            "id_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "openid",
            "none",
            "S256",
            "sign_in",
            "accept",
            "https://app.example/cb",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            CLIENT,
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec((name, value), 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_parameters_are_answered(
        place in 0..PLACES.len(),
        parameters in parameters(),
        ours in any::<bool>(),
        reads in any::<bool>(),
    ) {
        let arena = &*ARENA;
        let path = PLACES[place];
        let mut ask = at(arena, path).without("grant_type").without("scope");
        if ours {
            ask = ask.with("client_id", CLIENT).with("client_secret", "a-secret-beside-the-key-0123456789");
        }
        for (name, value) in &parameters {
            ask = ask.and(name, value);
        }
        if reads {
            ask = ask.method(reqwest::Method::GET);
        }
        let answer = arena.send(ask);
        prop_assert!(answer.status < 500, "{}: {} {}", path, answer.status, answer.body);
        let has_pages = path.starts_with("/signin") || path.starts_with("/activate") || path.ends_with("authorize") || path.ends_with("logout");
        if answer.status >= 400 && !has_pages {
            is_oktas(&answer);
        }
    }

    #[test]
    fn any_text_is_no_assertion(text in "[A-Za-z0-9_.=-]{0,200}", more in "\\PC{0,60}") {
        let arena = &*ARENA;
        for shown in [format!("x{text}"), more, format!("e30.{}.", URL_SAFE_NO_PAD.encode(&text))] {
            is_oktas(&arena.send(ask(&arena.stage, &shown)));
        }
    }

    #[test]
    fn any_authorization_is_answered_by_userinfo(scheme in "[A-Za-z]{0,8}", shown in "[!-~]{0,80}", proof in "[!-~]{0,80}") {
        let arena = &*ARENA;
        let url = format!("{}/oauth2/default/v1/userinfo", arena.stage.idp.origin(Origin::Org));
        let authorization = format!("{scheme} {shown}");
        let headers = [("authorization", authorization.as_str()), ("dpop", proof.as_str())];
        let answer = arena.runtime.block_on(arena.stage.get(&url, &headers));
        prop_assert_eq!(answer.status, 401);
        prop_assert_eq!(answer.body.as_str(), "");
        prop_assert!(answer.header("www-authenticate").is_some());
    }
}
