//! As much of an HTTP client as a test of the control API needs.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) body: String,
}

/// Asks and reads the answer to its end, or, where it has none, to the end of its first event.
pub(crate) async fn ask(to: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Said {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    let body = body.map(Value::to_string).unwrap_or_default();
    let content = match body.is_empty() {
        true => String::new(),
        false => format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        ),
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{content}\r\n{body}"
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut bytes = Vec::new();
    let is_stream = path.contains("/follow");
    while !(is_stream && bytes.windows(2).filter(|pair| pair == b"\n\n").count() > 0) {
        let read = stream.read_buf(&mut bytes).await.expect("it is read");
        if read == 0 {
            break;
        }
    }
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let media_type = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-type").then_some(value)
    });
    Said {
        status: status.expect("a status"),
        media_type: media_type.unwrap_or("").to_owned(),
        body: body.to_owned(),
    }
}
