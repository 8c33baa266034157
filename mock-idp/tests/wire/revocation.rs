//! What ends the sign-ins of users, and who shares their refresh tokens.

use mock_idp::Secret;

use crate::browser::{Ask, Browser, LOOPBACK, PORTAL, redeem, redeem_at, refresh, said, sent};
use crate::codes::claims;
use crate::stage::{Stage, TokenAsk};

const DESKTOP: &str = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";

/// The refresh tokens of a sign-in at the portal with a secret, one without, and one by password alone.
async fn tokens(stage: &Stage) -> [String; 3] {
    let code = Browser::new(stage).signed_in(&Ask::new(stage)).await.code();
    let web = redeem(stage, &code).send().await;
    let ask = Ask::new(stage).to(LOOPBACK);
    let code = Browser::new(stage).signed_in(&ask).await.code();
    let public = redeem_at(stage, &code, LOOPBACK).send().await;
    let password = stage
        .password()
        .with("client_id", DESKTOP)
        .without("client_secret")
        .send()
        .await;
    [web, public, password].map(|answer| answer.text("refresh_token"))
}

fn renew<'s>(stage: &'s Stage, place: usize, token: &str) -> TokenAsk<'s> {
    match place {
        0 => refresh(stage, token),
        1 => refresh(stage, token).without("client_secret"),
        _ => stage
            .refresh(token)
            .with("client_id", DESKTOP)
            .without("client_secret"),
    }
}

async fn standing(stage: &Stage, tokens: &[String; 3]) -> Vec<String> {
    let mut standing = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        standing.push(said(renew(stage, place, token)).await);
    }
    standing
}

#[tokio::test]
async fn another_password_ends_what_public_clients_were_granted() {
    let stage = Stage::entra().await;
    let tokens = tokens(&stage).await;
    let mut browser = Browser::new(&stage);
    browser.signed_in(&Ask::new(&stage)).await;
    assert_eq!(standing(&stage, &tokens).await, ["200"; 3]);
    let who = stage.idp.credentials();
    // The same again is no change.
    assert!(
        stage
            .idp
            .change_password(&who.username, who.password.clone())
    );
    assert_eq!(standing(&stage, &tokens).await, ["200"; 3]);
    stage.advance(60);
    assert!(
        stage
            .idp
            .change_password(&who.username, Secret::new("another-horse-1"))
    );
    assert!(
        !stage
            .idp
            .change_password("nobody", Secret::new("another-horse-1"))
    );
    let over = "400 invalid_grant 50173";
    assert_eq!(standing(&stage, &tokens).await, ["200", over, over]);
    let answer = renew(&stage, 1, &tokens[1]).send().await;
    assert_eq!(answer.text("suberror"), "bad_token");
    assert!(
        answer
            .text("error_description")
            .contains("'2030-01-01T00:01:00.0000000Z'")
    );
    // Browsers have to show the new one.
    let silent = Ask::new(&stage).with("prompt", "none");
    assert_eq!(
        sent(&browser.ask(&silent).await).error(),
        "login_required AADSTS50133"
    );
    // Whoever signs in anew has nothing to fear.
    let again = self::tokens(&stage).await;
    assert_eq!(standing(&stage, &again).await, ["200"; 3]);
}

#[tokio::test]
async fn a_directory_that_changes_a_password_does_the_same() {
    let stage = Stage::entra().await;
    let tokens = tokens(&stage).await;
    stage.idp.change_directory(|directory| {
        directory.entra.tenants[0].users[0].password = Some(Secret::new("another-horse-1"));
    });
    let over = "400 invalid_grant 50173";
    assert_eq!(standing(&stage, &tokens).await, ["200", over, over]);
}

#[tokio::test]
async fn an_administrator_ends_everything_of_one_user() {
    let stage = Stage::entra().await;
    let tokens = tokens(&stage).await;
    let others = stage.idp.identity(0, 1, 0).unwrap();
    let other = stage
        .password_as(&others)
        .send()
        .await
        .text("refresh_token");
    let who = stage.idp.credentials();
    assert_eq!(stage.idp.revoke_sign_ins(&who.username), Some(3));
    assert_eq!(stage.idp.revoke_sign_ins(&who.username), Some(0));
    assert_eq!(stage.idp.revoke_sign_ins("nobody@contoso.example"), None);
    assert_eq!(
        standing(&stage, &tokens).await,
        ["400 invalid_grant 50173"; 3]
    );
    assert_eq!(said(stage.refresh(&other)).await, "200");
}

#[tokio::test]
async fn ninety_days_without_use_end_a_sign_in() {
    let stage = Stage::entra().await;
    let [web, ..] = tokens(&stage).await;
    let day = 24 * 3600;
    stage.advance(89 * day);
    let answer = refresh(&stage, &web).send().await;
    let next = answer.text("refresh_token");
    assert_ne!(next, web);
    stage.advance(89 * day);
    // Each use counts for the token that is shown: the old one stays good beside the new.
    assert_eq!(said(refresh(&stage, &web)).await, "200");
    assert_eq!(said(refresh(&stage, &next)).await, "200");
    stage.advance(90 * day);
    assert_eq!(
        said(refresh(&stage, &next)).await,
        "400 invalid_grant 700082"
    );
}

#[tokio::test]
async fn a_family_of_clients_shares_its_refresh_tokens() {
    let stage = Stage::entra().await;
    let join = |members: &[&str]| {
        stage.idp.change_directory(|directory| {
            for application in &mut directory.entra.tenants[0].applications {
                application.family = members.contains(&application.id.as_str());
            }
        });
    };
    let [_, of_portal, of_desktop] = tokens(&stage).await;
    let by_desktop = |token: &str| renew(&stage, 2, token);
    assert_eq!(
        said(by_desktop(&of_portal)).await,
        "400 invalid_grant 70000"
    );
    join(&[PORTAL]);
    let mismatch = by_desktop(&of_portal).send().await;
    assert_eq!(mismatch.text("suberror"), "client_mismatch");
    join(&[PORTAL, DESKTOP]);
    let answer = by_desktop(&of_portal)
        .with("scope", "User.Read openid")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.text("foci"), "1");
    assert_eq!(claims(&answer.text("access_token"))["appid"], DESKTOP);
    assert_eq!(claims(&answer.text("id_token"))["aud"], DESKTOP);
    assert_eq!(said(by_desktop(&answer.text("refresh_token"))).await, "200");
    assert_eq!(said(renew(&stage, 0, &of_desktop)).await, "200");
    // What one of them has is revoked for all.
    stage.idp.revoke(stage.idp.label_of(&of_portal).unwrap());
    let derived = by_desktop(&answer.text("refresh_token"));
    assert_eq!(said(derived).await, "400 invalid_grant 50173");
}
