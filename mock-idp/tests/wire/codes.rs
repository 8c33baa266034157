//! Authorization codes: what they give, once, to whom and how long.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::MockIdp;
use serde_json::Value;

use crate::answer::Answer;
use crate::browser::{
    Ask, Browser, CHALLENGE, LOOPBACK, PORTAL, PORTAL_SECRET, SPA, VERIFIER, WEB, redeem,
    redeem_at, refresh, said,
};
use crate::stage::Stage;

/// The claims of a token.
pub(crate) fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

fn names(claims: &Value) -> String {
    let names: Vec<&str> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.join(" ")
}

async fn code(stage: &Stage, ask: &Ask) -> String {
    Browser::new(stage).signed_in(ask).await.code()
}

#[tokio::test]
async fn a_code_gives_its_tokens_once() {
    let stage = Stage::entra().await;
    let code = code(&stage, &Ask::new(&stage).with("nonce", "n-1")).await;
    let answer = redeem(&stage, &code).with("client_info", "1").send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_snapshot!(answer.members(), @"token_type scope expires_in ext_expires_in access_token refresh_token id_token client_info");
    insta::assert_snapshot!(answer.text("scope"), @"openid profile User.Read");
    let id = claims(&answer.text("id_token"));
    insta::assert_snapshot!(names(&id), @"aud iss iat nbf exp aio name nonce oid preferred_username rh sid sub tid uti ver");
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["aud"], PORTAL);
    let seconds = |name: &str| id[name].as_i64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 3900);
    let access = claims(&answer.text("access_token"));
    insta::assert_snapshot!(names(&access), @"aud iss iat nbf exp aio acr amr app_displayname appid appidacr family_name given_name idtyp ipaddr name oid puid rh scp sid sub tenant_region_scope tid unique_name upn uti ver");
    assert_eq!(
        (&access["amr"][0], &access["appidacr"]),
        (&"pwd".into(), &"1".into())
    );
    assert_eq!(
        (&access["ipaddr"], &access["given_name"]),
        (&"127.0.0.1".into(), &"Ada".into())
    );
    assert_eq!(access["sid"], id["sid"]);
    let account = URL_SAFE_NO_PAD.decode(answer.text("client_info")).unwrap();
    let account: Value = serde_json::from_slice(&account).unwrap();
    assert_eq!(account["uid"], access["oid"]);
    assert_eq!(account["utid"], stage.idp.tenant());
    // Never again, and what it gave lives on.
    assert_eq!(said(redeem(&stage, &code)).await, "400 invalid_grant 54005");
    stage.advance(700);
    assert_eq!(said(redeem(&stage, &code)).await, "400 invalid_grant 54005");
    assert_eq!(
        said(refresh(&stage, &answer.text("refresh_token"))).await,
        "200"
    );
    let shown = stage
        .idp
        .journal()
        .entries()
        .into_iter()
        .rev()
        .nth(1)
        .unwrap();
    assert_eq!(shown.presented.unwrap().token.unwrap().to_string(), "AC#1");
    // Where the tokens came from.
    let parents: Vec<String> = stage
        .idp
        .tokens()
        .iter()
        .map(|facts| {
            format!(
                "{} <- {:?}",
                facts.label,
                facts.parent.map(|p| p.to_string())
            )
        })
        .collect();
    insta::assert_snapshot!(parents.join(", "), @r#"AT#1 <- Some("AC#1"), AT#2 <- Some("RT#1"), RT#1 <- None, RT#2 <- Some("RT#1")"#);
}

