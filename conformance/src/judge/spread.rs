//! `spread`: how far apart the first such exchanges of several clients are.

use super::matching::select;
use super::missing::Missing;
use super::span::{signed, span};
use super::view::{Placed, View, numbers};
use super::words;
use crate::scenario::{Selector, Spread};
use crate::trace::{CastMember, Party};
use crate::verdict::{Fault, Finding};

pub(super) fn expects(spread: &Spread) -> String {
    // The name of a group says which clients are meant.
    let like = words::like(&Selector {
        client: None,
        ..spread.selector()
    });
    let whose = match &spread.client {
        Some(client) => format!("clients of `{client}`"),
        None => "clients".to_owned(),
    };
    let range = words::range(spread.at_least, spread.at_most).unwrap_or_default();
    format!("the first requests{like} of the {whose} spread over {range}")
}

pub(super) fn judge(spread: &Spread, view: &View<'_>) -> Finding {
    if spread.at_least.is_none() && spread.at_most.is_none() {
        return Finding::error(Fault::Harness, "`spread` asks for nothing".to_owned());
    }
    match firsts(spread, view) {
        Ok(firsts) => of_firsts(spread, view, &firsts),
        Err(missing) => missing.finding(expects(spread)),
    }
}

/// The first such exchange of each client that sent one, in the order of arrival.
struct Firsts<'a> {
    sent: Vec<(&'a CastMember, Placed<'a>)>,
    /// Whether more of the run could not have changed them.
    settled: bool,
    unseen: Option<String>,
}

fn firsts<'a>(spread: &Spread, view: &View<'a>) -> Result<Firsts<'a>, Missing> {
    let clients = view.clients(spread.client.as_deref())?;
    let matches = select(view, &spread.selector())?;
    let place = |sent: &Placed<'_>| (sent.exchange.entry.at, sent.index);
    let mut sent: Vec<(&CastMember, Placed<'_>)> = clients
        .iter()
        .filter(|_| spread.by.is_none_or(|by| by == Party::Client))
        .filter_map(|client| {
            let own = matches.exchanges.iter().filter(|sent| {
                let sender = view.sender(sent.exchange);
                sender.is_some_and(|sender| sender.name == client.name)
            });
            Some((*client, *own.min_by_key(|sent| place(sent))?))
        })
        .collect();
    sent.sort_by_key(|(_, sent)| place(sent));
    // An answer that is still to come may make an earlier request such a one.
    let answered = view.exchanges().all(|s| s.exchange.entry.reply.is_some());
    let complete = sent.len() == clients.len() && matches.lasting && answered;
    Ok(Firsts {
        sent,
        settled: matches.closed || complete,
        unseen: matches.unseen,
    })
}

