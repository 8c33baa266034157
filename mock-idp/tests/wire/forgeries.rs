//! Tokens that a fault has changed: what stands in them, and what a resource makes of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::fault::{Fault, ForgedToken, Forgery, Signing};
use mock_idp::journal::Endpoint;
use mock_idp::limits::LimitRule;
use mock_idp::{MockIdp, Provider};
use serde_json::{Value, json};

use crate::stage::Stage;

fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn forge(stage: &Stage, forgery: Value) {
    let forgery: Forgery = serde_json::from_value(forgery).unwrap();
    stage.idp.faults().clear();
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).forge(forgery));
}

#[tokio::test]
async fn a_resource_refuses_what_is_forged_and_takes_what_is_signed_anew() {
    for provider in Provider::ALL {
        let stage = Stage::of(MockIdp::of(provider)).await;
        let past = json!({ "claims": { "exp": "$epoch(-1s)" } });
        let future = json!({ "claims": { "nbf": "$epoch(+1m)" } });
        for (forgery, status) in [
            (
                json!({ "claims": { "extra": [1, null] }, "without": ["jti"] }),
                200,
            ),
            (json!({ "token": "id_token", "sign": "none" }), 200),
            (json!({ "sign": "wrong_key" }), 401),
            (json!({ "sign": "withdrawn_key" }), 401),
            (json!({ "sign": "no_kid" }), 401),
            (json!({ "sign": "none" }), 401),
            (json!({ "claims": { "aud": "other" } }), 401),
            (json!({ "claims": { "iss": "https://other.example" } }), 401),
            (json!({ "without": ["exp"] }), 401),
            (past, 401),
            (future, 401),
        ] {
            forge(&stage, forgery.clone());
            let token = stage.access_token().await;
            let answer = stage.call_api(&token).await;
            assert_eq!(
                answer.status, status,
                "{forgery} at {provider}: {}",
                answer.body
            );
            // The journal knows whose it is, whatever was made of it.
            let entry = stage.last_entry();
            let shown = entry.presented.unwrap().token;
            assert_eq!(shown, stage.idp.label_of(&token));
            assert!(shown.is_some(), "{forgery}");
        }
    }
}

#[tokio::test]
async fn what_stands_in_a_forged_token() {
    // All at one instant: more passwords than a second takes.
    let stage = Stage::of(MockIdp::okta().limit(LimitRule::unlimited())).await;
    let genuine = stage.password().send().await;
    let kid = part(&genuine.text("access_token"), 0)["kid"].clone();
    for sign in Signing::ALL {
        forge(
            &stage,
            json!({
                "token": ForgedToken::IdToken,
                "claims": { "aud": "other", "exp": "$epoch(-1h)", "when": "$http_date(0s)" },
                "without": ["email"],
                "sign": sign,
            }),
        );
        let answer = stage.password().send().await;
        let token = answer.text("id_token");
        let (header, claims) = (part(&token, 0), part(&token, 1));
        assert_eq!(claims["aud"], "other");
        assert_eq!(claims["exp"], json!(1_893_456_000 - 3_600));
        assert_eq!(claims["when"], "Tue, 01 Jan 2030 00:00:00 GMT");
        assert_eq!(claims.get("email"), None);
        assert!(claims.get("sub").is_some());
        let alg = if sign == Signing::None {
            "none"
        } else {
            "RS256"
        };
        assert_eq!(header["alg"], alg);
        let names_the_right_key = !matches!(sign, Signing::WithdrawnKey | Signing::NoKid);
        assert_eq!(
            header.get("kid") == Some(&kid),
            names_the_right_key,
            "{sign:?}"
        );
        assert_eq!(token.ends_with('.'), sign == Signing::None);
        // The other token is left alone.
        let access = part(&answer.text("access_token"), 1);
        assert_ne!(access["aud"], "other");
    }
}

#[tokio::test]
async fn the_tokens_of_every_endpoint_that_hands_some_out() {
    let stage = Stage::entra().await;
    let url = format!(
        "{}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com/",
        stage.idp.origin(mock_idp::journal::Origin::ManagedIdentity)
    );
    let forgery = Forgery {
        sign: Signing::NoKid,
        ..Forgery::default()
    };
    stage.idp.faults().add(Fault::anywhere().forge(forgery));
    let answer = stage.get(&url, &[("metadata", "true")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(part(&answer.text("access_token"), 0).get("kid"), None);
}

#[tokio::test]
async fn a_withdrawn_key_is_named_by_its_own_id_and_thumbprint() {
    let stage = Stage::entra().await;
    let named = stage.idp.publish_key(Some("a-name")).unwrap();
    stage.idp.withdraw_key(&named.kid).unwrap();
    forge(&stage, json!({ "sign": "withdrawn_key" }));
    let header = part(&stage.access_token().await, 0);
    assert_eq!(header["kid"], "a-name");
    assert_eq!(header["x5t"].as_str().unwrap().len(), 27, "{header}");
}
