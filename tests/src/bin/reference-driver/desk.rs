//! Where requests are taken, and answered when the clients have come to rest.
//!
//! Nothing is said while a task can go on. Before the thread waits for the world outside, what has changed is told, in an order in
//! which the client never looks idle while it is not: what goes on, then answers, then who sleeps.

mod seat;
mod words;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use serde_json::Map;
use token_client::{BoxFuture, FileStore, HttpTransport, MemoryStore, Secret, TokenStore};
use tokenproof::contender::{
    Answer, ApiCall, Beginning, Contender, Credential, LocalClient, Setup,
};
use tokenproof::driver::protocol::{
    Capabilities, Grant, Hello, Message, Open, Operation, Outcome, Profile, Request, Unread,
    VERSION,
};
use tokenproof::scenario::ClientAuthMethod;
use tokenproof::trace::Class;
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;

use super::clock::{DrivenClock, Time};
use super::transport::{Counting, Tasks};
use words::{or_failed, swap, told};

/// Takes requests for clients of one kind.
pub(super) struct Desk {
    contender: &'static dyn Contender,
    time: Time,
    state: Mutex<State>,
    answered: Notify,
}

#[derive(Default)]
struct State {
    seats: BTreeMap<String, Seat>,
    /// Answers that wait until their client has come to rest.
    done: Vec<(Out, Message)>,
    opened: u64,
}

/// One client.
struct Seat {
    client: Arc<dyn LocalClient>,
    clock: DrivenClock,
    transport: Counting,
    tasks: Tasks,
    calls: BTreeMap<u64, Call>,
    /// What was said last of what nobody waits for.
    said: (bool, Option<Timestamp>),
    /// Where that is said.
    out: Out,
}

/// A call under way.
struct Call {
    out: Out,
    task: Option<AbortHandle>,
    asleep: Option<Timestamp>,
}

/// Where answers go. Clones lead to the same place.
#[derive(Clone)]
pub(super) struct Out(Option<mpsc::UnboundedSender<String>>);

impl Out {
    pub(super) fn to(lines: mpsc::UnboundedSender<String>) -> Self {
        Self(Some(lines))
    }

    fn say(&self, message: &Message) {
        if let Some(lines) = &self.0 {
            // Whoever asked may have gone.
            let _ = lines.send(message.write());
        }
    }
}

impl Desk {
    pub(super) fn of(contender: &'static dyn Contender, time: Time) -> Self {
        Self {
            contender,
            time,
            state: Mutex::default(),
            answered: Notify::new(),
        }
    }

    /// Takes one request, whose answer goes to `out`.
    pub(super) fn take(self: &Arc<Self>, line: &[u8], out: &Out) {
        let Request { id, operation } = match Request::read(line) {
            Ok(request) => request,
            Err(Unread::Unsupported { id, why }) => {
                let outcome = Outcome::Unsupported(why);
                return self.state().answer(out, id, outcome);
            }
            Err(Unread::NoRequest) => return eprintln!("that was no request"),
        };
        match operation {
            Operation::Hello { .. } => {
                let hello = serde_json::to_value(self.hello()).unwrap_or_default();
                let hello = hello.as_object().cloned().unwrap_or_default();
                self.state().answer(out, id, Outcome::Ok(hello));
            }
            Operation::Open(open) => {
                let opened = self.open(*open, out);
                self.state().answer(out, id, or_failed(opened));
            }
            Operation::GetToken { client } => self.call(&client, id, out, |c| c.get_token()),
            Operation::ForceRefresh { client } => {
                self.call(&client, id, out, |c| c.force_refresh())
            }
            Operation::Invalidate { client } => self.call(&client, id, out, |c| c.invalidate()),
            Operation::CallApi {
                client,
                method,
                body,
                ..
            } => {
                let call = ApiCall {
                    method: method.parse().unwrap_or(Method::GET),
                    body: body.map(Bytes::from),
                };
                self.call(&client, id, out, |c| c.call_api(call));
            }
            Operation::SwapCredential {
                client,
                client_secret,
                refresh_token,
                api_token,
            } => {
                let secret = client_secret.map(Credential::Secret);
                let credential = secret
                    .or(refresh_token.map(Credential::RefreshToken))
                    .or(api_token.map(Credential::ApiToken));
                self.call(&client, id, out, |c| swap(c, credential));
            }
            Operation::SetClock {
                client,
                now,
                elapsed_ms,
            } => {
                let mut state = self.state();
                if let Some(seat) = state.seats.get_mut(&client) {
                    seat.clock.set(now, Duration::from_millis(elapsed_ms));
                    seat.out = out.clone();
                    // Whoever has slept until now may be asleep again.
                    for call in seat.calls.values_mut() {
                        call.asleep = call.asleep.filter(|until| *until > now);
                    }
                }
                state.answer(out, id, Outcome::Ok(Map::new()));
            }
            Operation::Cancel { call } => {
                let mut state = self.state();
                state.cancel(|number, _| *number == call);
                state.answer(out, id, Outcome::Ok(Map::new()));
            }
            Operation::Close { client } => {
                let mut state = self.state();
                state.close(&client);
                state.answer(out, id, Outcome::Ok(Map::new()));
            }
        }
    }

