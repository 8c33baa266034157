//! A body that does not fit what is asked for: what is wrong, where, and what is allowed.

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::{Place, Problem};
use crate::diagnostic::{listed, nearest};
use crate::yaml::{self, Mismatch, MismatchKind, Node, Value};

/// Reads JSON.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        // Where a name belongs, anything else counts as bad syntax.
        let is_json =
            error.is_data() || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        match is_json {
            true => better_told::<T>(text).unwrap_or_else(|| plainly(&error)),
            false => no_json(text, &error),
        }
    })
}

/// Reads YAML.
pub(super) fn from_yaml<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let node = yaml::parse(text).map_err(|error| {
        let said = [Some(error.message), error.help];
        let said: Vec<String> = said.into_iter().flatten().collect();
        Problem::new(StatusCode::BAD_REQUEST, said.join("; ")).at(Some(place(error.span)))
    })?;
    yaml::from_node(&node).map_err(|mismatch| told(&node, &mismatch))
}

/// What the reader of YAML says of it: JSON is YAML too, and that reader knows where everything stands. None where it has nothing to
/// say, since it is bounded otherwise.
fn better_told<T: DeserializeOwned>(text: &str) -> Option<Problem> {
    let mut node = yaml::parse(text).ok()?;
    take_nulls(&mut node);
    let mismatch = yaml::from_node::<T>(&node).err()?;
    Some(told(&node, &mismatch))
}

/// In JSON what is `null` might as well not be there.
fn take_nulls(node: &mut Node) {
    match &mut node.value {
        Value::Map(entries) => {
            entries.retain(|(_, node)| node.value != Value::Null);
            entries.iter_mut().for_each(|(_, node)| take_nulls(node));
        }
        Value::List(items) => items.iter_mut().for_each(take_nulls),
        _ => {}
    }
}

fn told(root: &Node, mismatch: &Mismatch) -> Problem {
    let pointer = mismatch.span.and_then(|span| {
        let keys_first = matches!(mismatch.kind, MismatchKind::UnknownKey { .. });
        pointer(root, span, keys_first).or_else(|| pointer(root, span, !keys_first))
    });
    Problem::unprocessable(in_words(mismatch))
        .at(mismatch.span.map(place))
        .pointing_to(pointer)
}

fn in_words(mismatch: &Mismatch) -> String {
    let (found, allowed, are) = match &mismatch.kind {
        MismatchKind::UnknownKey { found, allowed } => (found, allowed, "the keys here are"),
        MismatchKind::UnknownName { found, allowed } => (found, allowed, "the names here are"),
        // What was found where something else belongs may be a secret: its kind is told, not what it says.
        MismatchKind::Unexpected {
            found, expected, ..
        } if found.starts_with("the text ") => {
            return format!("found a text where {expected} belongs");
        }
        _ => return mismatch.to_string(),
    };
    let meant = nearest(found, allowed.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
    let allowed = listed(allowed.iter().copied());
    format!("{mismatch}{meant}; {are} {allowed}")
}

/// The way to what stands at a place, as a JSON pointer (RFC 6901).
fn pointer(node: &Node, span: yaml::Span, to_key: bool) -> Option<String> {
    if !to_key && node.span == span {
        return Some(String::new());
    }
    let keyed = node.entries().iter().map(|(key, inner)| {
        let name = key.name.replace('~', "~0").replace('/', "~1");
        (name, Some(key.span), inner)
    });
    let items = node.items().iter().enumerate();
    let numbered = items.map(|(index, inner)| (index.to_string(), None, inner));
    keyed.chain(numbered).find_map(|(name, key, inner)| {
        if to_key && key == Some(span) {
            return Some(format!("/{name}"));
        }
        pointer(inner, span, to_key).map(|rest| format!("/{name}{rest}"))
    })
}

fn no_json(text: &str, error: &serde_json::Error) -> Problem {
    let said = match error.classify() {
        Category::Eof if text.trim().is_empty() => "the body is empty".to_owned(),
        Category::Eof => "the body ends before its JSON does".to_owned(),
        _ => format!("the body is not JSON: {}", without_place(error)),
    };
    Problem::new(StatusCode::BAD_REQUEST, said).at(Some(place_of(error)))
}

fn plainly(error: &serde_json::Error) -> Problem {
    Problem::unprocessable(without_text(&without_place(error))).at(Some(place_of(error)))
}

/// The words alone: the place has members of its own.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let words = said.rsplit_once(" at line ").map(|(words, _)| words);
    words.unwrap_or(&said).to_owned()
}

fn without_text(said: &str) -> String {
    let found = said.split_once(" string \"");
    match found.and_then(|(before, rest)| Some((before, rest.rsplit_once("\", expected ")?))) {
        Some((before, (_, expected))) => format!("{before} string, expected {expected}"),
        None => said.to_owned(),
    }
}

fn place_of(error: &serde_json::Error) -> Place {
    Place {
        line: error.line() as u64,
        column: error.column() as u64,
    }
}

fn place(span: yaml::Span) -> Place {
    Place {
        line: u64::from(span.line),
        column: u64::from(span.column),
    }
}
