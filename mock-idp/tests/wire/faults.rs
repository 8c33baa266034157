//! Scripted departures: delays, cut connections, statuses and errors.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::clock::Clock as _;
use mock_idp::directory::RotationMode;
use mock_idp::fault::{ConnectionFault, Fault, ScriptedError};
use mock_idp::journal::{Delivery, Endpoint};

use crate::stage::{Stage, rotation, until};

#[tokio::test]
async fn a_delay_passes_on_the_servers_clock() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).delay(Duration::from_secs(30)));
    let pass = async {
        until(|| stage.clock.next_deadline().is_some()).await;
        stage.advance(30);
    };
    let (answer, ()) = tokio::join!(stage.app_only().send(), pass);
    assert_eq!(answer.header("date"), Some("Tue, 01 Jan 2030 00:00:30 GMT"));
}

#[tokio::test]
async fn a_reset_comes_before_anything_is_done() {
    let stage = Stage::entra().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .times(1)
            .connection(ConnectionFault::Reset),
    );
    assert!(stage.app_only().try_send().await.is_err());
    let reply = stage.last_entry().reply.unwrap();
    assert_eq!((reply.status, reply.delivery), (0, Delivery::Reset));
    assert_eq!(stage.idp.tokens().len(), 0);
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_orderly_end() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Jwks).connection(ConnectionFault::Reset));
    let mut raw = crate::raw::Raw::to(&stage).await;
    raw.say(format!(
        "GET /{}/discovery/v2.0/keys HTTP/1.1\r\nHost: x\r\n\r\n",
        stage.idp.tenant()
    ))
    .await;
    let error = raw.hear_some().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_lost_reply_has_rotated_the_token_all_the_same() {
    let stage = Stage::of(MockIdp::okta().rotation(rotation(RotationMode::Rotate, 0))).await;
    let token = stage.idp.mint_refresh_token();
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .times(1)
            .connection(ConnectionFault::LostReply),
    );
    assert!(
        stage
            .refresh(token.value.reveal())
            .try_send()
            .await
            .is_err()
    );
    let reply = stage.last_entry().reply.unwrap();
    assert_eq!((reply.status, reply.delivery), (200, Delivery::Reset));
    let issued: Vec<String> = reply.issued.iter().map(ToString::to_string).collect();
    assert_eq!(issued, ["AT#1", "RT#2"]);
    // The client only has the old one, which is dead.
    let answer = stage.refresh(token.value.reveal()).send().await;
    assert_eq!(answer.text("error"), "invalid_grant");
}

#[tokio::test]
async fn a_truncated_answer_ends_in_the_middle() {
    let stage = Stage::entra().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .times(1)
            .connection(ConnectionFault::Truncate),
    );
    let error = stage.app_only().try_send().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    let reply = stage.last_entry().reply.unwrap();
    assert_eq!((reply.status, reply.delivery), (200, Delivery::Truncated));
}

#[tokio::test]
async fn a_hanging_answer_never_comes_while_others_are_served() {
    let stage = Stage::entra().await;
    stage.idp.faults().add(
        Fault::at(Endpoint::Token)
            .nth(1)
            .connection(ConnectionFault::Hang),
    );
    let hanging = stage.app_only().try_send();
    let others = async {
        stage.until_written(1).await;
        for _ in 0..5 {
            assert_eq!(stage.app_only().send().await.status, 200);
        }
    };
    tokio::select! {
        answer = hanging => panic!("answered: {answer:?}"),
        () = others => {}
    }
    let first = stage.idp.journal().entries().remove(0);
    assert_eq!(first.reply.unwrap().delivery, Delivery::Withheld);
    assert_eq!(first.answered_at, None);
}

#[tokio::test]
async fn a_sequence_of_replies_ends_in_its_last() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).reply(503).reply(500).reply(200));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(stage.app_only().send().await.status);
    }
    assert_eq!(statuses, [503, 500, 200, 200]);
}

#[tokio::test]
async fn statuses_in_both_vendors_words() {
    let mut table = String::new();
    for stage in [Stage::entra().await, Stage::okta().await] {
        for endpoint in [Endpoint::Token, Endpoint::Resource] {
            for status in [401, 403, 429, 500, 503] {
                stage.idp.faults().clear();
                let token = stage.access_token().await;
                stage.idp.faults().add(Fault::at(endpoint).reply(status));
                let answer = match endpoint {
                    Endpoint::Token => stage.app_only().send().await,
                    _ => stage.call_api(&token).await,
                };
                let line = answer.show(&stage);
                table.push_str(&format!(
                    "{} {}: {line}\n",
                    stage.idp.provider(),
                    endpoint.name()
                ));
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn an_error_by_name_and_number() {
    let stage = Stage::entra().await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).error(ScriptedError {
            error: "invalid_grant".to_owned(),
            suberror: Some("bad_token".to_owned()),
            number: Some(50_173),
            claims: Some(r#"{"access_token":{}}"#.to_owned()),
            ..ScriptedError::default()
        }));
    insta::assert_snapshot!(stage.app_only().send().await.show(&stage), @r#"400 {"error":"invalid_grant","error_description":"AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '2029-12-31T23:00:00.0000000Z' and the TokensValidFrom date (before which tokens are not valid) for this user is '2030-01-01T00:00:00.0000000Z'. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[50173],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=50173","suberror":"bad_token","claims":"{\"access_token\":{}}"}"#);
    let okta = Stage::okta().await;
    okta.idp
        .faults()
        .add(Fault::at(Endpoint::Token).error(ScriptedError {
            error: "temporarily_unavailable".to_owned(),
            ..ScriptedError::default()
        }));
    insta::assert_snapshot!(okta.app_only().send().await.show(&okta), @r#"400 {"error":"temporarily_unavailable","error_description":"The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server."}"#);
}

#[tokio::test]
async fn a_jitter_comes_from_the_seed_and_stays_below_its_bound() {
    let waits = async |seed| {
        let stage = Stage::of(MockIdp::entra().seed(seed)).await;
        let fault = Fault::at(Endpoint::Jwks).delay(Duration::from_secs(10));
        stage.idp.faults().add(fault.jitter(Duration::from_secs(5)));
        let mut waits = Vec::new();
        for _ in 0..4 {
            let asked_at = stage.clock.now();
            let pass = async {
                until(|| stage.clock.next_deadline().is_some()).await;
                let due = stage.clock.next_deadline().unwrap();
                stage.clock.set(due);
            };
            let url = stage.idp.jwks_url();
            let (answer, ()) = tokio::join!(stage.get(&url, &[]), pass);
            assert_eq!(answer.status, 200);
            waits.push(stage.clock.now().duration_since(asked_at).as_millis());
        }
        waits
    };
    let first = waits(1).await;
    assert!(
        first.iter().all(|wait| (10_000..15_000).contains(wait)),
        "{first:?}"
    );
    assert_eq!(first, waits(1).await);
    assert_ne!(first, waits(2).await);
    // The longest of all waits is no trouble.
    let stage = Stage::entra().await;
    let fault = Fault::at(Endpoint::Jwks).delay(Duration::MAX);
    stage.idp.faults().add(fault.jitter(Duration::MAX));
    let url = stage.idp.jwks_url();
    tokio::select! {
        answer = stage.get(&url, &[]) => panic!("answered: {answer:?}"),
        () = until(|| stage.idp.journal().written() == 1) => {}
    }
}
