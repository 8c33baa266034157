//! Mutants by store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use token_client::{
    BoxFuture, ClientAuth, GrantSource, MemoryStore, Provider, Secret, StoreError, StoreKey,
    TokenClient, TokenRecord, TokenStore,
};

use super::intact;
use crate::contender::{LocalClient, Setup};

type Opened = Result<Arc<dyn LocalClient>, String>;

/// Removes a record whatever refresh token it holds by now.
#[derive(Debug)]
struct Wiping(Arc<dyn TokenStore>);

impl TokenStore for Wiping {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.save(key, record)
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        _refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async move {
            let Some(held) = self
                .0
                .load(key)
                .await?
                .and_then(|record| record.refresh_token)
            else {
                return Ok(None);
            };
            self.0.remove(key, &held).await
        })
    }
}

pub(super) fn wipes_tokens_on_lost_race(setup: Setup) -> Opened {
    keeping(setup, |store| Arc::new(Wiping(store)))
}

/// Keeps its tokens in its own memory, whatever store it was given.
pub(super) fn forgets_store(setup: Setup) -> Opened {
    keeping(setup, |_| Arc::new(MemoryStore::new()))
}

/// Writes a record only when the next one comes.
#[derive(Debug)]
struct Late {
    inner: Arc<dyn TokenStore>,
    unwritten: Mutex<HashMap<StoreKey, TokenRecord>>,
}

impl Late {
    fn unwritten(&self) -> MutexGuard<'_, HashMap<StoreKey, TokenRecord>> {
        // Nothing under this lock panics.
        self.unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for Late {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        match self.unwritten().get(key).cloned() {
            Some(record) => Box::pin(async { Ok(Some(record)) }),
            None => self.inner.load(key),
        }
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let earlier = self.unwritten().insert(key.clone(), record.clone());
        Box::pin(async move {
            match earlier {
                Some(earlier) => self.inner.save(key, &earlier).await,
                None => Ok(()),
            }
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.unwritten().remove(key);
        self.inner.remove(key, refused)
    }
}

pub(super) fn stores_late(setup: Setup) -> Opened {
    keeping(setup, |inner| {
        Arc::new(Late {
            inner,
            unwritten: Mutex::default(),
        })
    })
}

/// Keeps all records under one key.
#[derive(Debug)]
struct OneKey {
    inner: Arc<dyn TokenStore>,
    key: StoreKey,
}

impl OneKey {
    /// What the client notes about a refresh token that was replaced is no record, and stays in its place.
    fn place<'a>(&'a self, key: &'a StoreKey) -> &'a StoreKey {
        if key.as_str().contains("|replaced ") {
            return key;
        }
        &self.key
    }
}

impl TokenStore for OneKey {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.inner.load(self.place(key))
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.save(self.place(key), record)
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        self.inner.remove(self.place(key), refused)
    }
}

pub(super) fn one_key_for_all(setup: Setup) -> Opened {
    let key = somebodys_key(&setup).map_err(|misuse| misuse.to_string())?;
    keeping(setup, |inner| Arc::new(OneKey { inner, key }))
}

/// A key that does not depend on who asks. Only a client can make one.
fn somebodys_key(setup: &Setup) -> Result<StoreKey, token_client::Misuse> {
    let auth = ClientAuth::SecretPost {
        id: "anybody".to_owned(),
        secret: Secret::new("anything"),
    };
    let provider = Provider::at("https://anywhere.example/token")?;
    let client = TokenClient::builder(provider, auth, GrantSource::ClientCredentials)
        .clock(setup.clock.clone())
        .transport(setup.transport.clone())
        .spawn(setup.spawn.clone())
        .build()?;
    Ok(client.store_key().clone())
}

/// The reference client on a store made from the one in the setup.
fn keeping(
    mut setup: Setup,
    store: impl FnOnce(Arc<dyn TokenStore>) -> Arc<dyn TokenStore>,
) -> Opened {
    setup.store = store(setup.store);
    Ok(Arc::new(intact(setup)?))
}
