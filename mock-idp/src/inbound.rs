//! One request, read whole and bounded, before anybody interprets it.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header};

use crate::journal::Origin;
use crate::listener::Busy;

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

    pub(crate) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
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
