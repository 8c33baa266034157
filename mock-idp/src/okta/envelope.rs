//! Okta's API error envelope (developer.okta.com/docs/reference/error-codes).

use http::StatusCode;
use serde_json::json;

use super::codes;
use crate::reply::Reply;
use crate::world::World;

/// `{"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"}`.
pub(super) fn envelope(
    world: &World,
    status: StatusCode,
    code: &str,
    summary: &str,
    causes: &[&str],
) -> Reply {
    let causes: Vec<_> = causes
        .iter()
        .map(|cause| json!({ "errorSummary": cause }))
        .collect();
    let body = json!({
        "errorCode": code, "errorSummary": summary, "errorLink": code,
        "errorId": format!("oae{}", world.entropy.alphanumeric(22)), "errorCauses": causes,
    });
    Reply::json(status, body).with_error(code, Some(code.to_owned()))
}

/// 429 of every metered endpoint. Okta sends no `Retry-After`; the caller adds the three rate-limit headers.
pub(super) fn too_many_requests(world: &World) -> Reply {
    codes::answer(world, "E0000047", &[])
}

/// 405 of every endpoint that knows the path and not the method.
pub(super) fn method_not_allowed(world: &World) -> Reply {
    codes::answer(world, "E0000022", &[])
}
