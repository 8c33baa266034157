//! The journal asked in the words of expectations, and followed while it is written.

use mock_idp::MockIdp;
use mock_idp::expect::Requests;
use mock_idp::fault::Fault;
use mock_idp::journal::{Endpoint, Followed, Query};

use crate::expectations::an_ordinary_day;
use crate::stage::{Stage, until};

#[tokio::test]
async fn the_journal_is_asked_in_the_same_words() {
    let stage = Stage::entra().await;
    an_ordinary_day(&stage).await;
    let journal = stage.idp.journal();
    let numbers = |requests: Requests| -> Vec<u64> {
        journal
            .matching(requests)
            .iter()
            .map(|entry| entry.number)
            .collect()
    };
    assert_eq!(numbers(Endpoint::Token.into()), [1, 4]);
    assert_eq!(numbers(Requests::to(Endpoint::Resource).status(401)), [3]);
    assert_eq!(
        numbers(Requests::any().by_client(stage.idp.client_id())),
        [1, 2, 3, 4]
    );
    assert_eq!(numbers(Requests::any().after(Endpoint::Jwks)), [0u64; 0]);
    let first = &journal.matching(Endpoint::Token)[0];
    assert_eq!((first.status(), first.error()), (Some(200), None));
    assert_eq!(first.issued().len(), 1);
    let lines: Vec<String> = journal.entries().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    #1 2030-01-01T00:00:00Z POST /3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/oauth2/v2.0/token client_credentials of 6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f -> 200 AT#1
    #2 2030-01-01T00:00:00Z GET /v1.0/users of 6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f AT#1 -> 200
    #3 2030-01-02T01:00:00Z GET /v1.0/users of 6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f AT#1 (expired) -> 401 InvalidAuthenticationToken
    #4 2030-01-02T01:00:00Z POST /3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/oauth2/v2.0/token client_credentials of 6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f -> 200 AT#2
    ");
    let query = |query: Query| -> Vec<u64> {
        journal
            .query(&query)
            .iter()
            .map(|entry| entry.number)
            .collect()
    };
    assert_eq!(query(Query::default()), [1, 2, 3, 4]);
    assert_eq!(
        query(Query {
            limit: Some(2),
            ..Query::default()
        }),
        [3, 4]
    );
    assert_eq!(
        query(Query {
            since: Some(1),
            limit: Some(2),
            ..Query::default()
        }),
        [2, 3]
    );
    assert_eq!(
        query(Query {
            endpoint: Some(Endpoint::Token),
            ..Query::default()
        }),
        [1, 4]
    );
    assert_eq!(
        query(Query {
            client: Some("nobody".to_owned()),
            ..Query::default()
        }),
        [0u64; 0]
    );
    assert_eq!(
        query(Query {
            limit: Some(0),
            ..Query::default()
        }),
        [0u64; 0]
    );
}

#[tokio::test]
async fn the_journal_can_be_followed() {
    let stage = Stage::of(MockIdp::okta().journal_capacity(300)).await;
    stage.access_token().await;
    let mut follower = stage.idp.journal().follow();
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).reply(503));
    stage.app_only().send().await;
    let Some(Followed::Arrived(arrived)) = follower.next().await else {
        panic!("a request has arrived");
    };
    assert_eq!((arrived.number, &arrived.reply), (2, &None));
    let Some(Followed::Answered(answered)) = follower.next().await else {
        panic!("it was answered");
    };
    assert_eq!((answered.number, answered.status()), (2, Some(503)));
    // Who does not keep up is told so, and goes on with what the journal still has.
    for _ in 0..400 {
        stage.app_only().send().await;
    }
    assert_eq!(
        follower.next().await,
        Some(Followed::Missed(2 * (400 - 300)))
    );
    let Some(Followed::Arrived(arrived)) = follower.next().await else {
        panic!("a request has arrived");
    };
    assert_eq!((arrived.number, &arrived.reply), (103, &None));
    drop(stage);
    let mut left = 0;
    while follower.next().await.is_some() {
        left += 1;
    }
    assert_eq!(left, 2 * 300 - 1);
}

#[tokio::test]
async fn a_follower_misses_what_is_cleared_or_put_back_and_nothing_after_it() {
    let stage = Stage::okta().await;
    let idp = &stage.idp;
    let snapshot = idp.snapshot();
    let mut follower = idp.journal().follow();
    for forget in [&(|| idp.clear_journal()) as &dyn Fn(), &|| {
        idp.restore(&snapshot)
    }] {
        stage.app_only().send().await;
        forget();
        stage.app_only().send().await;
        assert_eq!(follower.next().await, Some(Followed::Missed(2)));
        assert!(matches!(follower.next().await, Some(Followed::Arrived(_))));
        assert!(matches!(follower.next().await, Some(Followed::Answered(_))));
    }
}

/// Arrivals and answers in the order in which they happened, however late somebody reads them.
#[tokio::test]
async fn a_held_request_is_followed_as_it_arrived_and_as_it_was_answered() {
    let stage = Stage::okta().await;
    let mut follower = stage.idp.journal().follow();
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).times(1).hold("late"));
    let others = async {
        until(|| stage.idp.held_count("late") == 1).await;
        stage.app_only().send().await;
        stage.idp.release("late");
    };
    tokio::join!(stage.app_only().send(), others);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(match follower.next().await {
            Some(Followed::Arrived(entry)) => {
                assert_eq!((&entry.held, &entry.reply), (&None, &None));
                format!("+{}", entry.number)
            }
            Some(Followed::Answered(entry)) => format!("-{}", entry.number),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, ["+1", "+2", "-2", "-1"]);
}
