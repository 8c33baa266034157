//! Bytes on a socket, below HTTP.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stage::Stage;

/// A connection that says exactly what it is told.
pub(crate) struct Raw(TcpStream);

impl Raw {
    /// To the first of the world's sockets: login host or org.
    pub(crate) async fn to(stage: &Stage) -> Self {
        Self::dial(stage.idp.addresses()[0]).await
    }

    pub(crate) async fn dial(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Sends what the peer takes; one that has hung up takes nothing.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// Ends the sending half.
    pub(crate) async fn finish(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// Everything until the peer closes, or until it resets.
    pub(crate) async fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        let _ = self.0.read_to_end(&mut heard).await;
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// The bytes that have come so far, at least one.
    pub(crate) async fn hear_some(&mut self) -> std::io::Result<String> {
        let mut heard = vec![0; 64 * 1024];
        let length = self.0.read(&mut heard).await?;
        Ok(String::from_utf8_lossy(&heard[..length]).into_owned())
    }
}

/// The status of an answer's text; 0 for none.
pub(crate) fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_default()
}
