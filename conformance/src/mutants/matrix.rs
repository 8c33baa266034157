//! The matrix: every check against every broken client.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::case::Case;
use crate::contender::Contender;
use crate::runner;
use crate::verdict::Verdict;

/// What each contender earned on each check of each scenario, over all its cases.
#[derive(Clone, Debug)]
pub struct Matrix {
    contenders: Vec<String>,
    /// By `scenario:check`: the worst verdict of each contender, in the order of the contenders.
    rows: BTreeMap<String, Vec<Verdict>>,
}

impl Matrix {
    /// Plays all cases with all contenders.
    ///
    /// # Errors
    ///
    /// The system's words if a thread could not be started.
    pub fn play(
        cases: &[Case],
        contenders: &[&dyn Contender],
        threads: usize,
    ) -> std::io::Result<Self> {
        let mut rows: BTreeMap<String, Vec<Verdict>> = BTreeMap::new();
        for (column, contender) in contenders.iter().enumerate() {
            for result in runner::run(cases, *contender, 0, threads, |_| ())? {
                let case = &cases[result.index];
                for (planned, judgement) in case.checks.iter().zip(&result.judgements) {
                    let row = rows
                        .entry(format!("{}:{}", case.head.scenario, planned.check.id))
                        .or_default();
                    row.resize(contenders.len(), Verdict::NotApplicable);
                    row[column] = worse(row[column], judgement.finding.verdict);
                }
            }
        }
        Ok(Self {
            contenders: contenders
                .iter()
                .map(|contender| contender.name().to_owned())
                .collect(),
            rows,
        })
    }

    /// The contenders, in the order of the columns.
    pub fn contenders(&self) -> impl Iterator<Item = &str> {
        self.contenders.iter().map(String::as_str)
    }

    /// The checks that no contender breaks: they could never fail.
    #[must_use]
    pub fn toothless(&self) -> Vec<&str> {
        let bites = |verdicts: &Vec<Verdict>| {
            verdicts
                .iter()
                .any(|verdict| matches!(verdict, Verdict::Fail | Verdict::Warn))
        };
        self.rows
            .iter()
            .filter(|(_, verdicts)| !bites(verdicts))
            .map(|(check, _)| check.as_str())
            .collect()
    }

    /// The checks that a contender does not pass, with what it got.
    #[must_use]
    pub fn not_passed_by(&self, contender: &str) -> Vec<(&str, Verdict)> {
        let Some(column) = self.contenders.iter().position(|name| name == contender) else {
            return Vec::new();
        };
        let verdicts = self
            .rows
            .iter()
            .map(|(check, verdicts)| (check.as_str(), verdicts[column]));
        verdicts
            .filter(|(_, verdict)| *verdict != Verdict::Pass)
            .collect()
    }

    /// How often a contender passed a check.
    #[must_use]
    pub fn passes_of(&self, contender: &str) -> usize {
        self.rows.len() - self.not_passed_by(contender).len()
    }

    /// The contenders that turn a check red.
    #[must_use]
    pub fn caught_by(&self, check: &str) -> Vec<&str> {
        let Some(verdicts) = self.rows.get(check) else {
            return Vec::new();
        };
        let red = self
            .contenders
            .iter()
            .zip(verdicts)
            .filter(|(_, verdict)| matches!(verdict, Verdict::Fail | Verdict::Warn));
        red.map(|(name, _)| name.as_str()).collect()
    }

    /// The matrix as text: a row for each check, a column for each contender.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_with(|_| None)
    }

    /// The same with a remark beside the name of each contender that has one, such as what is wrong with it.
    #[must_use]
    pub fn render_with<'r>(&self, remark: impl Fn(&str) -> Option<&'r str>) -> String {
        let mut text = String::new();
        let room = self.contenders.iter().map(String::len).max().unwrap_or(0);
        // Writing to a String cannot fail.
        for (index, name) in self.contenders.iter().enumerate() {
            let line = format!("{name:room$}  {}", remark(name).unwrap_or_default());
            let _ = writeln!(text, "{:>3}  {}", index + 1, line.trim_end());
        }
        let _ = writeln!(
            text,
            "\n  .  pass   F  fail   w  warn   ?  inconclusive   !  error   -  not applicable\n"
        );
        let width = self.rows.keys().map(String::len).max().unwrap_or_default();
        let heading: String = (1..=self.contenders.len())
            .map(|number| format!("{number:>3}"))
            .collect();
        let _ = writeln!(text, "{:width$}{heading}", "");
        for (check, verdicts) in &self.rows {
            let cells: String = verdicts
                .iter()
                .map(|verdict| format!("{:>3}", symbol(*verdict)))
                .collect();
            let _ = writeln!(text, "{check:width$}{cells}");
        }
        text
    }
}

fn symbol(verdict: Verdict) -> char {
    match verdict {
        Verdict::Pass => '.',
        Verdict::Fail => 'F',
        Verdict::Warn => 'w',
        Verdict::Inconclusive => '?',
        Verdict::Error => '!',
        Verdict::NotApplicable => '-',
    }
}

/// The verdict that says more against a contender.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    let weight = |verdict| match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Pass => 1,
        Verdict::Inconclusive => 2,
        Verdict::Error => 3,
        Verdict::Warn => 4,
        Verdict::Fail => 5,
    };
    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}
