//! The JSON report: the machine-readable result, versioned by [`SCHEMA`].
//!
//! Under one number a field keeps its name, type, place and meaning; fields may be added, and readers pass over what they do
//! not know. The same library, seed and client give the same bytes on every machine. Sentences (`expected`, `observed`,
//! `hint`, `reasons`) are for people and may change. The README of this package lists every field.

use std::io;

use serde::Deserialize;

use super::{Report, SCHEMA};

/// The report as indented JSON with a final newline.
///
/// # Errors
/// None is known; the type is that of the writers beside it.
pub fn render(report: &Report) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}

/// Reads a report back.
///
/// # Errors
/// The text is not a report, or one of another version.
pub fn read(text: &str) -> Result<Report, Unreadable> {
    let Versioned { schema } = serde_json::from_str(text)?;
    if schema != SCHEMA {
        return Err(Unreadable::Schema(schema));
    }
    Ok(serde_json::from_str(text)?)
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    schema: u32,
}

/// Why a text cannot be read as a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is no report at all.
    #[error("it is not a report that `--json` wrote: {0}")]
    NotAReport(#[from] serde_json::Error),
    /// Another version of tokenproof wrote it.
    #[error(
        "its schema is {0} and this tokenproof reads {SCHEMA}; write it with the same version of tokenproof"
    )]
    Schema(u32),
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, reason = "what fails here fails the test")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::case::Case;
    use crate::diagnostic::Source;
    use crate::driver::Tried;
    use crate::driver::protocol::ClockMode;
    use crate::exit::ExitCode;
    use crate::expectations::{Bound, Expectations, Names};
    use crate::frozen::{FrozenSet, freeze};
    use crate::gate::Gate;
    use crate::report::{Client, ClockFacts, Comparison, NotRun, sample};
    use crate::verdict::Verdict;

    #[test]
    fn the_whole_report() {
        let text = render(&sample::report(Gate::Must)).expect("a report");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_is_written_can_be_read_back() {
        let mut report = sample::report(Gate::Should);
        let read = read(&render(&report).expect("a report")).expect("the same");
        // Real time is not stored.
        for case in &mut report.cases {
            case.took = None;
        }
        assert_eq!(read, report);
    }

    /// A report in which no field is left out.
    fn full() -> serde_json::Value {
        let stages = sample::stages();
        let cases: Vec<_> = stages.iter().map(|stage| stage.case.clone()).collect();
        let (inside, rest) = cases.split_at(3);
        let text = freeze("2026-11", inside);
        let set = FrozenSet::parse(&Source::new("sets/2026-11.yaml", text)).expect("a set");
        let mut report = sample::report(Gate::Must);
        report.be_of(Client {
            clock: Some(ClockFacts {
                declared: ClockMode::Faketime,
                tried: Some(Tried::Unknown("it fetched no token".to_owned())),
            }),
            ..sample::client()
        });
        report.close(
            &cases[0].name,
            ExitCode::Driver,
            "the command died".to_owned(),
        );
        report.leave_out(vec![NotRun::of(&rest[0])]);
        report.be_shard("1/2".parse().expect("a shard"));
        report.be_seeded(7);
        report.score_by(&set);
        report.cases[0].timed = Some(720);
        report.cases[0].bundle = Some("area.name.okta".to_owned());
        report.cases[0].stderr = vec!["Traceback:".to_owned()];
        let mut comparison = Comparison::default();
        let check = report.cases[0].checks[0].name.clone();
        comparison.add([], [(check, Verdict::Pass)]);
        report.replayed = Some(comparison);
        report.expect(&list(&cases), true);
        report.expect_as("acme");
        for check in report.cases.iter_mut().flat_map(|case| &mut case.checks) {
            check.unsupported = check.verdict == Verdict::NotApplicable;
        }
        report.conclude();
        serde_json::to_value(&report).expect("JSON")
    }

    /// A list of expectations in which nothing is left out.
    fn list(cases: &[Case]) -> Bound {
        let text = "schema: 1
providers: [okta]
expect:
  - { check: \"rate-limit/wait-as-told[okta]:waits\", is: warn, says: \"0 s\", why: x, issue: \"https://example.org/1\", source: y, until: 2999-01-01 }
  - { check: \"rate-limit/wait-as-tol:waits\", is: warn, why: x }
unsupported: { count: 1, checks: [passive] }
";
        let list = Expectations::parse(&Source::new("acme.expect.yaml", text)).expect("a list");
        let today = "2026-11-21".parse().expect("a day");
        let bound = list.bind(&Names::of(cases), &Names::default(), today);
        bound.expect("names")
    }

    /// The names in back-quotes.
    fn names(text: &str) -> Vec<&str> {
        text.split('`').skip(1).step_by(2).collect()
    }

    /// The maps at a path such as `cases[].checks[]`.
    fn at<'v>(value: &'v serde_json::Value, path: &str) -> Vec<&'v serde_json::Value> {
        path.split('.')
            .filter(|part| !part.is_empty())
            .fold(vec![value], |found, part| {
                let name = part.trim_end_matches("[]");
                let below = found.into_iter().filter_map(|value| value.get(name));
                match part.ends_with("[]") {
                    true => below.filter_map(|list| list.as_array()).flatten().collect(),
                    false => below.collect(),
                }
            })
    }

    fn keys(values: &[&serde_json::Value]) -> BTreeSet<String> {
        let maps = values.iter().filter_map(|value| value.as_object());
        maps.flat_map(|map| map.keys().cloned()).collect()
    }

    /// The table in the README of the package and what is written are the same, field by field.
    #[test]
    fn every_field_is_documented_and_every_documented_field_is_there() {
        let report = full();
        let readme = include_str!("../../README.md");
        let rows = readme
            .lines()
            .skip_while(|line| *line != "| field | says |")
            .skip(2);
        let rows = rows.take_while(|line| line.starts_with('|'));
        let mut top: BTreeSet<String> = BTreeSet::new();
        for row in rows {
            let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
            let [paths, says] = cells.as_slice() else {
                panic!("{row}: two cells");
            };
            let inner: BTreeSet<String> = names(says).into_iter().map(str::to_owned).collect();
            for path in names(paths) {
                let found = at(&report, path);
                assert!(!found.is_empty(), "{path} is documented and not there");
                if !inner.is_empty() {
                    assert_eq!(keys(&found), inner, "{path}");
                }
                top.extend(path.split(['[', '.']).next().map(str::to_owned));
            }
        }
        assert_eq!(keys(&[&report]), top);
    }

    #[test]
    fn fields_of_a_later_release_are_passed_over() {
        let mut report = full();
        let mut add = |path: &str| {
            let place = report.pointer_mut(path).and_then(|v| v.as_object_mut());
            place
                .expect("a map")
                .insert("later".to_owned(), true.into());
        };
        [
            "",
            "/tally",
            "/cases/0",
            "/cases/0/checks/0",
            "/incidents/0",
            "/not_run/0",
            "/clients/0",
            "/clients/0/clock",
            "/clients/0/lacks/0",
        ]
        .iter()
        .for_each(|path| add(path));
        assert!(read(&report.to_string()).is_ok());
    }

    #[test]
    fn other_texts_are_refused() {
        let said = |text: &str| read(text).expect_err("refused").to_string();
        let lines = [
            said("{}"),
            said("<xml/>"),
            said("{\"schema\": 2}"),
            said("{\"schema\": 1}"),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        it is not a report that `--json` wrote: missing field `schema` at line 1 column 2
        it is not a report that `--json` wrote: expected value at line 1 column 1
        its schema is 2 and this tokenproof reads 1; write it with the same version of tokenproof
        it is not a report that `--json` wrote: missing field `gate` at line 1 column 13
        ");
    }
}
