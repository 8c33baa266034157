//! What a request for a token of a managed identity says: all of it in its query.

use super::Selector;
use crate::inbound::Inbound;
use crate::journal::TokenRequestFacts;

/// The parameters of a request.
pub(super) struct Asked {
    parameters: Vec<(String, String)>,
    /// How it may name an identity.
    selectors: &'static [(&'static str, Selector)],
}

impl Asked {
    pub(super) fn of(inbound: &Inbound, selectors: &'static [(&'static str, Selector)]) -> Self {
        let parameters = crate::form::parse(inbound.query().as_bytes());
        Self {
            parameters: parameters.unwrap_or_default(),
            selectors,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .parameters
            .iter()
            .find(|(known, value)| known.eq_ignore_ascii_case(name) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// How the request names a user-assigned identity: by what, and its value.
    pub(super) fn identity(&self) -> Option<(Selector, &str)> {
        let mut selectors = self.selectors.iter();
        selectors.find_map(|(name, selector)| Some((*selector, self.get(name)?)))
    }

    pub(super) fn facts(&self) -> TokenRequestFacts {
        let names = self.parameters.iter().map(|(name, _)| name.clone());
        TokenRequestFacts {
            client: self.identity().map(|(_, id)| id.to_owned()),
            parameters: names.collect(),
            scope: self
                .get("resource")
                .map(str::to_owned)
                .into_iter()
                .collect(),
            ..TokenRequestFacts::default()
        }
    }
}
