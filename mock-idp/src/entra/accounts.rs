//! People and their passwords, and what a request must say of them.

use super::coded::Coded;
use super::denial::EntraDenial;
use super::password;
use crate::directory::{Tenant, User};
use crate::engine::{Denial, TokenRequest};
use crate::world::World;

/// What a credential is made of, by grant: there and empty it is another mistake than missing. Which parameters Entra tells so
/// is assumed.
const PARTS: [(&str, &[&str]); 4] = [
    ("authorization_code", &["code"]),
    ("client_credentials", &["client_secret"]),
    ("password", &["username", "password"]),
    ("refresh_token", &["refresh_token"]),
];

/// Refuses a request with an empty part of a credential.
pub(super) fn complete(request: &TokenRequest) -> Result<(), EntraDenial> {
    let grant = request.get("grant_type").unwrap_or_default();
    let parts = PARTS.iter().find(|(known, _)| *known == grant);
    let parts = parts.map_or(&[][..], |(_, parts)| parts);
    match parts.iter().find(|name| request.is_blank(name)) {
        Some(name) => Err(Coded::new(90_014).with("parameter", *name).into()),
        None => Ok(()),
    }
}

/// The user whose password a request shows.
pub(super) fn by_password(
    world: &World,
    request: &TokenRequest,
    tenant: &Tenant,
) -> Result<User, EntraDenial> {
    password::user(world, request, tenant).map_err(|denial| match denial {
        Denial::UserUnknown { .. } => Coded::new(50_034).with("tenant", &tenant.id).into(),
        denial => denial.into(),
    })
}
