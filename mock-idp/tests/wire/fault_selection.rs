//! Which requests a scripted departure is for.

use std::time::Duration;

use mock_idp::fault::{Fault, RequestFilter};
use mock_idp::journal::Endpoint;
use mock_idp::ledger::TokenLabel;

use crate::stage::Stage;

/// A rule at an endpoint for requests like this: whoever meets it is told 503.
fn only(endpoint: Endpoint, change: impl FnOnce(&mut RequestFilter)) -> Fault {
    let mut filter = RequestFilter::default();
    change(&mut filter);
    Fault::at(endpoint).only(filter).reply(503)
}

fn one(name: &str) -> Option<Vec<String>> {
    Some(vec![name.to_owned()])
}

#[tokio::test]
async fn token_requests_by_what_they_say() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let credentials = stage.idp.credentials();
        let issuer = stage.idp.tenant().to_owned();
        let by =
            |change: &dyn Fn(&mut RequestFilter)| only(Endpoint::Token, |filter| change(filter));
        let wide = "https://graph.microsoft.com/.default";
        let scope = if issuer == "default" {
            "orders.read"
        } else {
            wide
        };
        for (rule, app_only, password) in [
            (
                by(&|filter| filter.clients = one(&credentials.client_id)),
                503,
                503,
            ),
            (by(&|filter| filter.clients = one("another")), 200, 200),
            (by(&|filter| filter.issuers = one(&issuer)), 503, 503),
            (by(&|filter| filter.issuers = one("another")), 200, 200),
            (
                by(&|filter| filter.users = one(&credentials.username)),
                200,
                503,
            ),
            (
                by(&|filter| filter.grant = Some("password".to_owned())),
                200,
                503,
            ),
            (
                by(&|filter| filter.scope = Some("offline_access".to_owned())),
                200,
                503,
            ),
            (
                by(&|filter| filter.scope = Some(scope.to_owned())),
                503,
                if scope == wide { 200 } else { 503 },
            ),
            (
                by(&|filter| filter.presents = Some(TokenLabel::refresh(1))),
                200,
                200,
            ),
        ] {
            stage.idp.faults().clear();
            stage.idp.faults().add(rule.clone());
            let statuses = (
                stage.app_only().send().await.status,
                stage.password().send().await.status,
            );
            assert_eq!(statuses, (app_only, password), "{rule:?}");
        }
    }
}

#[tokio::test]
async fn a_tenant_is_known_by_its_domain_too() {
    let stage = Stage::entra().await;
    let issuer = stage.idp.tenant().to_owned();
    stage.idp.faults().add(only(Endpoint::Token, |filter| {
        filter.issuers = one(&issuer)
    }));
    let by_domain = stage.idp.token_url().replace(&issuer, "contoso.example");
    assert_eq!(stage.app_only().at(&by_domain).send().await.status, 503);
}

#[tokio::test]
async fn requests_by_the_token_they_show() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let minted = stage.idp.mint_refresh_token();
        let first = stage.refresh(minted.value.reveal()).send().await;
        let of_user = first.text("access_token");
        let of_app = stage.access_token().await;
        let user = stage.idp.tokens()[0].user.clone().unwrap();
        let client = stage.idp.client_id().to_owned();
        let issuer = stage.idp.tenant().to_owned();
        let url = stage.idp.user_api_url();
        let by =
            |change: &dyn Fn(&mut RequestFilter)| only(Endpoint::Resource, |filter| change(filter));
        for (rule, for_user, for_app) in [
            (by(&|filter| filter.users = one(&user)), true, false),
            (by(&|filter| filter.clients = one(&client)), true, true),
            (by(&|filter| filter.issuers = one(&issuer)), true, true),
            (
                by(&|filter| filter.presents = Some(TokenLabel::access(2))),
                false,
                true,
            ),
            (
                by(&|filter| filter.scope = Some("offline_access".to_owned())),
                true,
                false,
            ),
            (
                by(&|filter| filter.grant = Some("password".to_owned())),
                false,
                false,
            ),
        ] {
            stage.idp.faults().clear();
            stage.idp.faults().add(rule.clone());
            for (token, is_meant) in [(&of_user, for_user), (&of_app, for_app)] {
                let shown = format!("Bearer {token}");
                let answer = stage.get(&url, &[("authorization", &shown)]).await;
                assert_eq!(answer.status == 503, is_meant, "{rule:?}");
            }
        }
        // What a refresh does not say stands in its token.
        stage.idp.faults().clear();
        stage
            .idp
            .faults()
            .add(only(Endpoint::Token, |filter| filter.users = one(&user)));
        let refresh = stage.refresh(minted.value.reveal()).send().await;
        assert_eq!(refresh.status, 503);
        assert_eq!(stage.app_only().send().await.status, 200);
    }
}

#[tokio::test]
async fn attempts_at_the_same_are_counted_apart() {
    let stage = Stage::okta().await;
    // Once: it counts towards the rule that comes later.
    assert_eq!(stage.app_only().send().await.status, 200);
    stage
        .idp
        .faults()
        .add(only(Endpoint::Token, |filter| filter.attempt = Some(2)));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(stage.app_only().send().await.status);
        statuses.push(stage.password().send().await.status);
    }
    assert_eq!(statuses, [503, 200, 200, 503, 200, 200]);
}

#[tokio::test]
async fn every_so_manieth_and_for_a_while() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).one_in(3).times(2).reply(503));
    let mut statuses = Vec::new();
    for _ in 0..9 {
        statuses.push(stage.app_only().send().await.status);
    }
    assert_eq!(statuses, [200, 200, 503, 200, 200, 503, 200, 200, 200]);

    stage.idp.faults().clear();
    stage.advance(60);
    let seconds = Duration::from_secs;
    let rule = Fault::at(Endpoint::Token)
        .from(seconds(10))
        .until(seconds(20));
    stage.idp.faults().add(rule.reply(429));
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(stage.app_only().send().await.status);
        stage.advance(5);
    }
    assert_eq!(statuses, [200, 200, 429, 429, 200]);
}
