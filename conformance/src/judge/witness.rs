//! The witness rule: what a driver says counts only if the wire shows it too.

use mock_idp::journal::{Delivery, Endpoint, Entry};
use mock_idp::ledger::TokenKind;

use super::view::{Placed, View, class};
use super::words;
use crate::scenario::Target;
use crate::trace::{Class, Operation, Outcome};
use crate::verdict::{Fault, Finding};

/// The finding for an outcome that claims success without a witness.
///
/// A token handed out must be an access token the mock issued, a successful call a 2xx the resource served, a forced
/// renewal a token request answered with 2xx.
pub(super) fn missing(view: &View<'_>, outcome: &Outcome) -> Option<Finding> {
    if class(outcome) != Class::Ok {
        return None;
    }
    let doubt = match outcome.operation {
        // Nothing on the wire shows that a client forgot something, so `each` over such calls alone passes nothing.
        Operation::Invalidate => return None,
        Operation::GetToken => match outcome.token {
            Some(label) if label.kind == TokenKind::Access => return None,
            Some(label) => format!("it handed out {label}, which is not an access token"),
            None => "it handed out a token that the mock did not issue".to_owned(),
        },
        Operation::CallApi => {
            let calls = requests(view, outcome, Target::Resource);
            if calls.iter().any(|sent| succeeded(&sent.exchange.entry)) {
                return None;
            }
            "the resource answered no request of this call with 2xx".to_owned()
        }
        Operation::ForceRefresh => {
            let tokens = view.requests(Target::Token).into_iter();
            let mut tokens = tokens.chain(view.requests(Target::ManagedIdentity));
            let renewed = tokens.any(|sent| {
                let entry = &sent.exchange.entry;
                // A call may share a renewal that was already on its way.
                succeeded(entry) && entry.answered_at.is_some_and(|at| during(outcome, at))
            });
            if renewed {
                return None;
            }
            "no token request was answered with 2xx during this call".to_owned()
        }
    };
    Some(Finding::error(
        Fault::Driver,
        format!(
            "the driver said ok for {}, but {doubt}",
            words::caller(&outcome.caller)
        ),
    ))
}

/// The client's requests to an endpoint that an operation caused.
///
/// Where the road cannot tell who caused a request, those that arrived while the operation ran.
pub(super) fn requests<'a>(view: &View<'a>, outcome: &Outcome, to: Target) -> Vec<Placed<'a>> {
    view.requests(to)
        .into_iter()
        .filter(|sent| match &sent.exchange.caller {
            Some(caller) => *caller == outcome.caller,
            None => {
                let (sender, asked) = (view.sender(sent.exchange), view.asked(&outcome.caller));
                let by_another = sender
                    .zip(asked)
                    .is_some_and(|(sender, asked)| sender != asked);
                !by_another && during(outcome, sent.exchange.entry.at)
            }
        })
        .collect()
}

fn during(outcome: &Outcome, at: jiff::Timestamp) -> bool {
    at >= outcome.started_at && outcome.ended_at.is_none_or(|end| at <= end)
}

fn succeeded(entry: &Entry) -> bool {
    let serves = [
        Endpoint::ManagedIdentity,
        Endpoint::Resource,
        Endpoint::Token,
    ];
    serves.contains(&entry.endpoint)
        && entry
            .reply
            .as_ref()
            // An answer that never arrived is no witness of what the client says it got.
            .is_some_and(|reply| {
                (200..300).contains(&reply.status) && reply.delivery == Delivery::Sent
            })
}

#[cfg(test)]
mod tests {
    use mock_idp::journal::Delivery;
    use serde_json::json;

    use crate::judge::fixture::{Said, Sent, call, got, resource, tale, token};
    use crate::trace::{Class, Operation};

    /// The verdict on a step whose one call said ok.
    fn verdict(sent: impl IntoIterator<Item = Sent>, said: Said) -> String {
        let check = json!({ "each": { "of": "a", "outcome": "ok" } });
        tale(sent).said([said]).verdict(check)
    }

