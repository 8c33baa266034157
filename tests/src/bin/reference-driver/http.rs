//! Requests by POST, each answered by a stream of lines. Of HTTP there is as much as that needs.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::desk::{Desk, Out};

/// Serves for ever.
pub(super) async fn serve(desk: &Arc<Desk>) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let desk = desk.clone();
        tokio::spawn(async move {
            // Whoever asked has gone away: nobody is left to be told.
            let _ = exchange(&desk, stream).await;
        });
    }
}

async fn exchange(desk: &Arc<Desk>, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let (out, mut answers) = mpsc::unbounded_channel::<String>();
    desk.take(&body, &Out::to(out));
    stream
        .write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n",
        )
        .await?;
    // Ends when nobody is left who could say more.
    while let Some(mut line) = answers.recv().await {
        line.push('\n');
        stream.write_all(line.as_bytes()).await?;
    }
    stream.shutdown().await
}
