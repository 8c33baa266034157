//! The calls of a play and what became of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{Either, select};
use jiff::Timestamp;
use token_client::BoxFuture;

use super::crew::{Crew, Life, NumberedCaller, Started};
use super::settle::CallRecord;
use super::timeline::Timeline;
use crate::contender::Answer;
use crate::trace::{Caller, Class, Operation};

/// All calls of one case, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

/// One call of a client.
#[derive(Debug)]
struct Call {
    asked: Asked,
    /// Which client was asked, by its place in the cast.
    client: usize,
    started_at: Timestamp,
    ended: Ended,
    task: Started,
}

/// How a call ended; nothing as long as it has not.
type Ended = Arc<Mutex<Option<(Timestamp, Answer)>>>;

/// What is asked of a client, by whom, in which step.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) step: usize,
    pub(super) operation: Operation,
    pub(super) caller: Caller,
}

impl Calls {
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
        let (slot, timeline) = (ended.clone(), timeline.clone());
        let numbered = NumberedCaller {
            number: self.0.len(),
            caller: asked.caller.clone(),
        };
        let task = crew.call(numbered, life, async move {
            let answer = answered(answer, patience).await;
            *locked(&slot) = Some((timeline.now(), answer));
        });
        self.0.push(Call {
            asked,
            client,
            started_at,
            ended,
            task,
        });
    }

    /// Whether all have ended.
    pub(super) fn are_over(&self) -> bool {
        self.0.iter().all(Call::is_over)
    }

    /// Whether the last one has.
    pub(super) fn is_last_over(&self) -> bool {
        self.0.last().is_none_or(Call::is_over)
    }

    /// Whether all of the steps with this label have.
    pub(super) fn are_over_of(&self, label: &str) -> bool {
        let mut of_label = self.0.iter().filter(|call| call.is_of(label));
        of_label.all(Call::is_over)
    }

    /// Whether all of a client have.
    pub(super) fn are_over_at(&self, client: usize) -> bool {
        let mut at_client = self.0.iter().filter(|call| call.client == client);
        at_client.all(Call::is_over)
    }

    /// The callers of the steps with this label give up: their calls are dropped where they are.
    pub(super) fn cancel(&self, label: &str, now: Timestamp) {
        let of_label = self.0.iter().filter(|call| call.is_of(label));
        of_label.for_each(|call| call.cancel(now));
    }

    /// The calls of a client end with it.
    pub(super) fn cancel_at(&self, client: usize, now: Timestamp) {
        let at_client = self.0.iter().filter(|call| call.client == client);
        at_client.for_each(|call| call.cancel(now));
    }

    /// What became of each; of those that panicked nothing did.
    pub(super) fn records(&self) -> Vec<CallRecord> {
        self.0.iter().filter_map(Call::record).collect()
    }
}

impl Call {
    fn is_of(&self, label: &str) -> bool {
        self.asked.caller.label == label
    }

    fn is_over(&self) -> bool {
        self.task.is_over() || locked(&self.ended).is_some()
    }

    fn cancel(&self, now: Timestamp) {
        if !self.is_over() {
            *locked(&self.ended) = Some((now, Answer::of(Class::Cancelled)));
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

fn locked(ended: &Ended) -> MutexGuard<'_, Option<(Timestamp, Answer)>> {
    // Nothing under this lock panics.
    ended.lock().unwrap_or_else(PoisonError::into_inner)
}
