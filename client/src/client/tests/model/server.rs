//! The token endpoint and a resource behind it, which keep account of the tokens there are.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::{Request, Response};

use super::answer::{Acted, Answer, Refusal, Reply};
use super::event::{Failed, Issued, Shown};
use super::expected::Expected;
use super::plan::{Plan, Rotation, Setting, Source};
use super::promise::{Breach, Happening};
use crate::testkit::{HandClock, TOKEN_URL};
use crate::{BoxFuture, Clock, Transport, TransportError, TransportErrorKind};

/// A client's way to the one server of a run.
#[derive(Clone, Debug)]
pub(super) struct Server {
    client: usize,
    clock: HandClock,
    expected: Expected,
    books: Arc<Mutex<Books>>,
}

#[derive(Debug)]
struct Books {
    setting: Setting,
    answers: VecDeque<Answer>,
    /// How many access tokens there were.
    access: usize,
    /// Access tokens up to this one are not taken any more.
    revoked: usize,
    /// How many refresh tokens there were; the first one was there before the run.
    refresh: usize,
    /// The refresh token that is good, and whether a client has got it.
    good: Option<(usize, bool)>,
    /// The one before it.
    previous: Option<usize>,
    /// The tokens that each call was made with.
    calls: BTreeSet<(String, String)>,
}

type Answered = Result<Response<Bytes>, TransportError>;

impl Server {
    pub(super) fn new(clock: HandClock, expected: Expected, plan: &Plan) -> Self {
        let starts = plan.setting.source == Source::RefreshToken;
        if starts {
            expected.given(0);
        }
        Self {
            client: 0,
            clock,
            expected,
            books: Arc::new(Mutex::new(Books {
                setting: plan.setting,
                answers: plan.answers.iter().cloned().collect(),
                access: 0,
                revoked: 0,
                refresh: 0,
                good: starts.then_some((0, true)),
                previous: None,
                calls: BTreeSet::new(),
            })),
        }
    }

    /// The same server for another client.
    pub(super) fn with(&self, client: usize) -> Self {
        Self {
            client,
            ..self.clone()
        }
    }

    /// Takes no access token any more that was issued until now.
    pub(super) fn revoke(&self) {
        let mut books = self.books();
        books.revoked = books.access;
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no test panics with it in hand")
    }

