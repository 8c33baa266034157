//! Putting the reports of several runs together, such as those of all shards.

use std::collections::{BTreeMap, BTreeSet};

use super::{Expectations, Report, expected};
use crate::case::CaseName;
use crate::gate::Gate;

/// One report from several. The gate decides anew over all that was found; merging the reports of all shards gives the
/// same as one run of the whole selection.
///
/// Each report comes with the name of its file, for messages.
///
/// # Errors
/// Reports that do not belong together, and shards that are missing.
pub fn merge(reports: Vec<(String, Report)>) -> Result<Report, Unmergeable> {
    let Some((first, Report { gate, .. })) = reports.first() else {
        return Err(Unmergeable::Nothing);
    };
    let (first, gate) = (first.clone(), *gate);
    let (set, seed) = (reports[0].1.set.clone(), reports[0].1.seed);
    let list = reports[0].1.expectations.clone();
    if let Some((file, other)) = reports.iter().find(|(_, report)| report.gate != gate) {
        return Err(Unmergeable::Gates {
            first,
            gate,
            file: file.clone(),
            other: other.gate,
        });
    }
    for (file, report) in &reports {
        let (what, one, other) = if report.set != set {
            ("set", named("set", &set), named("set", &report.set))
        } else if report.seed != seed {
            ("seed", named("seed", &seed), named("seed", &report.seed))
        } else if !expected::belong_together(&list, &report.expectations) {
            let said = |list: &Option<Expectations>| {
                named("expectations", &list.as_ref().map(|list| &list.file))
            };
            ("expect", said(&list), said(&report.expectations))
        } else {
            continue;
        };
        return Err(Unmergeable::Mixed {
            what,
            first,
            one,
            file: file.clone(),
            other,
        });
    }
    complete(&reports)?;
    let mut origins: BTreeMap<CaseName, String> = BTreeMap::new();
    let mut merged = Report::new(&[], gate);
    merged.set = set;
    merged.seed = seed;
    merged.expectations = list;
    for (file, report) in reports {
        report
            .clients
            .iter()
            .for_each(|client| merged.be_of(client.clone()));
        let played = report.cases.iter().map(|case| &case.name);
        for name in played.chain(report.not_run.iter().map(|case| &case.name)) {
            if let Some(other) = origins.insert(name.clone(), file.clone()) {
                return Err(Unmergeable::Twice {
                    name: name.clone(),
                    other,
                    file,
                });
            }
        }
        merged.cases.extend(report.cases);
        merged.not_run.extend(report.not_run);
        merged.incidents.extend(report.incidents);
        if let (Some(list), Some(other)) = (&mut merged.expectations, report.expectations) {
            list.join(other);
        }
    }
    merged.conclude();
    Ok(merged)
}

fn named(what: &str, value: &Option<impl std::fmt::Display>) -> String {
    match value {
        Some(value) => format!("the {what} `{value}`"),
        None => format!("no {what}"),
    }
}

/// Whether all shards are there, if any is.
fn complete(reports: &[(String, Report)]) -> Result<(), Unmergeable> {
    let mut shards: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for shard in reports.iter().filter_map(|(_, report)| report.shard) {
        shards.entry(shard.of()).or_default().insert(shard.index());
    }
    for (of, given) in shards {
        if let Some(missing) = (1..=of).find(|index| !given.contains(index)) {
            return Err(Unmergeable::Missing { missing, of });
        }
    }
    Ok(())
}

