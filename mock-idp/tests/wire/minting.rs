//! Tokens made to order: honoured when they are right, refused in the vendor's words when they are forged.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::MockIdp;
use mock_idp::journal::Origin;
use mock_idp::ledger::TokenState;
use mock_idp::mint::{Flaw, TokenRecipe};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::stage::Stage;

/// A recipe as the control API takes it.
pub(crate) fn recipe(json: Value) -> TokenRecipe {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn forged(forgery: Flaw) -> TokenRecipe {
    TokenRecipe {
        forge: Some(forgery),
        ..TokenRecipe::default()
    }
}

/// Header and claims of a token.
pub(crate) fn opened(token: &str) -> [Value; 2] {
    let mut parts = token.split('.');
    [parts.next(), parts.next()].map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part.unwrap()).unwrap();
        serde_json::from_slice(&json).unwrap()
    })
}

pub(crate) fn names(object: &Value) -> Vec<&String> {
    object.as_object().unwrap().keys().collect()
}

#[tokio::test]
async fn a_minted_token_is_like_one_that_was_asked_for() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let user = idp.credentials().username;
        let asked = [stage.app_only().send().await, stage.password().send().await];
        let for_user = TokenRecipe {
            user: Some(user),
            scopes: match stage.idp.provider() {
                mock_idp::Provider::Entra => vec!["User.Read".to_owned()],
                mock_idp::Provider::Okta => vec!["orders.read".to_owned()],
            },
            ..TokenRecipe::default()
        };
        for (asked, recipe) in asked.iter().zip([TokenRecipe::default(), for_user]) {
            let minted = idp.mint(&recipe).unwrap();
            let asked = opened(&asked.text("access_token"));
            let made = opened(minted.value.reveal());
            assert_eq!(asked[0], made[0]);
            assert_eq!(names(&asked[1]), names(&made[1]));
            for name in ["iss", "aud", "sub", "oid", "appid", "cid", "uid", "tid"] {
                assert_eq!(asked[1][name], made[1][name], "{name}");
            }
            assert_eq!(idp.label_of(minted.value.reveal()), Some(minted.label));
            let url = idp.user_api_url();
            let url = if recipe.user.is_some() {
                url
            } else {
                idp.api_url()
            };
            assert_eq!(
                stage.get_with(&url, minted.value.reveal()).await.status,
                200
            );
            let presented = stage.last_entry().presented.unwrap();
            assert_eq!(
                (presented.token, presented.state),
                (Some(minted.label), TokenState::Live)
            );
        }
    }
}

#[tokio::test]
async fn a_minted_token_expires_and_is_revoked_as_any_other() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let short = recipe(json!({ "lifetime": "60s" }));
        let (first, second) = (idp.mint(&short).unwrap(), idp.mint(&short).unwrap());
        assert!(idp.revoke(first.label));
        assert_eq!(stage.call_api(first.value.reveal()).await.status, 401);
        assert_eq!(stage.call_api(second.value.reveal()).await.status, 200);
        let left = second.expires_at.duration_since(stage.idp.clock().now());
        stage.advance(left.as_secs().unsigned_abs() - 1);
        assert_eq!(stage.call_api(second.value.reveal()).await.status, 200);
        stage.advance(1);
        assert_eq!(stage.call_api(second.value.reveal()).await.status, 401);
        let presented = stage.last_entry().presented.unwrap();
        assert_eq!(presented.state, TokenState::Expired);
        let remembered: Vec<_> = idp.tokens().iter().map(|facts| facts.label).collect();
        assert_eq!(remembered, [first.label, second.label]);
    }
}

