//! The text of `list`.

use std::fmt::Write as _;

use crate::case::{Case, CheckName};

/// One name a line: cases, or with `checks` each of their checks with the requirement it tests.
///
/// Every line begins with a name that the command line takes as it stands.
#[must_use]
pub fn list(cases: &[Case], checks: bool) -> String {
    let mut out = String::new();
    if !checks {
        for case in cases {
            let _ = writeln!(out, "{}", case.name);
        }
        return out;
    }
    let rows: Vec<_> = cases
        .iter()
        .flat_map(|case| case.checks.iter().map(move |planned| (case, planned)))
        .map(|(case, planned)| {
            (
                CheckName::new(&case.name, &planned.check.id).0,
                &planned.requirement,
            )
        })
        .collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, requirement) in rows {
        let level = requirement.level.keyword();
        let _ = writeln!(out, "{name:width$}  {level:6}  {}", requirement.id);
    }
    out
}
