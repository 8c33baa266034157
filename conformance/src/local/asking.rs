//! What a step asks of its clients.

use bytes::Bytes;
use http::Method;
use token_client::BoxFuture;

use crate::contender::{Answer, ApiCall, LocalClient};
use crate::scenario::{CallStep, Length};
use crate::trace::Operation;

/// How often a step asks its clients.
pub(super) fn rounds(call: &CallStep) -> u32 {
    match (call.every, call.lasting) {
        (Some(Length(every)), Some(Length(lasting))) => {
            u32::try_from(lasting.as_millis() / every.as_millis().max(1))
                .unwrap_or(u32::MAX)
                .saturating_add(1)
        }
        _ => call.times.unwrap_or(1),
    }
}

/// Asks a client what a step has it do.
pub(super) fn ask(
    client: &dyn LocalClient,
    operation: Operation,
    call: &CallStep,
) -> BoxFuture<'static, Answer> {
    match operation {
        Operation::GetToken => client.get_token(),
        Operation::ForceRefresh => client.force_refresh(),
        Operation::Invalidate => client.invalidate(),
        Operation::CallApi => {
            // Planning has refused what is no method.
            let method = call.method.as_ref().and_then(|name| name.parse().ok());
            client.call_api(ApiCall {
                method: method.unwrap_or(Method::GET),
                body: call.body.clone().map(Bytes::from),
            })
        }
    }
}
