//! The orderly end of a world.

use std::sync::PoisonError;
use std::time::Duration;

use super::MockIdp;

impl MockIdp {
    /// Takes nothing more in, answers the requests under way and frees the ports. What is not answered within `patience`, of the
    /// machine's time, is cut off: a hold or a delay would keep it for ever.
    pub async fn drain(&self, patience: Duration) {
        let listeners = {
            let mut listeners = self
                .listeners
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *listeners)
        };
        let drained = listeners
            .into_iter()
            .map(|listener| listener.drain(patience));
        futures_util::future::join_all(drained).await;
    }
}
