//! A conversation with a driver: requests and their answers, and what that says of the client's being busy.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::fault::DriverFault;
use super::link::Link;
use super::process::Inbound;
use super::protocol::{MAX_LINE, Message, Operation, Outcome, Request};
use super::transcript::Transcript;
use crate::contender::Limits;
use crate::local::pulse::{Pulse, Ticket};
use crate::local::{Alarm, Reins};
use crate::watchdog::within;

/// A conversation. Clones are the same one; when the last is dropped, the driver is killed.
#[derive(Clone, Debug)]
pub(super) struct Session(Arc<Shared>);

/// A conversation that somebody else keeps up.
pub(super) struct Distant(Weak<Shared>);

impl Distant {
    /// The conversation, as long as it is kept up.
    pub(super) fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }
}

#[derive(Debug)]
struct Shared {
    link: Link,
    /// The client's reins; none before there is a case.
    reins: Option<Reins>,
    state: Mutex<State>,
    /// Whether requests may be called back.
    cancels: bool,
    limits: Limits,
    listener: Mutex<Option<Listener>>,
}

/// The task that hears what comes, until `stop` is dropped.
#[derive(Debug)]
struct Listener {
    task: JoinHandle<mpsc::Receiver<Inbound>>,
    stop: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    asked: BTreeMap<u64, Asked>,
    /// What was answered, for those who answer twice.
    answered: BTreeMap<u64, &'static str>,
    background: Option<Alarm>,
    fault: Option<DriverFault>,
    transcript: Transcript,
}

/// A request under way.
#[derive(Debug)]
struct Asked {
    op: &'static str,
    ticket: Option<Ticket>,
    /// Nobody waits for it without this.
    reply: Option<oneshot::Sender<Outcome>>,
    alarm: Option<Alarm>,
}

impl Session {
    /// Begins to listen.
    pub(super) fn begin(
        link: Link,
        inbound: mpsc::Receiver<Inbound>,
        reins: Option<Reins>,
        cancels: bool,
        limits: Limits,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let exhausted = reins.clone().map(|reins| reins.pulse().clone());
        let shared = Arc::new(Shared {
            link,
            reins,
            state: Mutex::default(),
            cancels,
            limits,
            listener: Mutex::new(None),
        });
        let task = tokio::spawn(listen(Arc::downgrade(&shared), inbound, stopped, exhausted));
        let session = Self(shared);
        *session.listener() = Some(Listener { task, stop });
        session
    }

    /// Asks and waits for the answer. Dropped before that, the request is called back, if the driver can do that.
    ///
    /// # Errors
    ///
    /// What the driver did wrong, now or before.
    pub(super) async fn ask(&self, operation: Operation) -> Result<Outcome, DriverFault> {
        self.ask_within(self.0.limits.silence, operation).await
    }

    /// The same, for what a driver may take longer over: its start.
    ///
    /// # Errors
    ///
    /// As for [`ask`](Self::ask).
    pub(super) async fn ask_at_start(&self, operation: Operation) -> Result<Outcome, DriverFault> {
        self.ask_within(self.0.limits.start, operation).await
    }

    async fn ask_within(
        &self,
        patience: Duration,
        operation: Operation,
    ) -> Result<Outcome, DriverFault> {
        let op = operation.name();
        let (reply, mut answer) = oneshot::channel();
        let id = self.send(operation, Some(reply))?;
        let mut asking = Asking {
            session: self,
            id: Some(id),
        };
        loop {
            let outcome = match within(patience, &mut answer).await {
                Some(Ok(outcome)) => Ok(outcome),
                Some(Err(_)) => Err(self.fault().unwrap_or(DriverFault::Ended {
                    how: "its output".to_owned(),
                    during: op.to_owned(),
                })),
                None if self.is_alive(patience) => continue,
                None => {
                    let fault = DriverFault::Hung {
                        op,
                        after: patience,
                    };
                    self.fail(fault.clone());
                    Err(fault)
                }
            };
            asking.id = None;
            return outcome;
        }
    }

