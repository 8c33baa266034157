//! Proof of possession at Okta: proofs, nonces, bound tokens, and who takes them.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use mock_idp::MockIdp;
use mock_idp::directory::{Directory, Rotation, RotationMode, UnrequiredProof};
use mock_idp::journal::Origin;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::answer::Answer;
use crate::asserted::{KEY, NOW, OTHER_KEY, jwk, signed};
use crate::codes::claims;
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

static PUBLIC: LazyLock<Value> = LazyLock::new(|| Value::from(jwk(KEY, None)));
static OTHER_PUBLIC: LazyLock<Value> = LazyLock::new(|| Value::from(jwk(OTHER_KEY, None)));

/// A world whose first application is bound to a key.
async fn bound() -> Stage {
    with(|directory| directory.okta.applications[0].okta.dpop_bound = true).await
}

async fn with(change: impl FnOnce(&mut Directory)) -> Stage {
    let mut directory = Directory::default();
    change(&mut directory);
    Stage::of(MockIdp::okta().directory(directory)).await
}

/// A proof under construction.
struct Proof {
    header: Value,
    claims: Value,
    pem: &'static str,
}

impl Proof {
    fn of(method: &str, url: &str, jti: &str) -> Self {
        Self {
            header: json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": *PUBLIC }),
            claims: json!({ "htm": method, "htu": url, "iat": NOW, "jti": jti }),
            pem: KEY,
        }
    }

