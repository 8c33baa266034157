//! What came in and what went out.

mod entry;
mod following;
mod hygiene;
mod known_secret;
mod spelling;
mod store;

pub use entry::{
    AuthMethod, BasicSpelling, BodyFacts, Delivery, Endpoint, Entry, Held, Origin, Presented,
    ReplyFacts, SecretPlace, SecretSighting, TokenRequestFacts,
};
pub(crate) use hygiene::Hygiene;
pub(crate) use known_secret::KnownSecrets;
pub use store::Journal;
pub(crate) use store::{Opened, SavedJournal};
