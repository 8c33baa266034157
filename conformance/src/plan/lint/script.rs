//! The script of the provider.

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::{Findings, View, below};
use crate::scenario::{
    ConnectionFault, Disguise, LimitSpec, Replies, ScriptRule, ScriptTarget, TokenSpec,
};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(idp) = &view.filled.idp else { return };
    let spec = &view.body().idp;
    lifetimes(view, below(idp, &["token"]), &spec.token, found);
    let nodes = |key: &str| idp.get(key).map(Node::items).unwrap_or_default();
    for (limit, node) in spec.limits.iter().zip(nodes("limits")) {
        self::limit(view, node, limit, found);
    }
    let rules: Vec<_> = spec.script.iter().zip(nodes("script")).collect();
    for (at, (rule, node)) in rules.iter().enumerate() {
        self::rule(view, node, rule, found);
        let shadow = rules[..at]
            .iter()
            .find(|(earlier, _)| earlier.to == rule.to && applies_always(earlier));
        if let Some((_, earlier)) = shadow {
            found.push(
                view.problem(node, "a rule that is never reached")
                    .and(earlier.place(), "this rule answers every such request")
                    .help("put the rule that has `nth` or `times` first"),
            );
        }
    }
}

fn applies_always(rule: &ScriptRule) -> bool {
    rule.nth.is_none() && rule.times.is_none()
}

fn lifetimes(view: &View<'_>, node: &Node, token: &TokenSpec, found: &mut Findings<'_>) {
    for (key, length) in [
        ("expires_in", token.expires_in),
        ("refresh_in", token.refresh_in),
        ("refresh_token_lifetime", token.refresh_token_lifetime),
    ] {
        if let Some(length) = length
            && length.0.subsec_nanos() != 0
        {
            found.push(view.problem(
                below(node, &[key]),
                format!("`{key}` is sent in whole seconds, and {length} is not one"),
            ));
        }
    }
    if let (Some(refresh), Some(expires)) = (token.refresh_in, token.expires_in)
        && refresh >= expires
    {
        found.push(view.problem(
            below(node, &["refresh_in"]),
            format!("a renewal is advised after {refresh}, when the token has expired ({expires})"),
        ));
    }
}

fn limit(view: &View<'_>, node: &Node, limit: &LimitSpec, found: &mut Findings<'_>) {
    if limit.requests == 0 {
        found.push(
            view.problem(below(node, &["requests"]), "a limit that admits no request")
                .help("script a `reply: 429` instead"),
        );
    }
    if limit.per.0 < Duration::from_secs(1) {
        found.push(view.problem(
            below(node, &["per"]),
            format!(
                "a window of {} is shorter than the second that resets are told in",
                limit.per
            ),
        ));
    }
}

fn rule(view: &View<'_>, node: &Node, rule: &ScriptRule, found: &mut Findings<'_>) {
    if rule.nth.is_some() && rule.times.is_some() {
        found.push(
            view.problem(below(node, &["times"]), "`nth` and `times` in one rule")
                .help("`nth` applies to one request; `times` to as many as it says"),
        );
    }
    for (key, number) in [("nth", rule.nth), ("times", rule.times)] {
        if number == Some(0) {
            found.push(view.problem(below(node, &[key]), format!("`{key}` counts from 1")));
        }
    }
    if rule.nth.is_some()
        && let Some(Replies(replies)) = &rule.reply
        && replies.len() > 1
    {
        found.push(
            view.problem(
                below(node, &["reply"]),
                "a sequence of replies to one request",
            )
            .help("remove `nth`, or reply with one status"),
        );
    }
    contents(view, node, rule, found);
    headers(view, node, rule, found);
    connection(view, node, rule, found);
    if let Some(Disguise { .. }) = rule.disguise
        && rule.error.is_none()
    {
        found.push(view.problem(
            below(node, &["disguise"]),
            "`disguise` without an `error` to disguise",
        ));
    }
    if rule.delay.is_some_and(|delay| delay.0.is_zero()) {
        found.push(view.problem(below(node, &["delay"]), "a delay of nothing"));
    }
    if does_nothing(rule) {
        found.push(
            view.problem(node, "a rule that changes nothing")
                .help("give it a `reply`, an `error`, `headers`, a `hold` or another effect"),
        );
    }
}

