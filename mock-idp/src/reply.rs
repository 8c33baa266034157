//! An answer before it becomes bytes.

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::fault::Applied;
use crate::journal::{Delivery, ReplyFacts};
use crate::ledger::{TokenKind, TokenLabel};

/// Status, headers and body, with what the journal wants to know of them. No `Debug`: it would show tokens.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Payload,
    /// OAuth `error`, or the vendor's code where there is none.
    pub(crate) error: Option<String>,
    pub(crate) vendor_code: Option<String>,
    pub(crate) issued: Vec<TokenLabel>,
}

#[derive(Clone)]
enum Payload {
    Empty,
    Json(Value),
    Text(String),
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
        }
    }

    /// A text answer.
    pub(crate) fn text(status: StatusCode, content_type: &str, body: &str) -> Self {
        let mut reply = Self::empty(status);
        reply.body = Payload::Text(body.to_owned());
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

    /// Applies what a fault changes in an answer: body, members, headers.
    pub(crate) fn distort(&mut self, fault: &Applied, now: jiff::Timestamp) {
        let action = &fault.action;
        if let Some((content_type, body)) = &action.body {
            self.body = Payload::Text(body.clone());
            self.set_header("content-type", content_type);
            self.issued.clear();
        }
        if let Payload::Json(Value::Object(members)) = &mut self.body {
            for (name, value) in &action.set {
                let kind = match name.as_str() {
                    "access_token" => Some(TokenKind::Access),
                    "refresh_token" => Some(TokenKind::Refresh),
                    _ => None,
                };
                // The journal names the tokens that went out, not those that were made.
                if kind.is_some() && members.get(name) != Some(value) {
                    self.issued.retain(|label| Some(label.kind) != kind);
                }
                if value.is_null() {
                    members.shift_remove(name);
                } else {
                    members.insert(name.clone(), value.clone());
                }
            }
        }
        for (name, value) in &action.headers {
            self.set_header(name, &value.at(now));
        }
        for name in &action.without_headers {
            self.remove_header(name);
        }
    }

    /// What the journal keeps.
    pub(crate) fn facts(&self, fault: Option<&str>, delivery: Delivery) -> ReplyFacts {
        const KEPT: [&str; 4] = ["date", "retry-after", "www-authenticate", "location"];
        let headers = self
            .headers
            .iter()
            .filter(|(name, _)| {
                KEPT.contains(&name.as_str()) || name.as_str().starts_with("x-rate-limit-")
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
            fault: fault.map(str::to_owned),
            delivery,
        }
    }

    /// The response that goes out.
    pub(crate) fn into_response(self, delivery: Delivery) -> Response<Body> {
        let bytes = match &self.body {
            Payload::Empty => Bytes::new(),
            Payload::Json(body) => Bytes::from(body.to_string()),
            Payload::Text(text) => Bytes::from(text.clone()),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        if let Payload::Json(_) = self.body {
            response
                .headers_mut()
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static("application/json"));
        }
        *response.body_mut() = if delivery == Delivery::Truncated {
            cut(&bytes, &mut response)
        } else {
            Body::from(bytes)
        };
        response
    }
}

/// A body that announces its whole length and ends half-way.
fn cut(bytes: &Bytes, response: &mut Response<Body>) -> Body {
    response.headers_mut().insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(bytes.len().max(2)),
    );
    let half = bytes.slice(..bytes.len() / 2);
    let first = futures_util::stream::once(async move { Ok(half) });
    let then = futures_util::stream::once(async {
        // Lets the first half get out before the connection breaks.
        tokio::task::yield_now().await;
        let kind = std::io::ErrorKind::ConnectionAborted;
        Err(std::io::Error::new(kind, "cut by a fault"))
    });
    Body::from_stream(first.chain(then))
}
