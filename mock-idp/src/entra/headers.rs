//! The headers that go with every answer, in the order in which Entra sends them.

use super::correlation::correlation_id;
use super::cors;
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

pub(super) const P3P: &str = r#"CP="DSP CUR OTPi IND OTRi ONL FIN""#;

/// Those of the token and device authorization endpoints.
pub(super) fn token(world: &World, inbound: &Inbound, reply: &mut Reply) {
    reply.default_header("cache-control", "no-store, no-cache");
    reply.default_header("pragma", "no-cache");
    reply.default_header("content-type", "application/json; charset=utf-8");
    reply.default_header("expires", "-1");
    reply.default_header(
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    );
    reply.default_header("x-content-type-options", "nosniff");
    reply.default_header("p3p", P3P);
    if inbound
        .header("return-client-request-id")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    {
        reply.default_header("client-request-id", &correlation_id(world, inbound));
    }
    common_ids(world, reply);
    if inbound.header("x-client-sku").is_some() {
        let number = reply
            .vendor_code
            .as_deref()
            .and_then(|code| code.strip_prefix("AADSTS"))
            .unwrap_or("0")
            .to_owned();
        reply.default_header("x-ms-clitelem", &format!("1,{number},0,,"));
    }
    reply.default_header("x-xss-protection", "0");
    cookies(world, reply);
    cors::dress(inbound, reply);
}

/// Those of documents.
pub(super) fn document(world: &World, reply: &mut Reply) {
    if reply.status.is_success() {
        reply.default_header("cache-control", "max-age=86400, private");
    }
    reply.default_header("content-type", "application/json; charset=utf-8");
    reply.default_header(
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    );
    reply.default_header("x-content-type-options", "nosniff");
    reply.default_header("access-control-allow-origin", "*");
    reply.default_header("access-control-allow-methods", "GET, OPTIONS");
    reply.default_header("p3p", P3P);
    common_ids(world, reply);
    reply.default_header("x-xss-protection", "0");
    cookies(world, reply);
}

pub(super) fn common_ids(world: &World, reply: &mut Reply) {
    // An error has brought its own, the trace id of its body; it moves to its place among the others.
    let id = reply
        .header("x-ms-request-id")
        .map_or_else(|| world.entropy.guid(), str::to_owned);
    reply.set_header("x-ms-request-id", &id);
    reply.default_header("x-ms-ests-server", "2.1.22171.14 - WEULR1 ProdSlices");
}

const FPC_LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

pub(super) fn cookies(world: &World, reply: &mut Reply) {
    // That it lasts thirty days was observed; how the date is written is assumed.
    let expires = world.clock.now().checked_add(FPC_LIFETIME);
    let expires = expires
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(jiff::tz::TimeZone::UTC);
    reply.add_header(
        "set-cookie",
        &format!(
            "fpc={}; expires={}; path=/; secure; HttpOnly; SameSite=None",
            world.entropy.base64url(24),
            expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT"),
        ),
    );
    reply.add_header(
        "set-cookie",
        "x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly",
    );
    reply.add_header(
        "set-cookie",
        "stsservicecookie=estsfd; path=/; secure; samesite=none; httponly",
    );
}
