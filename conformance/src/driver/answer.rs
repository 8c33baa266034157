//! From what a driver says to what the caller of its client gets.

use std::time::Duration;

use token_client::Secret;

use super::error_map::ErrorMap;
use super::protocol::{Answered, Failure};
use crate::contender::Answer;
use crate::trace::Class;

/// What the caller of a client gets whose operation succeeded, with these members of `ok`.
pub(super) fn succeeded(members: serde_json::Map<String, serde_json::Value>) -> Answer {
    let Ok(answered) = serde_json::from_value::<Answered>(members.into()) else {
        return Answer {
            message: Some("the driver's `ok` cannot be read".to_owned()),
            ..Answer::of(Class::Other)
        };
    };
    let class = match answered.status {
        None | Some(200..300) => Class::Ok,
        Some(status) => Class::of_status(status),
    };
    Answer {
        token: answered.token.map(Secret::new),
        status: answered.status,
        ..Answer::of(class)
    }
}

/// What the caller of a client gets whose operation failed.
pub(super) fn failed(failure: Failure, errors: &ErrorMap) -> Answer {
    let class = failure.class.or_else(|| {
        let native = failure.native.as_deref()?;
        errors.class_of(native)
    });
    let details = [
        ("correlation_id", failure.correlation_id.is_some()),
        ("trace_id", failure.trace_id.is_some()),
        ("claims", failure.claims.is_some()),
    ];
    let wait = failure.retry_after_s;
    // The native name tells a reader more than nothing.
    let message = match (failure.native, failure.message) {
        (Some(native), Some(message)) => Some(format!("{native}: {message}")),
        (native, message) => message.or(native),
    };
    Answer {
        status: failure.status,
        retry_after: wait.and_then(|wait| Duration::try_from_secs_f64(wait).ok()),
        carries: details
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| name.to_owned())
            .collect(),
        message,
        ..Answer::of(class.unwrap_or(Class::Other))
    }
}
