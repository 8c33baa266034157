//! Whether such requests came, one after another.

use super::{Finding, words};
use crate::expect::matching::{Sent, select};
use crate::expect::record::Record;
use crate::expect::requests::Requests;

pub(super) fn expects(order: &[Requests]) -> String {
    let steps: Vec<String> = order
        .iter()
        .map(|requests| format!("a request{}", words::like(requests)))
        .collect();
    steps.join(", then ")
}

/// For each the first request that is later than the one found before: if there is any such sequence, this finds one.
pub(super) fn judge<'a>(order: &'a [Requests], record: &'a Record) -> Result<(), Finding<'a>> {
    let mut found: Vec<Sent<'_>> = Vec::new();
    for requests in order {
        let matches = select(record, requests)?;
        let last = found.last().map(Sent::arrival);
        let later = matches.sent.iter().copied();
        let later = later.filter(|sent| last.is_none_or(|last| sent.arrival() > last));
        if let Some(next) = later.min_by_key(Sent::arrival) {
            found.push(next);
            continue;
        }
        if let Some(unseen) = matches.unseen {
            return Err(Finding::undecided(unseen));
        }
        let like = words::like(requests);
        let observed = match found.last() {
            None => format!("no request{like}"),
            Some(last) => {
                let mut observed = format!("no request{like} after #{}", last.entry.number);
                let sooner = matches.sent.iter().max_by_key(|sent| sent.arrival());
                if let Some(sooner) = sooner.filter(|sooner| sooner.index != last.index) {
                    observed.push_str(&format!(" (the last was #{})", sooner.entry.number));
                }
                observed
            }
        };
        return Err(Finding::broken(observed, found).lacking(requests));
    }
    Ok(())
}
