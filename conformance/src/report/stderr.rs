//! What a command wrote to standard error before things went wrong.

use super::plain::plain;
use super::{CaseReport, Played, Report};
use crate::verdict::Verdict;

/// The last lines that the command of a case wrote, safe to print; none where no command was run.
pub(super) fn tail(played: &Played<'_>) -> Vec<String> {
    let said = played.runs.iter().filter_map(|run| run.trace.said.as_ref());
    let lines = said.flat_map(|said| &said.stderr_tail);
    lines.map(|line| plain(line)).collect()
}

impl Report {
    /// What the command of a case wrote to standard error, where that may help: a check did not pass, or the command itself went
    /// wrong.
    pub(super) fn stderr_of<'r>(&self, case: &'r CaseReport) -> &'r [String] {
        let is_fine = |verdict| matches!(verdict, Verdict::Pass | Verdict::NotApplicable);
        let failed = self.incidents.iter().any(|i| i.case == case.name);
        match failed || !case.checks.iter().all(|check| is_fine(check.verdict)) {
            true => &case.stderr,
            false => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::exit::ExitCode;
    use crate::gate::Gate;
    use crate::judge::fixture::{tale, token};
    use crate::report::sample::Stage;
    use crate::report::{Report, Style, Verbosity, html, junit, markdown, terminal};
    use crate::trace::Said;
    use crate::verdict::Level;

    /// A passive case whose one check passes or not, of a command that has said something.
    fn stage(name: &str, methods: u32) -> Stage {
        let mut tale = tale([token(0)]).passive();
        let lines = ["Traceback:", "\u{1b}[31mhttps://127.0.0.1:4711 | <b>`"];
        tale.0.said = Some(Said {
            stderr_tail: lines.map(str::to_owned).to_vec(),
            ..Said::default()
        });
        let check = json!({ "id": "one", "each": { "to": "token", "auth_methods": methods } });
        Stage::new(name, Level::Must, [check], &[tale])
    }

    fn shown(report: &Report) -> String {
        terminal::render(report, Style::Plain, Verbosity::Normal, 100)
    }

    #[test]
    fn it_is_shown_once_with_what_did_not_pass() {
        let stages = [stage("a/good", 1), stage("b/bad", 2)];
        let played: Vec<_> = stages.iter().map(Stage::played).collect();
        let mut report = Report::new(&played, Gate::Must);
        insta::assert_snapshot!(shown(&report), @r"
        PASS  a/good[okta]    1 check    41 ms
        FAIL  b/bad[okta]:one
              MUST (rfc) area.rule   RFC 6749 section 6
              expected  each request to token uses 2 client authentication methods
              observed  #1 uses 1 method
              wire      #1 t+0 s  POST /token  -> 200
              scenarios/b/bad.yaml:10
              the command's last words on stderr
                Traceback:
                \u{1b}[31mhttps://127.0.0.1:* | <b>`

         1 pass   1 fail   0 warn   0 inconclusive   0 not applicable   0 error      MUST 1/2   SHOULD 0/0
         exit 1: 1 MUST check failed (see explain area.rule)
        ");
        let xml = junit::render(&report, None).expect("a report");
        insta::assert_snapshot!(xml.lines().filter(|line| line.contains("system-err") || line.contains("b>")).collect::<Vec<_>>().join("\n"), @r"
                    <system-err>Traceback:
        \u{1b}[31mhttps://127.0.0.1:* | &lt;b&gt;`</system-err>
        ");
        let page = markdown::render(&report);
        insta::assert_snapshot!(page.split("### ").nth(1).unwrap_or_default(), @r"
        What did not pass

        | requirement | level | authority | verdict | check | expected | observed |
        | --- | --- | --- | --- | --- | --- | --- |
        | `area.rule`<br>The client does as it should. (RFC 6749 section 6) | MUST | rfc | fail | `b/bad[okta]:one` | each request to token uses 2 client authentication methods | \#1 uses 1 method |

        <details><summary>the command's last words on stderr</summary>

        `b/bad[okta]`<br>
        Traceback:<br>
        \\u{1b}\[31mhttps://127.0.0.1:\* \| &lt;b&gt;\`

        </details>

        <details><summary>1 check passed</summary>

        | requirement | level | authority | passed |
        | --- | --- | --- | ---: |
        | `area.rule` | MUST | rfc | 1 of 2 |

        </details>
        ");
        let page = html::render(&report, &played).expect("a page");
        assert_eq!(page.matches("Traceback:").count(), 1);
        assert!(
            page.contains("127.0.0.1:* | &#60;b&#62;`")
                || page.contains("127.0.0.1:* | &lt;b&gt;`")
        );

        // A command that failed by itself has something to say too.
        let good = report.cases[0].name.clone();
        report.close(
            &good,
            ExitCode::Gate,
            "the command itself failed".to_owned(),
        );
        assert_eq!(shown(&report).matches("Traceback:").count(), 2);
    }

    #[test]
    fn it_is_part_of_the_json_report() {
        let stage = stage("a/good", 1);
        let report = Report::new(&[stage.played()], Gate::Must);
        assert!(!shown(&report).contains("Traceback:"));
        assert_eq!(report.cases[0].stderr.len(), 2);
        let mut told = serde_json::to_value(&report).expect("JSON");
        let told = told["cases"][0].take();
        assert_eq!(told["stderr"][0], "Traceback:");
    }
}
