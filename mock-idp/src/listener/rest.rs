//! Connections between requests: how long they are kept.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::fault::KeepAlive;

/// How many requests a connection has had, and whether it is idle now.
pub(super) struct Rest {
    keep_alive: KeepAlive,
    requests: AtomicU32,
    is_idle: watch::Sender<bool>,
}

impl Rest {
    pub(super) fn new(keep_alive: KeepAlive) -> Self {
        Self {
            keep_alive,
            requests: AtomicU32::new(0),
            is_idle: watch::Sender::new(false),
        }
    }

    /// A request has come. Says whether it is the last that the connection is kept for.
    pub(super) fn end(&self) -> bool {
        self.is_idle.send_replace(false);
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        let most = self.keep_alive.requests;
        most.is_some_and(|most| before.saturating_add(1) >= most)
    }

    /// It has been answered.
    pub(super) fn begin(&self) {
        self.is_idle.send_replace(true);
    }

    /// Completes once the connection has been idle for too long.
    pub(super) async fn over(&self, clock: &dyn Clock) {
        let Some(idle) = self.keep_alive.idle else {
            return std::future::pending().await;
        };
        let mut is_idle = self.is_idle.subscribe();
        loop {
            // The sender is ours.
            let _ = is_idle.wait_for(|is_idle| *is_idle).await;
            tokio::select! {
                // A request that has come in time counts, whatever the clock shows by now.
                biased;
                _ = is_idle.changed() => {}
                () = clock.sleep(idle.0) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::VirtualClock;

    #[tokio::test]
    async fn only_the_time_since_the_last_answer_counts() {
        let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse().unwrap());
        let rest = Rest::new(KeepAlive {
            idle: Some("5s".parse().unwrap()),
            requests: Some(2),
        });
        let mut over = std::pin::pin!(rest.over(&clock));
        let mut is_over = async |seconds| {
            clock.advance(Duration::from_secs(seconds));
            let still = std::future::ready(());
            let first = futures_util::future::select(&mut over, still).await;
            matches!(first, futures_util::future::Either::Left(_))
        };
        assert!(!is_over(10).await, "nothing has been answered yet");
        assert!(!rest.end());
        rest.begin();
        assert!(!is_over(0).await);
        assert!(!is_over(4).await);
        assert!(rest.end(), "two are all");
        assert!(!is_over(9).await);
        rest.begin();
        assert!(!is_over(0).await);
        assert!(!is_over(4).await);
        assert!(is_over(1).await);
    }
}
