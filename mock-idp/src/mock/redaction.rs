//! Texts of others, without the secrets of a world.

use super::MockIdp;

impl MockIdp {
    /// The secrets and tokens of this world that stand in a text, in any spelling, by name or label: a client's error message
    /// should hold none.
    #[must_use]
    pub fn secrets_in(&self, text: &str) -> Vec<String> {
        self.rooms.hygiene().told_in(text)
    }

    /// A text as the journal would keep it: labels for tokens, `***` for secrets, and no longer than 256 bytes.
    #[must_use]
    pub fn redacted(&self, text: &str) -> String {
        self.rooms.hygiene().clean(text)
    }

    /// The same for a log, each line kept whole. Left out are any private key in PEM and what follows `client_secret=` or the like.
    #[must_use]
    pub fn scrubbed(&self, text: &str) -> String {
        self.rooms.hygiene().scrub(text)
    }
}
