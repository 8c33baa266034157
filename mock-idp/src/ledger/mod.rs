//! Every token a world has issued, its lineage and its state.

mod access_tokens;
mod book;
mod facts;
mod label;
mod refresh_family;

pub(crate) use book::{Ledger, SavedLedger, usual_rotation};
pub use facts::{TokenFacts, TokenState};
pub use label::{NotALabel, TokenKind, TokenLabel};
pub(crate) use refresh_family::{Grantee, RefreshLifetime, Refusal};
