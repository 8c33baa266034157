//! What the mock reports of its handlers.

use std::net::SocketAddr;

use mock_idp::clock::BoxFuture;

use super::Timeline;
use crate::local::activity::Said;
use crate::local::handling::Handling;
use crate::local::tracked::Tracked;
/// The mock reports to the timeline what its handlers do.
impl mock_idp::supervise::Supervisor for Timeline {
    fn supervise(&self, handling: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        if let Some(pulse) = &self.pulse {
            pulse.requested();
        }
        let handling = Handling::new(&self.activity, handling);
        let handling = Tracked::new(&self.activity, handling);
        let Some(pulse) = self.pulse.clone() else {
            return Box::pin(handling);
        };
        Box::pin(async move {
            handling.await;
            pulse.answered();
        })
    }

    fn parked(&self, peer: SocketAddr) {
        if let Some(pulse) = &self.pulse {
            pulse.parked(peer);
        }
        self.activity.hear(peer, Said::Parked(peer));
    }

    fn resumed(&self, peer: SocketAddr) {
        if let Some(pulse) = &self.pulse {
            pulse.resumed(peer);
        }
        self.activity.hear(peer, Said::Resumed);
    }
}
