//! `each` over the outcomes of a step.

use mock_idp::ledger::TokenLabel;

use crate::judge::span::span;
use crate::judge::view::{Placed, View, class, numbers};
use crate::judge::{witness, words};
use crate::scenario::{Each, ExpectedOutcome, SameWhat, Target};
use crate::trace::{Class, Operation, Outcome};
use crate::verdict::Finding;

/// Whether anything is asked of outcomes.
pub(super) fn is_meant(each: &Each) -> bool {
    each.outcome.is_some()
        || each.retries.is_some()
        || each.same.is_some()
        || !each.carries.is_empty()
}

pub(super) fn expects(each: &Each) -> String {
    let parts = [
        each.outcome.as_ref().map(expected),
        each.retries.map(|n| words::count(n.into(), "retry")),
        each.same.map(|SameWhat::Token| "the same token".to_owned()),
        (!each.carries.is_empty()).then(|| format!("{} passed on", each.carries.join(", "))),
    ];
    let what = words::once(parts.into_iter().flatten(), " and ");
    match &each.of {
        Some(label) => format!("{what} for each call of `{label}`"),
        None => format!("{what} for each call"),
    }
}

pub(super) fn judge(each: &Each, view: &View<'_>) -> Finding {
    if view.is_passive() {
        let why = "needs a driver: nobody reports outcomes in passive mode";
        return Finding::not_applicable(expects(each), why.to_owned());
    }
    let label = each.of.as_deref();
    let outcomes = view.outcomes(label);
    if outcomes.is_empty() {
        let missing = match label {
            Some(label) => format!("no call of `{label}` was made"),
            None => "no call was made".to_owned(),
        };
        return Finding::inconclusive(expects(each), missing);
    }
    if let Some(finding) = outcomes.iter().find_map(|o| witness::missing(view, o)) {
        return finding;
    }
    if each.same.is_some() && outcomes.len() < 2 {
        let missing = format!("only one call was made, {}", outcomes[0].caller);
        return Finding::inconclusive(expects(each), missing);
    }
    let first_token = token(view, outcomes[0]);
    let mut wrong: Vec<(&Outcome, String)> = Vec::new();
    for outcome in &outcomes {
        match fault(each, view, outcome, first_token) {
            Ok(None) => {}
            Ok(Some(fault)) => wrong.push((outcome, fault)),
            Err(missing) => return Finding::inconclusive(expects(each), missing),
        }
    }
    let Some((first, fault)) = wrong.first() else {
        let ended = outcomes.iter().all(|outcome| outcome.ended_at.is_some());
        let complete = outcomes.len() as u128 >= view.planned_calls(label);
        return view.pass(ended && complete, || expects(each));
    };
    let mut observed = format!("{} {fault}", first.caller);
    if wrong.len() > 1 {
        observed.push_str(&format!(" ({} of {} calls)", wrong.len(), outcomes.len()));
    }
    Finding::fail(expects(each), observed, numbers(caused(view, first)))
}

/// What is wrong with one outcome, or what is missing to tell.
fn fault(
    each: &Each,
    view: &View<'_>,
    outcome: &Outcome,
    first_token: Option<TokenLabel>,
) -> Result<Option<String>, String> {
    if let Some(expected) = &each.outcome
        && let Some(fault) = outcome_fault(expected, outcome)
    {
        return Ok(Some(fault));
    }
    if let Some(retries) = each.retries {
        let requests = witness::requests(view, outcome, Target::Resource).len() as u64;
        match requests.checked_sub(1) {
            Some(seen) if seen == u64::from(retries) => {}
            Some(seen) => {
                return Ok(Some(format!("took {}", words::count(seen, "retry"))));
            }
            None => {
                return Err(format!(
                    "{} sent no request to the resource",
                    outcome.caller
                ));
            }
        }
    }
    if each.same.is_some() {
        match (first_token, token(view, outcome)) {
            (Some(first), Some(token)) if first == token => {}
            (Some(first), Some(token)) => return Ok(Some(format!("got {token}, not {first}"))),
            (_, None) => return Ok(Some("got no token".to_owned())),
            // The first call got none and has been named for it.
            (None, Some(_)) => {}
        }
    }
    let kept_back: Vec<&str> = each
        .carries
        .iter()
        .filter(|detail| !outcome.carries.contains(detail))
        .map(String::as_str)
        .collect();
    Ok((!kept_back.is_empty()).then(|| format!("did not pass on {}", kept_back.join(", "))))
}

fn outcome_fault(expected: &ExpectedOutcome, outcome: &Outcome) -> Option<String> {
    let class = class(outcome);
    if !expected.class.contains(&class) {
        return Some(match outcome.ended_at {
            Some(_) => format!("ended {class}"),
            None => "did not end".to_owned(),
        });
    }
    let wait = expected.retry_after.filter(|_| class != Class::Ok)?;
    match outcome.retry_after {
        Some(told) if (wait.least.0..=wait.most.0).contains(&told) => None,
        Some(told) => Some(format!("ended {class} with a wait of {}", span(told))),
        None => Some(format!("ended {class} without naming a wait")),
    }
}

