//! What a run found, ready to be shown: the model that every format renders.
//!
//! Everything in it is the same for the same traces: cases are sorted by name, times are those of the run's own
//! timeline, and ports are left out. Only [`CaseReport::took`] is real time; it is shown on the terminal and not stored.

mod citation;
mod client;
mod comparison;
mod examination;
mod excerpt;
mod expected;
mod found;
pub mod html;
mod incident;
pub mod json;
pub mod junit;
mod kept;
pub mod markdown;
mod merge;
mod not_run;
mod plain;
mod remarks;
pub(crate) mod several;
mod stderr;
mod style;
mod tally;
pub mod terminal;
mod verbosity;
mod wrap;

#[cfg(test)]
mod expecting;
#[cfg(test)]
mod lacking;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod scoring;

use std::time::Duration;

use mock_idp::Provider;
use serde::{Deserialize, Serialize};

use crate::case::{Case, CaseName, CheckName};
use crate::exit::ExitCode;
use crate::frozen::FrozenSet;
use crate::gate::{Gate, decide_excusing};
use crate::judgement::{Judgement, Run};
use crate::registry::Authority;
use crate::scenario::Cell;
use crate::selection::Shard;
use crate::verdict::{Fault, Finding, Level, Verdict};
use found::{case_report, judgement};

pub use client::{Client, ClockFacts, MarginFacts, ThrottleFacts, Way};
pub use comparison::{Change, Comparison};
pub use examination::{examination, verdict_of};
pub use excerpt::WireLine;
pub use expected::{Expectation, Expectations, UnsupportedSaid};
pub use incident::Incident;
pub use kept::Kept;
pub use merge::{Unmergeable, merge};
pub use not_run::NotRun;
pub(crate) use plain::plain;
pub use style::Style;
pub use tally::{Share, Tally};
pub use verbosity::Verbosity;

/// The version of [`Report`]'s form; a change that readers could trip over raises it.
pub const SCHEMA: u32 = 1;

/// A case that was played and judged.
#[derive(Clone, Copy, Debug)]
pub struct Played<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its runs.
    pub runs: &'a [Run],
    /// What the judge said.
    pub judgements: &'a [Judgement],
    /// How long it took in real time, for the terminal.
    pub took: Option<Duration>,
}

/// All that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Report {
    /// The version of the report's form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: u32,
    /// The gate that was asked for.
    pub gate: Gate,
    /// The share of the selection this is; left out for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The seed of everything random; left out where none was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The frozen set that says which checks count; left out where all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Who was under test; several where runs of several clients were put together, and left out where it is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<Client>,
    /// How the verdicts compare with those that were recorded; only from `replay`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Comparison>,
    /// The list of what was expected not to pass; left out where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectations: Option<Expectations>,
    /// Whether it let the run through.
    pub passed: bool,
    /// The exit code.
    pub exit: ExitCode,
    /// Why the gate is closed; empty when it is not.
    pub reasons: Vec<String>,
    /// What stands behind those of the reasons that no verdict shows; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// Checks by verdict; unscored ones are not among them, and expected ones are counted apart from their verdicts.
    pub tally: Tally,
    /// Checks that are not part of the set, by verdict; left out without a set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unscored: Option<Tally>,
    /// How many of the must-level checks that apply passed.
    pub must: Share,
    /// How many of the should-level checks that apply passed.
    pub should: Share,
    /// The cases, sorted by name.
    pub cases: Vec<CaseReport>,
    /// What was chosen but not played, sorted by name; left out when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<NotRun>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseReport {
    /// Its name.
    pub name: CaseName,
    /// Its scenario.
    pub scenario: String,
    /// The vendor it was played against.
    #[schemars(with = "crate::schema::Vendor")]
    pub provider: Provider,
    /// The scenario's file.
    pub file: String,
    /// How long its longest run lasted in virtual time, in milliseconds; none where time was real.
    pub virtual_ms: Option<u64>,
    /// That it was played in real time, for a client whose clock cannot be moved: so many seconds of the scenario passed in one.
    /// Left out where clocks were moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timed: Option<u32>,
    /// Its checks, in the order of the file.
    pub checks: Vec<CheckReport>,
    /// The last lines that the command under test wrote to standard error, without secrets; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stderr: Vec<String>,
    /// The name of its recording, a folder below that of `--out`; left out when none was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// Where that is for this reader.
    #[serde(skip)]
    pub kept: Option<Kept>,
    /// How long it took in real time.
    #[serde(skip)]
    pub took: Option<Duration>,
}