fn contents(view: &View<'_>, node: &Node, rule: &ScriptRule, found: &mut Findings<'_>) {
    let error = below(node, &["error"]);
    if let Some(reply) = &rule.error {
        if reply.error.is_empty() {
            found.push(
                view.problem(error, "an error without its code")
                    .help("write for instance `error: { status: 400, error: invalid_grant }`"),
            );
        }
        if rule.to != ScriptTarget::Token {
            found.push(
                view.problem(
                    error,
                    "an OAuth error that does not come from the token endpoint",
                )
                .help("a resource answers with `reply: 401`; the vendor's form follows from it"),
            );
        }
        if reply
            .status
            .is_some_and(|status| !(400..=599).contains(&status))
        {
            found.push(view.problem(
                below(error, &["status"]),
                "an error has a status from 400 to 599",
            ));
        }
        if let Some(Replies(replies)) = &rule.reply {
            let differs = reply
                .status
                .is_some_and(|status| replies.iter().any(|r| *r != status));
            if differs || replies.iter().any(|status| *status < 400) {
                found.push(
                    view.problem(
                        below(node, &["reply"]),
                        "`reply` and `error` contradict each other",
                    )
                    .and(error.place(), "the error")
                    .help("`error` brings its status with it: remove `reply`"),
                );
            }
        }
        if rule.body.is_some() {
            found.push(
                view.problem(below(node, &["body"]), "`body` and `error` in one rule")
                    .help("an error makes the body; keep one of them"),
            );
        }
    }
    if rule.content_type.is_some() && rule.body.is_none() {
        found.push(
            view.problem(
                below(node, &["content_type"]),
                "`content_type` without `body`",
            )
            .help("the vendor's own bodies have the vendor's own type; use `headers` to change it"),
        );
    }
    if rule.body.is_some() && !rule.set.is_empty() {
        found.push(view.problem(below(node, &["set"]), "`set` and `body` in one rule"));
    }
}

fn headers(view: &View<'_>, node: &Node, rule: &ScriptRule, found: &mut Findings<'_>) {
    let Some(headers) = node.get("headers") else {
        return without_headers(view, node, rule, found);
    };
    for (name, value) in &rule.headers {
        let Some((key, value_node)) = headers.entry(name) else {
            continue;
        };
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            found.push(view.problem_at(key.span, format!("`{name}` is no name for a header")));
        }
        if HeaderValue::from_str(value).is_err() {
            found.push(view.problem(
                value_node,
                "a header holds visible ASCII characters and spaces",
            ));
        }
    }
    without_headers(view, node, rule, found);
}

fn without_headers(view: &View<'_>, node: &Node, rule: &ScriptRule, found: &mut Findings<'_>) {
    let list = below(node, &["without_headers"]);
    for (at, name) in rule.without_headers.iter().enumerate() {
        let node = list.items().get(at).unwrap_or(list);
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            found.push(view.problem(node, format!("`{name}` is no name for a header")));
        }
        if rule
            .headers
            .keys()
            .any(|other| other.eq_ignore_ascii_case(name))
        {
            found.push(view.problem(node, format!("`{name}` is set and left out at once")));
        }
    }
}

fn connection(view: &View<'_>, node: &Node, rule: &ScriptRule, found: &mut Findings<'_>) {
    let Some(fault) = rule.connection else { return };
    let unseen = match fault {
        ConnectionFault::Truncate => return,
        ConnectionFault::Reset => "the connection is reset before there is an answer",
        ConnectionFault::LostReply => "the answer is lost",
        ConnectionFault::Hang => "the answer never comes",
    };
    let answers = [
        ("reply", rule.reply.is_some()),
        ("headers", !rule.headers.is_empty()),
        ("without_headers", !rule.without_headers.is_empty()),
        ("body", rule.body.is_some()),
        ("error", rule.error.is_some()),
        ("set", !rule.set.is_empty()),
    ];
    for (key, present) in answers {
        if present {
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

fn does_nothing(rule: &ScriptRule) -> bool {
    let ScriptRule {
        to: _,
        nth: _,
        times: _,
        reply,
        headers,
        without_headers,
        body,
        content_type: _,
        error,
        disguise: _,
        set,
        hold,
        delay,
        connection,
    } = rule;
    reply.is_none()
        && headers.is_empty()
        && without_headers.is_empty()
        && body.is_none()
        && error.is_none()
        && set.is_empty()
        && hold.is_none()
        && delay.is_none()
        && connection.is_none()
}