#[tokio::test]
async fn claims_and_header_are_set_added_and_taken_away() {
    let stage = Stage::okta().await;
    let minted = stage.idp.mint(&recipe(json!({
        "claims": { "aud": "api://elsewhere", "scp": null, "groups": ["a", { "b": 1 }] },
        "header": { "kid": null, "typ": "at+jwt" },
    })));
    let minted = minted.unwrap();
    let [header, claims] = opened(minted.value.reveal());
    assert_eq!(header, json!({ "alg": "RS256", "typ": "at+jwt" }));
    assert_eq!(claims["aud"], "api://elsewhere");
    assert_eq!(claims["groups"], json!(["a", { "b": 1 }]));
    assert_eq!(claims.get("scp"), None);
    // What was there stands where it stood, what is new behind it.
    insta::assert_snapshot!(names(&claims).into_iter().cloned().collect::<Vec<_>>().join(" "), @"ver jti iss aud iat exp cid sub groups");
    // The ledger goes by the claim.
    let until = json!({ "claims": { "exp": 1_893_456_010 } });
    let minted = stage.idp.mint(&recipe(until)).unwrap();
    assert_eq!(minted.expires_at.to_string(), "2030-01-01T00:00:10Z");
    assert_eq!(stage.call_api(minted.value.reveal()).await.status, 200);
    stage.advance(10);
    assert_eq!(stage.call_api(minted.value.reveal()).await.status, 401);
}

/// Status, what the challenge says and what the body says.
fn refusal(answer: &Answer) -> String {
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let challenge = challenge
        .split("error_description=")
        .nth(1)
        .map_or("-", |text| text.split(", ").next().unwrap_or_default());
    let message = serde_json::from_str::<Value>(&answer.body).ok();
    let message = message.and_then(|body| {
        let code = body["error"]["message"].as_str();
        code.or(body["message"].as_str()).map(str::to_owned)
    });
    let message = message.unwrap_or_default();
    format!("{} {challenge} / {message}", answer.status)
}

/// A forged token is refused for what is wrong with it, and the very same token without that is not.
async fn refused_everywhere(stage: &Stage, right: TokenRecipe, url: &str) -> String {
    let good = stage.idp.mint(&right).unwrap();
    assert_eq!(stage.get_with(url, good.value.reveal()).await.status, 200);
    let mut table = String::new();
    for forgery in Flaw::ALL {
        let recipe = TokenRecipe {
            forge: Some(forgery),
            ..right.clone()
        };
        let token = stage.idp.mint(&recipe).unwrap();
        let answer = stage.get_with(url, token.value.reveal()).await;
        assert_eq!(answer.status, 401, "{forgery:?}");
        let presented = stage.last_entry().presented.unwrap();
        assert_eq!(presented.token, Some(token.label));
        table.push_str(&format!(
            "{forgery:?} {:?}: {}\n",
            presented.state,
            refusal(&answer)
        ));
    }
    table
}

