//! `/apps`, for OpenID Connect and service applications
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/Application).

mod assigned;
mod grants;
mod keys;
mod secrets;
mod shape;
mod writing;

use http::Method;
use serde_json::json;

use super::call::{Call, done, ok};
use super::paging::{Kind, list};
use super::refusal::Refused;
use crate::directory::{Application, OktaDirectory};

use crate::reply::Reply;

pub(super) use assigned::of_group;
pub(super) use secrets::renew as renew_secret;
pub(super) use shape::as_client;

const APPS: Kind = Kind {
    usual: 20,
    most: 200,
    q: &["label", "name"],
};

/// What lies below `/apps`.
pub(super) fn answer(call: &Call<'_>, below: &[&str]) -> Result<Reply, Refused> {
    match (below, call.method()) {
        ([], &Method::GET) => {
            let all = call.okta().applications.iter();
            list(
                call,
                &APPS,
                all.map(|application| shape::shown(call, application))
                    .collect(),
            )
        }
        ([], &Method::POST) => writing::create(call),
        ([id], &Method::GET) => ok(shape::shown(call, find(call, id)?)),
        ([id], &Method::PUT) => writing::update(call, id),
        ([id], &Method::DELETE) => delete(call, id),
        ([id, "lifecycle", action @ ("activate" | "deactivate")], &Method::POST) => {
            let is_active = *action == "activate";
            call.change(|okta| {
                let application = find_mut(call, okta, id)?;
                application.enabled = is_active;
                touch(call, application);
                Ok(())
            })?;
            let now = if is_active { "active" } else { "inactive" };
            Ok(ok(json!({}))?.with_change(format!("application {id} is {now}")))
        }
        ([id, "credentials", "secrets", below @ ..], _) => secrets::answer(call, id, below),
        ([id, "credentials", "jwks", below @ ..], _) => keys::answer(call, id, below),
        ([id, "grants", below @ ..], _) => grants::answer(call, id, below),
        ([id, "users", below @ ..], _) => assigned::users(call, id, below),
        ([id, "groups", below @ ..], _) => assigned::groups(call, id, below),
        ([] | [_] | [_, "lifecycle", "activate" | "deactivate"], _) => Err(call.no_method()),
        _ => Err(call.no_path()),
    }
}

/// An application by its id, which is its client id too.
pub(super) fn find<'w>(call: &Call<'w>, id: &str) -> Result<&'w Application, Refused> {
    let found = call.okta().applications.iter().find(|known| known.id == id);
    found.ok_or_else(|| call.not_found(id, "AppInstance"))
}

/// The same, to be changed.
pub(super) fn find_mut<'o>(
    call: &Call<'_>,
    okta: &'o mut OktaDirectory,
    id: &str,
) -> Result<&'o mut Application, Refused> {
    let mut known = okta.applications.iter_mut();
    let found = known.find(|known| known.id == id);
    found.ok_or_else(|| call.not_found(id, "AppInstance"))
}

/// Something of an application has changed now.
fn touch(call: &Call<'_>, application: &mut Application) {
    let now = super::call::instant(call.now());
    let properties = &mut application.registration.properties;
    properties.insert("lastUpdated".to_owned(), json!(now));
}

fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    if find(call, id)?.enabled {
        let cause = "The application must be deactivated before deletion.";
        return Err(call.refuse("E0000056", &[cause]));
    }
    // With it goes what was for it alone.
    let gone = call.world.change_directory(|directory| {
        let kind = crate::directory::PartKind::Application;
        directory.remove(call.world.provider, None, kind, id)
    });
    gone.map_err(|_| call.not_found(id, "AppInstance"))?;
    done(format!("application {id} was deleted"))
}
