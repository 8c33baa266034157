//! What came in and what went out.

#[cfg_attr(
    not(feature = "serve"),
    expect(dead_code, reason = "only the control API follows from afar")
)]
mod completed;
mod entry;
mod follow;
mod hygiene;
mod instant;
mod known_secret;
mod query;
mod spelling;
mod store;

pub use entry::{
    AuthMethod, BasicSpelling, BodyFacts, Delivery, Endpoint, Entry, Held, Origin, Presented,
    ReplyFacts, SecretPlace, SecretSighting, TokenRequestFacts,
};
pub use follow::{Followed, Follower};
pub(crate) use hygiene::Hygiene;
pub(crate) use known_secret::KnownSecrets;
pub use query::Query;
pub use store::Journal;
pub(crate) use store::{Opened, SavedJournal};
