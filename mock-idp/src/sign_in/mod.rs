//! What signing in with a browser takes whoever the vendor is: pages, the steps between them, sessions, the way back to the client.
//!
//! Who is asked what, and in which words an error is told, is each vendor's own.

pub(crate) mod page;
pub(crate) mod session;
pub(crate) mod steps;
mod style;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a browser is sent back with. No `Debug`: it carries a code.
#[derive(Clone)]
pub(crate) struct Answer {
    /// Where it is sent: with the members in it, or alone if they are posted there.
    pub(crate) url: String,
    /// What is posted there.
    pub(crate) form: Option<Vec<(&'static str, String)>>,
}

/// Where the browser would be sent now. No `Debug`: it carries a code.
pub(crate) struct Decided {
    /// With all that it is sent back with, unless that is posted.
    pub(crate) url: String,
    /// What is posted there.
    pub(crate) form: Option<Vec<(String, String)>>,
}

/// The error that a sign-in is refused with.
#[derive(Clone, Debug)]
pub(crate) struct RefusedWith {
    pub(crate) error: String,
    pub(crate) number: u32,
    pub(crate) description: Option<String>,
}

impl From<Answer> for Decided {
    fn from(answer: Answer) -> Self {
        let own = |(name, value): (&str, String)| (name.to_owned(), value);
        Self {
            url: answer.url,
            form: answer.form.map(|form| form.into_iter().map(own).collect()),
        }
    }
}

/// Members as they stand in a query or a fragment.
pub(crate) fn encoded(members: &[(&'static str, String)]) -> String {
    let encoded: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    encoded.join("&")
}

/// A value as it stands there.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN)
        .to_string()
        .replace("%20", "+")
}

/// An address with something in its query, behind what is there.
pub(crate) fn with_query(uri: &str, query: &str) -> String {
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{query}")
}
