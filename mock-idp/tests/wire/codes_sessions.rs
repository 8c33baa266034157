//! Entra's errors of refresh tokens, each brought about by its cause.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::directory::{Directory, Platform, RotationMode};

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, rotation};

const DAY: u64 = 24 * 3600;

#[tokio::test]
async fn refresh_tokens() {
    let mut directory = Directory::default();
    let applications = &mut directory.entra.tenants[0].applications;
    applications[0].lifetimes.refresh_token = Some(Duration::from_secs(100 * DAY));
    applications[1].platform = Platform::Spa;
    let spa = applications[1].id.clone();
    let stage = Stage::of(
        MockIdp::entra()
            .directory(directory)
            .rotation(rotation(RotationMode::Rotate, 0)),
    )
    .await;
    let replaced = stage.idp.mint_refresh_token();
    assert_eq!(
        stage.refresh(replaced.value.reveal()).send().await.status,
        200
    );
    is_as_the_ledger_says(70_000, &stage.refresh(replaced.value.reveal()).send().await);

    let revoked = stage.idp.mint_refresh_token();
    stage.idp.revoke_grants();
    is_as_the_ledger_says(50_173, &stage.refresh(revoked.value.reveal()).send().await);

    let of_spa = |token: &str| {
        stage
            .refresh(token)
            .without("client_secret")
            .with("client_id", &spa)
            .header("origin", "https://app.example")
    };
    let token = stage
        .password()
        .without("client_secret")
        .with("client_id", &spa)
        .send()
        .await
        .text("refresh_token");
    stage.advance(DAY);
    is_as_the_ledger_says(700_084, &of_spa(&token).send().await);

    let mut token = stage.idp.mint_refresh_token().value.reveal().to_owned();
    stage.advance(60 * DAY);
    token = stage.refresh(&token).send().await.text("refresh_token");
    stage.advance(60 * DAY);
    is_as_the_ledger_says(700_081, &stage.refresh(&token).send().await);

    let idle = stage.idp.mint_refresh_token();
    stage.advance(91 * DAY);
    is_as_the_ledger_says(700_082, &stage.refresh(idle.value.reveal()).send().await);
}