    /// Says what has changed; no task can go on by itself.
    pub(super) fn at_rest(&self) {
        let mut state = self.state();
        let State { seats, done, .. } = &mut *state;
        for (name, seat) in seats.iter_mut() {
            seat.say_what_goes_on(name);
        }
        for (out, answer) in done.drain(..) {
            out.say(&answer);
        }
        for (name, seat) in seats.iter_mut() {
            seat.say_what_sleeps(name);
        }
        drop(state);
        self.answered.notify_waiters();
    }

    /// Completes when no call is under way.
    pub(super) async fn finished(&self) {
        loop {
            let answered = self.answered.notified();
            {
                let state = self.state();
                if state.seats.values().all(|seat| seat.calls.is_empty()) {
                    return;
                }
            }
            answered.await;
        }
    }

    /// Ends all clients.
    pub(super) fn leave(&self) {
        let mut state = self.state();
        let names: Vec<String> = state.seats.keys().cloned().collect();
        names.iter().for_each(|name| state.close(name));
        for (out, answer) in state.done.drain(..) {
            out.say(&answer);
        }
    }

    fn hello(&self) -> Hello {
        let ops = [
            "call_api",
            "force_refresh",
            "invalidate",
            "set_clock",
            "cancel",
            "swap_credential",
        ];
        let margin = self.contender.margin().as_secs();
        Hello {
            version: VERSION,
            name: self.contender.name().to_owned(),
            release: env!("CARGO_PKG_VERSION").to_owned(),
            can: Capabilities {
                grants: vec![
                    Grant::ClientCredentials,
                    Grant::Password,
                    Grant::RefreshToken,
                    Grant::ApiToken,
                ],
                auth: vec!["post".to_owned(), "basic".to_owned()],
                ops: ops.map(str::to_owned).into(),
                clock: self.time.declared(),
                timers: self.time == Time::Driven,
                concurrency: 1_000,
                classes: true,
                stores: true,
                reuse: true,
                ..Capabilities::default()
            },
            profile: Profile {
                // In a short life the margin is short too.
                margin_s: u32::try_from(margin)
                    .ok()
                    .filter(|_| self.time == Time::Driven),
                ..Profile::default()
            },
        }
    }

