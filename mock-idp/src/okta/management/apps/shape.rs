//! An application as the API shows one.

use serde_json::{Value, json};

use super::super::CREATED;
use super::super::call::{Call, instant};
use super::super::network;
use crate::directory::{
    Application, ApplicationType, ClientAuthMethod, RotationMode, TokenNetwork,
};

/// The members of `settings.oauthClient` that are kept as they were given: they are shown and change nothing.
pub(super) const KEPT: [&str; 9] = [
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "consent_method",
    "issuer_mode",
    "initiate_login_uri",
    "wildcard_redirect",
    "idp_initiated_login",
];

/// What kind of application it is.
pub(super) fn kind(application: &Application) -> &'static str {
    match application.application_type() {
        ApplicationType::Web => "web",
        ApplicationType::Native => "native",
        ApplicationType::Browser => "browser",
        ApplicationType::Service => "service",
    }
}

/// How it authenticates.
pub(super) fn method(application: &Application) -> &'static str {
    let has_keys = !application.jwks.is_empty() || application.okta.jwks_uri.is_some();
    let by_key = application.secrets.is_empty() && has_keys;
    match application.okta.auth_method {
        _ if application.is_public() => "none",
        Some(ClientAuthMethod::ClientSecretPost) => "client_secret_post",
        Some(ClientAuthMethod::ClientSecretJwt) => "client_secret_jwt",
        Some(ClientAuthMethod::PrivateKeyJwt) => "private_key_jwt",
        None if by_key => "private_key_jwt",
        Some(ClientAuthMethod::ClientSecretBasic) | None => "client_secret_basic",
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
    client["pkce_required"] = json!(application.is_public() || application.okta.pkce_required);
    let mut oauth = json!({
        "client_uri": null, "logo_uri": null, "redirect_uris": application.redirect_uris,
        "response_types": [if is_service { "token" } else { "code" }], "grant_types": grants,
        "application_type": kind(application), "consent_method": "TRUSTED", "issuer_mode": "DYNAMIC",
    });
    oauth["dpop_bound_access_tokens"] = json!(application.okta.dpop_bound);
    let after_logout = &application.okta.post_logout_redirect_uris;
    if !after_logout.is_empty() {
        oauth["post_logout_redirect_uris"] = json!(after_logout);
    }
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
    if application.okta.network != TokenNetwork::default() {
        oauth["network"] = network::shown(&application.okta.network);
    }
    if let Some(uri) = &application.okta.jwks_uri {
        oauth["jwks_uri"] = json!(uri);
    } else if !application.jwks.is_empty() {
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
            "signing": { "kid": call.world.keys.active_of("org").kid() }, "oauthClient": client,
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
