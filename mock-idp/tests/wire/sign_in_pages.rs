//! The pages of a sign-in, and deciding on one without them.

use mock_idp::journal::Endpoint;
use mock_idp::{MockIdp, SignInRefusal};

use crate::answer::Answer;
use crate::browser::{Ask, Browser, PORTAL, WEB, alert, redeem, said, sent, sent_to, title};
use crate::stage::Stage;

#[tokio::test]
async fn a_user_signs_in_and_is_sent_back_with_a_code() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let page = browser.ask(&Ask::new(&stage)).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    assert_eq!(title(&page), "Sign in");
    assert!(page.body.contains("Contoso Portal") && page.body.contains("lang=\"en\""));
    // Every field has a label, and nothing needs a script.
    assert_eq!(page.body.matches("<label for=").count(), 2);
    assert!(!page.body.contains("<script"));
    let who = stage.idp.credentials();
    let wrong = browser
        .sign_in(&page, &who.username, "not the password")
        .await;
    insta::assert_snapshot!(alert(&wrong), @"AADSTS50126: Error validating credentials due to invalid username or password.");
    let back = browser
        .sign_in(&wrong, &who.username.to_uppercase(), who.password.reveal())
        .await;
    let back = sent(&back);
    assert_eq!(back.to, WEB);
    assert_eq!(back.names(), "code state session_state");
    assert_eq!(back.get("state"), Some("a state"));
    // The page is of no use any more.
    let again = browser
        .sign_in(&wrong, &who.username, who.password.reveal())
        .await;
    assert_eq!((again.status, title(&again)), (400, "Already decided"));
    // And the journal has the code by its label, and no password.
    let entries = stage.idp.journal().entries();
    let back = entries
        .iter()
        .find(|entry| entry.status() == Some(302))
        .unwrap();
    assert_eq!(back.endpoint, Endpoint::SignIn);
    assert_eq!(back.issued()[0].to_string(), "AC#1");
    assert!(entries.iter().all(|entry| entry.secrets.is_empty()));
    let written = serde_json::to_string(&entries).unwrap();
    assert!(written.contains("code=AC#1"), "{written}");
    assert!(!written.contains("correct-horse") && !written.contains("1.A"));
}

#[tokio::test]
async fn a_second_factor_and_consent_are_asked_for_on_pages_of_their_own() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let ask = Ask::new(&stage).with(
        "scope",
        "openid User.Read api://contoso-orders/Orders.Write",
    );
    let page = browser.ask(&ask).await;
    let (ben, password) = ("ben@contoso.example", "correct-horse-Entra-2");
    let page = browser.sign_in(&page, ben, password).await;
    assert_eq!(title(&page), "Verify your identity");
    // Nobody gets around it.
    let page = browser.submit(&page, &[("action", "accept")]).await;
    assert_eq!(title(&page), "Verify your identity");
    let page = browser.submit(&page, &[("action", "verify")]).await;
    assert_eq!(title(&page), "Permissions requested");
    assert!(
        page.body
            .contains("<code>api://contoso-orders/Orders.Write</code>")
    );
    assert!(
        !page
            .body
            .contains("<code>https://graph.microsoft.com/User.Read</code>")
    );
    let declined = browser.submit(&page, &[("action", "cancel")]).await;
    let declined = sent(&declined);
    assert_eq!(declined.error(), "access_denied AADSTS65004");
    assert_eq!(declined.get("error_subcode"), Some("cancel"));
    let silent = ask.clone().with("prompt", "none");
    assert_eq!(
        sent(&browser.ask(&silent).await).error(),
        "consent_required AADSTS65001"
    );
    let page = browser.ask(&ask).await;
    let back = browser.submit(&page, &[("action", "accept")]).await;
    sent(&back).code();
    // Once is enough, unless the application insists.
    sent(&browser.ask(&silent).await).code();
    let insisting = browser.ask(&ask.clone().with("prompt", "consent")).await;
    assert_eq!(title(&insisting), "Permissions requested");
    // What somebody allows counts for him alone.
    let mut other = Browser::new(&stage);
    let page = other.ask(&ask).await;
    let who = stage.idp.credentials();
    let page = other
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert_eq!(title(&page), "Permissions requested");
    // An administrator takes it back.
    let scopes = ["Orders.Write".to_owned()];
    assert!(stage.idp.withdraw_consent(PORTAL, &scopes, &[]));
    assert_eq!(
        sent(&browser.ask(&silent).await).error(),
        "consent_required AADSTS65001"
    );
}

