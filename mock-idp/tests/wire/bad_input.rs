//! What no well-behaved client sends. Each has a documented answer (see the crate's listener), and others are served meanwhile.

use std::time::Duration;

use mock_idp::journal::Origin;
use mock_idp::ledger::TokenState;

use crate::raw::{Raw, status};
use crate::stage::Stage;

const MIB: usize = 1024 * 1024;

pub(crate) fn head(stage: &Stage, rest: &str) -> String {
    let url = stage.idp.token_url();
    let path = url.splitn(4, '/').nth(3).unwrap();
    format!(
        "POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{rest}"
    )
}

/// Others are still served.
pub(crate) async fn serves(stage: &Stage) {
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn a_body_announced_too_large() {
    let stage = Stage::entra().await;
    let mut raw = Raw::to(&stage).await;
    raw.say(head(
        &stage,
        &format!("Content-Length: {}\r\n\r\n", MIB + 1),
    ))
    .await;
    insta::assert_snapshot!(raw.hear().await.replace('\r', ""), @"
    HTTP/1.1 413 Payload Too Large
    content-type: text/plain; charset=utf-8
    connection: close
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: 63

    the request body is larger than 1 MiB, the most this mock reads
    ");
    serves(&stage).await;
}

#[tokio::test]
async fn a_body_that_turns_out_too_large() {
    let stage = Stage::okta().await;
    let mut raw = Raw::to(&stage).await;
    raw.say(head(&stage, "Transfer-Encoding: chunked\r\n\r\n"))
        .await;
    let chunk = format!("{:x}\r\n{}\r\n", MIB / 4, "a".repeat(MIB / 4));
    for _ in 0..4 {
        raw.say(&chunk).await;
    }
    raw.say("1\r\na\r\n").await;
    assert_eq!(status(&raw.hear().await), 413);
    serves(&stage).await;
}

#[tokio::test]
async fn a_body_as_large_as_allowed_is_read() {
    let stage = Stage::entra().await;
    let used = "grant_type=client_credentials&padding=".len();
    let form = format!(
        "grant_type=client_credentials&padding={}",
        "a".repeat(MIB - used)
    );
    assert_eq!(form.len(), MIB);
    let answer = stage
        .http
        .post(stage.idp.token_url())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("AADSTS900144"));
}

/// A form of a hundred thousand different names is read in one go, not name against name.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "only the machine's clock tells that an answer takes too long"
)]
async fn very_many_parameters() {
    use std::fmt::Write as _;
    for stage in [Stage::entra().await, Stage::okta().await] {
        let mut form = String::from("grant_type=client_credentials");
        for number in 0..120_000 {
            write!(form, "&{number:x}").unwrap();
        }
        assert!(form.len() < MIB);
        let answer = stage
            .http
            .post(stage.idp.token_url())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send();
        let answer = tokio::time::timeout(Duration::from_secs(20), answer).await;
        assert!(answer.unwrap().unwrap().status().is_client_error());
    }
}

#[tokio::test]
async fn the_journal_keeps_no_more_of_a_request_than_it_needs() {
    let stage = Stage::okta().await;
    let long = "x".repeat(100_000);
    let mut ask = stage
        .app_only()
        .with("client_id", &long)
        .with("scope", &long.replace('x', "x "))
        .with("username", &long)
        .with("grant_type", &long);
    for number in 0..1000 {
        ask = ask
            .and(&format!("name{number}"), "a")
            .and(&format!("name{number}"), "b");
    }
    assert_eq!(ask.send().await.status, 400);
    let entry = serde_json::to_string(&stage.last_entry()).unwrap();
    assert!(entry.len() < 20_000, "{} bytes", entry.len());
}

#[tokio::test]
async fn another_content_type_is_no_form() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let answer = stage
            .http
            .post(stage.idp.token_url())
            .header("content-type", "application/json")
            .body(r#"{"grant_type":"client_credentials"}"#)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.status(),
            match stage.idp.provider() {
                mock_idp::Provider::Entra => 400,
                mock_idp::Provider::Okta => 401,
            }
        );
    }
    // A charset beside the type changes nothing: MSAL for Node sends one.
    let stage = Stage::entra().await;
    let answer = stage
        .http
        .post(stage.idp.token_url())
        .header(
            "content-type",
            "application/x-www-form-urlencoded;charset=utf-8",
        )
        .body("grant_type=magic")
        .send()
        .await
        .unwrap();
    assert!(answer.text().await.unwrap().contains("client_id"));
}

