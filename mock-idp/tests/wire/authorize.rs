//! The authorization endpoint: what it takes, where its answers go, and what the user is asked.

use mock_idp::directory::Application;
use mock_idp::fault::{Fault, ScriptedError};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::{Identity, MockIdp};

use crate::answer::Answer;
use crate::browser::{Ask, Browser, LOOPBACK, PORTAL, SPA, WEB, hidden, sent};
use crate::stage::Stage;

/// Does something to the portal as it is registered.
fn change(stage: &Stage, change: impl FnOnce(&mut Application)) {
    stage.idp.change_directory(|directory| {
        let mut applications = directory.entra.tenants[0].applications.iter_mut();
        change(applications.find(|known| known.id == PORTAL).unwrap());
    });
}

fn users(stage: &Stage) -> [Identity; 2] {
    [0, 1].map(|user| stage.idp.identity(0, user, 0).unwrap())
}

/// What a page tells went wrong.
fn alert(page: &Answer) -> String {
    let alert = page.body.split("role=\"alert\">").nth(1).unwrap();
    let alert = alert.split("</p>").next().unwrap();
    alert.split(" Trace ID").next().unwrap().to_owned()
}

fn title(page: &Answer) -> &str {
    let title = page.body.split("<h1>").nth(1).unwrap();
    title.split("</h1>").next().unwrap()
}

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
async fn the_session_of_a_browser_signs_in_again() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let silent = Ask::new(&stage).with("prompt", "none");
    let nobody = sent(&browser.ask(&silent).await);
    assert_eq!(nobody.error(), "login_required AADSTS50058");
    assert_eq!(nobody.names(), "error error_description error_uri state");
    let first = browser.signed_in(&Ask::new(&stage)).await;
    let second = sent(&browser.ask(&silent).await);
    assert_eq!(first.get("session_state"), second.get("session_state"));
    assert_ne!(first.code(), second.code());
    // Without being told not to, it asks nobody either.
    sent(&browser.ask(&Ask::new(&stage)).await).code();
    let page = browser.ask(&Ask::new(&stage).with("prompt", "login")).await;
    assert_eq!(title(&page), "Sign in");
    let page = browser
        .ask(&Ask::new(&stage).with("prompt", "select_account"))
        .await;
    assert_eq!(title(&page), "Pick an account");
    let [ada, fay] = users(&stage);
    let picked = browser.submit(&page, &[("account", &ada.user_id)]).await;
    sent(&picked).code();
    // Whom the application expects is not signed in.
    let other = silent.clone().with("login_hint", &fay.username);
    assert_eq!(
        sent(&browser.ask(&other).await).error(),
        "login_required AADSTS50058"
    );
    let page = browser.ask(&other.without("prompt")).await;
    assert!(page.body.contains(&format!("value=\"{}\"", fay.username)));
    browser
        .sign_in(&page, &fay.username, fay.password.reveal())
        .await;
    // Now there are two.
    let ambiguous = sent(&browser.ask(&silent).await);
    assert_eq!(ambiguous.error(), "interaction_required AADSTS16000");
    assert_eq!(
        title(&browser.ask(&Ask::new(&stage)).await),
        "Pick an account"
    );
    let meant = silent
        .clone()
        .with("login_hint", &fay.username.to_uppercase());
    sent(&browser.ask(&meant).await).code();
    // Somebody else's page lets nobody in by an account alone.
    let mut stranger = Browser::new(&stage);
    let page = stranger.ask(&Ask::new(&stage)).await;
    let page = stranger.submit(&page, &[("account", &ada.user_id)]).await;
    assert_eq!(title(&page), "Sign in");
    // A day later nobody is signed in.
    stage.advance(24 * 3600);
    assert_eq!(
        sent(&browser.ask(&silent).await).error(),
        "login_required AADSTS50058"
    );
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let silent = Ask::new(&stage).with("prompt", "none");
    for version in ["v2.0/", ""] {
        browser.signed_in(&Ask::new(&stage)).await;
        let logout = format!(
            "{}/{}/oauth2/{version}logout",
            stage.idp.origin(Origin::Login),
            stage.idp.tenant()
        );
        let page = browser.get(&logout).await;
        assert_eq!((page.status, title(&page)), (200, "Signed out"));
        assert_eq!(
            sent(&browser.ask(&silent).await).error(),
            "login_required AADSTS50058"
        );
        let onward = format!("{logout}?post_logout_redirect_uri={WEB}&state=x+y");
        let onward = browser.get(&onward).await;
        assert_eq!(onward.status, 302);
        assert_eq!(
            onward.header("location"),
            Some(format!("{WEB}?state=x+y").as_str())
        );
        // Nobody is sent where no application is.
        let astray = format!("{logout}?post_logout_redirect_uri=https://evil.example/");
        assert_eq!(browser.get(&astray).await.status, 200);
    }
}