#[tokio::test]
async fn what_is_refused_uses_no_code_up() {
    let stage = Stage::of(MockIdp::entra()).await;
    let code = code(&stage, &Ask::new(&stage).to(WEB)).await;
    let ask = || redeem(&stage, &code).with("code_verifier", VERIFIER);
    let fabrikam = stage.idp.identity(0, 0, 1).unwrap();
    let contoso = stage.idp.credentials();
    let mut refused = Vec::new();
    for (what, ask) in [
        ("no code", ask().without("code")),
        ("garbage", ask().with("code", "garbage")),
        ("no redirect URI", ask().without("redirect_uri")),
        (
            "another redirect URI",
            ask().with("redirect_uri", &format!("{WEB}/")),
        ),
        ("no secret", ask().without("client_secret")),
        (
            "a wrong secret",
            ask().with("client_secret", "wrong-secret"),
        ),
        ("no verifier", ask().without("code_verifier")),
        ("a wrong verifier", ask().with("code_verifier", CHALLENGE)),
        (
            "a browser",
            ask().header("origin", "https://portal.contoso.example"),
        ),
        (
            "an application that may not",
            ask()
                .with("client_id", &contoso.client_id)
                .with("client_secret", contoso.client_secret.reveal()),
        ),
        ("scopes without consent", ask().with("scope", "Mail.Send")),
        (
            "a resource that is not there",
            ask().with("scope", "api://none/x"),
        ),
    ] {
        refused.push(format!("{what}: {}", said(ask).await));
    }
    // The same application in another tenant.
    stage.idp.change_directory(|directory| {
        let portal = directory.entra.tenants[0].applications.iter();
        let portal = portal
            .clone()
            .find(|known| known.id == PORTAL)
            .unwrap()
            .clone();
        directory.entra.tenants[1].applications.push(portal);
    });
    let elsewhere = ask().at(&fabrikam.token_url);
    refused.push(format!("another tenant: {}", said(elsewhere).await));
    insta::assert_snapshot!(refused.join("\n"), @"
    no code: 400 invalid_request 900144
    garbage: 400 invalid_grant 9002313
    no redirect URI: 400 invalid_request 900144
    another redirect URI: 401 invalid_client 500112
    no secret: 401 invalid_client 7000218
    a wrong secret: 401 invalid_client 7000215
    no verifier: 400 invalid_grant 50148
    a wrong verifier: 400 invalid_grant 501481
    a browser: 400 invalid_request 9002326
    an application that may not: 400 unsupported_grant_type 70003
    scopes without consent: 400 invalid_grant 65001
    a resource that is not there: 400 invalid_resource 500011
    another tenant: 400 invalid_grant 700005
    ");
    stage.advance(599);
    assert_eq!(said(ask()).await, "200");
}

#[tokio::test]
async fn a_code_lives_for_ten_minutes_and_no_longer_than_its_user() {
    let stage = Stage::entra().await;
    let late = code(&stage, &Ask::new(&stage)).await;
    stage.advance(600);
    assert_eq!(said(redeem(&stage, &late)).await, "400 invalid_grant 70008");
    let login = stage.idp.credentials().username;
    let revoked = code(&stage, &Ask::new(&stage)).await;
    assert_eq!(stage.idp.revoke_sign_ins(&login), Some(0));
    assert_eq!(
        said(redeem(&stage, &revoked)).await,
        "400 invalid_grant 50173"
    );
    let orphaned = code(&stage, &Ask::new(&stage)).await;
    let disable = |enabled| {
        stage.idp.change_directory(|directory| {
            directory.entra.tenants[0].users[0].enabled = enabled;
        });
    };
    disable(false);
    assert_eq!(
        said(redeem(&stage, &orphaned)).await,
        "400 invalid_grant 50057"
    );
    disable(true);
    assert_eq!(said(redeem(&stage, &orphaned)).await, "200");
    let withdrawn = code(&stage, &Ask::new(&stage)).await;
    let label = stage.idp.label_of(&withdrawn).unwrap();
    assert!(stage.idp.revoke(label));
    assert_eq!(
        said(redeem(&stage, &withdrawn)).await,
        "400 invalid_grant 50173"
    );
}

/// One application with three kinds of addresses is three kinds of clients.
#[tokio::test]
async fn the_address_decides_who_may_redeem() {
    let stage = Stage::entra().await;
    let origin = "https://portal.contoso.example";
    let of_spa = code(&stage, &Ask::new(&stage).to(SPA)).await;
    let ask = || redeem_at(&stage, &of_spa, SPA);
    assert_eq!(said(ask()).await, "400 invalid_request 9002327");
    let with_secret = ask()
        .header("origin", origin)
        .with("client_secret", PORTAL_SECRET);
    assert_eq!(said(with_secret).await, "401 invalid_client 700025");
    let answer = ask().header("origin", origin).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["refresh_token_expires_in"], 86_399);
    assert_eq!(claims(&answer.text("access_token"))["appidacr"], "0");
    // Its refresh tokens are a browser's too, and end a day after the sign-in however they are used.
    let renew = |token: &str| refresh(&stage, token).without("client_secret");
    let first = answer.text("refresh_token");
    assert_eq!(said(renew(&first)).await, "400 invalid_request 9002327");
    stage.advance(80_000);
    let answer = renew(&first).header("origin", origin).send().await;
    assert_eq!(
        answer.json()["refresh_token_expires_in"],
        6_399,
        "{}",
        answer.body
    );
    let second = answer.text("refresh_token");
    stage.advance(6_399);
    assert_eq!(said(renew(&second).header("origin", origin)).await, "200");
    stage.advance(1);
    let late = renew(&second).header("origin", origin).send().await;
    assert_eq!(late.json()["error_codes"][0], 700_084, "{}", late.body);
    assert_eq!(late.text("suberror"), "bad_token");

    let of_desktop = code(&stage, &Ask::new(&stage).to(LOOPBACK)).await;
    let ask = || redeem_at(&stage, &of_desktop, LOOPBACK);
    assert_eq!(
        said(ask().header("origin", origin)).await,
        "400 invalid_request 9002326"
    );
    assert_eq!(
        said(ask().with("client_secret", PORTAL_SECRET)).await,
        "401 invalid_client 700025"
    );
    let answer = ask().send().await;
    assert!(answer.json()["refresh_token_expires_in"].is_null());
    assert_eq!(said(renew(&answer.text("refresh_token"))).await, "200");
}

