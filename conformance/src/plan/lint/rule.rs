//! A rule of the script: when it applies and what it does to time and connection.

use super::{Findings, NAME_HELP, View, answer, below, filter, is_name, members};
use crate::yaml::Node;
use mock_idp::fault::{ConnectionFault, Replies, Rule};

pub(super) fn examine(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    if let Some(only) = &rule.only {
        filter::examine(view, below(node, &["only"]), rule.to, only, found);
    }
    counting(view, node, rule, found);
    window(view, node, rule, found);
    answer::examine(view, node, rule, found);
    members::examine(view, node, rule, found);
    for (key, length) in [
        ("delay", rule.delay),
        ("jitter", rule.jitter),
        ("dribble", rule.dribble),
    ] {
        if length.is_some_and(|length| length.0.is_zero()) {
            found.push(view.problem(below(node, &[key]), format!("a {key} of nothing")));
        }
    }
    if let Some(hold) = &rule.hold
        && !is_name(&hold.name)
    {
        found.push(
            view.problem(
                below(node, &["hold"]),
                format!("`{}` is no name for a hold", hold.name),
            )
            .help(NAME_HELP),
        );
    }
    connection(view, node, rule, found);
    if does_nothing(rule) {
        found.push(
            view.problem(node, "a rule that changes nothing")
                .help("give it a `reply`, an `error`, `headers`, a `hold` or another effect"),
        );
    }
}

/// `nth`, `one_in`, `times`, and sequences of replies.
fn counting(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    if rule.nth.is_some() && rule.times.is_some() {
        found.push(
            view.problem(below(node, &["times"]), "`nth` and `times` in one rule")
                .help("`nth` applies to one request; `times` to as many as it says"),
        );
    }
    if rule.nth.is_some() && rule.one_in.is_some() {
        found.push(
            view.problem(below(node, &["one_in"]), "`nth` and `one_in` in one rule")
                .help("`nth` applies to one request; `one_in` to every so-manieth"),
        );
    }
    for (key, number) in [
        ("nth", rule.nth),
        ("one_in", rule.one_in),
        ("times", rule.times),
    ] {
        if number == Some(0) {
            found.push(view.problem(below(node, &[key]), format!("`{key}` counts from 1")));
        }
    }
    if rule.one_in == Some(1) {
        found.push(
            view.problem(below(node, &["one_in"]), "one in one is every request")
                .help("remove `one_in`"),
        );
    }
    let Some(Replies(replies)) = &rule.reply else {
        return;
    };
    if rule.nth.is_some() && replies.len() > 1 {
        found.push(
            view.problem(
                below(node, &["reply"]),
                "a sequence of replies to one request",
            )
            .help("remove `nth`, or reply with one status"),
        );
    }
    if let Some(times @ 1..) = rule.times
        && usize::try_from(times).is_ok_and(|times| times < replies.len())
    {
        found.push(
            view.problem(
                below(node, &["reply"]),
                format!("{} replies, of which {times} are sent", replies.len()),
            )
            .and(
                below(node, &["times"]).place(),
                "how often the rule applies",
            ),
        );
    }
}

/// `from` and `until`.
fn window(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    if rule.from.is_some_and(|from| from.0.is_zero()) {
        found.push(
            view.problem(below(node, &["from"]), "a rule applies from the start")
                .help("remove `from`, or say how much later"),
        );
    }
    match (rule.from, rule.until) {
        (_, Some(until)) if until.0.is_zero() => found.push(view.problem(
            below(node, &["until"]),
            "a rule that is over when it begins",
        )),
        (Some(from), Some(until)) if until <= from => found.push(
            view.problem(
                below(node, &["until"]),
                format!("{until} are over before the rule begins"),
            )
            .and(
                below(node, &["from"]).place(),
                format!("begins after {from}"),
            ),
        ),
        _ => {}
    }
}

/// Parts of an answer that no client gets to see.
fn connection(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let unseen = match rule.connection {
        None => return,
        Some(ConnectionFault::Truncate | ConnectionFault::ResetBody | ConnectionFault::Close) => {
            return;
        }
        Some(ConnectionFault::Reset) => "the connection is reset before there is an answer",
        Some(ConnectionFault::LostReply) => "the answer is lost",
        Some(ConnectionFault::Hang) => "the answer never comes",
    };
    for key in answer::parts(rule) {
        // `raw` has said so already.
        if key != "raw" {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("`{key}` of an answer that nobody sees"),
                )
                .and(below(node, &["connection"]).place(), unseen),
            );
        }
    }
}

fn does_nothing(rule: &Rule) -> bool {
    let disguise_alone = answer::parts(rule).iter().all(|part| *part == "disguise");
    disguise_alone
        && rule.hold.is_none()
        && rule.delay.is_none()
        && rule.jitter.is_none()
        && rule.connection.is_none()
}
