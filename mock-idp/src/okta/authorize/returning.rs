//! The way back to the client: with what it asked for or an error, in the query, in the fragment, posted as a form, or as a message
//! to the window that opened the page.

use http::StatusCode;
use serde_json::{Map, Value};

use super::request::ReturnTo;
use crate::ledger::ResponseMode;
use crate::okta::denial::Named;
use crate::reply::Reply;
use crate::sign_in::{Answer, encoded, page, with_query};
use crate::world::World;

/// Puts members where the client wants them.
pub(super) fn answer(to: &ReturnTo, members: Vec<(&'static str, String)>) -> Answer {
    let uri = &to.redirect_uri;
    match to.mode {
        ResponseMode::Query => Answer {
            url: with_query(uri, &encoded(&members)),
            form: None,
        },
        ResponseMode::Fragment => Answer {
            url: format!("{uri}#{}", encoded(&members)),
            form: None,
        },
        ResponseMode::FormPost | ResponseMode::PostMessage => Answer {
            url: uri.clone(),
            form: Some(members),
        },
    }
}

/// The members that tell of an error.
pub(super) fn error_members(
    to: &ReturnTo,
    error: &str,
    description: String,
) -> Vec<(&'static str, String)> {
    let state = to.state.iter().map(|state| ("state", state.clone()));
    let told = [
        ("error", error.to_owned()),
        ("error_description", description),
    ];
    state.chain(told).collect()
}

/// Sends the browser back.
pub(super) fn reply(to: &ReturnTo, answer: &Answer) -> Reply {
    match (&answer.form, to.mode) {
        (None, _) => {
            let mut reply = Reply::empty(StatusCode::FOUND);
            reply.set_header("location", &answer.url);
            reply
        }
        (Some(form), ResponseMode::PostMessage) => {
            let members = form
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Value::String(value.clone())));
            let members: Map<String, Value> = members.collect();
            page::message_to_opener(&origin(&answer.url), &Value::Object(members))
        }
        (Some(form), _) => page::posting(&answer.url, form),
    }
}

/// Sends the browser back with an error.
pub(super) fn refusal(_: &World, to: &ReturnTo, named: &Named) -> Reply {
    let (error, description) = named.text();
    let members = error_members(to, error, description);
    reply(to, &answer(to, members)).with_error(error, None)
}

/// Scheme, host and port of an address: to nobody else is a message sent.
fn origin(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return uri.to_owned();
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}")
}
