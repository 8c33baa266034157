//! One run as the predicates look at it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mock_idp::ledger::TokenLabel;

use crate::case::Case;
use crate::judgement::Run;
use crate::scenario::{Body, CallStep, Member, Numbered, Step, Target};
use crate::trace::{Class, CutShort, Exchange, Outcome, Party, Road, Trace};
use crate::verdict::Finding;

/// How many exchanges a finding names at most: enough to see a pattern, few enough to read.
const NAMED: usize = 8;

/// The axis on which the plays of one variation are counted, where a scenario has `repeat`.
const REPETITION: &str = "run";

/// A trace with the few things about its case that judging needs.
pub(super) struct View<'a> {
    pub(super) trace: &'a Trace,
    /// Which variation of the case was played.
    pub(super) variation: usize,
    /// Its name, `number=unknown`; empty where there is only one.
    pub(super) name: String,
    /// Which of several plays of one variation it was: the value of `run`; none where each is played once.
    pub(super) repetition: Option<&'a str>,
    /// The clients as the scenario sets them up.
    pub(super) members: Vec<Member<'a>>,
    body: Option<&'a Body>,
    /// Tokens that no answer carried: the client was given them before the run.
    minted: BTreeSet<TokenLabel>,
}

/// An exchange and its place in the trace, which orders what happens within one instant.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) index: usize,
    pub(super) exchange: &'a Exchange,
}

impl<'a> View<'a> {
    pub(super) fn new(case: &'a Case, run: &'a Run) -> Self {
        let variation = case.variations.get(run.variation);
        let issued: BTreeSet<TokenLabel> = run
            .trace
            .exchanges
            .iter()
            .filter_map(|exchange| exchange.entry.reply.as_ref())
            .flat_map(|reply| reply.issued.iter().copied())
            .collect();
        Self {
            trace: &run.trace,
            variation: run.variation,
            name: variation.map_or_else(String::new, |variation| {
                let values: Vec<String> = variation
                    .cell
                    .iter()
                    .map(|(axis, value)| format!("{axis}={value}"))
                    .collect();
                values.join(", ")
            }),
            repetition: variation
                .and_then(|variation| variation.cell.get(REPETITION))
                .map(String::as_str),
            members: variation.map_or_else(Vec::new, |variation| variation.body.members()),
            body: variation.map(|variation| &variation.body),
            minted: run
                .trace
                .tokens
                .iter()
                .map(|token| token.label)
                .filter(|label| !issued.contains(label))
                .collect(),
        }
    }

    /// Whether the client was judged by the wire alone, so that nobody played steps or asked for outcomes.
    pub(super) fn is_passive(&self) -> bool {
        self.trace.road == Road::Passive
    }

