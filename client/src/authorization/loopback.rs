//! A place on this machine where the browser comes back to.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::Uri;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};

use super::{AuthorizationCode, AuthorizationRequest};
use crate::error::{Misuse, RedirectError};
use crate::{Clock, Error, SystemClock};

/// Waits on this machine for a browser that comes back from a sign-in (RFC 8252 section 7.3), for applications on a user's own
/// machine.
///
/// ```no_run
/// use token_client::{LoopbackReceiver, TokenClient};
///
/// # async fn example(client: TokenClient) -> Result<(), token_client::Error> {
/// // Any free port: Entra takes each for `http://localhost`; Okta wants the one that is registered.
/// let receiver = LoopbackReceiver::bind("http://localhost/").await?;
/// let mut request = client.authorization_request(receiver.redirect_uri())?;
/// println!("open {}", request.url());
/// let code = receiver.receive(&mut request).await?;
/// let token = client.sign_in(code).await?;
/// # Ok(())
/// # }
/// ```
///
/// What does not belong to the sign-in is answered and forgotten: other paths, other methods, a redirect with another state. It
/// listens on loopback addresses only, for as long as it lives; give [`receive`](Self::receive) a timeout, since users walk away.
#[derive(Debug)]
pub struct LoopbackReceiver {
    listeners: Vec<TcpListener>,
    redirect_uri: String,
    path: String,
    clock: Arc<dyn Clock>,
}

/// A longer request is none that a browser sends after a sign-in.
const LONGEST_HEAD: usize = 32 << 10;
/// How long one connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// Browsers open connections on suspicion; more than these wait.
const MOST_CONNECTIONS: usize = 16;

impl LoopbackReceiver {
    /// Listens where this redirect URI leads. Without a port in it any free one is taken.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not of this machine or not plain http, or if nobody can listen there.
    pub async fn bind(redirect_uri: &str) -> Result<Self, Misuse> {
        let place = Place::parse(redirect_uri)?;
        let cannot = |error: io::Error| Misuse::NoListener {
            place: redirect_uri.to_owned(),
            reason: error.to_string(),
        };
        let mut listeners = Vec::new();
        let mut port = place.port;
        for address in &place.addresses {
            match TcpListener::bind((*address, port)).await {
                Ok(listener) => {
                    port = listener.local_addr().map_err(cannot)?.port();
                    listeners.push(listener);
                }
                // Of the two that `localhost` stands for, one will do: machines without IPv6 have no other.
                Err(_) if !listeners.is_empty() => {}
                Err(error) => return Err(cannot(error)),
            }
        }
        Ok(Self {
            listeners,
            redirect_uri: format!("http://{}:{port}{}", place.host, place.path),
            path: place.path,
            clock: Arc::new(SystemClock),
        })
    }

    /// Gives connections their time on this clock instead of [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The redirect URI, with the port.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the redirect of this request, and tells the user in the browser that the window can be closed.
    ///
    /// # Errors
    /// [`Error::Redirect`] if the sign-in was refused, or came back wrong.
    pub async fn receive(
        self,
        request: &mut AuthorizationRequest,
    ) -> Result<AuthorizationCode, Error> {
        let (sender, mut visits) = mpsc::channel(MOST_CONNECTIONS);
        let doors: Vec<_> = self
            .listeners
            .into_iter()
            .map(|listener| {
                let door = Door {
                    listener,
                    clock: Arc::clone(&self.clock),
                    visits: sender.clone(),
                };
                AbortOnDrop(tokio::spawn(door.keep()))
            })
            .collect();
        drop(sender);
        while let Some(visit) = visits.recv().await {
            let Some(query) = visit.query_at(&self.path) else {
                visit.answer(404, "There is nothing here.").await;
                continue;
            };
            match request.accept(query) {
                Ok(code) => {
                    visit
                        .answer(200, "You are signed in. You can close this window.")
                        .await;
                    return Ok(code);
                }
                // Anybody can send a browser here; what is not ours must not end the wait.
                Err(RedirectError::WrongState | RedirectError::Repeated(_)) => {
                    visit
                        .answer(400, "This is not the sign-in that is waited for.")
                        .await;
                }
                Err(error) => {
                    visit
                        .answer(200, "You are not signed in. You can close this window and look at the application.")
                        .await;
                    return Err(error.into());
                }
            }
        }
        drop(doors);
        // Only a runtime that is being shut down ends all doors.
        Err(Error::Cancelled)
    }
}

