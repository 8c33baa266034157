//! Lists held against names, and brought up to what was seen.

mod binding;
mod updating;

use serde_json::json;

use super::{Bound, Expectations, Names};
use crate::case::{Case, CaseName, CheckName};
use crate::diagnostic::{Diagnostics, Source};
use crate::gate::Gate;
use crate::judge::fixture::case;
use crate::judgement::Judgement;
use crate::report::{Played, Report};
use crate::verdict::{Fault, Finding, Level, Verdict};

/// The names of the checks of [`library`], in the order of their cases.
const NAMES: [&str; 9] = [
    "area/one[okta,first]:bounded",
    "area/one[okta,first]:served",
    "area/one[okta,second]:bounded",
    "area/one[okta,second]:served",
    "area/two[okta]:bounded",
    "area/two[okta]:served",
    "other/three[okta,a]:served",
    "other/three[okta,b]:served",
    "other/three[okta,c]:served",
];

/// Cases of three scenarios. What is called `bounded` must hold, what is called `served` should.
fn library() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for name in NAMES {
        let (name, id) = name.split_once(':').expect("a check");
        let scenario = name.split('[').next().expect("a scenario");
        let level = if id == "served" {
            Level::Should
        } else {
            Level::Must
        };
        let check = json!({ "id": id, "count": { "to": "token", "is": 1 } });
        let mut one = case(scenario, level, [check], json!([]), 1);
        one.name = CaseName(name.to_owned());
        match cases.last_mut().filter(|last| last.name == one.name) {
            Some(last) => last.checks.append(&mut one.checks),
            None => cases.push(one),
        }
    }
    cases
}

/// A list against the library, on a day.
fn bound(text: &str) -> Result<Bound, Diagnostics> {
    let list = Expectations::parse(&Source::new("acme.expect.yaml", text))?;
    let today = "2026-11-21".parse().expect("a day");
    list.bind(&Names::of(&library()), &Names::default(), today)
}

/// How a check ended: a verdict and what was observed.
type Ended = (Verdict, &'static str);

/// The report of a run of the whole library; what is not told passed.
fn report(gate: Gate, told: &[(&str, Ended)]) -> Report {
    let cases = library();
    let judgements: Vec<Vec<Judgement>> = cases
        .iter()
        .map(|case| {
            let judged = case.checks.iter().map(|planned| {
                let check = CheckName::new(&case.name, &planned.check.id);
                let told = told.iter().find(|(name, _)| *name == check.0);
                let (verdict, observed) = told.map_or((Verdict::Pass, ""), |(_, ended)| *ended);
                Judgement {
                    check,
                    requirement: planned.requirement.id.clone(),
                    level: planned.requirement.level,
                    finding: Finding {
                        verdict,
                        observed: observed.to_owned(),
                        fault: (verdict == Verdict::Error).then_some(Fault::Driver),
                        ..Finding::pass()
                    },
                    variation: 0,
                }
            });
            judged.collect()
        })
        .collect();
    let runs = crate::judge::fixture::runs(&[crate::judge::fixture::tale([])]);
    let played: Vec<Played<'_>> = cases
        .iter()
        .zip(&judgements)
        .map(|(case, judgements)| Played {
            case,
            runs: &runs,
            judgements,
            took: None,
        })
        .collect();
    Report::new(&played, gate)
}
