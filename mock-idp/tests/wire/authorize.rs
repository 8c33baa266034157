//! The authorization endpoint: what it takes, and where its answers go.

use mock_idp::Identity;
use mock_idp::fault::{Fault, ScriptedError};
use mock_idp::journal::{Endpoint, Origin};

use crate::answer::Answer;
use crate::browser::{
    Ask, Browser, LOOPBACK, SPA, WEB, alert, change_portal, hidden, redeem, sent, title,
};
use crate::stage::Stage;

fn users(stage: &Stage) -> [Identity; 2] {
    [0, 1].map(|user| stage.idp.identity(0, user, 0).unwrap())
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
        ask.clone().with("state", &"s".repeat(16_385)),
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
    AADSTS90013: Invalid input received from the user.
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
        ("scope", &"s".repeat(257)),
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
    change_portal(&stage, |portal| {
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

/// The same at the v1.0 endpoint, where a resource is named in the place of scopes.
#[tokio::test]
async fn the_v1_endpoint_asks_for_a_resource() {
    let stage = Stage::entra().await;
    let url = stage.idp.token_url().replace("/v2.0/token", "/authorize");
    let ask = Ask::new(&stage).at(url).without("scope");
    let ask = ask.with("resource", "https://graph.microsoft.com");
    let code = Browser::new(&stage).signed_in(&ask).await.code();
    let answer = redeem(&stage, &code).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.members().contains("id_token"));
    assert!(
        answer
            .text("scope")
            .contains("https://graph.microsoft.com/User.Read")
    );
    let posted = stage.http.post(ask.url()).send().await.unwrap();
    assert_eq!(posted.status(), 200);
}
