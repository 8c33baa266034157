//! What came of an operation, as the protocol says it.

use serde_json::{Map, Value, json};
use token_client::BoxFuture;
use tokenproof::contender::{Answer, Credential, LocalClient};
use tokenproof::driver::protocol::{Failure, Outcome};
use tokenproof::trace::Class;

pub(super) fn swap(
    client: &dyn LocalClient,
    credential: Option<Credential>,
) -> BoxFuture<'static, Answer> {
    let swapping = credential.map(|credential| client.swap(credential));
    Box::pin(async move {
        match swapping {
            Some(swapping) => match swapping.await {
                Ok(()) => Answer::of(Class::Ok),
                Err(why) => Answer {
                    message: Some(why),
                    ..Answer::of(Class::Other)
                },
            },
            None => Answer::of(Class::Ok),
        }
    })
}

pub(super) fn or_failed(result: Result<(), String>) -> Outcome {
    match result {
        Ok(()) => Outcome::Ok(Map::new()),
        Err(message) => Outcome::Err(Failure {
            message: Some(message),
            ..Failure::default()
        }),
    }
}

/// What a caller got, as the protocol says it.
pub(super) fn told(answer: Answer) -> Outcome {
    if answer.class == Class::Ok {
        let mut members = Map::new();
        if let Some(token) = &answer.token {
            members.insert("token".to_owned(), token.expose().into());
        }
        if let Some(status) = answer.status {
            members.insert("status".to_owned(), status.into());
        }
        return Outcome::Ok(members);
    }
    let has = |name: &str| answer.carries.iter().any(|carried| carried == name);
    let passed_on = |name: &str| has(name).then(|| "passed on".to_owned());
    Outcome::Err(Failure {
        class: Some(answer.class),
        native: None,
        status: answer.status,
        retry_after_s: answer.retry_after.map(|wait| wait.as_secs_f64()),
        correlation_id: passed_on("correlation_id"),
        trace_id: passed_on("trace_id"),
        claims: has("claims").then(|| json!("passed on") as Value),
        message: answer.message,
    })
}
