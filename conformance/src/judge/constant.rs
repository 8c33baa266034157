//! `constant`: a field is the same in all these exchanges.

use super::field::{self, Seen};
use super::view::{Placed, View, numbers};
use crate::scenario::Constant;
use crate::verdict::Finding;

pub(super) fn expects(constant: &Constant) -> String {
    let like = field::like(constant.to, constant.grant.as_ref());
    format!(
        "the same {} with each request{like}",
        field::noun(constant.field)
    )
}

pub(super) fn judge(constant: &Constant, view: &View<'_>) -> Finding {
    let (to, field) = (constant.to, constant.field);
    let sent = field::requests(view, to, constant.grant.as_ref());
    if let Some(missing) = field::too_few(&sent, to, constant.grant.as_ref()) {
        return Finding::inconclusive(expects(constant), missing);
    }
    let seen: Vec<(Placed<'_>, Seen)> = sent
        .into_iter()
        .map(|sent| (sent, Seen::of(field, &sent.exchange.entry)))
        .collect();
    let name = |sent: Placed<'_>| format!("{}#{}", to.name(), view.ordinal(to, sent));
    let Some(((first, wanted), others)) = seen.split_first() else {
        return Finding::inconclusive(expects(constant), "no request was seen".to_owned());
    };
    if let Some((other, found)) = others.iter().find(|(_, found)| found != wanted) {
        let observed = format!(
            "{} {}, {} {}",
            name(*first),
            field::it_does(field, wanted),
            name(*other),
            field::it_does(field, found)
        );
        return Finding::fail(expects(constant), observed, numbers([*first, *other]));
    }
    match wanted {
        Seen::This(_) => view.pass(false, || expects(constant)),
        // What nobody sends is not kept the same.
        Seen::Nothing => {
            let missing = format!("none of {} requests had one", seen.len());
            Finding::inconclusive(expects(constant), missing)
        }
        Seen::Unknown => {
            let why = field::unknown(field);
            let missing = format!("{} and {} {why}", name(*first), name(others[0].0));
            Finding::inconclusive(expects(constant), missing)
        }
    }
}

#[cfg(test)]
mod tests {
    use mock_idp::journal::AuthMethod;
    use serde_json::{Value, json};

    use crate::judge::fixture::{resource, tale, token};

    fn constant(to: &str, field: &str) -> Value {
        json!({ "constant": { "to": to, "field": field } })
    }

    #[test]
    fn all_requests_have_it_alike() {
        let check = constant("resource", "token");
        let shown = |labels: &[&str]| {
            let sent = labels.iter().map(|label| resource(0).shows(label));
            tale(sent).verdict(check.clone())
        };
        insta::assert_snapshot!(shown(&["AT#1", "AT#1", "AT#1"]), @"pass");
        insta::assert_snapshot!(shown(&["AT#1", "AT#1", "AT#2"]), @"fail | expected the same token with each request to resource | observed resource#1 shows AT#1, resource#3 shows AT#2 | #1 #3");
        insta::assert_snapshot!(shown(&["AT#1"]), @"inconclusive | expected the same token with each request to resource | observed 1 request to resource was observed (needs 2)");
        insta::assert_snapshot!(shown(&[]), @"inconclusive | expected the same token with each request to resource | observed no request to resource was observed (needs 2)");
        let found = tale([resource(0).shows("AT#1"), resource(1).shows_foreign()]);
        insta::assert_snapshot!(found.verdict(check.clone()), @"fail | expected the same token with each request to resource | observed resource#1 shows AT#1, resource#2 shows a token that was never issued | #1 #2");
        let cut = tale([resource(0).shows("AT#1"), resource(1).shows("AT#1")]).over_budget(2);
        insta::assert_snapshot!(cut.verdict(check.clone()), @"fail | expected the same token with each request to resource | observed stopped after 2 requests | #1 #2");
        let passive = tale([resource(0).shows("AT#1"), resource(1).shows("AT#2")]).passive();
        insta::assert_snapshot!(passive.verdict(check), @"fail | expected the same token with each request to resource | observed resource#1 shows AT#1, resource#2 shows AT#2 | #1 #2");
    }

    #[test]
    fn what_nobody_sends_or_nobody_knows_is_not_the_same() {
        let bare = tale([resource(0), resource(1)]);
        insta::assert_snapshot!(bare.verdict(constant("resource", "token")), @"inconclusive | expected the same token with each request to resource | observed none of 2 requests had one");
        insta::assert_snapshot!(bare.verdict(constant("resource", "body")), @"inconclusive | expected the same body with each request to resource | observed none of 2 requests had one");
        insta::assert_snapshot!(bare.verdict(constant("resource", "request_id")), @"inconclusive | expected the same request id with each request to resource | observed none of 2 requests had one");
        let foreign = tale([resource(0).shows_foreign(), resource(1).shows_foreign()]);
        insta::assert_snapshot!(foreign.verdict(constant("resource", "token")), @"inconclusive | expected the same token with each request to resource | observed resource#1 and resource#2 show tokens that were never issued and cannot be compared");
        insta::assert_snapshot!(tale([token(0), token(1)]).verdict(constant("token", "body")), @"inconclusive | expected the same body with each request to token | observed token#1 and token#2 are token requests, whose bodies are not kept");
        insta::assert_snapshot!(bare.verdict(constant("resource", "scope")), @"inconclusive | expected the same scope with each request to resource | observed resource#1 and resource#2 are no token requests and ask for no scope");
    }

    #[test]
    fn every_field() {
        let posted = |digest| resource(0).body(12, digest);
        insta::assert_snapshot!(tale([posted("aa"), posted("aa")]).verdict(constant("resource", "body")), @"pass");
        insta::assert_snapshot!(tale([posted("aa"), posted("bb")]).verdict(constant("resource", "body")), @"fail | expected the same body with each request to resource | observed resource#1 sends a body of 12 bytes (aa), resource#2 sends a body of 12 bytes (bb) | #1 #2");
        insta::assert_snapshot!(tale([posted("aa"), resource(1)]).verdict(constant("resource", "body")), @"fail | expected the same body with each request to resource | observed resource#1 sends a body of 12 bytes (aa), resource#2 sends no body | #1 #2");
        let scopes = |first: &[&str], second: &[&str]| {
            tale([token(0).scope(first), token(1).scope(second)])
                .verdict(constant("token", "scope"))
        };
        insta::assert_snapshot!(scopes(&["a", "b"], &["b", "a"]), @"pass");
        insta::assert_snapshot!(scopes(&["a", "b"], &["a"]), @"fail | expected the same scope with each request to token | observed token#1 asks for `a b`, token#2 asks for `a` | #1 #2");
        insta::assert_snapshot!(scopes(&[], &["a"]), @"fail | expected the same scope with each request to token | observed token#1 asks for no scope, token#2 asks for `a` | #1 #2");
        let auth =
            |method| tale([token(0), token(1).auth(method)]).verdict(constant("token", "auth"));
        insta::assert_snapshot!(auth(&[AuthMethod::Post]), @"pass");
        insta::assert_snapshot!(auth(&[AuthMethod::Basic, AuthMethod::Post]), @"fail | expected the same client authentication with each request to token | observed token#1 uses the secret in the body, token#2 uses HTTP Basic and the secret in the body | #1 #2");
        insta::assert_snapshot!(auth(&[]), @"fail | expected the same client authentication with each request to token | observed token#1 uses the secret in the body, token#2 uses no client authentication | #1 #2");
        let ids = tale([token(0).request_id("one"), token(1).request_id("two")]);
        insta::assert_snapshot!(ids.verdict(constant("token", "request_id")), @"fail | expected the same request id with each request to token | observed token#1 has request id `one`, token#2 has request id `two` | #1 #2");
    }

    #[test]
    fn only_with_the_grant_that_is_meant() {
        let check =
            json!({ "constant": { "to": "token", "grant": "refresh_token", "field": "scope" } });
        let sent = |scope: &[&str]| token(0).grant("refresh_token").scope(scope);
        let kept = tale([token(0).scope(&["x"]), sent(&["a"]), sent(&["a"])]);
        insta::assert_snapshot!(kept.verdict(check.clone()), @"pass");
        let other = tale([token(0).scope(&["x"]), sent(&["a"]), sent(&["b"])]);
        insta::assert_snapshot!(other.verdict(check.clone()), @"fail | expected the same scope with each request to token with grant refresh_token | observed token#2 asks for `a`, token#3 asks for `b` | #2 #3");
        insta::assert_snapshot!(tale([token(0), sent(&["a"])]).verdict(check), @"inconclusive | expected the same scope with each request to token with grant refresh_token | observed 1 request to token with grant refresh_token was observed (needs 2)");
    }
}
