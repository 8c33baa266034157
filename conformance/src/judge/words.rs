//! Exchanges in words: `2 requests to token by the intruder, answered with 401`.

use crate::scenario::{After, Presents, Selector, Target};
use crate::trace::Party;

/// `no request`, `1 request`, `2 requests`; `2 retries`.
pub(super) fn count(n: u64, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (0, _) => format!("no {noun}"),
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {noun}s"),
    }
}

/// What was seen of something of which more was needed: `no rotation was observed (needs 1)`.
pub(super) fn too_few(seen: u64, what: &str, needed: u64) -> String {
    let verb = if seen > 1 { "were" } else { "was" };
    format!("{what} {verb} observed (needs {needed})")
}

/// A number of exchanges that a selector means: `2 requests to token`.
pub(super) fn requests(n: u64, selector: &Selector) -> String {
    format!("{}{}", count(n, "request"), like(selector))
}

/// What a selector says of a request, to stand behind `request` or `requests`.
pub(super) fn like(selector: &Selector) -> String {
    let mut text = to(selector.to);
    if selector.by == Some(Party::Intruder) {
        text.push_str(" by the intruder");
    }
    if let Some(grant) = &selector.grant {
        text.push_str(&format!(" with grant {grant}"));
    }
    if let Some(presents) = &selector.presents {
        text.push_str(&format!(" showing {}", token(presents)));
    }
    match selector.leaks_secret {
        Some(true) => text.push_str(" with a secret where it must not stand"),
        Some(false) => text.push_str(" with no secret out of place"),
        None => {}
    }
    let answer: Vec<String> = selector
        .status
        .map(|status| status.to_string())
        .into_iter()
        .chain(selector.error.clone())
        .collect();
    if !answer.is_empty() {
        text.push_str(&format!(" answered with {}", answer.join(" ")));
    }
    match &selector.after {
        Some(After::Step(label)) => text.push_str(&format!(" after step `{label}` began")),
        Some(After::Exchange(first)) => {
            text.push_str(&format!(" after the first request{}", like(first)));
        }
        None => {}
    }
    if let Some(hold) = &selector.during {
        text.push_str(&format!(" while `{hold}` held an answer back"));
    }
    text
}

/// ` to token`, or nothing where any endpoint is meant.
pub(super) fn to(target: Option<Target>) -> String {
    match target {
        None | Some(Target::Anything) => String::new(),
        Some(target) => format!(" to {}", target.name()),
    }
}

/// The token a request shows.
pub(super) fn token(presents: &Presents) -> String {
    match presents {
        Presents::Newest => "the newest token".to_owned(),
        Presents::Live => "a live token".to_owned(),
        Presents::Expired => "an expired token".to_owned(),
        Presents::Rotated => "a replaced refresh token".to_owned(),
        Presents::Revoked => "a revoked token".to_owned(),
        Presents::Foreign => "a token that was never issued".to_owned(),
        Presents::Nothing => "no token".to_owned(),
        Presents::Label(label) => label.to_string(),
    }
}

/// Texts that are not said twice, in order.
pub(super) fn once(texts: impl IntoIterator<Item = String>, between: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    for text in texts {
        if !text.is_empty() && !said.contains(&text) {
            said.push(text);
        }
    }
    said.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_read_as_sentences() {
        let selector = Selector {
            to: Some(Target::Token),
            by: Some(Party::Intruder),
            status: Some(400),
            grant: Some("refresh_token".to_owned()),
            error: Some("invalid_grant".to_owned()),
            presents: Some(Presents::Rotated),
            leaks_secret: Some(true),
            after: Some(After::Exchange(Box::new(Selector {
                to: Some(Target::Resource),
                status: Some(401),
                after: Some(After::Step("b".to_owned())),
                ..Selector::default()
            }))),
            during: Some("herd".to_owned()),
        };
        insta::assert_snapshot!(requests(1, &selector), @"1 request to token by the intruder with grant refresh_token showing a replaced refresh token with a secret where it must not stand answered with 400 invalid_grant after the first request to resource answered with 401 after step `b` began while `herd` held an answer back");
        insta::assert_snapshot!(requests(0, &Selector::default()), @"no request");
        insta::assert_snapshot!(requests(7, &Selector { to: Some(Target::Anything), leaks_secret: Some(false), ..Selector::default() }), @"7 requests with no secret out of place");
    }

    #[test]
    fn every_kind_of_token_has_words() {
        let kinds = [
            "newest", "live", "expired", "rotated", "revoked", "foreign", "nothing", "RT#2",
        ];
        let words: Vec<String> = kinds
            .into_iter()
            .map(|kind| token(&kind.parse().expect("a kind of token")))
            .collect();
        insta::assert_snapshot!(words.join(", "), @"the newest token, a live token, an expired token, a replaced refresh token, a revoked token, a token that was never issued, no token, RT#2");
    }
}
