//! Federated identity credentials of an application (learn.microsoft.com/graph/api/resources/federatedidentitycredential).

use http::{Method, StatusCode};

use super::applications::{find, find_mut};
use super::call::{Call, Name};
use super::fields::Fields;
use super::list::list;
use super::only;
use super::refusal::Refused;
use super::shape;
use crate::directory::{Application, FederatedCredential, Platform};
use crate::reply::Reply;

/// How many an application has at most, and how long issuer, subject and audience are
/// (learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
const MOST: usize = 20;
const LONGEST: usize = 600;

/// The credentials of an application, and one of them by its id or name.
pub(super) fn answer(
    call: &Call<'_>,
    application: Name<'_>,
    rest: &[&str],
) -> Result<Reply, Refused> {
    let tenant = call.caller.tenant;
    match (rest, call.method()) {
        ([], &Method::GET) => {
            let application = find(call, tenant, application)?;
            let each = application.federated.iter();
            let shown = each.map(|one| shape::federated(&tenant.id, application, one));
            list(call, "federatedIdentityCredentials", shown.collect())
        }
        ([], &Method::POST) => create(call, application),
        ([], _) => Err(only(call, &[Method::GET, Method::POST])),
        ([id], &Method::GET) => {
            let application = find(call, tenant, application)?;
            let place = place(call, &tenant.id, application, id)?;
            let body = shape::federated(&tenant.id, application, &application.federated[place]);
            Ok(call.entity("federatedIdentityCredentials", body))
        }
        ([id], &Method::PATCH) => update(call, application, id),
        ([id], &Method::DELETE) => delete(call, application, id),
        ([_], _) => Err(only(call, &[Method::GET, Method::PATCH, Method::DELETE])),
        _ => Err(call.no_segment()),
    }
}

fn place(
    call: &Call<'_>,
    tenant: &str,
    application: &Application,
    id: &str,
) -> Result<usize, Refused> {
    let id = match id.strip_prefix("name='") {
        Some(name) => name.trim_end_matches('\''),
        None => id,
    };
    let known = application.federated.iter().position(|credential| {
        let shown = shape::federated(tenant, application, credential);
        shown["id"] == id || credential.name.eq_ignore_ascii_case(id)
    });
    known.ok_or_else(|| call.not_found(id))
}

fn create(call: &Call<'_>, application: Name<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "FederatedIdentityCredential")?;
    let name = fields.required("name")?;
    let is_name = (3..=120).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !is_name {
        return Err(fields.invalid("name"));
    }
    let credential = FederatedCredential {
        name,
        issuer: fields.required("issuer")?,
        subject: fields.required("subject")?,
        audiences: fields.texts("audiences")?.unwrap_or_default(),
        jwks: None,
    };
    let description = fields.text("description")?;
    fields.nothing_else()?;
    let (client, body) = call.change(|tenant| {
        let id = tenant.id.clone();
        let application = find_mut(call, tenant, application)?;
        if application.federated.len() >= MOST {
            return Err(call.bad(&format!(
                "The number of federated identity credentials exceeds the limit of {MOST}."
            )));
        }
        let same_name =
            |known: &FederatedCredential| known.name.eq_ignore_ascii_case(&credential.name);
        if application.federated.iter().any(same_name) {
            return Err(call.refuse(
                400,
                "Request_MultipleObjectsWithSameKeyValue",
                &format!(
                    "FederatedIdentityCredential with name {} already exists.",
                    credential.name
                ),
            ));
        }
        sound(call, application, &credential, None)?;
        application.platform = Platform::Web;
        if let Some(description) = description {
            let names = &mut application.registration.credential_names;
            names.insert(credential.name.clone(), description);
        }
        let body = shape::federated(&id, application, &credential);
        application.federated.push(credential.clone());
        Ok((application.id.clone(), body))
    })?;
    Ok(call
        .created("federatedIdentityCredentials", body)
        .with_change(format!(
            "application {client} trusts federated credential {}",
            credential.name
        )))
}

fn update(call: &Call<'_>, application: Name<'_>, id: &str) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "FederatedIdentityCredential")?;
    let issuer = fields.text("issuer")?;
    let subject = fields.text("subject")?;
    let audiences = fields.texts("audiences")?;
    let description = fields.text("description")?;
    // A name is for good; that PATCH may repeat it is assumed.
    fields.text("name")?;
    fields.nothing_else()?;
    let (client, name) = call.change(|tenant| {
        let tenant_id = tenant.id.clone();
        let application = find_mut(call, tenant, application)?;
        let place = place(call, &tenant_id, application, id)?;
        let mut credential = application.federated[place].clone();
        credential.issuer = issuer.unwrap_or(credential.issuer);
        credential.subject = subject.unwrap_or(credential.subject);
        credential.audiences = audiences.unwrap_or(credential.audiences);
        sound(call, application, &credential, Some(place))?;
        let name = credential.name.clone();
        if let Some(description) = description {
            let names = &mut application.registration.credential_names;
            names.insert(name.clone(), description);
        }
        application.federated[place] = credential;
        Ok((application.id.clone(), name))
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(format!(
        "federated credential {name} of application {client} was changed"
    )))
}

fn delete(call: &Call<'_>, application: Name<'_>, id: &str) -> Result<Reply, Refused> {
    let (client, name) = call.change(|tenant| {
        let tenant_id = tenant.id.clone();
        let application = find_mut(call, tenant, application)?;
        let place = place(call, &tenant_id, application, id)?;
        let gone = application.federated.remove(place);
        let names = &mut application.registration.credential_names;
        names.remove(&gone.name);
        Ok((application.id.clone(), gone.name))
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(format!(
        "application {client} no longer trusts federated credential {name}"
    )))
}

/// Exactly one audience, an issuer that is a URL without spaces around it, and a pair of issuer and subject that no other has.
fn sound(
    call: &Call<'_>,
    application: &Application,
    credential: &FederatedCredential,
    own_place: Option<usize>,
) -> Result<(), Refused> {
    let invalid = |name: &str| {
        call.bad(&format!(
            "Invalid value specified for property '{name}' of resource 'FederatedIdentityCredential'."
        ))
    };
    let [audience] = credential.audiences.as_slice() else {
        return Err(invalid("audiences"));
    };
    if audience.is_empty() || audience.len() > LONGEST {
        return Err(invalid("audiences"));
    }
    let is_url = ["https://", "http://"]
        .iter()
        .any(|scheme| credential.issuer.starts_with(scheme));
    if !is_url || credential.issuer.trim() != credential.issuer {
        return Err(invalid("issuer"));
    }
    if credential.subject.is_empty() {
        return Err(invalid("subject"));
    }
    let others = application.federated.iter().enumerate();
    let same = others
        .filter(|(place, _)| Some(*place) != own_place)
        .any(|(_, other)| other.issuer == credential.issuer && other.subject == credential.subject);
    match same {
        true => Err(call
            .bad("FederatedIdentityCredential with the same issuer and subject already exists.")),
        false => Ok(()),
    }
}
