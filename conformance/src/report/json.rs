//! The JSON report: the machine-readable result, versioned by [`SCHEMA`](super::SCHEMA).

use std::io;

use super::Report;

/// The report as indented JSON with a final newline.
///
/// # Errors
/// None is known; the type is that of the writers beside it.
pub fn render(report: &Report) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
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
        let read: Report =
            serde_json::from_str(&render(&report).expect("a report")).expect("the same");
        // Real time is not stored.
        for case in &mut report.cases {
            case.took = None;
        }
        assert_eq!(read, report);
    }
}
