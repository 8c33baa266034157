//! Peers that stop, stall or speak something else: they get an answer or are let go, and others are served.

use std::time::Duration;

use mock_idp::MockIdp;

use crate::bad_input::{head, serves};
use crate::raw::{Raw, status};
use crate::stage::Stage;

#[tokio::test]
async fn a_peer_that_stops_sending_is_answered() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        for _ in 0..20 {
            let mut raw = Raw::to(&stage).await;
            raw.say(head(&stage, "Content-Length: 12\r\n\r\ngrant_type=x"))
                .await;
            raw.finish().await;
            let heard = raw.hear().await;
            assert!((400..500).contains(&status(&heard)), "{heard}");
        }
        serves(&stage).await;
    }
}

#[tokio::test]
async fn a_body_that_ends_early() {
    let stage = Stage::entra().await;
    let mut raw = Raw::to(&stage).await;
    raw.say(head(&stage, "Content-Length: 100\r\n\r\ngrant_type=x"))
        .await;
    raw.finish().await;
    let heard = raw.hear().await;
    assert_eq!(status(&heard), 400, "{heard:?}");
    assert!(heard.contains("ended before"), "{heard}");
    assert_eq!(stage.idp.journal().written(), 0);
    serves(&stage).await;
}

#[tokio::test]
async fn silence_in_the_middle_of_a_request_holds_up_nobody() {
    let stage = Stage::entra().await;
    let mut silent = Vec::new();
    for part in ["", "POST /", "POST / HTTP/1.1\r\nHost: x\r\n"] {
        let mut raw = Raw::to(&stage).await;
        raw.say(part).await;
        silent.push(raw);
    }
    let mut raw = Raw::to(&stage).await;
    raw.say(head(&stage, "Content-Length: 100\r\n\r\nhalf a body"))
        .await;
    silent.push(raw);
    for _ in 0..5 {
        serves(&stage).await;
    }
}

#[tokio::test]
async fn patience_with_a_silent_peer_ends() {
    let patient = || MockIdp::entra().patience(Duration::from_millis(100));
    let stage = Stage::of(patient()).await;
    let mut raw = Raw::to(&stage).await;
    raw.say(head(&stage, "Content-Length: 100\r\n\r\nhalf a body"))
        .await;
    insta::assert_snapshot!(raw.hear().await.replace('\r', ""), @"
    HTTP/1.1 408 Request Timeout
    content-type: text/plain; charset=utf-8
    connection: close
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: 31

    the request body stopped coming
    ");
    for part in ["", "POST / HTTP/1.1\r\nHost: x\r\n"] {
        let mut raw = Raw::to(&stage).await;
        raw.say(part).await;
        let heard = raw.hear().await;
        assert!(heard.is_empty() || status(&heard) == 408, "{heard}");
    }
    // A handshake that never begins.
    let tls = Stage::started(patient()).await;
    assert_eq!(Raw::to(&tls).await.hear().await, "");
    serves(&tls).await;
}

#[tokio::test]
async fn garbage_in_place_of_http() {
    let stage = Stage::entra().await;
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ] {
        let mut raw = Raw::to(&stage).await;
        raw.say(garbage).await;
        raw.finish().await;
        let heard = raw.hear().await;
        assert!(
            heard.is_empty() || status(&heard) == 400,
            "{garbage:?}: {heard}"
        );
    }
    assert_eq!(stage.idp.journal().written(), 0);
    serves(&stage).await;
}

#[tokio::test]
async fn garbage_in_place_of_tls() {
    let stage = Stage::started(MockIdp::okta()).await;
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\x16\x03\x01\x00\x05hello",
        b"\xff\xff\xff\xff\xff",
    ] {
        let mut raw = Raw::to(&stage).await;
        raw.say(garbage).await;
        raw.finish().await;
        let heard = raw.hear().await;
        assert!(!heard.contains("HTTP/1.1 2"), "{heard}");
    }
    serves(&stage).await;
}
