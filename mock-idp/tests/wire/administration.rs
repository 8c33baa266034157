//! What an administrator changes while a world runs, and what a thief finds.

use mock_idp::journal::SecretPlace;
use mock_idp::ledger::{TokenLabel, TokenState};
use mock_idp::{MockIdp, Secret};

use crate::stage::{Stage, rotation};

/// The status of a token request with this secret.
async fn with_secret(stage: &Stage, secret: &Secret) -> u16 {
    let ask = stage.app_only().with("client_secret", secret.reveal());
    ask.send().await.status
}

#[tokio::test]
async fn secrets_overlap_and_old_ones_stop_working() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let id = idp.client_id().to_owned();
        let first = idp.client_secret();
        let second = idp.add_secret(&id);
        assert_eq!(second.reveal().len(), 40);
        assert_eq!(with_secret(&stage, &first).await, 200);
        assert_eq!(with_secret(&stage, &second).await, 200);
        // Whoever is set up now gets the new one.
        assert_eq!(idp.client_secret(), second);
        assert_eq!(idp.identity(0, 0, 0).unwrap().client_secret, second);
        idp.retire_secrets(&id.to_uppercase());
        let answer = stage
            .app_only()
            .with("client_secret", first.reveal())
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.text("error").as_str()),
            (401, "invalid_client")
        );
        assert_eq!(with_secret(&stage, &second).await, 200);
        // Adding again makes another one, and another application keeps its own.
        assert_ne!(idp.add_secret(&id), second);
        let other = idp.identity(1, 0, 0).unwrap();
        assert_eq!(stage.app_only_as(&other).send().await.status, 200);
    }
}

#[tokio::test]
async fn a_removed_secret_is_not_an_expired_one() {
    let stage = Stage::entra().await;
    let first = stage.idp.client_secret();
    stage.idp.add_secret(&stage.idp.client_id());
    stage.idp.retire_secrets(&stage.idp.client_id());
    let answer = stage
        .app_only()
        .with("client_secret", first.reveal())
        .send()
        .await;
    assert_eq!(answer.json()["error_codes"][0], 7_000_215);
}

#[tokio::test]
async fn a_given_secret_replaces_all_others() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let (id, first) = (stage.idp.client_id().to_owned(), stage.idp.client_secret());
        let given = Secret::new("a+b&c=d%20e/f: g");
        stage.idp.set_secret(&id, given.clone());
        assert_eq!(stage.idp.client_secret(), given);
        assert_eq!(with_secret(&stage, &given).await, 200);
        assert_eq!(with_secret(&stage, &first).await, 401);
        for spelling in ["a+b&c=d%20e/f: g", "a%2Bb%26c%3Dd%2520e%2Ff%3A+g"] {
            let answer = stage.app_only().basic(&id, spelling).send().await;
            assert_eq!(answer.status, 200, "{spelling} {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_seed_makes_its_own_secrets_and_changes_nothing_else() {
    let secret = async |seed: u64, more: usize| {
        let stage = Stage::of(MockIdp::okta().seed(seed)).await;
        let first = stage.idp.add_secret(&stage.idp.client_id());
        for _ in 0..more {
            stage.idp.add_secret(&stage.idp.client_id());
        }
        (
            first,
            stage
                .access_token()
                .await
                .split('.')
                .next_back()
                .map(str::len),
            stage.idp.mint_refresh_token().value,
        )
    };
    assert_eq!(secret(1, 0).await, secret(1, 2).await);
    assert_ne!(secret(1, 0).await.0, secret(2, 0).await.0);
}

#[tokio::test]
async fn a_secret_for_nobody_opens_nothing() {
    let stage = Stage::okta().await;
    let secret = stage.idp.add_secret("nobody");
    stage
        .idp
        .set_secret("nobody", Secret::new("a secret for nobody"));
    stage.idp.retire_secrets("nobody");
    let answer = stage
        .app_only()
        .with("client_id", "nobody")
        .with("client_secret", secret.reveal())
        .send()
        .await;
    assert_eq!(answer.text("errorCode"), "invalid_client");
}

#[tokio::test]
async fn a_public_application_becomes_confidential_with_a_secret() {
    let stage = Stage::okta().await;
    let public = "0oa2nativeTokenPr0d7";
    let ask = || stage.password().with("client_id", public);
    assert_eq!(ask().without("client_secret").send().await.status, 200);
    let secret = stage.idp.add_secret(public);
    assert_eq!(ask().without("client_secret").send().await.status, 401);
    let answer = ask().with("client_secret", secret.reveal()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_new_secret_is_hunted_for_at_once_and_an_old_one_still_is() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let id = stage.idp.client_id().to_owned();
        let old = stage.idp.client_secret();
        let added = stage.idp.add_secret(&id);
        let given = Secret::new("given/in+a scenario");
        stage.idp.set_secret(&id, given.clone());
        for secret in [&old, &added, &given] {
            let leak = [("x-debug", secret.reveal())];
            stage.get(&stage.idp.api_url(), &leak).await;
            let entry = stage.last_entry();
            let seen: Vec<_> = entry.secrets.iter().map(|s| s.what.as_str()).collect();
            assert_eq!(seen, ["client_secret"], "{secret:?}");
            let url = format!(
                "{}?state={}",
                stage.idp.api_url(),
                secret.reveal().replace(' ', "+")
            );
            stage.get(&url, &[]).await;
            let entry = stage.last_entry();
            let sighting = entry.secrets.first().map(|seen| seen.place);
            assert_eq!(sighting, Some(SecretPlace::Url), "{secret:?}");
            assert!(entry.path.contains("***"), "{}", entry.path);
        }
    }
}

/// The key ids of the key set, and that of a new token.
async fn keys(stage: &Stage) -> (Vec<String>, String) {
    use base64::Engine as _;
    let set = stage.get(&stage.idp.jwks_url(), &[]).await.json();
    let published = set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    let token = stage.access_token().await;
    let header = token.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(header)
        .unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    (published, header["kid"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn keys_rotate_and_are_withdrawn() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let old = stage.access_token().await;
        let (published, first) = keys(&stage).await;
        assert_eq!(published.len(), 2);
        stage.idp.rotate_keys();
        let (still, second) = keys(&stage).await;
        assert_eq!(still, published);
        assert_ne!(first, second);
        assert!(published.contains(&second));
        // The old key stays published, so what it has signed stays good.
        assert_eq!(stage.call_api(&old).await.status, 200);
        stage.idp.withdraw_keys();
        let (left, signing) = keys(&stage).await;
        assert_eq!((left, signing), (vec![second.clone()], second));
        assert_eq!(stage.call_api(&old).await.status, 401);
        let new = stage.access_token().await;
        assert_eq!(stage.call_api(&new).await.status, 200);
    }
}

#[tokio::test]
async fn one_access_token_is_revoked_alone() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let (one, other) = (stage.access_token().await, stage.access_token().await);
        assert!(stage.idp.revoke(stage.idp.label_of(&one).unwrap()));
        assert_eq!(stage.call_api(&one).await.status, 401);
        let presented = stage.last_entry().presented.unwrap();
        assert_eq!(presented.state, TokenState::Revoked);
        assert_eq!(stage.call_api(&other).await.status, 200);
        assert!(!stage.idp.revoke(TokenLabel::access(9)));
        assert!(!stage.idp.revoke(TokenLabel::refresh(9)));
    }
}