/// Why reports cannot be merged. All of it is wrong usage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmergeable {
    /// No report was given.
    #[error("there is no report to merge")]
    Nothing,
    /// Two gates.
    #[error(
        "`{first}` was judged with the gate `{gate}` and `{file}` with `{other}`; play both with the same `--gate`"
    )]
    Gates {
        /// The first report.
        first: String,
        /// Its gate.
        gate: Gate,
        /// The report with another.
        file: String,
        /// That other gate.
        other: Gate,
    },
    /// Two seeds, two sets or two lists of expectations.
    #[error(
        "`{first}` was played with {one} and `{file}` with {other}; play both with the same `--{what}`"
    )]
    Mixed {
        /// What differs, as the option is called.
        what: &'static str,
        /// The first report.
        first: String,
        /// What that has.
        one: String,
        /// The report with another.
        file: String,
        /// What this has.
        other: String,
    },
    /// A case stands in two reports.
    #[error(
        "{name} stands in both `{other}` and `{file}`; give each report once, and play each case in one run only"
    )]
    Twice {
        /// The case.
        name: CaseName,
        /// The report that has it too.
        other: String,
        /// The report.
        file: String,
    },
    /// A shard was not given.
    #[error("the report of shard {missing}/{of} is missing; give those of all {of} shards")]
    Missing {
        /// The first one that is missing.
        missing: u32,
        /// How many there are.
        of: u32,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exit::ExitCode;
    use crate::report::sample::{Stage, client, stages};
    use crate::report::{NotRun, Played, json, junit, markdown};
    use crate::selection::Shard;

    /// The report of one shard of the sample, with an incident in every second case and the third of four not run.
    fn shard(shard: Option<Shard>, troubled: bool) -> Report {
        let stages = stages();
        let mut cases: Vec<_> = stages.iter().map(|stage| stage.case.clone()).collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        let every = |n: usize, name: &CaseName| {
            let place = cases.iter().position(|case| case.name == *name);
            troubled && place.is_some_and(|place| place % n == n - 1)
        };
        let mine: Vec<CaseName> = match shard {
            Some(shard) => shard.take(cases.clone()),
            None => cases.clone(),
        }
        .into_iter()
        .map(|case| case.name)
        .collect();
        let (left, played): (Vec<&Stage>, Vec<&Stage>) = stages
            .iter()
            .filter(|stage| mine.contains(&stage.case.name))
            .partition(|stage| every(4, &stage.case.name));
        let views: Vec<Played<'_>> = played.iter().map(|stage| stage.played()).collect();
        let mut report = Report::new(&views, Gate::Must);
        report.be_of(client());
        report.leave_out(left.iter().map(|stage| NotRun::of(&stage.case)).collect());
        for stage in played.iter().filter(|stage| every(2, &stage.case.name)) {
            report.close(
                &stage.case.name,
                ExitCode::Driver,
                "the command died".to_owned(),
            );
        }
        if let Some(shard) = shard {
            report.be_shard(shard);
        }
        report
    }

    fn shards(of: u32, troubled: bool) -> Vec<(String, Report)> {
        (1..=of)
            .map(|index| {
                let part = format!("{index}/{of}").parse().expect("a shard");
                (format!("{index}.json"), shard(Some(part), troubled))
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Up to more shards than there are cases, in any order.
        #[test]
        fn all_shards_give_the_bytes_of_one_run(of in 1u32..14, troubled in any::<bool>(), turn in 0usize..14) {
            let mut parts: Vec<(String, Report)> = shards(of, troubled)
                .into_iter()
                .map(|(name, report)| {
                    let text = json::render(&report).expect("a report");
                    (name, json::read(&text).expect("the same"))
                })
                .collect();
            parts.rotate_left(turn % of as usize);
            let merged = merge(parts).expect("they belong together");
            let whole = shard(None, troubled);
            prop_assert_eq!(json::render(&merged).expect("JSON"), json::render(&whole).expect("JSON"));
            prop_assert_eq!(junit::render(&merged, None).expect("XML"), junit::render(&whole, None).expect("XML"));
            prop_assert_eq!(markdown::render(&merged), markdown::render(&whole));
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let said = |reports| merge(reports).expect_err("refused").to_string();
        let mut gates = shards(2, false);
        gates[1].1.gate = Gate::Should;
        let mut twice = shards(2, false);
        twice.push(("again.json".to_owned(), twice[0].1.clone()));
        let mut missing = shards(3, false);
        missing.remove(1);
        let mut seeds = shards(2, false);
        seeds[0].1.seed = Some(1);
        let mut sets = shards(2, false);
        sets[1].1.set = Some("2026-11".to_owned());
        let lines = [
            said(Vec::new()),
            said(gates),
            said(twice),
            said(missing),
            said(seeds),
            said(sets),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        there is no report to merge
        `1.json` was judged with the gate `must` and `2.json` with `should`; play both with the same `--gate`
        broken/harness[okta] stands in both `1.json` and `again.json`; give each report once, and play each case in one run only
        the report of shard 2/3 is missing; give those of all 3 shards
        `1.json` was played with the seed `1` and `2.json` with no seed; play both with the same `--seed`
        `1.json` was played with no set and `2.json` with the set `2026-11`; play both with the same `--set`
        ");
    }

    #[test]
    fn a_case_that_was_not_run_counts_as_given_too() {
        let mut reports = shards(2, true);
        let left = reports
            .iter()
            .flat_map(|(_, report)| report.not_run.clone())
            .next();
        let left = left.expect("something was not run");
        let mut again = Report::new(&[], Gate::Must);
        again.leave_out(vec![left.clone()]);
        reports.push(("again.json".to_owned(), again));
        let refused = merge(reports).expect_err("refused");
        assert!(matches!(refused, Unmergeable::Twice { name, .. } if name == left.name));
    }

    #[test]
    fn other_clients_are_kept_and_said_to_be_others() {
        let told = |change: &dyn Fn(&mut Report)| {
            let mut reports = shards(2, false);
            change(&mut reports[0].1);
            let merged = merge(reports).expect("they belong together");
            let names = merged.clients.iter().map(|client| client.title());
            let names: Vec<String> = names.collect();
            format!("{}: {}", names.join(", "), merged.remarks().join("; "))
        };
        let lines = [
            told(&|_| {}),
            told(&|report| report.clients[0].release = Some("3.1.0".to_owned())),
            told(&|report| report.clients[0].lacks.clear()),
            told(&|report| report.clients.clear()),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        acme-tokens 3.2.0: 
        acme-tokens 3.1.0, acme-tokens 3.2.0: not all cases are of the same client: some are of acme-tokens 3.1.0, some of acme-tokens 3.2.0
        acme-tokens 3.2.0, acme-tokens 3.2.0: not all cases are of the same client: 2 runs of acme-tokens 3.2.0 were told or found different facts
        acme-tokens 3.2.0:
        ");
    }

    #[test]
    fn nothing_passing_in_one_shard_is_judged_over_all() {
        // The exit codes of parts do not decide over the whole.
        let alone = shards(13, false);
        assert!(
            alone
                .iter()
                .any(|(_, report)| report.exit == ExitCode::AsExpected)
        );
        assert!(
            alone
                .iter()
                .any(|(_, report)| report.cases.is_empty() && report.passed)
        );
        let whole = merge(alone).expect("they belong together");
        assert_eq!(whole.exit, ExitCode::Harness);
    }
}
