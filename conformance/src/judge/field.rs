//! Fields of exchanges that can be compared: what `distinct` and `constant` speak of.

use mock_idp::journal::{AuthMethod, Entry};

use super::view::{Placed, View};
use super::words;
use crate::scenario::{ExchangeField, Selector, Target};

/// What a request has in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// This, in words that tell equal ones from others.
    This(String),
    /// Nothing: no token, no body, no id.
    Nothing,
    /// Something that cannot be told from others of its kind.
    Unknown,
}

impl Seen {
    pub(super) fn of(field: ExchangeField, entry: &Entry) -> Self {
        let asked = entry.token_request.as_ref();
        match field {
            ExchangeField::Token => match &entry.presented {
                None => Self::Nothing,
                Some(shown) => match shown.token {
                    Some(label) => Self::This(label.to_string()),
                    None => Self::Unknown,
                },
            },
            // The bodies of token requests are not kept.
            ExchangeField::Body if asked.is_some() => Self::Unknown,
            ExchangeField::Body => entry.body.as_ref().map_or(Self::Nothing, |body| {
                let bytes = words::count(body.bytes, "byte");
                Self::This(format!("a body of {bytes} ({})", body.digest))
            }),
            ExchangeField::Auth => asked.map_or(Self::Unknown, |asked| {
                let mut methods = asked.auth.clone();
                methods.sort_unstable();
                let names: Vec<&str> = methods.into_iter().map(method).collect();
                Self::This(match names.as_slice() {
                    [] => "no client authentication".to_owned(),
                    names => names.join(" and "),
                })
            }),
            ExchangeField::Scope => asked.map_or(Self::Unknown, |asked| {
                let mut scopes = asked.scope.clone();
                scopes.sort_unstable();
                scopes.dedup();
                Self::This(match scopes.as_slice() {
                    [] => "no scope".to_owned(),
                    scopes => format!("`{}`", scopes.join(" ")),
                })
            }),
            ExchangeField::RequestId => entry
                .request_id
                .as_ref()
                .map_or(Self::Nothing, |id| Self::This(format!("request id `{id}`"))),
        }
    }
}

/// The client's requests to an endpoint, with one grant or any.
pub(super) fn requests<'a>(view: &View<'a>, to: Target, grant: Option<&String>) -> Vec<Placed<'a>> {
    let used = |sent: &Placed<'a>| sent.exchange.entry.token_request.as_ref()?.grant.as_ref();
    let mut sent = view.requests(to);
    sent.retain(|sent| grant.is_none_or(|grant| used(sent) == Some(grant)));
    sent
}

/// Those requests in words, to stand behind `request`.
pub(super) fn like(to: Target, grant: Option<&String>) -> String {
    words::like(&Selector {
        to: Some(to),
        grant: grant.cloned(),
        ..Selector::default()
    })
}

/// What is missing where there are not two of them to compare.
pub(super) fn too_few(sent: &[Placed<'_>], to: Target, grant: Option<&String>) -> Option<String> {
    let seen = sent.len() as u64;
    let what = words::count(seen, "request") + &like(to, grant);
    (seen < 2).then(|| words::too_few(seen, &what, 2))
}

/// The field, to stand behind `another` or `the same`.
pub(super) fn noun(field: ExchangeField) -> &'static str {
    match field {
        ExchangeField::Token => "token",
        ExchangeField::Body => "body",
        ExchangeField::Auth => "client authentication",
        ExchangeField::Scope => "scope",
        ExchangeField::RequestId => "request id",
    }
}

/// What one request does: `shows AT#1`.
pub(super) fn it_does(field: ExchangeField, seen: &Seen) -> String {
    let verb = match field {
        ExchangeField::Token => "shows",
        ExchangeField::Body => "sends",
        ExchangeField::Auth => "uses",
        ExchangeField::Scope => "asks for",
        ExchangeField::RequestId => "has",
    };
    format!("{verb} {}", what(field, seen))
}

/// What several requests do: `show AT#1`.
pub(super) fn they_do(field: ExchangeField, seen: &Seen) -> String {
    let verb = match field {
        ExchangeField::Token => "show",
        ExchangeField::Body => "send",
        ExchangeField::Auth => "use",
        ExchangeField::Scope => "ask for",
        ExchangeField::RequestId => "have",
    };
    format!("{verb} {}", what(field, seen))
}

/// Why two requests cannot be compared.
pub(super) fn unknown(field: ExchangeField) -> &'static str {
    match field {
        ExchangeField::Token => "show tokens that were never issued and cannot be compared",
        ExchangeField::Body => "are token requests, whose bodies are not kept",
        ExchangeField::Auth => "are no token requests and authenticate no client",
        ExchangeField::Scope => "are no token requests and ask for no scope",
        ExchangeField::RequestId => "cannot be compared",
    }
}

fn what(field: ExchangeField, seen: &Seen) -> String {
    match seen {
        Seen::This(what) => what.clone(),
        Seen::Nothing => format!("no {}", noun(field)),
        Seen::Unknown => match field {
            ExchangeField::Token => "a token that was never issued".to_owned(),
            field => format!("an unknown {}", noun(field)),
        },
    }
}

fn method(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::Basic => "HTTP Basic",
        AuthMethod::Post => "the secret in the body",
        AuthMethod::Assertion => "an assertion",
    }
}
