//! A store that clients share, with leases or without, which can break.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::expected::Expected;
use super::plan::Breakage;
use super::promise::Happening;
use crate::testkit::HandClock;
use crate::{BoxFuture, Lease, MemoryStore, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// A client's way to the one store of a run.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    client: usize,
    expected: Expected,
    records: MemoryStore,
    leased: bool,
    /// What was saved, the oldest first.
    saved: Arc<Mutex<Vec<(StoreKey, TokenRecord)>>>,
    broken: Arc<Mutex<Breakage>>,
}

impl Shared {
    pub(super) fn new(clock: HandClock, expected: Expected, leased: bool) -> Self {
        Self {
            client: 0,
            expected,
            records: MemoryStore::new().clock(clock),
            leased,
            saved: Arc::default(),
            broken: Arc::new(Mutex::new(Breakage::Nothing)),
        }
    }

    /// The same store for another client.
    pub(super) fn with(&self, client: usize) -> Self {
        Self {
            client,
            ..self.clone()
        }
    }

    pub(super) fn breaks(&self, breakage: Breakage) {
        *self.broken.lock().expect("no test panics with it in hand") = breakage;
        self.expected.store_is(breakage);
    }

    /// Puts an earlier record back, and nothing else, as from a copy that somebody made then; or nothing at all.
    pub(super) async fn restore(&self, to: usize) {
        let saved = self
            .saved
            .lock()
            .expect("no test panics with it in hand")
            .clone();
        self.records.clear();
        self.expected.went_back();
        match to.checked_rem(saved.len() + 1).and_then(|to| saved.get(to)) {
            Some((key, record)) => {
                let put_back = self.records.save(key, record).await;
                put_back.expect("memory does not fail");
            }
            None => self.expected.emptied(),
        }
    }

    /// The client knows of the refresh token in a record.
    fn note_read(&self, found: Option<&TokenRecord>) {
        let token = found.and_then(|found| found.refresh_token.as_ref());
        let number = token.and_then(|token| token.expose().strip_prefix("RT")?.parse().ok());
        if let Some(number) = number {
            self.expected.read(self.client, number);
        }
    }

    fn works(&self, action: &'static str) -> Result<(), StoreError> {
        let broken = *self.broken.lock().expect("no test panics with it in hand");
        let works = match broken {
            Breakage::Nothing => true,
            Breakage::Saving => action == "load" || action == "lease",
            Breakage::Everything => false,
        };
        if works {
            return Ok(());
        }
        self.expected.store_failed(self.client);
        Err(StoreError::new(action, "scripted"))
    }
}

impl TokenStore for Shared {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            self.works("load")?;
            let found = self.records.load(key).await?;
            self.note_read(found.as_ref());
            Ok(found)
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.works("save")?;
            if !key.as_str().contains("|replaced ") {
                let saved = (key.clone(), record.clone());
                self.saved
                    .lock()
                    .expect("no test panics with it in hand")
                    .push(saved);
            }
            self.records.save(key, record).await
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            self.works("remove")?;
            let left = self.records.remove(key, refused).await?;
            self.note_read(left.as_ref());
            Ok(left)
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            self.works("lease")?;
            if !self.leased {
                return Ok(Lease::unshared());
            }
            let mut waiting = self.records.lease(key, limit);
            if let Some(at_once) = (&mut waiting).now_or_never() {
                return at_once;
            }
            self.expected.note(Happening::LeaseWaitedFor);
            let waited = waiting.await;
            if waited.is_err() {
                self.expected.note(Happening::LeaseNotHad);
                self.expected.store_failed(self.client);
            }
            waited
        })
    }
}
