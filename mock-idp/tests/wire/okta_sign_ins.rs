//! How a sign-in at Okta begins and ends: pushed, without a browser, on a device, and where its answer goes.

use mock_idp::directory::Directory;
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, SignInRefusal};

use crate::browser::{
    Ask, Browser, CALLBACK, ORDERS_PAGE, ORDERS_PORTAL, as_portal, hidden, redeem_okta, sent,
    sent_to, title,
};
use crate::okta_authorize::{silent_of, tells, with_asking};
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

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
