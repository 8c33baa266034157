//! `any_of`: at least one group of predicates holds.

use super::group::{self, all, together};
use super::view::View;
use super::words;
use crate::scenario::Predicates;
use crate::verdict::{Fault, Finding};

pub(super) fn expects(groups: &[Predicates]) -> String {
    words::once(groups.iter().map(group::expects), "; or ")
}

/// The finding of the best group; several equally good ones speak together.
pub(super) fn judge(groups: &[Predicates], view: &View<'_>, proven: bool) -> Finding {
    let mut best: Option<Finding> = None;
    for group in groups {
        let finding = all(group::findings(group, view, proven)).unwrap_or_else(|| {
            Finding::error(
                Fault::Harness,
                "a branch of `any_of` asks for nothing".to_owned(),
            )
        });
        best = Some(match best {
            None => finding,
            Some(best) if finding.verdict.rank() < best.verdict.rank() => finding,
            Some(best) if finding.verdict.rank() > best.verdict.rank() => best,
            Some(best) => together(best, finding, "; or "),
        });
    }
    let Some(mut best) = best else {
        return Finding::error(Fault::Harness, "`any_of` asks for nothing".to_owned());
    };
    if !best.expected.is_empty() {
        best.expected = expects(groups);
    }
    best
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{Said, Tale, call, got, tale, token};
    use crate::trace::{Class, Operation};

    /// Wait inside the call, or say so and stay quiet.
    fn waits() -> Value {
        let quiet = json!({ "from": "token#1", "to": "token#2", "at_least": "30s" });
        json!({ "any_of": [
            { "gap": { "from": "token#1", "to": "token#2", "at_least": "30s", "at_most": "45s" } },
            { "each": { "of": "a", "outcome": { "class": "throttled", "retry_after": "30s..32s" } }, "gap": quiet },
        ] })
    }

    fn throttled_at(second: i64, said: Said) -> Tale {
        let first = token(0).status(429);
        tale([first, token(second).issues("AT#1")]).said([said])
    }

    #[test]
    fn one_branch_is_enough() {
        let sleeps = throttled_at(31, got("a", 1, 0, "AT#1").until(31));
        insta::assert_snapshot!(sleeps.verdict(waits()), @"pass");
        let fails_fast = call(Operation::GetToken, "a", 1, 0)
            .class(Class::Throttled)
            .wait(31);
        insta::assert_snapshot!(throttled_at(60, fails_fast).verdict(waits()), @"pass");
    }

    #[test]
    fn all_branches_broken_speak_together() {
        let hurries = throttled_at(0, got("a", 1, 0, "AT#1"));
        insta::assert_snapshot!(hurries.verdict(waits()), @"fail | expected 30 s..45 s between token#1 and token#2; or throttled with a wait of 30 s..32 s for each call of `a`, and at least 30 s between token#1 and token#2 | observed 0 s; a#1 ended ok | #1 #2");
    }

    #[test]
    fn a_branch_that_cannot_be_judged_makes_no_failure() {
        let fails_fast = call(Operation::GetToken, "a", 1, 0)
            .class(Class::Throttled)
            .wait(31);
        let passive = throttled_at(60, fails_fast).passive();
        insta::assert_snapshot!(passive.verdict(waits()), @"not applicable | expected 30 s..45 s between token#1 and token#2; or throttled with a wait of 30 s..32 s for each call of `a`, and at least 30 s between token#1 and token#2 | observed needs a driver: nobody reports outcomes in passive mode");
        // Half a branch can be enough to know that it is broken.
        let hurries = throttled_at(0, got("a", 1, 0, "AT#1")).passive();
        insta::assert_snapshot!(hurries.verdict(waits()), @"fail | expected 30 s..45 s between token#1 and token#2; or throttled with a wait of 30 s..32 s for each call of `a`, and at least 30 s between token#1 and token#2 | observed 0 s | #1 #2");
        let silent = tale([token(0).status(429)]).said([got("a", 1, 0, "AT#1")]);
        insta::assert_snapshot!(silent.verdict(waits()), @"inconclusive | expected 30 s..45 s between token#1 and token#2; or throttled with a wait of 30 s..32 s for each call of `a`, and at least 30 s between token#1 and token#2 | observed token#2 was never sent");
    }
}
