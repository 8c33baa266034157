//! Limits on requests in progress: how they refuse, and that every place comes back, however a request ends.

use std::time::Duration;

use mock_idp::fault::{ConnectionFault, Fault};
use mock_idp::journal::Endpoint;
use mock_idp::limits::{By, LimitRule};
use mock_idp::{MockIdp, Provider};

use crate::bad_input::head;
use crate::raw::Raw;
use crate::stage::{Stage, until};

fn at_once(requests: u32) -> LimitRule {
    LimitRule::concurrency(requests)
        .at(Endpoint::Token)
        .by([By::World])
}

async fn stage(provider: Provider, requests: u32) -> Stage {
    Stage::of(MockIdp::of(provider).limit(at_once(requests))).await
}

/// How many are in progress.
fn inside(stage: &Stage) -> u32 {
    let usage = stage.idp.usage();
    usage.iter().map(|usage| usage.in_progress).sum()
}

/// How many have been refused.
fn refused(stage: &Stage) -> usize {
    let entries = stage.idp.journal().entries();
    let replies = entries.iter().filter_map(|entry| entry.reply.as_ref());
    replies.filter(|reply| reply.status == 429).count()
}

#[tokio::test]
async fn one_too_many_at_once_is_refused_with_zeros() {
    let stage = stage(Provider::Okta, 2).await;
    let hold = Fault::at(Endpoint::Token).times(2).hold("busy");
    stage.idp.faults().add(hold);
    let asks = async { tokio::join!(stage.app_only().send(), stage.app_only().send()) };
    let meanwhile = async {
        until(|| stage.idp.held_count("busy") == 2).await;
        assert_eq!(inside(&stage), 2);
        let refused = stage.app_only().send().await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.text("errorCode"), "E0000047");
        let shown: Vec<&str> = ["limit", "remaining", "reset"]
            .iter()
            .map(|name| refused.header(&format!("x-rate-limit-{name}")).unwrap())
            .collect();
        assert_eq!(shown, ["0", "0", "1893456001"]);
        // A refusal takes no place, and nothing that is not limited is refused.
        assert_eq!(inside(&stage), 2);
        assert_eq!(stage.get(&stage.idp.jwks_url(), &[]).await.status, 200);
        assert_eq!(stage.idp.release("busy"), 2);
    };
    let ((first, second), ()) = tokio::join!(asks, meanwhile);
    // The vendor's windows are still there.
    assert_eq!(first.header("x-rate-limit-limit"), Some("600"));
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(inside(&stage), 0);
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn entra_says_to_come_again_soon() {
    let stage = stage(Provider::Entra, 1).await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).times(1).hold("busy"));
    let meanwhile = async {
        until(|| stage.idp.held_count("busy") == 1).await;
        let refused = stage.app_only().send().await;
        assert_eq!(
            (refused.status, refused.header("retry-after")),
            (429, Some("1"))
        );
        stage.idp.release("busy");
    };
    let (answer, ()) = tokio::join!(stage.app_only().send(), meanwhile);
    assert_eq!(answer.status, 200);
}

/// However the mock ends a request, it leaves its place.
#[tokio::test]
async fn faults_leave_no_place_taken() {
    for provider in Provider::ALL {
        let stage = stage(provider, 1).await;
        let at = || Fault::at(Endpoint::Token).times(1);
        for fault in [
            at().connection(ConnectionFault::Reset),
            at().connection(ConnectionFault::LostReply),
            at().connection(ConnectionFault::Truncate),
            at().connection(ConnectionFault::ResetBody),
            at().raw("nothing of the kind"),
            at().reply(503),
        ] {
            stage.idp.faults().add(fault);
            // It fails or not: both are over.
            let _ = stage.app_only().try_send().await;
            until(|| inside(&stage) == 0).await;
        }
        assert_eq!(stage.app_only().send().await.status, 200);
    }
}

/// A request that is held, delayed or left hanging when its peer hangs up leaves its place.
#[tokio::test]
async fn peers_that_hang_up_leave_no_place_taken() {
    let stage = stage(Provider::Okta, 1).await;
    let at = || Fault::at(Endpoint::Token).times(1);
    for fault in [
        at().hold("never"),
        at().delay(Duration::from_secs(600)),
        at().connection(ConnectionFault::Hang),
    ] {
        stage.idp.faults().add(fault);
        let mut raw = Raw::to(&stage).await;
        raw.say(head(&stage, "Content-Length: 12\r\n\r\ngrant_type=x"))
            .await;
        until(|| inside(&stage) == 1).await;
        assert_eq!(stage.app_only().send().await.status, 429);
        drop(raw);
        until(|| inside(&stage) == 0).await;
        let answer = stage.app_only().send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// A world that is reset gives up on what waits in it.
#[tokio::test]
async fn a_reset_leaves_no_place_taken() {
    let stage = stage(Provider::Okta, 1).await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).hold("busy"));
    let asks = async {
        let _ = stage.app_only().try_send().await;
    };
    let reset = async {
        until(|| stage.idp.held_count("busy") == 1).await;
        stage.idp.reset();
    };
    tokio::join!(asks, reset);
    until(|| inside(&stage) == 0).await;
    assert_eq!(stage.app_only().send().await.status, 200);
}

/// Real threads, real sockets: never more inside than may be, and in the end nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_herd_is_let_in_a_few_at_a_time() {
    let stage = stage(Provider::Entra, 3).await;
    let fault = Fault::at(Endpoint::Token).hold("gate");
    stage.idp.faults().add(fault);
    let herd = futures_util::future::join_all((0..24).map(|_| stage.app_only().send()));
    let gate = async {
        // Three are kept at the gate; all others have been refused before it opens.
        until(|| refused(&stage) == 21).await;
        assert_eq!(stage.idp.held_count("gate"), 3);
        assert_eq!(inside(&stage), 3);
        stage.idp.release("gate");
    };
    let (answers, ()) = tokio::join!(herd, gate);
    let served = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(served.count(), 3);
    assert!(
        answers
            .iter()
            .all(|answer| [200, 429].contains(&answer.status))
    );
    until(|| inside(&stage) == 0).await;
}