#[tokio::test]
async fn graph_refuses_what_is_forged() {
    let stage = Stage::entra().await;
    let url = stage.idp.api_url();
    let table = refused_everywhere(&stage, TokenRecipe::default(), &url).await;
    insta::assert_snapshot!(table, @"
    AlgNone Foreign: 401 - / Access token validation failure. Invalid signature.
    BadSignature Foreign: 401 - / Access token validation failure. Invalid signature.
    Expired Expired: 401 - / Lifetime validation failed, the token is expired.
    NotYetValid Live: 401 - / Access token has expired or is not yet valid.
    WithdrawnKey Live: 401 - / Access token validation failure. Invalid signature.
    WrongAudience Foreign: 401 - / Access token validation failure. Invalid audience.
    WrongIssuer Foreign: 401 - / Access token validation failure. Invalid issuer.
    WrongKey Foreign: 401 - / Access token validation failure. Invalid signature.
    ");
}

#[tokio::test]
async fn a_customers_api_refuses_what_is_forged() {
    let stage = Stage::okta().await;
    let url = stage.idp.api_url();
    let table = refused_everywhere(&stage, TokenRecipe::default(), &url).await;
    insta::assert_snapshot!(table, @r#"
    AlgNone Foreign: 401 "The token is invalid." / The token is invalid.
    BadSignature Foreign: 401 "The token is invalid." / The token is invalid.
    Expired Expired: 401 "The token has expired." / The token has expired.
    NotYetValid Live: 401 "The token is not yet valid." / The token is not yet valid.
    WithdrawnKey Live: 401 "The token is invalid." / The token is invalid.
    WrongAudience Foreign: 401 "The token is meant for another audience." / The token is meant for another audience.
    WrongIssuer Foreign: 401 "The token comes from another issuer." / The token comes from another issuer.
    WrongKey Foreign: 401 "The token is invalid." / The token is invalid.
    "#);
}

#[tokio::test]
async fn the_management_api_refuses_what_is_forged() {
    let stage = Stage::okta().await;
    let url = format!("{}/api/v1/users", stage.idp.origin(Origin::Org));
    let right = recipe(json!({ "issuer": "org", "scopes": ["okta.users.read"] }));
    let table = refused_everywhere(&stage, right, &url).await;
    insta::assert_snapshot!(table, @r#"
    AlgNone Foreign: 401 "The access token is invalid." / 
    BadSignature Foreign: 401 "The access token is invalid." / 
    Expired Expired: 401 "The token has expired." / 
    NotYetValid Live: 401 "The access token is invalid." / 
    WithdrawnKey Live: 401 "The access token is invalid." / 
    WrongAudience Foreign: 401 "The access token provided is not intended for Okta." / 
    WrongIssuer Foreign: 401 "The access token provided is not intended for Okta." / 
    WrongKey Foreign: 401 "The access token is invalid." /
    "#);
}

#[tokio::test]
async fn what_was_forged_for_another_time_is_good_then() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let early = stage.idp.mint(&forged(Flaw::NotYetValid)).unwrap();
        let expired = stage.idp.mint(&forged(Flaw::Expired)).unwrap();
        stage.advance(299);
        assert_eq!(stage.call_api(early.value.reveal()).await.status, 401);
        stage.advance(1);
        assert_eq!(stage.call_api(early.value.reveal()).await.status, 200);
        stage.clock.set(expired.expires_at - Duration::from_secs(1));
        assert_eq!(stage.call_api(expired.value.reveal()).await.status, 200);
    }
}

#[tokio::test]
async fn a_forgery_wins_over_what_is_set() {
    let stage = Stage::entra().await;
    for forgery in Flaw::ALL {
        let mut order = recipe(json!({
            "claims": { "exp": 4_000_000_000_u64, "nbf": 0, "aud": "https://graph.microsoft.com",
                "iss": format!("https://sts.windows.net/{}/", stage.idp.tenant()) },
            "header": { "alg": "RS256" },
        }));
        let right = stage.idp.mint(&order).unwrap();
        assert_eq!(stage.call_api(right.value.reveal()).await.status, 200);
        order.forge = Some(forgery);
        let wrong = stage.idp.mint(&order).unwrap();
        assert_eq!(
            stage.call_api(wrong.value.reveal()).await.status,
            401,
            "{forgery:?}"
        );
    }
}

#[tokio::test]
async fn no_minted_token_is_told_in_clear() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let mut recipes: Vec<TokenRecipe> = Flaw::ALL.map(forged).to_vec();
        recipes.push(TokenRecipe::default());
        for recipe in recipes {
            let token = stage.idp.mint(&recipe).unwrap();
            let value = token.value.reveal();
            let leak = format!("{}?state={value}", stage.idp.api_url());
            stage.get(&leak, &[("x-debug", value)]).await;
            let entry = stage.last_entry();
            assert_eq!(entry.secrets.len(), 2, "{recipe:?}: {:?}", entry.secrets);
            assert!(
                entry
                    .secrets
                    .iter()
                    .all(|seen| seen.what == token.label.to_string())
            );
            let told = format!("{entry:?} {token:?} {:?}", stage.idp.tokens());
            let signature = value.rsplit('.').next().unwrap();
            assert!(
                signature.is_empty() || !told.contains(signature),
                "{recipe:?}"
            );
            assert!(!told.contains(&value[..60]), "{recipe:?}");
        }
    }
}

#[tokio::test]
async fn a_forged_token_was_never_issued() {
    let stage = Stage::okta().await;
    let token = stage.idp.mint(&forged(Flaw::WrongKey)).unwrap();
    assert!(!stage.idp.revoke(token.label));
    assert_eq!(stage.idp.tokens(), []);
}

#[tokio::test]
async fn withdrawn_keys_are_used_where_there_are_some() {
    let stage = Stage::entra().await;
    let idp = &stage.idp;
    let kid = |token: &str| opened(token)[0]["kid"].as_str().unwrap().to_owned();
    let ids = || -> Vec<String> { idp.keys().into_iter().map(|key| key.kid).collect() };
    let never = idp.mint(&forged(Flaw::WithdrawnKey)).unwrap();
    assert!(!ids().contains(&kid(never.value.reveal())));
    let second = ids().pop().unwrap();
    idp.withdraw_key(&second).unwrap();
    let withdrawn = idp.mint(&forged(Flaw::WithdrawnKey)).unwrap();
    assert_eq!(kid(withdrawn.value.reveal()), second);
    // It is the key set that it fails by.
    assert_eq!(stage.call_api(withdrawn.value.reveal()).await.status, 401);
    idp.publish_key(Some(&second)).unwrap();
    assert_eq!(stage.call_api(withdrawn.value.reveal()).await.status, 200);
}

