//! What came in and what went out.

mod endpoint;
mod entry;
#[cfg_attr(
    not(feature = "serve"),
    expect(dead_code, reason = "only the control API follows answers alone")
)]
mod follow;
mod hygiene;
mod instant;
mod known_secret;
mod query;
mod scrub;
mod spelling;
mod store;

pub use endpoint::Endpoint;
pub use entry::{
    AuthMethod, BasicSpelling, BodyFacts, Delivery, Entry, Held, Origin, Presented, ReplyFacts,
    SecretPlace, SecretSighting, TokenRequestFacts,
};
pub use follow::{Followed, Follower};
pub(crate) use hygiene::Hygiene;
pub use instant::Instant;
pub(crate) use known_secret::KnownSecrets;
pub use query::Query;
pub use store::Journal;
pub(crate) use store::{Opened, SavedJournal};

#[cfg(test)]
mod tests {
    use super::*;

    /// What programs read from the control API, and what recordings hold.
    #[test]
    fn the_committed_schema_is_that_of_the_type() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/schema/journal-entry.schema.json"
        );
        let schema = format!("{:#}\n", schemars::schema_for!(Entry).as_value());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == schema,
            "{path} is not what the types say; run this test with UPDATE_SCHEMA=1 and read the difference"
        );
    }
}
