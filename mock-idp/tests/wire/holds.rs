//! Answers that are kept back until they are let go.

use std::time::Duration;

use jiff::SignedDuration;
use mock_idp::fault::{Fault, HoldPoint};
use mock_idp::journal::Endpoint;

use crate::stage::{Stage, TokenAsk, until};

#[tokio::test]
async fn a_hold_keeps_answers_until_it_is_released() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).times(3).hold("herd"));
    let asks =
        async { futures_util::future::join_all((0..3).map(|_| stage.app_only().send())).await };
    let release = async {
        until(|| {
            let entries = stage.idp.journal().entries();
            entries.iter().filter(|entry| entry.held.is_some()).count() == 3
        })
        .await;
        // Nothing has been issued yet: the hold stands before the grant.
        assert_eq!(stage.idp.tokens().len(), 0);
        stage.clock.advance(Duration::from_secs(5));
        assert_eq!(stage.idp.release("other"), 0);
        assert_eq!(stage.idp.release("herd"), 3);
    };
    let (answers, ()) = tokio::join!(asks, release);
    assert!(answers.iter().all(|answer| answer.status == 200));
    let held = stage.last_entry().held.unwrap();
    let waited = held.until.unwrap().duration_since(held.from);
    assert_eq!(waited, SignedDuration::from_secs(5));
}

#[tokio::test]
async fn a_hold_after_the_grant_finds_it_made() {
    let stage = Stage::entra().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .times(1)
            .hold_at("late", HoldPoint::AfterCommit),
    );
    let release = async {
        until(|| stage.idp.tokens().len() == 1).await;
        until(|| stage.idp.release("late") == 1).await;
    };
    let (answer, ()) = tokio::join!(stage.app_only().send(), release);
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn held_answers_are_let_go_one_by_one() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).hold("herd"));
    let first = stage.app_only().with("state", "first");
    let second = stage.app_only().with("state", "second");
    let third = stage.app_only().with("state", "third");
    let order = std::cell::RefCell::new(Vec::new());
    let ask = async |ask: TokenAsk<'_>, name| {
        assert_eq!(ask.send().await.status, 200);
        order.borrow_mut().push(name);
    };
    let asks = async {
        let held = async |count| until(|| stage.idp.held_count("herd") == count).await;
        tokio::join!(
            ask(first, "first"),
            async {
                held(1).await;
                ask(second, "second").await;
            },
            async {
                held(2).await;
                ask(third, "third").await;
            }
        );
    };
    let release = async {
        until(|| stage.idp.held_count("herd") == 3).await;
        let tickets = stage.idp.held("herd");
        assert!(!stage.idp.release_only("herd", 0) && !stage.idp.release_only("herd", 4));
        assert!(stage.idp.release_only("herd", 2));
        until(|| order.borrow().len() == 1).await;
        assert!(!stage.idp.release_ticket(tickets[1]), "it has gone");
        assert_eq!(stage.idp.held_count("herd"), 2);
        assert!(stage.idp.release_ticket(tickets[2]));
        until(|| order.borrow().len() == 2).await;
        assert!(stage.idp.release_only("herd", 1));
    };
    tokio::join!(asks, release);
    assert_eq!(*order.borrow(), ["second", "third", "first"]);
    assert_eq!(stage.idp.held_count("herd"), 0);
}
