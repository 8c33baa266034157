//! The soak of `benches/soak.rs` in short: 64 clients who do everything over and over, and what a world keeps of them.

use std::collections::HashSet;

use mock_idp::MockIdp;
use mock_idp::journal::Delivery;
use mock_idp::ledger::TokenKind;
use mock_idp::limits::LimitRule;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::stage::{Stage, client};

/// Clients at once, each with a connection of its own to each origin.
const CLIENTS: usize = 64;
/// How often each does everything.
const ROUNDS: usize = 3;
/// Requests of a round, and access tokens that it brings.
const REQUESTS: usize = 7;
const TOKENS: usize = 3;
/// How many entries the journal is to keep: fewer than there are requests.
const JOURNAL: usize = 500;
/// How many sign-ins a world remembers.
const SIGN_INS: usize = 20_000;

/// The requests that need no answer before them.
#[derive(Debug)]
struct Requests {
    app_only: reqwest::Request,
    password: reqwest::Request,
    refused: reqwest::Request,
    jwks: reqwest::Request,
}

/// One round of one client: the access tokens it brought.
async fn round(stage: &Stage, http: &reqwest::Client, requests: &Requests) -> Vec<String> {
    let app_only = answer(http, &requests.app_only, 200).await;
    let app_only = app_only.text("access_token");
    call(stage, http, &app_only, 200).await;
    let signed_in = answer(http, &requests.password, 200).await;
    let refresh = stage.refresh(&signed_in.text("refresh_token"));
    let refreshed = answer(http, &refresh.build().unwrap(), 200).await;
    answer(http, &requests.refused, 400).await;
    call(stage, http, "garbled", 401).await;
    answer(http, &requests.jwks, 200).await;
    vec![
        app_only,
        signed_in.text("access_token"),
        refreshed.text("access_token"),
    ]
}

async fn answer(http: &reqwest::Client, request: &reqwest::Request, status: u16) -> Answer {
    let sent = http.execute(request.try_clone().unwrap()).await;
    let answer = Answer::of(sent.unwrap()).await;
    assert_eq!(answer.status, status, "{}", answer.body);
    answer
}

async fn call(stage: &Stage, http: &reqwest::Client, token: &str, status: u16) {
    let call = http.get(stage.idp.api_url()).bearer_auth(token);
    answer(http, &call.build().unwrap(), status).await;
}

/// `generations` is how many refresh tokens a sign-in has had when it was renewed once.
async fn soaked(idp: mock_idp::Builder, generations: usize) {
    let idp = idp.journal_capacity(JOURNAL).limit(LimitRule::unlimited());
    let stage = std::sync::Arc::new(Stage::of(idp).await);
    // As many as are remembered: each sign-in to come has another make room.
    for _ in 0..SIGN_INS {
        let _ = stage.idp.mint_refresh_token();
    }
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let stage = stage.clone();
        clients.spawn(async move {
            let requests = Requests {
                app_only: stage.app_only().build().unwrap(),
                password: stage.password().build().unwrap(),
                refused: stage.refresh("nobody's").build().unwrap(),
                jwks: stage.http.get(stage.idp.jwks_url()).build().unwrap(),
            };
            let http = client();
            let mut tokens = Vec::new();
            for _ in 0..ROUNDS {
                tokens.extend(round(&stage, &http, &requests).await);
            }
            tokens
        });
    }
    let tokens = clients.join_all().await.concat();

    // Nobody was given what is another's.
    let labels: HashSet<_> = tokens
        .iter()
        .map(|token| stage.idp.label_of(token))
        .collect();
    assert!(!labels.contains(&None));
    assert_eq!(labels.len(), CLIENTS * ROUNDS * TOKENS);

    // Every request is noted and answered, and only so many are kept.
    let journal = stage.idp.journal();
    assert_eq!(journal.written() as usize, CLIENTS * ROUNDS * REQUESTS);
    let entries = journal.entries();
    assert_eq!(entries.len(), JOURNAL);
    assert_eq!(
        journal.dropped() as usize + JOURNAL,
        journal.written() as usize
    );
    for entry in &entries {
        let reply = entry.reply.as_ref();
        assert_eq!(
            reply.map(|reply| reply.delivery),
            Some(Delivery::Sent),
            "{entry:?}"
        );
    }

    // Each sign-in of a round took the place of one that had one refresh token.
    let kept = stage.idp.tokens();
    let of = |kind| kept.iter().filter(|token| token.label.kind == kind).count();
    assert_eq!(of(TokenKind::Access), CLIENTS * ROUNDS * TOKENS);
    assert_eq!(
        of(TokenKind::Refresh),
        SIGN_INS + CLIENTS * ROUNDS * (generations - 1)
    );
    assert_eq!(stage.idp.usage(), Vec::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entra_serves_all_and_keeps_as_much_as_it_says() {
    soaked(MockIdp::entra(), 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn okta_serves_all_and_keeps_as_much_as_it_says() {
    soaked(MockIdp::okta(), 1).await;
}
