//! What a driver says: answers to requests, and events.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::MAX_LINE;
use crate::trace::Class;

/// One line of a driver.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The answer to a request.
    Answer {
        /// The request's number.
        id: u64,
        /// The answer.
        outcome: Outcome,
    },
    /// An operation has begun.
    Started(u64),
    /// An operation sleeps until then, on the client's clock.
    Waiting {
        /// The request's number.
        id: u64,
        /// Until when.
        until: Timestamp,
    },
    /// An operation no longer sleeps.
    Resumed(u64),
    /// What nobody waits for: it is at work, it sleeps, or there is nothing. Replaces what was said of it before.
    Background {
        /// Of which client.
        client: String,
        /// Whether it is at work.
        works: bool,
        /// Until when it sleeps or, at work, waits at most.
        until: Option<Timestamp>,
    },
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It succeeded.
    Ok(Map<String, Value>),
    /// It failed, as a caller of the client sees it.
    Err(Failure),
    /// It cannot be done.
    Unsupported(String),
}

impl Outcome {
    /// What it is, for a sentence; quotes no more than the driver's own words for a failure.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Ok(_) => "`ok`".to_owned(),
            Self::Err(failure) => {
                let words = failure.message.as_deref().or(failure.native.as_deref());
                match words {
                    Some(words) => format!("`err`: {words}"),
                    None => "`err`".to_owned(),
                }
            }
            Self::Unsupported(why) => format!("`unsupported`: {why}"),
        }
    }
}

/// The members of `ok` that are read after an operation of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Answered {
    /// The access token that the caller got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The status of the resource's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// How an operation failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Failure {
    /// How the client classifies it.
    pub class: Option<Class>,
    /// The client's own name for it.
    pub native: Option<String>,
    /// The client's own words.
    pub message: Option<String>,
    /// The status of the resource.
    pub status: Option<u16>,
    /// How many seconds the client tells its caller to wait.
    pub retry_after_s: Option<f64>,
    /// The provider's correlation id, where the client passes it on.
    pub correlation_id: Option<String>,
    /// The provider's trace id, where the client passes it on.
    pub trace_id: Option<String>,
    /// The provider's claims challenge, where the client passes it on.
    pub claims: Option<Value>,
}

/// Why a line is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAMessage {
    /// Too long.
    #[error("a line of more than {MAX_LINE} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("a line that is not UTF-8")]
    NotText,
    /// Not a JSON object.
    #[error("a line that is not a JSON object: {0}")]
    NotAnObject(String),
    /// An object that is neither an answer nor an event.
    #[error("a line that is neither an answer nor an event: {0}")]
    Unknown(String),
}

impl Message {
    /// Reads one line, without its line feed.
    ///
    /// # Errors
    ///
    /// [`NotAMessage`], in words that can be shown: it quotes no value, since that may be a token.
    pub fn read(line: &[u8]) -> Result<Self, NotAMessage> {
        if line.len() > MAX_LINE {
            return Err(NotAMessage::TooLong);
        }
        let text = str::from_utf8(line).map_err(|_| NotAMessage::NotText)?;
        let value: Value = serde_json::from_str(text)
            .map_err(|error| NotAMessage::NotAnObject(format!("at column {}", error.column())))?;
        let Value::Object(mut members) = value else {
            return Err(NotAMessage::NotAnObject("another JSON value".to_owned()));
        };
        // Some libraries write what is not there as null.
        members.retain(|_, value| !value.is_null());
        if let Some(event) = members.remove("event") {
            return event_of(&event, members);
        }
        let unknown = |what: &str| NotAMessage::Unknown(what.to_owned());
        let id = number(&members)?;
        let mut said = ["ok", "err", "unsupported"]
            .into_iter()
            .filter_map(|form| Some((form, members.remove(form)?)));
        let Some((form, value)) = said.next() else {
            return Err(unknown(
                "it has none of `ok`, `err`, `unsupported` and `event`",
            ));
        };
        if said.next().is_some() {
            return Err(unknown(
                "it has more than one of `ok`, `err` and `unsupported`",
            ));
        }
        let outcome = match (form, value) {
            ("ok", Value::Object(ok)) => Outcome::Ok(ok),
            ("err", Value::Object(err)) => Outcome::Err(failure(err)?),
            ("unsupported", Value::String(why)) => Outcome::Unsupported(why),
            ("unsupported", _) => return Err(unknown("its `unsupported` is no text")),
            (form, _) => return Err(NotAMessage::Unknown(format!("its `{form}` is no object"))),
        };
        Ok(Self::Answer { id, outcome })
    }

