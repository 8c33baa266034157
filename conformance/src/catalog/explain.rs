//! The text of `explain`.

use std::collections::BTreeMap;

use super::nearest_of;
use super::page::{Page, table};
use super::set::{self, frozen_in};
use crate::case::{Case, CheckName, PlannedCheck};
use crate::frozen::FrozenSet;
use crate::registry::{Registry, Requirement};
use crate::scenario::Passive;

/// A name that is neither a requirement nor a scenario, case, check or frozen set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing is called `{name}`;{guess} `list --checks` shows every name")]
pub struct Unknown {
    name: String,
    guess: String,
}

/// Explains a requirement (`rotation.discard-old`), a scenario (`rotation/reuse-detected`), a case
/// (`rotation/reuse-detected[okta]`), a check of either (`rotation/reuse-detected:newest-only`) or a frozen set (`2026-11`).
///
/// # Errors
/// [`Unknown`] names what is most like the name.
pub fn explain(
    what: &str,
    registry: &Registry,
    cases: &[Case],
    sets: &[FrozenSet],
    width: usize,
) -> Result<String, Unknown> {
    let mut page = Page::new(width);
    if let Some(requirement) = registry.get(what) {
        self::requirement(&mut page, requirement, cases, sets);
        return Ok(page.finish());
    }
    if let Some(set) = sets.iter().find(|set| set.name == what) {
        set::page(&mut page, set, cases);
        return Ok(page.finish());
    }
    let (name, check) = match what.split_once(':') {
        Some((name, check)) => (name, Some(check)),
        None => (what, None),
    };
    let meant: Vec<&Case> = cases
        .iter()
        .filter(|case| case.name.0 == name || case.head.scenario == name)
        .collect();
    match (meant.first(), check) {
        (Some(first), None) => scenario(&mut page, first, &meant, name),
        (Some(_), Some(id)) => {
            let planned = meant
                .iter()
                .flat_map(|case| &case.checks)
                .find(|planned| planned.check.id == id);
            let Some(planned) = planned else {
                return Err(unknown(what, registry, cases));
            };
            self::check(&mut page, what, planned, &meant, cases, sets);
        }
        (None, _) => return Err(unknown(what, registry, cases)),
    }
    Ok(page.finish())
}

fn unknown(name: &str, registry: &Registry, cases: &[Case]) -> Unknown {
    let scenarios = cases.iter().map(|case| case.head.scenario.clone());
    let names = cases.iter().map(|case| case.name.0.clone());
    let checks = cases.iter().flat_map(|case| {
        case.checks.iter().flat_map(|planned| {
            [
                CheckName::new(&case.name, &planned.check.id).0,
                format!("{}:{}", case.head.scenario, planned.check.id),
            ]
        })
    });
    let all: Vec<String> = scenarios.chain(names).chain(checks).collect();
    let all: Vec<&str> = registry
        .ids()
        .chain(all.iter().map(String::as_str))
        .collect();
    let guess = nearest_of(name, &all).map(|name| format!("did you mean `{name}`?"));
    Unknown {
        name: name.chars().take(200).collect(),
        guess: guess.map(|guess| format!(" {guess}")).unwrap_or_default(),
    }
}

fn requirement(page: &mut Page, requirement: &Requirement, cases: &[Case], sets: &[FrozenSet]) {
    page.line(&requirement.id);
    rule(page, requirement);
    match &requirement.excluded {
        Some(why) => {
            page.heading("why no check tests it");
            page.paragraph(why);
        }
        None => page.section("checks that test it", tests(requirement, cases)),
    }
    trips(page, requirement);
    page.section("frozen in", frozen_in(sets, |_, req| req == requirement.id));
}

/// What it says, how binding it is and where that is written.
fn rule(page: &mut Page, requirement: &Requirement) {
    page.paragraph(&requirement.says);
    page.section(
        "how binding",
        [format!(
            "{}, {}",
            requirement.level.keyword(),
            requirement.authority.in_words()
        )],
    );
    page.section(
        "where it is written",
        requirement.refs.iter().map(ToString::to_string),
    );
}

fn trips(page: &mut Page, requirement: &Requirement) {
    page.section(
        "broken clients that trip it",
        requirement.caught_on.iter().cloned(),
    );
}

/// The checks that test a requirement, each with the number of its cases.
fn tests(requirement: &Requirement, cases: &[Case]) -> Vec<String> {
    let mut number: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        for planned in &case.checks {
            if planned.requirement.id == requirement.id {
                let name = format!("{}:{}", case.head.scenario, planned.check.id);
                *number.entry(name).or_default() += 1;
            }
        }
    }
    if number.is_empty() {
        return vec!["none".to_owned()];
    }
    let rows: Vec<[String; 2]> = number
        .into_iter()
        .map(|(name, number)| [name, in_cases(number)])
        .collect();
    table(&rows)
}

fn in_cases(number: usize) -> String {
    match number {
        1 => "1 case".to_owned(),
        n => format!("{n} cases"),
    }
}

fn scenario(page: &mut Page, first: &Case, meant: &[&Case], name: &str) {
    let head = &first.head;
    page.line(name);
    page.paragraph(&head.about);
    let needs: Vec<&str> = head.needs.iter().map(|need| need.name()).collect();
    page.section("needs", (!needs.is_empty()).then(|| needs.join(", ")));
    page.section("passive", head.passive.iter().flat_map(passive));
    page.section("cases", meant.iter().map(|case| case.name.0.clone()));
    let mut rows: Vec<[String; 3]> = Vec::new();
    for planned in meant.iter().flat_map(|case| &case.checks) {
        let row = [
            planned.check.id.clone(),
            planned.requirement.level.keyword().to_owned(),
            planned.requirement.id.clone(),
        ];
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    page.section("checks", table(&rows));
    page.section("file", [first.file.to_string()]);
}

/// What a command that is judged by the wire alone has to know.
fn passive(passive: &Passive) -> Vec<String> {
    let mut lines = vec!["yes: any command can be judged by the wire alone".to_owned()];
    match passive.needs_calls {
        0 => {}
        1 => lines.push("it has to call the API for every check to say something".to_owned()),
        n => lines.push(format!(
            "it has to call the API {n} times for every check to say something"
        )),
    }
    if passive.once {
        lines.push("part of `exec --once`".to_owned());
    }
    lines
}

fn check(
    page: &mut Page,
    name: &str,
    planned: &PlannedCheck,
    meant: &[&Case],
    cases: &[Case],
    sets: &[FrozenSet],
) {
    page.line(name);
    page.line(&format!("  tests {}", planned.requirement.id));
    page.line("");
    rule(page, &planned.requirement);
    page.section("if it does not pass", planned.check.hint.clone());
    let runs_in = meant
        .iter()
        .filter(|case| {
            case.checks
                .iter()
                .any(|other| other.check.id == planned.check.id)
        })
        .map(|case| case.name.0.clone());
    page.section("runs in", runs_in);
    page.section(
        "checks of the same requirement",
        tests(&planned.requirement, cases),
    );
    trips(page, &planned.requirement);
    let scenarios = meant.first().map(|case| &case.head.scenario);
    let whole = scenarios.map(|scenario| format!("{scenario}:{}", planned.check.id));
    page.section(
        "frozen in",
        frozen_in(sets, |check, _| Some(check) == whole.as_deref()),
    );
    page.section(
        "file",
        meant
            .first()
            .map(|case| format!("{}:{}", case.file, planned.line)),
    );
}
