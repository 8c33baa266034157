//! Rules that are never reached, because an earlier one answers every request that they are for.

use super::{Armed, Findings, View};
use crate::scenario::Step;
use mock_idp::fault::{Rule, RuleTarget};
use mock_idp::journal::Endpoint;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    // The rules in force that always apply; one that is shadowed itself adds nothing.
    let mut always: Vec<&Armed<'_>> = Vec::new();
    let mut rules = view.rules.iter().peekable();
    while let Some(armed) = rules.next_if(|armed| armed.step.is_none()) {
        examine_one(view, armed, &mut always, found);
    }
    for (at, step) in view.body().steps.iter().enumerate() {
        let Step::Idp(idp) = step else { continue };
        if idp.disarm {
            always.clear();
        }
        while let Some(armed) = rules.next_if(|armed| armed.step == Some(at)) {
            examine_one(view, armed, &mut always, found);
        }
    }
}

fn examine_one<'a>(
    view: &View<'_>,
    armed: &'a Armed<'a>,
    always: &mut Vec<&'a Armed<'a>>,
    found: &mut Findings<'_>,
) {
    let shadow = always
        .iter()
        .find(|earlier| answers_all(earlier.rule, armed.rule));
    match shadow {
        Some(earlier) => {
            let problem = view
                .problem(armed.node, "a rule that is never reached")
                .and(earlier.node.place(), "this rule answers every such request");
            found.push(match armed.step {
                Some(_) if earlier.step != armed.step => problem.help(
                    "rules that are added come last; take the others away with `disarm: true`",
                ),
                _ => problem.help("put the rule that is for fewer requests first"),
            });
        }
        None if applies_always(armed.rule) => always.push(armed),
        None => {}
    }
}

/// Whether `earlier`, which always applies, is for every request that `later` is for.
fn answers_all(earlier: &Rule, later: &Rule) -> bool {
    let covers = match earlier.to {
        // A connection is no request.
        RuleTarget::Anything => later.to != RuleTarget::Endpoint(Endpoint::Connection),
        to => to == later.to,
    };
    covers && (earlier.only.is_none() || earlier.only == later.only)
}

fn applies_always(rule: &Rule) -> bool {
    rule.nth.is_none()
        && rule.one_in.is_none()
        && rule.times.is_none()
        && rule.from.is_none()
        && rule.until.is_none()
        && rule.ttl.is_none()
        && rule.probability.is_none()
}
