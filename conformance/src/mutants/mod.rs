//! Broken clients: each has one thing wrong, and proves that the check for it bites.
//!
//! Most are the reference client with one seam replaced: its policy, its store or its transport. Others stand around the whole
//! client and spoil what its caller gets. The reference client itself has no switch for any of this.

mod answers;
mod api_tokens;
mod flows;
mod lazy;
mod list;
mod matrix;
mod owners;
mod policies;
mod proofs;
mod requests;
mod responses;
mod rewriting;
mod stores;
mod swarm;
mod transports;

use std::fmt;
use std::sync::Arc;

use token_client::StandardPolicy;

use crate::contender::{Contender, LocalClient, ReferenceClient, Setup};

pub use lazy::lazy;
pub use list::MUTANTS;
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

/// The reference client with another policy.
fn policy(setup: Setup, policy: impl token_client::Policy) -> Result<Arc<dyn LocalClient>, String> {
    Ok(Arc::new(ReferenceClient::open(setup, Arc::new(policy))?))
}

/// The reference client as it is, for those who spoil something around it.
fn intact(setup: Setup) -> Result<ReferenceClient, String> {
    ReferenceClient::open(setup, Arc::new(StandardPolicy::new()))
}
