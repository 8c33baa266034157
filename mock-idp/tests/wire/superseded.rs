//! Requests that are under way while their world is put back: they are cut off and leave no trace.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mock_idp::Snapshot;
use mock_idp::fault::{ConnectionFault, Fault, HoldPoint};
use mock_idp::journal::Endpoint;

use crate::stage::{Stage, until};

/// Runs a request into `fault`, restores the world when `is_there`, and says whether the client got an answer.
async fn answered_though_restored(
    stage: &Stage,
    fault: Fault,
    is_there: impl Fn() -> bool,
    snapshot: &Snapshot,
) -> bool {
    stage.idp.faults().add(fault);
    let restore = async {
        until(is_there).await;
        stage.idp.restore(snapshot);
    };
    let (answer, ()) = tokio::join!(stage.app_only().try_send(), restore);
    answer.is_ok()
}

#[tokio::test]
async fn whoever_waits_is_cut_off_and_leaves_no_trace() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let snapshot = idp.snapshot();
        let rule = || Fault::at(Endpoint::Token).times(1);
        let is_held = || idp.held_count("late") == 1;
        let is_parked = || stage.clock.next_deadline().is_some();
        let is_withheld = || {
            let entries = idp.journal().entries();
            entries.iter().any(|entry| entry.reply.is_some())
        };
        let hour = Duration::from_secs(3600);
        type Sign<'s> = &'s dyn Fn() -> bool;
        let cases: [(Fault, Sign<'_>); 4] = [
            (rule().hold("late"), &is_held),
            (rule().hold_at("late", HoldPoint::AfterCommit), &is_held),
            (rule().delay(hour), &is_parked),
            (rule().connection(ConnectionFault::Hang), &is_withheld),
        ];
        for (fault, is_there) in cases {
            let shown = format!("{fault:?}");
            let answered = answered_though_restored(&stage, fault, is_there, &snapshot).await;
            assert!(!answered, "{shown}");
            assert_eq!(idp.journal().written(), 0, "{shown}");
            assert_eq!(idp.tokens(), [], "{shown}");
            assert_eq!(idp.held_count("late"), 0, "{shown}");
            // The rule is gone with the rest.
            assert_eq!(stage.app_only().send().await.status, 200, "{shown}");
            assert_eq!(stage.last_entry().number, 1, "{shown}");
            idp.restore(&snapshot);
        }
    }
}

#[tokio::test]
async fn what_is_on_its_way_arrives_and_is_not_written_down() {
    let stage = Stage::okta().await;
    let idp = &stage.idp;
    let snapshot = idp.snapshot();
    let second = Duration::from_secs(1);
    idp.faults().add(Fault::at(Endpoint::Token).dribble(second));
    let has_come = Cell::new(false);
    let ask = async {
        let answer = stage.app_only().try_send().await;
        has_come.set(true);
        answer
    };
    let restore = async {
        until(|| stage.clock.next_deadline().is_some()).await;
        idp.restore(&snapshot);
        // A request of the new era, under the number of the old one.
        assert_eq!(stage.call_api("").await.status, 401);
        let entry = stage.last_entry();
        until(|| {
            stage.clock.advance(second);
            has_come.get()
        })
        .await;
        entry
    };
    let (answer, entry) = tokio::join!(ask, restore);
    assert_eq!(answer.unwrap().status, 200);
    let entries = idp.journal().entries();
    assert_eq!(entries, [entry], "nobody else completed it");
}

#[tokio::test]
async fn a_request_that_was_under_way_at_the_snapshot_never_ends_in_it() {
    let stage = Stage::entra().await;
    let idp = &stage.idp;
    idp.faults()
        .add(Fault::at(Endpoint::Token).times(1).hold("late"));
    let save = async {
        until(|| idp.held_count("late") == 1).await;
        let snapshot = idp.snapshot();
        idp.release("late");
        snapshot
    };
    let (answer, snapshot) = tokio::join!(stage.app_only().send(), save);
    assert_eq!(answer.status, 200, "saving disturbs nobody");
    idp.restore(&snapshot);
    let entry = stage.last_entry();
    assert!(entry.held.is_some_and(|held| held.until.is_none()));
    assert_eq!((entry.number, entry.reply), (1, None));
    assert_eq!(idp.tokens(), []);
    assert_eq!(
        stage.app_only().send().await.status,
        200,
        "the rule had been used up"
    );
}

/// Requests, snapshots and restorings from many threads at once: nobody panics, and never is there half of a request.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_restoring_tears_a_request_apart() {
    let stage = Arc::new(Stage::okta().await);
    let is_over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..6)
        .map(|_| {
            let (stage, is_over) = (stage.clone(), is_over.clone());
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    // Cut off or answered: both may be.
                    drop(stage.password().try_send().await);
                }
            })
        })
        .collect();
    let mut snapshot = stage.idp.snapshot();
    for round in 0..60 {
        let written = stage.idp.journal().written();
        until_or_idle(|| stage.idp.journal().written() > written + 2).await;
        if round % 3 == 0 {
            snapshot = stage.idp.snapshot();
        }
        stage.idp.restore(&snapshot);
    }
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    stage.idp.restore(&snapshot);
    let entries = stage.idp.journal().entries();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    let written = stage.idp.journal().written();
    assert_eq!(numbers, (1..=written).collect::<Vec<_>>());
    let open = entries.iter().filter(|entry| entry.reply.is_none()).count();
    let told: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.reply.as_ref())
        .flat_map(|reply| reply.issued.clone())
        .collect();
    let issued = stage.idp.tokens();
    for label in &told {
        assert!(issued.iter().any(|facts| facts.label == *label), "{label}");
    }
    // Two tokens for each request, all of them or none.
    assert_eq!(issued.len() % 2, 0);
    assert!(issued.len() - told.len() <= 2 * open);
}

async fn until_or_idle(holds: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if holds() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
