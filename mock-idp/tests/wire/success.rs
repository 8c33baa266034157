//! What a granted request is answered with: members, their order, their types.

use mock_idp::journal::AuthMethod;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::stage::Stage;

#[tokio::test]
async fn entra_app_only_has_four_members_and_numbers_in_them() {
    let stage = Stage::entra().await;
    let answer = stage.app_only().send().await;
    insta::assert_snapshot!(answer.show(&stage), @r#"200 {"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"<jwt>"}"#);
}

#[tokio::test]
async fn entra_password_grants_everything_a_user_needs() {
    let stage = Stage::entra().await;
    let answer = stage.password().with("client_info", "1").send().await;
    let body = answer.json();
    insta::assert_snapshot!(answer.members(), @"token_type scope expires_in ext_expires_in access_token refresh_token id_token client_info");
    // `offline_access` is granted by giving a refresh token, not by naming it.
    insta::assert_snapshot!(answer.text("scope"), @"User.Read openid profile");
    let lifetime = body["expires_in"].as_u64().unwrap();
    assert!((3599..3599 + 1800).contains(&lifetime), "{lifetime}");
    assert_eq!(body["expires_in"], body["ext_expires_in"]);
}

#[tokio::test]
async fn entra_sends_client_info_and_id_token_only_when_asked() {
    let stage = Stage::entra().await;
    let answer = stage.password().with("scope", "User.Read").send().await;
    insta::assert_snapshot!(answer.members(), @"token_type scope expires_in ext_expires_in access_token");
}

#[tokio::test]
async fn entra_refresh_gives_a_new_refresh_token() {
    let stage = Stage::entra().await;
    let first = stage.password().send().await;
    let shown = first.text("refresh_token");
    let answer = stage.refresh(&shown).with("client_info", "1").send().await;
    insta::assert_snapshot!(answer.members(), @"token_type scope expires_in ext_expires_in access_token refresh_token id_token client_info");
    assert_ne!(answer.text("refresh_token"), shown);
}

#[tokio::test]
async fn entra_advises_a_renewal_when_configured() {
    let stage =
        Stage::of(mock_idp::MockIdp::entra().refresh_in(std::time::Duration::from_secs(1799)))
            .await;
    let answer = stage.app_only().send().await;
    insta::assert_snapshot!(answer.show(&stage), @r#"200 {"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"refresh_in":1799,"access_token":"<jwt>"}"#);
}

#[tokio::test]
async fn okta_app_only_names_its_scope() {
    let stage = Stage::okta().await;
    let answer = stage.app_only().send().await;
    insta::assert_snapshot!(answer.show(&stage), @r#"200 {"token_type":"Bearer","expires_in":3600,"access_token":"<jwt>","scope":"orders.read"}"#);
}

#[tokio::test]
async fn okta_app_only_without_scope_gets_the_default_scopes() {
    let stage = Stage::okta().await;
    let answer = stage.app_only().without("scope").send().await;
    assert_eq!(answer.text("scope"), "orders.read");
}

#[tokio::test]
async fn okta_password_and_static_refresh() {
    let stage = Stage::okta().await;
    let first = stage.password().send().await;
    insta::assert_snapshot!(first.show(&stage), @r#"200 {"token_type":"Bearer","expires_in":3600,"access_token":"<jwt>","scope":"orders.read openid offline_access","refresh_token":"<43 characters>","id_token":"<jwt>"}"#);
    let shown = first.text("refresh_token");
    let second = stage.refresh(&shown).send().await;
    insta::assert_snapshot!(second.show(&stage), @r#"200 {"token_type":"Bearer","expires_in":3600,"access_token":"<jwt>","scope":"orders.read openid offline_access","refresh_token":"<43 characters>","id_token":"<jwt>"}"#);
    assert_eq!(second.text("refresh_token"), shown);
}

#[tokio::test]
async fn okta_sends_no_refresh_token_without_offline_access() {
    let stage = Stage::okta().await;
    let answer = stage.password().with("scope", "orders.read").send().await;
    insta::assert_snapshot!(answer.members(), @"token_type expires_in access_token scope");
}

#[tokio::test]
async fn basic_is_read_encoded_and_raw_by_both() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let credentials = stage.idp.credentials();
        let (id, secret) = (&credentials.client_id, credentials.client_secret.reveal());
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        for (id, secret) in [
            (id.clone(), secret.to_owned()),
            (encoded(id), encoded(secret)),
        ] {
            let answer = stage.app_only().basic(&id, &secret).send().await;
            assert_eq!(answer.status, 200, "{id}: {}", answer.body);
            let request = stage.last_entry().token_request.unwrap();
            assert_eq!(request.auth, [AuthMethod::Basic]);
            assert_eq!(request.client.as_ref(), Some(&credentials.client_id));
        }
    }
}

#[tokio::test]
async fn scope_order_does_not_matter() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        for scope in ["openid offline_access", "offline_access openid"] {
            let answer = stage.password().with("scope", scope).send().await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert!(answer.json()["refresh_token"].is_string());
            assert!(answer.json()["id_token"].is_string());
        }
    }
}

#[tokio::test]
async fn a_scope_named_often_is_granted_once() {
    for (stage, api) in [
        (Stage::entra().await, "User.Read user.read"),
        (Stage::okta().await, "orders.read"),
    ] {
        let scope = format!("openid {api} offline_access openid {api} ").repeat(1_000);
        let answer = stage.password().with("scope", &scope).send().await;
        let granted = answer.text("scope");
        let mut once: Vec<String> = granted.split(' ').map(str::to_ascii_lowercase).collect();
        once.sort_unstable();
        once.dedup();
        assert_eq!(granted.split(' ').count(), once.len(), "{granted}");
        for facts in stage.idp.tokens() {
            assert!(facts.scope.len() <= 3, "{facts:?}");
        }
    }
}
