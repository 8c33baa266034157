//! `each` over exchanges.

use mock_idp::ledger::TokenState;

use crate::judge::matching::{select, shows};
use crate::judge::view::{Placed, View, numbers};
use crate::judge::{newest, words};
use crate::scenario::{Each, Presents, Selector};
use crate::verdict::Finding;

/// Whether anything is asked of exchanges.
pub(super) fn is_meant(each: &Each) -> bool {
    each.presents.is_some()
        || each.auth_methods.is_some()
        || each.method.is_some()
        || each.leaks_secret.is_some()
}

pub(super) fn expects(each: &Each) -> String {
    let parts = [
        each.method.as_ref().map(|method| format!("is a {method}")),
        each.presents
            .as_ref()
            .map(|token| format!("shows {}", words::token(token))),
        each.auth_methods.map(|n| {
            let methods = words::count(n.into(), "client authentication method");
            format!("uses {methods}")
        }),
        each.leaks_secret.map(|leaks| match leaks {
            true => "has a secret where it must not stand".to_owned(),
            false => "keeps secrets where they belong".to_owned(),
        }),
    ];
    let what = words::once(parts.into_iter().flatten(), " and ");
    format!("each request{} {what}", words::like(&meant(each)))
}

pub(super) fn judge(each: &Each, view: &View<'_>) -> Finding {
    let selector = meant(each);
    let sent = match select(view, &selector) {
        Ok(matches) => matches.exchanges,
        Err(missing) => return missing.finding(expects(each)),
    };
    if sent.is_empty() {
        let missing = format!("no request{} was seen", words::like(&selector));
        return Finding::inconclusive(expects(each), missing);
    }
    let wrong: Vec<(Placed<'_>, String)> = sent
        .iter()
        .filter_map(|sent| Some((*sent, fault(each, view, *sent)?)))
        .collect();
    let Some((first, fault)) = wrong.first() else {
        return view.pass(false, || expects(each));
    };
    let mut observed = format!("#{} {fault}", first.exchange.entry.number);
    if wrong.len() > 1 {
        observed.push_str(&format!(" ({} of {} requests)", wrong.len(), sent.len()));
    }
    Finding::fail(
        expects(each),
        observed,
        numbers(wrong.iter().map(|(sent, _)| *sent)),
    )
}

fn meant(each: &Each) -> Selector {
    Selector {
        to: each.to,
        by: each.by,
        grant: each.grant.clone(),
        ..Selector::default()
    }
}

fn fault(each: &Each, view: &View<'_>, sent: Placed<'_>) -> Option<String> {
    let entry = &sent.exchange.entry;
    if let Some(method) = &each.method
        && entry.method != *method
    {
        return Some(format!("is a {}", entry.method));
    }
    if let Some(wanted) = &each.presents
        && !shows(view, sent, wanted)
    {
        return Some(shown(view, sent, wanted));
    }
    if let Some(wanted) = each.auth_methods {
        let used = entry.token_request.as_ref().map_or(0, |r| r.auth.len()) as u64;
        if used != u64::from(wanted) {
            return Some(format!("uses {}", words::count(used, "method")));
        }
    }
    match each.leaks_secret {
        Some(true) if entry.secrets.is_empty() => Some("has no secret out of place".to_owned()),
        Some(false) => entry.secrets.first().map(|sighting| {
            let place = match sighting.place {
                mock_idp::journal::SecretPlace::Url => "its URL",
                mock_idp::journal::SecretPlace::Header => "a header",
                mock_idp::journal::SecretPlace::Body => "its body",
            };
            format!("has {} in {place}", sighting.what)
        }),
        _ => None,
    }
}

/// What a request showed instead of the token that was wanted.
fn shown(view: &View<'_>, sent: Placed<'_>, wanted: &Presents) -> String {
    let Some(presented) = &sent.exchange.entry.presented else {
        return "shows no token".to_owned();
    };
    let Some(label) = presented.token else {
        return "shows a token that was never issued".to_owned();
    };
    let state = match presented.state {
        TokenState::Live => "live",
        TokenState::Expired => "expired",
        TokenState::Rotated => "replaced",
        TokenState::Revoked => "revoked",
        TokenState::Foreign => "never issued",
    };
    match newest::before(view, sent, label.kind) {
        Some(newest) if *wanted == Presents::Newest => {
            format!("shows {label} ({state}), not {newest}")
        }
        _ => format!("shows {label} ({state})"),
    }
}

#[cfg(test)]
mod tests {
    use mock_idp::journal::{AuthMethod, Delivery, SecretPlace};
    use mock_idp::ledger::TokenState;
    use serde_json::{Value, json};

    use crate::judge::fixture::{resource, tale, token};

    fn each(what: Value) -> Value {
        json!({ "each": what })
    }

    #[test]
    fn the_newest_token() {
        let check = each(json!({ "to": "token", "presents": "newest" }));
        let good = tale([
            token(0).shows("RT#1").issues("AT#1 RT#2"),
            token(9).shows("RT#2").issues("AT#2"),
        ]);
        insta::assert_snapshot!(good.clone().minted("RT#1").verdict(check.clone()), @"pass");
        // Without a mint on record, RT#1 was given to nobody.
        insta::assert_snapshot!(good.verdict(check.clone()), @"fail | expected each request to token shows the newest token | observed #1 shows RT#1 (live) | #1");
        let old = tale([
            token(0).shows("RT#1").issues("AT#1 RT#2"),
            token(9).shows_as("RT#1", TokenState::Rotated).status(400),
            token(9).shows_as("RT#1", TokenState::Rotated).status(400),
        ]);
        insta::assert_snapshot!(old.minted("RT#1").verdict(check.clone()), @"fail | expected each request to token shows the newest token | observed #2 shows RT#1 (replaced), not RT#2 (2 of 3 requests) | #2 #3");
        insta::assert_snapshot!(tale([resource(0)]).verdict(check), @"inconclusive | expected each request to token shows the newest token | observed no request to token was seen");
    }

    #[test]
    fn an_answer_counts_from_when_it_was_sent_and_only_if_it_came() {
        let check = each(json!({ "to": "token", "presents": "newest" }));
        let rotates = || token(0).shows("RT#1").issues("AT#1 RT#2");
        let again = |state| token(5).shows_as("RT#1", state);
        let under_way = tale([rotates().answered(6), again(TokenState::Rotated)]).minted("RT#1");
        insta::assert_snapshot!(under_way.verdict(check.clone()), @"pass");
        let lost =
            tale([rotates().lost(Delivery::Reset), again(TokenState::Rotated)]).minted("RT#1");
        insta::assert_snapshot!(lost.verdict(check.clone()), @"pass");
        // What an intruder was given is not the client's.
        let stolen = tale([rotates().by_intruder(), again(TokenState::Rotated)]).minted("RT#1");
        insta::assert_snapshot!(stolen.verdict(check.clone()), @"pass");
        // By order of answers, not of requests.
        let crossed = tale([
            token(0).shows("RT#1").issues("AT#1 RT#2").answered(4),
            token(1).shows("RT#1").issues("AT#2 RT#3").answered(2),
            token(5).shows("RT#2"),
        ]);
        insta::assert_snapshot!(crossed.minted("RT#1").verdict(check), @"pass");
    }

    #[test]
    fn tokens_of_other_kinds() {
        let wants = |what: &str| each(json!({ "to": "resource", "presents": what }));
        let bare = tale([resource(0)]);
        insta::assert_snapshot!(bare.verdict(wants("live")), @"fail | expected each request to resource shows a live token | observed #1 shows no token | #1");
        insta::assert_snapshot!(bare.verdict(wants("nothing")), @"pass");
        let foreign = tale([resource(0).shows_foreign()]);
        insta::assert_snapshot!(foreign.verdict(wants("live")), @"fail | expected each request to resource shows a live token | observed #1 shows a token that was never issued | #1");
        insta::assert_snapshot!(foreign.verdict(wants("foreign")), @"pass");
        for (state, name) in [
            (TokenState::Live, "live"),
            (TokenState::Expired, "expired"),
            (TokenState::Revoked, "revoked"),
        ] {
            let tale = tale([resource(0).shows_as("AT#1", state)]);
            insta::allow_duplicates! {
                insta::assert_snapshot!(tale.verdict(wants(name)), @"pass");
                insta::assert_snapshot!(tale.verdict(wants("AT#1")), @"pass");
            }
        }
        insta::assert_snapshot!(tale([resource(0).shows("AT#1")]).verdict(wants("AT#2")), @"fail | expected each request to resource shows AT#2 | observed #1 shows AT#1 (live) | #1");
    }

    #[test]
    fn how_requests_are_made() {
        let check = each(
            json!({ "to": "token", "method": "POST", "auth_methods": 1, "leaks_secret": false }),
        );
        insta::assert_snapshot!(tale([token(0)]).verdict(check.clone()), @"pass");
        insta::assert_snapshot!(tale([token(0).method("GET")]).verdict(check.clone()), @"fail | expected each request to token is a POST and uses 1 client authentication method and keeps secrets where they belong | observed #1 is a GET | #1");
        let both = token(0).auth(&[AuthMethod::Basic, AuthMethod::Post]);
        insta::assert_snapshot!(tale([both, token(1)]).verdict(check.clone()), @"fail | expected each request to token is a POST and uses 1 client authentication method and keeps secrets where they belong | observed #1 uses 2 methods | #1");
        insta::assert_snapshot!(tale([token(0).auth(&[])]).verdict(check.clone()), @"fail | expected each request to token is a POST and uses 1 client authentication method and keeps secrets where they belong | observed #1 uses no method | #1");
        for place in [SecretPlace::Url, SecretPlace::Header, SecretPlace::Body] {
            let leak = tale([token(0).leaks("client_secret", place)]);
            let observed = leak.finding(check.clone()).observed;
            match place {
                SecretPlace::Url => {
                    insta::assert_snapshot!(observed, @"#1 has client_secret in its URL")
                }
                SecretPlace::Header => {
                    insta::assert_snapshot!(observed, @"#1 has client_secret in a header")
                }
                SecretPlace::Body => {
                    insta::assert_snapshot!(observed, @"#1 has client_secret in its body")
                }
            }
        }
    }

    #[test]
    fn only_those_that_are_meant() {
        let check = each(json!({ "to": "token", "grant": "refresh_token", "presents": "live" }));
        let tale = tale([
            token(0),
            token(1).shows("RT#1"),
            token(2).grant("refresh_token").by_intruder(),
        ]);
        insta::assert_snapshot!(tale.verdict(check), @"pass");
        let check = each(json!({ "to": "token", "by": "intruder", "presents": "live" }));
        insta::assert_snapshot!(tale.verdict(check), @"fail | expected each request to token by the intruder shows a live token | observed #3 shows no token | #3");
    }

    #[test]
    fn a_run_cut_short_does_not_pass() {
        let check = each(json!({ "to": "token", "method": "POST" }));
        insta::assert_snapshot!(tale([token(0)]).over_budget(1).verdict(check), @"fail | expected each request to token is a POST | observed stopped after 1 request | #1");
    }

    #[test]
    fn an_each_that_asks_for_nothing_is_our_fault() {
        insta::assert_snapshot!(tale([token(0)]).verdict(each(json!({ "to": "token" }))), @"error | observed `each` asks for nothing");
    }
}