fn of_firsts(spread: &Spread, view: &View<'_>, firsts: &Firsts<'_>) -> Finding {
    let (first, last) = match firsts.sent.as_slice() {
        [first, .., last] => (first, last),
        few => {
            let seen = few.len() as u64;
            let what = format!("{} with such a request", words::count(seen, "client"));
            return Finding::inconclusive(expects(spread), words::too_few(seen, &what, 2));
        }
    };
    let at = |(_, sent): &(&CastMember, Placed<'_>)| sent.exchange.entry.at;
    let length = at(last).duration_since(at(first));
    let too_long = spread.at_most.is_some_and(|most| length > signed(most.0));
    let too_short = spread
        .at_least
        .is_some_and(|least| length < signed(least.0));
    if let Some(unseen) = firsts.unseen.as_ref().filter(|_| !too_long) {
        return Finding::inconclusive(expects(spread), unseen.clone());
    }
    if !too_long && !too_short {
        return view.pass(firsts.settled, || expects(spread));
    }
    let observed = format!(
        "spread over {}, from `{}` at {} to `{}` at {}",
        span(length.unsigned_abs()),
        first.0.name,
        view.when(at(first)),
        last.0.name,
        view.when(at(last))
    );
    let mut sent: Vec<Placed<'_>> = firsts.sent.iter().map(|(_, sent)| *sent).collect();
    sent.sort_by_key(|sent| sent.index);
    Finding::fail(expects(spread), observed, numbers(sent))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{Tale, resource, tale, token};

    fn fleet(times: &[i64]) -> Tale {
        let names = ["fleet-1", "fleet-2", "fleet-3"];
        let sent = times.iter().zip(names.iter().cycle());
        tale(sent.map(|(at, name)| token(*at).of(name))).cast(&names)
    }

    fn spread(bounds: Value) -> Value {
        let mut spread = json!({ "to": "token" });
        for (key, value) in bounds.as_object().into_iter().flatten() {
            spread[key] = value.clone();
        }
        json!({ "spread": spread })
    }

    #[test]
    fn from_the_earliest_to_the_latest_first_request() {
        let check = spread(json!({ "at_least": "10s" }));
        insta::assert_snapshot!(fleet(&[7, 0, 10]).verdict(check.clone()), @"pass");
        // A later request of a client that was early does not help.
        insta::assert_snapshot!(fleet(&[0, 1, 2, 99]).verdict(check.clone()), @"fail | expected the first requests to token of the clients spread over at least 10 s | observed spread over 2 s, from `fleet-1` at t+0 s to `fleet-3` at t+2 s | #1 #2 #3");
        // Clients that sent none are left out.
        insta::assert_snapshot!(fleet(&[0, 1]).verdict(check.clone()), @"fail | expected the first requests to token of the clients spread over at least 10 s | observed spread over 1 s, from `fleet-1` at t+0 s to `fleet-2` at t+1 s | #1 #2");
        let close = spread(json!({ "at_most": "5s" }));
        insta::assert_snapshot!(fleet(&[0, 5, 2]).verdict(close.clone()), @"pass");
        insta::assert_snapshot!(fleet(&[3, 0, 6]).verdict(close), @"fail | expected the first requests to token of the clients spread over at most 5 s | observed spread over 6 s, from `fleet-2` at t+0 s to `fleet-3` at t+6 s | #1 #2 #3");
        let both = spread(json!({ "at_least": "2s", "at_most": "5s", "client": "fleet" }));
        insta::assert_snapshot!(fleet(&[0, 0, 1]).verdict(both), @"fail | expected the first requests to token of the clients of `fleet` spread over 2 s..5 s | observed spread over 1 s, from `fleet-1` at t+0 s to `fleet-3` at t+1 s | #1 #2 #3");
    }

    #[test]
    fn one_client_alone_is_not_spread() {
        let check = spread(json!({ "at_least": "10s" }));
        insta::assert_snapshot!(fleet(&[0]).verdict(check.clone()), @"inconclusive | expected the first requests to token of the clients spread over at least 10 s | observed 1 client with such a request was observed (needs 2)");
        insta::assert_snapshot!(tale([resource(0)]).verdict(check.clone()), @"inconclusive | expected the first requests to token of the clients spread over at least 10 s | observed the run does not say who its clients are");
        insta::assert_snapshot!(fleet(&[0, 9, 20]).passive().verdict(check), @"pass");
        let stranger = spread(json!({ "at_least": "10s", "client": "flock" }));
        insta::assert_snapshot!(fleet(&[0, 9, 20]).verdict(stranger), @"inconclusive | expected the first requests to token of the clients of `flock` spread over at least 10 s | observed no client is called `flock`");
        insta::assert_snapshot!(fleet(&[0, 9]).verdict(spread(json!({}))), @"error | observed `spread` asks for nothing");
    }

    #[test]
    fn a_run_cut_short_passes_only_if_all_have_been_seen() {
        let check = spread(json!({ "at_most": "10s" }));
        insta::assert_snapshot!(fleet(&[0, 1, 2]).over_budget(3).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(fleet(&[0, 1]).over_budget(2).verdict(check), @"fail | expected the first requests to token of the clients spread over at most 10 s | observed stopped after 2 requests | #1 #2");
    }
}
