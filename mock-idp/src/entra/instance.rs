//! Instance discovery and user realms: which clouds there are, and where a user signs in.

use http::StatusCode;
use serde_json::{Value, json};

use super::aadsts::Aadsts;
use crate::form;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::world::World;

/// Microsoft's clouds by their hosts: how clients call one, what they call its caches, and all its names. The newest, of which
/// no such row is known, are not among them.
const NETWORKS: [(&str, &str, &[&str]); 5] = [
    (
        "login.microsoftonline.com",
        "login.windows.net",
        &[
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ],
    ),
    (
        "login.partner.microsoftonline.cn",
        "login.partner.microsoftonline.cn",
        &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    ),
    (
        "login.microsoftonline.de",
        "login.microsoftonline.de",
        &["login.microsoftonline.de"],
    ),
    (
        "login.microsoftonline.us",
        "login.microsoftonline.us",
        &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    ),
    (
        "login-us.microsoftonline.com",
        "login-us.microsoftonline.com",
        &["login-us.microsoftonline.com"],
    ),
];
/// Hosts that are known without a row.
const MORE: [&str; 3] = [
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
];

/// `/common/discovery/instance`: is this authority host one of Microsoft's? The mock vouches for itself too, and leads to itself
/// whichever of them is asked for.
pub(super) fn discovery(world: &World, inbound: &Inbound) -> Reply {
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
    let is_ours =
        host.eq_ignore_ascii_case(own_host) || without_port(host) == without_port(own_host);
    if !is_ours && !is_known(host) {
        return Aadsts::new(50_049, "invalid_instance", "Unknown or invalid instance.")
            .render(world, inbound);
    }
    let of_v2 = match asked.contains("/v2.0/") {
        true => "v2.0/",
        false => "",
    };
    let network = |preferred: &str, cache: &str, aliases: &[&str]| json!({ "preferred_network": preferred, "preferred_cache": cache, "aliases": aliases });
    let mut networks: Vec<Value> = NETWORKS
        .iter()
        .map(|(preferred, cache, aliases)| network(preferred, cache, aliases))
        .collect();
    if !is_known(own_host) {
        networks.push(network(own_host, own_host, &[own_host]));
    }
    Reply::json(
        StatusCode::OK,
        json!({
            "tenant_discovery_endpoint": format!("{own}/{tenant}/{of_v2}.well-known/openid-configuration"),
            "api-version": version,
            "metadata": networks,
        }),
    )
}

/// Regions have hosts of their own: `westeurope.login.microsoft.com`.
fn is_known(host: &str) -> bool {
    let named = NETWORKS.iter().flat_map(|(_, _, aliases)| aliases.iter());
    let mut named = named.chain(&MORE);
    named.any(|known| known.eq_ignore_ascii_case(host))
        || host.to_ascii_lowercase().ends_with(".login.microsoft.com")
}

fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
}

/// `/common/userrealm/{upn}`: does Entra itself sign the user in? It goes by the domain; whether there is such a user is not said.
pub(super) fn user_realm(world: &World, inbound: &Inbound) -> Reply {
    let segment = inbound.uri.path().rsplit('/').next().unwrap_or_default();
    // A plus sign is itself in a path.
    let upn = form::decode(segment.replace('+', "%2B").as_bytes())
        .unwrap_or_else(|form::Malformed| segment.to_owned());
    let domain = upn.rsplit('@').next().unwrap_or_default();
    let entra = &world.directory.entra;
    let tenant = entra.tenants.iter().find(|tenant| {
        let mut domains = tenant.domains.iter();
        domains.any(|known| known.eq_ignore_ascii_case(domain))
    });
    let Some(tenant) = tenant else {
        return Reply::json(
            StatusCode::OK,
            json!({ "ver": "1.0", "account_type": "Unknown" }),
        );
    };
    let mut federated = tenant.federated_domains.iter();
    let federated = federated.find(|known| known.domain.eq_ignore_ascii_case(domain));
    let mut realm = json!({
        "ver": "1.0",
        "account_type": if federated.is_some() { "Federated" } else { "Managed" },
        "domain_name": domain,
    });
    if let Some(federated) = federated {
        realm["federation_protocol"] = json!("WSTrust");
        realm["federation_metadata_url"] = json!(federated.metadata_url);
        realm["federation_active_auth_url"] = json!(federated.active_auth_url);
    }
    realm["cloud_instance_name"] = json!(entra.cloud.instance_name());
    realm["cloud_audience_urn"] = json!("urn:federation:MicrosoftOnline");
    Reply::json(StatusCode::OK, realm)
}