    /// Decides as the request arrives; the answer comes when its time is over.
    async fn grant(self, shown: Shown) -> Answered {
        let mut way = Way::new(&self);
        let (Answer { reply, after }, issued) = self.books().decide(shown, self.clock.true_now());
        if let Reply::Hang(_) = reply {
            std::future::pending::<()>().await;
        }
        if !after.is_zero() {
            self.clock.sleep(after).await;
        }
        way.open = false;
        let mut failed = Failed {
            pause: Duration::from_secs(1),
            ends_grant: false,
            spent: false,
            lost: false,
        };
        match (reply, issued) {
            (
                Reply::Token {
                    life, refresh_in, ..
                },
                Some(issued),
            ) => {
                if let Some(refresh) = issued.refresh {
                    self.books().arrived(refresh);
                }
                self.expected.brought(self.client, issued);
                let refresh = issued.refresh.map_or_else(String::new, |refresh| {
                    format!(r#","refresh_token":"RT{refresh}""#)
                });
                let early = refresh_in
                    .map_or_else(String::new, |seconds| format!(r#","refresh_in":{seconds}"#));
                let (access, life) = (issued.access, life.member());
                let body = format!(r#"{{"access_token":"AT{access}"{life}{refresh}{early}}}"#);
                Ok(Response::new(body.into()))
            }
            (Reply::Refused(refusal), _) => {
                failed.pause = refusal.pause();
                failed.ends_grant = refusal.ends_grant();
                failed.spent = matches!(refusal, Refusal::SpentGrant);
                self.expected.failed(self.client, failed);
                let (status, hint, body) = refusal.written(self.clock.now());
                let mut response = Response::builder().status(status);
                if let Some(hint) = hint {
                    response = response.header(RETRY_AFTER, hint);
                }
                Ok(response.body(body.into()).expect("a good answer"))
            }
            (Reply::Lost(acted), _) => {
                failed.lost = acted == Acted::Yes;
                self.expected.failed(self.client, failed);
                let kind = match acted {
                    Acted::No => TransportErrorKind::Connect,
                    Acted::Yes => TransportErrorKind::Reset,
                };
                Err(TransportError::new(kind, "scripted"))
            }
            (Reply::Hang(_) | Reply::Token { .. }, _) => unreachable!("waits, or brings a token"),
        }
    }

    fn resource(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let authorization = request.headers().get(AUTHORIZATION);
        let text = authorization.and_then(|value| value.to_str().ok());
        let token = text.and_then(|text| text.strip_prefix("Bearer "));
        let token = token.unwrap_or_default().to_owned();
        self.expected.handed_out(self.client, &token);
        let number = token.strip_prefix("AT").and_then(|text| text.parse().ok());
        let mut books = self.books();
        let taken = number.is_some_and(|number: usize| number > books.revoked);
        if !books.calls.insert((request.uri().to_string(), token)) {
            let client = self.client;
            self.expected.breach(Breach::SameToken { client });
        }
        drop(books);
        if !taken {
            self.expected.note(Happening::Unauthorized);
            let caller = request.uri().path().trim_start_matches('/').parse();
            self.expected
                .insists(self.client, caller.unwrap_or_default());
        }
        let status = if taken { 200 } else { 401 };
        let response = Response::builder().status(status);
        response.body(Bytes::new()).expect("a good answer")
    }
}

impl Transport for Server {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'static, Answered> {
        if *request.uri() != TOKEN_URL {
            return Box::pin(std::future::ready(Ok(self.resource(&request))));
        }
        let shown = shown(&String::from_utf8_lossy(request.body()));
        self.expected.sent(self.client, shown);
        Box::pin(self.clone().grant(shown))
    }
}

/// What the form of a token request shows.
fn shown(form: &str) -> Shown {
    let refresh = form
        .split('&')
        .find_map(|member| member.strip_prefix("refresh_token=RT"));
    match refresh.and_then(|number| number.parse().ok()) {
        Some(number) => Shown::Refresh(number),
        None if form.contains("grant_type=password") => Shown::Password,
        None => Shown::Client,
    }
}

impl Books {
    /// The next answer, and what it brings.
    fn decide(&mut self, shown: Shown, at: jiff::Timestamp) -> (Answer, Option<Issued>) {
        let mut answer = self.answers.pop_front().unwrap_or_else(Answer::ordinary);
        if !self.takes(shown) {
            answer.reply = Reply::Refused(Refusal::SpentGrant);
        }
        let (life, refresh_in, rotated) = match answer.reply {
            Reply::Token {
                life,
                refresh_in,
                rotated,
            } => (life.reckoned(), refresh_in, rotated),
            Reply::Hang(Acted::Yes) | Reply::Lost(Acted::Yes) => (Duration::ZERO, None, true),
            Reply::Refused(Refusal::SpentGrant) => {
                self.end(shown);
                return (answer, None);
            }
            Reply::Hang(Acted::No) | Reply::Lost(Acted::No) | Reply::Refused(_) => {
                return (answer, None);
            }
        };
        let rotates = match (shown, self.setting.rotation) {
            (Shown::Client, _) | (Shown::Refresh(_), Rotation::Never) => false,
            (Shown::Password, _) | (Shown::Refresh(_), Rotation::Always) => true,
            (Shown::Refresh(_), Rotation::AsAnswered) => rotated,
        };
        self.access += 1;
        let issued = Issued {
            access: self.access,
            refresh: rotates.then(|| self.rotate(shown)),
            at,
            life,
            refresh_in,
        };
        (answer, Some(issued))
    }

    /// Whether the grant is good, or may be forgiven.
    fn takes(&self, shown: Shown) -> bool {
        let Shown::Refresh(number) = shown else {
            return true;
        };
        match self.good {
            Some((good, _)) if good == number => true,
            Some((_, false)) => self.setting.leeway && self.previous == Some(number),
            _ => false,
        }
    }

    fn rotate(&mut self, shown: Shown) -> usize {
        self.refresh += 1;
        self.previous = match shown {
            Shown::Refresh(old) => Some(old),
            Shown::Client | Shown::Password => None,
        };
        self.good = Some((self.refresh, false));
        self.refresh
    }

    fn arrived(&mut self, refresh: usize) {
        if let Some((good, arrived)) = &mut self.good
            && *good == refresh
        {
            *arrived = true;
        }
    }

    /// The user's session is over, if it is this one's.
    fn end(&mut self, shown: Shown) {
        if let (Shown::Refresh(number), Some((good, _))) = (shown, self.good)
            && number == good
        {
            self.good = None;
        }
    }
}

/// A request on its way. One that the client drops has timed out, or was aborted.
struct Way {
    server: Server,
    began: jiff::Timestamp,
    open: bool,
}

impl Way {
    fn new(server: &Server) -> Self {
        Self {
            server: server.clone(),
            began: server.clock.true_now(),
            open: true,
        }
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let Server {
            client, expected, ..
        } = &self.server;
        let waited = crate::clock::left(self.began, self.server.clock.true_now());
        if waited < Duration::from_secs(30) {
            expected.dropped(*client);
            return;
        }
        expected.note(Happening::TimedOut);
        expected.failed(
            *client,
            Failed {
                pause: Duration::from_secs(1),
                ends_grant: false,
                spent: false,
                lost: false,
            },
        );
    }
}
