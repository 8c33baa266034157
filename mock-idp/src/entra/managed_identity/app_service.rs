//! The endpoint that an App Service or a function has for tokens of its managed identities
//! (learn.microsoft.com/azure/app-service/overview-managed-identity, "REST endpoint reference").
//!
//! Environment variables say where it is and what to show: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.

use http::StatusCode;
use serde_json::{Value, json};

use super::asked::Asked;
use super::{NoIdentity, Place, Selector, identity, issue, unknown_resource};
use crate::dialect::Dialect;
use crate::entra::Entra;
use crate::entropy::hex;
use crate::fault::ScriptedError;
use crate::inbound::{Inbound, READS};
use crate::journal::Endpoint;
use crate::limits::Form;
use crate::pipeline::Call;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::world::{Rooms, World};

/// Where the endpoint is.
pub(crate) fn path() -> &'static str {
    "/msi/token"
}

/// What a world's endpoint wants to be shown: `IDENTITY_HEADER`. The same for the same seed.
pub(crate) fn header_of(rooms: &Rooms) -> Secret {
    let random = rooms.entropy.derived("identity header");
    Secret::new(hex(&random[..16]).to_ascii_uppercase())
}

/// The interface has two versions that are documented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// `2017-09-01`: another header, and a date in words.
    Old,
    /// `2019-08-01`.
    Usual,
}

fn granted(world: &World, inbound: &Inbound, asked: &Asked) -> Result<Reply, Box<Reply>> {
    let refuse = |status, message: &str| Err(Box::new(failure(world, status, message)));
    if !inbound.is_read() {
        let mut reply = failure(world, 405, "The endpoint takes GET.");
        reply.set_header("allow", READS);
        return Err(Box::new(reply));
    }
    let version = match asked.get("api-version") {
        Some("2019-08-01") => Version::Usual,
        Some("2017-09-01") => Version::Old,
        Some(_) => return refuse(400, "The api-version is not supported."),
        None => return refuse(400, "The parameter 'api-version' is missing."),
    };
    let name = match version {
        Version::Usual => "x-identity-header",
        Version::Old => "secret",
    };
    // It keeps requests out that others have been talked into. How they are refused is assumed.
    let shown = inbound.header(name).map(Secret::new);
    if shown != Some(header_of(world)) {
        return refuse(401, "The identity header is missing or wrong.");
    }
    let Some(resource) = asked.get("resource") else {
        return refuse(400, "The parameter 'resource' is missing.");
    };
    let (tenant, identity) = match identity(world, asked.identity()) {
        Ok(found) => found,
        Err(NoIdentity::Unknown) => {
            return refuse(
                400,
                "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
            );
        }
        Err(NoIdentity::Several) => {
            return refuse(400, "No System Assigned Managed Identity found.");
        }
    };
    let Ok(issued) = issue(world, tenant, identity, resource) else {
        return refuse(400, &unknown_resource(resource, tenant));
    };
    let expires = issued.expires_at;
    let body = match version {
        Version::Usual => json!({
            "access_token": issued.access_token,
            "expires_on": expires.as_second().to_string(),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": identity.client_id,
        }),
        Version::Old => json!({
            "access_token": issued.access_token,
            "expires_on": expires.to_zoned(jiff::tz::TimeZone::UTC).strftime("%m/%d/%Y %H:%M:%S %p +00:00").to_string(),
            "resource": resource,
            "token_type": "Bearer",
        }),
    };
    Ok(Reply::json(StatusCode::OK, body).with_issued([issued.label]))
}

fn failure(world: &World, status: u16, message: &str) -> Reply {
    let body = json!({
        "statusCode": status, "message": message, "correlationId": world.entropy.guid(),
    });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // It has no code; the journal goes by the status.
    Reply::json(status, body)
}

/// The endpoint's way of answering.
pub(super) struct AppService;

impl Place for AppService {
    /// The names that identities go by; `clientid` is the version of 2017's.
    const SELECTORS: &'static [(&'static str, Selector)] = &[
        ("client_id", Selector::Client),
        ("clientid", Selector::Client),
        ("principal_id", Selector::Object),
        ("object_id", Selector::Object),
        ("mi_res_id", Selector::Resource),
        ("msi_res_id", Selector::Resource),
    ];

    const PLACE: &'static Self = &Self;

    fn granted(world: &World, inbound: &Inbound, asked: &Asked) -> Result<Reply, Box<Reply>> {
        granted(world, inbound, asked)
    }
}

impl Dialect for AppService {
    fn principal(&self, world: &World, inbound: &Inbound, call: &Call) -> String {
        Entra.principal(world, inbound, call)
    }

    fn limited(&self, world: &World, inbound: &Inbound, endpoint: Endpoint, form: Form) -> Reply {
        match form {
            Form::Vendor | Form::Json | Form::Loop => failure(world, 429, "Too many requests"),
            Form::Forbidden => failure(world, 403, "Too many requests"),
            Form::Text => Entra.limited(world, inbound, endpoint, form),
        }
    }

    fn scripted(&self, world: &World, _: &Inbound, _: Endpoint, status: u16) -> Reply {
        let message = match status {
            400 => "The request was not valid.",
            404 => "The requested endpoint is not available.",
            429 => "Too many requests",
            _ => "An unexpected error occurred while fetching the AAD Token.",
        };
        failure(world, status, message)
    }

    fn scripted_error(&self, world: &World, _: &Inbound, scripted: &ScriptedError) -> Reply {
        let status = scripted.status.unwrap_or(400);
        let message = scripted.description.as_deref().unwrap_or(&scripted.error);
        let mut reply = failure(world, status, message).with_error(&scripted.error, None);
        if let crate::reply::Payload::Json(Value::Object(body)) = &mut reply.body {
            for (name, value) in &scripted.members {
                body.insert(name.clone(), value.clone());
            }
        }
        reply
    }

    fn dress(&self, _: &World, _: &Inbound, _: Endpoint, reply: &mut Reply) {
        reply.default_header("content-type", "application/json; charset=utf-8");
    }
}
