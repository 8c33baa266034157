//! Hearing what a driver says.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::state::{Asked, Background};
use super::{Session, Shared};
use crate::driver::fault::DriverFault;
use crate::driver::process::Inbound;
use crate::driver::protocol::{Message, Outcome};
use crate::local::pulse::{Kind, Pulse};
use crate::watchdog::{Stopwatch, within};

/// Hears what comes, until it is stopped or the conversation is over. It does not keep the conversation up.
pub(super) struct Hearing {
    pub(super) shared: Weak<Shared>,
    pub(super) stirred: Arc<Notify>,
    pub(super) stopped: oneshot::Receiver<()>,
}

impl Hearing {
    /// Hands back what it has heard with.
    pub(super) async fn listen(
        mut self,
        mut inbound: mpsc::Receiver<Inbound>,
        pulse: Option<Pulse>,
    ) -> mpsc::Receiver<Inbound> {
        let mut exhausted = pin!(async {
            match &pulse {
                Some(pulse) => pulse.exhausted().await,
                None => std::future::pending().await,
            }
        });
        loop {
            // Before anything is looked at, so that no change is missed.
            let stirred = self.stirred.notified();
            let left = self.session().and_then(|session| session.left());
            let patience = left.as_ref().map_or(NOTHING_ASKED, |(left, _)| *left);
            let next = tokio::select! {
                biased;
                _ = &mut self.stopped => return inbound,
                () = &mut exhausted => Some(Inbound::Broken(DriverFault::Endless)),
                next = inbound.recv() => next,
                () = stirred => continue,
                None = within(patience, std::future::pending::<()>()) => match left {
                    Some((Duration::ZERO, fault)) => Some(Inbound::Broken(fault)),
                    // Somebody else may have given a sign of life.
                    _ => continue,
                },
            };
            let (Some(next), Some(session)) = (next, self.session()) else {
                return inbound;
            };
            if let Err(fault) = session.take(next).await {
                session.fail(fault);
                return inbound;
            }
        }
    }

    fn session(&self) -> Option<Session> {
        self.shared.upgrade().map(Session)
    }
}

/// How long nothing is looked after while nothing is asked.
const NOTHING_ASKED: Duration = Duration::from_secs(60);

impl Session {
    async fn take(&self, next: Inbound) -> Result<(), DriverFault> {
        match next {
            Inbound::Line(line) if line.is_empty() => Ok(()),
            Inbound::Line(line) => {
                self.state().transcript.heard(&line);
                self.hear(Message::read(&line)?)
            }
            Inbound::Answered(id) => self.left_open(id),
            Inbound::Broken(fault) => Err(fault),
            Inbound::End => {
                let how = self.0.link.end().await;
                let state = self.state();
                let during = state.asked.values().next().map(|asked| asked.op);
                Err(DriverFault::Ended {
                    how,
                    during: during.unwrap_or("nothing").to_owned(),
                })
            }
        }
    }

    fn hear(&self, message: Message) -> Result<(), DriverFault> {
        self.state().since = Stopwatch::start();
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
            Message::Background { works, until, .. } => {
                let Some(reins) = &self.0.reins else {
                    return Ok(());
                };
                let alarm = until.map(|until| reins.alarm(until));
                let ticket = match &alarm {
                    Some(alarm) => {
                        let ticket = reins.pulse().begin(Kind::Sleep);
                        reins.pulse().sleeps(ticket, Some(alarm.until));
                        Some(ticket)
                    }
                    None => works.then(|| reins.pulse().begin(Kind::Work)),
                };
                let background = Background {
                    ticket,
                    _alarm: alarm,
                };
                let before = std::mem::replace(&mut self.state().background, background);
                // After the new one is under way, so that there is no moment of quiet between them.
                self.close(before.ticket);
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
        self.0.stirred.notify_waiters();
        taken
    }

    /// A service has ended its answer to this request. Had it answered, the request would no longer be under way.
    fn left_open(&self, id: u64) -> Result<(), DriverFault> {
        match self.state().asked.get(&id) {
            Some(asked) => Err(DriverFault::Unanswered { op: asked.op }),
            None => Ok(()),
        }
    }

    /// How long may still pass without a sign of life, of what was asked and counts.
    fn left(&self) -> Option<(Duration, DriverFault)> {
        let state = self.state();
        let counting = state.asked.values().filter(|asked| !asked.given_up);
        let left = counting.map(|asked| {
            let left = match self.pulse() {
                Some(pulse) => pulse.left_of(asked.patience, asked.kind),
                None => asked.patience.saturating_sub(state.since.elapsed()),
            };
            let fault = DriverFault::Hung {
                op: asked.op,
                after: asked.patience,
            };
            (left, fault)
        });
        left.min_by_key(|(left, _)| *left)
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
}
