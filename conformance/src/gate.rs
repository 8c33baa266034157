//! The gate: what a list of verdicts means for a build.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case::CheckName;
use crate::exit::ExitCode;
use crate::judgement::Judgement;
use crate::verdict::{Fault, Level, Verdict};

/// Which requirements must hold for the build to go on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Those of level must.
    #[default]
    Must,
    /// Those of level should too.
    Should,
}

impl Gate {
    /// The word used on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }

    /// Whether a requirement of this level has to hold.
    #[must_use]
    pub fn guards(self, level: Level) -> bool {
        match self {
            Self::Must => level == Level::Must,
            Self::Should => true,
        }
    }

    /// Whether one judgement is enough to close it, whatever the others are.
    #[must_use]
    pub fn closed_by(self, judgement: &Judgement) -> bool {
        match judgement.finding.verdict {
            Verdict::Pass | Verdict::NotApplicable => false,
            Verdict::Error => true,
            Verdict::Fail | Verdict::Warn | Verdict::Inconclusive => self.guards(judgement.level),
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the gate decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateOutcome {
    /// Whether the build may go on.
    pub passed: bool,
    /// The exit code that says so.
    pub exit: ExitCode,
    /// Why not, most urgent first; empty when it may.
    pub reasons: Vec<String>,
}

/// Decides over all judgements of a run.
///
/// The gate is closed by a failed or inconclusive check of a level it guards, by any `error`, and when nothing passed at
/// all. `not_applicable` alone never closes it.
#[must_use]
pub fn decide(judgements: &[Judgement], gate: Gate) -> GateOutcome {
    decide_excusing(judgements, &BTreeSet::new(), gate)
}

/// The same, but these checks do not close it, however they ended: that was expected.
///
/// They are no passes either: where nothing but what is excused was judged, nothing passed.
#[must_use]
pub fn decide_excusing(
    judgements: &[Judgement],
    excused: &BTreeSet<CheckName>,
    gate: Gate,
) -> GateOutcome {
    let mut reasons = Vec::new();
    if judgements.is_empty() {
        reasons.push((ExitCode::NothingSelected, "nothing was selected".to_owned()));
    }
    for (fault, exit) in [
        (Fault::Harness, ExitCode::Harness),
        // What a driver claims without a witness is the client's failure to show anything; a driver that could not be
        // run at all closes the gate with its own code, see `Report::close`.
        (Fault::Driver, ExitCode::Gate),
    ] {
        let broken = among(judgements, |j| {
            // An error that names nobody is ours.
            !excused.contains(&j.check)
                && j.finding.verdict == Verdict::Error
                && j.finding.fault.unwrap_or(Fault::Harness) == fault
        });
        if let Some(first) = broken.first() {
            let n = checks(broken.len(), None);
            let why = format!(
                "{n} could not be judged, {} at fault (first {})",
                fault.name(),
                first.check
            );
            reasons.push((exit, why));
        }
    }
    for level in [Level::Must, Level::Should] {
        for (what, verdicts) in [
            ("failed", [Verdict::Fail, Verdict::Warn].as_slice()),
            ("inconclusive", [Verdict::Inconclusive].as_slice()),
        ] {
            let closing = among(judgements, |j| {
                gate.guards(level)
                    && j.level == level
                    && verdicts.contains(&j.finding.verdict)
                    && !excused.contains(&j.check)
            });
            if let Some(first) = closing.first() {
                let n = checks(closing.len(), Some(level));
                let why = format!("{n} {what} (see explain {})", first.requirement);
                reasons.push((ExitCode::Gate, why));
            }
        }
    }
    let passes = judgements
        .iter()
        .any(|j| j.finding.verdict == Verdict::Pass);
    if !judgements.is_empty() && !passes {
        reasons.push((ExitCode::Gate, "nothing passed".to_owned()));
    }
    GateOutcome {
        passed: reasons.is_empty(),
        exit: ExitCode::of(reasons.iter().map(|(exit, _)| *exit)),
        reasons: reasons.into_iter().map(|(_, why)| why).collect(),
    }
}

fn among(judgements: &[Judgement], test: impl Fn(&Judgement) -> bool) -> Vec<&Judgement> {
    judgements
        .iter()
        .filter(|judgement| test(judgement))
        .collect()
}

fn checks(n: usize, level: Option<Level>) -> String {
    let level = level.map_or_else(String::new, |level| format!("{} ", level.keyword()));
    match n {
        1 => format!("1 {level}check"),
        n => format!("{n} {level}checks"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::CheckName;
    use crate::verdict::Finding;

    fn judged(level: Level, verdict: Verdict, fault: Option<Fault>) -> Judgement {
        Judgement {
            check: CheckName("area/name[okta]:check".to_owned()),
            requirement: "area.rule".to_owned(),
            level,
            finding: Finding {
                verdict,
                fault,
                ..Finding::pass()
            },
            variation: 0,
        }
    }

    fn outcome(list: &[(Level, Verdict)], gate: Gate) -> String {
        let judgements: Vec<Judgement> = list
            .iter()
            .map(|(level, verdict)| judged(*level, *verdict, None))
            .collect();
        let GateOutcome {
            passed,
            exit,
            reasons,
        } = decide(&judgements, gate);
        assert_eq!(passed, exit == ExitCode::AsExpected);
        format!("{exit} {reasons:?}")
    }

    #[test]
    fn each_single_verdict_beside_a_pass() {
        let mut table = Vec::new();
        for gate in [Gate::Must, Gate::Should] {
            for level in [Level::Must, Level::Should] {
                for verdict in Verdict::ALL {
                    let list = [(Level::Must, Verdict::Pass), (level, verdict)];
                    let outcome = outcome(&list, gate);
                    table.push(format!("{gate}, {} {verdict}: {outcome}", level.keyword()));
                }
            }
        }
        insta::assert_snapshot!(table.join("\n"), @r#"
        must, MUST pass: exit 0 []
        must, MUST fail: exit 1 ["1 MUST check failed (see explain area.rule)"]
        must, MUST warn: exit 1 ["1 MUST check failed (see explain area.rule)"]
        must, MUST inconclusive: exit 1 ["1 MUST check inconclusive (see explain area.rule)"]
        must, MUST not applicable: exit 0 []
        must, MUST error: exit 3 ["1 check could not be judged, harness at fault (first area/name[okta]:check)"]
        must, SHOULD pass: exit 0 []
        must, SHOULD fail: exit 0 []
        must, SHOULD warn: exit 0 []
        must, SHOULD inconclusive: exit 0 []
        must, SHOULD not applicable: exit 0 []
        must, SHOULD error: exit 3 ["1 check could not be judged, harness at fault (first area/name[okta]:check)"]
        should, MUST pass: exit 0 []
        should, MUST fail: exit 1 ["1 MUST check failed (see explain area.rule)"]
        should, MUST warn: exit 1 ["1 MUST check failed (see explain area.rule)"]
        should, MUST inconclusive: exit 1 ["1 MUST check inconclusive (see explain area.rule)"]
        should, MUST not applicable: exit 0 []
        should, MUST error: exit 3 ["1 check could not be judged, harness at fault (first area/name[okta]:check)"]
        should, SHOULD pass: exit 0 []
        should, SHOULD fail: exit 1 ["1 SHOULD check failed (see explain area.rule)"]
        should, SHOULD warn: exit 1 ["1 SHOULD check failed (see explain area.rule)"]
        should, SHOULD inconclusive: exit 1 ["1 SHOULD check inconclusive (see explain area.rule)"]
        should, SHOULD not applicable: exit 0 []
        should, SHOULD error: exit 3 ["1 check could not be judged, harness at fault (first area/name[okta]:check)"]
        "#);
    }

    #[test]
    fn nothing_passed_is_no_success() {
        let skipped = [(Level::Must, Verdict::NotApplicable)];
        insta::assert_snapshot!(outcome(&skipped, Gate::Must), @r#"exit 1 ["nothing passed"]"#);
        let warned = [
            (Level::Should, Verdict::Warn),
            (Level::Should, Verdict::Warn),
        ];
        insta::assert_snapshot!(outcome(&warned, Gate::Must), @r#"exit 1 ["nothing passed"]"#);
        insta::assert_snapshot!(outcome(&warned, Gate::Should), @r#"exit 1 ["2 SHOULD checks failed (see explain area.rule)", "nothing passed"]"#);
        insta::assert_snapshot!(outcome(&[], Gate::Must), @r#"exit 5 ["nothing was selected"]"#);
    }

    #[test]
    fn faults_go_before_failures() {
        let judgements = [
            judged(Level::Must, Verdict::Fail, None),
            judged(Level::Should, Verdict::Error, Some(Fault::Driver)),
            judged(Level::Must, Verdict::Pass, None),
        ];
        let decided = decide(&judgements, Gate::Must);
        assert_eq!(decided.exit, ExitCode::Gate);
        insta::assert_snapshot!(decided.reasons.join("; "), @"1 check could not be judged, driver at fault (first area/name[okta]:check); 1 MUST check failed (see explain area.rule)");
        let mut more = judgements.to_vec();
        more.push(judged(Level::Must, Verdict::Error, Some(Fault::Harness)));
        assert_eq!(decide(&more, Gate::Must).exit, ExitCode::Harness);
    }

    proptest! {
        #[test]
        fn one_judgement_closes_it_whatever_else_passed(must in any::<bool>(), verdict in 0usize..6, should in any::<bool>()) {
            let level = if must { Level::Must } else { Level::Should };
            let gate = if should { Gate::Should } else { Gate::Must };
            let judgement = judged(level, Verdict::ALL[verdict], None);
            let closed = gate.closed_by(&judgement);
            let decided = decide(&[judged(Level::Must, Verdict::Pass, None), judgement], gate);
            prop_assert_eq!(closed, !decided.passed);
        }

        #[test]
        fn the_should_gate_is_never_wider(picks in prop::collection::vec((any::<bool>(), 0usize..6), 0..8)) {
            let judgements: Vec<Judgement> = picks
                .into_iter()
                .map(|(must, verdict)| {
                    let level = if must { Level::Must } else { Level::Should };
                    judged(level, Verdict::ALL[verdict], None)
                })
                .collect();
            let (must, should) = (decide(&judgements, Gate::Must), decide(&judgements, Gate::Should));
            prop_assert!(must.passed || !should.passed);
            prop_assert_eq!(must.passed, must.reasons.is_empty());
            if must.passed {
                prop_assert!(judgements.iter().any(|j| j.finding.verdict == Verdict::Pass));
            }
        }
    }
}
