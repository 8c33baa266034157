//! Service principals: what of an application is in a tenant (learn.microsoft.com/graph/api/resources/serviceprincipal).

use http::{Method, StatusCode};
use serde_json::Value;

use super::applications::{find_mut, may_change, may_create, may_read};
use super::assignments::{self, End};
use super::call::{Call, Name};
use super::fields::Fields;
use super::list::list;
use super::refusal::Refused;
use super::{only, passwords, shape};
use crate::directory::Tenant;
use crate::entra::tokens::service_principal;
use crate::reply::Reply;

/// `/servicePrincipals` and one of them.
pub(super) fn answer(call: &Call<'_>, rest: &[&str]) -> Result<Reply, Refused> {
    match (rest, call.method()) {
        ([], &Method::GET) => {
            may_read(call)?;
            list(call, "servicePrincipals", all(call.caller.tenant))
        }
        ([], &Method::POST) => create(call),
        ([], _) => Err(only(call, &[Method::GET, Method::POST])),
        ([id], &Method::GET) => {
            may_read(call)?;
            let shown = find(call.caller.tenant, Name::of(id));
            let shown = shown.ok_or_else(|| call.not_found(Name::of(id).text()))?;
            Ok(call.entity("servicePrincipals", shown))
        }
        ([id], &Method::PATCH) => {
            let application = of_application(call, id)?;
            may_change(call, Name::AppId(&application))?;
            update(call, &application)
        }
        ([id], &Method::DELETE) => {
            let application = of_application(call, id)?;
            may_change(call, Name::AppId(&application))?;
            delete(call, &application)
        }
        ([_], _) => Err(only(call, &[Method::GET, Method::PATCH, Method::DELETE])),
        ([id, "approleassignments", below @ ..], _) => {
            let id = object_id(call, id)?;
            assignments::answer(call, "servicePrincipals", &id, End::Principal, below)
        }
        ([id, "approleassignedto", below @ ..], _) => {
            let id = object_id(call, id)?;
            assignments::answer(call, "servicePrincipals", &id, End::Resource, below)
        }
        // A secret of the service principal opens the same doors as one of its application.
        ([id, action @ ("addpassword" | "removepassword")], &Method::POST) => {
            let application = of_application(call, id)?;
            may_change(call, Name::AppId(&application))?;
            match *action {
                "addpassword" => passwords::add(call, Name::AppId(&application)),
                _ => passwords::remove(call, Name::AppId(&application)),
            }
        }
        _ => Err(call.no_segment()),
    }
}

/// Those of applications, of APIs and of managed identities.
fn all(tenant: &Tenant) -> Vec<Value> {
    let applications = tenant
        .applications
        .iter()
        .filter(|application| !application.registration.without_service_principal)
        .map(|application| shape::principal(tenant, application));
    let known = |id: &str| tenant.applications.iter().any(|known| known.id == id);
    let resources = tenant
        .resources
        .iter()
        .filter(|resource| !(resource.without_service_principal || known(&resource.app_id)))
        .map(|resource| shape::resource(tenant, resource));
    let identities = tenant.managed_identities.iter().map(shape::managed);
    applications.chain(resources).chain(identities).collect()
}

/// The object id of a service principal that is there. Whoever may not look is not told whether it is.
fn object_id(call: &Call<'_>, id: &str) -> Result<String, Refused> {
    may_read(call)?;
    let name = Name::of(id);
    let shown = find(call.caller.tenant, name).ok_or_else(|| call.not_found(name.text()))?;
    Ok(shown["id"].as_str().unwrap_or_default().to_owned())
}

fn find(tenant: &Tenant, name: Name<'_>) -> Option<Value> {
    let member = match name {
        Name::ObjectId(_) => "id",
        Name::AppId(_) => "appId",
    };
    all(tenant).into_iter().find(|shown| {
        let id = shown[member].as_str().unwrap_or_default();
        id.eq_ignore_ascii_case(name.text())
    })
}

/// The client id of the application that has this service principal. Those of APIs and managed identities are not to be changed
/// here.
fn of_application(call: &Call<'_>, id: &str) -> Result<String, Refused> {
    may_create(call)?;
    let tenant = call.caller.tenant;
    let name = Name::of(id);
    let found = tenant.applications.iter().find(|application| {
        let id = match name {
            Name::ObjectId(_) => &service_principal(&tenant.id, &application.id),
            Name::AppId(_) => &application.id,
        };
        id.eq_ignore_ascii_case(name.text()) && !application.registration.without_service_principal
    });
    match found {
        Some(application) => Ok(application.id.clone()),
        None if find(tenant, name).is_some() => Err(call.forbidden()),
        None => Err(call.not_found(name.text())),
    }
}

/// 201. From now on the application can sign in as itself.
fn create(call: &Call<'_>) -> Result<Reply, Refused> {
    may_create(call)?;
    let mut fields = Fields::of(call, "ServicePrincipal")?;
    let client = fields.required("appId")?;
    let enabled = fields.truth("accountEnabled")?;
    let assigned = fields.truth("appRoleAssignmentRequired")?;
    for ignored in ["displayName", "tags"] {
        fields.take(ignored);
    }
    fields.nothing_else()?;
    may_change_or_missing(call, &client)?;
    let body = call.change(|tenant| {
        let shown = tenant.clone();
        let Ok(application) = find_mut(call, tenant, Name::AppId(&client)) else {
            return Err(call.bad(&format!(
                "The appId '{}' of the service principal does not reference a valid application object.",
                client.chars().take(64).collect::<String>()
            )));
        };
        if !application.registration.without_service_principal {
            return Err(call.refuse(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                &format!(
                    "The service principal cannot be created, updated, or restored because the service principal name {client} is already in use."
                ),
            ));
        }
        application.registration.without_service_principal = false;
        application.enabled = enabled.unwrap_or(true);
        application.assignment_required = assigned.unwrap_or(false);
        Ok(shape::principal(&shown, application))
    })?;
    Ok(call.created("servicePrincipals", body).with_change(format!(
        "application {client} was given a service principal"
    )))
}

/// Whoever may change only what it owns is told so; for an application that is not there the answer is another.
fn may_change_or_missing(call: &Call<'_>, client: &str) -> Result<(), Refused> {
    let applications = &call.caller.tenant.applications;
    let mut known = applications.iter();
    match known.any(|application| application.id.eq_ignore_ascii_case(client)) {
        true => may_change(call, Name::AppId(client)),
        false => Ok(()),
    }
}

fn update(call: &Call<'_>, client: &str) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "ServicePrincipal")?;
    let enabled = fields.truth("accountEnabled")?;
    let assigned = fields.truth("appRoleAssignmentRequired")?;
    fields.nothing_else()?;
    call.change(|tenant| {
        let application = find_mut(call, tenant, Name::AppId(client))?;
        application.enabled = enabled.unwrap_or(application.enabled);
        application.assignment_required = assigned.unwrap_or(application.assignment_required);
        // Where it is an API as well, applications need an assignment, too.
        let api = tenant.resources.iter_mut().find(|api| api.app_id == client);
        if let (Some(api), Some(assigned)) = (api, assigned) {
            api.assignment_required = assigned;
        }
        Ok(())
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(format!(
        "the service principal of application {client} was changed"
    )))
}

fn delete(call: &Call<'_>, client: &str) -> Result<Reply, Refused> {
    call.change(|tenant| {
        let application = find_mut(call, tenant, Name::AppId(client))?;
        application.registration.without_service_principal = true;
        Ok(())
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(format!(
        "application {client} has lost its service principal"
    )))
}
