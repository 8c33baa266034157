//! The session of a browser: its cookie, and who is signed in there.

use http::header;

use crate::directory::User;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::ledger::{Account, Progress};
use crate::provider::Provider;
use crate::reply::Reply;
use crate::world::World;

/// The cookie of a vendor's sessions.
fn name(world: &World) -> &'static str {
    match world.provider {
        Provider::Entra => "ESTSAUTH",
        Provider::Okta => "sid",
    }
}

/// Longer ones are none of ours.
const LONGEST: usize = 256;

/// What the browser's cookie says.
pub(crate) fn cookie(world: &World, inbound: &Inbound) -> Option<String> {
    let ours = name(world);
    let headers = inbound.headers.get_all(header::COOKIE).iter();
    headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == ours && !value.is_empty() && value.len() <= LONGEST)
        .map(|(_, value)| value.to_owned())
}

/// The accounts of a tenant or org that the browser is signed in with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Those that may still be used, the latest last.
    pub(crate) accounts: Vec<Account>,
    /// Whether there are others, whose passwords were changed or have expired.
    pub(crate) some_outdated: bool,
}

/// What the browser knows of a tenant or org with these users.
pub(crate) fn known(world: &World, inbound: &Inbound, issuer: &str, users: &[User]) -> Known {
    let Some(cookie) = cookie(world, inbound) else {
        return Known::default();
    };
    let mut known = Known {
        accounts: world.ledger.accounts(&cookie, world.clock.now()),
        some_outdated: false,
    };
    let outdated = &mut known.some_outdated;
    known.accounts.retain(|account| {
        let user = users.iter().find(|user| user.id == account.user);
        let Some(user) = user.filter(|_| account.issuer == issuer) else {
            return false;
        };
        let is_outdated = account.outdated || user.password_expired;
        *outdated |= is_outdated;
        user.enabled && !user.locked && !is_outdated
    });
    known
}

/// Remembers who has signed in, and says under which id.
pub(crate) fn begin(world: &World, inbound: &Inbound, issuer: &str, by: &mut Progress) -> String {
    // What is not known here is not taken over: whoever set it might know it.
    let known = cookie(world, inbound).filter(|cookie| {
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
pub(crate) fn set(world: &World, reply: &mut Reply, cookie: &str) {
    reply.add_header(
        "set-cookie",
        &format!("{}={cookie}; {}", name(world), attributes(world)),
    );
}

/// Takes it away.
pub(crate) fn clear(world: &World, reply: &mut Reply) {
    let attributes = attributes(world);
    reply.add_header(
        "set-cookie",
        &format!(
            "{}=; expires=Thu, 01-Jan-1970 00:00:00 GMT; {attributes}",
            name(world)
        ),
    );
}

/// Over plain HTTP no browser would keep what is meant for TLS.
fn attributes(world: &World) -> &'static str {
    let origin = match world.provider {
        Provider::Entra => Origin::Login,
        Provider::Okta => Origin::Org,
    };
    if world.origin(origin).starts_with("https:") {
        "path=/; secure; HttpOnly; SameSite=None"
    } else {
        "path=/; HttpOnly"
    }
}
