//! A conversation with a driver that notes its bad manners and goes on, where a run would end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use crate::contender::Limits;
use crate::driver::link::Link;
use crate::driver::process::{Inbound, Remains};
use crate::driver::protocol::{Message, Operation, Outcome};
use crate::watchdog::{Stopwatch, within};

/// A conversation.
#[derive(Debug)]
pub(super) struct Dialogue {
    link: Link,
    inbound: mpsc::Receiver<Inbound>,
    patience: Duration,
    /// How long it may take to end.
    end: Duration,
    last: u64,
    asked: BTreeMap<u64, Asked>,
    /// Answers of a service whose streams have not ended.
    open: BTreeSet<u64>,
    /// Why nothing more can be heard.
    over: Option<String>,
    breaches: Breaches,
}

#[derive(Debug)]
struct Asked {
    op: String,
    outcome: Option<Outcome>,
    /// Until when it sleeps, if it has said so.
    until: Option<jiff::Timestamp>,
}

/// What was done wrong beside the answers; the first of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Breaches {
    /// What was written that is no message.
    pub(super) no_message: Option<String>,
    /// What was answered that was not, or no longer, asked.
    pub(super) once: Option<String>,
}

/// How a conversation has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) breaches: Breaches,
    /// What has become of the process; none for a service.
    pub(super) remains: Option<Remains>,
    /// Whether it had ended, or was given up, before its input did.
    pub(super) early: bool,
}

