//! The roles that APIs have for applications, with their ids (learn.microsoft.com/graph/permissions-reference).

use serde_json::{Value, json};

use crate::directory::Tenant;
use crate::entra::tokens::guid_of;

/// What stands for no role but to be let in.
pub(super) const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// Roles of Microsoft Graph with their ids there.
const GRAPH: [(&str, &str); 16] = [
    (
        "AppRoleAssignment.ReadWrite.All",
        "06b708a9-e830-4db3-a914-8e69da51d44f",
    ),
    (
        "Application.Read.All",
        "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    ),
    (
        "Application.ReadWrite.All",
        "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    ),
    (
        "Application.ReadWrite.OwnedBy",
        "18a4783c-866b-4cc7-a460-3d5e5662c884",
    ),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    (
        "Directory.ReadWrite.All",
        "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    ),
    ("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"),
    (
        "Group.ReadWrite.All",
        "62a82d76-70ea-41e2-9197-370581804d09",
    ),
    ("Mail.Read", "810c84a8-4a9e-49e6-bf7d-12d328f40d0e"),
    ("Mail.ReadWrite", "e2a3a72e-5f79-4c64-b1b1-878b674786c9"),
    ("Mail.Send", "b633e1c5-b582-4048-a93e-9f11b44c7e96"),
    (
        "RoleManagement.ReadWrite.Directory",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    ),
    ("Sites.Read.All", "332a536c-c7ef-4017-ab91-336970924f0d"),
    (
        "Sites.ReadWrite.All",
        "9492366f-7969-46a4-8d15-ed1a20078fff",
    ),
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
    ("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca"),
];

/// A role of an application or API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppRole {
    pub(super) id: String,
    pub(super) name: String,
}

/// The roles of an application or API: those that the directory says, those that a registration has, Graph's own.
pub(super) fn of(tenant: &Tenant, app_id: &str) -> Vec<AppRole> {
    let mut roles = Vec::new();
    let mut add = |id: String, name: &str| {
        let is_new = roles.iter().all(|known: &AppRole| known.name != name);
        if is_new {
            let name = name.to_owned();
            roles.push(AppRole { id, name });
        }
    };
    let mut resources = tenant.resources.iter();
    let resource = resources.find(|known| known.app_id.eq_ignore_ascii_case(app_id));
    if let Some(resource) = resource {
        for (name, id) in GRAPH.iter().filter(|_| resource.is_graph()) {
            add((*id).to_owned(), name);
        }
        for name in &resource.roles {
            add(id(app_id, name), name);
        }
    }
    let mut applications = tenant.applications.iter();
    let application = applications.find(|known| known.id.eq_ignore_ascii_case(app_id));
    let registered = application.and_then(|known| known.registration.properties.get("appRoles"));
    for role in registered.and_then(Value::as_array).into_iter().flatten() {
        if let (Some(id), Some(name)) = (role["id"].as_str(), role["value"].as_str()) {
            add(id.to_owned(), name);
        }
    }
    roles
}

/// The id of a role by its name, known or not.
pub(super) fn id_of(tenant: &Tenant, app_id: &str, name: &str) -> String {
    let known = of(tenant, app_id)
        .into_iter()
        .find(|role| role.name == name);
    known.map_or_else(|| id(app_id, name), |role| role.id)
}

/// The roles as a service principal shows them.
pub(super) fn shown(tenant: &Tenant, app_id: &str) -> Vec<Value> {
    let shown = |role: AppRole| {
        json!({
            "allowedMemberTypes": ["Application"], "description": role.name, "displayName": role.name, "id": role.id,
            "isEnabled": true, "origin": "Application", "value": role.name,
        })
    };
    of(tenant, app_id).into_iter().map(shown).collect()
}

fn id(app_id: &str, name: &str) -> String {
    guid_of(&format!("role {app_id}/{name}"))
}
