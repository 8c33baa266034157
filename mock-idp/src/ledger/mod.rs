//! Every token a world has issued, its lineage and its state.

mod access_events;
mod access_tokens;
mod book;
mod contexts;
mod device_codes;
mod facts;
mod grantees;
mod label;
#[cfg(test)]
mod model;
mod refresh_family;
mod revocation;
mod sign_ins;
mod used_assertions;

pub use access_events::AccessEvent;
pub(crate) use book::{Ledger, SavedLedger, usual_rotation};
pub use device_codes::PendingSignIn;
pub(crate) use device_codes::{AskedFor, DevicePace, PollRefusal, Undecidable};
pub use facts::{TokenFacts, TokenState};
pub use label::{NotALabel, TokenKind, TokenLabel};
pub(crate) use refresh_family::{Grantee, RefreshLifetime, Refusal};
pub(crate) use used_assertions::NotUsable;
