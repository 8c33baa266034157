//! Okta's rate limits: a fixed 60-second window for each bucket, opened by its first request
//! (developer.okta.com/docs/reference/rate-limits).
//!
//! A bucket belongs to the org; each API token and each app may use half of it, an app with all of its access tokens. That an
//! answer shows whichever of the two has less left is assumed.

use std::time::Duration;

use super::envelope::too_many_requests;
use super::management::{GLUED, api_token};
use crate::directory::{ClientLimitMode, OrgLimits, Plan};
use crate::inbound::Inbound;
use crate::journal::{Endpoint, Origin};
use crate::limits::{By, Custom, Form, LimitRule, Share, Shown};
use crate::metering::knock;
use crate::pipeline::Call;
use crate::provider::Provider;
use crate::reply::Reply;
use crate::resource::shown;
use crate::world::World;
use http::StatusCode;

const WINDOW: Duration = Duration::from_secs(60);
/// How much more of a burst is let pass than a bucket holds.
const BURST: u32 = 5;

/// Paths, methods if not all, and what the org may use of the bucket in a minute, by what it has bought.
type Bucket = (&'static [&'static str], &'static [&'static str], [u32; 4]);

/// The buckets of an org: Integrator Free, One App, Enterprise, Workforce. Where a method class is a bucket of its own, the other
/// is for all other methods.
const SIGNING_IN: &[Bucket] = &[
    (&["/oauth2/v1/token"], &[], [300, 1200, 1200, 2000]),
    (&["/oauth2/*/v1/token"], &[], [300, 1200, 1200, 2000]),
    (&["/oauth2/v1/authorize"], &[], [300, 1200, 1200, 2000]),
    (&["/oauth2/*/v1/authorize"], &[], [300, 1200, 1200, 2000]),
    (
        &["/api/v1/authn", "/api/v1/users/*/factors/*/verify"],
        &[],
        [100, 600, 600, 500],
    ),
    (&["/login/login.htm"], &[], [200, 1200, 1200, 1200]),
    (&["/idp/idx", "/idp/idx/**"], &[], [100, 1000, 1000, 1000]),
];
const OTHERS: &[Bucket] = &[
    (&["/oauth2/v1/**"], &[], [300, 1200, 1200, 2000]),
    (&["/oauth2/*/v1/**"], &[], [300, 1200, 1200, 2000]),
    (
        &["/oauth2/v1/clients", "/oauth2/v1/clients/**"],
        &[],
        [25, 100, 100, 100],
    ),
    (&["/oauth2/**"], &[], [100, 600, 600, 600]),
    (&["/api/v1/users"], &[], [100, 600, 600, 600]),
    (
        &["/api/v1/users/*"],
        &["GET", "HEAD"],
        [100, 1000, 1000, 2000],
    ),
    (
        &["/api/v1/users/*"],
        &["POST", "PUT", "PATCH", "DELETE"],
        [100, 600, 600, 600],
    ),
    (&["/api/v1/groups"], &[], [100, 600, 600, 500]),
    (&["/api/v1/groups/*"], &[], [100, 600, 600, 1000]),
    (
        &["/api/v1/apps", "/api/v1/apps/**"],
        &[],
        [20, 100, 100, 100],
    ),
    (&["/api/v1/apps/*"], &[], [100, 600, 600, 500]),
    (&["/api/v1/logs"], &[], [20, 50, 50, 120]),
    (&["/api/v1/sessions"], &[], [100, 600, 600, 750]),
    (
        &["/api/v1/devices", "/api/v1/certificateAuthorities"],
        &[],
        [100, 150, 150, 100],
    ),
    (&["/api/v1/**"], &[], [100, 600, 600, 1200]),
];

/// What is not metered: metadata and keys, and what no org serves.
const UNMETERED: [Endpoint; 8] = [
    Endpoint::Discovery,
    Endpoint::Jwks,
    Endpoint::Foreign,
    Endpoint::Unknown,
    Endpoint::Connection,
    Endpoint::ManagedIdentity,
    Endpoint::InstanceDiscovery,
    Endpoint::UserRealm,
];

/// The limits of an org that has bought this. A customer's own API is not metered.
pub(crate) fn usual_limits(bought: &OrgLimits) -> Vec<LimitRule> {
    let column = match bought.plan {
        Some(Plan::Integrator) => 0,
        Some(Plan::OneApp) => 1,
        None | Some(Plan::Enterprise) => 2,
        Some(Plan::Workforce) => 3,
    };
    let burst = bought.burst.then_some(BURST);
    let signing_in = SIGNING_IN.iter().map(|bucket| (bucket, burst));
    let others = OTHERS.iter().map(|bucket| (bucket, None));
    let mut rules = Vec::new();
    for ((paths, methods, per_minute), burst) in signing_in.chain(others) {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let whole = per_minute[column].saturating_mul(bought.multiplier);
        let mut share = metered(LimitRule::requests(whole / 2, WINDOW));
        share.paths = names(paths);
        share.methods = names(methods);
        share.burst = burst;
        let mut org = share.clone().by([By::World]);
        share.share_of = Some(whole);
        org.requests = Some(whole);
        rules.extend([share, org]);
    }
    rules.extend(at_authorize(bought.client_mode()));
    if let Some(plan) = bought.plan {
        rules.extend(in_progress(plan));
        let each = LimitRule::requests(40, Duration::from_secs(10));
        let mut of_users = each.at(Endpoint::Resource).by([By::User, By::Path]);
        of_users.origin = Some(Origin::Org);
        of_users.known_only = true;
        rules.push(of_users);
    }
    rules
}

/// The limits of each client, address and browser (developer.okta.com/docs/reference/rl-clientbased).
fn at_authorize(mode: ClientLimitMode) -> Vec<LimitRule> {
    if mode == ClientLimitMode::Disable {
        return Vec::new();
    }
    [LimitRule::requests(60, WINDOW), LimitRule::concurrency(5)]
        .map(|rule| {
            let mut rule = rule
                .at(Endpoint::Authorize)
                .by([By::Client, By::Address, By::Device]);
            rule.origin = Some(Origin::Org);
            rule.preview = mode == ClientLimitMode::Preview;
            rule
        })
        .to_vec()
}

/// How many requests may be in progress at once, of the org and of each principal
/// (developer.okta.com/docs/reference/rl-additional-limits).
fn in_progress(plan: Plan) -> [LimitRule; 2] {
    let whole = match plan {
        Plan::Integrator => 15,
        Plan::OneApp => 35,
        Plan::Enterprise | Plan::Workforce => 75,
    };
    let mut share = metered(LimitRule::concurrency(whole / 2));
    share.share_of = Some(whole);
    share.known_only = true;
    [
        share,
        metered(LimitRule::concurrency(whole)).by([By::World]),
    ]
}

/// The same for all that is metered.
fn metered(mut rule: LimitRule) -> LimitRule {
    rule.origin = Some(Origin::Org);
    rule.to = Endpoint::ALL
        .into_iter()
        .filter(|endpoint| !UNMETERED.contains(endpoint))
        .collect();
    rule
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

/// What the principal was given of the org's limits, if it was not left at half.
pub(super) fn share(world: &World, inbound: &Inbound, call: &Call) -> Option<Share> {
    let given = &world.directory.okta.principal_shares;
    if given.is_empty() {
        return None;
    }
    let who = principal(world, inbound, call);
    let given = given.iter().find(|share| share.principal == who)?;
    Some(Share {
        requests: given.percentage,
        concurrent: given.concurrency_percentage,
    })
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