fn expected(outcome: &ExpectedOutcome) -> String {
    let classes: Vec<&str> = outcome.class.iter().map(|class| class.name()).collect();
    let classes = classes.join(" or ");
    match outcome.retry_after {
        Some(wait) => format!(
            "{classes} with a wait of {}..{}",
            span(wait.least.0),
            span(wait.most.0)
        ),
        None => classes,
    }
}

/// The token an outcome speaks of: the one handed out, or the one its last request to the resource showed.
fn token(view: &View<'_>, outcome: &Outcome) -> Option<TokenLabel> {
    match outcome.operation {
        Operation::CallApi => witness::requests(view, outcome, Target::Resource)
            .last()
            .and_then(|sent| sent.exchange.entry.presented.as_ref()?.token),
        Operation::GetToken | Operation::ForceRefresh => outcome.token,
    }
}

fn caused<'a>(view: &View<'a>, outcome: &Outcome) -> Vec<Placed<'a>> {
    witness::requests(view, outcome, Target::Anything)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{Said, Tale, call, got, played, resource, tale, token, told};
    use crate::trace::{Class, Operation};

    fn each(what: Value) -> Value {
        json!({ "each": what })
    }

    fn failed(index: u32, class: Class) -> Said {
        call(Operation::GetToken, "a", index, 0).class(class)
    }

    fn served() -> Tale {
        tale([token(0).issues("AT#1"), token(1).issues("AT#2")])
    }

    #[test]
    fn classes() {
        let check = each(
            json!({ "of": "a", "outcome": { "class": ["reauth_required", "interaction_required"] } }),
        );
        let good = tale([token(0)]).said([
            failed(1, Class::ReauthRequired),
            failed(2, Class::InteractionRequired),
        ]);
        insta::assert_snapshot!(good.verdict(check.clone()), @"pass");
        let one = tale([token(0)]).said([
            failed(1, Class::ReauthRequired),
            failed(2, Class::Transient),
        ]);
        insta::assert_snapshot!(one.verdict(check.clone()), @"fail | expected reauth_required or interaction_required for each call of `a` | observed a#2 ended transient | #1");
        let two = one.said([got("a", 3, 0, "AT#1")]);
        insta::assert_snapshot!(two.verdict(check.clone()), @"fail | expected reauth_required or interaction_required for each call of `a` | observed a#2 ended transient (2 of 3 calls) | #1");
        let hangs = tale([token(0)]).said([failed(1, Class::Ok).unfinished()]);
        insta::assert_snapshot!(hangs.verdict(check.clone()), @"fail | expected reauth_required or interaction_required for each call of `a` | observed a#1 did not end | #1");
        let other = tale([token(0)]).said([got("b", 1, 0, "AT#1")]);
        insta::assert_snapshot!(other.verdict(check.clone()), @"inconclusive | expected reauth_required or interaction_required for each call of `a` | observed no call of `a` was made");
        insta::assert_snapshot!(tale([token(0)]).passive().verdict(check), @"not applicable | expected reauth_required or interaction_required for each call of `a` | observed needs a driver: nobody reports outcomes in passive mode");
    }

    #[test]
    fn an_operation_that_did_not_end_timed_out() {
        let check = each(json!({ "of": "a", "outcome": "timeout" }));
        let hangs = tale([token(0)]).said([failed(1, Class::Ok).unfinished()]);
        insta::assert_snapshot!(hangs.verdict(check), @"pass");
    }

    #[test]
    fn waits() {
        let check = each(
            json!({ "of": "a", "outcome": { "class": ["throttled", "ok"], "retry_after": "30s..32s" } }),
        );
        let told = |said| tale([token(0)]).said([said]).verdict(check.clone());
        insta::assert_snapshot!(told(failed(1, Class::Throttled).wait(32)), @"pass");
        insta::assert_snapshot!(told(failed(1, Class::Throttled).wait(29)), @"fail | expected throttled or ok with a wait of 30 s..32 s for each call of `a` | observed a#1 ended throttled with a wait of 29 s | #1");
        insta::assert_snapshot!(told(failed(1, Class::Throttled)), @"fail | expected throttled or ok with a wait of 30 s..32 s for each call of `a` | observed a#1 ended throttled without naming a wait | #1");
        insta::assert_snapshot!(told(got("a", 1, 0, "AT#1")), @"pass");
    }

    #[test]
    fn retries() {
        let check = each(json!({ "of": "a", "outcome": "ok", "retries": 0 }));
        let said = |n| call(Operation::CallApi, "a", n, 0);
        let sent = |n| resource(0).caused_by("a", n);
        let good = tale([sent(1), sent(2)]).said([said(1), said(2)]);
        insta::assert_snapshot!(good.verdict(check.clone()), @"pass");
        let again =
            tale([sent(1), sent(2).status(401), token(0), sent(2)]).said([said(1), said(2)]);
        insta::assert_snapshot!(again.verdict(check.clone()), @"fail | expected ok and no retry for each call of `a` | observed a#2 took 1 retry | #2 #3 #4");
        let none = tale([token(0)]).said([failed(1, Class::Transient)]);
        let check = each(json!({ "of": "a", "retries": 0 }));
        insta::assert_snapshot!(none.verdict(check), @"inconclusive | expected no retry for each call of `a` | observed a#1 sent no request to the resource");
    }

    #[test]
    fn the_same_token() {
        let check = each(json!({ "of": "a", "same": "token" }));
        let said = |tokens: &[&str]| {
            let numbered = tokens.iter().zip(1..);
            served()
                .said(numbered.map(|(token, n)| got("a", n, 0, token)))
                .verdict(check.clone())
        };
        insta::assert_snapshot!(said(&["AT#1", "AT#1"]), @"pass");
        insta::assert_snapshot!(said(&["AT#1", "AT#2"]), @"fail | expected the same token for each call of `a` | observed a#2 got AT#2, not AT#1 | #1");
        insta::assert_snapshot!(said(&["AT#1"]), @"inconclusive | expected the same token for each call of `a` | observed only one call was made, a#1");
        let none = served().said([failed(1, Class::Transient), got("a", 2, 0, "AT#1")]);
        insta::assert_snapshot!(none.verdict(check.clone()), @"fail | expected the same token for each call of `a` | observed a#1 got no token | #1");
        // Calls hand out no token; what they show to the resource stands for it.
        let sent = |n, token: &str| resource(0).caused_by("a", n).shows(token);
        let calls = [
            call(Operation::CallApi, "a", 1, 0),
            call(Operation::CallApi, "a", 2, 0),
        ];
        let same = tale([sent(1, "AT#1"), sent(2, "AT#1")]).said(calls.clone());
        insta::assert_snapshot!(same.verdict(check.clone()), @"pass");
        let other = tale([sent(1, "AT#1"), sent(2, "AT#2")]).said(calls);
        insta::assert_snapshot!(other.verdict(check), @"fail | expected the same token for each call of `a` | observed a#2 got AT#2, not AT#1 | #2");
    }

    #[test]
    fn details_passed_on() {
        let check = each(json!({ "of": "a", "carries": ["correlation_id", "trace_id"] }));
        let told = |details: &[&str]| {
            let said = failed(1, Class::Misconfigured).carries(details);
            tale([token(0)]).said([said]).verdict(check.clone())
        };
        insta::assert_snapshot!(told(&["trace_id", "correlation_id"]), @"pass");
        insta::assert_snapshot!(told(&["trace_id"]), @"fail | expected correlation_id, trace_id passed on for each call of `a` | observed a#1 did not pass on correlation_id | #1");
        insta::assert_snapshot!(told(&[]), @"fail | expected correlation_id, trace_id passed on for each call of `a` | observed a#1 did not pass on correlation_id, trace_id | #1");
    }

    #[test]
    fn a_run_cut_short_passes_only_if_every_planned_call_has_ended() {
        let check = each(json!({ "of": "a", "outcome": "ok" }));
        let verdict = |said: Vec<Said>| {
            let steps =
                json!([{ "get_token": { "as": "a", "times": 2 } }, { "call_api": { "as": "b" } }]);
            let tale = served().said(said).over_budget(2);
            told(&played(steps, &tale, check.clone()))
        };
        let (first, second) = (got("a", 1, 0, "AT#1"), got("a", 2, 0, "AT#2"));
        insta::assert_snapshot!(verdict(vec![first.clone(), second.clone()]), @"pass");
        insta::assert_snapshot!(verdict(vec![first.clone()]), @"fail | expected ok for each call of `a` | observed stopped after 2 requests | #1 #2");
        insta::assert_snapshot!(verdict(vec![first, second.unfinished()]), @"fail | expected ok for each call of `a` | observed a#2 did not end; stopped after 2 requests | #1 #2");
    }

    #[test]
    fn a_periodic_step_is_counted_at_its_least() {
        let check = each(json!({ "of": "a", "outcome": "ok" }));
        let steps = json!([{ "get_token": { "as": "a", "every": "60s", "for": "2m" } }]);
        let verdict = |n| {
            let said = (1..=n).map(|n| got("a", n, 0, "AT#1"));
            let tale = served().said(said).over_budget(2);
            told(&played(steps.clone(), &tale, check.clone()))
        };
        insta::assert_snapshot!(verdict(1), @"fail | expected ok for each call of `a` | observed stopped after 2 requests | #1 #2");
        insta::assert_snapshot!(verdict(2), @"pass");
    }
}