/// One check of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CheckReport {
    /// Its full name.
    pub name: CheckName,
    /// Its name within the scenario.
    pub id: String,
    /// The requirement it tests.
    pub requirement: String,
    /// What that asks of a client.
    pub says: String,
    /// How binding it is.
    pub level: Level,
    /// Who says so: `rfc`, `vendor` or `profile`.
    pub authority: Authority,
    /// Where it is written, readable; background left out.
    pub refs: Vec<String>,
    /// The line of the file the check begins on, from 1.
    pub line: u32,
    /// Whether it is not part of the set and so counts for nothing; left out when it counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unscored: bool,
    /// Whether it does not apply because the client cannot do what it needs; left out otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsupported: bool,
    /// What was expected of it beforehand; left out where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expectation>,
    /// The verdict.
    pub verdict: Verdict,
    /// Whose doing an `error` is.
    pub fault: Option<Fault>,
    /// What would have passed; empty for a pass.
    pub expected: String,
    /// What was seen instead or was missing; empty for a pass.
    pub observed: String,
    /// A likely reason.
    pub hint: Option<String>,
    /// The values of `vary` in the run that shows it; empty where there is only one run.
    pub variation: Cell,
    /// The exchanges that show it.
    pub wire: Vec<WireLine>,
}

impl Report {
    /// Puts together what was found and lets the gate decide.
    ///
    /// A planned check without a judgement is an `error` of the harness: nothing untested goes missing.
    #[must_use]
    pub fn new(played: &[Played<'_>], gate: Gate) -> Self {
        let cases = played.iter().map(|played| {
            let planned = played.case.checks.iter();
            let judged: Vec<Judgement> = planned.map(|check| judgement(played, check)).collect();
            case_report(played, &judged)
        });
        let mut report = Self {
            schema: SCHEMA,
            gate,
            shard: None,
            seed: None,
            set: None,
            clients: Vec::new(),
            replayed: None,
            expectations: None,
            passed: false,
            exit: ExitCode::NothingSelected,
            reasons: Vec::new(),
            incidents: Vec::new(),
            tally: Tally::default(),
            unscored: None,
            must: Share::default(),
            should: Share::default(),
            cases: cases.collect(),
            not_run: Vec::new(),
        };
        report.conclude();
        report
    }

    /// Says that this is one share of a selection; a share may be empty.
    pub fn be_shard(&mut self, shard: Shard) {
        self.shard = Some(shard);
        self.conclude();
    }

    /// Says which seed everything random came from.
    pub fn be_seeded(&mut self, seed: u64) {
        self.seed = Some(seed);
    }

    /// Lets only those checks count that are part of a frozen set. The others are shown and change neither a count nor the gate.
    pub fn score_by(&mut self, set: &FrozenSet) {
        self.set = Some(set.name.clone());
        for check in self.cases.iter_mut().flat_map(|case| &mut case.checks) {
            check.unscored = !set.scores(&check.name);
        }
        self.conclude();
    }

    /// Says the same of checks that were judged before, by the name of the set and whether it had a check.
    pub fn score_as_recorded(&mut self, set: &str, is_unscored: impl Fn(&CheckName) -> bool) {
        self.set = Some(set.to_owned());
        for check in self.cases.iter_mut().flat_map(|case| &mut case.checks) {
            check.unscored = is_unscored(&check.name);
        }
        self.conclude();
    }

    fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.not_run.is_empty() && self.incidents.is_empty()
    }

    /// Sorts what was found, counts it and lets the gate decide.
    fn conclude(&mut self) {
        self.cases.sort_by(|a, b| a.name.cmp(&b.name));
        self.not_run.sort_by(|a, b| a.name.cmp(&b.name));
        self.incidents.sort_by(|a, b| a.case.cmp(&b.case));
        let (unscored, scored): (Vec<_>, Vec<_>) = self.checks().partition(|check| check.unscored);
        let judged = |checks: Vec<&CheckReport>| -> Vec<Judgement> {
            checks.into_iter().map(CheckReport::judgement).collect()
        };
        let (judgements, unscored) = (judged(scored), judged(unscored));
        self.unscored = self.set.as_ref().map(|_| Tally::of(&unscored));
        let excused = self.excused();
        self.tally = Tally::of(&judgements);
        self.tally.set_apart(&judgements, &excused);
        self.must = Share::of(&judgements, Level::Must);
        self.should = Share::of(&judgements, Level::Should);
        let outcome = decide_excusing(&judgements, &excused, self.gate);
        let incidents: Vec<Incident> = self.counting_incidents().cloned().collect();
        let nothing = judgements.is_empty() && self.not_run.is_empty() && incidents.is_empty();
        (self.exit, self.reasons) = match (self.shard, &self.set) {
            // The selection is not empty, only its share of it is.
            (Some(_), _) if nothing => (ExitCode::AsExpected, Vec::new()),
            (None, Some(set)) if nothing => (
                ExitCode::NothingSelected,
                vec![format!("nothing of the set {set} was selected")],
            ),
            _ => (outcome.exit, outcome.reasons),
        };
        for reason in self.broken_expectations() {
            self.exit = ExitCode::of([self.exit, ExitCode::Gate]);
            self.reasons.push(reason);
        }
        for incident in incidents {
            self.exit = ExitCode::of([self.exit, incident.exit]);
            self.reasons.push(incident.to_string());
        }
        self.passed = self.reasons.is_empty();
    }

    /// Every check, in order.
    pub fn checks(&self) -> impl Iterator<Item = &CheckReport> {
        self.cases.iter().flat_map(|case| &case.checks)
    }
}

