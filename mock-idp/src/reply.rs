//! An answer before it becomes bytes.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::journal::{Delivery, ReplyFacts};
use crate::ledger::TokenLabel;

/// Status, headers and body, with what the journal wants to know of them. No `Debug`: it would show tokens.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Payload,
    /// OAuth `error`, or the vendor's code where there is none.
    pub(crate) error: Option<String>,
    pub(crate) vendor_code: Option<String>,
    pub(crate) issued: Vec<TokenLabel>,
    /// What has been changed in the directory, in words.
    pub(crate) changed: Option<String>,
}

/// The body of an answer.
#[derive(Clone)]
pub(crate) enum Payload {
    Empty,
    Json(Value),
    Bytes(Bytes),
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Payload::Json(body),
            error: None,
            vendor_code: None,
            issued: Vec::new(),
            changed: None,
        }
    }

    /// A text answer.
    pub(crate) fn text(status: StatusCode, content_type: &str, body: &str) -> Self {
        let mut reply = Self::empty(status);
        reply.body = Payload::Bytes(Bytes::copy_from_slice(body.as_bytes()));
        reply.set_header("content-type", content_type);
        reply
    }

    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Payload::Empty,
            error: None,
            vendor_code: None,
            issued: Vec::new(),
            changed: None,
        }
    }

    /// Notes the error code for the journal.
    pub(crate) fn with_error(mut self, error: &str, vendor_code: Option<String>) -> Self {
        self.error = Some(error.to_owned());
        self.vendor_code = vendor_code;
        self
    }

    /// Notes the tokens it carries.
    pub(crate) fn with_issued(mut self, issued: impl IntoIterator<Item = TokenLabel>) -> Self {
        self.issued.extend(issued);
        self
    }

    /// Notes what has been changed in the directory.
    pub(crate) fn with_change(mut self, words: impl Into<String>) -> Self {
        self.changed = Some(words.into());
        self
    }

    /// Adds a header beside others of its name. A name or value that HTTP does not allow is left out.
    pub(crate) fn add_header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.push((name, value));
        }
    }

    /// Sets a header, replacing others of its name.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.remove_header(name);
        self.add_header(name, value);
    }

    /// Sets a header unless it is there already.
    pub(crate) fn default_header(&mut self, name: &str, value: &str) {
        if self.header(name).is_none() {
            self.add_header(name, value);
        }
    }

    /// Removes a header.
    pub(crate) fn remove_header(&mut self, name: &str) {
        self.headers
            .retain(|(known, _)| !known.as_str().eq_ignore_ascii_case(name));
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(known, _)| known.as_str().eq_ignore_ascii_case(name))?;
        value.to_str().ok()
    }

    /// Sets the media type that a JSON body has anyway, where the vendor has said nothing.
    pub(crate) fn settle_content_type(&mut self) {
        if let Payload::Json(_) = self.body {
            self.default_header("content-type", "application/json");
        }
    }

    /// What the journal keeps of the answer itself.
    pub(crate) fn facts(&self, delivery: Delivery) -> ReplyFacts {
        const KEPT: [&str; 4] = ["date", "retry-after", "www-authenticate", "location"];
        let headers = self
            .headers
            .iter()
            .filter(|(name, _)| {
                let name = name.as_str();
                KEPT.contains(&name)
                    || name.starts_with("x-rate-limit-")
                    || name.starts_with("ratelimit-")
            })
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        ReplyFacts {
            status: self.status.as_u16(),
            error: self.error.clone(),
            vendor_code: self.vendor_code.clone(),
            headers,
            issued: self.issued.clone(),
            changed: self.changed.clone(),
            fault: None,
            limit: None,
            leniencies: Vec::new(),
            delivery,
        }
    }

    /// The response that goes out.
    pub(crate) fn into_response(self) -> Response<Body> {
        let (status, headers, body) = self.into_parts();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// Status, headers in the order of the wire, and the bytes of the body.
    pub(crate) fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        (self.status, headers, self.body.into_bytes())
    }
}

impl Payload {
    /// What goes over the wire.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::Json(body) => Bytes::from(body.to_string()),
            Self::Bytes(bytes) => bytes,
        }
    }
}
