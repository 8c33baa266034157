//! An exchange as one line: `#2 t+30s POST /token refresh_token RT#1 (expired) -> 400 invalid_grant`.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::journal::{Delivery, Entry, Presented};
use crate::ledger::TokenState;

/// The line of an entry, with its time since `origin`.
pub(super) fn line(entry: &Entry, origin: Timestamp) -> String {
    let offset = offset(entry.at, origin);
    format!("#{} {offset} {}", entry.number, what(entry))
}

/// An instant as its distance from another: `t+30s`.
pub(super) fn offset(at: Timestamp, origin: Timestamp) -> String {
    let passed = at.duration_since(origin);
    let sign = if passed.is_negative() { '-' } else { '+' };
    format!("t{sign}{:#}", passed.abs())
}

/// The line of an entry without its number and time.
pub(crate) fn what(entry: &Entry) -> String {
    let mut text = format!("{} {}", entry.method, entry.path);
    let asked = entry.token_request.as_ref();
    let mut say = |part: &str| {
        text.push(' ');
        text.push_str(part);
    };
    if let Some(grant) = asked.and_then(|asked| asked.grant.as_deref()) {
        say(grant);
    }
    if let Some(client) = entry.client() {
        say(&format!("of {client}"));
    }
    if let Some(shown) = &entry.presented {
        say(&presented(shown));
    }
    let Some(reply) = &entry.reply else {
        text.push_str(if entry.held.is_some() {
            " -> held back"
        } else {
            " -> no answer yet"
        });
        return text;
    };
    text.push_str(" ->");
    match reply.delivery {
        Delivery::Reset if reply.status == 0 => {}
        _ => {
            // Writing to a string cannot fail.
            let _ = write!(text, " {}", reply.status);
        }
    }
    let mut codes: Vec<&str> = [&reply.error, &reply.vendor_code]
        .into_iter()
        .filter_map(|code| code.as_deref())
        .collect();
    // Where Okta's envelope has no `error`, its code stands for both.
    codes.dedup();
    let issued = reply.issued.iter().map(ToString::to_string);
    let words = codes.into_iter().map(str::to_owned).chain(issued);
    for word in words.chain(lost(reply.delivery).map(str::to_owned)) {
        text.push(' ');
        text.push_str(&word);
    }
    for label in [&reply.fault, &reply.limit].into_iter().flatten() {
        let _ = write!(text, " [{label}]");
    }
    text
}

fn presented(shown: &Presented) -> String {
    let token = match shown.token {
        Some(label) => label.to_string(),
        None => "a token".to_owned(),
    };
    let state = match shown.state {
        TokenState::Live => return token,
        TokenState::Expired => "expired",
        TokenState::Rotated => "replaced",
        TokenState::Revoked => "revoked",
        TokenState::Foreign => "never issued",
    };
    format!("{token} ({state})")
}

/// What became of an answer, unless it was simply sent.
fn lost(delivery: Delivery) -> Option<&'static str> {
    match delivery {
        Delivery::Sent => None,
        Delivery::Reset => Some("(reset)"),
        Delivery::Truncated => Some("(truncated)"),
        Delivery::ResetBody => Some("(reset in the body)"),
        Delivery::Raw => Some("(not HTTP)"),
        Delivery::Withheld => Some("(never sent)"),
    }
}
