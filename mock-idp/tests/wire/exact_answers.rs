//! Answers byte for byte: header lines as they stand, lengths that are wrong, bytes that are no answer.

use std::time::Duration;

use mock_idp::fault::{Coding, ConnectionFault, Fault, HeaderText};
use mock_idp::journal::{Delivery, Endpoint};
use mock_idp::{Builder, MockIdp};

use crate::raw::Raw;
use crate::stage::Stage;

/// A request for the key set, on a connection that stays open.
pub(crate) fn get_keys(stage: &Stage) -> String {
    let url = stage.idp.jwks_url();
    let path = url.split_once("127.0.0.1").unwrap().1;
    let path = &path[path.find('/').unwrap()..];
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// Everything that comes when the key set is asked for under this fault, until the connection ends.
pub(crate) async fn heard(fault: Fault) -> (String, Delivery) {
    let stage = Stage::okta().await;
    stage.idp.faults().add(fault);
    let mut raw = Raw::to(&stage).await;
    raw.say(get_keys(&stage)).await;
    raw.finish().await;
    let heard = raw.hear().await;
    (heard, stage.last_entry().reply.unwrap().delivery)
}

/// Head and body of an answer's text.
pub(crate) fn halves(answer: &str) -> (&str, &str) {
    answer.split_once("\r\n\r\n").unwrap()
}

pub(crate) fn short() -> Fault {
    Fault::at(Endpoint::Jwks)
        .content_type("text/plain")
        .body("0123456789")
}

#[tokio::test]
async fn raw_bytes_are_all_that_comes() {
    for (bytes, status) in [
        (&b"\x00\xffgarbage"[..], 0),
        (b"HTTP/1.1 503 Busy\nno: such thing", 503),
        (b"", 0),
    ] {
        for builder in [MockIdp::entra(), MockIdp::okta()] {
            let stage = Stage::of(builder).await;
            let fault = Fault::at(Endpoint::Token).times(1).raw(bytes);
            stage.idp.faults().add(fault);
            let mut raw = Raw::to(&stage).await;
            let path = stage.idp.token_url();
            let path = path.splitn(4, '/').last().unwrap();
            raw.say(format!(
                "POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            ))
            .await;
            assert_eq!(raw.hear().await, String::from_utf8_lossy(bytes));
            let reply = stage.last_entry().reply.unwrap();
            assert_eq!((reply.status, reply.delivery), (status, Delivery::Raw));
            assert_eq!(stage.app_only().send().await.status, 200);
            assert_eq!(
                stage.idp.tokens().len(),
                1,
                "nothing was carried out before"
            );
        }
    }
}

#[tokio::test]
async fn header_lines_stand_as_they_are_written() {
    let fault = Fault::at(Endpoint::Jwks)
        .content_type("text/plain")
        .body("ab")
        .header("x-other", HeaderText::Fixed("1".to_owned()))
        .header_line("rEtRy-AfTeR:5")
        .header_line("no colon at all")
        .header_line("X-Bytes: \u{1}é");
    let (answer, delivery) = heard(fault).await;
    let (head, body) = halves(&answer);
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines[0], "HTTP/1.1 200 OK");
    assert_eq!(
        lines[lines.len() - 5..],
        [
            "x-other: 1",
            "content-length: 2",
            "rEtRy-AfTeR:5",
            "no colon at all",
            "X-Bytes: \u{1}é"
        ]
    );
    assert_eq!((body, delivery), ("ab", Delivery::Sent));
}

/// Byte for byte the same as hyper makes it, but for what the fault adds.
#[tokio::test]
async fn the_rest_of_an_exact_answer_is_as_ever() {
    let at = || Fault::at(Endpoint::Jwks);
    let (ordinary, _) = heard(at().header("x", HeaderText::Fixed("y".to_owned()))).await;
    let (exact, _) = heard(
        at().header("x", HeaderText::Fixed("y".to_owned()))
            .header_line("Z: 1"),
    )
    .await;
    assert_eq!(exact.replacen("Z: 1\r\n", "", 1), ordinary);
}

#[tokio::test]
async fn a_connection_goes_on_after_an_exact_answer() {
    let stage = Stage::entra().await;
    let mut raw = Raw::to(&stage).await;
    stage
        .idp
        .faults()
        .add(short().times(1).header_line("X-Note: 1"));
    for (fault, end) in [(true, "0123456789"), (false, "}]}"), (false, "}]}")] {
        raw.say(get_keys(&stage)).await;
        let mut answer = String::new();
        while !answer.ends_with(end) {
            answer.push_str(&raw.hear_some().await.unwrap());
        }
        assert_eq!(answer.contains("X-Note: 1"), fault);
    }
    let connections: Vec<u64> = stage
        .idp
        .journal()
        .entries()
        .iter()
        .map(|entry| entry.connection)
        .collect();
    assert_eq!(connections, [1, 1, 1]);
    // Whoever asks for the end is told of it, and gets it.
    stage.idp.faults().add(short().header_line("X-Note: 1"));
    raw.say(get_keys(&stage).replace("Host", "Connection: close\r\nHost"))
        .await;
    let answer = raw.hear().await;
    assert!(halves(&answer).0.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_fault_that_touches_the_framing_ends_the_connection() {
    for (fault, tail) in [
        (
            short().header("content-length", HeaderText::Fixed("3".to_owned())),
            "content-length: 3",
        ),
        (
            short().header_line("Content-Length: 3"),
            "Content-Length: 3",
        ),
        (
            short().header("transfer-encoding", HeaderText::Fixed("what".to_owned())),
            "transfer-encoding: what",
        ),
        (short().without_header("Content-Length"), ""),
    ] {
        let stage = Stage::okta().await;
        stage.idp.faults().add(fault);
        let mut raw = Raw::to(&stage).await;
        raw.say(get_keys(&stage)).await;
        // It ends though nobody has asked for it.
        let answer = raw.hear().await;
        let (head, body) = halves(&answer);
        assert_eq!(body, "0123456789");
        assert!(head.ends_with(tail), "{head}");
        let says_length = head.to_lowercase().contains("content-length");
        assert_eq!(
            says_length,
            tail.to_lowercase().starts_with("content-length")
        );
    }
}

#[tokio::test]
async fn exact_answers_over_tls() {
    let over_tls = async |builder: Builder, fault: Fault| {
        let stage = Stage::started(builder).await;
        stage.idp.faults().add(fault);
        let sent = stage.http.get(stage.idp.jwks_url()).send().await;
        match sent {
            Ok(response) => response.text().await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    };
    let whole = Ok("0123456789".to_owned());
    for fault in [
        short().header_line("X-Note: 1"),
        short().coding(Coding::Chunked),
        short().connection(ConnectionFault::Close),
        short().without_header("content-length"),
        Fault::at(Endpoint::Jwks).raw("HTTP/1.1 200 OK\r\n\r\n0123456789"),
    ] {
        assert_eq!(over_tls(MockIdp::entra(), fault).await, whole);
    }
    for fault in [
        short().connection(ConnectionFault::Truncate),
        short().connection(ConnectionFault::ResetBody),
        Fault::at(Endpoint::Jwks).raw("garbage"),
    ] {
        assert!(over_tls(MockIdp::okta(), fault).await.is_err());
    }
}

#[tokio::test]
async fn equal_seeds_give_equal_bytes() {
    let everything = async |seed| {
        let stage = Stage::of(MockIdp::okta().seed(seed)).await;
        stage.idp.faults().add(
            Fault::at(Endpoint::Jwks)
                .coding(Coding::Chunked)
                .header_line("X-Note: 1")
                .reverse_members(),
        );
        let mut raw = Raw::to(&stage).await;
        raw.say(get_keys(&stage)).await;
        raw.finish().await;
        raw.hear().await
    };
    assert_eq!(everything(7).await, everything(7).await);
    assert_ne!(everything(7).await, everything(8).await);
}

#[tokio::test]
async fn every_endpoint_can_be_scripted() {
    let stage = Stage::entra().await;
    let get = async |url: String| stage.http.get(url).send().await;
    let urls = [
        (Endpoint::Token, stage.idp.token_url()),
        (Endpoint::Resource, stage.idp.api_url()),
        (Endpoint::Jwks, stage.idp.jwks_url()),
        (
            Endpoint::Discovery,
            format!("{}/.well-known/openid-configuration", stage.idp.issuer()),
        ),
    ];
    for (endpoint, url) in urls {
        let at = || Fault::at(endpoint).times(1);
        stage.idp.faults().add(at().raw("nothing"));
        assert!(get(url.clone()).await.is_err(), "{endpoint:?}");
        stage
            .idp
            .faults()
            .add(at().header_line("X-Note: 1").coding(Coding::Chunked));
        let answer = get(url.clone()).await.unwrap();
        assert_eq!(answer.headers()["x-note"], "1");
        assert_eq!(answer.headers()["transfer-encoding"], "chunked");
        stage
            .idp
            .faults()
            .add(at().reply(500).set("mark", serde_json::json!(null)));
        let answer = get(url.clone()).await.unwrap();
        assert_eq!(answer.status(), 500);
        let body: serde_json::Value = answer.json().await.unwrap();
        assert!(body.as_object().unwrap()["mark"].is_null());
        stage
            .idp
            .faults()
            .add(at().connection(ConnectionFault::ResetBody));
        let answer = get(url.clone()).await.unwrap();
        assert!(answer.bytes().await.is_err(), "{endpoint:?}");
        assert!(get(url).await.unwrap().bytes().await.is_ok());
    }
}

/// No value that a fault can be given does harm to the mock.
#[tokio::test]
async fn any_values_are_borne() {
    let text = |text: &str| HeaderText::Fixed(text.to_owned());
    for fault in [
        short().header("content-length", text("-1")),
        short().header("content-length", text("99999999999999999999")),
        short()
            .header("content-length", text("1"))
            .coding(Coding::Chunked),
        short()
            .header("", text(""))
            .header("transfer-encoding", text("chunked")),
        short().reply(204).coding(Coding::Chunked),
        short().reply(204).connection(ConnectionFault::ResetBody),
        short().reply(304).dribble(Duration::ZERO),
        short()
            .header_line("")
            .header_line("\r\n\r\n")
            .header_line("\u{0}"),
        short()
            .header("connection", text("upgrade"))
            .header("upgrade", text("h2c")),
        short().redirect(1000, mock_idp::fault::RedirectTo::Same),
        short().reply(199).reply(101),
        Fault::at(Endpoint::Jwks).reply(101),
        Fault::at(Endpoint::Jwks).reply(0),
        Fault::at(Endpoint::Jwks).one_in(0).nth(0).times(0),
        short()
            .content_type("a\r\nb")
            .body(vec![0; 2 * 1024 * 1024])
            .dribble(Duration::ZERO),
        short().header("x", HeaderText::Epoch(jiff::SignedDuration::MAX)),
    ] {
        let stage = Stage::okta().await;
        stage.idp.faults().add(fault.clone().times(1));
        let mut raw = Raw::to(&stage).await;
        raw.say(get_keys(&stage).replace("Host", "Connection: close\r\nHost"))
            .await;
        raw.hear().await;
        let after = stage.get(&stage.idp.jwks_url(), &[]).await;
        assert_eq!(after.status, 200, "{fault:?}");
    }
}
