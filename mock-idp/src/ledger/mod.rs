//! Every token a world has issued, its lineage and its state.

mod access_events;
mod access_tokens;
mod attempts;
mod authorizations;
mod book;
#[cfg(test)]
mod code_model;
mod codes;
mod consents;
mod contexts;
mod device_codes;
mod facts;
mod grantees;
mod interactive;
mod label;
#[cfg(test)]
mod leeway_model;
mod lockouts;
mod manner;
#[cfg(test)]
mod model;
mod pushed;
mod recall;
mod recent;
mod refresh_family;
mod revocation;
mod sessions;
mod sign_ins;
mod used_assertions;

pub use access_events::AccessEvent;
pub use authorizations::PendingAuthorization;
pub(crate) use authorizations::{
    AuthorizationRequest, Challenge, NotOpen, Progress, ResponseMode, Wanted,
};
pub(crate) use book::{Ledger, SavedLedger, usual_rotation};
pub(crate) use codes::{CodeRefusal, CodeShown, Redeemable};
pub use device_codes::PendingSignIn;
pub(crate) use device_codes::{Approval, AskedFor, DevicePace, PollRefusal, Undecidable};
pub use facts::{TokenFacts, TokenState};
pub(crate) use interactive::{NewCode, OpenAuthorization};
pub use label::{NotALabel, TokenKind, TokenLabel};
pub(crate) use manner::Manner;
pub(crate) use refresh_family::{Grantee, RefreshLifetime, Refusal};
pub(crate) use sessions::Account;
pub(crate) use used_assertions::NotUsable;
