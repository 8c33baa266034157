//! `each` over the outcomes of a step.

use mock_idp::ledger::TokenLabel;

use crate::judge::missing::Missing;
use crate::judge::span::span;
use crate::judge::view::{Placed, View, class, numbers};
use crate::judge::{witness, words};
use crate::scenario::{Each, ExpectedOutcome, SameWhat, Target};
use crate::trace::{Class, Operation, Outcome, Said};
use crate::verdict::Finding;

/// Whether anything is asked of outcomes.
pub(super) fn is_meant(each: &Each) -> bool {
    each.outcome.is_some()
        || each.retries.is_some()
        || each.took.is_some()
        || each.same.is_some()
        || !each.carries.is_empty()
        || each.tells_secret.is_some()
}

pub(super) fn expects(each: &Each) -> String {
    let parts = [
        each.outcome.as_ref().map(expected),
        each.retries.map(|n| words::count(n.into(), "retry")),
        each.took.map(|range| {
            format!(
                "an end after {}..{}",
                span(range.least.0),
                span(range.most.0)
            )
        }),
        each.same.map(|SameWhat::Token| "the same token".to_owned()),
        (!each.carries.is_empty()).then(|| format!("{} passed on", each.carries.join(", "))),
        each.tells_secret.map(tells),
    ];
    let what = words::once(parts.into_iter().flatten(), " and ");
    format!("{what} for each {}", meant(each))
}

/// What a call must not be blamed for is left out: one that the play itself cut off is judged only where `cancelled` is
/// expected, and then by its class alone; one that ran into its caller's deadline got no token and has nothing to pass on.
pub(super) fn judge(each: &Each, view: &View<'_>) -> Finding {
    if let (Some(said), Some(tells), true) = (&view.trace.said, each.tells_secret, of_words(each)) {
        return printed(each, view, said, tells);
    }
    if view.is_passive() {
        let why = "needs a driver: nobody reports outcomes in passive mode";
        return Finding::not_applicable(expects(each), why.to_owned());
    }
    let all = match outcomes(each, view) {
        Ok(all) => all,
        Err(missing) => return missing.finding(expects(each)),
    };
    if all.is_empty() {
        return Finding::inconclusive(expects(each), format!("no {} was made", meant(each)));
    }
    if let Some(finding) = all.iter().find_map(|o| witness::missing(view, o)) {
        return finding;
    }
    let cancelling = each
        .outcome
        .as_ref()
        .is_some_and(|expected| expected.class.contains(&Class::Cancelled));
    let judged: Vec<&Outcome> = all
        .iter()
        .copied()
        .filter(|outcome| cancelling || !view.was_called_off(outcome))
        .collect();
    if judged.is_empty() {
        let missing = format!("every {} was given up", meant(each));
        return Finding::inconclusive(expects(each), missing);
    }
    let whole: Vec<&Outcome> = judged
        .iter()
        .copied()
        .filter(|outcome| !view.was_called_off(outcome) && !view.ran_out_of_time(outcome))
        .collect();
    if let Some(missing) = too_few(each, &all, &whole) {
        return Finding::inconclusive(expects(each), missing);
    }
    let first_token = whole.first().and_then(|first| token(view, first));
    let mut wrong: Vec<(&Outcome, String)> = Vec::new();
    for outcome in &judged {
        match fault(each, view, outcome, first_token) {
            Ok(None) => {}
            Ok(Some(fault)) => wrong.push((outcome, fault)),
            Err(missing) => return Finding::inconclusive(expects(each), missing),
        }
    }
    let Some((first, fault)) = wrong.first() else {
        if judged.iter().all(|o| o.operation == Operation::Invalidate) {
            let missing = "nothing on the wire shows that a client forgot a token".to_owned();
            return Finding::inconclusive(expects(each), missing);
        }
        let ended = all.iter().all(|outcome| outcome.ended_at.is_some());
        let planned = view.planned_calls(each.of.as_deref(), each.client.as_deref());
        let complete = all.len() as u128 >= planned;
        return view.pass(ended && complete, || expects(each));
    };
    let mut observed = format!("{} {fault}", words::caller(&first.caller));
    if wrong.len() > 1 {
        observed.push_str(&format!(" ({} of {} calls)", wrong.len(), judged.len()));
    }
    Finding::fail(expects(each), observed, numbers(caused(view, first)))
}