    /// The conversation, without keeping it up.
    pub(super) fn downgrade(&self) -> Distant {
        Distant(Arc::downgrade(&self.0))
    }

    /// Ends the driver at once.
    pub(super) fn kill(&self) {
        self.0.link.kill();
    }

    /// Whether nothing that was asked is left to be answered.
    pub(super) fn is_idle(&self) -> bool {
        self.state().asked.is_empty()
    }

    /// Says something that every driver must take, and does not wait for the answer: anything but `ok` is a fault.
    pub(super) fn tell(&self, operation: Operation) {
        // A fault is known by then.
        let _ = self.send(operation, None);
    }

    /// What the driver has done wrong, if it has.
    pub(super) fn fault(&self) -> Option<DriverFault> {
        self.state().fault.clone()
    }

    /// What the driver has written to standard error, the last of it.
    pub(super) fn said(&self) -> String {
        self.0.link.said()
    }

    /// What has been said so far, from both sides.
    pub(super) fn transcript(&self) -> Transcript {
        self.state().transcript.clone()
    }

    /// Ends the conversation and hands back the link, if it is still of use.
    pub(super) async fn release(&self) -> Option<(Link, mpsc::Receiver<Inbound>)> {
        let Listener { task, stop } = self.listener().take()?;
        drop(stop);
        let inbound = task.await.ok()?;
        let state = self.state();
        let is_sound = state.fault.is_none() && state.asked.is_empty();
        is_sound.then(|| (self.0.link.clone(), inbound))
    }

    fn send(
        &self,
        operation: Operation,
        reply: Option<oneshot::Sender<Outcome>>,
    ) -> Result<u64, DriverFault> {
        let op = operation.name();
        let ticket = self.pulse().map(Pulse::begin);
        let (id, line) = {
            let mut state = self.state();
            if let Some(fault) = &state.fault {
                let fault = fault.clone();
                drop(state);
                self.close(ticket);
                return Err(fault);
            }
            state.last += 1;
            let id = state.last;
            state.transcript.asked(id, &operation);
            let line = serde_json::to_vec(&Request { id, operation }).unwrap_or_default();
            state.asked.insert(
                id,
                Asked {
                    op,
                    ticket,
                    reply,
                    alarm: None,
                },
            );
            (id, line)
        };
        if line.is_empty() || line.len() > MAX_LINE {
            self.fail(DriverFault::Unspeakable);
            return Err(DriverFault::Unspeakable);
        }
        self.0.link.send(line);
        Ok(id)
    }

    fn hear(&self, message: Message) -> Result<(), DriverFault> {
        if let Some(pulse) = self.pulse() {
            pulse.stir();
        }
        match message {
            Message::Answer { id, outcome } => self.answered(id, outcome),
            Message::Started(id) => self.under_way(id, |_, _| {}),
            Message::Resumed(id) => self.under_way(id, |session, asked| {
                asked.alarm = None;
                session.sleeps(asked.ticket, None);
            }),
            Message::Waiting { id, until } => self.under_way(id, |session, asked| {
                let Some(reins) = &session.0.reins else {
                    return;
                };
                let alarm = reins.alarm(until);
                session.sleeps(asked.ticket, Some(alarm.until));
                asked.alarm = Some(alarm);
            }),
            Message::Background { until, .. } => {
                let mut state = self.state();
                state.background = until
                    .zip(self.0.reins.as_ref())
                    .map(|(until, reins)| reins.alarm(until));
                Ok(())
            }
        }
    }

    fn answered(&self, id: u64, outcome: Outcome) -> Result<(), DriverFault> {
        let asked = {
            let mut state = self.state();
            let Some(asked) = state.asked.remove(&id) else {
                return Err(match state.answered.get(&id) {
                    Some(op) => DriverFault::Twice { id, op },
                    None => DriverFault::NeverAsked(id),
                });
            };
            state.answered.insert(id, asked.op);
            asked
        };
        let taken = match (asked.reply, outcome) {
            (Some(reply), outcome) => {
                // Whoever asked may have given up.
                let _ = reply.send(outcome);
                Ok(())
            }
            (None, Outcome::Ok(_)) => Ok(()),
            // What was called back may have ended in any way.
            (None, _) if asked.op != "set_clock" => Ok(()),
            (None, outcome) => Err(DriverFault::Refused {
                op: asked.op,
                what: outcome.in_words(),
            }),
        };
        // After the reply: whoever waits for it counts by now.
        self.close(asked.ticket);
        taken
    }

