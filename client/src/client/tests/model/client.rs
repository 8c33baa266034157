//! What one client has done and knows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::event::Shown;

#[derive(Debug, Default)]
pub(super) struct Client {
    pub(super) under_way: Option<Shown>,
    /// The token request, with its retries, that is running.
    pub(super) flight: Option<Flight>,
    pub(super) flights: usize,
    /// Until when it has reason to send nothing.
    pub(super) quiet: Option<Quiet>,
    /// The newest refresh token that it has seen.
    pub(super) seen: Option<usize>,
    /// Refresh tokens whose successors it was given itself, or has seen in the store.
    pub(super) replaced: Vec<usize>,
    /// What it was told never to show again.
    pub(super) ended: Vec<Shown>,
    /// Whether a token of its was thrown away and no other has come.
    pub(super) invalidated: bool,
    /// Whether renewal has failed since the last token came.
    pub(super) troubled: bool,
    /// Callers who want another token, whatever the kept one is like.
    pub(super) insisting: BTreeSet<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Whether a caller insisted when it began.
    pub(super) insisted: bool,
    pub(super) tries: BTreeMap<Shown, u32>,
    pub(super) lost: BTreeMap<Shown, u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Quiet {
    pub(super) flight: usize,
    pub(super) until: Timestamp,
    pub(super) shown: Shown,
    pub(super) ended: bool,
}

impl Client {
    /// Is given this refresh token, or sees it in the store.
    pub(super) fn sees(&mut self, refresh: usize) {
        if self.replaced.contains(&refresh) {
            return;
        }
        if let Some(former) = self.seen.replace(refresh)
            && former != refresh
        {
            self.replaced.push(former);
        }
    }
}
