//! The HTML report: one page that needs nothing else, with a timeline for each run.
//!
//! It works without JavaScript; a small script only filters. All text is escaped by the template.

mod axis;
mod beads;
mod shade;
mod timeline;
mod view;

use std::io;

use askama::Template as _;

use super::{Played, Report};
use view::Page;

/// The page. Timelines are drawn of those cases that were `played` here; a report that was read back has none.
///
/// # Errors
/// None is known; the type is that of the writers beside it.
pub fn render(report: &Report, played: &[Played<'_>]) -> io::Result<String> {
    let mut text = Page::new(report, played)
        .render()
        .map_err(io::Error::other)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gate::Gate;
    use crate::report::sample::{Stage, stages};
    use crate::report::{NotRun, Verbosity, terminal};
    use crate::trace::{Caller, MarkKind, Trace};
    use crate::verdict::Verdict;

    fn page(stages: &[Stage]) -> String {
        let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
        render(&Report::new(&played, Gate::Must), &played).expect("a page")
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        let page = page(&stages());
        for word in [
            "src=",
            "href=\"http",
            "@import",
            "url(",
            "<link",
            "<iframe",
            "fetch(",
        ] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn every_check_and_every_request_is_on_the_page() {
        let stages = stages();
        let page = page(&stages);
        for stage in &stages {
            for check in &stage.case.checks {
                let id = format!("<b>{}</b>", check.check.id);
                assert!(page.contains(&id), "{id}");
            }
        }
        let requests: usize = stages
            .iter()
            .flat_map(|stage| &stage.runs)
            .map(|run| run.trace.exchanges.len())
            .sum();
        assert_eq!(page.matches("<tr class=\"request").count(), requests);
    }

    #[test]
    fn what_did_not_pass_comes_first() {
        let page = page(&stages());
        let cases: Vec<&str> = page
            .split("<details class=\"case ")
            .skip(1)
            .filter_map(|case| case.split('"').next())
            .collect();
        insta::assert_snapshot!(cases.join(" "), @"error error fail fail fail warn open pass pass");
    }

    #[test]
    fn what_was_not_run_and_what_a_shard_is_are_told() {
        let stages = stages();
        let (first, rest) = stages.split_at(1);
        let played: Vec<Played<'_>> = first.iter().map(Stage::played).collect();
        let mut report = Report::new(&played, Gate::Must);
        report.leave_out(rest.iter().map(|stage| NotRun::of(&stage.case)).collect());
        report.be_shard("1/2".parse().expect("a shard"));
        let page = render(&report, &played).expect("a page");
        for remark in report.remarks() {
            assert!(page.contains(&remark), "{remark}");
        }
        for case in &report.not_run {
            assert!(page.contains(&case.name.0), "{}", case.name);
        }
    }

    #[test]
    fn the_same_run_gives_the_same_page() {
        assert_eq!(page(&stages()), page(&stages()));
    }

    #[test]
    fn of_several_clients_the_table_names_the_one_that_asked() {
        let mut stages = stages();
        let exchanges = stages
            .iter_mut()
            .flat_map(|stage| &mut stage.runs)
            .flat_map(|run| &mut run.trace.exchanges);
        for exchange in exchanges {
            exchange.caller = Some(Caller {
                label: "start".to_owned(),
                index: 2,
                client: Some("fleet-2".to_owned()),
            });
        }
        assert!(page(&stages).contains("start#2 by fleet-2</td>"));
    }

    #[test]
    fn a_report_without_runs_has_a_page_too() {
        let report = crate::report::sample::report(Gate::Must);
        let page = render(&report, &[]).expect("a page");
        assert!(!page.contains("<svg"));
        let terminal = terminal::render(&report, Default::default(), Verbosity::Quiet, 400);
        for verdict in Verdict::ALL {
            let count = format!("{} {verdict}", report.tally.get(verdict));
            assert!(terminal.contains(&count));
            let count = format!("<b>{}</b> {verdict}", report.tally.get(verdict));
            assert!(page.contains(&count), "{count}");
        }
    }

    /// Every text of a trace that comes from outside becomes `text`.
    fn spoil(trace: &mut Trace, text: &str) {
        for exchange in &mut trace.exchanges {
            let entry = &mut exchange.entry;
            entry.method = text.to_owned();
            entry.path = text.to_owned();
            if let Some(held) = &mut entry.held {
                held.name = text.to_owned();
            }
            if let Some(reply) = &mut entry.reply {
                reply.error = reply.error.as_ref().map(|_| text.to_owned());
                for (_, value) in &mut reply.headers {
                    value.push_str(text);
                }
            }
        }
        for outcome in &mut trace.outcomes {
            outcome.caller.label = text.to_owned();
        }
        for mark in &mut trace.marks {
            match &mut mark.what {
                MarkKind::Started(name) | MarkKind::Released(name) | MarkKind::Happened(name) => {
                    *name = text.to_owned()
                }
                MarkKind::Moved { .. } => {}
            }
        }
    }

    fn spoilt(text: &str) -> String {
        let mut stages = stages();
        for stage in &mut stages {
            for run in &mut stage.runs {
                spoil(&mut run.trace, text);
            }
        }
        let played: Vec<Played<'_>> = stages.iter().map(Stage::played).collect();
        let mut report = Report::new(&played, Gate::Must);
        for check in report.cases.iter_mut().flat_map(|case| &mut case.checks) {
            check.says = text.to_owned();
            check.expected = text.to_owned();
            check.observed = text.to_owned();
            check.hint = Some(text.to_owned());
            check.refs = vec![text.to_owned()];
        }
        for case in &mut report.cases {
            case.file = text.to_owned();
        }
        render(&report, &played).expect("a page")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Whatever a client or a scenario says, it makes no element and ends no attribute.
        #[test]
        fn hostile_texts_stay_text(text in "x(\\PC|[<>&\"'\\n\\x00]|</script>|</svg>|<!--|\\]\\]>|onload=|javascript:){0,12}") {
            let (tame, hostile) = (spoilt("x"), spoilt(&text));
            for mark in ['<', '>', '"'] {
                prop_assert_eq!(tame.matches(mark).count(), hostile.matches(mark).count(), "{}", mark);
            }
            prop_assert!(!hostile.contains('\0'));
        }
    }
}
