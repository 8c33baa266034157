//! Entra's v1.0 endpoints: `resource` in place of scopes, texts in place of numbers, errors of their own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::answer::{Answer, stable};
use crate::stage::{Stage, TokenAsk};

const GRAPH: &str = "https://graph.microsoft.com";
const DESKTOP: &str = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";

fn at_v1<'s>(stage: &Stage, ask: TokenAsk<'s>, resource: &str) -> TokenAsk<'s> {
    ask.at(&stage.idp.token_url().replace("/v2.0/", "/"))
        .without("scope")
        .with("resource", resource)
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Every value is a text.
fn texts(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let mut shown = String::new();
    for (name, value) in body.as_object().unwrap() {
        let value = value
            .as_str()
            .unwrap_or_else(|| panic!("{name} is {value}"));
        let value = if value.len() > 60 { "…" } else { value };
        shown.push_str(&format!("{name}={value}\n"));
    }
    shown
}

#[tokio::test]
async fn an_application_asks_for_an_api() {
    let stage = Stage::entra().await;
    let answer = at_v1(&stage, stage.app_only(), GRAPH).send().await;
    insta::assert_snapshot!(texts(&answer), @"
    token_type=Bearer
    expires_in=3599
    ext_expires_in=3599
    expires_on=1893459600
    not_before=1893455700
    resource=https://graph.microsoft.com
    access_token=…
    ");
    let claims = claims(&answer.text("access_token"));
    assert_eq!(claims["exp"].to_string(), answer.text("expires_on"));
    assert_eq!(claims["nbf"].to_string(), answer.text("not_before"));
    assert_eq!(
        (claims["aud"].as_str(), claims["ver"].as_str()),
        (Some(GRAPH), Some("1.0"))
    );
    assert_eq!(
        stage.call_api(&answer.text("access_token")).await.status,
        200
    );
    // The API decides what its tokens are, and a trailing slash is part of what was asked for.
    let orders = at_v1(&stage, stage.app_only(), "api://contoso-orders")
        .send()
        .await;
    let of_orders = self::claims(&orders.text("access_token"));
    assert_eq!(of_orders["ver"], "2.0");
    let slash = at_v1(&stage, stage.app_only(), "https://graph.microsoft.com/")
        .send()
        .await;
    assert_eq!(
        self::claims(&slash.text("access_token"))["aud"],
        "https://graph.microsoft.com/"
    );
    assert_eq!(slash.text("resource"), "https://graph.microsoft.com/");
    // What was asked stands in the journal.
    let facts = stage.last_token_request();
    assert!(facts.scope.is_empty() && facts.parameters.contains(&"resource".to_owned()));
}

#[tokio::test]
async fn a_user_signs_in_and_refreshes() {
    let stage = Stage::entra().await;
    let ask = at_v1(&stage, stage.password(), GRAPH).with("scope", "openid");
    let answer = ask.with("client_info", "1").send().await;
    let shown = texts(&answer);
    let seconds = answer.text("expires_in");
    insta::assert_snapshot!(shown.replace(&seconds, "<seconds>").replace(&answer.text("expires_on"), "<exp>"), @"
    token_type=Bearer
    scope=User.Read Mail.Read Mail.Send
    expires_in=<seconds>
    ext_expires_in=<seconds>
    expires_on=<exp>
    not_before=1893455700
    resource=https://graph.microsoft.com
    access_token=…
    refresh_token=…
    id_token=…
    client_info=…
    ");
    let id_token = answer.text("id_token");
    let of_user = claims(&id_token);
    insta::assert_compact_debug_snapshot!(of_user.as_object().unwrap().keys().collect::<Vec<_>>(), @r#"["aud", "iss", "iat", "nbf", "exp", "aio", "name", "oid", "rh", "sub", "tid", "uti", "amr", "unique_name", "upn", "ver"]"#);
    assert_eq!(
        of_user["iss"],
        format!("https://sts.windows.net/{}/", stage.idp.tenant())
    );
    assert_eq!(
        (&of_user["upn"], &of_user["ver"]),
        (&"ada@contoso.example".into(), &"1.0".into())
    );
    // Without naming an API, the refresh is for the same; with another name, for that.
    let refresh = || {
        stage
            .refresh(&answer.text("refresh_token"))
            .at(&stage.idp.token_url().replace("/v2.0/", "/"))
    };
    let same = refresh().send().await;
    assert_eq!((same.status, same.text("resource").as_str()), (200, GRAPH));
    assert!(same.json()["id_token"].is_string());
    let other = refresh()
        .with("resource", "api://contoso-orders")
        .send()
        .await;
    assert_eq!(other.text("resource"), "api://contoso-orders");
    // What v1.0 has given, v2.0 takes, and the other way round.
    let at_v2 = stage.refresh(&same.text("refresh_token")).send().await;
    assert_eq!(at_v2.status, 200, "{}", at_v2.body);
    assert!(at_v2.json()["expires_in"].is_u64());
    let back = at_v1(&stage, stage.refresh(&at_v2.text("refresh_token")), GRAPH)
        .send()
        .await;
    assert_eq!(back.status, 200);
}

#[tokio::test]
async fn a_device_signs_in() {
    let stage = Stage::entra().await;
    let of_desktop = |grant: &str| {
        let ask = at_v1(&stage, stage.ask(grant), GRAPH);
        ask.without("client_secret").with("client_id", DESKTOP)
    };
    let begin = || {
        of_desktop("")
            .without("grant_type")
            .at(&stage.idp.token_url().replace("/v2.0/token", "/devicecode"))
    };
    let begun = begin().send().await;
    insta::assert_snapshot!(stable(&stage.idp, &texts(&begun)).replace(&begun.text("user_code"), "<code>"), @"
    user_code=<code>
    device_code=…
    verification_url=http://<login>/device
    expires_in=900
    interval=5
    message=…
    ");
    let poll = || of_desktop("device_code").with("code", &begun.text("device_code"));
    assert_eq!(poll().send().await.text("error"), "authorization_pending");
    stage
        .idp
        .approve_sign_in(&begun.text("user_code"), "ada@contoso.example")
        .unwrap();
    let answer = poll().send().await;
    assert_eq!(answer.text("resource"), GRAPH);
    assert_eq!(answer.text("scope"), "User.Read");
    let late = begin().send().await;
    stage.advance(900);
    let answer = of_desktop("device_code")
        .with("code", &late.text("device_code"))
        .send()
        .await;
    assert_eq!(answer.text("error"), "code_expired");
}

/// A code that was asked for at v1.0 is for the API that it was asked for.
#[tokio::test]
async fn a_browser_signs_in() {
    let mut directory = mock_idp::directory::Directory::default();
    let tenant = &mut directory.entra.tenants[0];
    tenant.automatic_sign_in = Some("ada@contoso.example".to_owned());
    let daemon = &mut tenant.applications[0];
    daemon.redirect_uris = vec!["https://app.example/cb".to_owned()];
    daemon
        .grants
        .push(mock_idp::directory::GrantType::AuthorizationCode);
    let stage = Stage::of(mock_idp::MockIdp::entra().directory(directory)).await;
    let authorize = format!(
        "{}?client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&resource=https%3A%2F%2Fgraph.microsoft.com",
        stage.idp.token_url().replace("/v2.0/token", "/authorize"),
        stage.idp.client_id(),
    );
    let sent = stage.get(&authorize, &[]).await;
    let back = sent.header("location").unwrap();
    let code = back
        .split("code=")
        .nth(1)
        .unwrap()
        .split(['&', '#'])
        .next()
        .unwrap();
    let redeem = at_v1(&stage, stage.ask("authorization_code"), GRAPH)
        .without("resource")
        .with("code", code)
        .with("redirect_uri", "https://app.example/cb");
    let answer = redeem.send().await;
    let body = answer.json();
    assert_eq!(body["resource"], GRAPH, "{body}");
    assert!(body["expires_in"].is_string() && body["refresh_token"].is_string());
    assert_eq!(claims(&answer.text("id_token"))["ver"], "1.0");
}

#[tokio::test]
async fn what_v1_refuses_in_its_own_words() {
    let stage = Stage::entra().await;
    let mut table = String::new();
    let ben = stage
        .password()
        .with("username", "ben@contoso.example")
        .with("password", "correct-horse-Entra-2");
    let nowhere = stage
        .idp
        .token_url()
        .replace(&stage.idp.tenant(), "nowhere.example");
    for ask in [
        at_v1(&stage, ben.clone(), GRAPH),
        ben,
        at_v1(&stage, stage.app_only(), GRAPH).at(&nowhere.replace("/v2.0/", "/")),
        stage.app_only().at(&nowhere),
        at_v1(&stage, stage.app_only(), "api://nowhere"),
        // Azure AD Graph is meant, and gone.
        at_v1(&stage, stage.app_only(), GRAPH).without("resource"),
        at_v1(&stage, stage.app_only().method(reqwest::Method::GET), GRAPH),
        stage.app_only().with("resource", GRAPH),
    ] {
        let answer = ask.send().await;
        let body = answer.json();
        table.push_str(&format!(
            "{} {} {} {}\n",
            answer.status, body["error"], body["suberror"], body["error_codes"][0]
        ));
    }
    insta::assert_snapshot!(table, @r#"
    400 "interaction_required" "basic_action" 50076
    400 "invalid_grant" "basic_action" 50076
    400 "invalid_request" null 90002
    400 "invalid_tenant" null 90002
    400 "invalid_resource" null 500011
    400 "invalid_resource" null 500011
    400 "invalid_request" null 900561
    400 "invalid_request" null 901002
    "#);
    let gone = at_v1(&stage, stage.app_only(), GRAPH)
        .without("resource")
        .send()
        .await;
    assert!(
        gone.text("error_description")
            .contains("00000002-0000-0000-c000-000000000000")
    );
}
