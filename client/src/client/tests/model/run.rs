//! Plays a plan.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::task::{AbortHandle, JoinHandle};

use super::event::Wish;
use super::expected::Expected;
use super::plan::{Breakage, Plan, Source, Step};
use super::promise::{Breach, FLIGHT, Happening};
use super::server::Server;
use super::store::Shared;
use crate::testkit::{HandClock, TOKEN_URL};
use crate::{
    BoxFuture, ClientAuth, GrantSource, Provider, Secret, Spawn, TokenClient, TokenStore as _,
};

/// What a run showed: the promises it broke, and what happened in it.
pub(super) struct Outcome {
    pub(super) breaches: Vec<Breach>,
    pub(super) happened: BTreeSet<Happening>,
}

pub(super) async fn run(plan: &Plan) -> Outcome {
    let mut run = Run::new(plan);
    for step in &plan.steps {
        run.take(*step).await;
    }
    run.end().await
}

struct Run {
    clock: HandClock,
    expected: Expected,
    server: Server,
    store: Shared,
    clients: Vec<(TokenClient, Tasks)>,
    callers: Vec<JoinHandle<()>>,
    /// How many callers came.
    came: usize,
}

impl Run {
    fn new(plan: &Plan) -> Self {
        let setting = plan.setting;
        let clock = HandClock::new();
        let expected = Expected::new(clock.clone(), setting.clients, setting.leased);
        let server = Server::new(clock.clone(), expected.clone(), plan);
        let store = Shared::new(clock.clone(), expected.clone(), setting.leased);
        let clients = (0..setting.clients).map(|client| {
            let tasks = Tasks {
                client,
                expected: expected.clone(),
                running: Arc::default(),
            };
            let auth = ClientAuth::SecretPost {
                id: "app".to_owned(),
                secret: Secret::new("client-secret"),
            };
            let provider = Provider::at(TOKEN_URL).expect("a good address");
            let client = TokenClient::builder(provider, auth, source(setting.source))
                .scopes(["api"])
                .clock(clock.clone())
                .transport(server.with(client))
                .store(store.with(client))
                .spawn(tasks.clone())
                .build();
            (client.expect("a good configuration"), tasks)
        });
        Self {
            clients: clients.collect(),
            clock,
            expected,
            server,
            store,
            callers: Vec::new(),
            came: 0,
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Ask(client, callers) => {
                for _ in 0..callers {
                    self.come(client, Wish::Token);
                }
            }
            Step::Abort(client) => self.clients[client % self.clients.len()].1.abort(),
            Step::Advance(by) => self.clock.advance(by).await,
            Step::Break(breakage) => self.store.breaks(breakage),
            Step::Call(client) => self.come(client, Wish::Call),
            Step::Cancel(caller) => {
                if !self.callers.is_empty() {
                    self.callers[caller % self.callers.len()].abort();
                }
            }
            Step::Invalidate(client) => {
                let client = client % self.clients.len();
                self.expected.invalidated(client);
                self.clients[client].0.invalidate().await;
            }
            Step::Jump(by) => {
                self.expected.slept(by);
                self.clock.jump(by).await;
            }
            Step::Refresh(client) => self.come(client, Wish::Refresh),
            Step::Restore(to) => self.store.restore(to).await,
            Step::Revoke => self.server.revoke(),
            Step::SetBack(by) => {
                self.expected.note(Happening::SetBack);
                self.clock.set_back(by);
            }
        }
        tokio::task::yield_now().await;
    }

