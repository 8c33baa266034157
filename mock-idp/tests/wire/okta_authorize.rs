//! Okta's authorization endpoint: who is asked what, where the answer goes and what it carries.

use mock_idp::MockIdp;
use mock_idp::directory::{Application, Directory, GrantType, ImplicitToken};
use serde_json::Value;

use crate::browser::{
    Ask, Browser, CALLBACK, CHALLENGE, ORDERS_PAGE, PAGE, Sent, VERIFIER, as_portal, redeem_okta,
    sent, title,
};
use crate::codes::claims;
use crate::okta_fidelity::{is_as_the_ledger_says, okta_line};
use crate::stage::Stage;

/// Whether a redirect tells what the ledger says of a name.
pub(crate) fn tells(name: &str, sent: &Sent) {
    let line = okta_line(name);
    assert_eq!(sent.get("error"), Some(line.error), "{name}: {sent:?}");
    let said = sent.get("error_description").unwrap_or_default();
    crate::fidelity::fits(line.text, said);
    assert_eq!(sent.get("code"), None);
}

pub(crate) async fn refused(stage: &Stage, ask: &Ask) -> Sent {
    sent(&Browser::new(stage).ask(ask).await)
}

/// The directory with one more application, which users have to be asked about.
pub(crate) fn with_asking() -> Directory {
    let mut directory = Directory::default();
    let mut asking = Application::new("0oaasking", [GrantType::AuthorizationCode]);
    asking.redirect_uris = vec![CALLBACK.to_owned()];
    asking.consent_required = true;
    asking.implicit = vec![ImplicitToken::IdToken];
    directory.okta.applications.push(asking);
    directory
}