#[tokio::test]
async fn scopes_of_several_resources_give_a_token_for_the_first() {
    let stage = Stage::entra().await;
    let both = "openid offline_access User.Read api://contoso-orders/Orders.Read";
    let code = code(&stage, &Ask::new(&stage).with("scope", both)).await;
    let answer = redeem(&stage, &code).send().await;
    assert_eq!(answer.text("scope"), "openid User.Read");
    // One refresh token is good for all of them.
    let token = answer.text("refresh_token");
    let other = refresh(&stage, &token)
        .with("scope", "api://contoso-orders/Orders.Read")
        .send()
        .await;
    let access = claims(&other.text("access_token"));
    assert_eq!(access["aud"], "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4");
    assert_eq!(access["scp"], "Orders.Read");
    let wider = refresh(&stage, &token).with("scope", "Mail.Send");
    assert_eq!(said(wider).await, "400 invalid_grant 65001");
}

/// Who names an API alone at the token endpoint, as azure-identity does, gets what the sign-in asked for beside it.
#[tokio::test]
async fn a_code_keeps_what_of_openid_connect_the_sign_in_asked_for() {
    let stage = Stage::entra().await;
    for (asked, also) in [
        (
            "openid offline_access User.Read",
            ["refresh_token", "id_token"].as_slice(),
        ),
        ("User.Read", &[]),
    ] {
        let ask = Ask::new(&stage).with("scope", asked);
        let answer = redeem(&stage, &code(&stage, &ask).await)
            .with("scope", "https://graph.microsoft.com/User.Read")
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body = answer.json();
        for member in ["refresh_token", "id_token"] {
            assert_eq!(
                body.get(member).is_some(),
                also.contains(&member),
                "{asked}: {member}"
            );
        }
    }
}

#[tokio::test]
async fn only_what_is_asked_for_is_told() {
    let stage = Stage::entra().await;
    let asked = async |scope: &str| -> Answer {
        let code = code(&stage, &Ask::new(&stage).with("scope", scope)).await;
        redeem(&stage, &code).send().await
    };
    let bare = asked("User.Read").await;
    assert!(bare.json()["id_token"].is_null() && bare.json()["refresh_token"].is_null());
    assert!(bare.json()["client_info"].is_null());
    let id = claims(&asked("openid").await.text("id_token"));
    assert!(id["name"].is_null() && id["oid"].is_null() && id["nonce"].is_null());
    let id = claims(&asked("openid email profile").await.text("id_token"));
    assert_eq!(
        (&id["email"], &id["name"]),
        (&"ada@contoso.example".into(), &"Ada Okafor".into())
    );
}

/// Their access tokens are good for longer than two hours, and say from when they are better renewed.
#[tokio::test]
async fn long_lived_tokens_say_when_to_renew_them() {
    let lifetime = std::time::Duration::from_secs(86_399);
    let stage = Stage::of(MockIdp::entra().access_token_lifetime(lifetime)).await;
    let answer = stage.password().send().await;
    assert_eq!(answer.json()["refresh_in"], 43_199);
    let stage = Stage::entra().await;
    assert!(stage.password().send().await.json()["refresh_in"].is_null());
}

/// What a redemption asks for has to be something.
#[tokio::test]
async fn a_redemption_names_scopes_or_none() {
    use crate::fidelity::is_as_the_ledger_says;
    let stage = Stage::entra().await;
    let code = code(&stage, &Ask::new(&stage)).await;
    let empty = redeem(&stage, &code).and("scope", "");
    is_as_the_ledger_says(28_003, &empty.send().await);
    for scope in ["https://graph.microsoft.com/", "/User.Read", "/"] {
        let ask = redeem(&stage, &code).with("scope", scope);
        is_as_the_ledger_says(28_002, &ask.send().await);
    }
    let answer = redeem(&stage, &code).send().await;
    let token = answer.text("refresh_token");
    let ask = refresh(&stage, &token).with("scope", "api://contoso-orders/");
    is_as_the_ledger_says(28_002, &ask.send().await);
}
