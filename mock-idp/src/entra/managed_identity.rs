//! The metadata service of an Azure virtual machine, as far as it hands out tokens of managed identities
//! (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
//!
//! It speaks plain HTTP, wants the header `Metadata: true`, and writes every member of its answers as a text.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use http::StatusCode;
use serde_json::json;

use super::Entra;
use super::scope;
use super::token::app_only_lifetime;
use super::tokens::{self, About};
use crate::dialect::Dialect;
use crate::directory::{Assigned, Lifetimes, ManagedIdentity, Tenant};
use crate::fault::ScriptedError;
use crate::inbound::{Inbound, READS};
use crate::journal::{Endpoint, TokenRequestFacts};
use crate::ledger::Grantee;
use crate::limits::Form;
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::{Rooms, World};

/// How far `not_before` lies before the moment of issue.
const BACKDATED: Duration = Duration::from_secs(300);

/// The routes of the metadata service. Clients for JavaScript put a slash behind the path.
pub(crate) fn routes(rooms: Arc<Rooms>) -> Router {
    Router::new()
        .route("/metadata/identity/oauth2/token", any(token))
        .route("/metadata/identity/oauth2/token/", any(token))
        .fallback(unknown)
        .with_state(rooms)
}

async fn token(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let asked = Asked::of(&inbound);
    let call = Call {
        endpoint: Endpoint::ManagedIdentity,
        token_request: Some(asked.facts()),
        presented: None,
    };
    pipeline::answer(&world, &inbound, call, &Metadata, || {
        granted(&world, &inbound, &asked).unwrap_or_else(|refused| *refused)
    })
    .await
}

async fn unknown(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let act = || refusal(StatusCode::NOT_FOUND);
    pipeline::answer(
        &world,
        &inbound,
        Call::to(Endpoint::Unknown),
        &Metadata,
        act,
    )
    .await
}

/// The parameters of a request, which stand in its query.
struct Asked {
    parameters: Vec<(String, String)>,
}

impl Asked {
    fn of(inbound: &Inbound) -> Self {
        let parameters = crate::form::parse(inbound.query().as_bytes());
        Self {
            parameters: parameters.unwrap_or_default(),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .parameters
            .iter()
            .find(|(known, value)| known.eq_ignore_ascii_case(name) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// How the request names a user-assigned identity: the name of the parameter, and its value.
    fn identity(&self) -> Option<(&'static str, &str)> {
        ["client_id", "object_id", "msi_res_id"]
            .into_iter()
            .find_map(|name| Some((name, self.get(name)?)))
    }

    fn facts(&self) -> TokenRequestFacts {
        let names = self.parameters.iter().map(|(name, _)| name.clone());
        TokenRequestFacts {
            client: self.identity().map(|(_, id)| id.to_owned()),
            parameters: names.collect(),
            scope: self
                .get("resource")
                .map(str::to_owned)
                .into_iter()
                .collect(),
            ..TokenRequestFacts::default()
        }
    }
}

fn granted(world: &World, inbound: &Inbound, asked: &Asked) -> Result<Reply, Box<Reply>> {
    if !inbound.is_read() {
        let mut reply = refusal(StatusCode::METHOD_NOT_ALLOWED);
        reply.set_header("allow", READS);
        return Err(Box::new(reply));
    }
    // Before the parameters: chains of credentials ask without header and query whether anybody is there.
    let metadata = inbound.header("metadata");
    if !metadata.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(bad(
            "bad_request_102",
            "Required metadata header not specified",
        ));
    }
    let missing = |name| {
        bad(
            "invalid_request",
            &format!("Required query variable '{name}' is missing"),
        )
    };
    asked
        .get("api-version")
        .ok_or_else(|| missing("api-version"))?;
    let resource = asked.get("resource").ok_or_else(|| missing("resource"))?;
    let (tenant, identity) = identity(world, asked)?;
    let resolved = scope::resource(resource, tenant).map_err(|_| {
        bad(
            "invalid_resource",
            &format!("AADSTS500011: The resource principal named {resource} was not found in the tenant named {}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.", tenant.name),
        )
    })?;
    let now = world.clock.now();
    let lifetime = app_only_lifetime(world, &Lifetimes::default());
    let expires_at = now
        .checked_add(lifetime + Duration::from_secs(1))
        .unwrap_or(jiff::Timestamp::MAX);
    let grantee = Grantee {
        client: identity.client_id.clone(),
        user: None,
        issuer: tenant.id.clone(),
        scope: Vec::new(),
    };
    let label = world
        .ledger
        .issue_access(&grantee, None, None, now, expires_at);
    let about = About {
        tenant,
        resolved: &resolved,
        now,
        expires_at,
    };
    let access_token = tokens::managed(world, &about, identity);
    world.ledger.record_access(label, &access_token);
    let text = |number: i64| number.to_string();
    let expires_in = lifetime.as_secs().to_string();
    let body = json!({
        "access_token": access_token,
        "client_id": identity.client_id,
        "expires_in": expires_in,
        "expires_on": text(expires_at.as_second()),
        "ext_expires_in": expires_in,
        "not_before": text(now.as_second() - BACKDATED.as_secs().cast_signed()),
        "resource": resource,
        "token_type": "Bearer",
    });
    Ok(Reply::json(StatusCode::OK, body).with_issued([label]))
}

/// The identity that a request names, or else the machine's own. A machine with one identity only, whichever, need not be told
/// which.
fn identity<'w>(
    world: &'w World,
    asked: &Asked,
) -> Result<(&'w Tenant, &'w ManagedIdentity), Box<Reply>> {
    let tenants = world.directory.entra.tenants.iter();
    let known: Vec<_> = tenants
        .flat_map(|tenant| {
            let identities = tenant.managed_identities.iter();
            identities.map(move |identity| (tenant, identity))
        })
        .collect();
    let not_found = || bad("invalid_request", "Identity not found");
    if let Some((by, sent)) = asked.identity() {
        let named = known.into_iter().find(|(_, identity)| {
            let id = match by {
                "client_id" => Some(&identity.client_id),
                "object_id" => Some(&identity.object_id),
                _ => identity.resource_id.as_ref(),
            };
            id.is_some_and(|id| id.eq_ignore_ascii_case(sent))
        });
        return named.ok_or_else(not_found);
    }
    let own = |(_, identity): &&(&Tenant, &ManagedIdentity)| identity.assigned == Assigned::System;
    match (known.iter().find(own), known.as_slice()) {
        (Some(own), _) => Ok(*own),
        (None, [only]) => Ok(*only),
        (None, []) => Err(not_found()),
        // The wording is assumed.
        (None, _) => Err(bad(
            "invalid_request",
            "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
        )),
    }
}

fn bad(error: &str, description: &str) -> Box<Reply> {
    Box::new(failure(StatusCode::BAD_REQUEST, error, description))
}

fn failure(status: StatusCode, error: &str, description: &str) -> Reply {
    let body = json!({ "error": error, "error_description": description });
    Reply::json(status, body).with_error(error, None)
}

/// The service's answer with a status. The page names these statuses and what they mean; how the bodies read is assumed.
pub(super) fn refusal(status: StatusCode) -> Reply {
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
struct Metadata;

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