    fn come(&mut self, client: usize, wish: Wish) {
        let number = client % self.clients.len();
        let client = self.clients[number].0.clone();
        self.came += 1;
        let caller = Caller {
            number: self.came,
            client: number,
            wish,
            came: self.expected.awake(),
            expected: self.expected.clone(),
        };
        let resource = format!("https://api.example/{}", caller.number);
        self.callers.push(tokio::spawn(async move {
            if wish == Wish::Refresh {
                caller.expected.insists(number, caller.number);
            }
            let token = match wish {
                Wish::Call => {
                    let request = Request::get(resource).body(Bytes::new());
                    let _ = client.call(request.expect("a good request")).await;
                    return;
                }
                Wish::Refresh => client.refresh().await,
                Wish::Token => client.token().await,
            };
            if let Ok(token) = token {
                caller.expected.handed_out(number, token.secret().expose());
            }
        }));
    }

    /// Every caller comes to an end, and so does every flight. Then the newest refresh token has to be somewhere.
    async fn end(self) -> Outcome {
        let callers = self.callers;
        self.clock
            .run(async move {
                for caller in callers {
                    let _ = caller.await;
                }
            })
            .await;
        let flies = || (0..self.clients.len()).find(|client| self.expected.in_flight(*client));
        if flies().is_some() {
            self.clock.advance(FLIGHT).await;
        }
        if let Some(client) = flies() {
            let took = FLIGHT;
            self.expected.breach(Breach::Slow { client, took });
        }
        self.store.breaks(Breakage::Nothing);
        if let Some(newest) = self.expected.newest_refresh() {
            let wanted = Secret::new(format!("RT{newest}"));
            let is_there = |token: Option<Secret>| token.is_some_and(|it| it.matches(&wanted));
            let mut found = false;
            for (client, _) in &self.clients {
                let stored = self.store.load(client.store_key()).await;
                let stored = stored.expect("it works again");
                let unsaved = client.inner.state().unsaved.clone();
                let newest = client.inner.state().lineage.newest().cloned();
                found |= is_there(unsaved.and_then(|unsaved| unsaved.refresh_token))
                    // What is in hand takes the place of an older one in the store.
                    || (is_there(newest) && stored.is_some())
                    || is_there(stored.and_then(|record| record.refresh_token));
            }
            // The one given at the start is with whoever gave it.
            if !found && newest > 0 {
                self.expected.breach(Breach::LostRefreshToken(newest));
            }
        }
        Outcome {
            breaches: self.expected.breaches(),
            happened: self.expected.happened(),
        }
    }
}

fn source(source: Source) -> GrantSource {
    match source {
        Source::Client => GrantSource::ClientCredentials,
        Source::Password => GrantSource::Password {
            username: "ann".to_owned(),
            password: Secret::new("pw"),
        },
        Source::RefreshToken => GrantSource::RefreshToken(Secret::new("RT0")),
    }
}

/// Somebody who waits, until served or gone.
struct Caller {
    number: usize,
    client: usize,
    wish: Wish,
    came: Duration,
    expected: Expected,
}

impl Drop for Caller {
    fn drop(&mut self) {
        let took = self.expected.awake().saturating_sub(self.came);
        let Self {
            client,
            number,
            wish,
            ..
        } = *self;
        self.expected.served(client, number, wish, took);
    }
}

/// Runs the flights of one client, and can drop the one that is under way.
#[derive(Clone, Debug)]
struct Tasks {
    client: usize,
    expected: Expected,
    running: Arc<Mutex<Option<AbortHandle>>>,
}

impl Tasks {
    fn abort(&self) {
        let running = self.running.lock().expect("no test panics with it in hand");
        if let Some(running) = &*running
            && self.expected.in_flight(self.client)
        {
            self.expected.aborted(self.client);
            running.abort();
        }
    }
}

impl Spawn for Tasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.expected.took_off(self.client);
        let landing = Landing(self.clone());
        let spawned = tokio::spawn(async move {
            // The client must know of the end no later than the model does.
            let _landing = landing;
            task.await;
        });
        *self.running.lock().expect("no test panics with it in hand") =
            Some(spawned.abort_handle());
    }
}

struct Landing(Tasks);

impl Drop for Landing {
    fn drop(&mut self) {
        self.0.expected.landed(self.0.client);
    }
}
