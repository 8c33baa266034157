//! Signing keys as clients see them: what the key set shows, what tokens name, what resources take.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::MockIdp;
use mock_idp::directory::Directory;
use mock_idp::keys::SigningKey;
use serde_json::Value;

use crate::stage::Stage;

/// The key set.
async fn key_set(stage: &Stage) -> Vec<Value> {
    let set = stage.get(&stage.idp.jwks_url(), &[]).await.json();
    set["keys"].as_array().unwrap().clone()
}

/// The key ids of the key set.
async fn published(stage: &Stage) -> Vec<String> {
    let ids = key_set(stage).await;
    let ids = ids.iter().map(|key| key["kid"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

fn header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

#[tokio::test]
async fn a_new_key_is_published_then_signs_and_the_old_one_is_withdrawn() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let old = stage.access_token().await;
        let new = idp.publish_key(None).unwrap();
        let ids = published(&stage).await;
        assert_eq!(ids.len(), 3);
        assert_eq!(ids[2], new.kid);
        // Known to clients before it signs.
        assert_ne!(header(&stage.access_token().await)["kid"], new.kid.as_str());
        idp.activate_key(&new.kid).unwrap();
        let token = stage.access_token().await;
        assert_eq!(header(&token)["kid"], new.kid.as_str());
        for token in [&old, &token] {
            assert_eq!(stage.call_api(token).await.status, 200);
        }
        idp.withdraw_key(header(&old)["kid"].as_str().unwrap())
            .unwrap();
        assert_eq!(stage.call_api(&old).await.status, 401);
        assert_eq!(stage.call_api(&token).await.status, 200);
        let told: Vec<_> = idp
            .keys()
            .iter()
            .map(|key| (key.active, key.published))
            .collect();
        assert_eq!(told, [(false, false), (false, true), (true, true)]);
    }
}

#[tokio::test]
async fn a_key_that_signs_may_be_in_no_key_set() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let active = idp.keys().into_iter().find(|key| key.active).unwrap();
        idp.withdraw_key(&active.kid).unwrap();
        let token = stage.access_token().await;
        assert_eq!(header(&token)["kid"], active.kid.as_str());
        assert!(!published(&stage).await.contains(&active.kid));
        assert_eq!(stage.call_api(&token).await.status, 401);
        idp.publish_key(Some(&active.kid)).unwrap();
        assert_eq!(stage.call_api(&token).await.status, 200);
    }
}

#[tokio::test]
async fn a_key_set_without_any_key_is_empty() {
    let stage = Stage::okta().await;
    for key in stage.idp.keys() {
        stage.idp.withdraw_key(&key.kid).unwrap();
    }
    assert_eq!(published(&stage).await, [""; 0]);
}

#[tokio::test]
async fn another_key_under_the_same_id_explains_no_old_signature() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let old = stage.access_token().await;
        let before = key_set(&stage).await;
        idp.replace_key(header(&old)["kid"].as_str().unwrap())
            .unwrap();
        let after = key_set(&stage).await;
        assert_eq!(before[0]["kid"], after[0]["kid"]);
        assert_ne!(before[0]["n"], after[0]["n"]);
        assert_eq!(before[1], after[1]);
        assert_eq!(stage.call_api(&old).await.status, 401);
        let new = stage.access_token().await;
        assert_eq!(header(&new)["kid"], before[0]["kid"]);
        assert_eq!(stage.call_api(&new).await.status, 200);
    }
}

#[tokio::test]
async fn keys_keep_their_vendors_shape_whatever_their_id() {
    for (stage, members, length) in [
        (Stage::entra().await, "kty use kid x5t n e x5c issuer", 27),
        (Stage::okta().await, "kty alg kid use e n", 43),
    ] {
        let idp = &stage.idp;
        let spare = idp.publish_key(None).unwrap();
        assert_eq!(spare.kid.len(), length);
        let named = idp.publish_key(Some("next-year")).unwrap();
        idp.activate_key(&named.kid).unwrap();
        for key in key_set(&stage).await {
            let names: Vec<&str> = key
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(names.join(" "), members);
        }
        let token = header(&stage.access_token().await);
        assert_eq!(token["kid"], "next-year");
        if let Some(x5t) = token.get("x5t") {
            let key = key_set(&stage).await.pop().unwrap();
            assert_eq!((key["kid"].as_str(), &key["x5t"]), (Some("next-year"), x5t));
        }
    }
}

#[tokio::test]
async fn a_key_of_ones_own_is_imported() {
    let stage = Stage::okta().await;
    let pem = include_str!("../../src/keys/embedded/stranger.key.pem");
    let key = SigningKey::from_pem(pem, None).unwrap().named("mine");
    stage.idp.import_key(key).unwrap();
    stage.idp.activate_key("mine").unwrap();
    let token = stage.access_token().await;
    assert_eq!(header(&token)["kid"], "mine");
    assert_eq!(stage.call_api(&token).await.status, 200);
}

#[tokio::test]
async fn how_long_a_key_set_may_be_kept_is_the_vendors_unless_it_is_set() {
    let kept = async |stage: Stage| {
        let answer = stage.get(&stage.idp.jwks_url(), &[]).await;
        answer.header("cache-control").unwrap().to_owned()
    };
    let age = Duration::from_secs(60);
    let entra = || MockIdp::entra();
    let okta = || MockIdp::okta();
    let said = [
        kept(Stage::of(entra()).await).await,
        kept(Stage::of(entra().key_set_max_age(age)).await).await,
        kept(Stage::of(okta()).await).await,
        kept(Stage::of(okta().key_set_max_age(age)).await).await,
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    max-age=86400, private
    max-age=60, private
    max-age=3832304, must-revalidate
    max-age=60, must-revalidate
    ");
}

#[tokio::test]
async fn a_directory_names_the_keys() {
    let yaml = include_str!("../../src/directory/default.yaml").replace(
        "\nokta:\n",
        "\nokta:\n  keys:\n    - { built_in: okta-3, status: next }\n    - { built_in: okta-2 }\n",
    );
    let directory = Directory::from_yaml(&yaml).unwrap();
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let usual = Stage::okta().await;
    let second = usual.idp.keys()[1].kid.clone();
    let keys = stage.idp.keys();
    assert_eq!(
        (keys.len(), &keys[1].kid, keys[1].active),
        (2, &second, true)
    );
    assert_eq!(header(&stage.access_token().await)["kid"], second.as_str());
}
