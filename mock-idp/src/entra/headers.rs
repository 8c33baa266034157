//! The headers that go with every answer, in the order in which Entra sends them.

use super::correlation::correlation_id;
use super::cors;
use crate::engine::TokenRequest;
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
    if tells_telemetry(inbound) {
        let told = telemetry(world, inbound, reply);
        reply.default_header("x-ms-clitelem", &told);
    }
    reply.default_header("x-xss-protection", "0");
    cookies(world, reply);
    cors::dress(inbound, reply);
}

/// Whether a client has said that it is an MSAL: in a header, or in a field of the form as the one for Node does. That it is told
/// more only then is assumed.
fn tells_telemetry(inbound: &Inbound) -> bool {
    const FIELD: &[u8] = b"x-client-sku=";
    let mut windows = inbound.body.windows(FIELD.len());
    inbound.header("x-client-sku").is_some()
        || windows.any(|window| window.eq_ignore_ascii_case(FIELD))
}

/// What MSAL is told: version 1, the number of the error, that of the suberror, and how old the refresh token is that was refused, in
/// milliseconds (github.com/AzureAD/microsoft-authentication-library-for-java, `XmsClientTelemetryInfo`).
fn telemetry(world: &World, inbound: &Inbound, reply: &Reply) -> String {
    let number = reply.vendor_code.as_deref();
    let number = number.and_then(|code| code.strip_prefix("AADSTS"));
    let Some(number) = number else {
        return "1,0,0,,".to_owned();
    };
    let request = TokenRequest::parse(inbound);
    let shown = request.get("refresh_token");
    let now = world.clock.now();
    let facts = shown.and_then(|shown| world.ledger.state_of(shown, now).0);
    let age = facts.map(|facts| now.duration_since(facts.issued_at));
    let age = age.map(|age| {
        let part = age.subsec_nanos().unsigned_abs() / 100;
        format!("{}.{:04}", age.as_millis().max(0), part % 10_000)
    });
    format!("1,{number},0,{},", age.unwrap_or_default())
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
