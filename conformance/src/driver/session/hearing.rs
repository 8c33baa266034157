//! Hearing what a driver says.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::{Session, Shared};
use crate::driver::fault::DriverFault;
use crate::driver::process::Inbound;
use crate::driver::protocol::Message;
use crate::local::pulse::Pulse;
use crate::watchdog::within;

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
}
