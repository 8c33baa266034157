//! The JSON report: the machine-readable result, versioned by [`SCHEMA`].

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
    use super::*;
    use crate::gate::Gate;
    use crate::report::sample;

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
