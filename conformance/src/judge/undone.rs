//! What a command never did, where a check could not be judged for lack of it.

use super::view::View;
use super::words;
use crate::case::Case;
use crate::scenario::{Check, Given, Predicates, Target};

/// What the command of a passive run never did that a check waits for, in a sentence; none where something else is missing.
pub(super) fn by_the_command(case: &Case, check: &Check, view: &View<'_>) -> Option<String> {
    let seen = |to| view.requests(to).len() as u64;
    let (tokens, calls) = (seen(Target::Token), seen(Target::Resource));
    if seen(Target::Anything) == 0 {
        return Some(format!(
            "the command sent nothing to the {} mock; does it read the address from its environment? `--provider` leaves a \
             vendor out",
            case.provider
        ));
    }
    if wants_refresh(check) && !refreshes(view) {
        return Some(
            "the command never sent a refresh token; TOKENPROOF_REFRESH_TOKEN is one to begin with"
                .to_owned(),
        );
    }
    let needed = case.head.passive.map_or(0, |passive| passive.needs_calls);
    if calls < u64::from(needed) {
        return Some(match needed {
            1 => "the command never called the API".to_owned(),
            n => format!(
                "the command never called the API {}: {} seen; this scenario needs {n}",
                times(n.into()),
                words::count(calls, "call")
            ),
        });
    }
    let given = check.given.as_ref();
    match target(check) {
        Some(Target::Token) if tokens == 0 => {
            Some("the command never asked for a token".to_owned())
        }
        Some(Target::Resource) if calls == 0 => Some("the command never called the API".to_owned()),
        Some(Target::Token) => {
            let needed = u64::from(given?.at_least?);
            (tokens < needed).then(|| {
                format!(
                    "the command asked for a token {} and no more; this check needs to see it {}",
                    times(tokens),
                    times(needed)
                )
            })
        }
        _ => None,
    }
}

fn wants_refresh(check: &Check) -> bool {
    let given = check.given.as_ref();
    let grants = [
        given.and_then(|given| given.grant.as_deref()),
        check.each.as_ref().and_then(|each| each.grant.as_deref()),
    ];
    given.is_some_and(|given| given.rotations.is_some()) || grants.contains(&Some("refresh_token"))
}

fn refreshes(view: &View<'_>) -> bool {
    view.requests(Target::Token).iter().any(|sent| {
        let asked = sent.exchange.entry.token_request.as_ref();
        asked.and_then(|asked| asked.grant.as_deref()) == Some("refresh_token")
    })
}

/// The endpoint that a check speaks of first.
fn target(check: &Check) -> Option<Target> {
    let given = check.given.as_ref().and_then(|given: &Given| given.to);
    given
        .or_else(|| of(&check.predicates()))
        .or_else(|| check.any_of.iter().find_map(of))
}

fn of(predicates: &Predicates) -> Option<Target> {
    let gap = predicates.gap.as_ref();
    [
        predicates.count.as_ref().and_then(|count| count.to),
        predicates.each.as_ref().and_then(|each| each.to),
        predicates.heeds.as_ref().map(|heeds| heeds.to),
        gap.and_then(|gap| gap.between.or(gap.from.map(|from| from.to))),
        predicates.distinct.as_ref().map(|distinct| distinct.to),
        predicates.constant.as_ref().map(|constant| constant.to),
        predicates.order.first().and_then(|first| first.to),
        predicates.overlap.as_ref().and_then(|overlap| overlap.to),
        predicates.never.as_ref().and_then(|never| never.to),
    ]
    .into_iter()
    .flatten()
    .next()
}

fn times(n: u64) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{Tale, resource, runs, tale, token, with_body};
    use crate::judge::judge;
    use crate::scenario::{Cell, Passive};
    use crate::verdict::Level;

    /// The hint of a check of a scenario that needs so many calls.
    fn hint(needs_calls: u32, check: Value, tale: Tale) -> String {
        let mut check = check;
        check["id"] = json!("c");
        check["hint"] = json!("the file's own");
        let mut case = with_body("area/name", Level::Must, [check], json!({}), [Cell::new()]);
        std::sync::Arc::make_mut(&mut case.head).passive = Some(Passive {
            needs_calls,
            ..Passive::default()
        });
        let judged = judge(&case, &runs(&[tale.passive()]));
        let finding = &judged[0].finding;
        let hint = finding.hint.as_deref().unwrap_or_default();
        format!("{} | {hint}", finding.verdict)
    }

    #[test]
    fn what_the_command_never_did_is_named() {
        let renewed = || json!({ "never": { "to": "resource", "presents": "expired" }, "given": { "to": "token", "at_least": 2 } });
        let refused = || json!({ "count": { "to": "resource", "at_most": 9 }, "given": { "to": "resource", "status": 429 } });
        let rotated = || json!({ "each": { "to": "token", "presents": "newest" }, "given": { "rotations": 1 } });
        insta::assert_snapshot!(hint(2, refused(), tale([])), @"inconclusive | the command sent nothing to the okta mock; does it read the address from its environment? `--provider` leaves a vendor out");
        insta::assert_snapshot!(hint(2, refused(), tale([token(0), resource(0)])), @"inconclusive | the command never called the API twice: 1 call seen; this scenario needs 2");
        insta::assert_snapshot!(hint(4, refused(), tale([token(0)])), @"inconclusive | the command never called the API 4 times: no call seen; this scenario needs 4");
        insta::assert_snapshot!(hint(1, refused(), tale([token(0)])), @"inconclusive | the command never called the API");
        insta::assert_snapshot!(hint(0, refused(), tale([token(0)])), @"inconclusive | the command never called the API");
        insta::assert_snapshot!(hint(0, renewed(), tale([resource(0)])), @"inconclusive | the command never asked for a token");
        insta::assert_snapshot!(hint(0, renewed(), tale([token(0), resource(0)])), @"inconclusive | the command asked for a token once and no more; this check needs to see it twice");
        insta::assert_snapshot!(hint(0, rotated(), tale([token(0)])), @"inconclusive | the command never sent a refresh token; TOKENPROOF_REFRESH_TOKEN is one to begin with");
        insta::assert_snapshot!(hint(2, rotated(), tale([token(0).grant("refresh_token")])), @"inconclusive | the command never called the API twice: no call seen; this scenario needs 2");
        // All of it was done, and the answer was another: the file's own hint is the best there is.
        insta::assert_snapshot!(hint(1, refused(), tale([token(0), resource(0)])), @"inconclusive | the file's own");
        // What was judged has no need of it.
        insta::assert_snapshot!(hint(9, json!({ "each": { "to": "token", "auth_methods": 1 } }), tale([token(0)])), @"pass |");
        insta::assert_snapshot!(hint(9, json!({ "each": { "to": "token", "auth_methods": 2 } }), tale([token(0)])), @"fail | the file's own");
    }
}
