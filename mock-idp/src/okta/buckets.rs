//! Okta's rate limits: a fixed 60-second window for each bucket, opened by its first request
//! (developer.okta.com/docs/reference/rate-limits).
//!
//! A bucket belongs to the org; each API token and each app may use half of it, an app with all of its access tokens. That an
//! answer shows whichever of the two has less left is assumed.

use std::time::Duration;

use super::envelope::too_many_requests;
use super::management::{GLUED, api_token};
use crate::inbound::Inbound;
use crate::journal::{Endpoint, Origin};
use crate::limits::{By, Custom, Form, LimitRule, Shown};
use crate::metering::knock;
use crate::pipeline::Call;
use crate::provider::Provider;
use crate::reply::Reply;
use crate::resource::shown;
use crate::world::World;
use http::StatusCode;

const WINDOW: Duration = Duration::from_secs(60);

/// Paths, methods if not all, and what the org may use of the bucket in a minute.
type Bucket = (&'static [&'static str], &'static [&'static str], u32);

/// The buckets of an Enterprise org. Where a method class is a bucket of its own, the other is for all other methods.
const TOKEN: &[Bucket] = &[
    (&["/oauth2/v1/token"], &[], 1200),
    (&["/oauth2/*/v1/token"], &[], 1200),
];
const MANAGEMENT: &[Bucket] = &[
    (&["/api/v1/users"], &[], 600),
    (&["/api/v1/users/*"], &["GET", "HEAD"], 1000),
    (
        &["/api/v1/users/*"],
        &["POST", "PUT", "PATCH", "DELETE"],
        600,
    ),
    (&["/api/v1/groups"], &[], 600),
    (&["/api/v1/groups/*"], &[], 600),
    (&["/api/v1/apps", "/api/v1/apps/**"], &[], 100),
    (&["/api/v1/apps/*"], &[], 600),
    (&["/api/v1/logs"], &[], 50),
    (&["/api/v1/authn"], &[], 600),
    (&["/api/v1/sessions"], &[], 600),
    (
        &["/api/v1/devices", "/api/v1/certificateAuthorities"],
        &[],
        150,
    ),
    (&["/api/v1/**"], &[], 600),
];

/// The limits of an org. Keys and metadata are not metered, nor is a customer's own API.
pub(crate) fn usual_limits() -> Vec<LimitRule> {
    let token = TOKEN.iter().map(|bucket| (Endpoint::Token, bucket));
    let management = MANAGEMENT.iter().map(|bucket| (Endpoint::Resource, bucket));
    token
        .chain(management)
        .flat_map(|(endpoint, (paths, methods, per_minute))| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let mut share = LimitRule::requests(per_minute / 2, WINDOW).at(endpoint);
            share.origin = Some(Origin::Org);
            share.paths = names(paths);
            share.methods = names(methods);
            let mut whole = share.clone().by([By::World]);
            whole.requests = Some(*per_minute);
            [share, whole]
        })
        .collect()
}

/// Whose share is used: the app's at the token endpoint, elsewhere the API token's or that of the app an access token was issued
/// to (principalType `SSWS_TOKEN` or `OAUTH_CLIENT` of `/api/v1/principal-rate-limits`). Unknown tokens share one.
pub(super) fn principal(world: &World, inbound: &Inbound, call: &Call) -> String {
    if let Some(request) = &call.token_request {
        return request.client.clone().unwrap_or_default();
    }
    let shown = shown(inbound, &GLUED);
    if let Some(token) = api_token(world, &shown) {
        return token.id.clone();
    }
    world
        .ledger
        .client_of(&shown.credential)
        .unwrap_or_default()
}

/// The refusal of a limit in this form. Okta knows but one, and no loop error; the others are for what stands before an org.
pub(super) fn refusal(world: &World, form: Form) -> Reply {
    match form {
        Form::Vendor | Form::Json | Form::Loop => too_many_requests(world),
        Form::Text => Reply::text(
            StatusCode::TOO_MANY_REQUESTS,
            "text/plain",
            "Too Many Requests",
        )
        .with_error("too_many_requests", None),
        Form::Forbidden => {
            let mut reply = too_many_requests(world);
            reply.status = StatusCode::FORBIDDEN;
            reply
        }
    }
}

/// The rate-limit headers of a 429 that a fault asks for: nothing left until a minute from now.
pub(super) fn exhausted(
    world: &World,
    inbound: &Inbound,
    endpoint: Endpoint,
) -> Vec<(&'static str, String)> {
    let now = world.clock.now();
    let shown = Shown {
        limit: world
            .meters
            .limit_at(&knock(inbound, endpoint))
            .unwrap_or(100),
        remaining: 0,
        reset: now.checked_add(WINDOW).unwrap_or(jiff::Timestamp::MAX),
        now,
    };
    Custom::of(Provider::Okta).headers(&LimitRule::default(), &shown, true)
}
