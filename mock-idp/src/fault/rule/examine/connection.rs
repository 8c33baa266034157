//! What a rule does to a connection, and what can be done before a request is there.

use super::super::{ConnectionFault, Rule, RuleFilter, RuleTarget};
use super::answer;
use super::{Complaint, Place};
use crate::journal::Endpoint;

pub(super) fn examine(rule: &Rule, found: &mut Vec<Complaint>) {
    if rule.to == RuleTarget::Endpoint(Endpoint::Connection) {
        before_a_request(rule, found);
    } else {
        with_a_request(rule, found);
    }
    if let Some(keep_alive) = &rule.keep_alive {
        let place = Place::of("keep_alive");
        if keep_alive.idle.is_none() && keep_alive.requests.is_none() {
            found.push(
                Complaint::at(&place, "`keep_alive` without a limit")
                    .help("write for instance `keep_alive: { idle: 5s }` or `{ requests: 10 }`"),
            );
        }
        if keep_alive.idle.is_some_and(|idle| idle.0.is_zero()) {
            found.push(
                Complaint::at(place.key("idle"), "a connection that is never idle")
                    .help("use `requests: 1` to close it after its first answer"),
            );
        }
        if keep_alive.requests == Some(0) {
            found.push(
                Complaint::at(place.key("requests"), "a connection for no requests")
                    .help("use `connection: refuse`"),
            );
        }
    }
    if let Some(slow_read) = &rule.slow_read {
        let place = Place::of("slow_read");
        if slow_read.bytes == 0 {
            found.push(
                Complaint::at(place.key("bytes"), "a request that is never read")
                    .help("use `connection: hang`"),
            );
        }
        if slow_read.every.0.is_zero() {
            found.push(Complaint::at(
                place.key("every"),
                "a pause of nothing between two reads",
            ));
        }
    }
}

/// Only so much can be done to a connection.
fn before_a_request(rule: &Rule, found: &mut Vec<Complaint>) {
    const NOTE: &str = "a connection has no answer; its rules know `connection: refuse` and `hang`, `delay`, `jitter`, \
                        `keep_alive` and `slow_read`";
    for key in answer::parts(rule) {
        found.push(
            Complaint::at(key, format!("`{key}` of a connection"))
                .note(NOTE)
                .help("use `to: anything` for whatever is asked"),
        );
    }
    if rule.hold.is_some() {
        found.push(
            Complaint::at("hold", "`hold` of a connection")
                .note(NOTE)
                .help("use `to: anything` for whatever is asked"),
        );
    }
    if let Some(fault) = rule.connection
        && !matches!(fault, ConnectionFault::Refuse | ConnectionFault::Hang)
    {
        found.push(
            Complaint::at("connection", "nothing has been asked on it yet")
                .note(NOTE)
                .help("use `to: anything` for whatever is asked"),
        );
    }
    if rule.connection.is_some() {
        for (key, present) in [
            ("keep_alive", rule.keep_alive.is_some()),
            ("slow_read", rule.slow_read.is_some()),
        ] {
            if present {
                found.push(
                    Complaint::at(key, format!("`{key}` of a connection that nobody uses"))
                        .and("connection", "turned away"),
                );
            }
        }
    }
    let only = rule.only.clone().unwrap_or_default();
    let unknown = RuleFilter {
        origin: None,
        connection: None,
        ..only
    };
    if unknown != RuleFilter::default() {
        found.push(
            Complaint::at("only", "nobody knows what a connection is for")
                .help("choose by `origin` and `connection`, or use `to: anything`"),
        );
    }
}

/// Only so much can be done once there is one.
fn with_a_request(rule: &Rule, found: &mut Vec<Complaint>) {
    for (key, present) in [
        (
            "connection",
            rule.connection == Some(ConnectionFault::Refuse),
        ),
        ("keep_alive", rule.keep_alive.is_some()),
        ("slow_read", rule.slow_read.is_some()),
    ] {
        if present {
            let what = match key {
                "connection" => "`refuse` comes before anything is read".to_owned(),
                _ => format!("`{key}` begins before anything is read"),
            };
            found.push(Complaint::at(key, what).help(match key {
                "connection" => "use `to: connection`, or `connection: reset`",
                _ => "use `to: connection`",
            }));
        }
    }
    let unseen = match rule.connection {
        None
        | Some(
            ConnectionFault::Refuse
            | ConnectionFault::Truncate
            | ConnectionFault::ResetBody
            | ConnectionFault::Close,
        ) => return,
        Some(ConnectionFault::Reset) => "the connection is reset before there is an answer",
        Some(ConnectionFault::LostReply) => "the answer is lost",
        Some(ConnectionFault::Hang) => "the answer never comes",
    };
    for key in answer::parts(rule) {
        // `raw` has said so already.
        if key != "raw" {
            found.push(
                Complaint::at(key, format!("`{key}` of an answer that nobody sees"))
                    .and("connection", unseen),
            );
        }
    }
}
