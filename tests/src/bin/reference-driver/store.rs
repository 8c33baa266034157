//! A store in a file, which several processes may share.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use token_client::{BoxFuture, Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// Records by their keys, as JSON. For tests: tokens are in it as they are.
#[derive(Debug)]
pub(super) struct FileStore(pub(super) PathBuf);

type Records = BTreeMap<String, TokenRecord>;

impl FileStore {
    /// Changes the file as a whole; nobody else does meanwhile.
    fn change<T>(
        &self,
        action: &'static str,
        change: impl FnOnce(&mut Records) -> T,
    ) -> Result<T, StoreError> {
        let failed = |error: io::Error| StoreError::new(action, error.to_string());
        let lock = File::create(self.0.with_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut records = match fs::read(&self.0) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|_| StoreError::new(action, "the file is damaged"))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Records::new(),
            Err(error) => return Err(failed(error)),
        };
        let done = change(&mut records);
        if action != "load" {
            let text = serde_json::to_vec(&records)
                .map_err(|_| StoreError::new(action, "a record cannot be written"))?;
            // Never half a file, whenever the process is killed.
            let next = self.0.with_extension("next");
            fs::write(&next, text).map_err(failed)?;
            fs::rename(&next, &self.0).map_err(failed)?;
        }
        Ok(done)
    }
}

impl TokenStore for FileStore {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async { self.change("load", |records| records.remove(key.as_str())) })
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            self.change("save", |records| {
                records.insert(key.as_str().to_owned(), record.clone());
            })
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        Box::pin(async {
            self.change("remove", |records| {
                let stored = records.get(key.as_str())?;
                let held = stored.refresh_token.as_ref();
                if held.is_some_and(|held| held.expose() == refused.expose()) {
                    records.remove(key.as_str());
                    return None;
                }
                Some(stored.clone())
            })
        })
    }
}
