//! What a rule means: mistakes that the types cannot refuse.

mod answer;
mod connection;
mod forge;
mod members;

use super::bad::{Complaint, Place};
use super::{Replies, Rule, RuleFilter};

/// The longest text that a rule sends, in bytes.
const MAX_TEXT: usize = 64 << 10;

impl Rule {
    /// Everything that is wrong with the rule, whoever its names stand for.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        let mut found = Vec::new();
        examine(self, &mut found);
        found
    }
}

fn examine(rule: &Rule, found: &mut Vec<Complaint>) {
    if let Some(only) = &rule.only {
        filter(only, found);
    }
    counting(rule, found);
    window(rule, found);
    answer::examine(rule, found);
    members::examine(rule, found);
    for (key, length) in [
        ("delay", rule.delay),
        ("jitter", rule.jitter),
        ("dribble", rule.dribble),
    ] {
        if length.is_some_and(|length| length.0.is_zero()) {
            found.push(Complaint::at(key, format!("a {key} of nothing")));
        }
    }
    if let Some(hold) = &rule.hold
        && !is_name(&hold.name)
    {
        found.push(
            Complaint::at("hold", format!("`{}` is no name for a hold", hold.name)).help(NAME_HELP),
        );
    }
    connection::examine(rule, found);
    forge::examine(rule, found);
    if does_nothing(rule) {
        found.push(
            Complaint::at(Place::whole(), "a rule that changes nothing")
                .help("give it a `reply`, an `error`, `headers`, a `hold` or another effect"),
        );
    }
}

/// Conditions that nothing meets.
fn filter(only: &RuleFilter, found: &mut Vec<Complaint>) {
    let place = Place::of("only");
    if *only == RuleFilter::default() {
        found.push(
            Complaint::at(&place, "`only` says nothing of the requests it is for")
                .help("write for instance `only: { grant: refresh_token }`, or remove it"),
        );
    }
    for (key, is_zero) in [
        ("attempt", only.attempt == Some(0)),
        ("generation", only.generation == Some(0)),
        ("connection", only.connection == Some(0)),
    ] {
        if is_zero {
            found.push(Complaint::at(
                place.key(key),
                format!("`{key}` counts from 1"),
            ));
        }
    }
    if let Some(label) = only.presents
        && label.serial == 0
    {
        found.push(Complaint::at(
            place.key("presents"),
            format!("there is no {label}: labels count from 1"),
        ));
    }
}

/// `nth`, `one_in`, `times`, and sequences of replies.
fn counting(rule: &Rule, found: &mut Vec<Complaint>) {
    if rule.nth.is_some() && rule.times.is_some() {
        found.push(
            Complaint::at("times", "`nth` and `times` in one rule")
                .help("`nth` applies to one request; `times` to as many as it says"),
        );
    }
    if rule.nth.is_some() && rule.one_in.is_some() {
        found.push(
            Complaint::at("one_in", "`nth` and `one_in` in one rule")
                .help("`nth` applies to one request; `one_in` to every so-manieth"),
        );
    }
    for (key, number) in [
        ("nth", rule.nth),
        ("one_in", rule.one_in),
        ("times", rule.times),
    ] {
        if number == Some(0) {
            found.push(Complaint::at(key, format!("`{key}` counts from 1")));
        }
    }
    if rule.one_in == Some(1) {
        found.push(Complaint::at("one_in", "one in one is every request").help("remove `one_in`"));
    }
    if rule
        .probability
        .is_some_and(|probability| !(probability > 0.0 && probability < 1.0))
    {
        found.push(
            Complaint::at("probability", "a probability lies between 0 and 1")
                .help("without `probability` the rule always applies"),
        );
    }
    let has_sequence = rule.reply.as_ref().is_some_and(|reply| reply.0.len() > 1);
    if rule.per.is_some()
        && !has_sequence
        && rule.nth.is_none()
        && rule.one_in.is_none()
        && rule.times.is_none()
    {
        found.push(
            Complaint::at("per", "`per` without anything that is counted")
                .help("give the rule `nth`, `one_in`, `times` or several replies"),
        );
    }
    let Some(Replies(replies)) = &rule.reply else {
        return;
    };
    if rule.nth.is_some() && replies.len() > 1 {
        found.push(
            Complaint::at("reply", "a sequence of replies to one request")
                .help("remove `nth`, or reply with one status"),
        );
    }
    if let Some(times @ 1..) = rule.times
        && usize::try_from(times).is_ok_and(|times| times < replies.len())
    {
        found.push(
            Complaint::at(
                "reply",
                format!("{} replies, of which {times} are sent", replies.len()),
            )
            .and("times", "how often the rule applies"),
        );
    }
}

/// `from`, `until` and `ttl`.
fn window(rule: &Rule, found: &mut Vec<Complaint>) {
    if let Some(ttl) = rule.ttl {
        if ttl.0.is_zero() {
            found.push(Complaint::at("ttl", "a rule that is gone when it is added"));
        } else if let Some(from) = rule.from.filter(|from| ttl <= *from) {
            found.push(
                Complaint::at("ttl", "a rule that is gone before it begins")
                    .and("from", format!("begins after {from}")),
            );
        }
    }
    if rule.from.is_some_and(|from| from.0.is_zero()) {
        found.push(
            Complaint::at("from", "a rule applies from the start")
                .help("remove `from`, or say how much later"),
        );
    }
    match (rule.from, rule.until) {
        (_, Some(until)) if until.0.is_zero() => {
            found.push(Complaint::at("until", "a rule that is over when it begins"))
        }
        (Some(from), Some(until)) if until <= from => found.push(
            Complaint::at("until", format!("{until} are over before the rule begins"))
                .and("from", format!("begins after {from}")),
        ),
        _ => {}
    }
}

/// Whether a name can be that of a hold.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

const NAME_HELP: &str = "use lower-case letters, digits, `-` and `_`, beginning with a letter";

fn does_nothing(rule: &Rule) -> bool {
    let disguise_alone = answer::parts(rule).iter().all(|part| *part == "disguise");
    disguise_alone
        && rule.hold.is_none()
        && rule.delay.is_none()
        && rule.jitter.is_none()
        && rule.connection.is_none()
        && rule.keep_alive.is_none()
        && rule.slow_read.is_none()
}
