//! Registering an application, and changing a registration.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::applications::{find, find_mut};
use super::call::{Call, Name};
use super::fields::Fields;
use super::keys;
use super::refusal::Refused;
use super::shape;
use crate::directory::{Application, GrantType, ImplicitToken, Platform, SignInAudience, Tenant};
use crate::journal::Origin;
use crate::reply::Reply;

/// How many applications of a tenant Graph registers; a directory file may have more.
pub(super) const MOST_APPLICATIONS: usize = 1_000;
/// How many bytes of a registration's properties are kept.
const MOST_KEPT: usize = 32 * 1024;
/// What an application that is registered here may use, as far as its consents and its platform let it.
const GRANTS: [GrantType; 6] = [
    GrantType::ClientCredentials,
    GrantType::Password,
    GrantType::RefreshToken,
    GrantType::DeviceCode,
    GrantType::AuthorizationCode,
    GrantType::OnBehalfOf,
];
/// Properties that are kept as they come, since nothing here goes by them.
const KEPT: [&str; 14] = [
    "description",
    "groupMembershipClaims",
    "notes",
    "serviceManagementReference",
    "signInAudience",
    "tags",
    "addIns",
    "api",
    "appRoles",
    "info",
    "optionalClaims",
    "parentalControlSettings",
    "requiredResourceAccess",
    "isFallbackPublicClient",
];
/// Properties that Graph sets itself.
const READ_ONLY: [&str; 7] = [
    "id",
    "appId",
    "applicationTemplateId",
    "createdDateTime",
    "deletedDateTime",
    "publisherDomain",
    "disabledByMicrosoftStatus",
];

/// 201 with a new application, which has no service principal yet.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Refused> {
    let mut fields = Fields::of(call, "Application")?;
    let name = fields.required("displayName")?;
    let world = call.world;
    let mut application = Application::new(world.entropy.guid(), GRANTS);
    application.name = name;
    application.registration.object_id = Some(world.entropy.guid());
    application.registration.created = Some(world.clock.now());
    application.registration.without_service_principal = true;
    application.registration.owners = vec![call.caller.object_id().to_owned()];
    let body = call.change(|tenant| {
        if tenant.applications.len() >= MOST_APPLICATIONS {
            return Err(quota(call));
        }
        apply(call, tenant, &mut application, fields)?;
        let shown = shape::application(tenant, &application);
        tenant.applications.push(application.clone());
        Ok(shown)
    })?;
    let mut reply = call
        .created("applications", body)
        .with_change(format!("application {} was registered", application.id));
    let location = format!(
        "{}/v1.0/applications/{}",
        world.origin(Origin::Graph),
        application.registration.object_id.unwrap_or_default()
    );
    reply.set_header("location", &location);
    Ok(reply)
}

/// 204.
pub(super) fn update(call: &Call<'_>, name: Name<'_>) -> Result<Reply, Refused> {
    let id = call.change(|tenant| {
        let mut fields = Fields::of(call, "Application")?;
        let mut application = find(call, tenant, name)?.clone();
        if let Some(display_name) = fields.text("displayName")? {
            application.name = display_name;
        }
        apply(call, tenant, &mut application, fields)?;
        let id = application.id.clone();
        *find_mut(call, tenant, name)? = application;
        Ok(id)
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).with_change(format!("application {id} was changed")))
}

/// 403 once a tenant has as many as it can have. Where the quota lies differs from tenant to tenant.
pub(super) fn quota(call: &Call<'_>) -> Refused {
    call.refuse(
        403,
        "Directory_QuotaExceeded",
        "The directory object quota limit for the Principal has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.",
    )
}

/// Takes over what a body says of an application.
fn apply(
    call: &Call<'_>,
    tenant: &Tenant,
    application: &mut Application,
    mut fields: Fields<'_>,
) -> Result<(), Refused> {
    if let Some(items) = fields.items("passwordCredentials")? {
        keep_passwords(call, tenant, application, &items)?;
    }
    if let Some(items) = fields.items("keyCredentials")? {
        keys::replace(call, tenant, application, items)?;
    }
    if let Some(uris) = fields.texts("identifierUris")? {
        identifier_uris(call, tenant, application, uris)?;
    }
    let mut redirects = false;
    for name in ["web", "spa", "publicClient"] {
        let Some(given) = fields.object(name)? else {
            continue;
        };
        redirects = true;
        let before = shape::application(tenant, application)[name].clone();
        let merged = merged(call, before, given)?;
        application
            .registration
            .properties
            .insert(name.to_owned(), merged);
    }
    for name in KEPT {
        if let Some(value) = fields.take(name) {
            redirects |= matches!(name, "isFallbackPublicClient" | "signInAudience");
            application
                .registration
                .properties
                .insert(name.to_owned(), value);
        }
    }
    for name in READ_ONLY {
        if fields.take(name).is_some() {
            return Err(call.bad(&format!(
                "Property '{name}' is read-only and cannot be set."
            )));
        }
    }
    fields.nothing_else()?;
    if redirects {
        settle_platform(application);
    }
    settle_tokens(application);
    let kept = Value::Object(application.registration.properties.clone());
    match kept.to_string().len() <= MOST_KEPT {
        true => Ok(()),
        false => Err(call.bad("The size of the object has exceeded its limit. Please reduce the number of values and retry your request.")),
    }
}