impl CaseReport {
    /// Whether none of its checks counts.
    #[must_use]
    pub fn is_unscored(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| check.unscored)
    }
}

impl CheckReport {
    /// Whether it is of those for which recordings are kept.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        !matches!(self.verdict, Verdict::Pass | Verdict::NotApplicable)
    }

    /// As the gate sees it.
    fn judgement(&self) -> Judgement {
        Judgement {
            check: self.name.clone(),
            requirement: self.requirement.clone(),
            level: self.level,
            finding: Finding {
                verdict: self.verdict,
                expected: self.expected.clone(),
                observed: self.observed.clone(),
                hint: self.hint.clone(),
                fault: self.fault,
                exchanges: self.wire.iter().map(|line| line.number).collect(),
            },
            variation: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{Stage, report, stages};
    use super::*;

    #[test]
    fn the_order_of_the_cases_does_not_matter() {
        let stages = stages();
        let forwards: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
        let backwards: Vec<Played<'_>> = stages.iter().rev().map(Stage::played).collect();
        assert_eq!(
            Report::new(&forwards, Gate::Must),
            Report::new(&backwards, Gate::Must)
        );
    }

    #[test]
    fn a_check_without_a_verdict_does_not_go_missing() {
        let mut stage = stages().remove(2);
        stage.judgements.pop();
        let report = Report::new(&[stage.played()], Gate::Must);
        let lost: Vec<String> = report
            .checks()
            .map(|check| format!("{}: {} {}", check.id, check.verdict, check.observed))
            .collect();
        insta::assert_snapshot!(lost.join("\n"), @"
        never-stale: pass 
        reuses: pass 
        seamless: error no verdict was given
        ");
        assert_eq!(report.exit, ExitCode::Harness);
    }

    #[test]
    fn counts_add_up() {
        let report = report(Gate::Must);
        let all: usize = Verdict::ALL.into_iter().map(|v| report.tally.get(v)).sum();
        assert_eq!(all, report.checks().count());
        assert_eq!(
            report.must.of + report.should.of + report.tally.not_applicable,
            all
        );
        assert_eq!(report.must.passed + report.should.passed, report.tally.pass);
    }

    #[test]
    fn nothing_was_played() {
        let report = Report::new(&[], Gate::Must);
        assert_eq!(report.exit, ExitCode::NothingSelected);
        insta::assert_snapshot!(terminal::render(&report, Style::Plain, Verbosity::Normal, 100), @"
        0 pass   0 fail   0 warn   0 inconclusive   0 not applicable   0 error      MUST 0/0   SHOULD 0/0
        exit 5: nothing was selected
        ");
    }

    #[test]
    fn an_empty_shard_is_no_failure_and_says_so() {
        let mut report = Report::new(&[], Gate::Must);
        report.be_shard("3/3".parse().expect("a shard"));
        assert!(report.passed);
        let shown = terminal::render(&report, Style::Plain, Verbosity::Quiet, 100);
        insta::assert_snapshot!(shown, @"
        0 pass   0 fail   0 warn   0 inconclusive   0 not applicable   0 error      MUST 0/0   SHOULD 0/0
        shard 3/3 has no case: there are more shards than cases
        exit 0: as expected
        ");
    }

    #[test]
    fn what_was_not_run_is_shown_and_changes_nothing_else() {
        let stages = stages();
        let (first, rest) = stages.split_at(2);
        let played: Vec<Played<'_>> = first.iter().map(Stage::played).collect();
        let whole = Report::new(&played, Gate::Must);
        let mut report = whole.clone();
        report.leave_out(rest.iter().map(|stage| NotRun::of(&stage.case)).collect());
        assert_eq!((report.exit, report.tally), (whole.exit, whole.tally));
        assert_eq!(report.reasons, whole.reasons);
        let shown = terminal::render(&report, Style::Plain, Verbosity::Normal, 100);
        let skipped: Vec<&str> = shown
            .lines()
            .filter(|line| line.contains("not run"))
            .collect();
        insta::assert_snapshot!(skipped.join("\n"), @"
        skip  broken/harness         not run: 1 case, 1 check
        skip  errors/number-blind    not run: 1 case, 1 check
        skip  expiry/early-refresh   not run: 1 case, 3 checks
        skip  lies/no-request        not run: 1 case, 1 check
        skip  passive/ordinary-day   not run: 1 case, 2 checks
        skip  refresh/lost-answer    not run: 1 case, 1 check
        skip  rotation/static        not run: 1 case, 1 check
         7 cases with 10 checks not run: stopped by --fail-fast
        ");
        let xml = junit::render(&report, None).expect("a report");
        let left: usize = rest.iter().map(|stage| stage.case.checks.len()).sum();
        assert_eq!(xml.matches("<skipped message=\"not run: ").count(), left);
        insta::assert_snapshot!(serde_json::to_string(&report.not_run[..2]).expect("JSON"), @r#"[{"name":"broken/harness[okta]","scenario":"broken/harness","checks":["broken/harness[okta]:any"]},{"name":"errors/number-blind[okta]","scenario":"errors/number-blind","checks":["errors/number-blind[okta]:blind"]}]"#);
    }
}
