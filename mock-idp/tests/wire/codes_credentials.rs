//! Entra's errors of applications that authenticate, each brought about by its cause.

use mock_idp::Provider;
use mock_idp::directory::{
    Application, Certificate, FederatedCredential, GrantType, KeySet, Platform,
};
use serde_json::{Value, json};

use crate::asserted::{CLIENT, KEY, NOW, OTHER_KEY, ask, claims, jwk, rs256, signed, told, with};
use crate::fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

const CERTIFICATE: &str = include_str!("../../src/keys/embedded/entra-3.cert.pem");

#[tokio::test]
async fn credentials_of_applications() {
    let stage = with(Provider::Entra, |application| {
        application.platform = Platform::Public;
        application.grants = vec![GrantType::Password];
    })
    .await;
    for (number, ask) in [
        (7_000_215, stage.app_only().with("client_secret", "wrong")),
        (
            7_000_222,
            stage
                .app_only()
                .with("client_secret", "entra-app-secret~OUT0FDATE"),
        ),
        (7_000_216, stage.app_only().without("client_secret")),
        (7_000_218, stage.password().without("client_secret")),
        (700_025, stage.password().with("client_id", CLIENT)),
    ] {
        is_as_the_ledger_says(number, &ask.send().await);
    }
}

/// An application with a certificate.
async fn certified() -> Stage {
    with(Provider::Entra, |application: &mut Application| {
        application.certificates = vec![Certificate::from_pem(CERTIFICATE).unwrap()];
    })
    .await
}

#[tokio::test]
async fn assertions() {
    let stage = certified().await;
    let x5t = Certificate::from_pem(CERTIFICATE).unwrap().x5t;
    let by = |pem, header: Value, changes: Value| rs256(pem, &header, &claims(&stage, &changes));
    let named = || json!({ "alg": "RS256", "x5t": x5t });
    for (number, assertion) in [
        (700_027, by(OTHER_KEY, named(), json!({}))),
        (
            700_027,
            by(KEY, json!({ "alg": "RS256", "x5t": "none" }), json!({})),
        ),
        (700_024, by(KEY, named(), json!({ "exp": NOW }))),
        (
            700_023,
            by(KEY, named(), json!({ "aud": "https://elsewhere.example" })),
        ),
        (700_021, by(KEY, named(), json!({ "sub": "another" }))),
        (50_027, "garbage".to_owned()),
    ] {
        is_as_the_ledger_says(number, &ask(&stage, &assertion).send().await);
    }
}

#[tokio::test]
async fn federated_credentials() {
    let stage = with(Provider::Entra, |application| {
        application.federated = vec![FederatedCredential {
            name: "build".to_owned(),
            issuer: "https://builds.example".to_owned(),
            subject: "main".to_owned(),
            audiences: vec!["api://AzureADTokenExchange".to_owned()],
            jwks: Some(KeySet {
                keys: vec![jwk(KEY, None)],
            }),
        }];
    })
    .await;
    let by = |changes: Value| {
        let mut of = json!({ "iss": "https://builds.example", "sub": "main", "aud": "api://AzureADTokenExchange" });
        for (name, value) in changes.as_object().unwrap() {
            of[name] = value.clone();
        }
        ask(
            &stage,
            &rs256(KEY, &json!({ "alg": "RS256" }), &claims(&stage, &of)),
        )
    };
    assert_eq!(by(json!({})).send().await.status, 200);
    for (number, ask) in [
        (700_211, by(json!({ "iss": "https://builds.example/" }))),
        (700_212, by(json!({ "aud": "api://azureadtokenexchange" }))),
        (700_213, by(json!({ "sub": "Main" }))),
        (
            70_025,
            by(json!({})).with("client_id", &stage.idp.client_id()),
        ),
    ] {
        is_as_the_ledger_says(number, &ask.send().await);
    }
}

/// A certificate that nobody has registered counts for its name, however its base64 is broken into lines.
#[tokio::test]
async fn certificates_by_their_subject() {
    let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
    let named = |names: Vec<String>| {
        with(Provider::Entra, move |application| {
            application.subject_names = names;
        })
    };
    let body: String = CERTIFICATE
        .lines()
        .filter(|line| !line.starts_with('-'))
        .map(|line| format!("{line}\n"))
        .collect();
    let stage = named(vec!["ACCOUNTS.accesscontrol.windows.net".to_owned()]).await;
    let shown = |x5c: &str, x5t: &str| {
        let header = json!({ "alg": "PS256", "x5t#S256": x5t, "x5c": [x5c] });
        let key = jsonwebtoken::EncodingKey::from_rsa_pem(KEY.as_bytes()).unwrap();
        signed(
            &key,
            jsonwebtoken::Algorithm::PS256,
            &header,
            &claims(&stage, &json!({})),
        )
    };
    let right = shown(&body, &certificate.x5t_s256);
    assert_eq!(told(&stage, &right).await, "200");
    let stranger = named(vec!["somebody.example".to_owned()]).await;
    is_as_the_ledger_says(700_030, &ask(&stranger, &right.clone()).send().await);
    let nobody = named(Vec::new()).await;
    is_as_the_ledger_says(700_027, &ask(&nobody, &right).send().await);
    for (number, assertion) in [
        (700_027, shown(&body, "another")),
        (
            50_027,
            shown("bm90IGEgY2VydGlmaWNhdGU=", &certificate.x5t_s256),
        ),
        (50_027, shown("", &certificate.x5t_s256)),
    ] {
        is_as_the_ledger_says(number, &ask(&stage, &assertion).send().await);
    }
}

/// Entra takes its own tokens of applications alone.
#[tokio::test]
async fn a_users_token_is_no_credential() {
    let issuing = Stage::entra().await;
    let app = issuing.access_token().await;
    let user = issuing.password().send().await.text("access_token");
    let of = |token: &str, name: &str| {
        crate::codes::claims(token)[name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let stage = with(Provider::Entra, |application| {
        application.federated = [("one", &app), ("two", &user)]
            .map(|(name, token)| FederatedCredential {
                name: name.to_owned(),
                issuer: of(token, "iss"),
                subject: of(token, "sub"),
                audiences: vec![of(token, "aud")],
                jwks: None,
            })
            .to_vec();
    })
    .await;
    assert_eq!(told(&stage, &app).await, "200");
    is_as_the_ledger_says(700_229, &ask(&stage, &user).send().await);
}

#[tokio::test]
async fn a_certificate_that_was_revoked() {
    let mut certificate = Certificate::from_pem(CERTIFICATE).unwrap();
    certificate.revoked = true;
    let x5t = certificate.x5t.clone();
    let stage = with(Provider::Entra, |application| {
        application.certificates = vec![certificate];
    })
    .await;
    let header = json!({ "alg": "RS256", "x5t": x5t });
    let assertion = rs256(KEY, &header, &claims(&stage, &json!({})));
    is_as_the_ledger_says(7_000_214, &ask(&stage, &assertion).send().await);
}
