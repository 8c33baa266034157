//! `/authorizationServers`: custom authorization servers, whether they are active, and their keys
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServer).

use http::Method;
use serde_json::{Value, json};

use super::CREATED;
use super::call::{Call, done, ok};
use super::only_read;
use super::paging::{Kind, list};
use super::refusal::Refused;
use crate::directory::AuthorizationServer;
use crate::okta::server::Server;
use crate::okta::server_keys;
use crate::reply::Reply;

const SERVERS: Kind = Kind {
    usual: 200,
    most: 200,
    q: &["name"],
};

/// What lies below `/authorizationServers`.
pub(super) fn answer(call: &Call<'_>, below: &[&str]) -> Result<Reply, Refused> {
    match below {
        [] => {
            only_read(call)?;
            let servers = call.okta().authorization_servers.iter();
            let shown = servers.map(|server| shown(call, server));
            list(call, &SERVERS, shown.collect())
        }
        [id] => {
            only_read(call)?;
            ok(shown(call, find(call, id)?))
        }
        [id, "lifecycle", action @ ("activate" | "deactivate")] => match *call.method() {
            Method::POST => set(call, id, *action == "activate"),
            _ => Err(call.no_method()),
        },
        [id, "credentials", below @ ..] => {
            let server = find(call, id)?;
            Ok(server_keys::answer(
                call.world,
                call.inbound,
                &server.id,
                below,
            ))
        }
        _ => Err(call.no_path()),
    }
}

fn find<'w>(call: &Call<'w>, id: &str) -> Result<&'w AuthorizationServer, Refused> {
    let found = call.okta().authorization_server(id);
    found.ok_or_else(|| call.not_found(id, "AuthorizationServer"))
}

/// 204. From one that is not active nothing can be had.
fn set(call: &Call<'_>, id: &str, is_active: bool) -> Result<Reply, Refused> {
    find(call, id)?;
    call.change(|okta| {
        let mut servers = okta.authorization_servers.iter_mut();
        let server = servers.find(|server| server.id == id);
        server
            .ok_or_else(|| call.not_found(id, "AuthorizationServer"))?
            .enabled = is_active;
        Ok(())
    })?;
    let now = if is_active { "active" } else { "inactive" };
    done(format!("authorization server {id} is {now}"))
}

fn shown(call: &Call<'_>, server: &AuthorizationServer) -> Value {
    let id = &server.id;
    let base = call.link(&format!("/api/v1/authorizationServers/{id}"));
    json!({
        "id": id, "name": id, "description": null, "audiences": [server.audience],
        "issuer": Server::Custom(server).issuer(call.world), "issuerMode": "DYNAMIC",
        "status": if server.enabled { "ACTIVE" } else { "INACTIVE" }, "created": CREATED, "lastUpdated": CREATED,
        "credentials": { "signing": { "rotationMode": "AUTO", "kid": call.world.keys.active_of(id).kid(), "use": "sig" } },
        "_links": {
            "self": { "href": base, "hints": { "allow": ["GET"] } },
            "rotateKey": [{
                "name": "rotateKey", "href": format!("{base}/credentials/lifecycle/keyRotate"), "hints": { "allow": ["POST"] },
            }],
        },
    })
}