    /// What was to be done, in order.
    pub(super) fn steps(&self) -> &'a [Step] {
        self.body.map_or(&[], |body| body.steps.as_slice())
    }

    /// Every exchange with its place, in order.
    pub(super) fn exchanges(&self) -> impl Iterator<Item = Placed<'a>> + use<'a> {
        self.trace
            .exchanges
            .iter()
            .enumerate()
            .map(|(index, exchange)| Placed { index, exchange })
    }

    /// The client's requests to an endpoint, in order.
    pub(super) fn requests(&self, to: Target) -> Vec<Placed<'a>> {
        self.exchanges()
            .filter(|sent| sent.exchange.by == Party::Client)
            .filter(|sent| to.covers(sent.exchange.entry.endpoint))
            .collect()
    }

    /// The client's nth request to an endpoint.
    pub(super) fn numbered(&self, which: Numbered) -> Option<Placed<'a>> {
        let index = usize::try_from(which.ordinal).ok()?.checked_sub(1)?;
        self.requests(which.to).into_iter().nth(index)
    }

    /// Which request of the client to an endpoint it is, from 1: `2` for `token#2`.
    pub(super) fn ordinal(&self, to: Target, sent: Placed<'_>) -> usize {
        let before = self.requests(to);
        before.iter().take_while(|s| s.index < sent.index).count() + 1
    }

    /// The outcomes of a step, or of all steps.
    pub(super) fn outcomes(&self, label: Option<&str>) -> Vec<&'a Outcome> {
        self.trace
            .outcomes
            .iter()
            .filter(|outcome| label.is_none_or(|label| outcome.caller.label == label))
            .collect()
    }

    /// How many calls the steps ask for, of one label or altogether, of one client or of all; a periodic step is counted at
    /// its least.
    pub(super) fn planned_calls(&self, label: Option<&str>, client: Option<&str>) -> u128 {
        self.steps()
            .iter()
            .filter_map(Step::call)
            .filter(|call| label.is_none_or(|label| call.label.as_deref() == Some(label)))
            .map(|call| calls(call) * self.addressed(call, client))
            .sum()
    }

    /// How many clients a step asks, of those under a name or of all.
    fn addressed(&self, call: &CallStep, client: Option<&str>) -> u128 {
        let members = self.members.iter().filter(|member| {
            let is = |name: &str| member.name == name || member.group == name;
            let asked = call.client.as_ref();
            asked.is_none_or(|names| names.0.iter().any(|name| is(name))) && client.is_none_or(is)
        });
        members.count() as u128
    }

    /// Whether the trace cannot tell which of two exchanges came first: one instant, and two calls of a step that
    /// makes its calls all at once. There the order of the trace is that of the calls' numbers.
    pub(super) fn are_unordered(&self, one: Placed<'_>, other: Placed<'_>) -> bool {
        let (one, other) = (one.exchange, other.exchange);
        let (Some(caller), Some(another)) = (&one.caller, &other.caller) else {
            return false;
        };
        one.entry.at == other.entry.at
            && caller.label == another.label
            && caller.index != another.index
            && self
                .steps()
                .iter()
                .filter_map(Step::call)
                .any(|call| call.together && call.label.as_deref() == Some(caller.label.as_str()))
    }

    /// Whether no answer of the run carried this token: the client was given it before.
    pub(super) fn is_minted(&self, label: TokenLabel) -> bool {
        self.minted.contains(&label)
    }

    /// The limit that ended the run, if one did.
    pub(super) fn budget(&self) -> Option<u32> {
        match self.trace.cut_short {
            Some(CutShort::RequestBudget { limit }) => Some(limit),
            _ => None,
        }
    }

    /// A pass, unless the run was cut short and what came after might have undone it (`settled` is false).
    pub(super) fn pass(&self, settled: bool, expected: impl FnOnce() -> String) -> Finding {
        match self.budget() {
            Some(limit) if !settled => {
                let last = self.trace.exchanges.len().saturating_sub(3);
                let last = self.exchanges().skip(last);
                Finding::fail(expected(), stopped(limit), numbers(last))
            }
            _ => Finding::pass(),
        }
    }

    /// An instant as the time since the run began.
    pub(super) fn when(&self, at: Timestamp) -> String {
        super::span::offset(at, self.trace.started_at)
    }
}

/// What is said of a run that was cut short by its request budget.
pub(super) fn stopped(limit: u32) -> String {
    format!(
        "stopped after {}",
        super::words::count(limit.into(), "request")
    )
}

/// How an operation ended; one that did not end timed out, whatever its record says.
pub(super) fn class(outcome: &Outcome) -> Class {
    match outcome.ended_at {
        Some(_) => outcome.class,
        None => Class::Timeout,
    }
}

/// The numbers of the first few exchanges.
pub(super) fn numbers<'a>(exchanges: impl IntoIterator<Item = Placed<'a>>) -> Vec<u64> {
    exchanges
        .into_iter()
        .take(NAMED)
        .map(|sent| sent.exchange.entry.number)
        .collect()
}

fn calls(call: &CallStep) -> u128 {
    match (call.every, call.lasting) {
        (Some(every), Some(lasting)) => lasting
            .0
            .as_nanos()
            .checked_div(every.0.as_nanos())
            .unwrap_or(1),
        _ => u128::from(call.times.unwrap_or(1)),
    }
}