#[tokio::test]
async fn what_cannot_be_told_to_the_client_is_told_to_the_user() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let ask = Ask::new(&stage);
    let tenant = |name: &str| {
        let url = stage.idp.token_url().replace("/token", "/authorize");
        Ask::new(&stage).at(url.replace(&stage.idp.tenant(), name))
    };
    let mut told = Vec::new();
    for ask in [
        ask.clone().without("client_id"),
        ask.clone()
            .with("client_id", "00000000-1111-4222-8333-444444444444"),
        ask.clone()
            .with("client_id", "9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d"),
        ask.clone()
            .with("client_id", "4c5d6e7f-8091-4a2b-9c3d-5e6f70819a2b"),
        ask.clone()
            .with("redirect_uri", "https://evil.example/<script>"),
        ask.clone().with("redirect_uri", &format!("{WEB}/")),
        tenant("nobody.example"),
        tenant("n%20o"),
        tenant("consumers"),
    ] {
        let page = browser.ask(&ask).await;
        assert_eq!(page.status, 400);
        assert!(page.header("location").is_none());
        assert!(!page.body.contains("<script>"));
        let alert: String = alert(&page).chars().take(100).collect();
        told.push(alert);
    }
    insta::assert_snapshot!(told.join("\n"), @"
    AADSTS900144: The request body must contain the following parameter: &#39;client_id&#39;.
    AADSTS700016: Application with identifier &#39;00000000-1111-4222-8333-444444444444&#39; was not fou
    AADSTS7000112: Application &#39;9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d&#39;(Contoso Retired) is disabl
    AADSTS500113: No reply address is registered for the application.
    AADSTS50011: The redirect URI &#39;https://evil.example/&lt;script&gt;&#39; specified in the request
    AADSTS50011: The redirect URI &#39;https://portal.contoso.example/callback/&#39; specified in the re
    AADSTS90002: Tenant &#39;nobody.example&#39; not found. Check to make sure you have the correct tena
    AADSTS900023: Specified tenant identifier &#39;n o&#39; is neither a valid DNS name, nor a valid ext
    AADSTS9002332: Application &#39;1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7&#39;(Contoso Portal) is configu
    ");
    let posted = stage.http.put(ask.url()).send().await.unwrap();
    assert!(Answer::of(posted).await.body.contains("AADSTS900561"));
}

#[tokio::test]
async fn what_the_client_got_wrong_is_told_to_the_client() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let ask = Ask::new(&stage);
    let long = "x".repeat(129);
    let mut told = Vec::new();
    for (name, value) in [
        ("response_type", ""),
        ("response_type", "token"),
        ("response_type", "code id_token"),
        ("response_type", "password"),
        ("response_mode", "carrier_pigeon"),
        ("scope", ""),
        ("scope", "api://nothing/read"),
        ("scope", "/"),
        ("resource", "https://graph.microsoft.com"),
        ("prompt", "login consent"),
        ("prompt", "whatever"),
        ("code_challenge", "short"),
        ("code_challenge", &long),
        ("claims", "{"),
        ("claims", "[]"),
    ] {
        let back = sent(&browser.ask(&ask.clone().with(name, value)).await);
        assert_eq!(back.to, WEB);
        assert_eq!(back.get("state"), Some("a state"));
        told.push(format!("{name} -> {}", back.error()));
    }
    let challenge = ask.clone().to(WEB).with("code_challenge_method", "S512");
    told.push(sent(&browser.ask(&challenge).await).error());
    let spa = ask.clone().with("redirect_uri", SPA);
    told.push(sent(&browser.ask(&spa).await).error());
    insta::assert_snapshot!(told.join("\n"), @"
    response_type -> invalid_request AADSTS900144
    response_type -> unsupported_response_type AADSTS700051
    response_type -> unsupported_response_type AADSTS700054
    response_type -> unsupported_response_type AADSTS70005
    response_mode -> invalid_request AADSTS70007
    scope -> invalid_request AADSTS900144
    scope -> invalid_resource AADSTS500011
    scope -> invalid_scope AADSTS70011
    resource -> invalid_request AADSTS901002
    prompt -> invalid_request AADSTS90023
    prompt -> invalid_request AADSTS90023
    code_challenge -> invalid_request AADSTS501491
    code_challenge -> invalid_request AADSTS501491
    claims -> invalid_request AADSTS90013
    claims -> invalid_request AADSTS90013
    invalid_request AADSTS50147
    invalid_request AADSTS9002325
    ");
}

