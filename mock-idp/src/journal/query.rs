//! A question to the journal, as it stands in the query of a URL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use super::entry::Entry;

/// Which entries are wanted: those that meet every condition that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// Only requests to this endpoint.
    pub endpoint: Option<Endpoint>,
    /// Only requests of this application, by its client id: the one that asks for a token, or that the token it shows was issued
    /// to.
    pub client: Option<String>,
    /// Only entries with a higher number.
    pub since: Option<u64>,
    /// At most so many: with `since` the first of them, to be read on from there; without it the last. 1,000 without it, and
    /// never more than 10,000.
    pub limit: Option<u32>,
}

impl Query {
    pub(super) fn admits(&self, entry: &Entry) -> bool {
        let client = self.client.as_ref();
        self.endpoint.is_none_or(|to| to == entry.endpoint)
            && client.is_none_or(|client| {
                let by = entry.client();
                by.is_some_and(|by| by.eq_ignore_ascii_case(client))
            })
            && self.since.is_none_or(|since| entry.number > since)
    }

    pub(super) fn limit(&self) -> usize {
        self.limit.map_or(1000, |limit| limit.min(10_000) as usize)
    }
}
