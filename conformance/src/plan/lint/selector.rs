//! Selectors, and what stands around them in a predicate.

use mock_idp::ledger::TokenKind;

use super::steps::{unknown_hold, unknown_step};
use super::{Findings, View, below};
use crate::scenario::{After, Presents, Selector, Target};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, node: &Node, selector: &Selector, found: &mut Findings<'_>) {
    if let Some(status) = selector.status {
        if !(100..=599).contains(&status) {
            found.push(view.problem(
                below(node, &["status"]),
                format!("{status} is not an HTTP status; use 100 to 599"),
            ));
        }
        if status < 400 && selector.error.is_some() {
            found.push(
                view.problem(
                    below(node, &["error"]),
                    format!("an answer with status {status} carries no error"),
                )
                .and(below(node, &["status"]).place(), "the status"),
            );
        }
    }
    let other = selector
        .to
        .filter(|to| !matches!(to, Target::Token | Target::Anything));
    if let Some(to) = other {
        if selector.grant.is_some() {
            found.push(
                view.problem(below(node, &["grant"]), "only a token request has a grant")
                    .and(
                        below(node, &["to"]).place(),
                        format!("goes to `{}`", to.name()),
                    ),
            );
        }
        if selector.error.is_some() && to != Target::Resource {
            found.push(view.problem(
                below(node, &["error"]),
                format!("`{}` answers without OAuth errors", to.name()),
            ));
        }
    }
    if let Some(presents) = &selector.presents {
        self::presents(
            view,
            below(node, &["presents"]),
            presents,
            selector.to,
            found,
        );
    }
    match &selector.after {
        Some(After::Step(label)) if !view.labels().contains(&label.as_str()) => {
            found.push(unknown_step(view, below(node, &["after"]), label));
        }
        Some(After::Exchange(inner)) => {
            let at = below(node, &["after"]);
            if **inner == Selector::default() {
                found.push(
                    view.problem(at, "`after` names no exchange")
                        .help("write for instance `after: { to: resource, status: 401 }`"),
                );
            }
            examine(view, at, inner, found);
        }
        _ => {}
    }
    if let Some(hold) = &selector.during
        && !view.holds().contains(&hold.as_str())
    {
        found.push(unknown_hold(view, below(node, &["while"]), hold));
    }
}

/// A refresh token is shown to the token endpoint, an access token to a resource.
pub(super) fn presents(
    view: &View<'_>,
    node: &Node,
    presents: &Presents,
    to: Option<Target>,
    found: &mut Findings<'_>,
) {
    let refresh = match presents {
        Presents::Rotated => Some(true),
        Presents::Label(label) => Some(label.kind == TokenKind::Refresh),
        _ => None,
    };
    let wrong = match (to, refresh) {
        (Some(Target::Resource), Some(true)) => "a refresh token is never meant for a resource",
        (Some(Target::Token), Some(false)) => {
            "an access token is never meant for the token endpoint"
        }
        (Some(Target::Jwks | Target::Discovery), _) => "public documents are read without a token",
        _ => return,
    };
    found.push(view.problem(node, wrong));
}
