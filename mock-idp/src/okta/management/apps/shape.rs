//! An application as the API shows one.

use serde_json::{Value, json};

use super::super::CREATED;
use super::super::call::{Call, instant};
use crate::directory::{Application, GrantType, Platform, RotationMode};

/// The members of `settings.oauthClient` that are kept as they were given: they are shown and change nothing.
pub(super) const KEPT: [&str; 11] = [
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "consent_method",
    "issuer_mode",
    "initiate_login_uri",
    "post_logout_redirect_uris",
    "wildcard_redirect",
    "idp_initiated_login",
    "network",
];

/// What kind of application it is.
pub(super) fn kind(application: &Application) -> &'static str {
    match application.platform {
        Platform::Spa => "browser",
        Platform::Public => "native",
        Platform::Web => {
            let is_service = application.redirect_uris.is_empty()
                && application
                    .grants
                    .iter()
                    .all(|grant| *grant == GrantType::ClientCredentials);
            if is_service { "service" } else { "web" }
        }
    }
}

/// How it authenticates.
pub(super) fn method(application: &Application) -> &'static str {
    let told = application
        .registration
        .properties
        .get("token_endpoint_auth_method");
    if application.is_public() {
        return "none";
    }
    match told.and_then(Value::as_str) {
        Some("client_secret_post") => "client_secret_post",
        Some("client_secret_jwt") => "client_secret_jwt",
        Some("private_key_jwt") => "private_key_jwt",
        Some(_) => "client_secret_basic",
        None if application.secrets.is_empty() && !application.jwks.is_empty() => "private_key_jwt",
        None => "client_secret_basic",
    }
}

/// An application in Okta's words.
pub(super) fn shown(call: &Call<'_>, application: &Application) -> Value {
    let id = &application.id;
    let base = call.link(&format!("/api/v1/apps/{id}"));
    let properties = &application.registration.properties;
    let created = application.registration.created;
    let created = created.map_or_else(|| CREATED.to_owned(), instant);
    let kept = |name: &str| properties.get(name).cloned();
    let grants: Vec<&str> = application
        .grants
        .iter()
        .map(|grant| grant.name())
        .collect();
    let is_service = kind(application) == "service";
    let mut client = json!({
        "autoKeyRotation": true, "client_id": id,
    });
    // Shown to whoever may look at the application: developer.okta.com, "Client secret rotation and key management".
    if let Some(secret) = application.newest_secret(call.now()) {
        client["client_secret"] = json!(secret.value.reveal());
    }
    client["token_endpoint_auth_method"] = json!(method(application));
    client["pkce_required"] = json!(application.is_public());
    let mut oauth = json!({
        "client_uri": null, "logo_uri": null, "redirect_uris": application.redirect_uris,
        "response_types": [if is_service { "token" } else { "code" }], "grant_types": grants,
        "application_type": kind(application), "consent_method": "TRUSTED", "issuer_mode": "DYNAMIC",
    });
    for name in KEPT {
        if let Some(value) = kept(name) {
            oauth[name] = value;
        }
    }
    if let Some(rotation) = &application.rotation {
        let mode = match rotation.mode {
            RotationMode::Static | RotationMode::KeepOld => "STATIC",
            RotationMode::Rotate => "ROTATE",
        };
        oauth["refresh_token"] =
            json!({ "rotation_type": mode, "leeway": rotation.leeway_seconds });
    }
    if !application.jwks.is_empty() {
        oauth["jwks"] = json!(application.jwks);
    }
    json!({
        "id": id, "orn": format!("orn:okta:idp:{}:apps:oidc_client:{id}", call.okta().org_id),
        "name": "oidc_client", "label": application.name,
        "status": if application.enabled { "ACTIVE" } else { "INACTIVE" },
        "created": created, "lastUpdated": kept("lastUpdated").unwrap_or_else(|| json!(created)),
        "accessibility": { "selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null },
        "visibility": {
            "autoLaunch": false, "autoSubmitToolbar": false, "hide": { "iOS": true, "web": true }, "appLinks": { "oidc_client_link": true },
        },
        "features": [], "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "userNameTemplate": { "template": "${source.login}", "type": "BUILT_IN" },
            "signing": { "kid": call.world.keys.active().kid() }, "oauthClient": client,
        },
        "settings": {
            "app": {},
            "notifications": { "vpn": { "network": { "connection": "DISABLED" }, "message": null, "helpUrl": null } },
            "oauthClient": oauth,
        },
        "_links": {
            "self": { "href": base },
            "users": { "href": format!("{base}/users") }, "groups": { "href": format!("{base}/groups") },
            "clientCredentials": { "name": "secrets", "href": format!("{base}/credentials/secrets") },
        },
    })
}

/// An application as the client registration API shows one.
pub(in super::super) fn as_client(application: &Application) -> Value {
    let secret = application.secrets.last();
    let grants: Vec<&str> = application
        .grants
        .iter()
        .map(|grant| grant.name())
        .collect();
    json!({
        "client_id": application.id, "client_secret": secret.map(|secret| secret.value.reveal()),
        "client_secret_expires_at": 0, "client_name": application.name,
        "application_type": kind(application), "grant_types": grants, "redirect_uris": application.redirect_uris,
        "token_endpoint_auth_method": method(application),
    })
}