/// Where to listen.
struct Place {
    host: String,
    addresses: Vec<IpAddr>,
    port: u16,
    path: String,
}

impl Place {
    fn parse(redirect_uri: &str) -> Result<Self, Misuse> {
        let bad = |reason| Misuse::BadUrl {
            what: "redirect URI",
            value: redirect_uri
                .split(['?', '#'])
                .next()
                .unwrap_or_default()
                .to_owned(),
            reason,
        };
        let uri: Uri = redirect_uri
            .parse()
            .map_err(|_| bad("it is not an absolute http address"))?;
        if uri.scheme_str() != Some("http") {
            return Err(bad(
                "it is received over plain http, which goes no further than this machine",
            ));
        }
        if uri.query().is_some() || redirect_uri.contains(['#', '@']) {
            return Err(bad("it must have no query, no fragment and no user name"));
        }
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match bare.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => vec![address],
            // Browsers try either.
            Err(_) if bare.eq_ignore_ascii_case("localhost") => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            _ => return Err(bad("it does not lead to this machine")),
        };
        Ok(Self {
            host: host.to_owned(),
            addresses,
            port: uri.port_u16().unwrap_or(0),
            path: uri.path().to_owned(),
        })
    }
}

/// Lets connections in.
struct Door {
    listener: TcpListener,
    clock: Arc<dyn Clock>,
    visits: mpsc::Sender<Visit>,
}

impl Door {
    async fn keep(self) {
        let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
            let Ok((stream, _)) = self.listener.accept().await else {
                // A connection that was gone again, or no more files: the next one may be better.
                self.clock.sleep(Duration::from_millis(50)).await;
                continue;
            };
            let patience = self.clock.sleep(PATIENCE);
            let visits = self.visits.clone();
            tokio::spawn(async move {
                let _permit = permit;
                let reading = std::pin::pin!(Visit::read(stream));
                if let Either::Left((Ok(visit), _)) = select(reading, patience).await {
                    // Without a receiver nobody waits any more.
                    let _ = visits.send(visit).await;
                }
            });
        }
    }
}

/// One request that came in.
struct Visit {
    stream: TcpStream,
    /// Path and query, for a GET.
    target: Option<String>,
}

impl Visit {
    async fn read(mut stream: TcpStream) -> io::Result<Self> {
        let mut head = Vec::new();
        loop {
            let read = stream.read_buf(&mut head).await?;
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut request = httparse::Request::new(&mut headers);
            match request.parse(&head) {
                Ok(httparse::Status::Complete(_)) => {
                    let target = request.path.filter(|_| request.method == Some("GET"));
                    let target = target.map(str::to_owned);
                    return Ok(Self { stream, target });
                }
                Ok(httparse::Status::Partial) if read > 0 && head.len() < LONGEST_HEAD => {}
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }

    /// The query of a request for this path.
    fn query_at(&self, path: &str) -> Option<&str> {
        let (asked, query) = self.target.as_deref()?.split_once('?')?;
        (asked == path).then_some(query)
    }

    async fn answer(mut self, status: u16, words: &str) {
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign-in</title>\
             <body style=\"font-family:sans-serif;margin:4em auto;max-width:30em\"><p>{words}</p></body></html>"
        );
        let reason = match status {
            200 => "OK",
            404 => "Not Found",
            _ => "Bad Request",
        };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
             content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\nconnection: close\r\n\r\n",
            page.len()
        );
        // The sign-in does not depend on whether the user reads this.
        let _ = self
            .stream
            .write_all(format!("{head}{page}").as_bytes())
            .await;
        let _ = self.stream.shutdown().await;
    }
}

/// A task that ends with its owner.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
