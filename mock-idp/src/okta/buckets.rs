//! Okta's rate limits: a fixed 60-second window for each bucket, opened by its first request
//! (developer.okta.com/docs/reference/rate-limits).
//!
//! A bucket belongs to the org; each API token and each app may use half of it, an app with all of its access tokens. The
//! headers show that half; that a refusal for want of the org's shows the whole is assumed.

use std::time::Duration;

use super::envelope::too_many_requests;
use super::management::{GLUED, api_token};
use crate::dialect::Metering;
use crate::inbound::Inbound;
use crate::journal::{Endpoint, Origin};
use crate::limits::{Limit, Metered};
use crate::pipeline::Call;
use crate::resource::shown;
use crate::world::World;

const WINDOW: Duration = Duration::from_secs(60);

/// Which bucket a request falls into, and what the org may use of it in a minute. The numbers are those of an Enterprise org.
fn bucket(inbound: &Inbound) -> Option<(&'static str, u32)> {
    let path = inbound.uri.path();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["oauth2", "v1", "token"] => Some(("/oauth2/v1/token", 1200)),
        ["oauth2", _, "v1", "token"] => Some(("/oauth2/{id}/v1/token", 1200)),
        ["api", "v1", "users"] => Some(("/api/v1/users", 600)),
        ["api", "v1", "users", _] => Some(("/api/v1/users/{id}", 1000)),
        ["api", "v1", ..] => Some(("/api/v1", 600)),
        _ => None,
    }
}

/// Counts a request. Keys and metadata are not metered, nor is a customer's own API.
pub(super) fn meter(world: &World, inbound: &Inbound, call: &Call) -> Metering {
    let replaced = world.limit(call.endpoint);
    let metered_here = inbound.origin == Origin::Org
        && matches!(call.endpoint, Endpoint::Token | Endpoint::Resource);
    if !metered_here && replaced.is_none() {
        return Metering::default();
    }
    let Some((name, per_minute)) = bucket(inbound).or(replaced.map(|_| ("api", 0))) else {
        return Metering::default();
    };
    let now = world.clock.now();
    let principal = principal(world, inbound, call);
    let metered = match replaced {
        Some(limit) => world.meters.count(name, principal, limit, now),
        None => {
            let share = Limit {
                requests: per_minute / 2,
                per: WINDOW,
            };
            let whole = Limit {
                requests: per_minute,
                per: WINDOW,
            };
            let of_principal = world.meters.count(name, principal, share, now);
            // Who has used up a share takes nothing from the others.
            let of_org = of_principal
                .admitted
                .then(|| world.meters.count_shared(name, whole, now));
            match of_org {
                Some(of_org) if !of_org.admitted => of_org,
                _ => of_principal,
            }
        }
    };
    Metering {
        headers: headers(&metered),
        refused: (!metered.admitted).then(|| too_many_requests(world)),
    }
}

/// The three headers of every metered answer, errors included.
fn headers(metered: &Metered) -> Vec<(&'static str, String)> {
    // The reset is shown in whole seconds and never before the window's end.
    let reset = metered.reset.as_millisecond().div_euclid(1000)
        + i64::from(metered.reset.as_millisecond().rem_euclid(1000) > 0);
    vec![
        ("x-rate-limit-limit", metered.limit.to_string()),
        ("x-rate-limit-remaining", metered.remaining.to_string()),
        ("x-rate-limit-reset", reset.to_string()),
    ]
}

/// Whose share is used: the app's at the token endpoint, elsewhere the API token's or that of the app an access token was issued
/// to (principalType `SSWS_TOKEN` or `OAUTH_CLIENT` of `/api/v1/principal-rate-limits`). Unknown tokens share one.
fn principal(world: &World, inbound: &Inbound, call: &Call) -> String {
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

/// The rate-limit headers of a 429 that a fault asks for: nothing left until a minute from now.
pub(super) fn exhausted(world: &World, inbound: &Inbound) -> Vec<(&'static str, String)> {
    let limit = bucket(inbound).map_or(100, |(_, per_minute)| per_minute / 2);
    let reset = world
        .clock
        .now()
        .checked_add(WINDOW)
        .unwrap_or(jiff::Timestamp::MAX);
    headers(&Metered {
        admitted: false,
        limit,
        remaining: 0,
        reset,
    })
}