#[tokio::test]
async fn answers_come_the_way_that_is_asked_for() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    browser.signed_in(&Ask::new(&stage)).await;
    let ask = Ask::new(&stage).with("client_info", "1");
    let location = |answer: &Answer| answer.header("location").unwrap().to_owned();
    let query = location(&browser.ask(&ask).await);
    assert!(
        query.starts_with(&format!("{WEB}?code=")) && query.ends_with('#'),
        "{query}"
    );
    let fragment = ask.clone().with("response_mode", "fragment");
    let fragment = browser.ask(&fragment).await;
    assert!(location(&fragment).starts_with(&format!("{WEB}#code=")));
    assert_eq!(
        sent(&fragment).names(),
        "code client_info state session_state"
    );
    let form = ask
        .with("response_mode", "form_post")
        .with("state", "\"><b>&");
    let form = browser.ask(&form).await;
    assert_eq!(form.status, 200);
    assert!(form.body.contains(&format!("action=\"{WEB}\"")));
    let fields = hidden(&form);
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "client_info", "state", "session_state"]);
    assert_eq!(fields[2].1, "\"><b>&");
    // Without a script there is a button.
    assert!(form.body.contains("<button type=\"submit\""));
}

#[tokio::test]
async fn a_program_on_the_users_machine_takes_any_port() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    for port in ["", ":80", ":49152"] {
        let ask = Ask::new(&stage).to(&format!("{LOOPBACK}{port}"));
        let back = browser.signed_in(&ask.with("prompt", "login")).await;
        assert!(back.to.starts_with("http://localhost"), "{back:?}");
        assert!(back.to.ends_with('/'));
    }
    change(&stage, |portal| {
        portal.redirect_uris.clear();
        portal.spa_redirect_uris.clear();
        portal.public_redirect_uris.clear();
    });
    let page = browser.ask(&Ask::new(&stage)).await;
    assert_eq!(
        alert(&page),
        "AADSTS500113: No reply address is registered for the application."
    );
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
    let back = crate::browser::sent_to(&back.url);
    assert_eq!(back.names(), "code state session_state");
    insta::assert_snapshot!(approve(1, "ben@contoso.example").unwrap_err(), @"the sign-in `1` has been decided on already; begin another");
    let answer = crate::browser::redeem(&stage, &back.code()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let refused = mock_idp::SignInRefusal {
        error: "interaction_required".to_owned(),
        number: 53_003,
        description: None,
    };
    let back = stage.idp.deny_authorization(2, &refused).unwrap();
    let back = crate::browser::sent_to(&back.url);
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
async fn faults_are_told_on_the_redirect() {
    let stage = Stage::entra().await;
    let mut browser = Browser::new(&stage);
    let error = ScriptedError {
        number: Some(53_003),
        claims: Some("{\"access_token\":{}}".to_owned()),
        error: "interaction_required".to_owned(),
        ..ScriptedError::default()
    };
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Authorize).times(2).error(error));
    let back = sent(&browser.ask(&Ask::new(&stage)).await);
    assert_eq!(back.error(), "interaction_required AADSTS53003");
    assert_eq!(back.get("claims"), Some("{\"access_token\":{}}"));
    let lost = browser
        .ask(&Ask::new(&stage).with("redirect_uri", "https://evil.example"))
        .await;
    assert_eq!(lost.status, 400);
    assert!(alert(&lost).contains("AADSTS53003"));
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Authorize).times(1).reply(503));
    let down = browser.ask(&Ask::new(&stage)).await;
    assert_eq!(down.status, 503);
    assert!(alert(&down).contains("AADSTS90033"));
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
    let refused = crate::browser::said(stage.password()).await;
    assert_eq!(refused, "400 invalid_grant 50053");
    stage.advance(60);
    assert_eq!(crate::browser::said(stage.password()).await, "200");
}
