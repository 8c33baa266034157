//! Writing a set.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::case::{Case, PlannedCheck};

/// No line of cases is longer.
const WIDTH: usize = 110;

/// The file of a set that requires every check of `cases`, sorted by name.
#[must_use]
pub fn freeze(name: &str, cases: &[Case]) -> String {
    let mut checks: BTreeMap<String, (&PlannedCheck, Vec<&str>)> = BTreeMap::new();
    for case in cases {
        for planned in &case.checks {
            let name = format!("{}:{}", case.head.scenario, planned.check.id);
            let (_, cells) = checks.entry(name).or_insert((planned, Vec::new()));
            cells.push(cell(case));
        }
    }
    let mut text = format!(
        "# What was required in {name}. Written by `tokenproof check --freeze {name}`; a set that has been given out is not edited.\n\
         schema: 1\nset: {name}\nchecks:\n"
    );
    for (check, (planned, cells)) in checks {
        let requirement = &planned.requirement;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  - check: {check}");
        let _ = writeln!(text, "    req: {}", requirement.id);
        let _ = writeln!(
            text,
            "    level: {}",
            requirement.level.keyword().to_lowercase()
        );
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        let line = format!("    cases: [{}]", quoted.join(", "));
        if line.len() <= WIDTH {
            let _ = writeln!(text, "{line}");
        } else {
            let _ = writeln!(text, "    cases:");
            for cell in quoted {
                let _ = writeln!(text, "      - {cell}");
            }
        }
    }
    text
}

/// What stands between the brackets of a case's name.
fn cell(case: &Case) -> &str {
    let name = case.name.0.as_str();
    name.split_once('[')
        .map_or(name, |(_, cell)| cell.trim_end_matches(']'))
}
