//! Managed identities: code gets tokens from where it runs, without a credential of its own
//! (learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview).
//!
//! A virtual machine has a metadata service, an App Service an endpoint that environment variables name. Both speak plain HTTP.

mod app_service;
mod asked;
mod instance;
mod machine;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use jiff::Timestamp;

use self::app_service::AppService;
use self::asked::Asked;
use self::machine::Metadata;
use super::denial::EntraDenial;
use super::scope;
use super::token::app_only_lifetime;
use super::tokens::{self, About};
use crate::dialect::Dialect;
use crate::directory::{Assigned, Lifetimes, ManagedIdentity, Tenant};
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::ledger::{Grantee, TokenLabel};
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::{Rooms, World};

pub(crate) use app_service::{header_of, path as app_service_path};

/// The routes of the origin. Clients for JavaScript put a slash behind the path of the metadata service.
pub(crate) fn routes(rooms: Arc<Rooms>) -> Router {
    Router::new()
        .route("/metadata/identity/oauth2/token", any(token::<Metadata>))
        .route("/metadata/identity/oauth2/token/", any(token::<Metadata>))
        .route("/metadata/instance/compute", any(instance::compute))
        .route(
            "/metadata/instance/compute/location",
            any(instance::location),
        )
        .route(app_service::path(), any(token::<AppService>))
        .fallback(machine::unknown)
        .with_state(rooms)
}

/// Where code runs that has an identity, and whom it asks for a token.
trait Place: Dialect + 'static {
    /// By what a request may name an identity.
    const SELECTORS: &'static [(&'static str, Selector)];

    /// This place's way of answering.
    const PLACE: &'static Self;

    /// The token that is asked for.
    fn granted(world: &World, inbound: &Inbound, asked: &Asked) -> Result<Reply, Box<Reply>>;
}

async fn token<P: Place>(
    State(world): State<World>,
    Extension(inbound): Extension<Arc<Inbound>>,
) -> Response {
    let asked = Asked::of(&inbound, P::SELECTORS);
    let call = Call {
        endpoint: Endpoint::ManagedIdentity,
        token_request: Some(asked.facts()),
        presented: None,
    };
    pipeline::answer(&world, &inbound, call, P::PLACE, || {
        P::granted(&world, &inbound, &asked).unwrap_or_else(|refused| *refused)
    })
    .await
}

/// What an identity is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selector {
    Client,
    Object,
    Resource,
}

/// Why there is no identity to speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoIdentity {
    /// None has the name that was given, or there is none at all.
    Unknown,
    /// There are several, and none was named.
    Several,
}

/// The identity that a request names, or else the machine's own. A machine with one identity only, whichever, need not be told
/// which.
fn identity<'w>(
    world: &'w World,
    named: Option<(Selector, &str)>,
) -> Result<(&'w Tenant, &'w ManagedIdentity), NoIdentity> {
    let tenants = world.directory.entra.tenants.iter();
    let known: Vec<_> = tenants
        .flat_map(|tenant| {
            let identities = tenant.managed_identities.iter();
            identities.map(move |identity| (tenant, identity))
        })
        .collect();
    if let Some((by, sent)) = named {
        let named = known.into_iter().find(|(_, identity)| {
            let id = match by {
                Selector::Client => Some(&identity.client_id),
                Selector::Object => Some(&identity.object_id),
                Selector::Resource => identity.resource_id.as_ref(),
            };
            id.is_some_and(|id| id.eq_ignore_ascii_case(sent))
        });
        return named.ok_or(NoIdentity::Unknown);
    }
    let own = |(_, identity): &&(&Tenant, &ManagedIdentity)| identity.assigned == Assigned::System;
    match (known.iter().find(own), known.as_slice()) {
        (Some(own), _) => Ok(*own),
        (None, [only]) => Ok(*only),
        (None, []) => Err(NoIdentity::Unknown),
        (None, _) => Err(NoIdentity::Several),
    }
}

/// A token that has been issued.
struct Issued {
    label: TokenLabel,
    access_token: String,
    now: Timestamp,
    /// What answers call its lifetime: a second less than it has.
    lifetime: Duration,
    expires_at: Timestamp,
}

/// Issues a token of an identity for a resource.
fn issue(
    world: &World,
    tenant: &Tenant,
    identity: &ManagedIdentity,
    resource: &str,
) -> Result<Issued, EntraDenial> {
    let resolved = scope::resource(resource, tenant)?;
    let now = world.clock.now();
    let lifetime = app_only_lifetime(world, &Lifetimes::default());
    let expires_at = super::token::expiry(now, lifetime);
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
    Ok(Issued {
        label,
        access_token,
        now,
        lifetime,
        expires_at,
    })
}

/// The words for a resource that is none of the tenant's.
fn unknown_resource(resource: &str, tenant: &Tenant) -> String {
    format!(
        "AADSTS500011: The resource principal named {resource} was not found in the tenant named {}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
        tenant.name
    )
}
