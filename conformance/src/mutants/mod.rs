//! Broken clients: each has one thing wrong, and proves that the check for it bites.
//!
//! Most are the reference client with one seam replaced: its policy, its store or its transport. Others stand around the whole
//! client and spoil what its caller gets. The reference client itself has no switch for any of this.

mod answers;
mod lazy;
mod matrix;
mod policies;
mod stores;
mod swarm;
mod transports;

use std::fmt;
use std::sync::Arc;

use token_client::{MemoryStore, StandardPolicy};

use crate::contender::{Contender, LocalClient, ReferenceClient, Setup};

pub use lazy::lazy;
pub use matrix::Matrix;

/// A broken client.
pub struct Mutant {
    name: &'static str,
    does: &'static str,
    open: fn(Setup) -> Result<Arc<dyn LocalClient>, String>,
}

impl Mutant {
    /// What is wrong with it, in one sentence.
    #[must_use]
    pub fn does(&self) -> &'static str {
        self.does
    }
}

impl fmt::Debug for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mutant").field(&self.name).finish()
    }
}

impl Contender for Mutant {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        (self.open)(setup)
    }
}

/// Every mutant, by name.
pub static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "BranchesOnAadsts",
        does: "knows an error by its AADSTS number and is lost without it",
        open: answers::branches_on_aadsts,
    },
    Mutant {
        name: "BlursErrors",
        does: "reports every error as one and the same",
        open: answers::blurs_errors,
    },
    Mutant {
        name: "DropsValidTokenOnFailure",
        does: "hands out an error although its token is still valid",
        open: |s| policy(s, policies::DropsValidTokenOnFailure),
    },
    Mutant {
        name: "ForgetsRefreshToken",
        does: "drops its refresh token when an answer brings none",
        open: transports::forgets_refresh_token,
    },
    Mutant {
        name: "HidesCorrelationId",
        does: "keeps the server's ids from its caller",
        open: answers::hides_correlation_id,
    },
    Mutant {
        name: "IgnoresExpiry",
        does: "renews only when a resource has refused the token",
        open: |s| policy(s, policies::IgnoresExpiry),
    },
    Mutant {
        name: "IgnoresRetryAfter",
        does: "does not look for a hint how long to wait",
        open: |s| policy(s, policies::IgnoresRetryAfter),
    },
    Mutant {
        name: "KeepsOldRefreshToken",
        does: "goes on with the refresh token it was given first",
        open: |s| policy(s, policies::KeepsOldRefreshToken),
    },
    Mutant {
        name: "LocalClockForReset",
        does: "reckons the wait until a reset from its own clock",
        open: |s| policy(s, policies::LocalClockForReset),
    },
    Mutant {
        name: "NeverRecovers",
        does: "stays throttled for ever once it has been throttled",
        open: transports::never_recovers,
    },
    Mutant {
        name: "NoEarlyRefresh",
        does: "renews only when the token has run out",
        open: |s| policy(s, policies::NoEarlyRefresh),
    },
    Mutant {
        name: "NoSingleFlight",
        does: "lets every caller send a request of its own",
        open: swarm::no_single_flight,
    },
    Mutant {
        name: "RefreshesEveryCall",
        does: "never reuses a token",
        open: |s| policy(s, policies::RefreshesEveryCall),
    },
    Mutant {
        name: "RefreshesOn403",
        does: "renews and repeats after a 403",
        open: |s| policy(s, policies::RefreshesOn403),
    },
    Mutant {
        name: "RetriesAtOnce",
        does: "repeats what failed without a pause",
        open: |s| policy(s, policies::RetriesAtOnce),
    },
    Mutant {
        name: "RetriesForever",
        does: "repeats whatever failed, without end",
        open: |s| policy(s, policies::RetriesForever),
    },
    Mutant {
        name: "RetriesInvalidGrant",
        does: "sends a refused refresh token again",
        open: |s| policy(s, policies::RetriesInvalidGrant),
    },
    Mutant {
        name: "RetriesMisconfigured",
        does: "repeats a request that the server can only refuse",
        open: |s| policy(s, policies::RetriesMisconfigured),
    },
    Mutant {
        name: "RetriesWithOldToken",
        does: "repeats a refused call with the refused token",
        open: transports::retries_with_old_token,
    },
    Mutant {
        name: "SecondsOnlyRetryAfter",
        does: "reads Retry-After as whole seconds only",
        open: |s| policy(s, policies::SecondsOnlyRetryAfter),
    },
    Mutant {
        name: "SecretInUrl",
        does: "puts the client secret into the URL",
        open: transports::secret_in_url,
    },
    Mutant {
        name: "Stampedes",
        does: "lets every waiter try for itself when the shared request has failed",
        open: swarm::stampedes,
    },
    Mutant {
        name: "TokenByGet",
        does: "asks for tokens by GET",
        open: transports::token_by_get,
    },
    Mutant {
        name: "TokenInUrl",
        does: "shows its access token in the URL too",
        open: transports::token_in_url,
    },
    Mutant {
        name: "TwoAuthMethods",
        does: "authenticates by Basic and in the body at once",
        open: transports::two_auth_methods,
    },
    Mutant {
        name: "WipesTokensOnLostRace",
        does: "clears the store when its refresh token is refused, whoever wrote last",
        open: stores::wipes_tokens_on_lost_race,
    },
];

/// The reference client with another policy.
fn policy(setup: Setup, policy: impl token_client::Policy) -> Result<Arc<dyn LocalClient>, String> {
    let client = ReferenceClient::open(setup, Arc::new(policy), Arc::new(MemoryStore::new()))?;
    Ok(Arc::new(client))
}

/// The reference client as it is, for those who spoil something around it.
fn intact(setup: Setup) -> Result<ReferenceClient, String> {
    ReferenceClient::open(
        setup,
        Arc::new(StandardPolicy::new()),
        Arc::new(MemoryStore::new()),
    )
}
