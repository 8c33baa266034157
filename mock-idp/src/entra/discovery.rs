//! Metadata documents: OpenID configuration (v2.0), key set, instance discovery, user realm.

use http::StatusCode;
use serde_json::{Value, json};

use super::aadsts::Aadsts;
use super::denial::EntraDenial;
use super::tenant::{Segment, resolve, segment};
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::world::World;

/// `/{tenant}/v2.0/.well-known/openid-configuration`, members in Entra's order.
///
/// A domain is answered with the tenant's GUID in every URL; an alias keeps itself, and the issuer is a template.
pub(super) fn openid_configuration(world: &World, inbound: &Inbound) -> Reply {
    match document(world, inbound) {
        Ok(document) => Reply::json(StatusCode::OK, document),
        Err(denial) => denial.render(world, inbound),
    }
}

fn document(world: &World, inbound: &Inbound) -> Result<Value, EntraDenial> {
    let (name, issuer_tenant, region) = match resolve(&world.directory.entra, &segment(inbound))? {
        Segment::Tenant(tenant) => (tenant.id.as_str(), tenant.id.as_str(), json!("EU")),
        Segment::Alias("consumers") => (
            "consumers",
            "9188040d-6c67-4c5b-b112-36a304b66dad",
            Value::Null,
        ),
        Segment::Alias(alias) => (alias, "{tenantid}", Value::Null),
    };
    let login = world.origin(Origin::Login);
    let v2 = format!("{login}/{name}/oauth2/v2.0");
    Ok(json!({
        "token_endpoint": format!("{v2}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{login}/{name}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{login}/{issuer_tenant}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{}/oidc/userinfo", world.origin(Origin::Graph)),
        "authorization_endpoint": format!("{v2}/authorize"),
        "device_authorization_endpoint": format!("{v2}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{v2}/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
        "kerberos_endpoint": format!("{login}/{name}/kerberos"),
        "tenant_region_scope": region,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }))
}

/// `/{tenant}/discovery/v2.0/keys`.
pub(super) fn keys(world: &World, inbound: &Inbound) -> Reply {
    if let Err(denial) = resolve(&world.directory.entra, &segment(inbound)) {
        return denial.render(world, inbound);
    }
    let issuer = format!("{}/{{tenantid}}/v2.0", world.origin(Origin::Login));
    let keys: Vec<Value> = world
        .keys
        .published()
        .iter()
        .map(|key| key.entra_jwk(&issuer))
        .collect();
    Reply::json(StatusCode::OK, json!({ "keys": keys }))
}

/// `/common/discovery/instance`: is this authority host one of Microsoft's? The mock vouches for itself too.
pub(super) fn instance(world: &World, inbound: &Inbound) -> Reply {
    let version = inbound
        .query_parameter("api-version")
        .unwrap_or_else(|| "1.1".to_owned());
    let asked = inbound
        .query_parameter("authorization_endpoint")
        .unwrap_or_default();
    let own = world.origin(Origin::Login);
    let own_host = own.split("://").nth(1).unwrap_or_default();
    let mut parts = asked.split('/').skip(2);
    let (host, tenant) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let without_port = |host: &str| host.split(':').next().unwrap_or_default().to_owned();
    let ours = host.eq_ignore_ascii_case(own_host) || without_port(host) == without_port(own_host);
    const PUBLIC: [&str; 4] = [
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net",
    ];
    if !ours && !PUBLIC.iter().any(|known| host.eq_ignore_ascii_case(known)) {
        return Aadsts::new(50_049, "invalid_instance", "Unknown or invalid instance.")
            .render(world, inbound);
    }
    let network = |preferred: &str, cache: &str, aliases: &[&str]| json!({ "preferred_network": preferred, "preferred_cache": cache, "aliases": aliases });
    Reply::json(
        StatusCode::OK,
        json!({
            "tenant_discovery_endpoint": format!("{own}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": version,
            "metadata": [
                network("login.microsoftonline.com", "login.windows.net", &PUBLIC),
                network("login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"]),
                network("login.microsoftonline.de", "login.microsoftonline.de", &["login.microsoftonline.de"]),
                network("login.microsoftonline.us", "login.microsoftonline.us", &["login.microsoftonline.us", "login.usgovcloudapi.net"]),
                network("login-us.microsoftonline.com", "login-us.microsoftonline.com", &["login-us.microsoftonline.com"]),
                network(own_host, own_host, &[own_host]),
            ],
        }),
    )
}

/// `/common/userrealm/{upn}`: every account here is managed by Entra itself.
pub(super) fn user_realm(inbound: &Inbound) -> Reply {
    let upn = inbound.uri.path().rsplit('/').next().unwrap_or_default();
    let domain = upn
        .rsplit(['@'])
        .next()
        .unwrap_or_default()
        .replace("%40", "@");
    let domain = domain.rsplit('@').next().unwrap_or_default();
    Reply::json(
        StatusCode::OK,
        json!({
            "ver": "1.0", "account_type": "Managed", "domain_name": domain,
            "cloud_instance_name": "microsoftonline.com", "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
    )
}
