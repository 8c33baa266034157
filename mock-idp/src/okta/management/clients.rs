//! What administrators do with a client by its id: `/oauth2/v1/clients/{id}/…`.

use http::Method;

use super::apps;
use super::call::{Call, ok};
use super::refusal::Refused;
use super::roles;
use crate::reply::Reply;

/// The roles of a client, and a new secret in the place of all that it has.
pub(super) fn answer(call: &Call<'_>, id: &str, below: &[&str]) -> Result<Reply, Refused> {
    let found = |_| call.not_found(id, "PublicClientApp");
    let application = apps::find(call, id).map_err(found)?;
    match (below, call.method()) {
        (["roles", below @ ..], _) => {
            let set = |role| {
                call.change(|okta| {
                    apps::find_mut(call, okta, id)?.role = role;
                    Ok(())
                })
            };
            let kind = "CLIENT";
            roles::answer(call, &application.id, kind, application.role, below, set)
        }
        (["lifecycle", "newSecret"], &Method::POST) => {
            let application = apps::renew_secret(call, id)?;
            ok(apps::as_client(&application))
        }
        (["lifecycle", "newSecret"], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}
