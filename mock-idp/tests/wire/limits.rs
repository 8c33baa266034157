//! Rate limits, on the clock.

use std::time::Duration;

use mock_idp::fault::Fault;
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::limits::LimitRule;
use mock_idp::{MockIdp, Provider};

use crate::answer::Answer;
use crate::stage::Stage;

fn few(endpoint: Endpoint, requests: u32) -> LimitRule {
    LimitRule::requests(requests, Duration::from_secs(60)).at(endpoint)
}

/// Limit, remaining, and seconds from `Date` to the reset: what clients reckon with.
fn shown(answer: &Answer) -> String {
    let number = |name: &str| answer.header(name).unwrap().parse::<i64>().unwrap();
    let date = answer.header("date").unwrap();
    let date = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
    format!(
        "{} {}/{} {}",
        answer.status,
        number("x-rate-limit-remaining"),
        number("x-rate-limit-limit"),
        number("x-rate-limit-reset") - date.as_second()
    )
}

#[tokio::test]
async fn okta_shows_the_apps_half_of_the_bucket() {
    let stage = Stage::okta().await;
    let answer = stage.app_only().send().await;
    assert_eq!(shown(&answer), "200 599/600 60");
    stage.advance(25);
    // Refusals count and are counted.
    let answer = stage.app_only().with("client_secret", "wrong").send().await;
    assert_eq!(shown(&answer), "401 598/600 35");
    // The API token has a bucket of its own.
    let token = stage.idp.credentials().api_token.unwrap();
    let ssws = format!("SSWS {}", token.reveal());
    let answer = stage.manage("/api/v1/users", &ssws).await;
    assert_eq!(shown(&answer), "200 299/300 60");
    let answer = stage.manage("/api/v1/users/me", &ssws).await;
    assert_eq!(shown(&answer), "200 499/500 60");
}

