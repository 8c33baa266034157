//! Users of one tenant and applications in several: what the names do that stand for no tenant, and who is a guest.

use mock_idp::MockIdp;
use mock_idp::directory::{Directory, GrantType, SignInAudience, User};
use mock_idp::journal::Origin;
use serde_json::Value;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::browser::{Ask, Browser, PORTAL, WEB, alert, redeem, refresh, sent, sent_to};
use crate::codes::claims;
use crate::fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

const ADA: &str = "ada@contoso.example";
const ANN: &str = "ada@fabrikam.example";
const PASSWORD: &str = "fabrikam-horse-Entra-1";
const EXPORT: &str = "7f3e2d1c-0b9a-4c8d-a7e6-f5d4c3b2a190";

/// A world where the portal is in both tenants, and another application in the second alone.
async fn world() -> Stage {
    let mut directory = Directory::default();
    let tenants = &mut directory.entra.tenants;
    let mut applications = tenants[0].applications.iter_mut();
    let portal = applications.find(|known| known.id == PORTAL).unwrap();
    portal.sign_in_audience = SignInAudience::AnyTenant;
    portal.grants.push(GrantType::DeviceCode);
    let portal = portal.clone();
    let mut export = portal.clone();
    export.id = EXPORT.to_owned();
    export.name = "Fabrikam Export".to_owned();
    tenants[1].applications.push(portal);
    tenants[1].applications.push(export);
    Stage::of(MockIdp::entra().directory(directory)).await
}

fn at(stage: &Stage, tenant: &str, path: &str) -> String {
    let login = stage.idp.origin(Origin::Login);
    format!("{login}/{tenant}/oauth2/v2.0/{path}")
}

fn ask(stage: &Stage, tenant: &str) -> Ask {
    Ask::new(stage).at(at(stage, tenant, "authorize"))
}

fn issuer_of(answer: &crate::answer::Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    claims(&answer.text("access_token"))["tid"].clone()
}

async fn as_ann(stage: &Stage, browser: &mut Browser<'_>, ask: &Ask) -> crate::answer::Answer {
    let page = browser.ask(ask).await;
    assert!(stage.idp.tokens().is_empty() || page.status == 200);
    browser.sign_in(&page, ANN, PASSWORD).await
}

#[tokio::test]
async fn a_code_of_the_second_tenant_is_redeemed_under_any_name() {
    let stage = world().await;
    let fabrikam = stage.idp.directory().entra.tenants[1].id.clone();
    for name in ["common", "organizations", "fabrikam.example", &fabrikam] {
        for redeemed_at in ["common", "Organizations", &fabrikam] {
            let asked = ask(&stage, name).with("client_id", EXPORT);
            let mut browser = Browser::new(&stage);
            let code = sent(&as_ann(&stage, &mut browser, &asked).await).code();
            let redeemed = redeem(&stage, &code).with("client_id", EXPORT).at(&at(
                &stage,
                redeemed_at,
                "token",
            ));
            let answer = redeemed.send().await;
            assert_eq!(issuer_of(&answer), fabrikam, "{name} {redeemed_at}");
            let token = answer.text("refresh_token");
            let again = refresh(&stage, &token).with("client_id", EXPORT).at(&at(
                &stage,
                redeemed_at,
                "token",
            ));
            assert_eq!(issuer_of(&again.send().await), fabrikam);
        }
    }
    // What the tenants have in common is not their codes.
    let asked = ask(&stage, "organizations");
    let mut browser = Browser::new(&stage);
    let code = sent(&as_ann(&stage, &mut browser, &asked).await).code();
    is_as_the_ledger_says(700_005, &redeem(&stage, &code).send().await);
}

/// Who signs in decides which tenant it is, also where the application is in several.
#[tokio::test]
async fn the_user_decides_where_no_tenant_is_named() {
    let stage = world().await;
    let fabrikam = stage.idp.directory().entra.tenants[1].id.clone();
    let common = ask(&stage, "common");
    let redeemed = |code: String| {
        let ask = redeem(&stage, &code).at(&at(&stage, "common", "token"));
        async move { issuer_of(&ask.send().await) }
    };
    let mut browser = Browser::new(&stage);
    let code = sent(&as_ann(&stage, &mut browser, &common).await).code();
    assert_eq!(redeemed(code).await, fabrikam);
    // The browser is hers now, and so is an application's guess.
    let silent = common.clone().with("prompt", "none");
    let code = sent(&browser.ask(&silent).await).code();
    assert_eq!(redeemed(code).await, fabrikam);
    let mut fresh = Browser::new(&stage);
    let code = fresh.signed_in(&common).await.code();
    assert_eq!(redeemed(code).await, stage.idp.tenant());
    let hinted = common.clone().with("login_hint", ANN);
    let page = Browser::new(&stage).ask(&hinted).await;
    assert!(page.body.contains("Fabrikam"), "{}", page.body);
    // Without a page, too.
    Browser::new(&stage).ask(&common).await;
    let last = stage.idp.pending_authorizations().pop().unwrap();
    let back = stage.idp.approve_authorization(last.id, ANN).unwrap();
    assert_eq!(redeemed(sent_to(&back.url).code()).await, fabrikam);
    // An application that is not in the user's tenant has to be brought there first.
    stage.idp.change_directory(|directory| {
        directory.entra.tenants[1]
            .applications
            .retain(|known| known.id != PORTAL);
    });
    let page = as_ann(&stage, &mut Browser::new(&stage), &common).await;
    assert!(
        alert(&page).starts_with("AADSTS700016: "),
        "{}",
        alert(&page)
    );
}

