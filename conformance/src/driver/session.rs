//! A conversation with a driver: requests and their answers, and what that says of the client's being busy.

mod hearing;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use hearing::Hearing;
use state::{Asked, State};

use super::fault::DriverFault;
use super::link::Link;
use super::process::Inbound;
use super::protocol::{MAX_LINE, Operation, Outcome, Request};
use super::transcript::Transcript;
use crate::contender::Limits;
use crate::local::Reins;
use crate::local::pulse::{Kind, Pulse, Ticket};
use crate::watchdog::{Stopwatch, within};

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
    /// Something was asked, answered or given up.
    stirred: Arc<Notify>,
}

/// The task that hears what comes, until `stop` is dropped.
#[derive(Debug)]
struct Listener {
    task: JoinHandle<mpsc::Receiver<Inbound>>,
    stop: oneshot::Sender<()>,
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
            stirred: Arc::default(),
        });
        let hearing = Hearing {
            shared: Arc::downgrade(&shared),
            stirred: shared.stirred.clone(),
            stopped,
        };
        let task = tokio::spawn(hearing.listen(inbound, exhausted));
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
        let (reply, answer) = oneshot::channel();
        let id = self.send(operation, patience, Some(reply))?;
        let mut asking = Asking {
            session: self,
            id: Some(id),
        };
        // What hangs is noticed by the listener, and ends the channel.
        let outcome = answer.await;
        asking.id = None;
        outcome.map_err(|_| {
            self.fault().unwrap_or(DriverFault::Ended {
                how: "its output".to_owned(),
                during: op.to_owned(),
            })
        })
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
        let _ = self.send(operation, self.0.limits.silence, None);
    }

    /// Completes when what was told has been taken note of, or no longer can be.
    pub(super) async fn noted(&self) {
        let noted = async {
            loop {
                let stirred = self.0.stirred.notified();
                let is_open = |asked: &Asked| asked.kind == Kind::Notice && !asked.given_up;
                if !self.state().asked.values().any(is_open) {
                    return;
                }
                stirred.await;
            }
        };
        // The listener is to find out first who hangs.
        within(self.0.limits.silence.saturating_mul(2), noted).await;
    }

    /// From now on nothing is asked, and nothing that was asked counts any more.
    pub(super) fn give_up(&self) {
        let (left, background) = {
            let mut state = self.state();
            state.over = true;
            let background = std::mem::take(&mut state.background);
            (std::mem::take(&mut state.asked), background)
        };
        self.close(background.ticket);
        for (_, asked) in left {
            // Those who wait are told by the end of their channel.
            drop(asked.reply);
            self.close(asked.ticket);
        }
        self.0.stirred.notify_waiters();
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
        patience: Duration,
        reply: Option<oneshot::Sender<Outcome>>,
    ) -> Result<u64, DriverFault> {
        let op = operation.name();
        let kind = kind_of(&operation);
        let ticket = self.pulse().map(|pulse| pulse.begin(kind));
        let (id, line) = {
            let mut state = self.state();
            if state.over || state.fault.is_some() {
                let fault = state.fault.clone();
                drop(state);
                self.close(ticket);
                return Err(fault.unwrap_or(DriverFault::Ended {
                    how: "in good order".to_owned(),
                    during: op.to_owned(),
                }));
            }
            let id = self.0.link.number();
            state.transcript.asked(id, &operation);
            let line = serde_json::to_vec(&Request { id, operation }).unwrap_or_default();
            state.since = Stopwatch::start();
            state.asked.insert(
                id,
                Asked {
                    op,
                    kind,
                    ticket,
                    patience,
                    given_up: false,
                    reply,
                    alarm: None,
                },
            );
            (id, line)
        };
        self.0.stirred.notify_waiters();
        if line.is_empty() || line.len() > MAX_LINE {
            self.fail(DriverFault::Unspeakable);
            return Err(DriverFault::Unspeakable);
        }
        self.0.link.send(id, line);
        Ok(id)
    }

    /// From now on nothing more is said.
    fn fail(&self, fault: DriverFault) {
        self.state().fault.get_or_insert(fault);
        self.0.link.kill();
        self.give_up();
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
            state.asked.get_mut(&id).and_then(|asked| {
                asked.given_up = true;
                asked.ticket.take()
            })
        };
        if session.0.cancels {
            session.tell(Operation::Cancel { call: id });
        }
        // After the call back is under way, so that there is no moment of quiet between them.
        session.close(ticket);
    }
}

/// What a request is to the client.
fn kind_of(operation: &Operation) -> Kind {
    match operation {
        Operation::GetToken { .. }
        | Operation::CallApi { .. }
        | Operation::ForceRefresh { .. }
        | Operation::Invalidate { .. }
        | Operation::SwapCredential { .. } => Kind::Work,
        _ => Kind::Notice,
    }
}

#[cfg(test)]
mod tests;