#[tokio::test]
async fn scopes_that_a_resource_lists_are_the_only_ones_it_has() {
    let stage = Stage::entra().await;
    stage.idp.change_directory(|directory| {
        let orders = &mut directory.entra.tenants[0].resources[1];
        orders.scopes = vec!["Orders.Read".into()];
        orders.admin_scopes = vec!["Orders.Delete".into()];
    });
    let mut browser = Browser::new(&stage);
    let ask = |name: &str| Ask::new(&stage).with("scope", &format!("api://contoso-orders/{name}"));
    let unknown = sent(&browser.ask(&ask("Orders.Burn")).await);
    assert_eq!(unknown.error(), "invalid_client AADSTS650053");
    let page = browser.ask(&ask("Orders.Delete")).await;
    let who = stage.idp.credentials();
    let page = browser
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert_eq!(title(&page), "Approval required");
    // Nor does a form that nobody was shown allow it.
    let page = browser.submit(&page, &[("action", "accept")]).await;
    assert_eq!(title(&page), "Approval required");
    let back = browser.submit(&page, &[("action", "no_admin")]).await;
    assert_eq!(sent(&back).error(), "access_denied AADSTS90094");
    assert!(
        stage
            .idp
            .consent(PORTAL, &["Orders.Delete".to_owned()], &[])
    );
    sent(&browser.ask(&ask("Orders.Delete")).await).code();
}

#[tokio::test]
async fn sign_ins_are_decided_on_without_a_browser() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let ask = Ask::new(&stage).with("scope", "openid api://contoso-orders/Orders.Write");
    browser
        .ask(&ask.clone().with("login_hint", "ada@contoso.example"))
        .await;
    let page = browser.ask(&ask).await;
    let pending = stage.idp.pending_authorizations();
    assert_eq!(pending.len(), 2);
    assert_eq!(
        pending[0].login_hint.as_deref(),
        Some("ada@contoso.example")
    );
    assert_eq!(
        (pending[0].client.as_str(), pending[0].redirect_uri.as_str()),
        (PORTAL, WEB)
    );
    let approve = |id, login| stage.idp.approve_authorization(id, login);
    insta::assert_snapshot!(approve(9, "ada@contoso.example").unwrap_err(), @"no sign-in waits under the number 9; `pending_authorizations` lists those that do");
    insta::assert_snapshot!(approve(1, "cleo@contoso.example").unwrap_err(), @"the user `cleo@contoso.example` cannot sign in: the account is disabled");
    insta::assert_snapshot!(approve(1, "nobody").unwrap_err(), @"there is no user `nobody` where the sign-in takes place; its users are `ada@contoso.example`, `ben@contoso.example`, `cleo@contoso.example`, `dana@contoso.example`, `emil@contoso.example`, …");
    // A second factor is taken to be shown, and everything to be allowed.
    let back = approve(1, "ben@contoso.example").unwrap();
    assert!(!format!("{back:?}").contains("code="));
    let back = sent_to(&back.url);
    assert_eq!(back.names(), "code state session_state");
    insta::assert_snapshot!(approve(1, "ben@contoso.example").unwrap_err(), @"the sign-in `1` has been decided on already; begin another");
    let answer = redeem(&stage, &back.code()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let refused = SignInRefusal {
        error: "interaction_required".to_owned(),
        number: 53_003,
        description: None,
    };
    let back = stage.idp.deny_authorization(2, &refused).unwrap();
    let back = sent_to(&back.url);
    assert_eq!(back.error(), "interaction_required AADSTS53003");
    assert_eq!(back.get("state"), Some("a state"));
    let late = browser.submit(&page, &[("action", "cancel")]).await;
    assert_eq!(title(&late), "Already decided");
    assert!(stage.idp.pending_authorizations().is_empty());
}

#[tokio::test]
async fn nobody_is_asked_where_somebody_signs_in_automatically() {
    let stage = Stage::entra().await;
    assert_eq!(
        stage
            .idp
            .sign_in_automatically(Some("nobody@contoso.example")),
        0
    );
    assert_eq!(
        stage.idp.sign_in_automatically(Some("ben@contoso.example")),
        1
    );
    let mut browser = Browser::new(&stage);
    let ask = Ask::new(&stage).with("scope", "openid api://contoso-orders/Orders.Write");
    for prompt in ["none", "login", "consent"] {
        sent(&browser.ask(&ask.clone().with("prompt", prompt)).await).code();
    }
    stage.idp.sign_in_automatically(None);
    assert_eq!(title(&browser.ask(&ask).await), "Sign in");
}

#[tokio::test]
async fn a_page_works_for_an_hour() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let page = browser.ask(&Ask::new(&stage)).await;
    stage.advance(3600);
    let who = stage.idp.credentials();
    let late = browser
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert_eq!(late.status, 400);
    assert!(alert(&late).contains("AADSTS50089"));
    let forged = Answer {
        body: page
            .body
            .replace("name=\"flow\" value=\"", "name=\"flow\" value=\"x"),
        ..page
    };
    let nothing = browser
        .sign_in(&forged, &who.username, who.password.reveal())
        .await;
    assert_eq!(
        (nothing.status, title(&nothing)),
        (400, "Nothing to decide")
    );
}

