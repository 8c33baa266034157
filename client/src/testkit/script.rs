//! A server that answers from a script and remembers what it saw.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{HandClock, TOKEN_URL};
use crate::{BoxFuture, Clock, Transport, TransportError, TransportErrorKind};

/// Where a machine's metadata service is.
const MACHINE: &str = "169.254.169.254";

/// A transport whose answers are scripted: one list for the token endpoint, one for all else.
/// The last answer of a list repeats.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    clock: HandClock,
    desk: Arc<Mutex<Desk>>,
    gate: Arc<watch::Sender<bool>>,
}

#[derive(Debug, Default)]
struct Desk {
    token: VecDeque<Reply>,
    api: VecDeque<Reply>,
    seen: Vec<Seen>,
    told: Vec<(Timestamp, f64)>,
    issued: u32,
    busy: usize,
    busiest: usize,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Timestamp,
    pub(crate) to_token: bool,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) authorization: String,
    /// The header `DPoP`.
    pub(crate) proof: String,
    pub(crate) body: String,
}

/// One scripted answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status, headers, body. `AT#` in the body becomes `AT1`, `AT2`, … in order of issue.
    Answer(u16, Vec<(String, String)>, String),
    /// No answer.
    Fail(TransportErrorKind),
    /// Never answers.
    Hang,
    /// Waits until the gate is opened, then answers.
    Held(Box<Reply>),
}

impl Reply {
    pub(crate) fn token(extra: &str) -> Self {
        Self::body(
            200,
            &format!(r#"{{"access_token":"AT#","token_type":"Bearer"{extra}}}"#),
        )
    }

    /// A token that lives an hour.
    pub(crate) fn hour() -> Self {
        Self::token(r#","expires_in":3600"#)
    }

    pub(crate) fn error(status: u16, error: &str) -> Self {
        Self::body(status, &format!(r#"{{"error":"{error}"}}"#))
    }

    pub(crate) fn body(status: u16, body: &str) -> Self {
        Self::Answer(status, Vec::new(), body.to_owned())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(_, headers, _) = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The answer comes at once, so the wait counts from the request.
    fn told_wait(&self) -> f64 {
        let Self::Answer(429, headers, _) = self else {
            return 0.0;
        };
        let told = headers.iter().find(|(name, _)| name == "retry-after");
        let seconds = told.and_then(|(_, value)| value.parse::<f64>().ok());
        seconds.unwrap_or(0.0).clamp(1.0, 3600.0)
    }

    pub(crate) fn held(self) -> Self {
        Self::Held(Box::new(self))
    }
}

impl Script {
    pub(crate) fn new(clock: HandClock) -> Self {
        Self {
            clock,
            desk: Arc::default(),
            gate: Arc::new(watch::channel(false).0),
        }
    }

    pub(crate) fn tokens<const N: usize>(&self, replies: [Reply; N]) {
        self.desk().token = replies.into();
    }

    pub(crate) fn replies(&self, replies: Vec<Reply>) {
        self.desk().token = replies.into();
    }

    pub(crate) fn api<const N: usize>(&self, replies: [Reply; N]) {
        self.desk().api = replies.into();
    }

    /// Lets every held answer go.
    pub(crate) fn open_gate(&self) {
        self.gate.send_replace(true);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.desk().seen.clone()
    }

    /// How many requests the token endpoint saw.
    pub(crate) fn token_count(&self) -> usize {
        self.seen().iter().filter(|seen| seen.to_token).count()
    }

    /// When each token request came, and for how many seconds its answer told to stay away: for
    /// a 429 what `Retry-After` says, at least one second; otherwise nothing.
    pub(crate) fn answered(&self) -> Vec<(Timestamp, f64)> {
        self.desk().told.clone()
    }

    /// How many token requests were under way at once, at most.
    pub(crate) fn busiest(&self) -> usize {
        self.desk().busiest
    }

    /// One line per request: seconds since the start, and what it carried.
    pub(crate) fn log(&self) -> String {
        let start = HandClock::new().now();
        let lines: Vec<_> = self
            .seen()
            .iter()
            .map(|seen| {
                let at = seen.at.duration_since(start).as_secs_f64();
                match (seen.to_token, seen.method == Method::POST) {
                    (true, true) => format!("{at:.3} POST {}", seen.body),
                    (true, false) => format!("{at:.3} GET {}", seen.uri),
                    (false, true) => format!("{at:.3} POST {} {}", seen.uri.path(), seen.body),
                    (false, false) => format!("{at:.3} GET {}", seen.authorization),
                }
            })
            .collect();
        lines.join("\n")
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk
            .lock()
            .expect("no test panics with the desk in hand")
    }

    fn answer(&self, status: u16, headers: &[(String, String)], body: &str) -> Response<Bytes> {
        let mut body = body.to_owned();
        if body.contains("AT#") {
            let mut desk = self.desk();
            desk.issued += 1;
            body = body.replace("AT#", &format!("AT{}", desk.issued));
        }
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        response.body(Bytes::from(body)).expect("a good answer")
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let to_token = *request.uri() == TOKEN_URL || request.uri().host() == Some(MACHINE);
        let header = |name: &str| {
            let value = request.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let mut desk = self.desk();
        desk.seen.push(Seen {
            at: self.clock.now(),
            to_token,
            method: request.method().clone(),
            uri: request.uri().clone(),
            authorization: header("authorization").unwrap_or_default(),
            proof: header("dpop").unwrap_or_default(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
        let list = if to_token {
            &mut desk.token
        } else {
            &mut desk.api
        };
        let mut reply = match list.len() {
            0 => Reply::body(500, "no reply scripted"),
            1 => list[0].clone(),
            _ => list.pop_front().expect("not empty"),
        };
        if to_token {
            let told = (self.clock.now(), reply.told_wait());
            desk.told.push(told);
        }
        let busy = Busy::new(self, to_token, &mut desk);
        drop(desk);

        let script = self.clone();
        Box::pin(async move {
            let _busy = busy;
            while let Reply::Held(held) = reply {
                let _ = script.gate.subscribe().wait_for(|open| *open).await;
                reply = *held;
            }
            match reply {
                Reply::Answer(status, headers, body) => Ok(script.answer(status, &headers, &body)),
                Reply::Fail(kind) => Err(TransportError::new(kind, "scripted")),
                Reply::Hang | Reply::Held(_) => std::future::pending().await,
            }
        })
    }
}

/// Counts token requests under way.
struct Busy(Option<Script>);

impl Busy {
    fn new(script: &Script, to_token: bool, desk: &mut Desk) -> Self {
        if !to_token {
            return Self(None);
        }
        desk.busy += 1;
        desk.busiest = desk.busiest.max(desk.busy);
        Self(Some(script.clone()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(script) = &self.0 {
            script.desk().busy -= 1;
        }
    }
}
