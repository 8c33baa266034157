//! `idp:` lifetimes, limits and the script of the provider.

use std::time::Duration;

use mock_idp::limits::LimitRule;

use super::{Findings, View, below, rule, shadow};
use crate::scenario::{Length, Lifetime, TokenSpec};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    if let Some(idp) = &view.filled.idp {
        let spec = &view.body().idp;
        lifetimes(view, below(idp, &["token"]), &spec.token, found);
        let limits = idp.get("limits").map(Node::items).unwrap_or_default();
        for (limit, node) in spec.limits.iter().zip(limits) {
            self::limit(view, node, limit, found);
        }
    }
    for armed in &view.rules {
        if found.is_full() {
            return;
        }
        rule::examine(view, armed.node, armed.rule, found);
    }
    shadow::examine(view, found);
}

fn lifetimes(view: &View<'_>, node: &Node, token: &TokenSpec, found: &mut Findings<'_>) {
    let expires_in = token.expires_in.map(|lifetime| match lifetime {
        Lifetime::Fixed(length) | Lifetime::OverMargin(length) => length,
    });
    for (key, length) in [
        ("expires_in", expires_in),
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
    if let (Some(refresh), Some(Lifetime::Fixed(expires))) = (token.refresh_in, token.expires_in)
        && refresh >= expires
    {
        found.push(view.problem(
            below(node, &["refresh_in"]),
            format!("a renewal is advised after {refresh}, when the token has expired ({expires})"),
        ));
    }
}

fn limit(view: &View<'_>, node: &Node, limit: &LimitRule, found: &mut Findings<'_>) {
    if let Err(bad) = limit.check() {
        found.push(view.problem(node, bad.to_string()));
        return;
    }
    for (key, number) in [
        ("requests", limit.requests),
        ("concurrent", limit.concurrent),
    ] {
        if number == Some(0) {
            found.push(
                view.problem(below(node, &[key]), "a limit that admits no request")
                    .help("script a `reply: 429` instead"),
            );
        }
    }
    for (key, length) in [("per", limit.per), ("block", limit.block)] {
        if let Some(length) = length
            && length < Duration::from_secs(1)
        {
            let what = match key {
                "per" => "window",
                _ => "block",
            };
            found.push(view.problem(
                below(node, &[key]),
                format!(
                    "a {what} of {} is shorter than the second that resets are told in",
                    Length(length)
                ),
            ));
        }
    }
}