/// Too many guesses close the account, on the page as at the token endpoint.
#[tokio::test]
async fn guessing_closes_the_account_for_a_while() {
    let stage = Stage::of(MockIdp::entra()).await;
    let mut browser = Browser::new(&stage);
    let mut page = browser.ask(&Ask::new(&stage)).await;
    let who = stage.idp.credentials();
    for _ in 0..10 {
        page = browser.sign_in(&page, &who.username, "guess").await;
        assert!(alert(&page).contains("AADSTS50126"), "{}", alert(&page));
    }
    let shut = browser
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert!(alert(&shut).contains("AADSTS50053"));
    let refused = said(stage.password()).await;
    assert_eq!(refused, "400 invalid_grant 50053");
    stage.advance(60);
    assert_eq!(said(stage.password()).await, "200");
}

/// A device asks to be let in.
async fn begin_for(stage: &Stage, client: &str, scope: &str) -> Answer {
    let begun = stage
        .ask("")
        .without("grant_type")
        .without("client_secret")
        .with("client_id", client)
        .with("scope", scope)
        .at(&stage.idp.token_url().replace("/token", "/devicecode"));
    begun.send().await
}

/// A device's user finds the same pages.
#[tokio::test]
async fn a_device_is_let_in_by_its_code() {
    const DESKTOP: &str = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";
    let stage = Stage::entra().await;
    let begin = async || begin_for(&stage, DESKTOP, "openid offline_access User.Read").await;
    let poll = |code: &str| {
        stage
            .ask("device_code")
            .without("client_secret")
            .with("client_id", DESKTOP)
            .with("device_code", code)
    };
    let begun = begin().await;
    let mut browser = Browser::new(&stage);
    let page = browser.get(&begun.text("verification_uri")).await;
    assert_eq!(title(&page), "Enter code");
    let wrong = browser.submit(&page, &[("user_code", "WRONG")]).await;
    assert_eq!(
        alert(&wrong),
        "That code did not work. Check it and try again."
    );
    let none = browser.submit(&page, &[("user_code", "")]).await;
    assert_eq!(alert(&none), "AADSTS90119: The user code is null or empty.");
    let code = begun.text("user_code").to_lowercase();
    let page = browser.submit(&page, &[("user_code", &code)]).await;
    assert!(page.body.contains("Contoso Desktop"));
    // Those of devices have a list of their own.
    assert!(stage.idp.pending_authorizations().is_empty());
    let who = stage.idp.credentials();
    let page = browser
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert_eq!(title(&page), "You have signed in");
    assert_eq!(said(poll(&begun.text("device_code"))).await, "200");
    assert_eq!(
        said(poll(&begun.text("device_code"))).await,
        "400 invalid_request 90120"
    );
    let begun = begin().await;
    let page = browser.get(&begun.text("verification_uri")).await;
    let page = browser
        .submit(&page, &[("user_code", &begun.text("user_code"))])
        .await;
    let page = browser.submit(&page, &[("action", "cancel")]).await;
    assert_eq!(title(&page), "Sign-in refused");
    let refused = said(poll(&begun.text("device_code"))).await;
    assert_eq!(refused, "400 authorization_declined 65004");
    // What nobody has consented to is asked for there.
    let more = "openid Mail.Read";
    let begun = begin_for(&stage, DESKTOP, more).await;
    let page = browser.get(&begun.text("verification_uri")).await;
    let code = begun.text("user_code");
    let page = browser.submit(&page, &[("user_code", &code)]).await;
    let page = browser
        .sign_in(&page, &who.username, who.password.reveal())
        .await;
    assert_eq!(title(&page), "Permissions requested");
    let page = browser.submit(&page, &[("action", "accept")]).await;
    assert_eq!(title(&page), "You have signed in");
    let answer = poll(&begun.text("device_code")).send().await;
    assert_eq!(answer.text("scope"), more, "{}", answer.body);
    // Whoever approves for the user has that allowed, too.
    let begun = begin_for(&stage, DESKTOP, more).await;
    let other = "fay@contoso.example";
    stage
        .idp
        .approve_sign_in(&begun.text("user_code"), other)
        .unwrap();
    assert_eq!(said(poll(&begun.text("device_code"))).await, "200");
    // A quarter of an hour later it is too late, and the page says so.
    let begun = begin().await;
    stage.advance(900);
    let page = browser.get(&begun.text("verification_uri")).await;
    let code = begun.text("user_code");
    let late = browser.submit(&page, &[("user_code", &code)]).await;
    let told = "AADSTS70019: Verification code expired. Have the user retry the sign-in.";
    assert_eq!(alert(&late), told);
}

/// Without an id of their client, the polls of a device are told apart by nothing but its code.
#[tokio::test]
async fn the_polls_of_a_device_have_one_correlation_id() {
    let stage = Stage::of(MockIdp::entra()).await;
    let poll = async |code: &str| {
        let poll = stage.ask("device_code").with("device_code", code);
        poll.send().await.text("correlation_id")
    };
    assert_eq!(poll("one").await, poll("one").await);
    assert_ne!(poll("one").await, poll("two").await);
}
