//! The session of a browser: its cookie, and who is signed in there.

use http::header;

use crate::directory::Tenant;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::ledger::{Account, Progress};
use crate::reply::Reply;
use crate::world::World;

/// The cookie of Entra's sessions.
const NAME: &str = "ESTSAUTH";
/// Longer ones are none of ours.
const LONGEST: usize = 256;

/// What the browser's cookie says.
pub(super) fn cookie(inbound: &Inbound) -> Option<String> {
    let headers = inbound.headers.get_all(header::COOKIE).iter();
    headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty() && value.len() <= LONGEST)
        .map(|(_, value)| value.to_owned())
}

/// The accounts of a tenant that the browser is signed in with.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Those that may still be used, the latest last.
    pub(super) accounts: Vec<Account>,
    /// Whether there are others, whose passwords were changed or have expired.
    pub(super) some_outdated: bool,
}

/// What the browser knows of a tenant.
pub(super) fn known(world: &World, inbound: &Inbound, tenant: &Tenant) -> Known {
    let Some(cookie) = cookie(inbound) else {
        return Known::default();
    };
    let mut known = Known {
        accounts: world.ledger.accounts(&cookie, world.clock.now()),
        some_outdated: false,
    };
    let outdated = &mut known.some_outdated;
    known.accounts.retain(|account| {
        let mut users = tenant.users.iter();
        let user = users.find(|user| user.id == account.user);
        let Some(user) = user.filter(|_| account.issuer == tenant.id) else {
            return false;
        };
        let is_outdated = account.outdated || user.password_expired;
        *outdated |= is_outdated;
        user.enabled && !user.locked && !is_outdated
    });
    known
}

/// Remembers who has signed in, and says under which id.
pub(super) fn begin(world: &World, inbound: &Inbound, issuer: &str, by: &mut Progress) -> String {
    // What is not known here is not taken over: whoever set it might know it.
    let known = cookie(inbound).filter(|cookie| {
        let accounts = world.ledger.accounts(cookie, world.clock.now());
        !accounts.is_empty()
    });
    let cookie = known.unwrap_or_else(|| world.entropy.base64url(48));
    let session = world.entropy.guid();
    by.session = Some(session.clone());
    world.ledger.begin_session(
        &cookie,
        Account {
            issuer: issuer.to_owned(),
            user: by.user.clone(),
            manner: by.manner,
            session,
            since: world.clock.now(),
            outdated: false,
        },
    );
    cookie
}

/// Gives the browser its cookie.
pub(super) fn set(world: &World, reply: &mut Reply, cookie: &str) {
    reply.add_header(
        "set-cookie",
        &format!("{NAME}={cookie}; {}", attributes(world)),
    );
}

/// Takes it away.
pub(super) fn clear(world: &World, reply: &mut Reply) {
    let attributes = attributes(world);
    reply.add_header(
        "set-cookie",
        &format!("{NAME}=; expires=Thu, 01-Jan-1970 00:00:00 GMT; {attributes}"),
    );
}

/// Over plain HTTP no browser would keep what is meant for TLS.
fn attributes(world: &World) -> &'static str {
    if world.origin(Origin::Login).starts_with("https:") {
        "path=/; secure; HttpOnly; SameSite=None"
    } else {
        "path=/; HttpOnly"
    }
}
