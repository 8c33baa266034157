//! A store that clients share, with leases or without, which can break.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::Mutex as Turn;

use super::expected::Expected;
use super::plan::Breakage;
use super::promise::Happening;
use crate::testkit::HandClock;
use crate::{
    BoxFuture, Clock, Lease, MemoryStore, Secret, StoreError, StoreKey, TokenRecord, TokenStore,
};

/// A client's way to the one store of a run.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    client: usize,
    clock: HandClock,
    expected: Expected,
    records: MemoryStore,
    turn: Option<Arc<Turn<()>>>,
    broken: Arc<Mutex<Breakage>>,
}

impl Shared {
    pub(super) fn new(clock: HandClock, expected: Expected, leased: bool) -> Self {
        Self {
            client: 0,
            clock,
            expected,
            records: MemoryStore::new(),
            turn: leased.then(Arc::default),
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
            self.records.load(key).await
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.works("save")?;
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
            self.records.remove(key, refused).await
        })
    }

    fn lease<'a>(
        &'a self,
        _key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            self.works("lease")?;
            let Some(turn) = &self.turn else {
                return Ok(Lease::unshared());
            };
            if turn.try_lock().is_err() {
                self.expected.note(Happening::LeaseWaitedFor);
            }
            let mine = Box::pin(Arc::clone(turn).lock_owned());
            match select(mine, self.clock.sleep(limit)).await {
                Either::Left((guard, _)) => Ok(Lease::new(move || {
                    drop(guard);
                    Box::pin(std::future::ready(()))
                })),
                Either::Right(((), _)) => {
                    self.expected.note(Happening::LeaseNotHad);
                    self.expected.store_failed(self.client);
                    Err(StoreError::new("lease", "others take long"))
                }
            }
        })
    }
}
