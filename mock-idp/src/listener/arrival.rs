//! What a fault does to a connection before anything is read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::AsyncReadExt as _;

use super::Door;
use super::wire::{Ending, Wire};
use crate::fault::{Applied, Asked, ConnectionFault, KeepAlive, SlowRead};
use crate::journal::{Delivery, Endpoint, Entry, Opened, ReplyFacts};
use crate::pipeline::delay;
use crate::supervise::parked;
use crate::world::World;

/// How a connection is dealt with.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// The fault that says so, if one does.
    pub(super) fault: Option<Arc<str>>,
    pub(super) keep_alive: KeepAlive,
    pub(super) slow_read: Option<SlowRead>,
}

/// The connection and its terms; none if it has been turned away, or if the peer did not wait.
pub(super) async fn admit(
    mut wire: Wire,
    peer: SocketAddr,
    connection: u64,
    ending: &Ending,
    door: &Arc<Door>,
) -> Option<(Wire, Terms)> {
    if !door.rooms.faults.has_connections() {
        return Some((wire, Terms::default()));
    }
    let world = door.rooms.now();
    let turn = world.turn()?;
    let applied = world.faults.meet(&Asked {
        origin: Some(door.origin),
        connection,
        address: Some(peer.ip()),
        ..Asked::at(Endpoint::Connection)
    });
    let Some(fault) = applied else {
        return Some((wire, Terms::default()));
    };
    let action = fault.action.clone();
    let delay = delay(&world, &action);
    drop(turn);
    if let Some(delay) = delay {
        let pause = world.clock.sleep(delay);
        let pause = parked(world.supervisor.clone(), peer, pause);
        tokio::select! {
            () = pause => {}
            () = wire.hung_up() => return None,
            () = door.closed() => return None,
            () = world.superseded() => return None,
        }
    }
    match action.connection {
        Some(ConnectionFault::Refuse) => {
            let opened = open(&world, peer, connection, door)?;
            close(&world, opened, &fault, Delivery::Reset);
            ending.reset.store(true, Ordering::Relaxed);
            None
        }
        Some(ConnectionFault::Hang) => {
            let opened = open(&world, peer, connection, door)?;
            close(&world, opened, &fault, Delivery::Withheld);
            let supervisor = world.supervisor.clone();
            let silence = parked(supervisor, peer, Box::pin(swallow(wire)));
            tokio::select! {
                () = silence => {}
                () = door.closed() => {}
                () = world.superseded() => {}
            }
            None
        }
        _ => Some((
            wire,
            Terms {
                fault: Some(fault.label),
                keep_alive: action.keep_alive.unwrap_or_default(),
                slow_read: action.slow_read,
            },
        )),
    }
}

/// Reads whatever comes until the peer hangs up.
async fn swallow(mut wire: Wire) {
    let mut bytes = [0; 1024];
    while wire.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
}

/// None if the world was restored meanwhile.
fn open(world: &World, peer: SocketAddr, connection: u64, door: &Door) -> Option<Opened> {
    let _turn = world.turn()?;
    Some(world.journal.open(Entry {
        number: 0,
        connection,
        peer: Some(peer),
        at: world.clock.timeline(),
        server_time: world.clock.now(),
        answered_at: None,
        origin: door.origin,
        endpoint: Endpoint::Connection,
        method: String::new(),
        path: String::new(),
        content_type: None,
        request_id: None,
        body: None,
        token_request: None,
        presented: None,
        secrets: Vec::new(),
        held: None,
        reply: None,
    }))
}

fn close(world: &World, opened: Opened, fault: &Applied, delivery: Delivery) {
    let answered_at = (delivery == Delivery::Reset).then(|| world.clock.timeline());
    let facts = ReplyFacts {
        leniencies: Vec::new(),
        status: 0,
        error: None,
        vendor_code: None,
        headers: Vec::new(),
        issued: Vec::new(),
        changed: None,
        fault: Some(fault.label.to_string()),
        limit: None,
        delivery,
    };
    world.journal.close(opened, answered_at, facts);
}