impl Dialogue {
    pub(super) fn new((link, inbound): (Link, mpsc::Receiver<Inbound>), limits: Limits) -> Self {
        Self {
            link,
            inbound,
            patience: limits.start,
            end: limits.end,
            last: 0,
            asked: BTreeMap::new(),
            open: BTreeSet::new(),
            over: None,
            breaches: Breaches::default(),
        }
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    ///
    /// In words, if there is none.
    pub(super) async fn ask(&mut self, operation: Operation) -> Result<Outcome, String> {
        let id = self.send(operation);
        self.answer(id).await
    }

    /// Asks, and does not wait.
    pub(super) fn send(&mut self, operation: Operation) -> u64 {
        self.send_with(operation, Map::new())
    }

    /// Asks with members that are not in the protocol.
    pub(super) fn send_with(&mut self, operation: Operation, more: Map<String, Value>) -> u64 {
        let members = match serde_json::to_value(operation) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        self.send_members(members.into_iter().chain(more).collect())
    }

    /// Asks something that is not in the protocol.
    pub(super) fn send_members(&mut self, members: Map<String, Value>) -> u64 {
        let id = self.link.number();
        self.last = id;
        let op = members.get("op").and_then(Value::as_str);
        let asked = Asked {
            op: op.unwrap_or_default().to_owned(),
            outcome: None,
            until: None,
        };
        self.asked.insert(id, asked);
        if matches!(self.link, Link::Service(_)) {
            self.open.insert(id);
        }
        let mut line = json!({ "id": id });
        if let Value::Object(line) = &mut line {
            line.extend(members);
        }
        self.link.send(id, line.to_string().into_bytes());
        id
    }

    /// Waits for an answer.
    ///
    /// # Errors
    ///
    /// As for [`ask`](Self::ask).
    pub(super) async fn answer(&mut self, id: u64) -> Result<Outcome, String> {
        let waited = Stopwatch::start();
        loop {
            if let Some(outcome) = self.outcome(id) {
                return Ok(outcome);
            }
            let op = self.asked.get(&id).map_or("", |asked| asked.op.as_str());
            if let Some(over) = &self.over {
                return Err(format!("`{op}` was not answered: {over}"));
            }
            let left = self.patience.saturating_sub(waited.elapsed());
            if left.is_zero() {
                let limit = self.patience.as_secs_f64();
                let why = format!("`{op}` was not answered within {limit} s");
                self.over = Some(format!("it was given up when {why}"));
                return Err(why);
            }
            self.hear(left).await;
        }
    }

    /// The answer, if it is there.
    pub(super) fn outcome(&self, id: u64) -> Option<Outcome> {
        self.asked.get(&id)?.outcome.clone()
    }

    /// Until when a request sleeps, if it has said so.
    pub(super) fn sleeps_until(&self, id: u64) -> Option<jiff::Timestamp> {
        self.asked.get(&id)?.until
    }

    /// How long the driver may take to end.
    pub(super) fn end_limit(&self) -> Duration {
        self.end
    }

    /// From now on another patience.
    pub(super) fn be_patient(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Forgets that a request sleeps: its clock is moved past that.
    pub(super) fn forget_sleep(&mut self, id: u64) {
        if let Some(asked) = self.asked.get_mut(&id) {
            asked.until = None;
        }
    }

    /// Listens until something is so, or the patience ends, or nothing more can be heard; says whether it is so.
    pub(super) async fn until(&mut self, is_so: impl Fn(&Self) -> bool) -> bool {
        self.until_within(self.patience, is_so).await
    }

    /// The same with another patience.
    pub(super) async fn until_within(
        &mut self,
        limit: Duration,
        is_so: impl Fn(&Self) -> bool,
    ) -> bool {
        /// How often it is looked at what no message tells.
        const GLANCE: Duration = Duration::from_millis(20);
        let waited = Stopwatch::start();
        while !is_so(self) {
            if self.over.is_some() || waited.elapsed() > limit {
                return false;
            }
            self.hear(GLANCE).await;
        }
        true
    }

    /// Ends the input, hears what still comes, and looks at what is left.
    pub(super) async fn end(mut self) -> Ended {
        let early = self.over.is_some();
        self.link.end_input();
        // From a service nothing can come any more when its answers have ended.
        let can_come = |dialogue: &Self| match dialogue.link {
            Link::Service(_) => !dialogue.open.is_empty(),
            Link::Process(_) | Link::Terminal(_) => true,
        };
        while self.over.is_none() && can_come(&self) {
            let came = self.hear(self.end).await;
            if !came {
                break;
            }
        }
        Ended {
            breaches: self.breaches,
            remains: self.link.remains().await,
            early,
        }
    }

    /// Hears one line; says whether anything came in time.
    async fn hear(&mut self, limit: Duration) -> bool {
        let Some(next) = within(limit, self.inbound.recv()).await else {
            return false;
        };
        match next {
            Some(Inbound::Line(line)) if line.is_empty() => {}
            Some(Inbound::Line(line)) => match Message::read(&line) {
                Ok(message) => self.heard(message),
                Err(why) => {
                    let why = format!("it wrote {why}");
                    self.breaches.no_message.get_or_insert(why);
                }
            },
            // Without an answer in it, the wait for that comes to nothing.
            Some(Inbound::Answered(id)) => {
                self.open.remove(&id);
            }
            Some(Inbound::Broken(fault)) => {
                self.breaches.no_message.get_or_insert(fault.to_string());
                self.over = Some(fault.to_string());
            }
            Some(Inbound::End) => {
                let mut how = format!("it ended {}", self.link.end().await);
                if let Some(last) = self.link.said().trim_end().lines().next_back() {
                    how.push_str(&format!(" (`{last}`)"));
                }
                self.over = Some(how);
            }
            None => self.over = Some("its output has ended".to_owned()),
        }
        true
    }

    fn heard(&mut self, message: Message) {
        let once = &mut self.breaches.once;
        match message {
            Message::Answer { id, outcome } => match self.asked.get_mut(&id) {
                None => {
                    once.get_or_insert(format!("it answered request {id}, which was never made"));
                }
                Some(asked) if asked.outcome.is_some() => {
                    let op = &asked.op;
                    once.get_or_insert(format!("it answered request {id}, `{op}`, a second time"));
                }
                Some(asked) => asked.outcome = Some(outcome),
            },
            Message::Waiting { id, until } => {
                if let Some(asked) = self.asked.get_mut(&id) {
                    asked.until = Some(until);
                }
            }
            Message::Resumed(id) => {
                if let Some(asked) = self.asked.get_mut(&id) {
                    asked.until = None;
                }
            }
            Message::Started(_) | Message::Background { .. } => {}
        }
    }
}