    /// Writes it as one line, without a line feed, for drivers that are written in Rust.
    #[must_use]
    pub fn write(&self) -> String {
        let value = match self {
            Self::Answer { id, outcome } => match outcome {
                Outcome::Ok(members) => json!({ "id": id, "ok": members }),
                Outcome::Err(failure) => json!({ "id": id, "err": failure }),
                Outcome::Unsupported(why) => json!({ "id": id, "unsupported": why }),
            },
            Self::Started(id) => json!({ "id": id, "event": "started" }),
            Self::Waiting { id, until } => json!({ "id": id, "event": "waiting", "until": until }),
            Self::Resumed(id) => json!({ "id": id, "event": "resumed" }),
            Self::Background {
                client,
                works,
                until,
            } => {
                let event = if *works { "started" } else { "waiting" };
                json!({ "event": event, "client": client, "until": until })
            }
        };
        value.to_string()
    }
}

fn event_of(event: &Value, members: Map<String, Value>) -> Result<Message, NotAMessage> {
    let unknown = |what: &str| NotAMessage::Unknown(what.to_owned());
    match (event.as_str(), members.get("client")) {
        (Some(event @ ("started" | "waiting")), Some(Value::String(client)))
            if !members.contains_key("id") =>
        {
            Ok(Message::Background {
                client: client.clone(),
                works: event == "started",
                until: members
                    .get("until")
                    .filter(|until| !until.is_null())
                    .map(instant)
                    .transpose()?,
            })
        }
        (Some("started"), _) => number(&members).map(Message::Started),
        (Some("resumed"), _) => number(&members).map(Message::Resumed),
        (Some("waiting"), _) => Ok(Message::Waiting {
            id: number(&members)?,
            until: instant(members.get("until").unwrap_or(&Value::Null))?,
        }),
        _ => Err(unknown(
            "its `event` is none of `started`, `waiting` and `resumed`",
        )),
    }
}

fn number(members: &Map<String, Value>) -> Result<u64, NotAMessage> {
    members
        .get("id")
        .and_then(Value::as_u64)
        .ok_or_else(|| NotAMessage::Unknown("its `id` is no number of a request".to_owned()))
}

fn instant(value: &Value) -> Result<Timestamp, NotAMessage> {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            NotAMessage::Unknown(
                "its `until` is no instant such as `2030-01-01T00:00:30Z`".to_owned(),
            )
        })
}

/// The members of a failure, for messages.
const FAILURE: [&str; 8] = [
    "class",
    "native",
    "message",
    "status",
    "retry_after_s",
    "correlation_id",
    "trace_id",
    "claims",
];

/// Reads a failure, and says which member is wrong if one is.
fn failure(members: Map<String, Value>) -> Result<Failure, NotAMessage> {
    for name in FAILURE {
        let Some(value) = members.get(name) else {
            continue;
        };
        let alone = Map::from_iter([(name.to_owned(), value.clone())]);
        if let Err(error) = serde_json::from_value::<Failure>(Value::Object(alone)) {
            let what = kind(&error);
            return Err(NotAMessage::Unknown(format!("its `err.{name}`: {what}")));
        }
    }
    let failure: Failure = serde_json::from_value(Value::Object(members))
        .map_err(|error| NotAMessage::Unknown(format!("its `err`: {}", kind(&error))))?;
    match failure.class {
        Some(Class::Ok) => Err(NotAMessage::Unknown(
            "its `err.class` is `ok`, which is no failure".to_owned(),
        )),
        _ => Ok(failure),
    }
}

/// What is wrong, without the value that is: that may be a token.
fn kind(error: &serde_json::Error) -> String {
    let words = error.to_string();
    // The value stands before what was expected, which is always in words of ours.
    let expected = words.rsplit_once(", expected ").map(|(_, rest)| rest);
    let what = ["invalid type", "invalid value", "unknown variant"]
        .into_iter()
        .find(|what| words.starts_with(what))
        .unwrap_or("not what it should be");
    match expected {
        Some(expected) => format!("{what}, expected {expected}"),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests;