    fn under_way(
        &self,
        id: u64,
        change: impl FnOnce(&Self, &mut Asked),
    ) -> Result<(), DriverFault> {
        let mut state = self.state();
        if let Some(asked) = state.asked.get_mut(&id) {
            change(self, asked);
            return Ok(());
        }
        // An event may cross a call back.
        let known = state.answered.contains_key(&id);
        known.then_some(()).ok_or(DriverFault::NeverAsked(id))
    }

    /// From now on nothing more is said.
    fn fail(&self, fault: DriverFault) {
        let left = {
            let mut state = self.state();
            state.fault.get_or_insert(fault);
            state.background = None;
            std::mem::take(&mut state.asked)
        };
        self.0.link.kill();
        for (_, asked) in left {
            // Those who wait are told by the end of their channel.
            drop(asked.reply);
            self.close(asked.ticket);
        }
    }

    fn sleeps(&self, ticket: Option<Ticket>, until: Option<jiff::Timestamp>) {
        if let (Some(pulse), Some(ticket)) = (self.pulse(), ticket) {
            pulse.sleeps(ticket, until);
        }
    }

    fn close(&self, ticket: Option<Ticket>) {
        if let (Some(pulse), Some(ticket)) = (self.pulse(), ticket) {
            pulse.end(ticket);
        }
    }

    fn is_alive(&self, limit: Duration) -> bool {
        self.pulse().is_some_and(|pulse| pulse.is_alive(limit))
    }

    fn pulse(&self) -> Option<&Pulse> {
        self.0.reins.as_ref().map(Reins::pulse)
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        // Nothing under this lock panics.
        self.0
            .listener
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock panics.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that somebody waits for.
struct Asking<'s> {
    session: &'s Session,
    /// None once it is answered.
    id: Option<u64>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let Some(id) = self.id else {
            return;
        };
        let session = self.session;
        let ticket = {
            let mut state = session.state();
            let asked = state.asked.get_mut(&id);
            asked.and_then(|asked| asked.ticket.take())
        };
        if session.0.cancels {
            session.tell(Operation::Cancel { call: id });
        }
        // After the call back is under way, so that there is no moment of quiet between them.
        session.close(ticket);
    }
}

/// Hears what comes, until it is stopped or the conversation is over.
async fn listen(
    shared: Weak<Shared>,
    mut inbound: mpsc::Receiver<Inbound>,
    mut stopped: oneshot::Receiver<()>,
    pulse: Option<Pulse>,
) -> mpsc::Receiver<Inbound> {
    let mut exhausted = pin!(async {
        match &pulse {
            Some(pulse) => pulse.exhausted().await,
            None => std::future::pending().await,
        }
    });
    loop {
        let next = tokio::select! {
            biased;
            _ = &mut stopped => return inbound,
            () = &mut exhausted => Some(Inbound::Broken(DriverFault::Endless)),
            next = inbound.recv() => next,
        };
        let (Some(next), Some(session)) = (next, shared.upgrade().map(Session)) else {
            return inbound;
        };
        let heard = match next {
            Inbound::Line(line) if line.is_empty() => Ok(()),
            Inbound::Line(line) => {
                session.state().transcript.heard(&line);
                Message::read(&line)
                    .map_err(DriverFault::from)
                    .and_then(|message| session.hear(message))
            }
            Inbound::Broken(fault) => Err(fault),
            Inbound::End => {
                let how = session.0.link.end().await;
                let state = session.state();
                let during = state.asked.values().next().map(|asked| asked.op);
                Err(DriverFault::Ended {
                    how,
                    during: during.unwrap_or("nothing").to_owned(),
                })
            }
        };
        if let Err(fault) = heard {
            session.fail(fault);
            return inbound;
        }
    }
}
