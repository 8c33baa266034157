//! Okta's authorization endpoint: who is asked what, where the answer goes and what it carries.

use mock_idp::directory::{Application, Directory, GrantType, ImplicitToken};
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, SignInRefusal};
use serde_json::Value;

use crate::browser::{
    Ask, Browser, CALLBACK, CHALLENGE, ORDERS_PAGE, ORDERS_PORTAL, PAGE, Sent, VERIFIER, as_portal,
    hidden, redeem_okta, sent, sent_to, title,
};
use crate::codes::claims;
use crate::okta_fidelity::{is_as_the_ledger_says, okta_line};
use crate::stage::Stage;

/// Whether a redirect tells what the ledger says of a name.
fn tells(name: &str, sent: &Sent) {
    let line = okta_line(name);
    assert_eq!(sent.get("error"), Some(line.error), "{name}: {sent:?}");
    let said = sent.get("error_description").unwrap_or_default();
    crate::fidelity::fits(line.text, said);
    assert_eq!(sent.get("code"), None);
}

async fn refused(stage: &Stage, ask: &Ask) -> Sent {
    sent(&Browser::new(stage).ask(ask).await)
}

/// The directory with one more application, which users have to be asked about.
fn with_asking() -> Directory {
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

fn silent_of(stage: &Stage) -> Ask {
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

#[tokio::test]
async fn the_answer_is_put_where_the_client_wants_it() {
    let stage = Stage::okta().await;
    stage.idp.sign_in_automatically(Some("ada@okta.example"));
    let ask = |mode: &str| Ask::okta(&stage).with("response_mode", mode);
    let mut browser = Browser::new(&stage);
    let query = browser.ask(&ask("query")).await;
    assert!(
        query
            .header("location")
            .unwrap()
            .starts_with(&format!("{CALLBACK}?code="))
    );
    let fragment = browser.ask(&ask("fragment")).await;
    assert!(
        fragment
            .header("location")
            .unwrap()
            .starts_with(&format!("{CALLBACK}#code="))
    );
    let posted = browser.ask(&ask("form_post")).await;
    assert_eq!(posted.status, 200);
    let names: Vec<String> = hidden(&posted).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["code", "state"]);
    assert!(posted.body.contains(&format!("action=\"{CALLBACK}\"")));
    let message = browser.ask(&ask("okta_post_message")).await;
    let script = message.body.split("<script>").nth(1).unwrap();
    let script = script.split("</script>").next().unwrap();
    let code = script.split('"').nth(3).unwrap();
    insta::assert_snapshot!(script.replace(code, "<code>"), @r#"(window.opener || window.parent).postMessage({"code":"<code>","state":"a-state_1,2.3"}, "https://portal.okta.example")"#);
    assert_eq!(redeem_okta(&stage, code).send().await.status, 200);
    // POST does as well as GET.
    let url = ask("query").url();
    let (url, form) = url.split_once('?').unwrap();
    let post = stage
        .http
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    assert_eq!(post.send().await.unwrap().status(), 302);
}

#[tokio::test]
async fn sign_ins_are_decided_on_without_a_browser() {
    let stage = Stage::of(MockIdp::okta().directory(with_asking())).await;
    let ask = Ask::okta(&stage)
        .with("client_id", "0oaasking")
        .with("scope", "openid orders.read")
        .with("login_hint", "ada@okta.example");
    let mut browser = Browser::new(&stage);
    for _ in 0..3 {
        browser.ask(&ask).await;
    }
    let pending = stage.idp.pending_authorizations();
    let ids: Vec<u32> = pending.iter().map(|one| one.id).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!(
        (pending[0].client.as_str(), pending[0].issuer.as_str()),
        ("0oaasking", "default")
    );
    let approved = stage
        .idp
        .approve_authorization(1, "ada@okta.example")
        .unwrap();
    assert_eq!(sent_to(&approved.url).names(), "code state");
    let denied = stage
        .idp
        .deny_authorization(2, &SignInRefusal::default())
        .unwrap();
    tells("access_denied_by_user", &sent_to(&denied.url));
    let refusal = SignInRefusal {
        error: "server_error".to_owned(),
        ..SignInRefusal::default()
    };
    let denied = stage.idp.deny_authorization(3, &refusal).unwrap();
    tells("server_error", &sent_to(&denied.url));
    assert!(
        stage
            .idp
            .approve_authorization(2, "ada@okta.example")
            .is_err()
    );
    assert!(
        stage
            .idp
            .approve_authorization(9, "ada@okta.example")
            .is_err()
    );
    // What was allowed once is not asked for again, and what is revoked is over.
    assert_eq!(stage.idp.pending_authorizations(), []);
    let code = browser.signed_in(&Ask::okta(&stage)).await.code();
    assert_eq!(stage.idp.revoke_sign_ins("ADA@okta.example"), Some(0));
    is_as_the_ledger_says("code_invalid", &redeem_okta(&stage, &code).send().await);
}

#[tokio::test]
async fn a_request_that_was_pushed_works_once_and_in_its_time() {
    let stage = Stage::okta().await;
    let push = || {
        as_portal(stage.ask("x"))
            .without("grant_type")
            .at(&stage.idp.token_url().replace("/token", "/par"))
            .with("response_type", "code")
            .with("redirect_uri", CALLBACK)
            .with("scope", "openid")
            .with("state", "pushed")
    };
    let answer = push().send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.members(), "request_uri expires_in");
    assert_eq!(answer.json()["expires_in"], 3600);
    let reference = answer.text("request_uri");
    assert!(reference.starts_with("urn:okta:"));
    let by = |reference: &str, client: &str| {
        let ask = Ask::okta(&stage).with("request_uri", reference);
        let ask = ask.with("client_id", client);
        ask.without("redirect_uri")
            .without("state")
            .without("scope")
    };
    let mut browser = Browser::new(&stage);
    // Another client's is nobody's.
    let stolen = browser.ask(&by(&reference, ORDERS_PAGE)).await;
    is_as_the_ledger_says("request_uri_invalid", &stolen);
    let sent_back = browser.signed_in(&by(&reference, ORDERS_PORTAL)).await;
    assert_eq!(sent_back.get("state"), Some("pushed"));
    let again = browser.ask(&by(&reference, ORDERS_PORTAL)).await;
    is_as_the_ledger_says("request_uri_invalid", &again);
    let late = push().send().await.text("request_uri");
    stage.advance(3600);
    is_as_the_ledger_says(
        "request_uri_invalid",
        &browser.ask(&by(&late, ORDERS_PORTAL)).await,
    );
    // What is wrong is told at once, in the body.
    is_as_the_ledger_says(
        "state_invalid",
        &push().with("state", "a state").send().await,
    );
    is_as_the_ledger_says(
        "client_secret_wrong",
        &push().with("client_secret", "wrong").send().await,
    );
    let mut directory = Directory::default();
    directory.okta.uncertain.pushed_status = 201;
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let push = as_portal(stage.ask("x"))
        .without("grant_type")
        .at(&stage.idp.token_url().replace("/token", "/par"))
        .with("response_type", "code")
        .with("redirect_uri", CALLBACK)
        .with("scope", "openid")
        .with("state", "pushed");
    assert_eq!(push.send().await.status, 201);
}

#[tokio::test]
async fn a_session_ends_and_sends_on_where_the_application_says() {
    let stage = Stage::okta().await;
    let mut browser = Browser::new(&stage);
    let code = browser.signed_in(&Ask::okta(&stage)).await.code();
    let id_token = redeem_okta(&stage, &code).send().await.text("id_token");
    let url = stage.idp.token_url().replace("/token", "/logout");
    let ended = |parameters: &[(&str, &str)]| {
        reqwest::Url::parse_with_params(&url, parameters)
            .unwrap()
            .to_string()
    };
    let home = "https://portal.okta.example/";
    let hint = ("id_token_hint", id_token.as_str());
    for (name, parameters) in [
        ("parameter_missing", vec![]),
        ("client_unknown", vec![("client_id", "0oanobody")]),
        ("id_token_hint_invalid", vec![("id_token_hint", "garbage")]),
        (
            "id_token_hint_invalid",
            vec![hint, ("client_id", ORDERS_PAGE)],
        ),
        (
            "post_logout_uri_unknown",
            vec![hint, ("post_logout_redirect_uri", CALLBACK)],
        ),
    ] {
        is_as_the_ledger_says(name, &browser.get(&ended(&parameters)).await);
    }
    // It is still there.
    assert_eq!(
        sent(&browser.ask(&silent_of(&stage)).await).names(),
        "code state"
    );
    // An id token that has expired says as well whose it is.
    stage.advance(7200);
    let parameters = [hint, ("post_logout_redirect_uri", home), ("state", "s 1")];
    let answer = browser.get(&ended(&parameters)).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    assert_eq!(
        answer.header("location"),
        Some("https://portal.okta.example/?state=s+1")
    );
    tells(
        "login_required",
        &sent(&browser.ask(&silent_of(&stage)).await),
    );
    let plain = browser.get(&ended(&[("client_id", ORDERS_PORTAL)])).await;
    assert_eq!((plain.status, title(&plain)), (200, "Signed out"));
}

#[tokio::test]
async fn a_device_is_signed_in_on_its_page() {
    let stage = Stage::of(MockIdp::okta().directory(with_asking())).await;
    let begin = || {
        stage
            .ask("x")
            .at(&stage.idp.token_url().replace("/token", "/device/authorize"))
            .without("grant_type")
            .without("client_secret")
            .with("client_id", "0oa2nativeTokenPr0d7")
            .with("scope", "openid offline_access")
    };
    let poll = |code: &str| {
        stage
            .ask("urn:ietf:params:oauth:grant-type:device_code")
            .without("client_secret")
            .with("client_id", "0oa2nativeTokenPr0d7")
            .with("device_code", code)
    };
    let answer = begin().send().await;
    let (device, user) = (answer.text("device_code"), answer.text("user_code"));
    assert_eq!((device.len(), user.len()), (36, 8));
    let mut browser = Browser::new(&stage);
    let page = browser.get(&answer.text("verification_uri")).await;
    assert_eq!(title(&page), "Enter code");
    let wrong = browser.submit(&page, &[("user_code", "NOSUCHCD")]).await;
    assert_eq!(title(&wrong), "Enter code");
    // The complete address has the code.
    let page = browser.get(&answer.text("verification_uri_complete")).await;
    let done = browser
        .sign_in(&page, "ada@okta.example", "correct-horse-Okta-1")
        .await;
    assert_eq!(title(&done), "Device activated");
    let tokens = poll(&device).send().await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    insta::assert_snapshot!(tokens.members(), @"token_type expires_in access_token scope refresh_token id_token");
    is_as_the_ledger_says("device_code_invalid", &poll(&device).send().await);
    // And one that is refused.
    let answer = begin().send().await;
    let device = answer.text("device_code");
    is_as_the_ledger_says("authorization_pending", &poll(&device).send().await);
    is_as_the_ledger_says("slow_down", &poll(&device).send().await);
    let page = browser.get(&answer.text("verification_uri_complete")).await;
    let done = browser.submit(&page, &[("action", "cancel")]).await;
    assert_eq!(title(&done), "Device not activated");
    is_as_the_ledger_says("device_denied", &poll(&device).send().await);
    let device = begin().send().await.text("device_code");
    stage.advance(600);
    is_as_the_ledger_says("expired_token", &poll(&device).send().await);
    assert!(stage.idp.origin(Origin::Org).starts_with("http"));
}

#[tokio::test]
async fn so_many_device_codes_wait_and_no_more() {
    let mut directory = Directory::default();
    directory.okta.uncertain.waiting_device_codes = 2;
    directory.okta.uncertain.device_denied_status = 403;
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let begin = || {
        stage
            .ask("x")
            .at(&stage.idp.token_url().replace("/token", "/device/authorize"))
            .without("grant_type")
            .without("client_secret")
            .with("client_id", "0oa2nativeTokenPr0d7")
            .with("scope", "openid")
    };
    let first = begin().send().await;
    begin().send().await;
    is_as_the_ledger_says("too_many_user_codes", &begin().send().await);
    stage.idp.deny_sign_in(&first.text("user_code")).unwrap();
    assert_eq!(begin().send().await.status, 200);
    let poll = stage
        .ask("urn:ietf:params:oauth:grant-type:device_code")
        .without("client_secret")
        .with("client_id", "0oa2nativeTokenPr0d7")
        .with("device_code", &first.text("device_code"));
    assert_eq!(poll.send().await.status, 403);
}
