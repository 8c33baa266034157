//! OpenID Connect metadata and key sets, of v1.0 and v2.0.

use http::StatusCode;
use serde_json::{Value, json};

use super::correlation::is_guid;
use super::denial::EntraDenial;
use super::tenant::{CONSUMERS, Segment, is_v1, resolve, segment};
use super::tokens::{v1_issuer, v2_issuer};
use crate::directory::EntraDirectory;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::world::World;

/// What stands for a tenant's id where a document is nobody's in particular.
const TEMPLATE: &str = "{tenantid}";

/// Whose document it is.
struct Subject<'d> {
    /// The tenant in its URLs.
    name: &'d str,
    /// The tenant in its issuer.
    issuer: &'d str,
    region: Value,
}

impl<'d> Subject<'d> {
    /// A domain is answered with the tenant's GUID in every URL; an alias keeps itself, and the issuer is a template.
    fn of(directory: &'d EntraDirectory, segment: &str) -> Result<Self, EntraDenial> {
        Ok(match resolve(directory, segment)? {
            Segment::Tenant(tenant) => Self {
                name: &tenant.id,
                issuer: &tenant.id,
                region: json!(tenant.region()),
            },
            Segment::Alias("consumers") => Self {
                name: "consumers",
                issuer: CONSUMERS,
                region: Value::Null,
            },
            Segment::Alias(alias) => Self {
                name: alias,
                issuer: TEMPLATE,
                region: Value::Null,
            },
        })
    }
}

/// `/{tenant}/v2.0/.well-known/openid-configuration`, and the same without a version, members in Entra's order.
pub(super) fn openid_configuration(world: &World, inbound: &Inbound) -> Reply {
    let subject = Subject::of(&world.directory.entra, &segment(inbound));
    let document = match &subject {
        Err(denial) => return denial.render(world, inbound),
        Ok(subject) if is_v1(inbound) => v1(world, subject),
        Ok(subject) => v2(world, subject, &of_application(inbound)),
    };
    Reply::json(StatusCode::OK, document)
}

fn v2(world: &World, subject: &Subject<'_>, of_application: &str) -> Value {
    let Subject {
        name,
        issuer,
        region,
    } = subject;
    let login = world.origin(Origin::Login);
    let cloud = &world.directory.entra.cloud;
    let v2 = format!("{login}/{name}/oauth2/v2.0");
    json!({
        "token_endpoint": format!("{v2}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{login}/{name}/discovery/v2.0/keys{of_application}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": v2_issuer(world, issuer),
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
        "cloud_instance_name": cloud.instance_name(),
        "cloud_graph_host_name": cloud.graph_host(),
        "msgraph_host": cloud.msgraph_host(),
        "rbac_url": cloud.rbac_url(),
    })
}

/// Its key set is everybody's, whatever tenant it is asked for.
fn v1(world: &World, subject: &Subject<'_>) -> Value {
    let Subject {
        name,
        issuer,
        region,
    } = subject;
    let login = world.origin(Origin::Login);
    let cloud = &world.directory.entra.cloud;
    let home = format!("{login}/{name}");
    json!({
        "token_endpoint": format!("{home}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{login}/common/discovery/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "scopes_supported": ["openid"],
        "issuer": v1_issuer(world, issuer),
        "microsoft_multi_refresh_token": true,
        "authorization_endpoint": format!("{home}/oauth2/authorize"),
        "device_authorization_endpoint": format!("{home}/oauth2/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{home}/oauth2/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname"],
        "check_session_iframe": format!("{home}/oauth2/checksession"),
        "userinfo_endpoint": format!("{home}/openid/userinfo"),
        "kerberos_endpoint": format!("{home}/kerberos"),
        "tenant_region_scope": region,
        "cloud_instance_name": cloud.instance_name(),
        "cloud_graph_host_name": cloud.graph_host(),
        "msgraph_host": cloud.msgraph_host(),
        "rbac_url": cloud.rbac_url(),
    })
}

/// An application with signing keys of its own is asked for by `?appid=`, and its key set is, too
/// (learn.microsoft.com/entra/identity-platform/access-tokens). Here the keys are the same.
fn of_application(inbound: &Inbound) -> String {
    let id = inbound.query_parameter("appid").filter(|id| is_guid(id));
    id.map(|id| format!("?appid={id}")).unwrap_or_default()
}

/// `/{tenant}/discovery/v2.0/keys`, and the same without a version: there no key names its issuer.
pub(super) fn keys(world: &World, inbound: &Inbound) -> Reply {
    let subject = match Subject::of(&world.directory.entra, &segment(inbound)) {
        Err(denial) => return denial.render(world, inbound),
        Ok(subject) => subject,
    };
    // Those of a tenant are for all tenants.
    let issuer = match subject.name {
        "consumers" => v2_issuer(world, CONSUMERS),
        _ => v2_issuer(world, TEMPLATE),
    };
    let issuer = (!is_v1(inbound)).then_some(issuer);
    let keys: Vec<Value> = world
        .keys
        .published()
        .iter()
        .map(|key| key.entra_jwk(issuer.as_deref()))
        .collect();
    Reply::json(StatusCode::OK, json!({ "keys": keys }))
}