fn as_client<'s>(ask: TokenAsk<'s>, client: &str, url: &str) -> TokenAsk<'s> {
    ask.with("client_id", client).at(url)
}

#[tokio::test]
async fn a_device_signs_in_whoever_comes() {
    let stage = world().await;
    let fabrikam = stage.idp.directory().entra.tenants[1].id.clone();
    let contoso = stage.idp.tenant();
    for (client, name) in [
        (EXPORT, "common"),
        (EXPORT, "organizations"),
        (PORTAL, "common"),
        (PORTAL, "organizations"),
    ] {
        let as_client = |ask| as_client(ask, client, &at(&stage, name, "token"));
        let begun = stage
            .ask("")
            .without("grant_type")
            .with("client_id", client)
            .with("scope", "User.Read offline_access")
            .at(&at(&stage, name, "devicecode"))
            .send()
            .await;
        assert_eq!(begun.status, 200, "{}", begun.body);
        let poll = || {
            let code = begun.text("device_code");
            as_client(stage.ask("device_code").with("device_code", &code))
                .with("client_secret", crate::browser::PORTAL_SECRET)
        };
        is_as_the_ledger_says(70_016, &poll().send().await);
        // On the page one time, without it the other.
        if name == "common" {
            let mut browser = Browser::new(&stage);
            let page = browser
                .get(&format!("{}/device", stage.idp.origin(Origin::Login)))
                .await;
            let user_code = begun.text("user_code");
            let page = browser.submit(&page, &[("user_code", &user_code)]).await;
            let done = browser.sign_in(&page, ANN, PASSWORD).await;
            assert!(done.body.contains("You have signed in"), "{}", done.body);
        } else {
            stage
                .idp
                .approve_sign_in(&begun.text("user_code"), ANN)
                .unwrap();
        }
        let answer = poll().send().await;
        assert_eq!(issuer_of(&answer), fabrikam);
        let again = as_client(refresh(&stage, &answer.text("refresh_token")));
        assert_eq!(issuer_of(&again.send().await), fabrikam);
    }
    // Where a tenant was named, nobody else's user comes in.
    let begun = stage
        .ask("")
        .without("grant_type")
        .with("client_id", PORTAL)
        .with("scope", "User.Read")
        .at(&at(&stage, &contoso, "devicecode"))
        .send()
        .await;
    let refused = stage.idp.approve_sign_in(&begun.text("user_code"), ANN);
    assert!(refused.is_err());
}

/// A refresh token is good in every tenant that its user is in, and in no other.
#[tokio::test]
async fn users_of_another_tenant_are_guests_or_strangers() {
    let stage = world().await;
    let contoso = stage.idp.tenant();
    let fabrikam = stage.idp.directory().entra.tenants[1].id.clone();
    let mut browser = Browser::new(&stage);
    let asked = ask(&stage, &fabrikam);
    let code = sent(&as_ann(&stage, &mut browser, &asked).await).code();
    let at_home = redeem(&stage, &code).at(&at(&stage, &fabrikam, "token"));
    let token = at_home.send().await.text("refresh_token");
    let elsewhere = || refresh(&stage, &token).with("client_info", "1");
    let refused = elsewhere().send().await;
    is_as_the_ledger_says(50_020, &refused);
    assert!(
        refused
            .text("error_description")
            .contains(&format!("'https://sts.windows.net/{fabrikam}/'"))
    );
    // The page says so to whoever shows the right password there, and not before.
    let page = browser.ask(&ask(&stage, &contoso)).await;
    let page = browser.sign_in(&page, ANN, "a wrong password").await;
    assert!(alert(&page).starts_with("AADSTS50126: "));
    let page = browser.sign_in(&page, ANN, PASSWORD).await;
    assert!(
        alert(&page).starts_with("AADSTS50020: User account"),
        "{}",
        alert(&page)
    );
    assert!(page.header("location").is_none());
    // A guest is a user of the other tenant by the same login.
    let guest = User {
        id: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d".to_owned(),
        ..stage.idp.directory().entra.tenants[1].users[0].clone()
    };
    assert_eq!(guest.login, ANN);
    stage.idp.change_directory(|directory| {
        directory.entra.tenants[0].users.push(guest.clone());
    });
    let answer = elsewhere().send().await;
    assert_eq!(issuer_of(&answer), contoso);
    let told = claims(&answer.text("access_token"));
    assert_eq!(told["oid"], guest.id);
    assert_eq!(told["idp"], format!("https://sts.windows.net/{fabrikam}/"));
    // The account is the one at home, by which clients know it again.
    let account = URL_SAFE_NO_PAD.decode(answer.text("client_info")).unwrap();
    let account: Value = serde_json::from_slice(&account).unwrap();
    assert_eq!(account["utid"], fabrikam);
    assert_ne!(account["uid"], guest.id);
    // Both tokens go on; whoever is disabled at home is so everywhere.
    let next = answer.text("refresh_token");
    assert_eq!(issuer_of(&refresh(&stage, &next).send().await), contoso);
    stage.idp.change_directory(|directory| {
        directory.entra.tenants[1].users[0].enabled = false;
    });
    is_as_the_ledger_says(50_057, &elsewhere().send().await);
    assert_eq!(WEB, "https://portal.contoso.example/callback");
    assert!(ADA.ends_with("contoso.example"));
}
