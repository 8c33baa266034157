//! On-behalf-of: an API asks for a token in the name of who called it.

use mock_idp::mint::{Flaw, TokenRecipe};

use crate::browser::{Ask, Browser, PORTAL, redeem, said};
use crate::codes::claims;
use crate::stage::{Stage, TokenAsk};

/// The API, its secret, and what its callers ask for.
const ORDERS: &str = "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4";
const SECRET: &str = "entra-app-secret~N5hT8wQd";
const SCOPE: &str = "openid offline_access api://contoso-orders/Orders.Read";

fn ask<'s>(stage: &'s Stage, assertion: &str) -> TokenAsk<'s> {
    stage
        .ask("urn:ietf:params:oauth:grant-type:jwt-bearer")
        .with("client_id", ORDERS)
        .with("client_secret", SECRET)
        .with("assertion", assertion)
        .with("requested_token_use", "on_behalf_of")
        .with("scope", "User.Read")
}

/// What a caller of the API was given: an access token for it, and an id token.
async fn caller(stage: &Stage) -> (String, String) {
    let sent = Browser::new(stage)
        .signed_in(&Ask::new(stage).with("scope", SCOPE))
        .await;
    let answer = redeem(stage, &sent.code()).send().await;
    (answer.text("access_token"), answer.text("id_token"))
}

#[tokio::test]
async fn an_api_asks_in_the_name_of_its_caller() {
    let stage = Stage::entra().await;
    let (token, _) = caller(&stage).await;
    let answer = ask(&stage, &token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.json()["refresh_token"].is_null());
    let (before, after) = (claims(&token), claims(&answer.text("access_token")));
    assert_eq!(
        (&after["appid"], &after["scp"]),
        (&ORDERS.into(), &"User.Read".into())
    );
    assert_eq!(after["oid"], before["oid"]);
    let called = stage
        .get_with(&stage.idp.user_api_url(), &answer.text("access_token"))
        .await;
    assert_eq!(called.status, 200, "{}", called.body);
    let entry = stage
        .idp
        .journal()
        .entries()
        .into_iter()
        .rev()
        .nth(1)
        .unwrap();
    assert_eq!(entry.presented.unwrap().token.unwrap().to_string(), "AT#1");
    let issued = stage
        .idp
        .tokens()
        .into_iter()
        .find(|facts| facts.label.serial == 2);
    assert_eq!(issued.unwrap().parent.unwrap().to_string(), "AT#1");
    // With offline access it can go on without its caller.
    let scope = "User.Read offline_access openid";
    let answer = ask(&stage, &token).with("scope", scope).send().await;
    let renew = stage
        .refresh(&answer.text("refresh_token"))
        .with("client_id", ORDERS)
        .with("client_secret", SECRET);
    assert_eq!(said(renew).await, "200");
    assert_eq!(claims(&answer.text("id_token"))["aud"], ORDERS);
}

#[tokio::test]
async fn what_is_not_a_callers_token_gives_nothing() {
    let stage = Stage::entra().await;
    let (token, id_token) = caller(&stage).await;
    let graph = stage.password().send().await.text("access_token");
    let app_only = stage
        .app_only()
        .with("scope", "api://contoso-orders/.default")
        .send()
        .await
        .text("access_token");
    let forged = stage.idp.mint(&TokenRecipe {
        forge: Some(Flaw::WrongKey),
        ..TokenRecipe::default()
    });
    let forged = forged.unwrap().value.reveal().to_owned();
    let id_of_api = ask(&stage, &token)
        .with("scope", "openid User.Read")
        .send()
        .await;
    let id_of_api = id_of_api.text("id_token");
    let unsigned = token.rsplit_once('.').unwrap().0;
    let mut told = Vec::new();
    for (what, ask) in [
        ("none", ask(&stage, &token).without("assertion")),
        ("no use", ask(&stage, &token).without("requested_token_use")),
        (
            "another use",
            ask(&stage, &token).with("requested_token_use", "x"),
        ),
        ("no scope", ask(&stage, &token).without("scope")),
        ("no secret", ask(&stage, &token).without("client_secret")),
        ("garbage", ask(&stage, "garbage")),
        ("three parts of it", ask(&stage, "a.b.c")),
        ("without signature", ask(&stage, &format!("{unsigned}."))),
        ("forged", ask(&stage, &forged)),
        ("for another API", ask(&stage, &graph)),
        ("an application's", ask(&stage, &app_only)),
        ("an id token", ask(&stage, &id_of_api)),
        ("another's id token", ask(&stage, &id_token)),
        (
            "more than is consented to",
            ask(&stage, &token).with("scope", "Mail.Send"),
        ),
        (
            "of several resources",
            ask(&stage, &token).with("scope", "User.Read api://contoso-orders/User.Read"),
        ),
        (
            "by another application",
            ask(&stage, &token)
                .with("client_id", PORTAL)
                .with("client_secret", crate::browser::PORTAL_SECRET),
        ),
    ] {
        told.push(format!("{what}: {}", said(ask).await));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    none: 400 invalid_request 900144
    no use: 400 invalid_request 900144
    another use: 400 invalid_request 90013
    no scope: 400 invalid_request 900144
    no secret: 401 invalid_client 7000218
    garbage: 400 invalid_request 50027
    three parts of it: 400 invalid_request 50027
    without signature: 400 invalid_grant 50013
    forged: 400 invalid_grant 50013
    for another API: 400 invalid_grant 500131
    an application's: 400 invalid_request 50027
    an id token: 400 invalid_grant 240002
    another's id token: 400 invalid_grant 500131
    more than is consented to: 400 invalid_grant 65001
    of several resources: 400 invalid_scope 700022
    by another application: 400 invalid_grant 7000114
    ");
    let user = |change: fn(&mut mock_idp::directory::User)| {
        stage.idp.change_directory(|directory| {
            change(&mut directory.entra.tenants[0].users[0]);
        });
    };
    user(|user| user.mfa_required = true);
    let second = ask(&stage, &token).send().await;
    assert_eq!(second.json()["error_codes"][0], 50_076);
    assert_eq!(second.text("suberror"), "basic_action");
    user(|user| user.enabled = false);
    assert_eq!(said(ask(&stage, &token)).await, "400 invalid_grant 50057");
    user(|user| (user.enabled, user.mfa_required) = (true, false));
    stage.idp.revoke_access_tokens();
    assert_eq!(said(ask(&stage, &token)).await, "400 invalid_grant 50173");
    let (token, _) = caller(&stage).await;
    stage.advance(2 * 3600);
    assert_eq!(said(ask(&stage, &token)).await, "400 invalid_grant 500133");
}