#[tokio::test]
async fn bad_percent_encoding() {
    let mut table = String::new();
    for stage in [Stage::entra().await, Stage::okta().await] {
        for body in ["grant_type=%zz", "grant_type=%f", "grant_type=%ff"] {
            let answer = stage
                .http
                .post(stage.idp.token_url())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
                .send()
                .await
                .unwrap();
            let answer = crate::answer::Answer::of(answer).await;
            table.push_str(&format!("{body}: {}\n", answer.show(&stage)));
        }
        let answer = stage.app_only().query("a=%zz").send().await;
        table.push_str(&format!("in the query: {}\n", answer.show(&stage)));
    }
    insta::assert_snapshot!(table, @r#"
    grant_type=%zz: 400 {"error":"invalid_request","error_description":"AADSTS90013: Invalid input received from the user. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90013],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90013"}
    grant_type=%f: 400 {"error":"invalid_request","error_description":"AADSTS90013: Invalid input received from the user. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90013],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90013"}
    grant_type=%ff: 400 {"error":"invalid_request","error_description":"AADSTS90013: Invalid input received from the user. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90013],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90013"}
    in the query: 400 {"error":"invalid_request","error_description":"AADSTS90013: Invalid input received from the user. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90013],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90013"}
    grant_type=%zz: 400 {"error":"invalid_request","error_description":"The request body was not well-formed."}
    grant_type=%f: 400 {"error":"invalid_request","error_description":"The request body was not well-formed."}
    grant_type=%ff: 400 {"error":"invalid_request","error_description":"The request body was not well-formed."}
    in the query: 400 {"error":"invalid_request","error_description":"The request body was not well-formed."}
    "#);
}

#[tokio::test]
async fn garbage_in_authorization() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        for garbage in ["Basic", "Basic \u{7f}", "Basic ====", "Bearer", "\"", "  "] {
            let Ok(answer) = stage
                .app_only()
                .header("authorization", garbage)
                .try_send()
                .await
            else {
                continue;
            };
            assert!(answer.status < 500, "{garbage}: {}", answer.body);
            let answer = stage
                .get(&stage.idp.api_url(), &[("authorization", garbage.trim())])
                .await;
            assert_eq!(answer.status, 401, "{garbage}");
        }
        // Bytes that are no text at all.
        let mut raw = Raw::to(&stage).await;
        raw.say(head(
            &stage,
            "Connection: close\r\nContent-Length: 0\r\nAuthorization: Basic \u{ff}\u{fe}\r\n\r\n",
        ))
        .await;
        let heard = raw.hear().await;
        assert!((400..500).contains(&status(&heard)), "{heard}");
    }
}

#[tokio::test]
async fn headers_without_end() {
    let stage = Stage::entra().await;
    for head in [
        format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000)),
        format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200)),
    ] {
        let mut raw = Raw::to(&stage).await;
        raw.say(head).await;
        let heard = raw.hear_some().await.unwrap_or_default();
        assert_eq!(status(&heard), 431, "{heard:?}");
    }
    // Longer than a buffer is longer than hyper tells apart; it closes.
    let mut raw = Raw::to(&stage).await;
    raw.say(format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000)))
        .await;
    let heard = raw.hear_some().await.unwrap_or_default();
    assert!(matches!(status(&heard), 0 | 414 | 431), "{heard:?}");
    serves(&stage).await;
}

#[tokio::test]
async fn odd_request_targets() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        for target in [
            "*",
            "//",
            "/%ff%fe",
            "/../../etc/passwd",
            "/?",
            "http://other.example/x",
            "/a b",
        ] {
            for method in ["GET", "OPTIONS", "HEAD", "DELETE", "BREW"] {
                let mut raw = Raw::to(&stage).await;
                raw.say(format!(
                    "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                ))
                .await;
                let heard = raw.hear().await;
                assert!(
                    (400..500).contains(&status(&heard)),
                    "{method} {target}: {heard}"
                );
            }
        }
        let mut raw = Raw::to(&stage).await;
        raw.say("CONNECT other.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await;
        let heard = raw.hear().await;
        assert!((400..500).contains(&status(&heard)), "{heard}");
        serves(&stage).await;
    }
}

/// What the vendors answer is not known; assumed: as if nothing had been shown.
#[tokio::test]
async fn two_authorization_headers_show_nothing() {
    let mut table = String::new();
    for stage in [Stage::entra().await, Stage::okta().await] {
        let token = stage.access_token().await;
        let good = format!("Bearer {token}");
        let mut urls = vec![stage.idp.api_url()];
        let mut second = "Bearer x".to_owned();
        if let Some(api_token) = stage.idp.credentials().api_token {
            urls.push(format!("{}/api/v1/users", stage.idp.origin(Origin::Org)));
            second = format!("SSWS {}", api_token.reveal());
        }
        for url in urls {
            for pair in [[&good, &second], [&second, &good], [&good, &good]] {
                let answer = stage
                    .get(&url, &pair.map(|value| ("authorization", value.as_str())))
                    .await;
                let presented = stage.last_entry().presented.unwrap();
                let (scheme, state) = (presented.scheme, presented.state);
                assert_eq!((scheme.as_str(), state), ("several", TokenState::Foreign));
                assert_eq!(presented.token, None);
                let line = answer.show(&stage);
                if !table.contains(&line) {
                    table.push_str(&format!("{line}\n"));
                }
            }
        }
        // One that only calls itself so is not taken for it.
        stage
            .get(&stage.idp.api_url(), &[("authorization", "several")])
            .await;
        assert_eq!(stage.last_entry().presented.unwrap().scheme, "***");
    }
    insta::assert_snapshot!(table, @r#"
    401 {"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}
    401 {"message":"no access token"}
    403 {"errorCode":"E0000005","errorSummary":"Invalid session","errorLink":"E0000005","errorId":"<error id>","errorCauses":[]}
    "#);
}
