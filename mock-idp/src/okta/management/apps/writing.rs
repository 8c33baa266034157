//! Registering an application, and changing one.

use serde_json::{Map, Value};

use super::super::call::{Call, ok};
use super::super::fields::Fields;
use super::super::network;
use super::super::refusal::Refused;
use super::{find, find_mut, keys, shape, touch};
use crate::directory::{
    AdminRole, Application, ApplicationType, ClientAuthMethod, ClientSecret, GrantType, KeySet,
    Platform, Rotation, RotationMode,
};
use crate::mock::made_secret;
use crate::reply::Reply;

/// The longest label.
const LABEL: usize = 100;
/// The grants that an application may be registered for.
const GRANTS: [GrantType; 7] = [
    GrantType::AuthorizationCode,
    GrantType::ClientCredentials,
    GrantType::DeviceCode,
    GrantType::OnBehalfOf,
    GrantType::Password,
    GrantType::RefreshToken,
    GrantType::TokenExchange,
];

/// 200 with a new application, which works at once. One that authenticates by a secret is given one.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Refused> {
    let mut application = Application::new(call.new_id("0oa"), []);
    application.registration.created = Some(call.now());
    application.role = match call.okta().client_privileges {
        true => AdminRole::SuperAdmin,
        false => AdminRole::None,
    };
    application.enabled = call.flag("activate", true);
    write(call, &mut application)?;
    // Nobody is assigned to it yet.
    application.assignment_required = application.application_type() != ApplicationType::Service;
    let needs_secret = shape::method(&application).starts_with("client_secret");
    if needs_secret && application.secrets.is_empty() {
        call.room_for_a_secret()?;
        let made = made_secret(call.world, Some(&application), &application.id);
        application
            .secrets
            .push(ClientSecret::lasting(made.reveal()));
    }
    let made = application.clone();
    call.change(|okta| {
        call.room(okta.applications.len())?;
        if okta
            .applications
            .iter()
            .any(|known| known.id.eq_ignore_ascii_case(&application.id))
        {
            return Err(call.invalid(
                "client_id",
                "Invalid client_id. A client with that id already exists",
            ));
        }
        okta.applications.push(application);
        Ok(())
    })?;
    let reply = ok(shape::shown(call, &made))?;
    Ok(reply.with_change(format!("application {} was registered", made.id)))
}

/// 200 with the application as it is now.
pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Reply, Refused> {
    let mut application = find(call, id)?.clone();
    write(call, &mut application)?;
    application.id = id.to_owned();
    touch(call, &mut application);
    call.change(|okta| {
        *find_mut(call, okta, id)? = application.clone();
        Ok(())
    })?;
    let reply = ok(shape::shown(call, &application))?;
    Ok(reply.with_change(format!("application {id} was changed")))
}

/// Takes over what a body says.
fn write(call: &Call<'_>, application: &mut Application) -> Result<(), Refused> {
    let mut fields = Fields::of(call)?;
    let mode = fields.text("signOnMode")?;
    if mode.is_some_and(|mode| mode != "OPENID_CONNECT") {
        return Err(call.invalid("signOnMode", "Only OPENID_CONNECT is supported here"));
    }
    let label = fields.required("label")?;
    if label.chars().count() > LABEL {
        return Err(call.invalid("label", "The field is too long"));
    }
    application.name = label;
    let settings = fields.inner("settings")?;
    let settings = settings.map(|mut settings| settings.inner("oauthClient"));
    let Some(mut client) = settings.transpose()?.flatten() else {
        return Err(call.invalid("settings.oauthClient", "The field cannot be left blank"));
    };
    let credentials = fields.inner("credentials")?;
    let credentials = credentials.map(|mut credentials| credentials.inner("oauthClient"));
    let credentials = credentials.transpose()?.flatten();
    of_kind(call, application, &mut client)?;
    if let Some(uris) = client.texts("redirect_uris")? {
        let sound = |uri: &String| {
            let scheme = uri.split_once(':').filter(|(scheme, rest)| {
                scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.is_empty()
            });
            scheme.is_some() && !uri.contains(['#', ' '])
        };
        if !uris.iter().all(sound) {
            return Err(call.invalid("redirect_uris", "Invalid URI"));
        }
        application.redirect_uris = uris;
    }
    if let Some(uris) = client.texts("post_logout_redirect_uris")? {
        application.okta.post_logout_redirect_uris = uris;
    }
    if let Some(bound) = client.truth("dpop_bound_access_tokens")? {
        application.okta.dpop_bound = bound;
    }
    if let Some(set) = client.inner("jwks")? {
        application.jwks = KeySet {
            keys: keys::all(call, set)?,
        };
        application.okta.jwks_uri = None;
    }
    if let Some(uri) = client.text("jwks_uri")? {
        if !uri.starts_with("https://") && !uri.starts_with("http://") {
            return Err(call.invalid("jwks_uri", "Invalid URI"));
        }
        application.okta.jwks_uri = Some(uri);
        application.jwks = KeySet::default();
    }
    if let Some(given) = client.inner("network")? {
        application.okta.network = network::read(call, given)?;
    }
    if let Some(mut rotation) = client.inner("refresh_token")? {
        let mode = match rotation.text("rotation_type")?.as_deref() {
            Some("ROTATE") => RotationMode::Rotate,
            Some("STATIC") | None => RotationMode::Static,
            Some(_) => return Err(call.invalid("rotation_type", "Must be one of STATIC, ROTATE")),
        };
        application.rotation = Some(Rotation {
            mode,
            leeway_seconds: rotation.number("leeway", 0, 60)?.unwrap_or(30),
            reuse_revokes_family: true,
        });
    }
    let mut kept = Map::new();
    for name in shape::KEPT {
        if let Some(value) = client.take(name) {
            kept.insert(name.to_owned(), value);
        }
    }
    if Value::Object(kept.clone()).to_string().len() > 16 * 1_024 {
        return Err(call.invalid("settings.oauthClient", "The field is too long"));
    }
    application.registration.properties.extend(kept);
    if let Some(credentials) = credentials {
        authenticates(call, application, credentials)?;
    }
    if shape::method(application) == "private_key_jwt"
        && application.jwks.is_empty()
        && application.okta.jwks_uri.is_none()
    {
        return Err(call.invalid(
            "jwks",
            "'jwks' or 'jwks_uri' is required for the 'private_key_jwt' method",
        ));
    }
    Ok(())
}

