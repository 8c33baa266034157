//! Answers that come in pieces, end too early, or end the connection.

use std::time::Duration;

use mock_idp::fault::{Coding, ConnectionFault, Fault};
use mock_idp::journal::{Delivery, Endpoint};

use crate::exact_answers::{get_keys, heard, short};
use crate::raw::Raw;
use crate::stage::{Stage, until};

#[tokio::test]
async fn an_answer_that_dribbles_takes_its_time() {
    let stage = Stage::okta().await;
    stage
        .idp
        .faults()
        .add(short().dribble(Duration::from_secs(3)));
    let mut raw = Raw::to(&stage).await;
    raw.say(get_keys(&stage)).await;
    let first = raw.hear_some().await.unwrap();
    assert!(
        first.contains("content-length: 10") && first.ends_with("\r\n\r\n0"),
        "{first}"
    );
    let entry = stage.last_entry();
    assert_eq!(entry.reply.unwrap().delivery, Delivery::Truncated, "so far");
    assert_eq!(entry.answered_at, None);
    for piece in ["1", "2", "34", "5", "6", "7", "89"] {
        until(|| stage.clock.next_deadline().is_some()).await;
        stage.advance(3);
        assert_eq!(raw.hear_some().await.unwrap(), piece);
    }
    until(|| stage.last_entry().answered_at.is_some()).await;
    let entry = stage.last_entry();
    let took = entry.answered_at.unwrap().duration_since(entry.at);
    assert_eq!(took.as_secs(), 7 * 3);
    assert_eq!(entry.reply.unwrap().delivery, Delivery::Sent);
    assert_eq!(stage.clock.next_deadline(), None);
    // The connection serves the next request.
    stage.idp.faults().clear();
    raw.say(get_keys(&stage)).await;
    assert!(
        raw.hear_some()
            .await
            .unwrap()
            .starts_with("HTTP/1.1 200 OK")
    );
}

#[tokio::test]
async fn who_hangs_up_in_a_dribble_is_let_go() {
    let stage = Stage::okta().await;
    stage
        .idp
        .faults()
        .add(short().dribble(Duration::from_secs(3)));
    let mut raw = Raw::to(&stage).await;
    raw.say(get_keys(&stage)).await;
    raw.hear_some().await.unwrap();
    until(|| stage.clock.next_deadline().is_some()).await;
    drop(raw);
    until(|| stage.clock.next_deadline().is_none()).await;
    let entry = stage.last_entry();
    assert_eq!(entry.answered_at, None);
    assert_eq!(entry.reply.unwrap().delivery, Delivery::Truncated);
}

#[tokio::test]
async fn short_answers_dribble_in_fewer_pieces() {
    for (body, pauses) in [("", 0), ("a", 0), ("abc", 2)] {
        let stage = Stage::okta().await;
        let fault = Fault::at(Endpoint::Jwks)
            .content_type("text/plain")
            .body(body);
        stage
            .idp
            .faults()
            .add(fault.dribble(Duration::from_secs(1)));
        let pass = async {
            for _ in 0..pauses {
                until(|| stage.clock.next_deadline().is_some()).await;
                stage.advance(1);
            }
        };
        let url = stage.idp.jwks_url();
        let (answer, ()) = tokio::join!(stage.get(&url, &[]), pass);
        assert_eq!(answer.body, body);
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_announces_more_than_comes() {
    let (answer, delivery) = heard(short().connection(ConnectionFault::Truncate)).await;
    assert!(
        answer.contains("content-length: 10") && answer.ends_with("\r\n\r\n01234"),
        "{answer}"
    );
    assert_eq!(delivery, Delivery::Truncated);
    let chunked = short().coding(Coding::Chunked);
    let (answer, _) = heard(chunked.connection(ConnectionFault::Truncate)).await;
    assert!(answer.ends_with("1\r\n4\r\n"), "{answer}");
}

#[tokio::test]
async fn a_reset_in_the_body_is_a_reset() {
    let stage = Stage::okta().await;
    stage
        .idp
        .faults()
        .add(short().connection(ConnectionFault::ResetBody));
    let mut raw = Raw::to(&stage).await;
    raw.say(get_keys(&stage)).await;
    let first = raw.hear_some().await.unwrap();
    assert!(first.ends_with("\r\n\r\n01234"), "{first}");
    let error = raw.hear_some().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(
        stage.last_entry().reply.unwrap().delivery,
        Delivery::ResetBody
    );
}

#[tokio::test]
async fn a_connection_that_closes_says_nothing_of_it() {
    let stage = Stage::okta().await;
    stage
        .idp
        .faults()
        .add(short().connection(ConnectionFault::Close));
    let mut raw = Raw::to(&stage).await;
    raw.say(get_keys(&stage)).await;
    let answer = raw.hear().await;
    assert!(answer.ends_with("\r\n\r\n0123456789"), "{answer}");
    assert!(!answer.contains("connection:"), "{answer}");
    assert_eq!(stage.last_entry().reply.unwrap().delivery, Delivery::Sent);
}

#[tokio::test]
async fn a_head_request_gets_no_body_whatever_the_fault() {
    for fault in [
        short().header_line("X-Note: 1"),
        short().coding(Coding::Chunked),
        short().dribble(Duration::from_secs(1)),
        short().connection(ConnectionFault::Truncate),
    ] {
        let stage = Stage::okta().await;
        stage.idp.faults().add(fault);
        let mut raw = Raw::to(&stage).await;
        raw.say(
            get_keys(&stage)
                .replace("GET", "HEAD")
                .replace("Host", "Connection: close\r\nHost"),
        )
        .await;
        let answer = raw.hear().await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"),
            "{answer}"
        );
    }
}
