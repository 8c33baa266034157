//! The rules in force and which of them a request meets.

mod follow;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::action::Action;
use super::built::Fault;
use super::filter::{Asked, Attempts};
use super::status::{FaultId, FaultStatus, ScriptFull};
use super::tally::{Count, Tally};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::journal::Endpoint;

/// The most rules that a script holds.
pub(super) const MOST: usize = 1_000;

/// The fault script of a world. The first rule that applies to a request shapes its answer.
#[derive(Debug)]
pub struct FaultScript {
    /// The server's.
    clock: Arc<dyn Clock>,
    /// Never drawn from: what rules get is derived.
    entropy: Entropy,
    rules: Mutex<Rules>,
}

#[derive(Clone, Debug, Default)]
struct Rules {
    rules: Vec<Armed>,
    added: u64,
    attempts: Attempts,
}

#[derive(Clone, Debug)]
struct Armed {
    id: FaultId,
    label: Arc<str>,
    fault: Fault,
    /// Whether the directory names it; else it was added since.
    from_directory: bool,
    since: Timestamp,
    /// When it goes, if it does.
    expires_at: Option<Timestamp>,
    /// What its choices by chance go by.
    chance: [u8; 32],
    tally: Tally,
}

/// The rules of an instant, with what they had counted.
#[derive(Clone, Debug)]
pub(crate) struct SavedRules(Rules);

/// A fault that applies to one request.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) label: Arc<str>,
    pub(crate) action: Arc<Action>,
    /// Which status of the sequence this request gets; none if the rule does not script one.
    pub(crate) status: Option<u16>,
}

impl FaultScript {
    /// No rules yet, on the server's clock.
    pub(crate) fn on(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            clock,
            entropy: Entropy::from_seed(seed),
            rules: Mutex::default(),
        }
    }

    /// Adds a rule behind those already there, at any time; it counts from now. The journal names it by its id: `fault#1`,
    /// `fault#2`, …
    ///
    /// A script holds 1000 rules. The oldest one makes room for one that is too many;
    /// [`try_add`](Self::try_add) refuses that one instead.
    pub fn add(&self, fault: Fault) -> FaultId {
        let now = self.clock.now();
        let mut rules = self.rules(now);
        if rules.rules.len() >= MOST {
            rules.rules.remove(0);
        }
        rules.add(fault, now, &self.entropy)
    }

    /// As [`add`](Self::add), for rules that come from elsewhere.
    ///
    /// # Errors
    ///
    /// [`ScriptFull`] when there are 1000 rules.
    pub fn try_add(&self, fault: Fault) -> Result<FaultId, ScriptFull> {
        let now = self.clock.now();
        let mut rules = self.rules(now);
        if rules.rules.len() >= MOST {
            return Err(ScriptFull);
        }
        Ok(rules.add(fault, now, &self.entropy))
    }

    /// Removes a rule, and says whether it was there. Requests that have met it are not spared.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut rules = self.rules(self.clock.now());
        let before = rules.rules.len();
        rules.rules.retain(|armed| armed.id != id);
        rules.rules.len() < before
    }

    /// The rules in force, in the order in which they are tried.
    #[must_use]
    pub fn list(&self) -> Vec<FaultStatus> {
        let rules = self.rules(self.clock.now());
        rules.rules.iter().map(Armed::status).collect()
    }

    /// Removes every rule. Attempts already counted stay counted, and no id is given again.
    pub fn clear(&self) {
        self.rules(self.clock.now()).rules.clear();
    }

    /// Whether a rule goes by what only the ledger knows of a token.
    pub(crate) fn is_curious(&self) -> bool {
        let rules = self.rules(self.clock.now());
        rules.rules.iter().any(|armed| {
            let per = armed.fault.per;
            armed.fault.only.is_curious() || per.is_some_and(|per| per.is_curious())
        })
    }

    /// Whether a rule is for connections.
    pub(crate) fn has_connections(&self) -> bool {
        let rules = self.rules(self.clock.now());
        let mut places = rules.rules.iter().map(|armed| armed.fault.at);
        places.any(|at| at == Some(Endpoint::Connection))
    }

    /// Counts a request and picks its rule.
    pub(crate) fn meet(&self, asked: &Asked) -> Option<Applied> {
        let now = self.clock.now();
        let mut rules = self.rules(now);
        let attempt = rules.attempts.count(asked);
        let mut first = None;
        // All of them count, also those behind the one that applies.
        for armed in &mut rules.rules {
            if !armed.is_meant_for(asked, attempt) {
                continue;
            }
            let count = armed.tally.meet(armed.fault.per, asked);
            if first.is_none() && armed.is_its_turn(count, now) {
                armed.tally.apply(armed.fault.per, asked);
                first = Some(armed.applied(count));
            }
        }
        first
    }

    /// The rules as they are now, to be put back.
    pub(crate) fn saved(&self) -> SavedRules {
        SavedRules(self.rules(self.clock.now()).clone())
    }

    /// Has the rules be as they were. Rules added later have ids that none ever had: whoever still knows one of those that are gone
    /// names nothing by it.
    pub(crate) fn restore(&self, saved: &SavedRules) {
        let mut rules = self.rules(self.clock.now());
        let added = rules.added.max(saved.0.added);
        *rules = Rules {
            added,
            ..saved.0.clone()
        };
    }

    /// The rules, without those whose time is over.
    fn rules(&self, now: Timestamp) -> MutexGuard<'_, Rules> {
        // Nothing under this lock panics.
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |armed: &Armed| armed.expires_at.is_some_and(|end| end <= now);
        rules.rules.retain(|armed| !is_over(armed));
        rules
    }
}

