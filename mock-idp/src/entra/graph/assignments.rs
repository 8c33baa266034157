//! App role assignments: who may call an API as itself, and who may sign in to an application
//! (learn.microsoft.com/graph/api/resources/approleassignment). They hold at the token endpoint at once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::applications::may_read;
use super::call::Call;
use super::fields::Fields;
use super::list::list;
use super::refusal::Refused;
use super::registering::quota;
use super::{app_roles, only, shape};
use crate::directory::{Assignment, Tenant};
use crate::entra::tokens::service_principal;
use crate::reply::Reply;

/// How many a tenant takes.
const MOST: usize = 10_000;
/// The permission that assigns.
const WRITES: [&str; 1] = ["AppRoleAssignment.ReadWrite.All"];

/// From which end assignments are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// What somebody is assigned to: `appRoleAssignments`.
    Principal,
    /// Who is assigned to something: `appRoleAssignedTo`.
    Resource,
}

/// Somebody who can be assigned, or something that can be assigned to.
#[derive(Clone, Debug)]
struct Object {
    /// Its object id, as Graph names it.
    id: String,
    /// Its id in the directory.
    known_as: String,
    name: String,
    kind: &'static str,
}

/// The collection at one end of assignments, and what lies below it. `id` is the object id of that end.
pub(super) fn answer(
    call: &Call<'_>,
    kind: &str,
    id: &str,
    end: End,
    rest: &[&str],
) -> Result<Reply, Refused> {
    let tenant = call.caller.tenant;
    let own = || {
        let mut objects = objects(tenant).into_iter();
        let own = objects.find(|known| known.id.eq_ignore_ascii_case(id));
        own.ok_or_else(|| call.not_found(id))
    };
    let name = match end {
        End::Principal => "appRoleAssignments",
        End::Resource => "appRoleAssignedTo",
    };
    let context = format!("{kind}('{id}')/{name}");
    match (rest, call.method()) {
        ([], &Method::GET) => {
            may_read(call)?;
            let own = own()?;
            let shown = all(tenant).into_iter().filter(|row| row.is_at(&own, end));
            list(call, &context, shown.map(|row| row.shown()).collect())
        }
        ([], &Method::POST) => {
            call.needs(&WRITES)?;
            create(call, &own()?, end, &context)
        }
        ([], _) => Err(only(call, &[Method::GET, Method::POST])),
        ([asked], &Method::GET) => {
            may_read(call)?;
            let own = own()?;
            let row = all(tenant)
                .into_iter()
                .find(|row| row.is_at(&own, end) && row.is(asked));
            let row = row.ok_or_else(|| call.not_found(asked))?;
            Ok(call.entity(&context, row.shown()))
        }
        ([asked], &Method::DELETE) => {
            call.needs(&WRITES)?;
            delete(call, &own()?, end, asked)
        }
        ([_], _) => Err(only(call, &[Method::GET, Method::DELETE])),
        _ => Err(call.no_segment()),
    }
}

/// An assignment with both its ends.
struct Row {
    principal: Object,
    resource: Object,
    role: Option<String>,
    role_id: String,
    created: Option<jiff::Timestamp>,
    /// Whether it is a role that is consented to without naming an API.
    is_consented: bool,
}

impl Row {
    /// Graph's ids say nothing.
    fn id(&self) -> String {
        let ends = format!(
            "{}/{}/{}",
            self.principal.id, self.resource.id, self.role_id
        );
        URL_SAFE_NO_PAD.encode(Sha256::digest(ends))
    }

    /// Paths are compared without case.
    fn is(&self, id: &str) -> bool {
        self.id().eq_ignore_ascii_case(id)
    }

    fn is_at(&self, object: &Object, end: End) -> bool {
        let own = match end {
            End::Principal => &self.principal,
            End::Resource => &self.resource,
        };
        own.id == object.id
    }

    fn shown(&self) -> Value {
        json!({
            "id": self.id(),
            "deletedDateTime": null,
            "appRoleId": self.role_id,
            "createdDateTime": self.created.map(shape::instant),
            "principalDisplayName": self.principal.name,
            "principalId": self.principal.id,
            "principalType": self.principal.kind,
            "resourceDisplayName": self.resource.name,
            "resourceId": self.resource.id,
        })
    }
}

/// Everything that can be at an end: users, groups and service principals.
fn objects(tenant: &Tenant) -> Vec<Object> {
    let object = |id: String, known_as: &str, name: &str, kind| Object {
        id,
        known_as: known_as.to_owned(),
        name: name.to_owned(),
        kind,
    };
    let principal = |app_id: &str| service_principal(&tenant.id, app_id);
    let people = tenant.users.iter();
    let people = people.map(|user| object(user.id.clone(), &user.id, &user.name, "User"));
    let groups = tenant.groups.iter();
    let groups = groups.map(|group| object(group.id.clone(), &group.id, &group.name, "Group"));
    let applications = tenant.applications.iter();
    let applications = applications.filter(|known| !known.registration.without_service_principal);
    let applications = applications.map(|known| {
        object(
            principal(&known.id),
            &known.id,
            &known.name,
            "ServicePrincipal",
        )
    });
    let is_application = |id: &str| tenant.applications.iter().any(|known| known.id == id);
    let apis = tenant.resources.iter();
    let apis =
        apis.filter(|known| !(known.without_service_principal || is_application(&known.app_id)));
    let apis = apis.map(|known| {
        let name = shape::name_of(known);
        object(
            principal(&known.app_id),
            &known.app_id,
            name,
            "ServicePrincipal",
        )
    });
    let identities = tenant.managed_identities.iter();
    let identities = identities.map(|known| {
        let id = known.object_id.clone();
        object(id, &known.client_id, &known.name, "ServicePrincipal")
    });
    people
        .chain(groups)
        .chain(applications)
        .chain(apis)
        .chain(identities)
        .collect()
}

