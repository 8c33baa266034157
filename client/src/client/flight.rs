//! One token request for all who wait.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::Instrument as _;

use super::renewal;
use super::state::Inner;
use crate::{Error, Secret, TokenRecord};

/// What a caller needs from a token request.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// Any token that has not expired.
    Usable,
    /// A token that need not be renewed soon.
    Fresher,
    /// Any token but this one, which a resource refused.
    Other(Secret),
    /// A token that is requested with these claims, because a resource challenged this one.
    Answering {
        /// JSON text.
        claims: String,
        /// The token that was challenged.
        challenged: Secret,
    },
    /// A token that is requested now.
    New,
}

/// How a token request ended.
#[derive(Clone, Debug)]
pub(super) struct Landed {
    pub(super) record: Arc<TokenRecord>,
    /// Whether anything was sent; otherwise the store had what was wanted.
    pub(super) requested: bool,
}

type Outcome = Result<Landed, Error>;

/// A token request under way.
#[derive(Clone, Debug)]
pub(super) struct Flight(watch::Receiver<Option<Outcome>>);

impl Inner {
    /// Joins the request under way or starts one, and waits for its end.
    pub(super) async fn fly(self: &Arc<Self>, wanted: &Wanted) -> Result<Arc<TokenRecord>, Error> {
        loop {
            let (flight, joined) = self.join_or_start(wanted);
            let landed = flight.landed().await?;
            if !joined || self.is_met(wanted, &landed) {
                return Ok(landed.record);
            }
        }
    }

    /// Starts a request nobody waits for, unless there is one or it is too early for one.
    pub(super) fn renew_in_background(self: &Arc<Self>) {
        if self.quiet_error().is_none() {
            self.join_or_start(&Wanted::Fresher);
        }
    }

    /// Whether a request that was under way brought what this caller wants.
    fn is_met(&self, wanted: &Wanted, landed: &Landed) -> bool {
        let token = &landed.record.access_token;
        match wanted {
            Wanted::Usable | Wanted::Fresher => true,
            Wanted::Other(refused) => !token.matches(refused),
            Wanted::Answering { claims, challenged } => {
                !token.matches(challenged) && self.state().has_answered(claims, token)
            }
            Wanted::New => landed.requested,
        }
    }

    fn join_or_start(self: &Arc<Self>, wanted: &Wanted) -> (Flight, bool) {
        let (sender, receiver) = watch::channel(None);
        let flight = Flight(receiver);
        {
            let mut state = self.state();
            if let Some(under_way) = &state.flight {
                return (under_way.clone(), true);
            }
            state.flight = Some(flight.clone());
        }
        let leader = Leader {
            inner: Arc::clone(self),
            outcome: None,
            sender,
        };
        let span = tracing::info_span!(
            "renewal",
            host = self
                .provider
                .as_ref()
                .and_then(|provider| provider.token_url().host()),
            client_id = self.credentials().auth.id(),
        );
        let task = leader.lead(wanted.clone()).instrument(span);
        self.spawn.spawn(Box::pin(task));
        (flight, false)
    }
}

impl Flight {
    async fn landed(mut self) -> Outcome {
        let outcome = match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        };
        outcome.unwrap_or(Err(Error::Cancelled))
    }
}

impl Wanted {
    /// The claims to ask for.
    pub(super) fn claims(&self) -> Option<&str> {
        match self {
            Self::Answering { claims, .. } => Some(claims),
            _ => None,
        }
    }
}

/// Does the work of a flight. However it ends, the next caller can start another.
struct Leader {
    inner: Arc<Inner>,
    outcome: Option<Outcome>,
    sender: watch::Sender<Option<Outcome>>,
}

impl Leader {
    async fn lead(mut self, wanted: Wanted) {
        self.outcome = Some(renewal::run(&self.inner, &wanted).await);
    }
}

impl Drop for Leader {
    /// Also reached when the spawner drops the task or a seam panics.
    fn drop(&mut self) {
        self.inner.state().flight = None;
        let outcome = self.outcome.take().unwrap_or(Err(Error::Cancelled));
        self.sender.send_replace(Some(outcome));
    }
}