#[tokio::test]
async fn other_parties_are_named_and_strangers_are_not_known() {
    let (entra, okta) = (Stage::entra().await, Stage::okta().await);
    let other = entra.idp.identity(1, 0, 0).unwrap();
    let minted = entra.idp.mint(&TokenRecipe {
        client: Some(other.client_id.to_uppercase()),
        issuer: Some("CONTOSO.example".to_owned()),
        user: Some(other.user_id.clone()),
        ..TokenRecipe::default()
    });
    let [_, claims] = opened(minted.unwrap().value.reveal());
    assert_eq!(claims["appid"], other.client_id.as_str());
    assert_eq!(claims["oid"], other.user_id.as_str());
    let complaints: Vec<String> = [
        (&entra, json!({ "issuer": "nowhere.example" })),
        (&entra, json!({ "client": "nobody" })),
        (&entra, json!({ "user": "nobody" })),
        (&entra, json!({ "scopes": ["User.Read"] })),
        (
            &entra,
            json!({ "user": "ada@contoso.example", "scopes": ["Sites.Read.All"] }),
        ),
        (&entra, json!({ "token": "id_token" })),
        (&okta, json!({ "issuer": "nowhere" })),
        (&okta, json!({ "client": "nobody" })),
        (&okta, json!({ "user": "nobody" })),
        (&okta, json!({ "scopes": ["openid"] })),
        (&okta, json!({ "claims": { "x": "x".repeat(40_000) } })),
    ]
    .into_iter()
    .map(|(stage, order)| stage.idp.mint(&recipe(order)).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(complaints.join("\n"), @"
    no tenant is called `nowhere.example`; there is `3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01` and `8d2f6b41-0c9e-4b7a-a135-7e4d9c0b2f68`
    no application has the client id `nobody`; there is `6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f`, `0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5`, `9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d`, `4c5d6e7f-8091-4a2b-9c3d-5e6f70819a2b`, `5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d`, `6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e`, `1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7` and `2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4`
    no user has the login or id `nobody`; there is `ada@contoso.example`, `ben@contoso.example`, `cleo@contoso.example`, `dana@contoso.example`, `emil@contoso.example` and `fay@contoso.example`
    nobody is granted `User.Read` together: an application asks for one `/.default` of a resource of its tenant, and has its permissions in `roles`; for what no request gets, set `claims`
    nobody is granted `Sites.Read.All` together: a user grants scopes of one resource of the tenant, and only those that are consented to; for what no request gets, set `claims`
    an id token says who a user is; name one in `user`
    no authorization server is called `nowhere`; there is `default`, `partners` and `org`
    no application has the client id `nobody`; there is `0oa1daemonTokenPr0d7`, `0oa2nativeTokenPr0d7`, `0oa3batchTokenPro0d7`, `0oa4servicTokenPr0d7`, `0oa5portalTokenPr0d7` and `0oa6pageTokenproof07`
    no user has the login or id `nobody`; there is `ada@okta.example`, `ben@okta.example`, `cleo@okta.example`, `dana@okta.example`, `emil@okta.example` and `fay@okta.example`
    nobody is granted `openid` together: `okta.` scopes are the org server's, others those of their authorization server, and OpenID Connect's are for users; for what no request gets, set `claims`
    header and claims take 40320 bytes; a token takes at most 32768
    ");
    assert!(serde_json::from_value::<TokenRecipe>(json!({ "claim": {} })).is_err());
}

#[tokio::test]
async fn the_same_seed_mints_the_same_tokens() {
    let tokens = async |seed: u64| {
        // A port is part of an issuer: only what has none is compared.
        let stage = Stage::of(MockIdp::entra().seed(seed)).await;
        Flaw::ALL.map(|forgery| stage.idp.mint(&forged(forgery)).unwrap().value)
    };
    assert_eq!(tokens(1).await, tokens(1).await);
    assert_ne!(tokens(1).await, tokens(2).await);
}
