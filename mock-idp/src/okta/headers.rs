//! The headers that Okta sends with everything.

use std::time::Duration;

use http::StatusCode;

use crate::clock::imf_fixdate;
use crate::inbound::Inbound;
use crate::journal::{Endpoint, Origin};
use crate::reply::Reply;
use crate::world::World;

/// How long a metadata document may be kept.
const METADATA_LIFETIME: Duration = Duration::from_secs(86_400);

/// Adds what goes with every answer of an org. A customer's own API has headers of its own.
pub(super) fn dress(world: &World, inbound: &Inbound, endpoint: Endpoint, reply: &mut Reply) {
    if inbound.origin == Origin::Api {
        return;
    }
    reply.default_header("server", "nginx");
    reply.default_header(
        "strict-transport-security",
        "max-age=315360000; includeSubDomains",
    );
    reply.default_header("accept-ch", "Sec-CH-UA-Platform-Version");
    reply.default_header("p3p", r#"CP="HONK""#);
    reply.default_header("referrer-policy", "strict-origin-when-cross-origin");
    reply.default_header("x-content-type-options", "nosniff");
    let request_id = crate::entropy::hex(&world.entropy.block()[..16]);
    reply.default_header("x-okta-request-id", &request_id);
    reply.default_header("x-xss-protection", "0");
    match endpoint {
        // A 429 goes out without any caching headers.
        _ if reply.status == StatusCode::TOO_MANY_REQUESTS => {}
        Endpoint::Discovery => {
            reply.default_header("cache-control", "max-age=86400, must-revalidate");
            let tomorrow = world.clock.now().checked_add(METADATA_LIFETIME);
            if let Ok(tomorrow) = tomorrow {
                reply.default_header("expires", &imf_fixdate(tomorrow));
            }
            reply.default_header("vary", "Origin");
        }
        Endpoint::Jwks => {
            let age = world
                .settings
                .key_set_max_age
                .map_or(3_832_304, |age| age.as_secs());
            let age = format!("max-age={age}, must-revalidate");
            reply.default_header("cache-control", &age);
        }
        _ => {
            if endpoint == Endpoint::Token && reply.status.is_success() {
                reply.default_header("x-robots-tag", "noindex,nofollow");
            }
            reply.default_header("cache-control", "no-cache, no-store");
            reply.default_header("pragma", "no-cache");
            reply.default_header("expires", "0");
        }
    }
}
