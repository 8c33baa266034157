//! What `each` can ask of a request, one by one.

use mock_idp::journal::{Endpoint, Entry, SecretPlace};
use mock_idp::ledger::TokenState;

use crate::judge::matching::{authenticates, has_left, shows};
use crate::judge::span::span;
use crate::judge::view::{Placed, View};
use crate::judge::{newest, words};
use crate::scenario::{AuthUse, Each, Length, Presents};

/// One thing asked of each request.
pub(super) enum Facet<'e> {
    Method(&'e str),
    ContentType(&'e str),
    Presents(&'e Presents),
    LeftAtLeast(Length),
    Scheme(&'e str),
    AuthMethods(u32),
    Auth(AuthUse),
    Sends(&'e [String]),
    Lacks(&'e [String]),
    RepeatedParameters(u32),
    LeaksSecret(bool),
}

/// All that is asked, in the order in which it is looked at.
pub(super) fn asked(each: &Each) -> Vec<Facet<'_>> {
    let some = |names: &[String]| !names.is_empty();
    [
        each.method.as_deref().map(Facet::Method),
        each.content_type.as_deref().map(Facet::ContentType),
        each.presents.as_ref().map(Facet::Presents),
        each.left_at_least.map(Facet::LeftAtLeast),
        each.scheme.as_deref().map(Facet::Scheme),
        each.auth_methods.map(Facet::AuthMethods),
        each.auth.map(Facet::Auth),
        some(&each.sends).then_some(Facet::Sends(&each.sends)),
        some(&each.lacks).then_some(Facet::Lacks(&each.lacks)),
        each.repeated_parameters.map(Facet::RepeatedParameters),
        each.leaks_secret.map(Facet::LeaksSecret),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Facet<'_> {
    pub(super) fn expects(&self) -> String {
        match self {
            Self::Method(method) => format!("is a {method}"),
            Self::ContentType(media) => format!("has media type {media}"),
            Self::Presents(token) => format!("shows {}", words::token(token)),
            Self::LeftAtLeast(left) => format!("shows a token with {} left", span(left.0)),
            Self::Scheme(scheme) => format!("uses scheme {scheme}"),
            Self::AuthMethods(n) => {
                let methods = words::count((*n).into(), "client authentication method");
                format!("uses {methods}")
            }
            Self::Auth(auth) => format!("uses {}", words::auth(*auth)),
            Self::Sends(names) => format!("sends {}", names.join(", ")),
            Self::Lacks(names) => format!("does not send {}", names.join(", ")),
            Self::RepeatedParameters(n) => {
                let parameters = words::count((*n).into(), "parameter");
                format!("repeats {parameters}")
            }
            Self::LeaksSecret(true) => "has a secret where it must not stand".to_owned(),
            Self::LeaksSecret(false) => "keeps secrets where they belong".to_owned(),
        }
    }

    /// Whether the request is of the kind that this is asked of.
    pub(super) fn concerns(&self, sent: Placed<'_>) -> bool {
        let endpoint = sent.exchange.entry.endpoint;
        match self {
            Self::Auth(_) | Self::Sends(_) | Self::Lacks(_) | Self::RepeatedParameters(_) => {
                endpoint == Endpoint::Token
            }
            Self::Scheme(_) => endpoint == Endpoint::Resource,
            Self::Method(_)
            | Self::ContentType(_)
            | Self::Presents(_)
            | Self::LeftAtLeast(_)
            | Self::AuthMethods(_)
            | Self::LeaksSecret(_) => true,
        }
    }

    /// What is wrong with a request, or why that cannot be told.
    pub(super) fn fault(
        &self,
        view: &View<'_>,
        sent: Placed<'_>,
    ) -> Result<Option<String>, &'static str> {
        let entry = &sent.exchange.entry;
        Ok(match self {
            Self::Method(method) => {
                (entry.method != *method).then(|| format!("is a {}", entry.method))
            }
            Self::ContentType(media) => match &entry.content_type {
                Some(sent) if sent.eq_ignore_ascii_case(media) => None,
                Some(sent) => Some(format!("has media type {sent}")),
                None => Some("names no media type".to_owned()),
            },
            Self::Presents(wanted) => match shows(view, sent, wanted) {
                Some(true) => None,
                Some(false) => Some(shown(view, sent, wanted)),
                None => return Err("may be that of any client"),
            },
            Self::LeftAtLeast(left) => (!has_left(entry, left.0)).then(|| remaining(entry)),
            Self::Scheme(wanted) => match &entry.presented {
                Some(shown) if shown.scheme == *wanted => None,
                Some(shown) => Some(format!("uses scheme {}", shown.scheme)),
                None => Some("shows no token".to_owned()),
            },
            Self::AuthMethods(wanted) => {
                let used = entry.token_request.as_ref().map_or(0, |r| r.auth.len()) as u64;
                (used != u64::from(*wanted))
                    .then(|| format!("uses {}", words::count(used, "method")))
            }
            Self::Auth(wanted) => match authenticates(entry, *wanted) {
                Some(true) => None,
                Some(false) => Some(used(entry)),
                None => return Err("uses HTTP Basic with nothing in it that encoding changes"),
            },
            Self::Sends(names) => {
                let absent: Vec<&str> = names
                    .iter()
                    .filter(|name| !sends(entry, name))
                    .map(String::as_str)
                    .collect();
                (!absent.is_empty()).then(|| format!("does not send {}", absent.join(", ")))
            }
            Self::Lacks(names) => {
                let present: Vec<&str> = names
                    .iter()
                    .filter(|name| sends(entry, name))
                    .map(String::as_str)
                    .collect();
                (!present.is_empty()).then(|| format!("sends {}", present.join(", ")))
            }
            Self::RepeatedParameters(wanted) => repeats(entry, *wanted),
            Self::LeaksSecret(true) => entry
                .secrets
                .is_empty()
                .then(|| "has no secret out of place".to_owned()),
            Self::LeaksSecret(false) => entry.secrets.first().map(|sighting| {
                let place = match sighting.place {
                    SecretPlace::Url => "its URL",
                    SecretPlace::Header => "a header",
                    SecretPlace::Body => "its body",
                };
                format!("has {} in {place}", sighting.what)
            }),
        })
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
    if *wanted == Presents::Own
        && let Some(facts) = view.trace.tokens.iter().find(|f| f.label == label)
    {
        let whose = match &facts.user {
            Some(user) => format!("{user} with {}", facts.client),
            None => facts.client.clone(),
        };
        return format!("shows {label}, which {} issued to {whose}", facts.issuer);
    }
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

/// How long the token that a request showed still had to live.
fn remaining(entry: &Entry) -> String {
    let Some(presented) = &entry.presented else {
        return "shows no token".to_owned();
    };
    let left = |seconds: i64| span(std::time::Duration::from_secs(seconds.unsigned_abs()));
    match (presented.token, presented.seconds_left) {
        (Some(label), Some(past)) if past < 0 => {
            format!("shows {label}, which expired {} before", left(past))
        }
        (Some(label), Some(seconds)) => format!("shows {label} with {} left", left(seconds)),
        _ => "shows a token that was never issued".to_owned(),
    }
}

/// How a token request authenticated its client.
fn used(entry: &Entry) -> String {
    let ways = [
        AuthUse::BasicEncoded,
        AuthUse::BasicRaw,
        AuthUse::Basic,
        AuthUse::Post,
    ];
    let way = ways
        .into_iter()
        .find(|way| authenticates(entry, *way) == Some(true));
    match (way, &entry.token_request) {
        (Some(way), _) => format!("uses {}", words::auth(way)),
        (None, Some(asked)) if !asked.auth.is_empty() => "uses an assertion".to_owned(),
        (None, _) => format!("uses {}", words::auth(AuthUse::None)),
    }
}

fn sends(entry: &Entry, name: &str) -> bool {
    let asked = entry.token_request.as_ref();
    asked.is_some_and(|asked| asked.parameters.iter().any(|sent| sent == name))
}

fn repeats(entry: &Entry, wanted: u32) -> Option<String> {
    let repeated = entry
        .token_request
        .as_ref()
        .map_or(&[][..], |asked| asked.repeated.as_slice());
    if repeated.len() as u64 == u64::from(wanted) {
        return None;
    }
    Some(match repeated {
        [] => "repeats no parameter".to_owned(),
        names => format!("repeats {}", names.join(", ")),
    })
}