    #[test]
    fn a_token_must_be_one_the_mock_issued() {
        insta::assert_snapshot!(verdict([token(0).issues("AT#1")], got("a", 1, 0, "AT#1")), @"pass");
        let nothing = call(Operation::GetToken, "a", 1, 0);
        insta::assert_snapshot!(verdict([], nothing), @"error | observed the driver said ok for a#1, but it handed out a token that the mock did not issue");
        insta::assert_snapshot!(verdict([token(0).issues("RT#1")], got("a", 1, 0, "RT#1")), @"error | observed the driver said ok for a#1, but it handed out RT#1, which is not an access token");
    }

    #[test]
    fn a_call_must_have_been_served() {
        let said = call(Operation::CallApi, "a", 1, 5).until(6);
        insta::assert_snapshot!(verdict([resource(5)], said.clone()), @"pass");
        insta::assert_snapshot!(verdict([resource(5).caused_by("a", 1)], said.clone()), @"pass");
        insta::assert_snapshot!(verdict([resource(5).status(401)], said.clone()), @"error | observed the driver said ok for a#1, but the resource answered no request of this call with 2xx");
        // At another time, for another call, at another endpoint.
        for sent in [resource(4), resource(5).caused_by("a", 2), token(5)] {
            insta::allow_duplicates! {
                insta::assert_snapshot!(verdict([sent], said.clone()), @"error | observed the driver said ok for a#1, but the resource answered no request of this call with 2xx");
            }
        }
    }

    #[test]
    fn an_answer_that_was_lost_is_no_witness() {
        let called = call(Operation::CallApi, "a", 1, 5).until(6);
        insta::assert_snapshot!(verdict([resource(5).lost(Delivery::Truncated)], called), @"error | observed the driver said ok for a#1, but the resource answered no request of this call with 2xx");
        let renewed = call(Operation::ForceRefresh, "a", 1, 5).until(6);
        insta::assert_snapshot!(verdict([token(5).lost(Delivery::Reset)], renewed), @"error | observed the driver said ok for a#1, but no token request was answered with 2xx during this call");
    }

    #[test]
    fn a_forced_renewal_must_have_renewed() {
        let said = call(Operation::ForceRefresh, "a", 1, 5).until(6);
        insta::assert_snapshot!(verdict([token(5)], said.clone()), @"pass");
        // It may join a request that was already on its way.
        insta::assert_snapshot!(verdict([token(4).answered(6)], said.clone()), @"pass");
        insta::assert_snapshot!(verdict([token(5).status(503)], said.clone()), @"error | observed the driver said ok for a#1, but no token request was answered with 2xx during this call");
        insta::assert_snapshot!(verdict([token(4)], said), @"error | observed the driver said ok for a#1, but no token request was answered with 2xx during this call");
    }

    #[test]
    fn anothers_request_is_no_witness() {
        let said = call(Operation::CallApi, "a", 1, 5).until(6).of("b");
        let check = json!({ "each": { "of": "a", "outcome": "ok" } });
        let verdict = |sent: Sent| {
            let tale = tale([sent]).cast(&["a", "b"]).said([said.clone()]);
            tale.verdict(check.clone())
        };
        insta::assert_snapshot!(verdict(resource(5).caused_by("a", 1).of("b")), @"pass");
        insta::assert_snapshot!(verdict(resource(5).caused_by("a", 1).of("a")), @"error | observed the driver said ok for a#1 by `b`, but the resource answered no request of this call with 2xx");
        insta::assert_snapshot!(verdict(resource(5)), @"pass");
    }

    #[test]
    fn that_a_token_was_forgotten_has_no_witness() {
        let said = call(Operation::Invalidate, "a", 1, 5);
        insta::assert_snapshot!(verdict([token(0)], said.clone()), @"inconclusive | expected ok for each call of `a` | observed nothing on the wire shows that a client forgot a token");
        insta::assert_snapshot!(verdict([token(0)], said.class(Class::Other)), @"fail | expected ok for each call of `a` | observed a#1 ended other");
    }
}
