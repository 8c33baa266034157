//! The metadata service of an Azure virtual machine, as far as it hands out tokens of managed identities
//! (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
//!
//! It wants the header `Metadata: true`, and writes every member of its answers as a text.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::asked::Asked;
use super::{NoIdentity, Place, Selector, identity, issue, unknown_resource};
use crate::dialect::Dialect;
use crate::entra::Entra;
use crate::fault::ScriptedError;
use crate::inbound::{Inbound, READS};
use crate::journal::Endpoint;
use crate::limits::Form;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::World;

/// How far `not_before` lies before the moment of issue.
const BACKDATED: Duration = Duration::from_secs(300);
/// The first version with tokens. That later ones are taken is assumed: the SDK for Rust asks for one of 2019.
const FIRST_VERSION: &str = "2018-02-01";
pub(super) async fn unknown(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || refusal(StatusCode::NOT_FOUND);
    let call = Call::to(Endpoint::Unknown);
    pipeline::answer(&world, &inbound, call, &Metadata, act).await
}

fn granted(world: &World, inbound: &Inbound, asked: &Asked) -> Result<Reply, Box<Reply>> {
    admitted(inbound)?;
    version(asked)?;
    let resource = asked.get("resource").ok_or_else(|| missing("resource"))?;
    let (tenant, identity) = identity(world, asked.identity()).map_err(|none| match none {
        NoIdentity::Unknown => bad("invalid_request", "Identity not found"),
        // The wording is assumed.
        NoIdentity::Several => bad(
            "invalid_request",
            "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
        ),
    })?;
    let issued = issue(world, tenant, identity, resource)
        .map_err(|_| bad("invalid_resource", &unknown_resource(resource, tenant)))?;
    let text = |number: i64| number.to_string();
    let expires_in = issued.lifetime.as_secs().to_string();
    let body = json!({
        "access_token": issued.access_token,
        "client_id": identity.client_id,
        "expires_in": expires_in,
        "expires_on": text(issued.expires_at.as_second()),
        "ext_expires_in": expires_in,
        "not_before": text(issued.now.as_second() - BACKDATED.as_secs().cast_signed()),
        "resource": resource,
        "token_type": "Bearer",
    });
    Ok(Reply::json(StatusCode::OK, body).with_issued([issued.label]))
}

/// What the service asks of every request before it looks at its parameters: chains of credentials ask without header and query
/// whether anybody is there. Requests that were passed on are refused, whatever the words are.
pub(super) fn admitted(inbound: &Inbound) -> Result<(), Box<Reply>> {
    if !inbound.is_read() {
        let mut reply = refusal(StatusCode::METHOD_NOT_ALLOWED);
        reply.set_header("allow", READS);
        return Err(Box::new(reply));
    }
    let metadata = inbound.header("metadata");
    if !metadata.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(bad(
            "bad_request_102",
            "Required metadata header not specified",
        ));
    }
    if inbound.headers.contains_key("x-forwarded-for") {
        return Err(bad(
            "invalid_request",
            "Requests with the header X-Forwarded-For are not allowed",
        ));
    }
    Ok(())
}

/// The version is a date. How one that is not known is refused is assumed.
pub(super) fn version(asked: &Asked) -> Result<(), Box<Reply>> {
    let version = asked
        .get("api-version")
        .ok_or_else(|| missing("api-version"))?;
    let is_date = version.len() == FIRST_VERSION.len()
        && version
            .bytes()
            .zip(FIRST_VERSION.bytes())
            .all(|(sent, known)| {
                (sent == b'-') == (known == b'-') && (sent == b'-' || sent.is_ascii_digit())
            });
    if is_date && version >= FIRST_VERSION {
        return Ok(());
    }
    Err(bad(
        "invalid_request",
        "The value of the query variable 'api-version' is not supported",
    ))
}

fn missing(name: &str) -> Box<Reply> {
    bad(
        "invalid_request",
        &format!("Required query variable '{name}' is missing"),
    )
}

fn bad(error: &str, description: &str) -> Box<Reply> {
    Box::new(failure(StatusCode::BAD_REQUEST, error, description))
}

fn failure(status: StatusCode, error: &str, description: &str) -> Reply {
    let body = json!({ "error": error, "error_description": description });
    Reply::json(status, body).with_error(error, None)
}

/// The service's answer with a status. The page names these statuses and what they mean; how the bodies read is assumed.
fn refusal(status: StatusCode) -> Reply {
    let (error, description) = match status.as_u16() {
        404 => ("not_found", "The requested endpoint is not available."),
        405 => ("method_not_allowed", "The endpoint takes GET."),
        410 => ("gone", "The service is going through updates."),
        429 => ("too_many_requests", "Too many requests"),
        500.. => (
            "unknown",
            "Failed to retrieve token from the Active directory.",
        ),
        _ => ("invalid_request", "The request was not valid."),
    };
    failure(status, error, description)
}

/// The metadata service's way of answering, which is not that of the token service.
pub(super) struct Metadata;

impl Place for Metadata {
    /// The names that identities go by.
    const SELECTORS: &'static [(&'static str, Selector)] = &[
        ("client_id", Selector::Client),
        ("object_id", Selector::Object),
        ("msi_res_id", Selector::Resource),
    ];

    const PLACE: &'static Self = &Self;

    fn granted(world: &World, inbound: &Inbound, asked: &Asked) -> Result<Reply, Box<Reply>> {
        granted(world, inbound, asked)
    }
}

impl Dialect for Metadata {
    fn principal(&self, world: &World, inbound: &Inbound, call: &Call) -> String {
        Entra.principal(world, inbound, call)
    }

    fn limited(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, form: Form) -> Reply {
        match form {
            Form::Vendor | Form::Json | Form::Loop => refusal(StatusCode::TOO_MANY_REQUESTS),
            Form::Forbidden => {
                let mut reply = refusal(StatusCode::TOO_MANY_REQUESTS);
                reply.status = StatusCode::FORBIDDEN;
                reply
            }
            Form::Text => Entra.limited(world, inbound, endpoint, form),
        }
    }

    fn scripted(&self, _: &World, _: &Inbound, _: Endpoint, status: u16) -> Reply {
        refusal(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }

    fn scripted_error(&self, _: &World, _: &Inbound, scripted: &ScriptedError) -> Reply {
        let status = scripted
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        let mut body = json!({ "error": scripted.error });
        let description = scripted.description.as_deref().unwrap_or(&scripted.error);
        if !description.is_empty() {
            body["error_description"] = json!(description);
        }
        for (name, value) in &scripted.members {
            body[name.as_str()] = value.clone();
        }
        Reply::json(status.unwrap_or(StatusCode::BAD_REQUEST), body)
            .with_error(&scripted.error, None)
    }

    fn dress(&self, _: &World, _: &Inbound, _: Endpoint, reply: &mut Reply) {
        reply.default_header("content-type", "application/json; charset=utf-8");
    }
}
