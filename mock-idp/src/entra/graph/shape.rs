//! What Graph shows of the directory's objects, member by member in its order.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::app_roles;
use crate::directory::{
    ApiResource, Application, Certificate, ClientSecret, FederatedCredential, Group, ImplicitToken,
    ManagedIdentity, Platform, SignInAudience, Tenant, User,
};
use crate::entra::tokens::{guid_of, service_principal};

/// A user, with the properties that are shown unless others are asked for.
pub(super) fn user(user: &User) -> Value {
    let (given, family) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    json!({
        "businessPhones": [], "displayName": user.name, "givenName": given, "jobTitle": null, "mail": user.login,
        "mobilePhone": null, "officeLocation": null, "preferredLanguage": null, "surname": family,
        "userPrincipalName": user.login, "id": user.id,
    })
}

/// A security group, with the properties that most readers look at.
pub(super) fn group(group: &Group) -> Value {
    json!({
        "id": group.id, "description": group.description, "displayName": group.name, "groupTypes": [], "mail": null,
        "mailEnabled": false, "securityEnabled": true,
    })
}

/// The object id of an application, which is not its client id.
pub(super) fn object_id(tenant: &str, application: &Application) -> String {
    let given = application.registration.object_id.clone();
    given.unwrap_or_else(|| guid_of(&format!("application {tenant}/{}", application.id)))
}