    fn says(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    fn heads(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(name);
        self
    }

    fn by_the_other(mut self) -> Self {
        self.header["jwk"] = OTHER_PUBLIC.clone();
        self.pem = OTHER_KEY;
        self
    }

    fn text(&self) -> String {
        let key = EncodingKey::from_rsa_pem(self.pem.as_bytes()).unwrap();
        signed(&key, Algorithm::RS256, &self.header, &self.claims)
    }
}

fn at_token(stage: &Stage, jti: &str) -> Proof {
    Proof::of("POST", &stage.idp.token_url(), jti)
}

/// The nonce that the server wants.
async fn nonce(stage: &Stage) -> String {
    let answer = stage
        .app_only()
        .header("dpop", &at_token(stage, "for a nonce").text())
        .send()
        .await;
    is_as_the_ledger_says("use_dpop_nonce", &answer);
    answer.header("dpop-nonce").unwrap().to_owned()
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

async fn call(
    stage: &Stage,
    url: &str,
    scheme: &str,
    token: &str,
    proof: Option<&Proof>,
) -> Answer {
    let authorization = format!("{scheme} {token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    let proof = proof.map(Proof::text);
    headers.extend(proof.as_deref().map(|proof| ("dpop", proof)));
    stage.get(url, &headers).await
}

#[tokio::test]
async fn a_bound_application_proves_its_key_with_a_nonce() {
    let stage = bound().await;
    is_as_the_ledger_says("dpop_missing", &stage.app_only().send().await);
    let nonce = nonce(&stage).await;
    assert_eq!(nonce.len(), 32);
    let proof = at_token(&stage, "1").says("nonce", nonce.as_str()).text();
    let answer = stage.app_only().header("dpop", &proof).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.text("token_type"), "DPoP");
    assert_eq!(answer.header("dpop-nonce"), Some(nonce.as_str()));
    let access = claims(&answer.text("access_token"));
    assert_eq!(access["cnf"]["jkt"].as_str().unwrap().len(), 43);
    let again = stage.app_only().header("dpop", &proof).send().await;
    is_as_the_ledger_says("dpop_used", &again);
    // A nonce is renewed every day, and the former one is good for three more.
    stage.advance(3 * 86_400);
    let now = NOW + 3 * 86_400;
    let later = at_token(&stage, "2")
        .says("iat", now)
        .says("nonce", nonce.as_str());
    let answer = stage.app_only().header("dpop", &later.text()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_ne!(answer.header("dpop-nonce"), Some(nonce.as_str()));
    stage.advance(86_400);
    let late = at_token(&stage, "3")
        .says("iat", now + 86_400)
        .says("nonce", nonce.as_str());
    let answer = stage.app_only().header("dpop", &late.text()).send().await;
    is_as_the_ledger_says("use_dpop_nonce", &answer);
}

#[tokio::test]
async fn what_is_wrong_with_a_proof() {
    let stage = bound().await;
    let nonce = nonce(&stage).await;
    let proof = |jti: &str| at_token(&stage, jti).says("nonce", nonce.as_str());
    let private = {
        let mut jwk = PUBLIC.clone();
        jwk["d"] = json!("AQAB");
        jwk
    };
    for (name, proof) in [
        ("dpop_typ", proof("1").heads("typ", "JWT")),
        (
            "dpop_signature",
            proof("2").heads("jwk", OTHER_PUBLIC.clone()),
        ),
        ("dpop_signature", proof("3").heads("jwk", Value::Null)),
        ("dpop_signature", proof("4").heads("jwk", private)),
        ("dpop_signature", proof("5").heads("alg", "none")),
        ("dpop_signature", proof("6").heads("alg", "HS256")),
        ("dpop_htm", proof("7").says("htm", "GET")),
        (
            "dpop_htu",
            proof("8").says("htu", "https://elsewhere.example/"),
        ),
        ("dpop_htu", proof("9").without("htu")),
        ("dpop_iat", proof("10").without("iat")),
        ("dpop_iat", proof("11").says("iat", "soon")),
        ("dpop_jti", proof("12").without("jti")),
        ("dpop_jti", proof("")),
        ("dpop_from_future", proof("13").says("iat", NOW + 1)),
        ("dpop_too_old", proof("14").says("iat", NOW - 301)),
    ] {
        let answer = stage.app_only().header("dpop", &proof.text()).send().await;
        is_as_the_ledger_says(name, &answer);
    }
    for garbage in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let answer = stage.app_only().header("dpop", garbage).send().await;
        assert_eq!(
            (answer.status, answer.text("error")),
            (400, "invalid_dpop_proof".to_owned())
        );
    }
    let several = stage
        .app_only()
        .header("dpop", &proof("15").text())
        .header("dpop", &proof("16").text());
    is_as_the_ledger_says("dpop_several", &several.send().await);
    // Five minutes old is not too old, and a query is no part of the URL.
    let url = format!("{}?a=b", stage.idp.token_url());
    let fits = proof("17").says("iat", NOW - 300).says("htu", url);
    let answer = stage.app_only().header("dpop", &fits.text()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(
        !stage
            .idp
            .journal()
            .entries()
            .iter()
            .any(|entry| !entry.secrets.is_empty())
    );
}

#[tokio::test]
async fn a_proof_that_nobody_asked_for_is_not_looked_at() {
    let stage = Stage::okta().await;
    for proof in [at_token(&stage, "1").text(), "garbage".to_owned()] {
        let answer = stage.app_only().header("dpop", &proof).send().await;
        assert_eq!(
            (answer.status, answer.text("token_type")),
            (200, "Bearer".to_owned())
        );
        assert_eq!(answer.header("dpop-nonce"), None);
    }
    let binds = with(|directory| {
        directory.okta.uncertain.unrequired_proof = UnrequiredProof::Bind;
    })
    .await;
    assert_eq!(binds.app_only().send().await.text("token_type"), "Bearer");
    let nonce = nonce(&binds).await;
    let proof = at_token(&binds, "1").says("nonce", nonce.as_str()).text();
    let answer = binds.app_only().header("dpop", &proof).send().await;
    assert_eq!(answer.text("token_type"), "DPoP");
}

#[tokio::test]
async fn a_bound_token_works_in_the_hands_of_its_key() {
    let stage = bound().await;
    let nonce = nonce(&stage).await;
    let proof = at_token(&stage, "1").says("nonce", nonce.as_str()).text();
    let token = stage
        .app_only()
        .header("dpop", &proof)
        .send()
        .await
        .text("access_token");
    let url = stage.idp.api_url();
    let proof = |jti: &str| Proof::of("GET", &url, jti).says("ath", hash(&token));
    let good = proof("2");
    let answer = call(&stage, &url, "DPoP", &token, Some(&good)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let refused = |answer: Answer| {
        assert_eq!(answer.status, 401, "{}", answer.body);
        let challenge = answer.header("www-authenticate").unwrap().to_owned();
        let said = challenge.split("error_description=\"").nth(1).unwrap();
        let is_of_another = challenge.contains("error=\"invalid_token\"");
        let scheme = if is_of_another && !challenge.contains("bound") {
            "Bearer "
        } else {
            "DPoP "
        };
        assert!(challenge.starts_with(scheme), "{challenge}");
        said.split('"').next().unwrap().to_owned()
    };
    let mut told = Vec::new();
    for (scheme, proof) in [
        ("DPoP", Some(good)),
        ("DPoP", None),
        ("Bearer", Some(proof("3"))),
        ("DPoP", Some(proof("4").says("ath", hash("another")))),
        ("DPoP", Some(proof("5").without("ath"))),
        ("DPoP", Some(proof("6").by_the_other())),
        ("DPoP", Some(proof("7").says("htm", "POST"))),
    ] {
        told.push(refused(
            call(&stage, &url, scheme, &token, proof.as_ref()).await,
        ));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    The DPoP proof JWT has already been used.
    The resource request requires a DPoP proof.
    The DPoP bound access token must use the DPoP authentication scheme when making a resource request.
    'ath' claim in the DPoP proof does not match the presented access_token.
    'ath' claim in the DPoP proof does not match the presented access_token.
    The access token is invalid.
    'htm' claim in the DPoP proof JWT is invalid.
    ");
    // An unbound one has nothing to prove.
    let batch = stage.idp.identity(1, 0, 0).unwrap();
    let unbound = stage.app_only_as(&batch).send().await.text("access_token");
    let proof = Proof::of("GET", &url, "8").says("ath", hash(&unbound));
    let told = refused(call(&stage, &url, "DPoP", &unbound, Some(&proof)).await);
    assert_eq!(told, "The access token is not bound to a DPoP key.");
    assert_eq!(
        call(&stage, &url, "Bearer", &unbound, None).await.status,
        200
    );
}

#[tokio::test]
async fn oktas_own_api_and_userinfo_take_bound_tokens() {
    let stage = bound().await;
    let org = stage.idp.origin(Origin::Org);
    let token_url = format!("{org}/oauth2/v1/token");
    let ask = |jti: &str, nonce: &str| {
        let proof = Proof::of("POST", &token_url, jti).says("nonce", nonce);
        stage
            .password()
            .at(&token_url)
            .with("scope", "openid profile okta.users.read")
            .header("dpop", &proof.text())
    };
    let nonce = ask("1", "")
        .send()
        .await
        .header("dpop-nonce")
        .unwrap()
        .to_owned();
    let token = ask("2", &nonce).send().await.text("access_token");
    for (place, path) in ["/api/v1/users", "/oauth2/v1/userinfo"]
        .into_iter()
        .enumerate()
    {
        let url = format!("{org}{path}");
        let proof = |jti: &str| {
            let jti = format!("{jti}{place}");
            Proof::of("GET", &url, &jti).says("ath", hash(&token))
        };
        let good = proof("a");
        let answer = call(&stage, &url, "DPoP", &token, Some(&good)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        for (name, scheme, proof) in [
            ("dpop_used", "DPoP", Some(good)),
            ("dpop_proof_required", "DPoP", None),
            ("dpop_scheme", "Bearer", Some(proof("b"))),
            ("dpop_ath", "DPoP", Some(proof("c").without("ath"))),
        ] {
            let answer = call(&stage, &url, scheme, &token, proof.as_ref()).await;
            assert_eq!(answer.status, 400, "{name}");
            assert_eq!(answer.body, "");
            let line = crate::okta_fidelity::okta_line(name);
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.starts_with("DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\", "));
            assert!(
                challenge.contains(&format!("error=\"{}\"", line.error)),
                "{challenge}"
            );
            assert!(challenge.contains(line.text), "{challenge}");
        }
    }
}

#[tokio::test]
async fn an_unbound_token_proves_nothing() {
    let stage = Stage::okta().await;
    let token = stage.password().send().await.text("access_token");
    let url = stage.idp.token_url().replace("/token", "/userinfo");
    let proof = Proof::of("GET", &url, "1").says("ath", hash(&token));
    let answer = call(&stage, &url, "DPoP", &token, Some(&proof)).await;
    is_as_the_ledger_says("access_token_not_dpop_bound", &answer);
    let answer = call(&stage, &url, "DPoP", "garbage", Some(&proof)).await;
    is_as_the_ledger_says("token_invalid", &answer);
}

#[tokio::test]
async fn a_refresh_takes_the_same_key() {
    let stage = with(|directory| {
        let application = &mut directory.okta.applications[0];
        application.okta.dpop_bound = true;
        application.rotation = Some(Rotation {
            mode: RotationMode::Rotate,
            leeway_seconds: 0,
            reuse_revokes_family: true,
        });
    })
    .await;
    let nonce = nonce(&stage).await;
    let proof = |jti: &str| at_token(&stage, jti).says("nonce", nonce.as_str());
    let first = stage
        .password()
        .header("dpop", &proof("1").text())
        .send()
        .await;
    let refresh = first.text("refresh_token");
    let ask = |refresh: &str, proof: &Proof| -> TokenAsk<'_> {
        stage.refresh(refresh).header("dpop", &proof.text())
    };
    let other = proof("2").by_the_other();
    is_as_the_ledger_says("dpop_key_binding", &ask(&refresh, &other).send().await);
    // That has not used it up.
    let second = ask(&refresh, &proof("3")).send().await;
    assert_eq!(second.status, 200, "{}", second.body);
    let key = |answer: &Answer| claims(&answer.text("access_token"))["cnf"]["jkt"].clone();
    assert_eq!(key(&first), key(&second));
    let third = second.text("refresh_token");
    is_as_the_ledger_says(
        "dpop_key_binding",
        &ask(&third, &proof("4").by_the_other()).send().await,
    );
}
