//! `idp:` lifetimes, limits and the script of the provider.

use std::time::Duration;

use super::{Findings, View, below, rule, shadow};
use crate::scenario::{Lifetime, LimitSpec, TokenSpec};
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