/// A complex property with some of its members changed. Redirect URIs are checked.
fn merged(call: &Call<'_>, before: Value, given: Map<String, Value>) -> Result<Value, Refused> {
    let mut members = match before {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, value) in given {
        if name == "redirectUris" {
            let uris = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let sound = |uri: &Value| {
                uri.as_str().is_some_and(|uri| {
                    let scheme = uri.split_once(':').filter(|(scheme, rest)| {
                        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.is_empty()
                    });
                    uri.len() <= 256 && scheme.is_some() && !uri.contains(['#', ' ', '*'])
                })
            };
            if !value.is_array() || uris.len() > 256 || !uris.iter().all(sound) {
                return Err(call.bad(
                    "Invalid value specified for property 'redirectUris' of resource 'Application'.",
                ));
            }
        }
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

/// Where an application runs, by its redirect URIs and by whether it says that it is a public client. One with a credential is
/// confidential.
fn settle_platform(application: &mut Application) {
    let registration = &application.registration;
    let uris = |name: &str| -> Vec<String> {
        let listed = registration.properties.get(name);
        let listed = listed.and_then(|value| value["redirectUris"].as_array());
        let texts = listed.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let (web, spa, public) = (uris("web"), uris("spa"), uris("publicClient"));
    let audience = registration.properties.get("signInAudience");
    application.sign_in_audience = match audience.and_then(Value::as_str) {
        Some("AzureADMultipleOrgs") => SignInAudience::AnyTenant,
        Some("AzureADandPersonalMicrosoftAccount") => SignInAudience::AnyAccount,
        Some("PersonalMicrosoftAccount") => SignInAudience::Personal,
        Some(_) => SignInAudience::SingleTenant,
        None => application.sign_in_audience,
    };
    let fallback = registration.properties.get("isFallbackPublicClient") == Some(&json!(true));
    application.spa_redirect_uris.clone_from(&spa);
    application.public_redirect_uris.clone_from(&public);
    (application.platform, application.redirect_uris) = if application.has_credential() {
        (Platform::Web, web)
    } else if fallback || (web.is_empty() && spa.is_empty() && !public.is_empty()) {
        (Platform::Public, public)
    } else if web.is_empty() && !spa.is_empty() {
        (Platform::Spa, spa)
    } else {
        (Platform::Web, web)
    };
}

/// Which tokens come without a code, and for which APIs it asks users, as far as the registration says so.
fn settle_tokens(application: &mut Application) {
    let properties = &application.registration.properties;
    if let Some(settings) = properties
        .get("web")
        .map(|web| &web["implicitGrantSettings"])
    {
        application.implicit = [
            ("enableIdTokenIssuance", ImplicitToken::IdToken),
            ("enableAccessTokenIssuance", ImplicitToken::AccessToken),
        ]
        .into_iter()
        .filter(|(name, _)| settings[*name] == json!(true))
        .map(|(_, token)| token)
        .collect();
    }
    if let Some(required) = properties.get("requiredResourceAccess") {
        let listed = required.as_array().into_iter().flatten();
        let ids = listed.filter_map(|one| one["resourceAppId"].as_str());
        application.registration.required_resources = ids.map(str::to_owned).collect();
    }
}

/// Secrets are made by `addPassword`; a list here can only take some away.
fn keep_passwords(
    call: &Call<'_>,
    tenant: &Tenant,
    application: &mut Application,
    items: &[Value],
) -> Result<(), Refused> {
    let ids: Vec<String> = application
        .secrets
        .iter()
        .map(|secret| shape::key_id(&tenant.id, application, &secret.id))
        .collect();
    let mut kept = Vec::new();
    for item in items {
        let id = item["keyId"].as_str().unwrap_or_default();
        let place = ids.iter().position(|known| known.eq_ignore_ascii_case(id));
        kept.push(place.ok_or_else(|| {
            call.bad("New password credentials must be generated with service actions.")
        })?);
    }
    let mut place = 0;
    application.secrets.retain(|_| {
        place += 1;
        kept.contains(&(place - 1))
    });
    Ok(())
}

/// Application ID URIs are unique in a tenant; one by `https` is below a verified domain, one by `api` names the application or the
/// tenant (learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions).
fn identifier_uris(
    call: &Call<'_>,
    tenant: &Tenant,
    application: &mut Application,
    uris: Vec<String>,
) -> Result<(), Refused> {
    for uri in &uris {
        let Some((scheme, rest)) = uri.split_once("://") else {
            return Err(call.bad(
                "Invalid value specified for property 'identifierUris' of resource 'Application'.",
            ));
        };
        let host = rest.split('/').next().unwrap_or_default();
        let is_verified = tenant.domains.iter().any(|domain| {
            host.eq_ignore_ascii_case(domain)
                || host
                    .to_ascii_lowercase()
                    .ends_with(&format!(".{}", domain.to_ascii_lowercase()))
        });
        if scheme.eq_ignore_ascii_case("https") && !is_verified {
            return Err(call.refuse(
                400,
                "HostNameNotOnVerifiedDomain",
                "Values of identifierUris property must use a verified domain of the organization or its subdomain.",
            ));
        }
        let taken = |other: &Application| {
            other.id != application.id && other.registration.identifier_uris.contains(uri)
        };
        let is_resource = tenant.resource(uri).is_some();
        if is_resource || tenant.applications.iter().any(taken) {
            return Err(call.bad(
                "Another object with the same value for property identifierUris already exists.",
            ));
        }
    }
    application.registration.identifier_uris = uris;
    Ok(())
}
