//! Application registrations: `/applications` (learn.microsoft.com/graph/api/resources/application).

use http::{Method, StatusCode};

use super::call::{Call, Name};
use super::list::list;
use super::refusal::Refused;
use super::{federated, keys, only, passwords, registering, shape};
use crate::directory::{Application, Tenant};
use crate::reply::Reply;

/// The permissions that open registrations, and those that change them.
const READS: [&str; 5] = [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITES: [&str; 2] = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];
const WRITES_OWN: &str = "Application.ReadWrite.OwnedBy";

/// `/applications` and what lies below it.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Result<Reply, Refused> {
    match (rest, call.method()) {
        ([], &Method::GET) => {
            call.needs(&READS)?;
            let tenant = call.caller.tenant;
            let all = tenant.applications.iter();
            let shown = all.map(|application| shape::application(tenant, application));
            list(call, "applications", shown.collect())
        }
        ([], &Method::POST) => {
            may_create(call)?;
            registering::create(call)
        }
        ([], _) => Err(only(call, &[Method::GET, Method::POST])),
        ([id, below @ ..], method) => {
            let name = Name::of(id);
            match (below, method) {
                ([], &Method::GET) => {
                    call.needs(&READS)?;
                    let tenant = call.caller.tenant;
                    let found = find(call, tenant, name)?;
                    Ok(call.entity("applications", shape::application(tenant, found)))
                }
                ([], &Method::PATCH) => {
                    may_change(call, name)?;
                    registering::update(call, name)
                }
                ([], &Method::DELETE) => {
                    may_change(call, name)?;
                    delete(call, name)
                }
                ([], _) => Err(only(call, &[Method::GET, Method::PATCH, Method::DELETE])),
                (["addpassword"], &Method::POST) => {
                    may_change(call, name)?;
                    passwords::add(call, name)
                }
                (["removepassword"], &Method::POST) => {
                    may_change(call, name)?;
                    passwords::remove(call, name)
                }
                (["addkey"], &Method::POST) => {
                    may_change(call, name)?;
                    keys::add(call, name)
                }
                (["removekey"], &Method::POST) => {
                    may_change(call, name)?;
                    keys::remove(call, name)
                }
                (["addpassword" | "removepassword" | "addkey" | "removekey"], _) => {
                    Err(only(call, &[Method::POST]))
                }
                (["federatedidentitycredentials", below @ ..], method) => {
                    match *method {
                        Method::GET => call.needs(&READS)?,
                        _ => may_change(call, name)?,
                    }
                    federated::answer(call, name, below)
                }
                _ => Err(call.no_segment()),
            }
        }
    }
}

/// 403 unless the token may register applications.
pub(super) fn may_create(call: &Call<'_>) -> Result<(), Refused> {
    match call.caller.may(&WRITES) {
        true => Ok(()),
        false => call.needs(&[WRITES_OWN]),
    }
}

/// 403 unless the token may change this application. Whoever may not is not told whether there is one.
pub(super) fn may_change(call: &Call<'_>, name: Name<'_>) -> Result<(), Refused> {
    if call.caller.may(&WRITES) {
        return Ok(());
    }
    call.needs(&[WRITES_OWN])?;
    let application = find(call, call.caller.tenant, name)?;
    let owners = &application.registration.owners;
    match owners.iter().any(|owner| owner == call.caller.object_id()) {
        true => Ok(()),
        false => Err(call.forbidden()),
    }
}

/// 403 unless the token may read registrations.
pub(super) fn may_read(call: &Call<'_>) -> Result<(), Refused> {
    call.needs(&READS)
}

/// An application of a tenant.
pub(super) fn find<'t>(
    call: &Call<'_>,
    tenant: &'t Tenant,
    name: Name<'_>,
) -> Result<&'t Application, Refused> {
    let found = place(tenant, name).and_then(|place| tenant.applications.get(place));
    found.ok_or_else(|| call.not_found(name.text()))
}

/// The same, to be changed.
pub(super) fn find_mut<'t>(
    call: &Call<'_>,
    tenant: &'t mut Tenant,
    name: Name<'_>,
) -> Result<&'t mut Application, Refused> {
    let found = place(tenant, name).and_then(|place| tenant.applications.get_mut(place));
    found.ok_or_else(|| call.not_found(name.text()))
}

fn place(tenant: &Tenant, name: Name<'_>) -> Option<usize> {
    tenant.applications.iter().position(|application| {
        let id = match name {
            Name::ObjectId(_) => &shape::object_id(&tenant.id, application),
            Name::AppId(_) => &application.id,
        };
        id.eq_ignore_ascii_case(name.text())
    })
}

/// 204. What was registered cannot be brought back here, as it can for thirty days elsewhere.
fn delete(call: &Call<'_>, name: Name<'_>) -> Result<Reply, Refused> {
    let gone = call.change(|tenant| {
        let id = find(call, tenant, name)?.id.clone();
        tenant.applications.retain(|known| known.id != id);
        tenant.drop_dangling();
        Ok(id)
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(format!("application {gone} was deleted")))
}