/// An application registration.
pub(super) fn application(tenant: &Tenant, application: &Application) -> Value {
    let registration = &application.registration;
    let redirects = |platform: Platform| match (application.platform == platform, platform) {
        (true, _) => application.redirect_uris.as_slice(),
        (false, Platform::Spa) => application.spa_redirect_uris.as_slice(),
        (false, Platform::Public) => application.public_redirect_uris.as_slice(),
        (false, Platform::Web) => &[],
    };
    let audience = match application.sign_in_audience {
        SignInAudience::SingleTenant => "AzureADMyOrg",
        SignInAudience::AnyTenant => "AzureADMultipleOrgs",
        SignInAudience::AnyAccount => "AzureADandPersonalMicrosoftAccount",
        SignInAudience::Personal => "PersonalMicrosoftAccount",
    };
    let may_have = |token| application.implicit.contains(&token);
    let required = registration.required_resources.iter();
    let required = required.map(|id| json!({ "resourceAppId": id, "resourceAccess": [] }));
    let required: Vec<Value> = required.collect();
    let mut shown = json!({
        "id": object_id(&tenant.id, application),
        "deletedDateTime": null,
        "isFallbackPublicClient": application.platform == Platform::Public,
        "appId": application.id,
        "applicationTemplateId": null,
        "identifierUris": registration.identifier_uris,
        "createdDateTime": registration.created.map(instant),
        "displayName": application.name,
        "description": null,
        "disabledByMicrosoftStatus": null,
        "groupMembershipClaims": null,
        "notes": null,
        "publisherDomain": tenant.domains.first(),
        "serviceManagementReference": null,
        "signInAudience": audience,
        "tags": [],
        "tokenEncryptionKeyId": null,
        "addIns": [],
        "api": { "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null, "oauth2PermissionScopes": [], "preAuthorizedApplications": [] },
        "appRoles": [],
        "publicClient": { "redirectUris": redirects(Platform::Public) },
        "info": { "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null },
        "keyCredentials": keys(tenant, application),
        "optionalClaims": null,
        "parentalControlSettings": { "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" },
        "passwordCredentials": passwords(tenant, application),
        "requiredResourceAccess": required,
        "spa": { "redirectUris": redirects(Platform::Spa) },
        "web": { "homePageUrl": null, "logoutUrl": null, "redirectUris": redirects(Platform::Web), "implicitGrantSettings": { "enableAccessTokenIssuance": may_have(ImplicitToken::AccessToken), "enableIdTokenIssuance": may_have(ImplicitToken::IdToken) } },
    });
    for (name, value) in &registration.properties {
        shown[name.as_str()] = value.clone();
    }
    shown
}

/// The service principal of an application.
pub(super) fn principal(tenant: &Tenant, application: &Application) -> Value {
    let names = std::iter::once(&application.id).chain(&application.registration.identifier_uris);
    json!({
        "id": service_principal(&tenant.id, &application.id),
        "deletedDateTime": null,
        "accountEnabled": application.enabled,
        "alternativeNames": [],
        "appDisplayName": application.name,
        "appId": application.id,
        "appOwnerOrganizationId": tenant.id,
        "appRoleAssignmentRequired": application.assignment_required,
        "displayName": application.name,
        "servicePrincipalNames": names.collect::<Vec<_>>(),
        "servicePrincipalType": "Application",
        "signInAudience": application.registration.properties.get("signInAudience").cloned().unwrap_or_else(|| json!("AzureADMyOrg")),
        "tags": [],
        "appRoles": app_roles::shown(tenant, &application.id),
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
    })
}

/// What the service principal of an API is called.
pub(super) fn name_of(resource: &ApiResource) -> &str {
    match resource.is_graph() {
        true => "Microsoft Graph",
        false => &resource.identifier,
    }
}

/// The service principal of an API.
pub(super) fn resource(tenant: &Tenant, resource: &ApiResource) -> Value {
    let name = name_of(resource);
    json!({
        "id": service_principal(&tenant.id, &resource.app_id),
        "deletedDateTime": null,
        "accountEnabled": resource.enabled,
        "alternativeNames": [],
        "appDisplayName": name,
        "appId": resource.app_id,
        "appOwnerOrganizationId": tenant.id,
        "appRoleAssignmentRequired": resource.assignment_required,
        "displayName": name,
        "servicePrincipalNames": [resource.app_id, resource.identifier],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": [],
        "appRoles": app_roles::shown(tenant, &resource.app_id),
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
    })
}

/// The service principal of a managed identity.
pub(super) fn managed(identity: &ManagedIdentity) -> Value {
    let names: Vec<&str> = identity.resource_id.as_deref().into_iter().collect();
    json!({
        "id": identity.object_id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "alternativeNames": names,
        "appDisplayName": null,
        "appId": identity.client_id,
        "appOwnerOrganizationId": null,
        "appRoleAssignmentRequired": false,
        "displayName": identity.name,
        "servicePrincipalNames": [identity.client_id],
        "servicePrincipalType": "ManagedIdentity",
        "signInAudience": null,
        "tags": [],
        "appRoles": [],
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
    })
}

/// The id of a secret as Graph has it: a GUID, also where the directory calls it by another name.
pub(super) fn key_id(tenant: &str, application: &Application, id: &str) -> String {
    match crate::entra::correlation::is_guid(id) {
        true => id.to_ascii_lowercase(),
        false => guid_of(&format!("credential {tenant}/{}/{id}", application.id)),
    }
}

fn passwords(tenant: &Tenant, application: &Application) -> Vec<Value> {
    let secrets = application.secrets.iter();
    secrets
        .map(|secret| password(&tenant.id, application, secret))
        .collect()
}

/// A secret, which is not shown.
pub(super) fn password(tenant: &str, application: &Application, secret: &ClientSecret) -> Value {
    let names = &application.registration.credential_names;
    json!({
        "customKeyIdentifier": null,
        "endDateTime": secret.expires.map(instant),
        "keyId": key_id(tenant, application, &secret.id),
        "startDateTime": secret.not_before.map(instant),
        "secretText": null,
        "hint": secret.hint(),
        "displayName": names.get(&secret.id),
    })
}

fn keys(tenant: &Tenant, application: &Application) -> Vec<Value> {
    let certificates = application.certificates.iter();
    certificates
        .map(|certificate| key(&tenant.id, application, certificate))
        .collect()
}

/// A certificate. Its text is not shown in collections (learn.microsoft.com/graph/api/resources/keycredential).
pub(super) fn key(tenant: &str, application: &Application, certificate: &Certificate) -> Value {
    let names = &application.registration.credential_names;
    json!({
        "customKeyIdentifier": certificate.thumbprint,
        "displayName": names.get(&certificate.id),
        "endDateTime": instant(certificate.expires),
        "key": null,
        "keyId": key_id(tenant, application, &certificate.id),
        "startDateTime": instant(certificate.not_before),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}

/// A federated identity credential.
pub(super) fn federated(
    tenant: &str,
    application: &Application,
    credential: &FederatedCredential,
) -> Value {
    json!({
        "id": guid_of(&format!("federated {tenant}/{}/{}", application.id, credential.name)),
        "name": credential.name,
        "issuer": credential.issuer,
        "subject": credential.subject,
        "description": application.registration.credential_names.get(&credential.name),
        "audiences": credential.audiences,
    })
}

/// `2030-01-01T00:00:00Z`.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}
