//! Okta's errors, brought about by what a request or the directory says.

use jsonwebtoken::{Algorithm, EncodingKey};
use mock_idp::directory::{ClientAuthMethod, ClientSecret, Directory, KeySet};
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider};
use serde_json::{Value, json};

use crate::asserted::{CLIENT, KEY, NOW, OTHER_KEY, ask, claims, jwk, rs256, signed, with};
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

pub(crate) async fn each(asks: Vec<(&str, TokenAsk<'_>)>) {
    for (name, ask) in asks {
        is_as_the_ledger_says(name, &ask.send().await);
    }
}

pub(crate) async fn with_directory(change: impl FnOnce(&mut Directory)) -> Stage {
    let mut directory = Directory::default();
    change(&mut directory);
    Stage::of(MockIdp::okta().directory(directory)).await
}

#[tokio::test]
async fn the_form_of_token_requests() {
    let stage = Stage::okta().await;
    let org = stage.idp.token_url().replace("/default/", "/");
    each(vec![
        ("grant_type_missing", stage.app_only().without("grant_type")),
        (
            "unsupported_grant_type",
            stage.app_only().with("grant_type", "magic"),
        ),
        (
            "unauthorized_grant_type",
            stage.app_only().with("grant_type", "authorization_code"),
        ),
        ("parameter_repeated", stage.app_only().and("scope", "twice")),
        ("request_malformed", stage.app_only().query("a=%zz")),
        ("parameter_missing", stage.password().without("username")),
        ("parameter_missing", stage.password().without("password")),
        ("parameter_missing", stage.refresh("")),
        ("E0000022", stage.app_only().method(reqwest::Method::PUT)),
        (
            "E0000007",
            stage.app_only().at(&org.replace("/v1/", "/nowhere/v1/")),
        ),
    ])
    .await;
}

#[tokio::test]
async fn who_the_client_is() {
    let stage = Stage::okta().await;
    let (id, secret) = (stage.idp.client_id(), stage.idp.client_secret());
    let secret = secret.reveal();
    let native = "0oa2nativeTokenPr0d7";
    each(vec![
        (
            "client_unknown_by_basic",
            stage.app_only().basic("0oanobody", secret),
        ),
        (
            "client_unknown",
            stage.app_only().with("client_id", "0oanobody"),
        ),
        (
            "client_secret_wrong",
            stage.app_only().with("client_secret", "wrong"),
        ),
        ("client_secret_wrong", stage.app_only().basic(&id, "wrong")),
        (
            "client_authentication_failed",
            stage.password().with("client_id", native),
        ),
        (
            "multiple_client_credentials",
            stage.app_only().and_basic(&id, secret),
        ),
        (
            "multiple_client_credentials",
            stage
                .app_only()
                .without("client_secret")
                .and_basic(&id, secret),
        ),
        (
            "multiple_client_credentials",
            stage
                .app_only()
                .without("client_secret")
                .with("client_assertion", "x"),
        ),
        (
            "client_credentials_missing",
            stage.app_only().without("client_secret"),
        ),
        (
            "client_credentials_missing",
            stage
                .app_only()
                .without("client_secret")
                .without("client_id"),
        ),
        (
            "client_credentials_malformed",
            stage
                .app_only()
                .without("client_secret")
                .without("client_id")
                .header("authorization", "Basic %%%"),
        ),
        (
            "client_credentials_in_query",
            stage.app_only().query(&format!("client_id={id}")),
        ),
        (
            "client_credentials_in_query",
            stage.app_only().query("client_secret=x"),
        ),
        // Who the client is comes before what it asks.
        (
            "client_secret_wrong",
            stage.refresh("nobody's").with("client_secret", "wrong"),
        ),
        (
            "browser_offline_access",
            stage.password().header("origin", "https://a.example"),
        ),
    ])
    .await;
    let gone = with_directory(|directory| directory.okta.applications[0].enabled = false).await;
    let named = gone.app_only().with("client_id", &id);
    let named = named.with("client_secret", secret);
    is_as_the_ledger_says("client_authentication_failed", &named.send().await);
}

/// An application that authenticates in one way alone.
#[tokio::test]
async fn only_the_method_it_is_set_up_with() {
    let by = async |method| {
        with_directory(|directory| directory.okta.applications[0].okta.auth_method = Some(method))
            .await
    };
    let basic = by(ClientAuthMethod::ClientSecretBasic).await;
    let secret = basic.idp.client_secret();
    let id = basic.idp.client_id();
    is_as_the_ledger_says(
        "client_authentication_failed",
        &basic.app_only().send().await,
    );
    let right = basic.app_only().basic(&id, secret.reveal());
    assert_eq!(right.send().await.status, 200);
    let post = by(ClientAuthMethod::ClientSecretPost).await;
    assert_eq!(post.app_only().send().await.status, 200);
    let wrong = post.app_only().basic(&id, secret.reveal());
    is_as_the_ledger_says("client_authentication_failed", &wrong.send().await);
    let key = by(ClientAuthMethod::PrivateKeyJwt).await;
    is_as_the_ledger_says("client_authentication_failed", &key.app_only().send().await);
}

async fn with_keys() -> Stage {
    with(Provider::Okta, |application| {
        application.jwks = KeySet {
            keys: vec![jwk(KEY, Some("one")), jwk(OTHER_KEY, Some("two"))],
        };
    })
    .await
}

#[tokio::test]
async fn assertions() {
    let stage = with_keys().await;
    let header = || json!({ "alg": "RS256", "kid": "one" });
    let by = |header: &Value, changes: Value| {
        let text = rs256(KEY, header, &claims(&stage, &changes));
        ask(&stage, &text)
    };
    let doubled = stage.idp.token_url().replace("/oauth2", "//oauth2");
    each(vec![
        (
            "assertion_issuer",
            by(&header(), json!({ "iss": "another" })),
        ),
        (
            "assertion_subject",
            by(&header(), json!({ "sub": "another" })),
        ),
        (
            "assertion_audience",
            by(&header(), json!({ "aud": stage.idp.issuer() })),
        ),
        (
            "assertion_audience",
            by(&header(), json!({ "aud": doubled })),
        ),
        (
            "assertion_without_exp",
            by(&header(), json!({ "exp": null })),
        ),
        ("assertion_expired", by(&header(), json!({ "exp": NOW }))),
        (
            "assertion_exp_too_far",
            by(&header(), json!({ "exp": NOW + 3601 })),
        ),
        (
            "assertion_from_future",
            by(&header(), json!({ "iat": NOW + 1 })),
        ),
        (
            "assertion_signature",
            ask(
                &stage,
                &rs256(OTHER_KEY, &header(), &claims(&stage, &json!({}))),
            ),
        ),
        ("assertion_malformed", ask(&stage, "garbage")),
        (
            "assertion_kid",
            by(&json!({ "alg": "RS256", "kid": "three" }), json!({})),
        ),
        (
            "assertion_algorithm",
            by(&json!({ "alg": "none" }), json!({})),
        ),
        (
            "assertion_algorithm",
            by(&json!({ "alg": "ES512" }), json!({})),
        ),
        (
            "assertion_type",
            by(&header(), json!({})).with("client_assertion_type", "saml"),
        ),
    ])
    .await;
    let twice = rs256(KEY, &header(), &claims(&stage, &json!({ "jti": "once" })));
    assert_eq!(ask(&stage, &twice).send().await.status, 200);
    is_as_the_ledger_says("assertion_used", &ask(&stage, &twice).send().await);
    let id = stage.idp.client_id();
    let keyless = claims(&stage, &json!({ "iss": id, "sub": id }));
    let keyless = ask(&stage, &rs256(KEY, &header(), &keyless));
    is_as_the_ledger_says("assertion_without_jwks", &keyless.send().await);
}

/// `client_secret_jwt`: every algorithm with a secret that is long enough for it.
#[tokio::test]
async fn assertions_with_secrets() {
    const SECRET: &str = "a-secret-of-forty-eight-characters-to-sign-with_";
    let stage = with(Provider::Okta, |application| {
        application.secrets = vec![ClientSecret::lasting(SECRET)];
        application.scopes = vec!["orders.read".to_owned()];
    })
    .await;
    let by = |secret: &str, algorithm: Algorithm, jti: &str| {
        let key = EncodingKey::from_secret(secret.as_bytes());
        let header = json!({ "alg": format!("{algorithm:?}") });
        let claims = claims(&stage, &json!({ "jti": jti }));
        ask(&stage, &signed(&key, algorithm, &header, &claims))
    };
    assert_eq!(by(SECRET, Algorithm::HS256, "1").send().await.status, 200);
    assert_eq!(by(SECRET, Algorithm::HS384, "2").send().await.status, 200);
    each(vec![
        (
            "assertion_secret_too_short",
            by(SECRET, Algorithm::HS512, "3"),
        ),
        (
            "assertion_signature",
            by("another-secret-of-some-length-0123", Algorithm::HS256, "4"),
        ),
        ("assertion_used", by(SECRET, Algorithm::HS256, "1")),
        // The org's own server takes keys alone.
        (
            "assertion_audience",
            by(SECRET, Algorithm::HS256, "5").at(&format!(
                "{}/oauth2/v1/token",
                stage.idp.origin(Origin::Org)
            )),
        ),
    ])
    .await;
    let only_keys = with(Provider::Okta, |application| {
        application.secrets = vec![ClientSecret::lasting(SECRET)];
        application.okta.auth_method = Some(ClientAuthMethod::PrivateKeyJwt);
    })
    .await;
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let header = json!({ "alg": "HS256" });
    let text = signed(
        &key,
        Algorithm::HS256,
        &header,
        &claims(&only_keys, &json!({})),
    );
    is_as_the_ledger_says("assertion_algorithm", &ask(&only_keys, &text).send().await);
}

#[tokio::test]
async fn the_org_is_for_services() {
    let stage = with(Provider::Okta, |application| {
        application.jwks = KeySet {
            keys: vec![jwk(KEY, None)],
        };
        application.secrets = vec![ClientSecret::lasting(
            "a-secret-that-the-org-takes-not-once",
        )];
        application.scopes = vec![
            "okta.users.read".to_owned(),
            "okta.users.read.self".to_owned(),
        ];
    })
    .await;
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let at_org = |scope: &str, jti: &str| {
        let changes = json!({ "aud": url, "jti": jti });
        let text = rs256(KEY, &json!({ "alg": "RS256" }), &claims(&stage, &changes));
        ask(&stage, &text).at(&url).with("scope", scope)
    };
    let granted = at_org("okta.users.read", "1").send().await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    each(vec![
        ("no_scopes", at_org("", "2")),
        ("scopes_not_granted", at_org("okta.users.manage", "3")),
        ("scope_unknown", at_org("orders.read", "4")),
        ("openid_scope_without_user", at_org("openid", "5")),
        (
            "client_credentials_self_scope_requested",
            at_org("okta.users.read.self", "6"),
        ),
        (
            "org_private_key_jwt_only",
            stage
                .app_only()
                .at(&url)
                .with("client_id", CLIENT)
                .with("client_secret", "a-secret-that-the-org-takes-not-once"),
        ),
    ])
    .await;
    let web = with(Provider::Okta, |application| {
        application.jwks = KeySet {
            keys: vec![jwk(KEY, None)],
        };
        application.redirect_uris = vec!["https://app.example/cb".to_owned()];
    })
    .await;
    let url = format!("{}/oauth2/v1/token", web.idp.origin(Origin::Org));
    let text = rs256(
        KEY,
        &json!({ "alg": "RS256" }),
        &claims(&web, &json!({ "aud": url })),
    );
    let refused = ask(&web, &text).at(&url).with("scope", "okta.users.read");
    is_as_the_ledger_says("org_service_only", &refused.send().await);
}