/// The assignments of a tenant, and the roles that its applications have of every API that has one of that name.
fn all(tenant: &Tenant) -> Vec<Row> {
    let objects = objects(tenant);
    let find = |id: &str| {
        let mut known = objects.iter();
        known
            .find(|known| known.known_as.eq_ignore_ascii_case(id))
            .cloned()
    };
    let assigned = tenant.assignments.iter().filter_map(|one| {
        let role = one.role.as_deref();
        let role_id = role.map(|role| app_roles::id_of(tenant, &one.to, role));
        Some(Row {
            principal: find(&one.principal)?,
            resource: find(&one.to)?,
            role: one.role.clone(),
            role_id: role_id.unwrap_or_else(|| app_roles::NO_ROLE.to_owned()),
            created: one.created,
            is_consented: false,
        })
    });
    let mut rows: Vec<Row> = assigned.collect();
    let applications = tenant
        .applications
        .iter()
        .map(|known| (&known.id, &known.roles));
    let identities = tenant.managed_identities.iter();
    let identities = identities.map(|known| (&known.client_id, &known.roles));
    for (client, consented) in applications.chain(identities) {
        let Some(principal) = find(client) else {
            continue;
        };
        for api in &tenant.resources {
            let roles = app_roles::of(tenant, &api.app_id).into_iter();
            for role in roles.filter(|role| consented.contains(&role.name)) {
                let Some(resource) = find(&api.app_id) else {
                    continue;
                };
                let row = Row {
                    principal: principal.clone(),
                    resource,
                    role: Some(role.name),
                    role_id: role.id,
                    created: None,
                    is_consented: true,
                };
                if rows.iter().all(|known| known.id() != row.id()) {
                    rows.push(row);
                }
            }
        }
    }
    rows
}

/// 201. A user, a group or an application has the role from now on.
fn create(call: &Call<'_>, own: &Object, end: End, context: &str) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "AppRoleAssignment")?;
    let principal = fields.required("principalId")?;
    let resource = fields.required("resourceId")?;
    let role_id = fields.required("appRoleId")?;
    for ignored in [
        "principalType",
        "principalDisplayName",
        "resourceDisplayName",
    ] {
        fields.take(ignored);
    }
    fields.nothing_else()?;
    let named = match end {
        End::Principal => &principal,
        End::Resource => &resource,
    };
    if !named.eq_ignore_ascii_case(&own.id) {
        return Err(call.bad("The object that the path names is not at its end of the assignment."));
    }
    let created = call.world.clock.now();
    let shown = call.change(|tenant| {
        if tenant.assignments.len() >= MOST {
            return Err(quota(call));
        }
        let objects = objects(tenant);
        let find = |id: &str| {
            let mut known = objects.iter();
            let found = known.find(|known| known.id.eq_ignore_ascii_case(id));
            found.cloned().ok_or_else(|| call.not_found(&short(id)))
        };
        let (principal, resource) = (find(&principal)?, find(&resource)?);
        let roles = app_roles::of(tenant, &resource.known_as);
        let role = roles
            .into_iter()
            .find(|role| role.id.eq_ignore_ascii_case(&role_id));
        if resource.kind != "ServicePrincipal" || (role.is_none() && role_id != app_roles::NO_ROLE)
        {
            return Err(call.bad(&format!(
                "Permission being assigned was not found on application '{}'.",
                resource.known_as
            )));
        }
        let row = Row {
            role_id: role
                .as_ref()
                .map_or(app_roles::NO_ROLE.to_owned(), |role| role.id.clone()),
            role: role.map(|role| role.name),
            principal,
            resource,
            created: Some(created),
            is_consented: false,
        };
        if all(tenant).iter().any(|known| known.id() == row.id()) {
            return Err(call.bad("Permission being assigned already exists on the object"));
        }
        tenant.assignments.push(Assignment {
            principal: row.principal.known_as.clone(),
            to: row.resource.known_as.clone(),
            role: row.role.clone(),
            created: row.created,
        });
        Ok(row)
    })?;
    let change = told(&shown, "assigned to");
    Ok(call.created(context, shown.shown()).with_change(change))
}

/// 204.
fn delete(call: &Call<'_>, own: &Object, end: End, asked: &str) -> Result<Reply, Refused> {
    let gone = call.change(|tenant| {
        let mut rows = all(tenant).into_iter();
        let row = rows.find(|row| row.is_at(own, end) && row.is(asked));
        let row = row.ok_or_else(|| call.not_found(&short(asked)))?;
        let client = &row.principal.known_as;
        if row.is_consented {
            let kept = |role: &String| Some(role) != row.role.as_ref();
            for application in tenant
                .applications
                .iter_mut()
                .filter(|known| known.id == *client)
            {
                application.roles.retain(kept);
            }
            let identities = tenant.managed_identities.iter_mut();
            for identity in identities.filter(|known| known.client_id == *client) {
                identity.roles.retain(kept);
            }
        } else {
            let is_it = |one: &Assignment| {
                one.is_of(client, &row.resource.known_as) && one.role == row.role
            };
            tenant.assignments.retain(|one| !is_it(one));
        }
        Ok(row)
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(told(&gone, "taken from")))
}

fn told(row: &Row, verb: &str) -> String {
    let role = row.role.as_deref().unwrap_or("access");
    let (principal, resource) = (&row.principal.known_as, &row.resource.known_as);
    format!("{role} of {resource} was {verb} {principal}")
}

fn short(text: &str) -> String {
    text.chars().take(64).collect()
}
