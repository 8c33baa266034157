//! What becomes of refresh tokens that are used (RFC 6749 section 6, RFC 9700 section 4.14.2).

use std::time::Duration;

use futures_util::future::join_all;
use mock_idp::MockIdp;
use mock_idp::directory::RotationMode;
use mock_idp::ledger::TokenState;

use crate::stage::{Stage, rotation};

async fn okta(mode: RotationMode, leeway: u32) -> Stage {
    Stage::of(MockIdp::okta().rotation(rotation(mode, leeway))).await
}

#[tokio::test]
async fn static_tokens_stay() {
    let stage = okta(RotationMode::Static, 0).await;
    let token = stage.idp.mint_refresh_token();
    for _ in 0..3 {
        let answer = stage.refresh(token.value.reveal()).send().await;
        assert_eq!(answer.text("refresh_token"), token.value.reveal());
        stage.advance(3600);
    }
    // The token handed out again is not a new one.
    let issued = stage.last_entry().reply.unwrap().issued;
    assert_eq!(issued.len(), 1, "{issued:?}");
}

#[tokio::test]
async fn a_rotated_token_works_within_the_leeway_and_kills_its_family_after_it() {
    let stage = okta(RotationMode::Rotate, 30).await;
    let first = stage.idp.mint_refresh_token();
    let answer = stage.refresh(first.value.reveal()).send().await;
    let (access, second) = (answer.text("access_token"), answer.text("refresh_token"));
    assert_ne!(second, first.value.reveal());
    stage.advance(29);
    assert_eq!(stage.refresh(first.value.reveal()).send().await.status, 200);
    assert_eq!(stage.call_api(&access).await.status, 200);
    stage.advance(1);
    let reused = stage.refresh(first.value.reveal()).send().await;
    assert_eq!(reused.text("error"), "invalid_grant");
    let presented = stage.last_entry().presented.unwrap();
    assert_eq!(presented.state, TokenState::Rotated);
    // The newest token and what came from the sign-in die with it.
    assert_eq!(stage.refresh(&second).send().await.status, 400);
    assert_eq!(stage.call_api(&access).await.status, 401);
}

#[tokio::test]
async fn without_leeway_the_old_token_dies_with_the_answer() {
    let stage = okta(RotationMode::Rotate, 0).await;
    let first = stage.idp.mint_refresh_token();
    assert_eq!(stage.refresh(first.value.reveal()).send().await.status, 200);
    assert_eq!(stage.refresh(first.value.reveal()).send().await.status, 400);
}

#[tokio::test]
async fn entra_keeps_the_old_token() {
    let stage = Stage::entra().await;
    let first = stage.idp.mint_refresh_token();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..3 {
        let answer = stage.refresh(first.value.reveal()).send().await;
        assert!(seen.insert(answer.text("refresh_token")));
        stage.advance(24 * 3600);
    }
    for token in seen {
        assert_eq!(stage.refresh(&token).send().await.status, 200);
    }
}

#[tokio::test]
async fn entra_forgets_a_token_after_ninety_idle_days() {
    let stage = Stage::entra().await;
    let token = stage.idp.mint_refresh_token();
    const DAY: u64 = 24 * 3600;
    for _ in 0..3 {
        stage.advance(90 * DAY - 1);
        assert_eq!(stage.refresh(token.value.reveal()).send().await.status, 200);
    }
    stage.advance(90 * DAY);
    let answer = stage.refresh(token.value.reveal()).send().await;
    assert_eq!(answer.json()["error_codes"][0], 700_082);
}

#[tokio::test]
async fn a_configured_lifetime_counts_from_the_last_use() {
    let stage = Stage::of(MockIdp::okta().refresh_token_lifetime(Duration::from_secs(60))).await;
    let token = stage.idp.mint_refresh_token();
    stage.advance(59);
    assert_eq!(stage.refresh(token.value.reveal()).send().await.status, 200);
    stage.advance(60);
    assert_eq!(stage.refresh(token.value.reveal()).send().await.status, 400);
}

#[tokio::test]
async fn a_narrower_scope_is_granted_as_asked_and_the_family_keeps_its_own() {
    let stage = Stage::okta().await;
    let token = stage.password().send().await.text("refresh_token");
    let narrow = stage
        .refresh(&token)
        .with("scope", "orders.read")
        .send()
        .await;
    assert_eq!(narrow.text("scope"), "orders.read");
    let whole = stage.refresh(&token).send().await;
    assert_eq!(whole.text("scope"), "orders.read openid offline_access");
}

#[tokio::test]
async fn lineage_is_kept() {
    let stage = okta(RotationMode::Rotate, 0).await;
    let first = stage.idp.mint_refresh_token();
    let second = stage
        .refresh(first.value.reveal())
        .send()
        .await
        .text("refresh_token");
    stage.refresh(&second).send().await;
    let lines: Vec<String> = stage
        .idp
        .tokens()
        .into_iter()
        .map(|facts| match facts.parent {
            Some(parent) => format!("{} <- {parent}", facts.label),
            None => facts.label.to_string(),
        })
        .collect();
    insta::assert_snapshot!(lines.join(", "), @"AT#1 <- RT#1, AT#2 <- RT#2, RT#1, RT#2 <- RT#1, RT#3 <- RT#2");
}

/// Atomicity, with real parallelism.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_redemptions_at_once_exactly_one_wins() {
    for mode in [RotationMode::Rotate] {
        let stage = okta(mode, 0).await;
        for _ in 0..10 {
            let token = stage.idp.mint_refresh_token();
            let asks = (0..16).map(|_| stage.refresh(token.value.reveal()).send());
            let answers = join_all(asks).await;
            let won = answers.iter().filter(|answer| answer.status == 200).count();
            assert_eq!(won, 1);
            // Sixteen clients with one token look like a thief: the family is dead.
            let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
            let next = winner.text("refresh_token");
            assert_eq!(stage.refresh(&next).send().await.status, 400);
        }
    }
}