    fn open(&self, open: Open, out: &Out) -> Result<(), String> {
        let transport = HttpTransport::builder()
            .root_pem(open.idp.ca_pem.as_str())
            .keep_alive(false)
            .build()
            .map_err(|misuse| misuse.to_string())?;
        let clock = DrivenClock::at(open.now, Duration::from_millis(open.elapsed_ms));
        let transport = Counting::over(transport);
        let tasks = Tasks::default();
        let store: Arc<dyn TokenStore> = match open.store {
            Some(path) => Arc::new(FileStore::new(path).clock(self.time.clock(&clock))),
            None => Arc::new(MemoryStore::new()),
        };
        let (username, password) = match open.user {
            Some(user) => (user.username, user.password),
            None => (String::new(), Secret::new("")),
        };
        let mut state = self.state();
        state.opened += 1;
        let mut seed = DefaultHasher::new();
        (&open.client, state.opened, std::process::id()).hash(&mut seed);
        let setup = Setup {
            name: open.client.clone(),
            provider: open.provider,
            token_url: open.idp.token_url,
            api_url: open.resource.url,
            post_api_url: open.resource.post_url,
            client_id: open.auth.client_id,
            client_secret: open.auth.client_secret.unwrap_or_else(|| Secret::new("")),
            auth: match open.auth.method.as_str() {
                "basic" => ClientAuthMethod::Basic,
                _ => ClientAuthMethod::Post,
            },
            proof: None,
            dpop: None,
            grant: open.grant.into(),
            beginning: match open.auth.api_token {
                Some(token) => Beginning::ApiToken(token),
                None => Beginning::Grant,
            },
            capabilities: Vec::new(),
            v1: false,
            scopes: open.scopes,
            username,
            password,
            refresh_token: open.refresh_token,
            store,
            clock: self.time.clock(&clock),
            transport: Arc::new(transport.clone()),
            spawn: Arc::new(tasks.clone()),
            seed: seed.finish(),
            outside: None,
        };
        let seat = Seat {
            client: self.contender.open(setup)?,
            clock,
            transport,
            tasks,
            calls: BTreeMap::new(),
            said: (false, None),
            out: out.clone(),
        };
        state.seats.insert(open.client, seat);
        Ok(())
    }

    fn call(
        self: &Arc<Self>,
        client: &str,
        id: u64,
        out: &Out,
        call: impl FnOnce(&dyn LocalClient) -> BoxFuture<'static, Answer>,
    ) {
        let mut state = self.state();
        let Some(seat) = state.seats.get_mut(client) else {
            let unknown = Err(format!("there is no client `{client}`"));
            return state.answer(out, id, or_failed(unknown));
        };
        let answer = call(&*seat.client);
        let (desk, name) = (self.clone(), client.to_owned());
        // It cannot end before the lock is free.
        let task = tokio::spawn(async move {
            let outcome = told(answer.await);
            desk.state().end(&name, id, outcome);
        });
        seat.out = out.clone();
        let call = Call {
            out: out.clone(),
            task: Some(task.abort_handle()),
            asleep: None,
        };
        seat.calls.insert(id, call);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, out: &Out, id: u64, outcome: Outcome) {
        self.done
            .push((out.clone(), Message::Answer { id, outcome }));
    }

    fn end(&mut self, client: &str, id: u64, outcome: Outcome) {
        let seat = self.seats.get_mut(client);
        if let Some(call) = seat.and_then(|seat| seat.calls.remove(&id)) {
            self.answer(&call.out, id, outcome);
        }
    }

    /// Gives up calls where they are.
    fn cancel(&mut self, which: impl Fn(&u64, &Call) -> bool) {
        for seat in self.seats.values_mut() {
            for (id, call) in seat.calls.extract_if(.., |id, call| which(id, call)) {
                if let Some(task) = call.task {
                    task.abort();
                }
                let outcome = told(Answer::of(Class::Cancelled));
                self.done.push((call.out, Message::Answer { id, outcome }));
            }
        }
    }

    fn close(&mut self, client: &str) {
        let Some(mut seat) = self.seats.remove(client) else {
            return;
        };
        seat.tasks.end();
        for (id, call) in std::mem::take(&mut seat.calls) {
            if let Some(task) = call.task {
                task.abort();
            }
            self.answer(&call.out, id, told(Answer::of(Class::Cancelled)));
        }
    }
}