impl Rules {
    fn add(&mut self, fault: Fault, now: Timestamp, entropy: &Entropy) -> FaultId {
        let chance = match fault.probability {
            Some(_) => self.chance(&fault, entropy),
            None => [0; 32],
        };
        self.added += 1;
        let id = FaultId(self.added);
        self.rules.push(Armed {
            id,
            label: id.to_string().into(),
            expires_at: fault
                .ttl
                .map(|ttl| now.checked_add(ttl).unwrap_or(Timestamp::MAX)),
            fault,
            from_directory: false,
            since: now,
            chance,
            tally: Tally::default(),
        });
        id
    }

    /// By what a rule says and not by its number, so that rules added before it make no difference; only its like do.
    fn chance(&self, fault: &Fault, entropy: &Entropy) -> [u8; 32] {
        let content = format!("{fault:?}");
        let rules = self.rules.iter().map(|armed| &armed.fault);
        let alike = rules
            .filter(|other| other.probability.is_some())
            .filter(|other| format!("{other:?}") == content);
        entropy.derived(&format!("fault {} {content}", alike.count()))
    }
}

impl Armed {
    fn status(&self) -> FaultStatus {
        FaultStatus {
            id: self.id,
            rule: self.fault.rule.as_deref().cloned(),
            from_directory: self.from_directory,
            met: self.tally.all().met,
            applied: self.tally.all().applied,
            added_at: self.since,
            expires_at: self.expires_at,
        }
    }

    /// Whether the rule is meant for a request.
    fn is_meant_for(&self, asked: &Asked, attempt: u32) -> bool {
        let is_there = match self.fault.at {
            Some(at) => at == asked.endpoint,
            // A connection is no request.
            None => asked.endpoint != Endpoint::Connection,
        };
        is_there && self.fault.only.admits(asked, attempt)
    }

    /// Whether it applies to the request that it has counted last, being the so-manieth of whom it counts for.
    fn is_its_turn(&self, count: Count, now: Timestamp) -> bool {
        let Fault {
            nth,
            one_in,
            times,
            from,
            until,
            probability,
            ..
        } = &self.fault;
        // A server's clock that was set back to before the rule shows no time since.
        let passed = Duration::try_from(now.duration_since(self.since)).unwrap_or_default();
        nth.is_none_or(|nth| nth == count.met)
            && one_in.is_none_or(|every| count.met.checked_rem(every) == Some(0))
            && times.is_none_or(|times| count.applied < times)
            && from.is_none_or(|from| passed >= from)
            && until.is_none_or(|until| passed < until)
            && probability.is_none_or(|probability| self.draw() < probability)
    }

    /// A number from 0 to almost 1 for the request that it has counted last.
    fn draw(&self) -> f64 {
        let hash = Sha256::new()
            .chain_update(self.chance)
            .chain_update(self.tally.all().met.to_le_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
        f64::from(u32::from_le_bytes([a, b, c, d])) / 4_294_967_296.0
    }

    fn applied(&self, count: Count) -> Applied {
        let replies = &self.fault.action.replies;
        let place = usize::try_from(count.applied).unwrap_or(usize::MAX);
        let status = replies.get(place).or(replies.last()).copied();
        Applied {
            label: self.label.clone(),
            action: self.fault.action.clone(),
            status,
        }
    }
}

#[cfg(test)]
mod tests;