#[tokio::test]
async fn okta_refuses_until_the_reset_and_not_a_second_longer() {
    let stage = Stage::of(MockIdp::okta().limit(few(Endpoint::Token, 2))).await;
    let first = stage.app_only().send().await;
    assert_eq!(shown(&first), "200 1/2 60");
    stage.advance(20);
    assert_eq!(shown(&stage.app_only().send().await), "200 0/2 40");
    let refused = stage.app_only().send().await;
    assert_eq!(shown(&refused), "429 0/2 40");
    insta::assert_snapshot!(refused.show(&stage), @r#"429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}"#);
    insta::assert_snapshot!(refused.show_headers(&stage), @r#"
    429
    server: nginx
    strict-transport-security: max-age=315360000; includeSubDomains
    accept-ch: Sec-CH-UA-Platform-Version
    p3p: CP="HONK"
    referrer-policy: strict-origin-when-cross-origin
    x-content-type-options: nosniff
    x-okta-request-id: <32 hex>
    x-xss-protection: 0
    x-rate-limit-limit: 2
    x-rate-limit-remaining: 0
    x-rate-limit-reset: 1893456060
    date: Tue, 01 Jan 2030 00:00:20 GMT
    content-type: application/json
    content-length: <length>
    "#);
    assert_eq!(refused.header("retry-after"), None);
    stage.advance(39);
    assert_eq!(shown(&stage.app_only().send().await), "429 0/2 1");
    stage.advance(1);
    assert_eq!(shown(&stage.app_only().send().await), "200 1/2 60");
}

#[tokio::test]
async fn a_window_opens_with_its_first_request_not_on_the_minute() {
    let stage = Stage::of(MockIdp::okta().limit(few(Endpoint::Token, 1))).await;
    stage.advance(47);
    assert_eq!(shown(&stage.app_only().send().await), "200 0/1 60");
    stage.advance(13);
    assert_eq!(shown(&stage.app_only().send().await), "429 0/1 47");
}

#[tokio::test]
async fn one_apps_flood_leaves_another_its_share() {
    let stage = Stage::okta().await;
    // More than the whole org may use in a minute.
    flood(&stage, "0oa1daemonTokenPr0d7", 600, 700).await;
    let other = one_of(&stage, "0oa2nativeTokenPr0d7").await;
    assert_eq!(shown(&other), "401 599/600 60");
}

#[tokio::test]
async fn all_apps_together_have_no_more_than_the_org() {
    let stage = Stage::okta().await;
    flood(&stage, "0oa1daemonTokenPr0d7", 600, 0).await;
    stage.advance(20);
    flood(&stage, "0oa2nativeTokenPr0d7", 600, 0).await;
    // A third has used nothing of its share, and there is nothing left of the org's.
    let third = one_of(&stage, "0oa3nobody").await;
    assert_eq!(shown(&third), "429 0/1200 40");
    stage.advance(40);
    let third = one_of(&stage, "0oa3nobody").await;
    assert_eq!(third.status, 400);
}

/// Requests of one app, so many of which are admitted and so many refused. A wrong secret saves the signatures.
async fn flood(stage: &Stage, client: &str, admitted: usize, refused: usize) {
    for place in 0..admitted + refused {
        let is_refused = one_of(stage, client).await.status == 429;
        assert_eq!(is_refused, place >= admitted, "{place}");
    }
}

async fn one_of(stage: &Stage, client: &str) -> Answer {
    let ask = stage.app_only().with("client_id", client);
    ask.with("client_secret", "wrong").send().await
}

/// Okta calls the principal of an access token the OAuth client (principalType `OAUTH_CLIENT`).
#[tokio::test]
async fn a_renewed_token_goes_on_in_its_applications_window() {
    for builder in [MockIdp::entra(), MockIdp::okta()] {
        let stage = Stage::of(builder.limit(few(Endpoint::Resource, 2))).await;
        let first = stage.access_token().await;
        assert_eq!(stage.call_api(&first).await.status, 200);
        let renewed = stage.access_token().await;
        assert_ne!(first, renewed);
        assert_eq!(stage.call_api(&renewed).await.status, 200);
        assert_eq!(stage.call_api(&renewed).await.status, 429);
        let again = stage.access_token().await;
        assert_eq!(stage.call_api(&again).await.status, 429);
        // A token of another application has a window of its own.
        let other = match stage.idp.provider() {
            Provider::Entra => "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5",
            Provider::Okta => "0oa2nativeTokenPr0d7",
        };
        let ask = stage.password().with("client_id", other);
        let other = ask.without("client_secret").send().await;
        let other = other.text("access_token");
        let url = stage.idp.user_api_url();
        let bearer = format!("Bearer {other}");
        let answer = stage.get(&url, &[("authorization", &bearer)]).await;
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test]
async fn unknown_tokens_share_one_window() {
    for builder in [MockIdp::entra(), MockIdp::okta()] {
        let stage = Stage::of(builder.limit(few(Endpoint::Resource, 2))).await;
        assert_eq!(stage.call_api("one").await.status, 401);
        assert_eq!(stage.call_api("two").await.status, 401);
        assert_eq!(stage.call_api("three").await.status, 429);
        let refresh = stage.idp.mint_refresh_token();
        // No access token at all.
        let answer = stage.call_api(refresh.value.reveal()).await;
        assert_eq!(answer.status, 429);
        let token = stage.access_token().await;
        assert_eq!(stage.call_api(&token).await.status, 200);
    }
}

#[tokio::test]
async fn the_management_api_counts_an_application_not_its_tokens() {
    let stage = Stage::okta().await;
    let mut left = Vec::new();
    for _ in 0..2 {
        let ask = stage.password().with("scope", "openid okta.users.read");
        let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
        let ask = ask.with("client_id", "0oa2nativeTokenPr0d7");
        let answer = ask.without("client_secret").at(&url).send().await;
        let bearer = format!("Bearer {}", answer.text("access_token"));
        let answer = stage.manage("/api/v1/users/me", &bearer).await;
        left.push(shown(&answer));
    }
    assert_eq!(left, ["200 499/500 60", "200 498/500 60"]);
}

#[tokio::test]
async fn okta_429_by_fault_has_the_same_shape() {
    let stage = Stage::okta().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).times(1).reply(429));
    let refused = stage.app_only().send().await;
    assert_eq!(shown(&refused), "429 0/600 60");
    assert_eq!(refused.text("errorCode"), "E0000047");
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn entra_429_by_fault_is_plain_text() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).times(1).reply(429));
    let refused = stage.app_only().send().await;
    insta::assert_snapshot!(refused.show(&stage), @"429 Too Many Requests");
    assert_eq!(refused.header("content-type"), Some("text/plain"));
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn entra_limits_say_how_long_to_wait() {
    let stage = Stage::of(
        MockIdp::entra()
            .limit(few(Endpoint::Token, 1))
            .limit(few(Endpoint::Resource, 1)),
    )
    .await;
    let token = stage.access_token().await;
    stage.advance(10);
    let refused = stage.app_only().send().await;
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (429, "Too Many Requests")
    );
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    stage.advance(wait);
    assert_eq!(stage.app_only().send().await.status, 200);

    assert_eq!(stage.call_api(&token).await.status, 200);
    let refused = stage.call_api(&token).await;
    insta::assert_snapshot!(refused.show(&stage), @r#"429 {"error":{"code":"TooManyRequests","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:01:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    stage.advance(wait);
    assert_eq!(stage.call_api(&token).await.status, 200);
}

#[tokio::test]
async fn documents_are_not_metered() {
    let stage = Stage::okta().await;
    for _ in 0..1300 {
        let answer = stage.get(&stage.idp.jwks_url(), &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-rate-limit-remaining"), None);
    }
}

#[tokio::test]
async fn a_world_keeps_a_thousand_limits() {
    let stage = Stage::okta().await;
    let rules = |count| vec![LimitRule::requests(1, Duration::from_secs(60)); count];
    let refused = stage.idp.set_limits(rules(1001)).unwrap_err();
    insta::assert_snapshot!(refused, @"1001 limits; a world keeps 1000 at most");
    stage.idp.set_limits(rules(1000)).unwrap();
}
