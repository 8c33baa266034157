//! The numbers and words of Okta's grants, each brought about by what the ledger says.

use mock_idp::Provider;
use mock_idp::directory::{
    AccessPolicy, Application, ClientSecret, GrantType, KeySet, Lifetimes, Platform,
};
use serde_json::{Value, json};

use crate::asserted::{CLIENT, KEY, NOW, OTHER_KEY, claims, jwk, rs256, with};
use crate::okta_codes::{each, with_directory};
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

#[tokio::test]
async fn scopes_and_policies() {
    let stage = Stage::okta().await;
    let refresh = stage.password().send().await.text("refresh_token");
    each(vec![
        (
            "scope_unknown",
            stage.app_only().with("scope", "nobody.knows"),
        ),
        (
            "openid_scope_without_user",
            stage.app_only().with("scope", "openid"),
        ),
        (
            "openid_scope_missing",
            stage.password().with("scope", "orders.read email"),
        ),
        (
            "refresh_scopes_denied",
            stage
                .refresh(&refresh)
                .with("scope", "orders.write openid email"),
        ),
        ("refresh_token_invalid", stage.refresh("nobody's")),
    ])
    .await;
    let strict = with_directory(|directory| {
        let server = &mut directory.okta.authorization_servers[0];
        server.default_scopes.clear();
        server.policies = vec![AccessPolicy {
            name: "orders".to_owned(),
            clients: Vec::new(),
            grants: vec![GrantType::ClientCredentials],
            scopes: vec!["orders.read".to_owned()],
            denied_scopes: Vec::new(),
            lifetimes: Lifetimes::default(),
        }];
        directory.okta.applications[2].consent_required = true;
        directory.okta.applications[2].scopes.clear();
    })
    .await;
    let batch = strict.idp.identity(1, 0, 0).unwrap();
    each(vec![
        ("no_default_scopes", strict.app_only().without("scope")),
        (
            "policy_evaluation_failed",
            strict.app_only().with("scope", "orders.write"),
        ),
        ("policy_evaluation_failed", strict.password()),
        ("scopes_not_granted", strict.app_only_as(&batch)),
    ])
    .await;
}

#[tokio::test]
async fn passwords() {
    let stage = Stage::okta().await;
    let of = |login: &str, password: &str| {
        stage
            .password()
            .with("username", login)
            .with("password", password)
    };
    each(vec![
        ("credentials_wrong", of("nobody@okta.example", "x")),
        ("credentials_wrong", of("ada@okta.example", "wrong")),
        (
            "credentials_wrong",
            of("cleo@okta.example", "correct-horse-Okta-3"),
        ),
        (
            "credentials_wrong",
            of("dana@okta.example", "correct-horse-Okta-4"),
        ),
        (
            "password_expired",
            of("emil@okta.example", "correct-horse-Okta-5"),
        ),
        (
            "password_auth_denied_mfa",
            of("ben@okta.example", "correct-horse-Okta-2"),
        ),
    ])
    .await;
    // Four in a second for one name, right or wrong, in whatever spelling; the fifth waits for the next.
    for _ in 0..3 {
        assert_eq!(of("ADA@okta.example", "wrong").send().await.status, 400);
    }
    is_as_the_ledger_says("password_rate_limit", &stage.password().send().await);
    assert_eq!(
        of("fay@okta.example", "correct-horse-Okta-6")
            .send()
            .await
            .status,
        200
    );
    stage.advance(1);
    assert_eq!(stage.password().send().await.status, 200);
    let free = with_directory(|directory| directory.okta.uncertain.passwords_per_second = 0).await;
    for _ in 0..20 {
        assert_eq!(free.password().send().await.status, 200);
    }
}

