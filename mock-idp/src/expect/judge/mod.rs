//! Whether an expectation is met: a pure function of what was seen.

mod count;
mod gap;
mod order;
mod window;

use super::expectation::Expectation;
use super::line::line;
use super::matching::{Sent, Untold, select};
use super::record::Record;
use super::requests::Requests;
use super::unmet::{Unmet, Verdict};
use super::{near, words};

/// How many requests are shown at most: enough to see a pattern, few enough to read.
const SHOWN: usize = 8;

/// Whether a record meets an expectation.
///
/// # Errors
///
/// [`Unmet`] if what was seen contradicts it, or does not decide it: a length of time that has not passed, a gap between fewer
/// than two requests, an `after` that never came, entries that the journal no longer has. It says which.
pub fn verify(expectation: &Expectation, record: &Record) -> Result<(), Unmet> {
    if let Err(fault) = expectation.fault() {
        return Err(Unmet {
            name: expectation.name.clone(),
            verdict: Verdict::Broken,
            expected: "something".to_owned(),
            observed: fault.to_string(),
            requests: Box::default(),
            hint: None,
        });
    }
    let count = expectation.count.as_ref();
    let gap = expectation.gap.as_ref();
    let order = Some(&expectation.order).filter(|order| !order.is_empty());
    let mut findings = [
        expectation
            .never
            .as_ref()
            .map(|requests| (never(requests, record), words::requests(0, requests))),
        count.map(|asked| (count::judge(asked, record), count::expects(asked))),
        gap.map(|asked| (gap::judge(asked, record), gap::expects(asked))),
        order.map(|asked| (order::judge(asked, record), order::expects(asked))),
    ];
    // What is broken is told before what is undecided.
    findings.sort_by_key(|finding| match finding {
        Some((Err(finding), _)) => finding.verdict == Verdict::Undecided,
        _ => true,
    });
    let worst = findings
        .into_iter()
        .flatten()
        .find_map(|(finding, expected)| Some((finding.err()?, expected)));
    worst.map_or(Ok(()), |(finding, expected)| {
        Err(finding.unmet(expectation, expected, record))
    })
}

/// Why a predicate does not hold.
struct Finding<'a> {
    verdict: Verdict,
    observed: String,
    sent: Vec<Sent<'a>>,
    /// Whose absence it is, so that what comes nearest can be shown.
    lacks: Option<&'a Requests>,
}

impl<'a> Finding<'a> {
    fn broken(observed: String, sent: impl IntoIterator<Item = Sent<'a>>) -> Self {
        Self {
            verdict: Verdict::Broken,
            observed,
            sent: sent.into_iter().collect(),
            lacks: None,
        }
    }

    fn undecided(why: String) -> Self {
        Self {
            verdict: Verdict::Undecided,
            observed: why,
            sent: Vec::new(),
            lacks: None,
        }
    }

    fn lacking(self, requests: &'a Requests) -> Self {
        Self {
            lacks: Some(requests),
            ..self
        }
    }

    fn unmet(self, expectation: &Expectation, expected: String, record: &Record) -> Unmet {
        let near = self.lacks.map(|requests| near::to(requests, record));
        let (others, advice) = near.unwrap_or_default();
        let mut shown = self.sent;
        if shown.is_empty() {
            shown = others;
        }
        let more = shown.len().saturating_sub(SHOWN);
        let lines = shown.iter().take(SHOWN);
        let mut requests: Vec<String> = lines.map(|sent| line(sent.entry, record.from)).collect();
        if more > 0 {
            requests.push(format!("… and {more} more"));
        }
        Unmet {
            name: expectation.name.clone(),
            verdict: self.verdict,
            expected,
            observed: self.observed,
            requests: requests.into(),
            hint: expectation.hint.clone().or(advice),
        }
    }
}

impl From<Untold> for Finding<'_> {
    fn from(untold: Untold) -> Self {
        Self::undecided(untold.0)
    }
}

fn never<'a>(requests: &Requests, record: &'a Record) -> Result<(), Finding<'a>> {
    let matches = select(record, requests)?;
    match (matches.sent.len() as u64, matches.unseen) {
        (0, None) => Ok(()),
        (0, Some(unseen)) => Err(Finding::undecided(unseen)),
        (n, _) => Err(Finding::broken(words::requests(n, requests), matches.sent)),
    }
}
