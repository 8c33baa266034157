//! Counts a request against the limits: who asks, by the vendor's notion, and what the answer shows.

use sha2::{Digest as _, Sha256};

use crate::dialect::Dialect;
use crate::engine::TokenRequest;
use crate::entropy::hex;
use crate::inbound::Inbound;
use crate::limits::{Asker, By, Custom, Knock, Places, Share, UsedUp};
use crate::pipeline::Call;
use crate::reply::Reply;
use crate::world::World;

/// What the limits say of a request.
#[derive(Default)]
pub(crate) struct Metering {
    /// Headers that go onto the answer whatever it is.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The refusal, if a limit is used up, and which.
    pub(crate) refused: Option<(Reply, UsedUp)>,
    /// To be kept until the answer has been handed over.
    pub(crate) _places: Places,
}

/// The request as limits choose by it.
pub(crate) fn knock<'a>(inbound: &'a Inbound, endpoint: crate::journal::Endpoint) -> Knock<'a> {
    Knock {
        endpoint,
        origin: inbound.origin,
        method: inbound.method.as_str(),
        path: inbound.uri.path(),
    }
}

/// Counts a request.
pub(crate) fn meter(
    world: &World,
    inbound: &Inbound,
    call: &Call,
    dialect: &dyn Dialect,
) -> Metering {
    let asking = Asking {
        world,
        inbound,
        call,
        dialect,
    };
    let now = || world.clock.now();
    let knock = knock(inbound, call.endpoint);
    let verdict = world.meters.take(&knock, &asking, now);
    let is_refused = verdict.is_refused();
    if !verdict.crossed.is_empty() {
        dialect.crossed(world, inbound, call, &verdict.crossed);
    }
    let Some((rule, shown)) = verdict.shown else {
        return Metering {
            _places: verdict.places,
            ..Metering::default()
        };
    };
    let custom = Custom::of(world.provider);
    let headers = custom.headers(&rule, &shown, is_refused);
    let refuse = |used_up| {
        let reply = dialect.limited(world, inbound, call.endpoint, rule.form);
        (reply, used_up)
    };
    let refused = verdict.refused.map(refuse);
    Metering {
        headers,
        refused,
        _places: verdict.places,
    }
}

/// A request, and the vendor's way of telling whose it is.
struct Asking<'a> {
    world: &'a World,
    inbound: &'a Inbound,
    call: &'a Call,
    dialect: &'a dyn Dialect,
}

impl Asker for Asking<'_> {
    fn who(&self, by: By) -> String {
        let Self {
            world,
            inbound,
            call,
            dialect,
        } = self;
        match by {
            By::World => String::new(),
            By::Principal => dialect.principal(world, inbound, call),
            By::Client => client(world, call),
            By::Address => inbound.peer.ip().to_canonical().to_string(),
            By::User => user(world, call),
            By::Device => device(inbound),
            By::Endpoint => call.endpoint.name().to_owned(),
            By::Path => inbound.uri.path().to_owned(),
            By::Request => fingerprint(world, inbound, call),
        }
    }

    fn share(&self) -> Option<Share> {
        self.dialect.share(self.world, self.inbound, self.call)
    }
}

/// The cookie by which Okta tells browsers apart.
fn device(inbound: &Inbound) -> String {
    let cookies = inbound.headers.get_all(http::header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(name, _)| *name == "dt");
    found.map_or_else(String::new, |(_, value)| value.to_owned())
}

/// The application that asks, or else the one that the token was issued to.
fn client(world: &World, call: &Call) -> String {
    let asks = call
        .token_request
        .as_ref()
        .and_then(|request| request.client.clone());
    asks.or_else(|| token_of(world, call).map(|token| token.client))
        .unwrap_or_default()
}

/// The user who signs in, or else the one for whom the token speaks; by id if the directory has one.
fn user(world: &World, call: &Call) -> String {
    let signs_in = call
        .token_request
        .as_ref()
        .and_then(|request| request.user.clone());
    let Some(user) = signs_in.or_else(|| token_of(world, call)?.user) else {
        return String::new();
    };
    let mut users = world.directory.users(world.provider);
    let known = users.find(|known| known.id == user || known.login.eq_ignore_ascii_case(&user));
    known.map_or_else(|| user.to_ascii_lowercase(), |known| known.id.clone())
}

fn token_of(world: &World, call: &Call) -> Option<crate::ledger::TokenFacts> {
    let label = call.presented.as_ref()?.token?;
    world.ledger.facts_of(label)
}

/// The same for requests that ask for the same.
fn fingerprint(world: &World, inbound: &Inbound, call: &Call) -> String {
    let mut hash = Sha256::new();
    // Each with its length before it, so that no two lists read alike.
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(call.endpoint.name());
    add(&client(world, call));
    add(&user(world, call));
    match &call.token_request {
        Some(request) => {
            add(request.issuer.as_deref().unwrap_or_default());
            add(request.grant.as_deref().unwrap_or_default());
            let whole = TokenRequest::parse(inbound);
            add(whole.get("redirect_uri").unwrap_or_default());
            add(whole.get("resource").unwrap_or_default());
            let mut scope: Vec<&str> = request.scope.iter().map(String::as_str).collect();
            scope.sort_unstable();
            scope.dedup();
            scope.into_iter().for_each(add);
        }
        None => {
            add(inbound.method.as_str());
            add(inbound.uri.path());
        }
    }
    hex(&hash.finalize()[..8])
}
