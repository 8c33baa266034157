//! Continuous access evaluation, claims challenges and step-up: what a client that declares `cp1` meets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::MockIdp;
use mock_idp::journal::Origin;
use mock_idp::ledger::AccessEvent;
use serde_json::{Value, json};

use crate::answer::{Answer, claims};
use crate::stage::Stage;

const CP1: &str = r#"{"access_token": {"xms_cc": {"values": ["CP1"]}}}"#;
pub(crate) const ADA: &str = "ada@contoso.example";

pub(crate) async fn me(stage: &Stage, token: &str) -> Answer {
    let url = format!("{}/v1.0/me", stage.idp.origin(Origin::Graph));
    stage.get_with(&url, token).await
}

/// The claims that a challenge asks for, as they are sent.
pub(crate) fn challenge(answer: &Answer) -> String {
    let header = answer.header("www-authenticate").unwrap();
    assert!(
        header.contains(r#"error="insufficient_claims""#),
        "{header}"
    );
    let (_, rest) = header.split_once("claims=\"").unwrap();
    let encoded = rest.strip_suffix('"').unwrap();
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

#[tokio::test]
async fn tokens_of_clients_that_take_challenges_live_long() {
    let stage = Stage::entra().await;
    let mut seen = Vec::new();
    for spelt in ["CP1", "cp1", "Cp1"] {
        let said = json!({ "access_token": { "xms_cc": { "values": ["other", spelt] } } });
        for ask in [stage.app_only(), stage.password()] {
            let answer = ask.with("claims", &said.to_string()).send().await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let body = answer.json();
            let lifetime = body["expires_in"].as_i64().unwrap();
            assert!((20 * 3600..28 * 3600).contains(&lifetime), "{lifetime}");
            assert_eq!(body["refresh_in"], lifetime / 2);
            assert_eq!(body["ext_expires_in"], lifetime);
            let token = claims(&answer.text("access_token"));
            assert_eq!(token["xms_cc"], json!([spelt]));
            assert_eq!(
                token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap(),
                lifetime + 301
            );
            seen.push(lifetime);
        }
    }
    seen.dedup();
    assert!(seen.len() > 1, "they differ: {seen:?}");
    // Another API takes no part, and neither does a client that declares something else.
    for (scope, said) in [
        ("api://contoso-orders/.default", CP1),
        (
            "https://graph.microsoft.com/.default",
            r#"{"access_token":{"xms_cc":{"values":["cp2"]}}}"#,
        ),
        (
            "https://graph.microsoft.com/.default",
            r#"{"id_token":{"login_hint":null}}"#,
        ),
    ] {
        let answer = stage
            .app_only()
            .with("scope", scope)
            .with("claims", said)
            .send()
            .await;
        assert_eq!(answer.json()["expires_in"], 3599, "{scope} {said}");
        assert_eq!(claims(&answer.text("access_token"))["xms_cc"], Value::Null);
        assert_eq!(answer.json()["refresh_in"], Value::Null);
    }
}

#[tokio::test]
async fn a_lifetime_that_the_world_is_told_counts_for_them_too() {
    let minute = std::time::Duration::from_secs(60);
    let stage = Stage::of(MockIdp::entra().access_token_lifetime(minute)).await;
    let answer = stage.app_only().with("claims", CP1).send().await;
    assert_eq!(answer.json()["expires_in"], 60);
    assert_eq!(
        claims(&answer.text("access_token"))["xms_cc"],
        json!(["CP1"])
    );
}

/// The loop as it was recorded: revoke, 401 with claims, a refresh that is refused, another sign-in.
#[tokio::test]
async fn who_was_signed_out_everywhere_is_challenged_and_signs_in_again() {
    let stage = Stage::entra().await;
    let signed_in = stage.password().with("claims", CP1).send().await;
    let (token, refresh) = (
        signed_in.text("access_token"),
        signed_in.text("refresh_token"),
    );
    let unaware = stage.password().send().await;
    let patient = unaware.text("access_token");
    assert_eq!(me(&stage, &token).await.status, 200);
    stage.advance(600);
    let admin = {
        let client = stage.idp.client_id();
        stage
            .idp
            .consent(&client, &[], &["User.RevokeSessions.All".to_owned()]);
        stage.access_token().await
    };
    let url = format!(
        "{}/v1.0/users/{ADA}/revokeSignInSessions",
        stage.idp.origin(Origin::Graph)
    );
    let revoked = stage.post(&url, &admin, "{}").await;
    insta::assert_snapshot!(revoked.show(&stage), @r#"200 {"@odata.context":"http://<graph>/v1.0/$metadata#Edm.Boolean","value":true}"#);
    stage.advance(60);
    let refused = me(&stage, &token).await;
    insta::assert_snapshot!(refused.show(&stage), @r#"401 {"error":{"code":"InvalidAuthenticationToken","message":"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp","innerError":{"date":"2030-01-01T00:11:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    insta::assert_snapshot!(challenge(&refused), @r#"{"access_token":{"nbf":{"essential":true, "value":"1893456600"}}}"#);
    // Who has not declared that it takes challenges goes on.
    assert_eq!(me(&stage, &patient).await.status, 200);
    let next = json!({ "access_token": { "nbf": { "essential": true, "value": "1893456600" }, "xms_cc": { "values": ["CP1"] } } }).to_string();
    let answer = stage.refresh(&refresh).with("claims", &next).send().await;
    assert_eq!(answer.json()["error_codes"][0], 50_173);
    assert_eq!(answer.text("suberror"), "bad_token");
    assert!(
        answer
            .text("error_description")
            .contains("2030-01-01T00:10:00.0000000Z")
    );
    let again = stage.password().with("claims", &next).send().await;
    assert_eq!(me(&stage, &again.text("access_token")).await.status, 200);
    assert_eq!(me(&stage, &token).await.status, 401);
    // The other user is not concerned.
    let users = stage.idp.directory().entra.tenants[0].users.clone();
    let fay = users
        .iter()
        .find(|user| user.login.starts_with("fay"))
        .unwrap();
    let other = stage.password().with("username", &fay.login);
    let other = other
        .with("password", fay.password.as_ref().unwrap().reveal())
        .send()
        .await;
    assert_eq!(me(&stage, &other.text("access_token")).await.status, 200);
}

#[tokio::test]
async fn a_clock_that_stands_still_tells_old_tokens_from_new_ones() {
    let stage = Stage::entra().await;
    let old = stage
        .password()
        .with("claims", CP1)
        .send()
        .await
        .text("access_token");
    stage
        .idp
        .access_event(AccessEvent::Revoked, Some(ADA))
        .unwrap();
    let new = stage
        .password()
        .with("claims", CP1)
        .send()
        .await
        .text("access_token");
    assert_eq!(me(&stage, &old).await.status, 401);
    assert_eq!(me(&stage, &new).await.status, 200);
}

#[tokio::test]
async fn what_happens_has_a_code_of_its_own() {
    let stage = Stage::entra().await;
    for (event, whom, code) in [
        (
            AccessEvent::Policies,
            None,
            "TokenCreatedWithOutdatedPolicies",
        ),
        (
            AccessEvent::Location,
            Some(ADA),
            "LocationConditionEvaluationSatisfied",
        ),
        (
            AccessEvent::Revoked,
            Some(ADA),
            "TokenIssuedBeforeRevocationTimestamp",
        ),
    ] {
        let token = stage
            .password()
            .with("claims", CP1)
            .send()
            .await
            .text("access_token");
        stage.idp.access_event(event, whom).unwrap();
        let refused = me(&stage, &token).await;
        assert_eq!(refused.status, 401);
        let message = refused.json()["error"]["message"].to_string();
        assert!(message.contains(code), "{message}");
        challenge(&refused);
    }
    // Policies concern applications too.
    let app = stage
        .app_only()
        .with("claims", CP1)
        .send()
        .await
        .text("access_token");
    stage.idp.access_event(AccessEvent::Policies, None).unwrap();
    challenge(&stage.call_api(&app).await);
    assert!(stage.idp.access_event(AccessEvent::Revoked, None).is_err());
    assert!(
        stage
            .idp
            .access_event(AccessEvent::Policies, Some("nobody"))
            .is_err()
    );
    let okta = Stage::okta().await;
    assert!(okta.idp.access_event(AccessEvent::Policies, None).is_err());
}

#[tokio::test]
async fn a_token_that_was_revoked_by_itself_is_challenged_with_when() {
    let stage = Stage::entra().await;
    let token = stage
        .app_only()
        .with("claims", CP1)
        .send()
        .await
        .text("access_token");
    stage.advance(100);
    stage.idp.revoke_access_tokens();
    stage.advance(100);
    let refused = stage.call_api(&token).await;
    insta::assert_snapshot!(challenge(&refused), @r#"{"access_token":{"nbf":{"essential":true, "value":"1893456100"}}}"#);
}

#[tokio::test]
async fn an_account_that_is_disabled_is_told_at_once() {
    let stage = Stage::entra().await;
    let token = stage
        .password()
        .with("claims", CP1)
        .send()
        .await
        .text("access_token");
    stage.idp.change_directory(|directory| {
        directory.entra.tenants[0].users[0].enabled = false;
    });
    challenge(&me(&stage, &token).await);
}

#[tokio::test]
async fn events_go_with_a_snapshot() {
    let stage = Stage::entra().await;
    let token = stage
        .password()
        .with("claims", CP1)
        .send()
        .await
        .text("access_token");
    let before = stage.idp.snapshot();
    stage.idp.access_event(AccessEvent::Policies, None).unwrap();
    assert_eq!(me(&stage, &token).await.status, 401);
    stage.idp.restore(&before);
    assert_eq!(me(&stage, &token).await.status, 200);
}

#[tokio::test]
async fn claims_that_are_none_are_refused_and_those_of_others_passed_over() {
    let stage = Stage::entra().await;
    for bad in [
        "{",
        "[]",
        "cp1",
        r#"{"access_token":7}"#,
        &"x".repeat(9_000),
        &"[".repeat(7_000),
        r#"{"access_token":{"acrs":{"value":"c1000"}}}"#,
    ] {
        let answer = stage.app_only().with("claims", bad).send().await;
        assert_eq!(answer.status, 400, "{bad}");
        assert_eq!(answer.json()["error_codes"][0], 90_013);
    }
    // As MSAL for Node sends it with every refresh.
    let refresh = stage.password().send().await.text("refresh_token");
    let usual = r#"{"id_token":{"signin_state":{"essential":false},"login_hint":{"essential":false},"tenant_region_sub_scope":{"essential":false}}}"#;
    let answer = stage.refresh(&refresh).with("claims", usual).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
