//! The calls of a play and what became of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{Either, select};
use jiff::Timestamp;
use mock_idp::MockIdp;
use token_client::BoxFuture;

use super::crew::{Crew, Life, NumberedCaller, Started};
use super::settle::CallRecord;
use super::timeline::Timeline;
use crate::contender::Answer;
use crate::trace::{Caller, Class, Operation};

/// All calls of one case, in the order in which they were made.
#[derive(Debug)]
pub(super) struct Calls {
    idp: Arc<MockIdp>,
    made: Vec<Call>,
}

/// One call of a client.
#[derive(Debug)]
struct Call {
    asked: Asked,
    /// Which client was asked, by its place in the cast.
    client: usize,
    started_at: Timestamp,
    /// The number of the last exchange before it.
    after: u64,
    ended: Ended,
    task: Started,
}

/// How a call ended; nothing as long as it has not.
type Ended = Arc<Mutex<Option<End>>>;

/// The end of a call.
#[derive(Debug)]
pub(super) struct End {
    pub(super) at: Timestamp,
    pub(super) answer: Answer,
    /// The number of the last exchange by then.
    pub(super) last: u64,
}

/// What is asked of a client, by whom, in which step.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) step: usize,
    pub(super) operation: Operation,
    pub(super) caller: Caller,
}

impl Calls {
    /// None made yet of the clients of this world.
    pub(super) fn of(idp: &Arc<MockIdp>) -> Self {
        Self {
            idp: idp.clone(),
            made: Vec::new(),
        }
    }

    /// Makes a call: waits for `answer` as long as the caller does.
    pub(super) fn make(
        &mut self,
        asked: Asked,
        (client, life): (usize, &Life),
        answer: BoxFuture<'static, Answer>,
        patience: Option<BoxFuture<'static, ()>>,
        (crew, timeline): (&Crew, &Timeline),
    ) {
        let started_at = timeline.now();
        let ended = Ended::default();
        let after = self.idp.journal().written();
        let (slot, timeline, idp) = (ended.clone(), timeline.clone(), self.idp.clone());
        let numbered = NumberedCaller {
            number: self.made.len(),
            caller: asked.caller.clone(),
        };
        let task = crew.call(numbered, life, async move {
            let answer = answered(answer, patience).await;
            *locked(&slot) = Some(End {
                at: timeline.now(),
                answer,
                last: idp.journal().written(),
            });
        });
        self.made.push(Call {
            asked,
            client,
            started_at,
            after,
            ended,
            task,
        });
    }

    /// Whether all have ended.
    pub(super) fn are_over(&self) -> bool {
        self.made.iter().all(Call::is_over)
    }

    /// Whether the last one has.
    pub(super) fn is_last_over(&self) -> bool {
        self.made.last().is_none_or(Call::is_over)
    }

    /// Whether all of the steps with this label have.
    pub(super) fn are_over_of(&self, label: &str) -> bool {
        let mut of_label = self.made.iter().filter(|call| call.is_of(label));
        of_label.all(Call::is_over)
    }

    /// Whether all of a client have.
    pub(super) fn are_over_at(&self, client: usize) -> bool {
        let mut at_client = self.made.iter().filter(|call| call.client == client);
        at_client.all(Call::is_over)
    }

    /// The callers of the steps with this label give up: their calls are dropped where they are.
    pub(super) fn cancel(&self, label: &str, now: Timestamp) {
        let of_label = self.made.iter().filter(|call| call.is_of(label));
        of_label.for_each(|call| call.cancel(now, &self.idp));
    }

    /// The calls of a client end with it.
    pub(super) fn cancel_at(&self, client: usize, now: Timestamp) {
        let at_client = self.made.iter().filter(|call| call.client == client);
        at_client.for_each(|call| call.cancel(now, &self.idp));
    }

    /// What became of each; of those that panicked nothing did.
    pub(super) fn records(&self) -> Vec<CallRecord> {
        self.made.iter().filter_map(Call::record).collect()
    }
}

impl Call {
    fn is_of(&self, label: &str) -> bool {
        self.asked.caller.label == label
    }

    fn is_over(&self) -> bool {
        self.task.is_over() || locked(&self.ended).is_some()
    }

    fn cancel(&self, now: Timestamp, idp: &MockIdp) {
        if !self.is_over() {
            *locked(&self.ended) = Some(End {
                at: now,
                answer: Answer::of(Class::Cancelled),
                last: idp.journal().written(),
            });
            self.task.cut();
        }
    }

    fn record(&self) -> Option<CallRecord> {
        let ended = locked(&self.ended).take();
        if ended.is_none() && self.task.is_over() {
            return None;
        }
        let Asked {
            step,
            operation,
            caller,
        } = self.asked.clone();
        Some(CallRecord {
            step,
            caller,
            operation,
            started_at: self.started_at,
            after: self.after,
            ended,
        })
    }
}

/// The answer, or what a caller says whose patience came to its end.
async fn answered(
    answer: BoxFuture<'static, Answer>,
    patience: Option<BoxFuture<'static, ()>>,
) -> Answer {
    let Some(patience) = patience else {
        return answer.await;
    };
    match select(answer, patience).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => Answer::of(Class::Timeout),
    }
}

fn locked(ended: &Ended) -> MutexGuard<'_, Option<End>> {
    // Nothing under this lock panics.
    ended.lock().unwrap_or_else(PoisonError::into_inner)
}
