//! The play: a scenario's steps, one after another, each to its quiet end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::directory::GrantType;
use mock_idp::{MockIdp, Secret, StartError};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use token_client::Transport as _;
use tokio::task::AbortHandle;

use super::crew::{Assembled, Crew, NumberedCaller};
use super::settle::{CallRecord, Settled, settle};
use super::timeline::{Timeline, later};
use super::transport::LoopbackTransport;
use crate::case::Case;
use crate::contender::{Answer, Contender, LocalClient, Setup};
use crate::scenario::{CallStep, ClientAuthMethod, GrantKind, IdpStep, Revocation, Side, Step};
use crate::staging;
use crate::trace::{Caller, CutShort, Mark, MarkKind, Operation, Party, Trace};

/// How many requests a case may send. The hungriest shipped scenario needs a tenth of it.
const REQUEST_BUDGET: u32 = 2_000;
/// How long, in virtual time, calls that are still under way at the end are given.
const LAST_WAIT: Duration = Duration::from_secs(3600);

/// Why a case could not be played at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// The mock did not start.
    #[error("the mock could not be started: {0}")]
    World(#[from] StartError),
    /// The client refused its setup.
    #[error("the client could not be set up: {0}")]
    Client(String),
}

pub(super) async fn play(
    case: &Case,
    variation: usize,
    contender: &dyn Contender,
    seed: u64,
) -> Result<Trace, PlayError> {
    let stage = Stage::set(case, variation, contender, seed).await?;
    let steps = &case.variations[variation].body.steps;
    Ok(stage.perform(steps).await)
}

/// Everything of one run.
struct Stage {
    timeline: Timeline,
    idp: Arc<MockIdp>,
    client: Arc<dyn LocalClient>,
    transport: LoopbackTransport,
    tasks: Assembled,
    started_at: Timestamp,
    calls: Vec<Call>,
    marks: Vec<Mark>,
    /// Refresh tokens by the names the scenario gives them.
    named: HashMap<String, Secret>,
}

/// One call of the client and what became of it.
struct Call {
    caller: Caller,
    operation: Operation,
    step: usize,
    started_at: Timestamp,
    ended: Arc<Mutex<Option<(Timestamp, Answer)>>>,
    task: AbortHandle,
}

impl Call {
    fn is_over(&self) -> bool {
        self.task.is_finished() || self.ended().is_some()
    }

    /// What became of it; nothing if it panicked.
    fn record(&self) -> Option<CallRecord> {
        let ended = self.ended().take();
        if ended.is_none() && self.task.is_finished() {
            return None;
        }
        Some(CallRecord {
            step: self.step,
            caller: self.caller.clone(),
            operation: self.operation,
            started_at: self.started_at,
            ended,
        })
    }

    fn ended(&self) -> MutexGuard<'_, Option<(Timestamp, Answer)>> {
        // Nothing under this lock panics.
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    async fn set(
        case: &Case,
        variation: usize,
        contender: &dyn Contender,
        seed: u64,
    ) -> Result<Self, PlayError> {
        let body = &case.variations[variation].body;
        let timeline = Timeline::new(body.client.clock_offset.0);
        let idp = staging::world(case.provider, &body.idp, seed)
            .plain_http()
            .clock(timeline.server())
            .supervisor(Arc::new(timeline.clone()))
            .start()
            .await?;
        let idp = Arc::new(idp);
        staging::script(&idp, &body.idp);
        let mut named = HashMap::new();
        let refresh_token = body.client.refresh_token.as_ref().map(|name| {
            let minted = idp.mint_refresh_token();
            named.insert(name.clone(), minted.value.clone());
            token_client::Secret::new(minted.value.reveal())
        });
        let grant = body.client.grant_in_use();
        let transport = LoopbackTransport::new(timeline.activity.clone(), REQUEST_BUDGET);
        let tasks = Crew::assemble(&timeline.activity);
        let credentials = idp.credentials();
        let secret = |secret: &Secret| token_client::Secret::new(secret.reveal());
        let setup = Setup {
            provider: case.provider,
            token_url: idp.token_url(),
            api_url: if grant == GrantKind::ClientCredentials {
                idp.api_url()
            } else {
                idp.user_api_url()
            },
            client_id: credentials.client_id,
            client_secret: secret(&credentials.client_secret),
            auth: body.client.auth.unwrap_or(ClientAuthMethod::Post),
            grant,
            scopes: idp.scopes(grant_type(grant)),
            username: credentials.username,
            password: secret(&credentials.password),
            refresh_token,
            clock: timeline.client(),
            transport: Arc::new(transport.clone()),
            spawn: Arc::new(tasks.crew.clone()),
            seed,
        };
        let client = contender.open(setup).map_err(PlayError::Client)?;
        let started_at = timeline.now();
        Ok(Self {
            timeline,
            idp,
            client,
            transport,
            tasks,
            started_at,
            calls: Vec::new(),
            marks: Vec::new(),
            named,
        })
    }

    async fn perform(mut self, steps: &[Step]) -> Trace {
        for (index, step) in steps.iter().enumerate() {
            self.step(index, step).await;
            if self.transport.is_exhausted() {
                break;
            }
        }
        let limit = later(self.timeline.now(), LAST_WAIT);
        self.run_until(limit, |stage| stage.calls.iter().all(Call::is_over))
            .await;
        self.trace().await
    }

