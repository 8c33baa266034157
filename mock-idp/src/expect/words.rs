//! Requests in words: `2 requests to token of `app` answered with 401`.

use super::requests::Requests;
use super::target::Target;
use super::{AuthUse, Presents};
use crate::fault::Length;
use crate::journal::SecretPlace;

/// `no request`, `1 request`, `2 requests`.
pub(super) fn count(n: u64) -> String {
    match n {
        0 => "no request".to_owned(),
        1 => "1 request".to_owned(),
        n => format!("{n} requests"),
    }
}

/// `no request to token`.
pub(super) fn requests(n: u64, requests: &Requests) -> String {
    format!("{}{}", count(n), like(requests))
}

/// What is said of a request, to stand behind `request` or `requests`.
pub(super) fn like(requests: &Requests) -> String {
    let Requests {
        to,
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
        leaks_secret,
        secret_in,
        after,
        following,
        before,
    } = requests;
    let mut text = match to {
        None | Some(Target::Anything) => String::new(),
        Some(target) => format!(" to {}", target.name()),
    };
    let mut say = |part: String| text.push_str(&part);
    if let Some(client) = client {
        say(format!(" of `{client}`"));
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
        say(format!(" asking `{tenant}`"));
    }
    if let Some(auth) = auth {
        say(format!(" with {}", self::auth(*auth)));
    }
    if let Some(presents) = presents {
        say(format!(" showing {}", token(*presents)));
    }
    if let Some(left) = left_at_least {
        say(format!(" showing a token with {left} left"));
    }
    match leaks_secret {
        Some(true) => say(" with a secret where it must not stand".to_owned()),
        Some(false) => say(" with no secret out of place".to_owned()),
        None => {}
    }
    match secret_in {
        Some(SecretPlace::Url) => say(" with a secret in its URL".to_owned()),
        Some(SecretPlace::Header) => say(" with a secret in a header".to_owned()),
        Some(SecretPlace::Body) => say(" with a secret out of place in its body".to_owned()),
        None => {}
    }
    let status = status.as_ref().map(ToString::to_string);
    let answer: Vec<String> = status.into_iter().chain(error.clone()).collect();
    if !answer.is_empty() {
        say(format!(" answered with {}", answer.join(" ")));
    }
    if let Some(length) = following {
        let origin = match after {
            Some(_) => "",
            None => " from the start",
        };
        say(format!(" within {length}{origin}"));
    }
    if let Some(after) = after {
        say(format!(" after the first request{}", like(after)));
    }
    if let Some(before) = before {
        say(format!(" before the first request{}", like(before)));
    }
    text
}

/// The token a request shows.
pub(super) fn token(presents: Presents) -> String {
    match presents {
        Presents::Newest => "the newest token".to_owned(),
        Presents::Live => "a live token".to_owned(),
        Presents::Expired => "an expired token".to_owned(),
        Presents::Rotated => "a replaced refresh token".to_owned(),
        Presents::Revoked => "a revoked token".to_owned(),
        Presents::Foreign => "a token that was never issued".to_owned(),
        Presents::Rejected => "a token that was refused before".to_owned(),
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
        AuthUse::Assertion => "a client assertion",
        AuthUse::None => "no client authentication",
    }
}

/// A range of two lengths of time, one of which may be missing: `30s to 45s`, `at least 30s`; none without either.
pub(super) fn range(least: Option<Length>, most: Option<Length>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, Some(most)) => Some(format!("at most {most}")),
        (None, None) => None,
    }
}
