//! From what was judged to what a report says of it.

use super::plain::plain;
use super::{CaseReport, CheckReport, Played, citation, excerpt, stderr};
use crate::case::{CheckName, PlannedCheck};
use crate::judgement::Judgement;
use crate::trace::Road;
use crate::verdict::{Fault, Finding, Verdict};

/// What the judge said of a check; an error if it said nothing.
pub(super) fn judgement(played: &Played<'_>, planned: &PlannedCheck) -> Judgement {
    let name = CheckName::new(&played.case.name, &planned.check.id);
    let given = played
        .judgements
        .iter()
        .find(|judgement| judgement.check == name);
    given.cloned().unwrap_or_else(|| Judgement {
        check: name,
        requirement: planned.requirement.id.clone(),
        level: planned.requirement.level,
        finding: Finding::error(Fault::Harness, "no verdict was given".to_owned()),
        variation: 0,
    })
}

/// A case and its checks as a report shows them.
pub(super) fn case_report(played: &Played<'_>, judged: &[Judgement]) -> CaseReport {
    let case = played.case;
    let timed = played
        .runs
        .iter()
        .filter_map(|run| run.trace.timed.as_ref());
    let timed = timed.map(|timed| timed.factor).min();
    CaseReport {
        name: case.name.clone(),
        scenario: case.head.scenario.clone(),
        provider: case.provider,
        file: plain(&case.file),
        virtual_ms: played
            .runs
            .iter()
            .filter(|run| run.trace.road != Road::Passive)
            .filter_map(|run| {
                let lasted = run.trace.ended_at.duration_since(run.trace.started_at);
                let lasted = u64::try_from(lasted.as_millis()).ok()?;
                // Less than a second of real time is left to chance.
                let chance = timed.map_or(1, |factor| u64::from(factor).max(1) * 1000);
                Some(lasted / chance * chance)
            })
            .max(),
        timed,
        checks: case
            .checks
            .iter()
            .zip(judged)
            .map(|(planned, judgement)| check_report(played, planned, judgement))
            .collect(),
        stderr: stderr::tail(played),
        bundle: None,
        kept: None,
        took: played.took,
    }
}

fn check_report(played: &Played<'_>, planned: &PlannedCheck, judgement: &Judgement) -> CheckReport {
    let finding = &judgement.finding;
    let requirement = &planned.requirement;
    let variation = played.case.variations.get(judgement.variation);
    let run = played
        .runs
        .iter()
        .find(|run| run.variation == judgement.variation);
    CheckReport {
        name: judgement.check.clone(),
        id: planned.check.id.clone(),
        requirement: judgement.requirement.clone(),
        says: requirement.says.clone(),
        level: judgement.level,
        authority: requirement.authority,
        refs: citation::of(&requirement.refs),
        line: planned.line,
        unscored: false,
        // On the passive road nobody can report outcomes, whatever the client could do.
        unsupported: finding.verdict == Verdict::NotApplicable
            && played
                .runs
                .iter()
                .all(|run| run.trace.road != Road::Passive),
        expectation: None,
        verdict: finding.verdict,
        fault: finding.fault,
        expected: plain(&finding.expected),
        observed: plain(&finding.observed),
        hint: finding.hint.as_deref().map(plain),
        variation: variation
            .filter(|_| finding.verdict != Verdict::Pass)
            .map(|variation| variation.cell.clone())
            .unwrap_or_default(),
        wire: run.map_or_else(Vec::new, |run| excerpt::of(&run.trace, &finding.exchanges)),
    }
}