#[tokio::test]
async fn a_refresh_token_is_revoked_with_its_sign_in() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let (one, other) = (
            stage.idp.mint_refresh_token(),
            stage.idp.mint_refresh_token(),
        );
        let ask = |token: &Secret| {
            stage
                .ask("refresh_token")
                .with("refresh_token", token.reveal())
                .send()
        };
        let access = ask(&one.value).await.text("access_token");
        let others_access = ask(&other.value).await.text("access_token");
        assert!(stage.idp.revoke(one.label));
        let refused = ask(&one.value).await;
        assert_eq!(refused.text("error"), "invalid_grant");
        let url = stage.idp.user_api_url();
        assert_eq!(stage.get_with(&url, &access).await.status, 401);
        assert_eq!(stage.get_with(&url, &others_access).await.status, 200);
        assert_eq!(ask(&other.value).await.status, 200);
    }
}

#[tokio::test]
async fn a_thief_finds_every_refresh_token_by_its_label() {
    let mode = mock_idp::directory::RotationMode::Rotate;
    for builder in [MockIdp::entra(), MockIdp::okta()] {
        let stage = Stage::of(builder.rotation(rotation(mode, 0))).await;
        let idp = &stage.idp;
        assert_eq!(idp.newest_refresh_token(), None);
        let minted = idp.mint_refresh_token();
        assert_eq!(idp.newest_refresh_token(), Some(minted.label));
        let refreshed = stage.refresh(minted.value.reveal()).send().await;
        let newest = idp.newest_refresh_token().unwrap();
        assert_eq!(newest.to_string(), "RT#2");
        let value = idp.refresh_token_value(newest).unwrap();
        assert_eq!(value.reveal(), refreshed.text("refresh_token"));
        assert_eq!(
            idp.refresh_token_value(minted.label),
            Some(minted.value.clone())
        );
        // Using the old one kills the sign-in: the client's own token is dead then.
        assert_eq!(
            stage.refresh(minted.value.reveal()).send().await.status,
            400
        );
        assert_eq!(stage.refresh(value.reveal()).send().await.status, 400);
        assert_eq!(idp.refresh_token_value(TokenLabel::access(1)), None);
        assert_eq!(idp.refresh_token_value(TokenLabel::refresh(3)), None);
        assert!(!format!("{value:?} {:?}", idp.tokens()).contains(value.reveal()));
    }
}