#[tokio::test]
async fn a_code_gives_its_tokens_once() {
    let stage = Stage::okta().await;
    let ask = Ask::okta(&stage)
        .with("nonce", "n-1")
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256");
    let mut browser = Browser::new(&stage);
    let sent = browser.signed_in(&ask).await;
    assert_eq!(
        (sent.to.as_str(), sent.names().as_str()),
        (CALLBACK, "code state")
    );
    assert_eq!(sent.get("state"), Some("a-state_1,2.3"));
    let code = sent.code();
    assert_eq!(code.len(), 43);
    stage.advance(100);
    let answer = redeem_okta(&stage, &code)
        .with("code_verifier", VERIFIER)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_snapshot!(answer.members(), @"token_type expires_in access_token scope refresh_token id_token");
    let id = claims(&answer.text("id_token"));
    let names: Vec<&String> = id.as_object().unwrap().keys().collect();
    insta::assert_snapshot!(format!("{names:?}"), @r#"["sub", "name", "email", "ver", "iss", "aud", "iat", "exp", "jti", "amr", "idp", "nonce", "preferred_username", "auth_time", "at_hash"]"#);
    let access = claims(&answer.text("access_token"));
    let names: Vec<&String> = access.as_object().unwrap().keys().collect();
    insta::assert_snapshot!(format!("{names:?}"), @r#"["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "auth_time", "sub"]"#);
    assert_eq!(id["nonce"], "n-1");
    // When the user signed in, not when the code was redeemed.
    assert_eq!(id["auth_time"], 1_893_456_000);
    assert_eq!(access["auth_time"], 1_893_456_000);
    assert_eq!(access["iat"], 1_893_456_100);
    let jti = access["jti"].as_str().unwrap();
    let (_, family) = jti.rsplit_once('.').unwrap();
    assert!(family.starts_with("oar") && family.len() == 20, "{jti}");
    let again = redeem_okta(&stage, &code).with("code_verifier", VERIFIER);
    is_as_the_ledger_says("code_invalid", &again.send().await);
    // A refresh keeps the time of the sign-in.
    stage.advance(100);
    let refreshed = as_portal(stage.refresh(&answer.text("refresh_token")))
        .send()
        .await;
    assert_eq!(
        claims(&refreshed.text("id_token"))["auth_time"],
        1_893_456_000
    );
}

#[tokio::test]
async fn what_a_code_is_not_given_for() {
    let stage = Stage::okta().await;
    let mut browser = Browser::new(&stage);
    let hashed = Ask::okta(&stage)
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256");
    let code = browser.signed_in(&hashed).await.code();
    let ask = || redeem_okta(&stage, &code).with("code_verifier", VERIFIER);
    let other = stage.idp.identity(0, 0, 0).unwrap();
    for (name, ask) in [
        ("parameter_missing", ask().without("code")),
        ("parameter_missing", ask().without("redirect_uri")),
        ("code_invalid", ask().with("code", "garbage")),
        (
            "redirect_uri_mismatch",
            ask().with("redirect_uri", "http://localhost:8080/callback"),
        ),
        ("pkce_missing_verifier", ask().without("code_verifier")),
        (
            "pkce_verification_failed",
            ask().with("code_verifier", CHALLENGE),
        ),
        (
            "browser_without_pkce",
            ask()
                .without("code_verifier")
                .header("origin", "https://portal.okta.example"),
        ),
        (
            "client_secret_wrong",
            ask().with("client_secret", "wrong-secret"),
        ),
        (
            "unauthorized_grant_type",
            ask()
                .with("client_id", &other.client_id)
                .with("client_secret", other.client_secret.reveal()),
        ),
        (
            "grant_of_another_server",
            ask().at(&stage.idp.token_url().replace("/default/", "/partners/")),
        ),
    ] {
        is_as_the_ledger_says(name, &ask.send().await);
    }
    // None of them has used it up. After five minutes it is worth nothing.
    stage.advance(299);
    assert_eq!(ask().send().await.status, 200);
    let plain = sent(&browser.ask(&Ask::okta(&stage)).await).code();
    let unannounced = redeem_okta(&stage, &plain).with("code_verifier", VERIFIER);
    is_as_the_ledger_says("pkce_challenge_unannounced", &unannounced.send().await);
    let page = redeem_okta(&stage, &plain)
        .with("client_id", ORDERS_PAGE)
        .without("client_secret");
    is_as_the_ledger_says("grant_of_another_client", &page.send().await);
    stage.advance(300);
    is_as_the_ledger_says("code_invalid", &redeem_okta(&stage, &plain).send().await);
}

#[tokio::test]
async fn what_cannot_be_told_to_the_client_is_told_to_the_user() {
    let stage = Stage::okta().await;
    let ask = || Ask::okta(&stage);
    let daemon = stage.idp.client_id();
    for (name, ask) in [
        ("client_unknown", ask().with("client_id", "0oanobody")),
        ("parameter_missing", ask().without("client_id")),
        ("parameter_missing", ask().without("redirect_uri")),
        (
            "redirect_uri_unknown",
            ask().with("redirect_uri", "https://evil.example/"),
        ),
        (
            "redirect_uri_unknown",
            ask().with("redirect_uri", &format!("{CALLBACK}/")),
        ),
        ("service_not_allowed", ask().with("client_id", &daemon)),
        (
            "request_uri_invalid",
            ask().with("request_uri", "urn:okta:nothing"),
        ),
    ] {
        let answer = Browser::new(&stage).ask(&ask).await;
        is_as_the_ledger_says(name, &answer);
        assert_eq!(answer.header("location"), None);
        let page = stage.get(&ask.url(), &[("accept", "text/html,*/*")]).await;
        assert_eq!(
            (page.status, title(&page)),
            (400, "400 Bad Request"),
            "{name}"
        );
    }
    let nowhere = ask().at(stage
        .idp
        .token_url()
        .replace("/default/v1/token", "/nowhere/v1/authorize"));
    is_as_the_ledger_says("E0000007", &Browser::new(&stage).ask(&nowhere).await);
    let put = stage.http.put(ask().url()).send().await.unwrap();
    assert_eq!(put.status(), 405);
}

#[tokio::test]
async fn what_the_client_got_wrong_is_told_to_the_client() {
    let stage = Stage::okta().await;
    let ask = || Ask::okta(&stage);
    let page = || {
        ask()
            .with("client_id", ORDERS_PAGE)
            .with("redirect_uri", PAGE)
            .with("scope", "openid")
    };
    for (name, ask) in [
        ("state_invalid", ask().without("state")),
        ("state_invalid", ask().with("state", "a state")),
        ("parameter_missing", ask().without("response_type")),
        (
            "unsupported_response_type",
            ask().with("response_type", "code code"),
        ),
        (
            "unsupported_response_type",
            page().with("response_type", "id_token"),
        ),
        (
            "unsupported_response_mode",
            ask().with("response_mode", "pigeon"),
        ),
        (
            "unsupported_response_mode",
            ask()
                .with("response_mode", "query")
                .with("response_type", "token"),
        ),
        (
            "nonce_missing",
            ask().with("response_type", "code id_token"),
        ),
        ("openid_scope_missing", ask().with("scope", "profile")),
        (
            "openid_scope_missing",
            ask()
                .with("scope", "orders.read")
                .with("response_type", "id_token")
                .with("nonce", "n"),
        ),
        ("scope_unknown", ask().with("scope", "openid nobody.knows")),
        ("pkce_missing_challenge", page()),
        (
            "pkce_method_unsupported",
            page().with("code_challenge", CHALLENGE),
        ),
        (
            "pkce_method_unsupported",
            page()
                .with("code_challenge", CHALLENGE)
                .with("code_challenge_method", "plain"),
        ),
        ("prompt_invalid", ask().with("prompt", "loudly")),
        ("request_refused", ask().with("max_age", "soon")),
        ("login_required", ask().with("prompt", "none")),
    ] {
        let sent = refused(&stage, &ask).await;
        tells(name, &sent);
        if name != "state_invalid" {
            assert_eq!(sent.names(), "state error error_description");
        }
    }
    // The org's own server has no default scopes.
    let org = stage.idp.token_url();
    let org = ask().at(org.replace("/default/v1/token", "/v1/authorize"));
    tells("no_scopes", &refused(&stage, &org.without("scope")).await);
}

#[tokio::test]
async fn a_session_signs_in_again_and_not_for_ever() {
    let stage = Stage::of(MockIdp::okta().directory(with_asking())).await;
    let ask = || Ask::okta(&stage);
    let mut browser = Browser::new(&stage);
    browser.signed_in(&ask()).await;
    stage.advance(60);
    // Without a page, at any server of the org.
    let silent = ask().with("prompt", "none");
    assert_eq!(sent(&browser.ask(&silent).await).names(), "code state");
    let partners = ask().at(stage
        .idp
        .token_url()
        .replace("/default/v1/token", "/partners/v1/authorize"));
    assert_eq!(sent(&browser.ask(&partners).await).names(), "code state");
    // Whoever is to be asked again is.
    let pages = [
        ask().with("prompt", "login"),
        ask().with("max_age", "59"),
        ask().with("login_hint", "fay@okta.example"),
        ask().with("prompt", "consent"),
    ];
    let mut titles = Vec::new();
    for ask in &pages {
        let page = browser.ask(ask).await;
        titles.push(title(&page).to_owned());
    }
    insta::assert_snapshot!(titles.join(", "), @"Sign in, Sign in, Sign in, Permissions requested");
    // What needs consent cannot be had silently.
    let asking = silent
        .with("client_id", "0oaasking")
        .with("scope", "openid orders.read");
    tells("consent_needed", &sent(&browser.ask(&asking).await));
    let elsewhere = silent_of(&stage);
    tells("login_required", &refused(&stage, &elsewhere).await);
    stage.advance(24 * 3600);
    tells("login_required", &sent(&browser.ask(&elsewhere).await));
}

pub(crate) fn silent_of(stage: &Stage) -> Ask {
    Ask::okta(stage).with("prompt", "none")
}

#[tokio::test]
async fn consent_and_a_second_factor_are_asked_for_on_pages_of_their_own() {
    let stage = Stage::of(MockIdp::okta().directory(with_asking())).await;
    let ask = Ask::okta(&stage)
        .with("client_id", "0oaasking")
        .with("scope", "openid orders.read");
    let mut browser = Browser::new(&stage);
    let page = browser.ask(&ask).await;
    let wrong = browser.sign_in(&page, "ben@okta.example", "wrong").await;
    insta::assert_snapshot!(crate::browser::alert(&wrong), @"The credentials provided were invalid.");
    let factor = browser
        .sign_in(&wrong, "ben@okta.example", "correct-horse-Okta-2")
        .await;
    assert_eq!(title(&factor), "Verify your identity");
    let consent = browser.submit(&factor, &[("action", "verify")]).await;
    assert_eq!(title(&consent), "Permissions requested");
    assert!(consent.body.contains("<code>orders.read</code>"));
    let declined = browser.submit(&consent, &[("action", "cancel")]).await;
    tells("access_denied_by_user", &sent(&declined));
    // A page decides once.
    let late = browser.submit(&consent, &[("action", "accept")]).await;
    assert_eq!((late.status, title(&late)), (400, "Already decided"));
    let consent = browser.ask(&ask).await;
    assert_eq!(title(&consent), "Permissions requested");
    let accepted = browser.submit(&consent, &[("action", "accept")]).await;
    let code = sent(&accepted).code();
    // Now it may be had silently, and the second factor stands in the token.
    let silent = ask.clone().with("prompt", "none");
    assert_eq!(sent(&browser.ask(&silent).await).names(), "code state");
    assert!(!code.is_empty());
    let straight = ask.with("response_type", "id_token").with("nonce", "n");
    let id = sent(&browser.ask(&straight).await);
    let id = claims(id.get("id_token").unwrap());
    assert_eq!(id["amr"], serde_json::json!(["pwd", "mfa"]));
}

#[tokio::test]
async fn tokens_come_straight_where_the_application_may_have_them() {
    let stage = Stage::okta().await;
    let ask = Ask::okta(&stage)
        .with("nonce", "n")
        .with("response_type", "code id_token token");
    let answer = Browser::new(&stage).signed_in(&ask).await;
    insta::assert_snapshot!(answer.names(), @"code state access_token token_type expires_in scope id_token");
    let access = answer.get("access_token").unwrap();
    let id = claims(answer.get("id_token").unwrap());
    assert_eq!(id["at_hash"], half_of_hash(access));
    assert_eq!(id["c_hash"], half_of_hash(&answer.code()));
    assert_eq!(answer.get("token_type"), Some("Bearer"));
    assert_eq!(stage.call_api(access).await.status, 200);
    assert_eq!(redeem_okta(&stage, &answer.code()).send().await.status, 200);
    let ask = ask.with("response_type", "id_token");
    let answer = Browser::new(&stage).signed_in(&ask).await;
    assert_eq!(answer.names(), "state id_token");
    let id = claims(answer.get("id_token").unwrap());
    assert_eq!((id.get("at_hash"), id.get("c_hash")), (None, None));
}

fn half_of_hash(value: &str) -> Value {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(value);
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(&hash[..16])
        .into()
}
