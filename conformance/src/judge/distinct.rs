//! `distinct`: a field differs from one exchange to the next.

use super::field::{self, Seen};
use super::view::{Placed, View, numbers};
use crate::scenario::Distinct;
use crate::verdict::Finding;

pub(super) fn expects(distinct: &Distinct) -> String {
    let like = field::like(distinct.to, distinct.grant.as_ref());
    format!(
        "another {} with each request{like}",
        field::noun(distinct.field)
    )
}

pub(super) fn judge(distinct: &Distinct, view: &View<'_>) -> Finding {
    let sent = field::requests(view, distinct.to, distinct.grant.as_ref());
    if let Some(missing) = field::too_few(&sent, distinct.to, distinct.grant.as_ref()) {
        return Finding::inconclusive(expects(distinct), missing);
    }
    let name = |sent: Placed<'_>| {
        let n = view.ordinal(distinct.to, sent);
        format!("{}#{n}", distinct.to.name())
    };
    let mut blind = None;
    for pair in sent.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let seen = |sent: Placed<'_>| Seen::of(distinct.field, &sent.exchange.entry);
        match (seen(first), seen(second)) {
            (Seen::Unknown, Seen::Unknown) => blind = blind.or(Some((first, second))),
            (one, other) if one == other => {
                let what = field::they_do(distinct.field, &one);
                let observed = format!("{} and {} both {what}", name(first), name(second));
                return Finding::fail(expects(distinct), observed, numbers([first, second]));
            }
            _ => {}
        }
    }
    match blind {
        Some((first, second)) => {
            let why = field::unknown(distinct.field);
            let missing = format!("{} and {} {why}", name(first), name(second));
            Finding::inconclusive(expects(distinct), missing)
        }
        None => view.pass(false, || expects(distinct)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::fixture::{resource, tale, token};

    #[test]
    fn each_request_shows_another_token_than_the_one_before() {
        let check = json!({ "distinct": { "to": "resource", "field": "token" } });
        let shown = |labels: &[&str]| {
            let sent = labels.iter().map(|label| resource(0).shows(label));
            tale(sent).verdict(check.clone())
        };
        insta::assert_snapshot!(shown(&["AT#1", "AT#2"]), @"pass");
        insta::assert_snapshot!(shown(&["AT#1", "AT#2", "AT#1"]), @"pass");
        insta::assert_snapshot!(shown(&["AT#1", "AT#2", "AT#2"]), @"fail | expected another token with each request to resource | observed resource#2 and resource#3 both show AT#2 | #2 #3");
        insta::assert_snapshot!(shown(&["AT#1"]), @"inconclusive | expected another token with each request to resource | observed 1 request to resource was observed (needs 2)");
        insta::assert_snapshot!(shown(&[]), @"inconclusive | expected another token with each request to resource | observed no request to resource was observed (needs 2)");
    }

    #[test]
    fn missing_and_unknown_tokens() {
        let check = json!({ "distinct": { "to": "resource", "field": "token" } });
        let none = tale([resource(0), resource(1)]);
        insta::assert_snapshot!(none.verdict(check.clone()), @"fail | expected another token with each request to resource | observed resource#1 and resource#2 both show no token | #1 #2");
        let foreign = tale([resource(0).shows_foreign(), resource(1).shows_foreign()]);
        insta::assert_snapshot!(foreign.verdict(check.clone()), @"inconclusive | expected another token with each request to resource | observed resource#1 and resource#2 show tokens that were never issued and cannot be compared");
        let found = tale([
            resource(0),
            resource(1).shows("AT#1"),
            resource(2).shows_foreign(),
        ]);
        insta::assert_snapshot!(found.verdict(check.clone()), @"pass");
        let cut = tale([resource(0), resource(1).shows("AT#1")]).over_budget(2);
        insta::assert_snapshot!(cut.verdict(check), @"fail | expected another token with each request to resource | observed stopped after 2 requests | #1 #2");
    }

    #[test]
    fn other_fields() {
        let check = |to: &str, field: &str| json!({ "distinct": { "to": to, "field": field } });
        let ids = |ids: &[&str]| {
            let sent = ids.iter().map(|id| token(0).request_id(id));
            tale(sent).verdict(check("token", "request_id"))
        };
        insta::assert_snapshot!(ids(&["x", "y"]), @"pass");
        insta::assert_snapshot!(ids(&["x", "y", "y"]), @"fail | expected another request id with each request to token | observed token#2 and token#3 both have request id `y` | #2 #3");
        let bare = tale([token(0), token(1)]);
        insta::assert_snapshot!(bare.verdict(check("token", "request_id")), @"fail | expected another request id with each request to token | observed token#1 and token#2 both have no request id | #1 #2");
        insta::assert_snapshot!(bare.verdict(check("token", "auth")), @"fail | expected another client authentication with each request to token | observed token#1 and token#2 both use the secret in the body | #1 #2");
        insta::assert_snapshot!(bare.verdict(check("token", "scope")), @"fail | expected another scope with each request to token | observed token#1 and token#2 both ask for no scope | #1 #2");
        insta::assert_snapshot!(bare.verdict(check("token", "body")), @"inconclusive | expected another body with each request to token | observed token#1 and token#2 are token requests, whose bodies are not kept");
        insta::assert_snapshot!(bare.passive().verdict(check("token", "auth")), @"fail | expected another client authentication with each request to token | observed token#1 and token#2 both use the secret in the body | #1 #2");
        let posted = tale([resource(0).body(1, "aa"), resource(1).body(1, "aa")]);
        insta::assert_snapshot!(posted.verdict(check("resource", "body")), @"fail | expected another body with each request to resource | observed resource#1 and resource#2 both send a body of 1 byte (aa) | #1 #2");
        insta::assert_snapshot!(posted.verdict(check("resource", "auth")), @"inconclusive | expected another client authentication with each request to resource | observed resource#1 and resource#2 are no token requests and authenticate no client");
    }

    #[test]
    fn only_with_the_grant_that_is_meant() {
        let check =
            json!({ "distinct": { "to": "token", "grant": "refresh_token", "field": "token" } });
        let sent = |label: &str| token(0).shows(label);
        let other = tale([sent("RT#1"), token(0), sent("RT#2")]);
        insta::assert_snapshot!(other.verdict(check.clone()), @"pass");
        let again = tale([token(0), sent("RT#1"), token(0), sent("RT#1")]);
        insta::assert_snapshot!(again.verdict(check.clone()), @"fail | expected another token with each request to token with grant refresh_token | observed token#2 and token#4 both show RT#1 | #2 #4");
        insta::assert_snapshot!(tale([token(0), sent("RT#1")]).verdict(check), @"inconclusive | expected another token with each request to token with grant refresh_token | observed 1 request to token with grant refresh_token was observed (needs 2)");
    }
}
