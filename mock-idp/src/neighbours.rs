//! The worlds of this process, found by their origins: as one token service finds the keys of another over the network.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use crate::journal::Origin;
use crate::provider::Provider;
use crate::world::{Rooms, World};

static WORLDS: LazyLock<Mutex<HashMap<String, Weak<Rooms>>>> = LazyLock::new(Mutex::default);

/// Lets others find a world by the origin that its issuers begin with.
pub(crate) fn announce(rooms: &Arc<Rooms>) {
    worlds().insert(home(rooms).to_owned(), Arc::downgrade(rooms));
}

/// Forgets a world that nobody can reach any more, unless another has its place by now.
pub(crate) fn forget(gone: &Rooms) {
    let mut worlds = worlds();
    let home = home(gone);
    if worlds
        .get(home)
        .is_some_and(|rooms| std::ptr::eq(rooms.as_ptr(), gone))
    {
        worlds.remove(home);
    }
}

/// The world that issues tokens under this name, as it is now.
pub(crate) fn issuing_as(issuer: &str) -> Option<World> {
    // Scheme, nothing, host and port.
    let end = issuer
        .match_indices('/')
        .nth(2)
        .map_or(issuer.len(), |(at, _)| at);
    let rooms = worlds().get(&issuer[..end])?.upgrade()?;
    let world = rooms.now();
    issues_as(&world, issuer).then_some(world)
}

fn issues_as(world: &World, issuer: &str) -> bool {
    let rest = issuer.strip_prefix(home(world)).unwrap_or_default();
    let directory = &world.directory;
    match world.provider {
        Provider::Entra => directory
            .entra
            .tenants
            .iter()
            .any(|tenant| rest == format!("/{}/v2.0", tenant.id)),
        Provider::Okta => {
            let servers = &directory.okta.authorization_servers;
            rest.is_empty()
                || servers
                    .iter()
                    .any(|server| rest == format!("/oauth2/{}", server.id))
        }
    }
}

fn home(rooms: &Rooms) -> &str {
    rooms.origin(match rooms.provider {
        Provider::Entra => Origin::Login,
        Provider::Okta => Origin::Org,
    })
}

fn worlds() -> MutexGuard<'static, HashMap<String, Weak<Rooms>>> {
    // Nothing under this lock panics.
    WORLDS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MockIdp;

    #[tokio::test]
    async fn a_world_is_found_by_its_issuers_while_it_lasts() {
        let okta = MockIdp::okta().plain_http().start().await.expect("a world");
        let entra = MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world");
        let org = okta.origin(Origin::Org).to_owned();
        let issuers = [okta.issuer(), org.clone(), entra.issuer()];
        for issuer in &issuers {
            assert!(issuing_as(issuer).is_some(), "{issuer}");
        }
        for stranger in [
            format!("{org}/oauth2/none"),
            format!("{org}/"),
            "https://issuer.example/a".to_owned(),
            String::new(),
        ] {
            assert!(issuing_as(&stranger).is_none(), "{stranger}");
        }
        // One is gone, the other closed and still held on to.
        okta.stop().await.expect("nothing was expected");
        entra.close().await;
        for issuer in &issuers {
            assert!(issuing_as(issuer).is_none(), "{issuer}");
        }
    }
}
