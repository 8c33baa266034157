//! One request, read whole and bounded, before anybody interprets it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header};

use crate::journal::Origin;
use crate::listener::{Busy, Outlet};
use crate::supervise::Supervisor;
use crate::world::World;

/// A request as it came off the wire. No `Debug`: it would show what the request carries.
#[derive(Clone)]
pub(crate) struct Inbound {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) origin: Origin,
    pub(crate) peer: SocketAddr,
    /// Counts the world's connections.
    pub(crate) connection: u64,
    /// Tells the connection when the answer has to wait.
    pub(crate) busy: Busy,
    /// For answers that hyper cannot write.
    pub(crate) outlet: Outlet,
    /// The fault that its connection is under, if any.
    pub(crate) fault: Option<Arc<str>>,
    /// The connection is closed after the answer.
    pub(crate) is_last: bool,
}

/// The methods that read (RFC 9110 section 9.3), as an `Allow` header has them.
pub(crate) const READS: &str = "GET, HEAD";

impl Inbound {
    /// Whether the method is one of [`READS`].
    pub(crate) fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// A header as text; absent when it is missing or not text.
    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the client asks for the end of the connection (RFC 9112 section 9.6).
    pub(crate) fn wants_close(&self) -> bool {
        let values = self.headers.get_all(header::CONNECTION).iter();
        values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|option| option.trim().eq_ignore_ascii_case("close"))
    }

    /// Waits on purpose, telling the supervisor. Also when the wait is abandoned because the peer hung up.
    pub(crate) async fn park<T>(
        &self,
        supervisor: &dyn Supervisor,
        wait: impl Future<Output = T>,
    ) -> T {
        struct Parked<'s>(&'s dyn Supervisor, &'s Inbound);
        impl Drop for Parked<'_> {
            fn drop(&mut self) {
                self.1.busy.begin();
                self.0.resumed(self.1.peer);
            }
        }
        supervisor.parked(self.peer);
        self.busy.pause();
        let _parked = Parked(supervisor, self);
        wait.await
    }

    pub(crate) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The URLs, without query, that the client may have dialled to get here: by the world's own name for this origin, and by the
    /// name that its request has.
    pub(crate) fn urls(&self, world: &World) -> Vec<String> {
        let origin = world.origin(self.origin);
        let path = self.uri.path();
        let scheme = origin
            .split_once("://")
            .map_or("http", |(scheme, _)| scheme);
        let by_host = self.header(header::HOST);
        let mut urls = vec![format!("{origin}{path}")];
        urls.extend(by_host.map(|host| format!("{scheme}://{host}{path}")));
        urls
    }

    /// Whether the body claims to be a form, with or without a charset.
    pub(crate) fn is_form(&self) -> bool {
        self.header(header::CONTENT_TYPE).is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default();
            essence
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
    }

    /// A parameter of the query string, decoded.
    pub(crate) fn query_parameter(&self, name: &str) -> Option<String> {
        crate::form::parse(self.query().as_bytes())
            .ok()?
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}