/// What kind of application it is, and which grants it may use.
fn of_kind(
    call: &Call<'_>,
    application: &mut Application,
    client: &mut Fields<'_>,
) -> Result<(), Refused> {
    let kind = client.required("application_type")?;
    let (kind, platform, usual) = match kind.as_str() {
        "service" => (
            ApplicationType::Service,
            Platform::Web,
            GrantType::ClientCredentials,
        ),
        "web" => (
            ApplicationType::Web,
            Platform::Web,
            GrantType::AuthorizationCode,
        ),
        "browser" => (
            ApplicationType::Browser,
            Platform::Spa,
            GrantType::AuthorizationCode,
        ),
        "native" => (
            ApplicationType::Native,
            Platform::Public,
            GrantType::AuthorizationCode,
        ),
        _ => {
            let cause = "Must be one of web, native, browser, service";
            return Err(call.invalid("application_type", cause));
        }
    };
    application.okta.application_type = Some(kind);
    application.platform = platform;
    let names = client.texts("grant_types")?;
    let grants = names.map(|names| {
        let grants = names.iter().map(|name| {
            let known = GRANTS.into_iter().find(|grant| grant.name() == name);
            known.ok_or_else(|| call.invalid("grant_types", "Unsupported grant type"))
        });
        grants.collect::<Result<Vec<_>, _>>()
    });
    application.grants = grants.transpose()?.unwrap_or_else(|| vec![usual]);
    if application.grants.is_empty() {
        return Err(call.invalid("grant_types", "The field cannot be left blank"));
    }
    let of_users = [
        GrantType::AuthorizationCode,
        GrantType::DeviceCode,
        GrantType::Password,
        GrantType::RefreshToken,
    ];
    let is_service = kind == ApplicationType::Service;
    if is_service
        && application
            .grants
            .iter()
            .any(|grant| of_users.contains(grant))
    {
        let cause = "A service application has no users";
        return Err(call.invalid("grant_types", cause));
    }
    Ok(())
}

/// How it authenticates, and a client id and secret of the caller's own.
fn authenticates(
    call: &Call<'_>,
    application: &mut Application,
    mut credentials: Fields<'_>,
) -> Result<(), Refused> {
    if let Some(id) = credentials.text("client_id")? {
        let sound = (6..=100).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !sound {
            return Err(call.invalid("client_id", "Invalid client_id"));
        }
        application.id = id;
    }
    if let Some(method) = credentials.text("token_endpoint_auth_method")? {
        let known = match method.as_str() {
            "none" => None,
            "client_secret_basic" => Some(ClientAuthMethod::ClientSecretBasic),
            "client_secret_post" => Some(ClientAuthMethod::ClientSecretPost),
            "client_secret_jwt" => Some(ClientAuthMethod::ClientSecretJwt),
            "private_key_jwt" => Some(ClientAuthMethod::PrivateKeyJwt),
            _ => return Err(call.invalid("token_endpoint_auth_method", "Invalid value")),
        };
        if method == "none" && application.platform == Platform::Web {
            application.platform = Platform::Public;
        }
        application.okta.auth_method = known;
    }
    if let Some(required) = credentials.truth("pkce_required")? {
        application.okta.pkce_required = required;
    }
    match credentials.text("client_secret")? {
        Some(_) if application.is_public() => {
            Err(call.invalid("client_secret", "A public client has no secret"))
        }
        Some(secret) if (14..=100).contains(&secret.len()) => {
            call.room_for_a_secret()?;
            application.secrets = vec![ClientSecret::lasting(&secret)];
            Ok(())
        }
        Some(_) => Err(call.invalid("client_secret", "The secret must have 14 to 100 characters")),
        None => Ok(()),
    }
}
