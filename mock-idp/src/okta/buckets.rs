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

/// What the org may use of each bucket in a minute. The numbers are those of an Enterprise org.
const TOKEN: [(&str, u32); 2] = [("/oauth2/v1/token", 1200), ("/oauth2/*/v1/token", 1200)];
const MANAGEMENT: [(&str, u32); 3] = [
    ("/api/v1/users", 600),
    ("/api/v1/users/*", 1000),
    ("/api/v1/**", 600),
];

/// The limits of an org. Keys and metadata are not metered, nor is a customer's own API.
pub(crate) fn usual_limits() -> Vec<LimitRule> {
    let token = TOKEN.map(|bucket| (Endpoint::Token, bucket));
    let management = MANAGEMENT.map(|bucket| (Endpoint::Resource, bucket));
    token
        .into_iter()
        .chain(management)
        .flat_map(|(endpoint, (path, per_minute))| {
            let mut share = LimitRule::requests(per_minute / 2, WINDOW).at(endpoint);
            share.origin = Some(Origin::Org);
            share.paths = vec![path.to_owned()];
            let mut whole = share.clone().by([By::World]);
            whole.requests = Some(per_minute);
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
