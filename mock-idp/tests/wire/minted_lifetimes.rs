//! How long minted tokens live.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::directory::{AccessPolicy, Directory, GrantType, Lifetimes};
use mock_idp::mint::{Flaw, TokenRecipe};
use serde_json::json;

use crate::minting::{forged, opened, recipe};
use crate::stage::Stage;

/// How long a minted token lives, by its claims.
fn lives(stage: &Stage, recipe: &TokenRecipe) -> i64 {
    let minted = stage.idp.mint(recipe).unwrap();
    let [_, claims] = opened(minted.value.reveal());
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

#[tokio::test]
async fn a_minted_token_lives_as_long_as_the_directory_says_unless_the_recipe_does() {
    let day = Some(Duration::from_secs(86_400));
    for provider in mock_idp::Provider::ALL {
        let mut directory = Directory::default();
        let tenant = &mut directory.entra.tenants[0];
        tenant.applications[0].lifetimes.access_token = day;
        directory.okta.applications[0].lifetimes.access_token = day;
        let stage = Stage::of(MockIdp::of(provider).directory(directory)).await;
        let mut order = TokenRecipe {
            client: Some(stage.idp.client_id()),
            ..TokenRecipe::default()
        };
        // Entra's tokens live five minutes longer: they are issued as of five minutes ago.
        let asked = stage.app_only().send().await;
        let [_, claims] = opened(&asked.text("access_token"));
        let usual = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert!((86_400..87_000).contains(&usual), "{usual}");
        assert_eq!(lives(&stage, &order), usual);
        order.lifetime = Some(Duration::from_secs(60));
        assert_eq!(lives(&stage, &order), usual - 86_400 + 60);
    }
}

#[tokio::test]
async fn a_policy_of_the_server_counts_for_minted_tokens_too() {
    let mut directory = Directory::default();
    directory.okta.authorization_servers[0].policies = vec![AccessPolicy {
        name: "daemons".to_owned(),
        clients: Vec::new(),
        grants: vec![GrantType::ClientCredentials],
        scopes: vec!["orders.read".to_owned()],
        denied_scopes: Vec::new(),
        lifetimes: Lifetimes {
            access_token: Some(Duration::from_secs(400)),
            ..Lifetimes::default()
        },
    }];
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    assert_eq!(lives(&stage, &TokenRecipe::default()), 400);
    // No policy fits: nobody could ask for it, and it is made all the same.
    let other = recipe(json!({ "scopes": ["orders.write"] }));
    assert_eq!(lives(&stage, &other), 3600);
}

#[test]
fn a_recipe_says_its_lifetime_with_a_unit() {
    let order = recipe(json!({ "lifetime": "1h 30m", "forge": "wrong_key" }));
    assert_eq!(order.lifetime, Some(Duration::from_secs(5400)));
    for order in [order, TokenRecipe::default()] {
        assert_eq!(recipe(serde_json::to_value(&order).unwrap()), order);
    }
    let wrong: Result<TokenRecipe, _> = serde_json::from_value(json!({ "lifetime": 60 }));
    assert!(wrong.is_err());
}

#[tokio::test]
async fn what_expired_has_expired_however_long_it_lived() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        for seconds in [0, 1_u64 << 40, u64::MAX] {
            let order = TokenRecipe {
                lifetime: Some(Duration::from_secs(seconds)),
                ..forged(Flaw::Expired)
            };
            let expired = stage.idp.mint(&order).unwrap();
            assert!(expired.expires_at <= stage.idp.clock().now(), "{seconds}");
            assert_eq!(stage.call_api(expired.value.reveal()).await.status, 401);
        }
    }
}