    async fn step(&mut self, index: usize, step: &Step) {
        match step {
            Step::GetToken(call) => self.call(index, Operation::GetToken, call).await,
            Step::CallApi(call) => self.call(index, Operation::CallApi, call).await,
            Step::ForceRefresh(call) => self.call(index, Operation::ForceRefresh, call).await,
            Step::Advance(advance) => {
                self.mark(MarkKind::Moved {
                    by_ms: i64::try_from(advance.by.0.as_millis()).unwrap_or(i64::MAX),
                    side: side_name(advance.side).to_owned(),
                });
                match advance.side {
                    Side::Both => self.timeline.advance(advance.by.0).await,
                    side => self.timeline.skew(advance.by.0, side).await,
                }
            }
            // Every call of an earlier step has begun by the time that step is quiet.
            Step::Until(_) => self.timeline.activity.quiet().await,
            Step::Release(hold) => {
                self.mark(MarkKind::Released(hold.clone()));
                self.idp.release(hold);
                self.timeline.activity.quiet().await;
            }
            Step::Join(label) => {
                let limit = later(self.timeline.now(), LAST_WAIT);
                self.run_until(limit, |stage| {
                    stage
                        .calls
                        .iter()
                        .filter(|call| call.caller.label == *label)
                        .all(Call::is_over)
                })
                .await;
            }
            Step::Idp(happening) => self.happen(happening).await,
        }
    }

    async fn call(&mut self, step: usize, operation: Operation, call: &CallStep) {
        let label = call
            .label
            .clone()
            .unwrap_or_else(|| format!("step{}", step + 1));
        self.mark(MarkKind::Started(label.clone()));
        let times = match (call.every, call.lasting) {
            (Some(every), Some(lasting)) => {
                u32::try_from(lasting.0.as_millis() / every.0.as_millis().max(1))
                    .unwrap_or(u32::MAX)
            }
            _ => call.times.unwrap_or(1).saturating_sub(1),
        };
        for index in 1..=times.saturating_add(1) {
            self.start(
                step,
                operation,
                Caller {
                    label: label.clone(),
                    index,
                },
            );
            if self.transport.is_exhausted() {
                return;
            }
            let is_last = index > times;
            match call.every {
                _ if call.together => {}
                Some(every) if !is_last => self.timeline.advance(every.0).await,
                // The next call is made by the same hand: it waits for this one.
                None if !is_last => {
                    let limit = later(self.timeline.now(), LAST_WAIT);
                    self.run_until(limit, |stage| stage.calls.last().is_none_or(Call::is_over))
                        .await;
                }
                _ => self.timeline.activity.quiet().await,
            }
        }
        self.timeline.activity.quiet().await;
    }

    fn start(&mut self, step: usize, operation: Operation, caller: Caller) {
        let asked = match operation {
            Operation::GetToken => self.client.get_token(),
            Operation::CallApi => self.client.call_api(),
            Operation::ForceRefresh => self.client.force_refresh(),
        };
        let ended = Arc::new(Mutex::new(None));
        let (timeline, slot) = (self.timeline.clone(), ended.clone());
        let numbered = NumberedCaller {
            number: self.calls.len(),
            caller: caller.clone(),
        };
        let task = self.tasks.crew.call(numbered, async move {
            let answer = asked.await;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((timeline.now(), answer));
        });
        self.calls.push(Call {
            caller,
            operation,
            step,
            started_at: self.timeline.now(),
            ended,
            task,
        });
    }

    /// Lets time pass from deadline to deadline until `done`, nobody sleeps any more, or `limit` is reached.
    async fn run_until(&self, limit: Timestamp, done: impl Fn(&Self) -> bool) {
        self.timeline.activity.quiet().await;
        while !done(self) && !self.transport.is_exhausted() && self.timeline.step(limit).await {}
    }

    async fn happen(&mut self, happening: &IdpStep) {
        if let Some(revocation) = happening.revoke {
            match revocation {
                Revocation::AccessTokens => self.idp.revoke_access_tokens(),
                Revocation::Grants => self.idp.revoke_grants(),
            }
        }
        if let Some(token) = happening
            .replay
            .as_ref()
            .and_then(|name| self.named.get(name))
        {
            self.replay(token.clone()).await;
        }
        self.timeline.activity.quiet().await;
    }

    /// Redeems a stolen refresh token the way its thief would.
    async fn replay(&self, token: Secret) {
        let credentials = self.idp.credentials();
        let encode = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let form = format!(
            "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
            encode(&credentials.client_id),
            encode(credentials.client_secret.reveal()),
            encode(token.reveal()),
        );
        let request = http::Request::post(self.idp.token_url())
            .header(
                http::header::CONTENT_TYPE,
                "application/x-www-form-urlencoded",
            )
            .body(bytes::Bytes::from(form));
        if let Ok(request) = request {
            // Whatever the thief gets, the journal has it.
            let _ = self.transport.of(Party::Intruder).send(request).await;
        }
    }

    fn mark(&mut self, what: MarkKind) {
        self.marks.push(Mark {
            at: self.timeline.now(),
            last_exchange: Some(self.idp.journal().written()),
            what,
        });
    }

    async fn trace(self) -> Trace {
        let ended_at = self.timeline.now();
        let panic = self.tasks.crew.panic().await.map(CutShort::ClientPanicked);
        let exhausted = self
            .transport
            .is_exhausted()
            .then_some(CutShort::RequestBudget {
                limit: REQUEST_BUDGET,
            });
        let calls = self.calls.iter().filter_map(Call::record).collect();
        settle(Settled {
            idp: &self.idp,
            departures: self.transport.departures(),
            calls,
            marks: self.marks,
            started_at: self.started_at,
            ended_at,
            cut_short: panic.or(exhausted),
        })
    }
}

fn grant_type(grant: GrantKind) -> GrantType {
    match grant {
        GrantKind::ClientCredentials => GrantType::ClientCredentials,
        GrantKind::Password => GrantType::Password,
        GrantKind::RefreshToken => GrantType::RefreshToken,
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Both => "both",
        Side::Server => "server",
        Side::Client => "client",
    }
}
