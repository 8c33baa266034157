use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Serves one connection: reads a request's head, writes these bytes, closes.
async fn serve_once(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(answer).await.unwrap();
        stream.shutdown().await.unwrap();
    });
    address.to_string()
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn transport() -> HttpTransport {
    HttpTransport::new().unwrap()
}

async fn get(transport: &HttpTransport, url: String) -> Result<Response<Bytes>, TransportError> {
    let request = Request::get(url).body(Bytes::new()).unwrap();
    transport.send(request).await
}

#[tokio::test]
async fn an_answer_comes_whole() {
    let at = serve_once(b"HTTP/1.1 418 Teapot\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 3\r\n\r\nabc")
        .await;
    let answer = get(&transport(), format!("http://{at}/")).await.unwrap();
    assert_eq!(answer.status(), 418);
    assert_eq!(answer.headers().get_all("x-a").iter().count(), 2);
    assert_eq!(answer.body(), "abc");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let at = serve_once(
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let answer = get(&transport(), format!("http://{at}/")).await.unwrap();
    assert_eq!(answer.status(), 302);
}

#[tokio::test]
async fn a_long_body_is_cut_off_also_without_a_length() {
    let small = HttpTransport::builder().body_limit(4).build().unwrap();
    for answer in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345"[..],
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12345",
    ] {
        let at = serve_once(answer).await;
        let error = get(&small, format!("http://{at}/")).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::BodyTooLarge);
    }
    let at = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n1234").await;
    assert!(get(&small, format!("http://{at}/")).await.is_ok());
}

#[tokio::test]
async fn failures_are_told_apart() {
    let at = serve_once(b"").await;
    let cut = get(&transport(), format!("http://{at}/"))
        .await
        .unwrap_err();
    assert_eq!(cut.kind, TransportErrorKind::Reset, "{cut}");

    let at = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await;
    let cut = get(&transport(), format!("http://{at}/"))
        .await
        .unwrap_err();
    assert_eq!(cut.kind, TransportErrorKind::Reset, "{cut}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let refused = get(&transport(), format!("http://{closed}/"))
        .await
        .unwrap_err();
    assert_eq!(refused.kind, TransportErrorKind::Connect, "{refused}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 64];
        let _ = stream.read(&mut hello).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut hello).await;
    });
    let not_tls = get(&transport(), format!("https://{plain}/"))
        .await
        .unwrap_err();
    assert_eq!(not_tls.kind, TransportErrorKind::Tls, "{not_tls}");
}

#[tokio::test]
async fn no_message_repeats_the_address() {
    let at = serve_once(b"").await;
    let error = get(&transport(), format!("http://{at}/?code=canary"))
        .await
        .unwrap_err();
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn a_proxy_is_used_when_asked_for() {
    let at = serve_once(b"HTTP/1.1 204 No Content\r\nx-from: proxy\r\n\r\n").await;
    let proxied = HttpTransport::builder()
        .proxy(format!("http://{at}"))
        .build()
        .unwrap();
    let answer = get(&proxied, "http://id.invalid/token".to_owned())
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-from"], "proxy");
}

#[tokio::test]
async fn without_keep_alive_each_request_has_its_own_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let connections = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .unwrap();
        }
    });
    let transport = HttpTransport::builder().keep_alive(false).build().unwrap();
    for _ in 0..2 {
        assert!(get(&transport, format!("http://{at}/")).await.is_ok());
    }
    connections.await.unwrap();
}

#[test]
fn what_cannot_be_set_up_is_misuse() {
    let lines = [
        HttpTransport::builder().root_pem("no pem here").build(),
        HttpTransport::builder()
            .root_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .build(),
        HttpTransport::builder().proxy("::").build(),
    ]
    .map(|outcome| outcome.unwrap_err().to_string());
    insta::assert_snapshot!(lines.join("\n"), @r"
    no HTTP transport: the PEM text for roots holds no certificate
    no HTTP transport: invalid peer certificate: BadEncoding
    no HTTP transport: relative URL without a base
    ");
}