/// Whether words are all that is asked about.
fn of_words(each: &Each) -> bool {
    let Each {
        outcome,
        retries,
        took,
        same,
        carries,
        client,
        ..
    } = each;
    outcome.is_none()
        && retries.is_none()
        && took.is_none()
        && same.is_none()
        && carries.is_empty()
        && client.is_none()
}

/// Without a driver nobody hands the client's words over, but what a command prints can be read by anybody.
fn printed(each: &Each, view: &View<'_>, said: &Said, tells: bool) -> Finding {
    let expected = || {
        let words = words::once(each.tells_secret.map(self::tells), "");
        format!("{words} in what the command prints")
    };
    match said.told.as_slice() {
        [] if said.bytes == 0 => {
            Finding::inconclusive(expected(), "the command printed nothing".to_owned())
        }
        [] if tells => Finding::fail(expected(), "it told no secret".to_owned(), Vec::new()),
        [] if said.unsearched > 0 => {
            let missing = format!("{} bytes of it were not searched", said.unsearched);
            Finding::inconclusive(expected(), missing)
        }
        told if tells == told.is_empty() => Finding::fail(
            expected(),
            format!("it told {}", told.join(", ")),
            Vec::new(),
        ),
        _ => view.pass(true, expected),
    }
}

fn tells(tells: bool) -> String {
    match tells {
        true => "words that tell a secret".to_owned(),
        false => "words without a secret".to_owned(),
    }
}

/// The calls that are meant, in words: ``call of `a` by `b` ``.
fn meant(each: &Each) -> String {
    let mut text = "call".to_owned();
    if let Some(label) = &each.of {
        text.push_str(&format!(" of `{label}`"));
    }
    if let Some(client) = &each.client {
        text.push_str(&format!(" by `{client}`"));
    }
    text
}

/// The outcomes that are meant.
fn outcomes<'a>(each: &Each, view: &View<'a>) -> Result<Vec<&'a Outcome>, Missing> {
    let mut outcomes = view.outcomes(each.of.as_deref());
    if let Some(name) = &each.client {
        let clients = view.clients(Some(name))?;
        outcomes.retain(|outcome| {
            let asked = view.asked(&outcome.caller);
            asked.is_some_and(|asked| clients.iter().any(|client| client.name == asked.name))
        });
    }
    Ok(outcomes)
}

/// What is missing where too few calls came to an end of their own to say anything of tokens and details.
fn too_few(each: &Each, all: &[&Outcome], whole: &[&Outcome]) -> Option<String> {
    let needed = match (each.same, each.carries.is_empty()) {
        (Some(SameWhat::Token), _) => 2,
        (None, false) => 1,
        (None, true) => 0,
    };
    if whole.len() >= needed {
        return None;
    }
    Some(match all {
        [lone] if needed == 2 => format!("only one call was made, {}", lone.caller),
        _ => {
            let seen = words::count(whole.len() as u64, "call");
            format!("{seen} came to an end of its own (needs {needed})")
        }
    })
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
    if view.was_called_off(outcome) {
        return Ok(None);
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
                    words::caller(&outcome.caller)
                ));
            }
        }
    }
    if let Some(range) = each.took {
        let Some(ended) = outcome.ended_at else {
            return Ok(Some("did not end".to_owned()));
        };
        let took = ended.duration_since(outcome.started_at).unsigned_abs();
        if !(range.least.0..=range.most.0).contains(&took) {
            return Ok(Some(format!("ended after {}", span(took))));
        }
    }
    if let Some(wanted) = each.tells_secret
        && wanted == outcome.told.is_empty()
    {
        return Ok(Some(match outcome.told.as_slice() {
            [] => "told no secret".to_owned(),
            told => format!("told {}", told.join(", ")),
        }));
    }
    if view.ran_out_of_time(outcome) {
        return Ok(None);
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
        Operation::Invalidate => None,
    }
}

fn caused<'a>(view: &View<'a>, outcome: &Outcome) -> Vec<Placed<'a>> {
    witness::requests(view, outcome, Target::Anything)
}

#[cfg(test)]
mod tests;
