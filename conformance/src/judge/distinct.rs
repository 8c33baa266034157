//! `distinct`: a field differs from one exchange to the next.

use mock_idp::journal::Presented;

use super::view::{View, numbers};
use super::words;
use crate::scenario::{Distinct, DistinctField};
use crate::verdict::Finding;

pub(super) fn expects(distinct: &Distinct) -> String {
    let DistinctField::Token = distinct.field;
    format!(
        "another token with each request{}",
        words::to(Some(distinct.to))
    )
}

pub(super) fn judge(distinct: &Distinct, view: &View<'_>) -> Finding {
    let sent = view.requests(distinct.to);
    if sent.len() < 2 {
        let seen = sent.len() as u64;
        let what = words::count(seen, "request") + &words::to(Some(distinct.to));
        let missing = words::too_few(seen, &what, 2);
        return Finding::inconclusive(expects(distinct), missing);
    }
    let mut blind = None;
    for (index, pair) in sent.windows(2).enumerate() {
        let shown = |which: usize| pair[which].exchange.entry.presented.as_ref();
        match comparison(shown(0), shown(1)) {
            Comparison::Differ => {}
            Comparison::Unknown => blind = blind.or(Some(index)),
            Comparison::Same(what) => {
                let (n, to) = (index + 1, distinct.to.name());
                let observed = format!("{to}#{n} and {to}#{} both show {what}", n + 1);
                let pair = pair.iter().copied();
                return Finding::fail(expects(distinct), observed, numbers(pair));
            }
        }
    }
    match blind {
        Some(index) => {
            let (n, to) = (index + 1, distinct.to.name());
            let missing = format!(
                "{to}#{n} and {to}#{} show tokens that were never issued and cannot be compared",
                n + 1
            );
            Finding::inconclusive(expects(distinct), missing)
        }
        None => view.pass(false, || expects(distinct)),
    }
}

enum Comparison {
    Differ,
    Same(String),
    /// Neither token was issued here, so neither has a label.
    Unknown,
}

fn comparison(first: Option<&Presented>, second: Option<&Presented>) -> Comparison {
    match (first, second) {
        (None, None) => Comparison::Same("no token".to_owned()),
        (Some(first), Some(second)) => match (first.token, second.token) {
            (None, None) => Comparison::Unknown,
            (Some(one), Some(other)) if one == other => Comparison::Same(one.to_string()),
            _ => Comparison::Differ,
        },
        _ => Comparison::Differ,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::fixture::{resource, tale};

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
}
