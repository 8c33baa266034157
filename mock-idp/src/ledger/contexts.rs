//! The authentication contexts that sign-ins have satisfied, for tokens that are asked for later.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::{Book, Ledger, fingerprint};

/// By refresh family. Families are forgotten from the oldest, and so are their contexts.
#[derive(Clone, Debug, Default)]
pub(super) struct Contexts(BTreeMap<u32, Vec<String>>);

impl Ledger {
    /// Notes that a sign-in has satisfied authentication contexts.
    pub(crate) fn note_contexts(&self, family: u32, contexts: &[String]) {
        let mut book = self.book();
        if contexts.is_empty() || !book.families.contains_key(&family) {
            return;
        }
        let Book {
            families,
            contexts: known,
            ..
        } = Arc::make_mut(&mut book);
        if let Some((oldest, _)) = families.first_key_value() {
            known.0 = known.0.split_off(oldest);
        }
        let noted = known.0.entry(family).or_default();
        for context in contexts {
            if !noted.contains(context) {
                noted.push(context.clone());
            }
        }
    }

    /// The contexts that the sign-in of a refresh token has satisfied.
    pub(crate) fn contexts_of(&self, refresh_token: &str) -> Vec<String> {
        let book = self.book();
        let family = book.serial_of_family(&fingerprint(refresh_token));
        let noted = family.and_then(|family| book.contexts.0.get(&family));
        noted.cloned().unwrap_or_default()
    }
}
