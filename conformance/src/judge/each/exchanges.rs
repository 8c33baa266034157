//! `each` over exchanges.

mod facet;

use crate::judge::matching::select;
use crate::judge::view::{Placed, View, numbers};
use crate::judge::words;
use crate::scenario::{Each, Presents, Selector};
use crate::verdict::Finding;
use facet::Facet;

/// Whether anything is asked of exchanges.
pub(super) fn is_meant(each: &Each) -> bool {
    !facet::asked(each).is_empty()
}

pub(super) fn expects(each: &Each) -> String {
    let facets = facet::asked(each);
    let what = words::once(facets.iter().map(Facet::expects), " and ");
    format!("each request{} {what}", words::like(&meant(each)))
}

pub(super) fn judge(each: &Each, view: &View<'_>) -> Finding {
    let facets = facet::asked(each);
    let selector = meant(each);
    if each.presents == Some(Presents::Own)
        && let Err(missing) = view.clients(None)
    {
        return missing.finding(expects(each));
    }
    let mut sent = match select(view, &selector) {
        Ok(matches) => matches.exchanges,
        Err(missing) => return missing.finding(expects(each)),
    };
    sent.retain(|sent| facets.iter().any(|facet| facet.concerns(*sent)));
    if sent.is_empty() {
        let missing = format!("no request{} was seen", words::like(&selector));
        return Finding::inconclusive(expects(each), missing);
    }
    let mut wrong: Vec<(Placed<'_>, String)> = Vec::new();
    let mut untold = None;
    for sent in &sent {
        let concerned = facets.iter().filter(|facet| facet.concerns(*sent));
        let number = sent.exchange.entry.number;
        for facet in concerned {
            match facet.fault(view, *sent) {
                Ok(None) => continue,
                Ok(Some(fault)) => wrong.push((*sent, format!("#{number} {fault}"))),
                Err(why) => {
                    untold = untold.or(Some(format!("#{number} {why}")));
                    continue;
                }
            }
            break;
        }
    }
    if let Some((_, fault)) = wrong.first() {
        let mut observed = fault.clone();
        if wrong.len() > 1 {
            observed.push_str(&format!(" ({} of {} requests)", wrong.len(), sent.len()));
        }
        let wrong = wrong.iter().map(|(sent, _)| *sent);
        return Finding::fail(expects(each), observed, numbers(wrong));
    }
    match untold {
        Some(why) => Finding::inconclusive(expects(each), why),
        None => view.pass(false, || expects(each)),
    }
}

fn meant(each: &Each) -> Selector {
    Selector {
        to: each.to,
        by: each.by,
        client: each.client.clone(),
        grant: each.grant.clone(),
        after: each.after.clone(),
        before: each.before.clone(),
        ..Selector::default()
    }
}

#[cfg(test)]
mod tests;
