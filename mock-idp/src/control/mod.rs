//! The control API: a world's clock, faults, journal and the rest over HTTP, for tests that are not written in Rust.
//!
//! It has a listener of its own, never a vendor's. Whoever runs on this machine may use it; pages in a browser may not, and
//! neither may other machines without the token. `docs/control.md` shows it at work, `schema/control.openapi.json` says all.

mod answer;
mod api;
mod document;
mod door;
mod given;
mod guard;
mod instant;
mod misfit;
mod problem;
mod routes;
mod several;
mod shared;
mod shelf;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinHandle;

use self::shared::Shared;
use crate::host::Host;
use crate::secret::Secret;

pub use self::document::open_api;

/// The control API of a [`Host`] on a socket of its own, over plain HTTP. Dropping it closes the socket; the host's worlds stay.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use mock_idp::control::Control;
/// use mock_idp::host::Host;
///
/// let control = Control::bind(Arc::new(Host::new()), "127.0.0.1:0".parse()?, None).await?;
/// println!("curl {}/worlds", control.url());
/// control.stop().await;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Control {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Control {
    /// Listens on `address`, where port 0 takes a free one, within the current tokio runtime. With a token, every request has to
    /// bear it: `Authorization: Bearer …`.
    ///
    /// # Errors
    ///
    /// What the system said of the address. `InvalidInput` for an address that other machines can reach, without a token.
    pub async fn bind(
        host: Arc<Host>,
        address: SocketAddr,
        token: Option<Secret>,
    ) -> io::Result<Self> {
        if !address.ip().is_loopback() && token.is_none() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{address} can be reached from other machines; give a token to let them in"
                ),
            ));
        }
        let listener = tokio::net::TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let routes = routes::api().into_router(Shared::new(host, address, token.as_ref()));
        let accepting = tokio::spawn(door::accept(listener, routes));
        Ok(Self { address, accepting })
    }

    /// The socket it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening, cuts off whoever is still being answered and waits until the port is free.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // Aborted, as asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
