//! Exchanges in words: `2 requests to token by the intruder, answered with 401`.

use super::span::span;
use crate::scenario::{After, AuthUse, Length, Presents, SecretIn, Selector, Target, Which};
use crate::trace::{Caller, Party};

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
    let Selector {
        to,
        by,
        client,
        status,
        grant,
        scope,
        tenant,
        method,
        auth,
        error,
        presents,
        left_at_least,
        expired_for,
        leaks_secret,
        secret_in,
        after,
        following,
        before,
        during,
    } = selector;
    let mut text = self::to(*to);
    let mut say = |part: String| text.push_str(&part);
    if *by == Some(Party::Intruder) {
        say(" by the intruder".to_owned());
    }
    if let Some(client) = client {
        say(format!(" by `{client}`"));
    }
    if let Some(method) = method {
        say(format!(" with method {method}"));
    }
    if let Some(grant) = grant {
        say(format!(" with grant {grant}"));
    }
    if let Some(scope) = scope {
        say(format!(" asking for scope `{scope}`"));
    }
    if let Some(tenant) = tenant {
        say(format!(" asking the {} tenant", which(*tenant)));
    }
    if let Some(auth) = auth {
        say(format!(" with {}", self::auth(*auth)));
    }
    if let Some(presents) = presents {
        say(format!(" showing {}", token(presents)));
    }
    if let Some(left) = left_at_least {
        say(format!(" showing a token with {} left", span(left.0)));
    }
    if let Some(length) = expired_for {
        say(format!(
            " showing a token that ran out {} ago or earlier",
            span(length.0)
        ));
    }
    match leaks_secret {
        Some(true) => say(" with a secret where it must not stand".to_owned()),
        Some(false) => say(" with no secret out of place".to_owned()),
        None => {}
    }
    match secret_in {
        Some(SecretIn::Url) => say(" with a secret in its URL".to_owned()),
        Some(SecretIn::Header) => say(" with a secret in a header".to_owned()),
        Some(SecretIn::Body) => say(" with a secret out of place in its body".to_owned()),
        None => {}
    }
    let answer: Vec<String> = status
        .as_ref()
        .map(|status| status.to_string())
        .into_iter()
        .chain(error.clone())
        .collect();
    if !answer.is_empty() {
        say(format!(" answered with {}", answer.join(" ")));
    }
    if let Some(length) = following {
        let origin = match after {
            Some(_) => "",
            None => " from the start",
        };
        say(format!(" within {}{origin}", span(length.0)));
    }
    if let Some(after) = after {
        say(format!(" after {}", moment(after)));
    }
    if let Some(before) = before {
        say(format!(" before {}", moment(before)));
    }
    if let Some(hold) = during {
        say(format!(" while `{hold}` held an answer back"));
    }
    text
}

/// Where `after` begins and `before` ends.
pub(super) fn moment(moment: &After) -> String {
    match moment {
        After::Step(label) => format!("step `{label}` began"),
        After::Exchange(first) => format!("the first request{}", like(first)),
    }
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
        Presents::Rejected => "a token that was refused before".to_owned(),
        Presents::Own => "a token of its own".to_owned(),
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

/// How a client authenticates.
pub(super) fn auth(auth: AuthUse) -> &'static str {
    match auth {
        AuthUse::Basic => "HTTP Basic",
        AuthUse::BasicEncoded => "HTTP Basic, form-encoded",
        AuthUse::BasicRaw => "HTTP Basic, not form-encoded",
        AuthUse::Post => "the secret in the body",
        AuthUse::None => "no client authentication",
    }
}

/// One of two.
pub(super) fn which(which: Which) -> &'static str {
    match which {
        Which::First => "first",
        Which::Second => "second",
    }
}

/// A call, and where there are several clients, which of them was asked: `a#2 by `fleet-1``.
pub(super) fn caller(caller: &Caller) -> String {
    match &caller.client {
        Some(client) => format!("{caller} by `{client}`"),
        None => caller.to_string(),
    }
}

/// A range of two lengths of time, one of which may be missing: `30 s..45 s`, `at least 30 s`; none without either.
pub(super) fn range(least: Option<Length>, most: Option<Length>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{}..{}", span(least.0), span(most.0))),
        (Some(least), None) => Some(format!("at least {}", span(least.0))),
        (None, Some(most)) => Some(format!("at most {}", span(most.0))),
        (None, None) => None,
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
    use crate::scenario::{StatusPattern, Statuses};

    #[test]
    fn selectors_read_as_sentences() {
        let selector = Selector {
            to: Some(Target::Token),
            by: Some(Party::Intruder),
            status: Some(Statuses(vec![StatusPattern::Exactly(400)])),
            grant: Some("refresh_token".to_owned()),
            error: Some("invalid_grant".to_owned()),
            presents: Some(Presents::Rotated),
            leaks_secret: Some(true),
            after: Some(After::Exchange(Box::new(Selector {
                to: Some(Target::Resource),
                status: Some(Statuses(vec![StatusPattern::Exactly(401)])),
                after: Some(After::Step("b".to_owned())),
                ..Selector::default()
            }))),
            during: Some("herd".to_owned()),
            ..Selector::default()
        };
        let every_other = Selector {
            to: Some(Target::Token),
            client: Some("fleet".to_owned()),
            method: Some("POST".to_owned()),
            scope: Some("mail.read".to_owned()),
            tenant: Some(Which::Second),
            auth: Some(AuthUse::BasicRaw),
            left_at_least: "5m".parse().ok(),
            expired_for: "2s".parse().ok(),
            secret_in: Some(SecretIn::Url),
            status: Some(Statuses(vec![
                StatusPattern::Exactly(429),
                StatusPattern::Class(5),
            ])),
            after: Some(After::Step("a".to_owned())),
            following: "30s".parse().ok(),
            before: Some(After::Step("b".to_owned())),
            ..Selector::default()
        };
        insta::assert_snapshot!(requests(2, &every_other), @"2 requests to token by `fleet` with method POST asking for scope `mail.read` asking the second tenant with HTTP Basic, not form-encoded showing a token with 300 s left showing a token that ran out 2 s ago or earlier with a secret in its URL answered with 429 or 5xx within 30 s after step `a` began before step `b` began");
        let early = Selector {
            following: "30s".parse().ok(),
            ..Selector::default()
        };
        insta::assert_snapshot!(requests(1, &early), @"1 request within 30 s from the start");
        insta::assert_snapshot!(requests(1, &selector), @"1 request to token by the intruder with grant refresh_token showing a replaced refresh token with a secret where it must not stand answered with 400 invalid_grant after the first request to resource answered with 401 after step `b` began while `herd` held an answer back");
        insta::assert_snapshot!(requests(0, &Selector::default()), @"no request");
        insta::assert_snapshot!(requests(7, &Selector { to: Some(Target::Anything), leaks_secret: Some(false), ..Selector::default() }), @"7 requests with no secret out of place");
    }

    #[test]
    fn every_kind_of_token_has_words() {
        let kinds = [
            "newest", "live", "expired", "rotated", "revoked", "foreign", "nothing", "rejected",
            "own", "RT#2",
        ];
        let words: Vec<String> = kinds
            .into_iter()
            .map(|kind| token(&kind.parse().expect("a kind of token")))
            .collect();
        insta::assert_snapshot!(words.join(", "), @"the newest token, a live token, an expired token, a replaced refresh token, a revoked token, a token that was never issued, no token, a token that was refused before, a token of its own, RT#2");
    }
}
