//! What an examination of a driver has found, as text.

use super::style::Style;
use super::wrap::{padded, wrapped};
use crate::driver::{Examination, Finding};
use crate::exit::ExitCode;
use crate::verdict::Verdict;

/// Where names begin, and where what belongs to them does.
const NAMES: usize = 6;
/// How wide names are.
const WIDTH: usize = 20;

/// The findings, one assertion a line, and what to do about those that fail.
#[must_use]
pub fn examination(of: &Examination, style: Style, width: usize) -> String {
    let mut text = String::new();
    for (assertion, finding) in &of.findings {
        let (verdict, word) = match finding {
            Finding::Pass => (Verdict::Pass, "PASS"),
            Finding::Fail(_) => (Verdict::Fail, "FAIL"),
            Finding::Skip(_) => (Verdict::NotApplicable, "skip"),
        };
        let name = style.bold(&padded(assertion.name(), WIDTH));
        let word = style.verdict(verdict, word);
        text.push_str(&format!("{word}  {name}{}\n", assertion.says()));
        let remarks = match finding {
            Finding::Pass => Vec::new(),
            Finding::Skip(why) => vec![why.clone()],
            Finding::Fail(why) => vec![
                format!("observed  {why}"),
                format!("hint      {}", assertion.hint()),
            ],
        };
        for line in remarks
            .iter()
            .flat_map(|remark| wrapped(remark, NAMES, width))
        {
            text.push_str(&style.dim(&line));
            text.push('\n');
        }
    }
    let (pass, fail, skip) = of.tally();
    let who = of.hello.as_ref().map(|hello| {
        let release = Some(hello.release.as_str()).filter(|release| !release.is_empty());
        let release = release.map(|release| format!(" {release}"));
        format!("      {}{}", hello.name, release.unwrap_or_default())
    });
    let exit = verdict_of(of);
    text.push_str(&format!(
        "\n {pass} pass   {fail} fail   {skip} skipped{}\n {exit}: {}\n",
        who.unwrap_or_default(),
        exit.meaning()
    ));
    text
}

/// How a command that has examined a driver ends.
#[must_use]
pub fn verdict_of(of: &Examination) -> ExitCode {
    match of.tally() {
        (_, 0, _) => ExitCode::AsExpected,
        _ => ExitCode::Driver,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Assertion;

    #[test]
    fn every_kind_of_finding() {
        let examination = Examination {
            hello: serde_json::from_value(
                serde_json::json!({ "version": 1, "name": "acme", "release": "3.2" }),
            )
            .ok(),
            findings: vec![
                (Assertion::Hello, Finding::Pass),
                (
                    Assertion::UnknownOperations,
                    Finding::Fail("it answered `validate` with `ok`".to_owned()),
                ),
                (
                    Assertion::Timers,
                    Finding::Skip("`can.timers` is false".to_owned()),
                ),
            ],
        };
        insta::assert_snapshot!(self::examination(&examination, Style::Plain, 80), @r#"
        PASS  hello               starts in time and says hello in version 1
        FAIL  unknown-operations  answers operations it does not know with `unsupported`
              observed  it answered `validate` with `ok`
              hint      answer `{"id":…,"unsupported":"why"}` to every `op` you have no
                branch for
        skip  timers              says when it waits, and wakes when its clock is moved
              `can.timers` is false

         1 pass   1 fail   1 skipped      acme 3.2
         exit 4: the driver failed
        "#);
        assert_eq!(verdict_of(&examination), ExitCode::Driver);
        let coloured = self::examination(&examination, Style::Colour, 80);
        assert!(coloured.contains("\u{1b}[1;31mFAIL\u{1b}[0m"));
    }

    #[test]
    fn without_a_failure_all_is_as_expected() {
        let examination = Examination {
            hello: None,
            findings: vec![(Assertion::Timers, Finding::Skip(String::new()))],
        };
        assert_eq!(verdict_of(&examination), ExitCode::AsExpected);
    }
}
