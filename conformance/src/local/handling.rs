//! A request in the mock's hands.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use mock_idp::clock::BoxFuture;

use super::activity::{Activity, Said};

/// The handling of one request. After it has waited on purpose it goes on when it is its turn.
pub(super) struct Handling {
    activity: Activity,
    work: BoxFuture<'static, ()>,
    /// The client's end, while it waits on purpose.
    parked: Option<SocketAddr>,
}

impl Handling {
    /// Handling that has just begun.
    pub(super) fn new(activity: &Activity, work: BoxFuture<'static, ()>) -> Self {
        Self {
            activity: activity.clone(),
            work,
            parked: None,
        }
    }
}

impl Future for Handling {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(client_end) = self.parked {
            ready!(self.activity.poll_turn(client_end, cx));
        }
        let poll = self.work.as_mut().poll(cx);
        match (self.activity.heard(), self.parked) {
            (Some(Said::Parked(client_end)), _) => self.parked = Some(client_end),
            (Some(Said::Resumed), _) => self.parked = None,
            // Woken for nothing: it gives the turn back.
            (None, Some(client_end)) if poll.is_pending() => {
                self.activity.hear(client_end, Said::Parked(client_end));
                self.activity.heard();
            }
            (None, _) => {}
        }
        poll
    }
}
