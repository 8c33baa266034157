//! Metadata documents and key set, members in Okta's order.

use http::StatusCode;
use serde_json::{Value, json};

use super::api_scopes::API_SCOPES;
use super::denial::{OktaDenial, named};
use super::dpop;
use super::server::Server;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::keys::SigningKey;
use crate::reply::Reply;
use crate::world::World;

const ALGORITHMS: [&str; 9] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512",
];
const AUTH_METHODS: [&str; 5] = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
];

/// What Okta advertises behind the common grants, whether or not this mock plays it.
const FURTHER_GRANTS: [&str; 6] = [
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
    "urn:okta:params:oauth:grant-type:otp",
    "http://auth0.com/oauth/grant-type/mfa-otp",
    "urn:okta:params:oauth:grant-type:oob",
    "http://auth0.com/oauth/grant-type/mfa-oob",
];

/// `/.well-known/openid-configuration` of either kind of server.
pub(super) fn openid_configuration(world: &World, inbound: &Inbound) -> Reply {
    document(world, inbound, true)
}

/// `/.well-known/oauth-authorization-server` (RFC 8414) of either kind of server.
pub(super) fn oauth_metadata(world: &World, inbound: &Inbound) -> Reply {
    document(world, inbound, false)
}

fn document(world: &World, inbound: &Inbound, openid: bool) -> Reply {
    match meant(world, inbound) {
        Ok(server) => Reply::json(StatusCode::OK, members(world, server, openid)),
        Err(denial) => denial.render(world),
    }
}

/// The server of a document. An application may be named for whom it is read; all of them read the same here.
fn meant<'w>(world: &'w World, inbound: &Inbound) -> Result<Server<'w>, OktaDenial> {
    let server = Server::of(world, inbound)?;
    let mut applications = world.directory.okta.applications.iter();
    match inbound.query_parameter("client_id") {
        Some(client) if !applications.any(|known| known.id == client) => {
            Err(named("client_unknown").into())
        }
        _ => Ok(server),
    }
}

fn members(world: &World, server: Server<'_>, openid: bool) -> Value {
    let v1 = format!("{}/v1", server.base(world));
    let is_custom = matches!(server, Server::Custom(_));
    let mut grants = vec![
        "authorization_code",
        "implicit",
        "refresh_token",
        "password",
    ];
    if !openid {
        grants.push("client_credentials");
    }
    grants.extend(FURTHER_GRANTS);
    let mut scopes = Vec::new();
    // Only the document of OAuth tells of the scopes of Okta's APIs.
    if !openid && !is_custom {
        scopes.extend(API_SCOPES);
    }
    scopes.push("openid");
    match server {
        Server::Custom(custom) => {
            scopes.extend(["profile", "email", "address", "phone", "offline_access"]);
            scopes.push("device_sso");
            scopes.extend(custom.scopes.iter().map(String::as_str));
        }
        Server::Org => {
            scopes.extend(["email", "profile", "address", "phone", "offline_access"]);
            scopes.push("groups");
        }
    }
    let mut response_types = vec![
        "code",
        "id_token",
        "code id_token",
        "code token",
        "id_token token",
        "code id_token token",
    ];
    if !openid {
        response_types.insert(1, "token");
    }
    let mut document = json!({
        "issuer": server.issuer(world),
        "authorization_endpoint": format!("{v1}/authorize"),
        "token_endpoint": format!("{v1}/token"),
    });
    let mut set = |name: &str, value: Value| document[name] = value;
    if openid {
        set("userinfo_endpoint", json!(format!("{v1}/userinfo")));
    }
    set(
        "registration_endpoint",
        json!(format!("{}/oauth2/v1/clients", world.origin(Origin::Org))),
    );
    if openid || is_custom {
        set("jwks_uri", json!(format!("{v1}/keys")));
    }
    set("response_types_supported", json!(response_types));
    set(
        "response_modes_supported",
        json!(["query", "fragment", "form_post", "okta_post_message"]),
    );
    set("grant_types_supported", json!(grants));
    set("subject_types_supported", json!(["public"]));
    if openid {
        set("id_token_signing_alg_values_supported", json!(["RS256"]));
        set(
            "id_token_encryption_alg_values_supported",
            json!(["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"]),
        );
        set(
            "id_token_encryption_enc_values_supported",
            json!(["A256GCM"]),
        );
    }
    set("scopes_supported", json!(scopes));
    set("token_endpoint_auth_methods_supported", json!(AUTH_METHODS));
    set(
        "claims_supported",
        if openid {
            json!([
                "iss",
                "ver",
                "sub",
                "aud",
                "iat",
                "exp",
                "jti",
                "auth_time",
                "amr",
                "idp",
                "nonce",
                "name",
                "nickname",
                "preferred_username",
                "given_name",
                "middle_name",
                "family_name",
                "email",
                "email_verified",
                "profile",
                "zoneinfo",
                "locale",
                "address",
                "phone_number",
                "picture",
                "website",
                "gender",
                "birthdate",
                "updated_at",
                "at_hash",
                "c_hash"
            ])
        } else {
            json!([
                "ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"
            ])
        },
    );
    set("code_challenge_methods_supported", json!(["S256"]));
    set("introspection_endpoint", json!(format!("{v1}/introspect")));
    set(
        "introspection_endpoint_auth_methods_supported",
        json!(AUTH_METHODS),
    );
    set("revocation_endpoint", json!(format!("{v1}/revoke")));
    set(
        "revocation_endpoint_auth_methods_supported",
        json!(AUTH_METHODS),
    );
    set("end_session_endpoint", json!(format!("{v1}/logout")));
    set("request_parameter_supported", json!(true));
    set(
        "request_object_signing_alg_values_supported",
        json!(ALGORITHMS),
    );
    set(
        "device_authorization_endpoint",
        json!(format!("{v1}/device/authorize")),
    );
    set(
        "pushed_authorization_request_endpoint",
        json!(format!("{v1}/par")),
    );
    set(
        "backchannel_token_delivery_modes_supported",
        json!(["poll"]),
    );
    set(
        "backchannel_authentication_request_signing_alg_values_supported",
        json!(ALGORITHMS),
    );
    set("dpop_signing_alg_values_supported", json!(dpop::ALGORITHMS));
    document
}

/// `/oauth2/v1/keys` and `/oauth2/{id}/v1/keys`.
pub(super) fn keys(world: &World, inbound: &Inbound) -> Reply {
    let server = match meant(world, inbound) {
        Ok(server) => server,
        Err(denial) => return denial.render(world),
    };
    let published = world.keys.of(server.id()).published();
    let keys: Vec<Value> = published.iter().map(SigningKey::okta_jwk).collect();
    Reply::json(StatusCode::OK, json!({ "keys": keys }))
}
