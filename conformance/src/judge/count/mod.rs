//! `count`: so many exchanges are like this.

mod per;
#[cfg(test)]
mod tests;
mod window;

use std::time::Duration;

use super::matching::{Matches, select};
use super::span::span;
use super::view::{View, numbers};
use super::{absence, words};
use crate::scenario::{Count, Per};
use crate::verdict::{Fault, Finding};
use per::Group;
use window::Window;

pub(super) fn expects(count: &Count) -> String {
    let like = words::like(&count.selector());
    let some = |bound: &str, n: u32| {
        let requests = words::count(n.into(), "request") + &like;
        if n == 0 {
            requests
        } else {
            format!("{bound} {requests}")
        }
    };
    let parts = [
        count.is.map(|n| some("exactly", n)),
        count.at_least.map(|n| some("at least", n)),
        count.at_most.map(|n| some("at most", n)),
    ];
    let mut text = words::once(parts.into_iter().flatten(), " and ");
    if let Some(window) = count.within {
        text.push_str(&format!(" in any {}", span(window.0)));
    }
    if let Some(per) = count.per {
        text.push_str(&format!(" for each {}", per::noun(per)));
    }
    text
}

pub(super) fn judge(count: &Count, view: &View<'_>, proven: bool) -> Finding {
    let bounds = Bounds::of(count);
    if bounds == Bounds::default() {
        return Finding::error(Fault::Harness, "`count` asks for nothing".to_owned());
    }
    let selector = count.selector();
    let (matches, groups) = match select(view, &selector)
        .and_then(|matches| per::groups(count, view, &matches).map(|groups| (matches, groups)))
    {
        Ok(found) => found,
        Err(missing) => return missing.finding(expects(count)),
    };
    if matches.exchanges.is_empty()
        && bounds.admits(0)
        && let Some(missing) = absence::unproven(view, &selector, proven)
    {
        return Finding::inconclusive(expects(count), missing);
    }
    let findings: Vec<Finding> = groups
        .iter()
        .map(|group| in_group(count, bounds, view, &matches, group))
        .collect();
    // Of equally bad ones the first.
    let Some(worst) = findings.iter().rev().max_by_key(|f| f.verdict.rank()) else {
        let n = matches.exchanges.len() as u64;
        return Finding::inconclusive(expects(count), ungrouped(count, n));
    };
    let mut finding = worst.clone();
    let named = findings
        .iter()
        .zip(&groups)
        .filter(|(finding, group)| finding.observed.contains(&group.whose))
        .filter(|(other, _)| other.verdict == finding.verdict)
        .count();
    if let Some(per) = count.per
        && named > 1
        && !finding.observed.is_empty()
    {
        let groups = words::count(findings.len() as u64, per::noun(per));
        finding
            .observed
            .push_str(&format!(" ({named} of {groups})"));
    }
    finding
}

/// What is said where none of the exchanges belongs to anything that is counted by itself.
fn ungrouped(count: &Count, n: u64) -> String {
    let selector = count.selector();
    let seen = words::requests(n, &selector);
    match (n, count.per.map(per::noun)) {
        (1, Some(noun)) => format!("{seen} was seen, but of no {noun}"),
        (2.., Some(noun)) => format!("{seen} were seen, but of no {noun}"),
        _ => format!("no request{} was seen", words::like(&selector)),
    }
}

/// How many are too few and too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bounds {
    least: Option<u64>,
    most: Option<u64>,
}

impl Bounds {
    fn of(count: &Count) -> Self {
        Self {
            least: count.is.max(count.at_least).map(u64::from),
            most: [count.is, count.at_most]
                .into_iter()
                .flatten()
                .min()
                .map(u64::from),
        }
    }

    fn admits(self, n: u64) -> bool {
        self.least.is_none_or(|least| n >= least) && self.most.is_none_or(|most| n <= most)
    }
}

fn in_group(
    count: &Count,
    bounds: Bounds,
    view: &View<'_>,
    matches: &Matches<'_>,
    group: &Group<'_>,
) -> Finding {
    match count.within {
        None => over_the_run(count, bounds, view, matches, group),
        Some(window) => in_windows(count, bounds, view, matches, group, window.0),
    }
}

fn over_the_run(
    count: &Count,
    bounds: Bounds,
    view: &View<'_>,
    matches: &Matches<'_>,
    group: &Group<'_>,
) -> Finding {
    let n = group.sent.len() as u64;
    let too_many = bounds.most.is_some_and(|most| n > most);
    if let Some(unseen) = matches.unseen.as_ref()
        && !too_many
        && (bounds.most.is_some() || !bounds.admits(n))
    {
        return Finding::inconclusive(expects(count), unseen.clone());
    }
    if bounds.admits(n) {
        // Clients are known from the start; a call or a token that comes later makes a group of its own.
        let all_known = matches!(count.per, None | Some(Per::Client));
        let enough = bounds.most.is_none() && matches.lasting && all_known;
        return view.pass(matches.closed || enough, || expects(count));
    }
    Finding::fail(
        expects(count),
        words::count(n, "request") + &group.whose,
        numbers(group.sent.iter().copied()),
    )
}

fn in_windows(
    count: &Count,
    bounds: Bounds,
    view: &View<'_>,
    matches: &Matches<'_>,
    group: &Group<'_>,
    length: Duration,
) -> Finding {
    let mut sent = group.sent.clone();
    sent.sort_by_key(|sent| (sent.exchange.entry.at, sent.index));
    let observe = |found: Window<'_>| {
        let observed = format!(
            "{}{} in {} from {}",
            words::count(found.sent.len() as u64, "request"),
            group.whose,
            span(length),
            view.when(found.from)
        );
        let sent = found.sent.iter().copied();
        Finding::fail(expects(count), observed, numbers(sent))
    };
    if let Some(most) = bounds.most
        && let Some(busiest) = window::busiest(&sent, length)
        && busiest.sent.len() as u64 > most
    {
        return observe(busiest);
    }
    if let Some(least) = bounds.least {
        let Some(quietest) = window::quietest(&sent, matches.from, matches.until, length) else {
            let missing = "the run ended before one such stretch of time had passed".to_owned();
            return Finding::inconclusive(expects(count), missing);
        };
        if (quietest.sent.len() as u64) < least {
            return observe(quietest);
        }
    }
    match &matches.unseen {
        Some(unseen) => Finding::inconclusive(expects(count), unseen.clone()),
        None => view.pass(matches.closed, || expects(count)),
    }
}
