use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::watchdog::within;

/// What comes of a request to a service that answers with these bytes and hangs up.
async fn told(answer: &[u8]) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!(
        "http://{}/driver",
        listener.local_addr().expect("an address")
    );
    let serving = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut head = vec![0; 1000];
        let read = stream.read(&mut head).await.expect("a request");
        stream.write_all(answer).await.expect("it is taken");
        stream.shutdown().await.expect("the end");
        String::from_utf8_lossy(&head[..read]).into_owned()
    };
    let address = Address::read(&address).expect("loopback");
    let (service, mut inbound) = Service::at(address, Arc::new(AtomicU64::new(1)));
    service.send(3, b"{}".to_vec());
    let heard = async {
        let mut heard = Vec::new();
        while let Some(next) = inbound.recv().await {
            let is_last = !matches!(next, Inbound::Line(_));
            heard.push(match next {
                Inbound::Line(line) => String::from_utf8_lossy(&line).into_owned(),
                Inbound::Broken(fault) => {
                    let said = fault.to_string();
                    said.rsplit(": ").next().unwrap_or_default().to_owned()
                }
                other => format!("{other:?}"),
            });
            if is_last {
                break;
            }
        }
        heard
    };
    let both = within(std::time::Duration::from_secs(10), async {
        tokio::join!(serving, heard)
    });
    let (request, heard) = both.await.expect("an answer");
    assert!(
        request.starts_with("POST /driver HTTP/1.1\r\n"),
        "{request}"
    );
    heard
}

#[tokio::test]
async fn an_answer_is_a_stream_of_lines() {
    let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none\n\ntwo\nlast";
    assert_eq!(
        told(answer).await,
        ["one", "", "two", "last", "Answered(3)"]
    );
}

#[tokio::test]
async fn what_is_no_answer_is_told() {
    for (answer, told_of) in [
        (
            &b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..],
            "it answered with status 404, not 200",
        ),
        (b"", "it broke the connection before it answered"),
        (
            b"220 mail.example.org\r\n",
            "it broke the connection before it answered",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nonly",
            "it broke the connection within an answer",
        ),
    ] {
        assert_eq!(told(answer).await, [told_of]);
    }
}

#[tokio::test]
async fn a_line_without_end_is_cut_off() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(MAX_LINE + 20_000, b'x');
    // The service finds that nobody reads on.
    let heard = within(std::time::Duration::from_secs(10), told(&answer)).await;
    let heard = heard.expect("in time");
    assert_eq!(heard.len(), 1);
    assert!(heard[0].contains("a line of more than"), "{heard:?}");
}

#[test]
fn only_plain_http_on_loopback_is_an_address() {
    for good in [
        "http://127.0.0.1:80/",
        "http://localhost:8080/x",
        "http://[::1]:1",
    ] {
        assert!(Address::read(good).is_ok(), "{good}");
    }
    let refused = [
        "https://127.0.0.1/",
        "http://example.org/",
        "http://10.0.0.1:80/",
        "http://",
        "ftp://localhost/",
    ]
    .map(|bad| Address::read(bad).expect_err(bad).to_string());
    insta::assert_snapshot!(refused.join("\n"), @"
    the driver's address cannot be used: `https://127.0.0.1/` does not begin with http://
    the driver's address cannot be used: `http://example.org/` is not on loopback; 127.0.0.1, localhost and [::1] are allowed
    the driver's address cannot be used: `http://10.0.0.1:80/` is not on loopback; 127.0.0.1, localhost and [::1] are allowed
    the driver's address cannot be used: `http://` is no URL
    the driver's address cannot be used: `ftp://localhost/` does not begin with http://
    ");
}
