//! The orderly end of a world.

use std::time::Duration;

use super::MockIdp;

impl MockIdp {
    /// Takes nothing more in, answers the requests under way and frees the ports. What is not answered within `patience`, of the
    /// machine's time, is cut off: a hold or a delay would keep it for ever.
    pub async fn drain(&self, patience: Duration) {
        let listeners = self.take_listeners().into_iter();
        let drained = listeners.map(|listener| listener.drain(patience));
        futures_util::future::join_all(drained).await;
    }
}