#[tokio::test]
async fn jwt_bearer_assertions() {
    let stage = with(Provider::Okta, |application| {
        application.grants = vec![GrantType::OnBehalfOf];
        application.secrets = vec![ClientSecret::lasting("a-secret-to-authenticate-with")];
        application.jwks = KeySet {
            keys: vec![jwk(KEY, None)],
        };
    })
    .await;
    let by = |pem: &str, changes: Value| {
        let mut said = claims(
            &stage,
            &json!({ "sub": "ada@okta.example", "aud": stage.idp.issuer() }),
        );
        for (name, value) in changes.as_object().unwrap() {
            said[name] = value.clone();
        }
        stage
            .ask("urn:ietf:params:oauth:grant-type:jwt-bearer")
            .with("client_id", CLIENT)
            .with("client_secret", "a-secret-to-authenticate-with")
            .with("scope", "openid orders.read")
            .with("assertion", &rs256(pem, &json!({ "alg": "RS256" }), &said))
    };
    let granted = by(KEY, json!({})).send().await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    let access = crate::codes::claims(&granted.text("access_token"));
    assert_eq!(
        (&access["sub"], &access["cid"]),
        (&json!("ada@okta.example"), &json!(CLIENT))
    );
    each(vec![
        ("jwt_bearer_used", by(KEY, json!({}))),
        (
            "jwt_bearer_audience",
            by(KEY, json!({ "jti": "2", "aud": stage.idp.token_url() })),
        ),
        ("jwt_bearer_invalid", by(OTHER_KEY, json!({ "jti": "3" }))),
        (
            "jwt_bearer_invalid",
            by(KEY, json!({ "jti": "4", "sub": "nobody" })),
        ),
        (
            "jwt_bearer_invalid",
            by(KEY, json!({ "jti": "5", "exp": NOW })),
        ),
        (
            "jwt_bearer_invalid",
            by(KEY, json!({ "jti": "6", "iss": "another" })),
        ),
        (
            "jwt_bearer_invalid",
            by(KEY, json!({})).with("assertion", "garbage"),
        ),
    ])
    .await;
}

/// A service that was called by a user's application asks in the user's name.
#[tokio::test]
async fn token_exchanges() {
    const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
    const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
    let stage = with_directory(|directory| {
        let mut service = Application::new("0oaexchange", [GrantType::TokenExchange]);
        service.secrets = vec![ClientSecret::lasting("a-secret-to-exchange-with")];
        directory.okta.applications.push(service);
        directory.okta.applications[2]
            .grants
            .push(GrantType::TokenExchange);
        directory.okta.applications[2].redirect_uris = vec!["https://a.example/".to_owned()];
    })
    .await;
    let caller = stage.password().send().await;
    let subject = caller.text("access_token");
    let ask = || {
        stage
            .ask(EXCHANGE)
            .at(&stage.idp.token_url().replace("/default/", "/partners/"))
            .with("client_id", "0oaexchange")
            .with("client_secret", "a-secret-to-exchange-with")
            .with("subject_token", &subject)
            .with("subject_token_type", ACCESS)
            .with("audience", "api://partners")
            .with("scope", "orders.write")
    };
    let granted = ask().send().await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    insta::assert_snapshot!(granted.members(), @"token_type expires_in access_token scope issued_token_type");
    assert_eq!(granted.text("issued_token_type"), ACCESS);
    let claims = crate::codes::claims(&granted.text("access_token"));
    assert_eq!(claims["sub"], "ada@okta.example");
    assert_eq!(
        (&claims["cid"], &claims["aud"]),
        (&json!("0oaexchange"), &json!("api://partners"))
    );
    let by_id_token = ask().with("subject_token", &caller.text("id_token")).with(
        "subject_token_type",
        "urn:ietf:params:oauth:token-type:id_token",
    );
    assert_eq!(by_id_token.send().await.status, 200);
    let app_only = stage.access_token().await;
    let batch = stage.idp.identity(1, 0, 0).unwrap();
    each(vec![
        ("parameter_missing", ask().without("subject_token")),
        ("parameter_missing", ask().without("subject_token_type")),
        (
            "subject_token_invalid",
            ask().with("subject_token", "garbage"),
        ),
        (
            "subject_token_invalid",
            ask().with("subject_token", &app_only),
        ),
        (
            "subject_token_type_invalid",
            ask().with("subject_token_type", "saml"),
        ),
        (
            "requested_token_type_invalid",
            ask().with(
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:id_token",
            ),
        ),
        ("invalid_target", ask().with("audience", "api://default")),
        ("invalid_target", ask().without("audience")),
        ("scope_unknown", ask().with("scope", "openid")),
        (
            "unsupported_grant_type",
            ask().at(&stage.idp.token_url().replace("/default/", "/")),
        ),
        (
            "unauthorized_grant_type",
            ask()
                .with("client_id", &batch.client_id)
                .with("client_secret", batch.client_secret.reveal()),
        ),
    ])
    .await;
    stage.advance(3600);
    is_as_the_ledger_says("subject_token_invalid", &ask().send().await);
}

#[tokio::test]
async fn a_public_client_shows_nothing() {
    let stage = with(Provider::Okta, |application| {
        application.platform = Platform::Public;
        application.grants = vec![GrantType::Password];
    })
    .await;
    let plain = stage
        .password()
        .with("client_id", CLIENT)
        .without("client_secret");
    assert_eq!(plain.clone().send().await.status, 200);
    let shown = plain.with("client_secret", "something");
    is_as_the_ledger_says("client_authentication_failed", &shown.send().await);
}
