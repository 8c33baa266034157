//! Many at once, on threads and sockets of their own: what may be had once is had by one, limits hold.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use mock_idp::MockIdp;
use mock_idp::directory::{Rotation, RotationMode};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::limits::LimitRule;
use tokio::sync::Barrier;

use crate::answer::Answer;
use crate::browser::{Ask, Browser, hidden, redeem, sent as sent_back};
use crate::stage::{Stage, client, rotation};

/// How many ask at once.
const HERD: usize = 32;

/// Clients with a connection each that is already there.
async fn herd(stage: &Stage) -> Vec<reqwest::Client> {
    let clients: Vec<reqwest::Client> = (0..HERD).map(|_| client()).collect();
    let warm = clients
        .iter()
        .map(|client| client.get(stage.idp.jwks_url()).send());
    for answer in join_all(warm).await {
        assert_eq!(Answer::of(answer.unwrap()).await.status, 200);
    }
    clients
}

/// Has every client send the same request, all from the same instant on.
async fn stampede(clients: &[reqwest::Client], request: &reqwest::Request) -> Vec<Answer> {
    let barrier = Arc::new(Barrier::new(clients.len()));
    let running = clients.iter().map(|client| {
        let (client, barrier) = (client.clone(), barrier.clone());
        let request = request.try_clone().unwrap();
        tokio::spawn(async move {
            barrier.wait().await;
            Answer::of(client.execute(request).await.unwrap()).await
        })
    });
    let answers = join_all(running.collect::<Vec<_>>()).await;
    answers.into_iter().map(Result::unwrap).collect()
}

fn served(answers: &[Answer]) -> Vec<&Answer> {
    answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_token_is_redeemed_by_one_of_many() {
    for reuse_revokes_family in [false, true] {
        let rotation = Rotation {
            reuse_revokes_family,
            ..rotation(RotationMode::Rotate, 0)
        };
        let stage = Stage::of(MockIdp::okta().rotation(rotation)).await;
        let clients = herd(&stage).await;
        for _ in 0..10 {
            let token = stage.idp.mint_refresh_token();
            let request = stage.refresh(token.value.reveal()).build().unwrap();
            let answers = stampede(&clients, &request).await;
            let winners = served(&answers);
            assert_eq!(winners.len(), 1);
            for loser in answers.iter().filter(|answer| answer.status != 200) {
                assert_eq!(
                    (loser.status, loser.text("error").as_str()),
                    (400, "invalid_grant")
                );
            }
            // Reuse that revokes the family takes the winner's token with it.
            let newest = winners[0].text("refresh_token");
            let again = stage.refresh(&newest).send().await;
            assert_eq!(again.status == 200, !reuse_revokes_family);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn within_the_leeway_all_are_served_and_after_it_one() {
    let stage = Stage::of(MockIdp::okta().rotation(rotation(RotationMode::Rotate, 30))).await;
    let clients = herd(&stage).await;
    let token = stage.idp.mint_refresh_token();
    let request = stage.refresh(token.value.reveal()).build().unwrap();
    let answers = stampede(&clients, &request).await;
    assert_eq!(served(&answers).len(), HERD);
    stage.advance(31);
    let answers = stampede(&clients, &request).await;
    assert_eq!(served(&answers).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_are_admitted_than_the_limit_says() {
    let rule = LimitRule::requests(20, Duration::from_secs(60)).at(Endpoint::Token);
    let stage = Stage::of(MockIdp::okta().limit(rule)).await;
    let clients = herd(&stage).await;
    for _ in 0..5 {
        let request = stage.app_only().build().unwrap();
        let answers = stampede(&clients, &request).await;
        let mut left: Vec<&str> = served(&answers)
            .iter()
            .map(|answer| answer.header("x-rate-limit-remaining").unwrap())
            .collect();
        left.sort_unstable_by_key(|left| left.parse::<u32>().unwrap());
        // Every number is told once.
        let expected: Vec<String> = (0..20).map(|left| left.to_string()).collect();
        assert_eq!(left, expected);
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(refused.status, 429);
            assert_eq!(refused.header("x-rate-limit-remaining"), Some("0"));
        }
        stage.advance(60);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_authorization_code_is_redeemed_by_one_of_many() {
    let stage = Stage::entra().await;
    stage.idp.sign_in_automatically(Some("ada@contoso.example"));
    let clients = herd(&stage).await;
    for _ in 0..10 {
        let sent = Browser::new(&stage).ask(&Ask::new(&stage)).await;
        let code = sent_back(&sent).code();
        let request = redeem(&stage, &code).build().unwrap();
        let answers = stampede(&clients, &request).await;
        assert_eq!(served(&answers).len(), 1);
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(loser.json()["error_codes"][0], 54_005, "{}", loser.body);
        }
    }
}

/// Of several buttons that are pressed at once one counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_is_decided_on_once() {
    let stage = Stage::entra().await;
    let clients = herd(&stage).await;
    let who = stage.idp.credentials();
    for _ in 0..10 {
        let page = Browser::new(&stage).ask(&Ask::new(&stage)).await;
        let flow = hidden(&page).remove(0).1;
        let form = [
            ("flow", flow.as_str()),
            ("action", "sign_in"),
            ("username", &who.username),
            ("password", who.password.reveal()),
        ];
        let origin = stage.idp.origin(Origin::Login);
        let url = format!("{origin}/{}/login", stage.idp.tenant());
        let request = stage.http.post(url).form(&form).build().unwrap();
        let answers = stampede(&clients, &request).await;
        let sent: Vec<&Answer> = answers.iter().filter(|it| it.status == 302).collect();
        assert_eq!(sent.len(), 1);
        sent_back(sent[0]).code();
    }
}
