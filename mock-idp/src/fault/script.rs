//! The rules in force and which of them a request meets.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::rule::{Action, Fault};
use crate::journal::Endpoint;

/// The fault script of a world. The first rule that applies to a request shapes its answer.
#[derive(Debug, Default)]
pub struct FaultScript(Mutex<Rules>);

#[derive(Debug, Default)]
struct Rules {
    rules: Vec<Armed>,
    added: usize,
    /// Requests so far, by endpoint.
    requests: HashMap<Endpoint, u32>,
}

#[derive(Debug)]
struct Armed {
    label: String,
    fault: Fault,
    applied: u32,
}

/// A fault that applies to one request.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) label: String,
    pub(crate) action: Action,
    /// Which status of the sequence this request gets; none if the rule does not script one.
    pub(crate) status: Option<u16>,
}

impl FaultScript {
    /// Adds a rule behind those already there. The journal names it `fault#1`, `fault#2`, …
    pub fn add(&self, fault: Fault) {
        let mut rules = self.rules();
        rules.added += 1;
        let label = format!("fault#{}", rules.added);
        rules.rules.push(Armed {
            label,
            fault,
            applied: 0,
        });
    }

    /// Removes every rule. Requests already counted stay counted.
    pub fn clear(&self) {
        self.rules().rules.clear();
    }

    /// Counts a request and picks its rule.
    pub(crate) fn meet(&self, endpoint: Endpoint) -> Option<Applied> {
        let mut rules = self.rules();
        let count = rules.requests.entry(endpoint).or_default();
        *count = count.saturating_add(1);
        let count = *count;
        let armed = rules.rules.iter_mut().find(|armed| {
            armed.fault.at == endpoint
                && armed.fault.nth.is_none_or(|nth| nth == count)
                && armed.fault.times.is_none_or(|times| armed.applied < times)
        })?;
        let replies = &armed.fault.action.replies;
        let place = usize::try_from(armed.applied).unwrap_or(usize::MAX);
        let status = replies.get(place).or(replies.last()).copied();
        armed.applied = armed.applied.saturating_add(1);
        Some(Applied {
            label: armed.label.clone(),
            action: armed.fault.action.clone(),
            status,
        })
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        // Nothing under this lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_ends_in_its_last_reply_and_nth_counts_requests() {
        let script = FaultScript::default();
        script.add(Fault::at(Endpoint::Token).nth(2).reply(429));
        script.add(Fault::at(Endpoint::Token).times(3).reply(401).reply(200));
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(
                script
                    .meet(Endpoint::Token)
                    .map(|applied| (applied.label, applied.status)),
            );
        }
        assert!(script.meet(Endpoint::Jwks).is_none());
        insta::assert_compact_debug_snapshot!(seen, @r#"[Some(("fault#2", Some(401))), Some(("fault#1", Some(429))), Some(("fault#2", Some(200))), Some(("fault#2", Some(200))), None]"#);
    }
}
