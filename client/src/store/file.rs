//! A store in a file that several processes may share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::lease::Patience;
use super::written::Writing;
use crate::fingerprint::fingerprint;
use crate::owner_only::owner_only;
use crate::{
    BoxFuture, Clock, Lease, SealingKey, Secret, StoreError, StoreKey, SystemClock, TokenRecord,
    TokenStore,
};

/// Keeps records in a file, as a JSON object with one [`TokenRecord`] per [`StoreKey`].
///
/// - Several processes may use the file at once, and of those that want to renew one record only one does at a time
///   ([`TokenStore::lease`]). Who dies with a lease gives it back by dying.
/// - The file is replaced as a whole, so that no reader sees half of it and no crash leaves half of it.
/// - It is written so that its owner alone can read it. Give it a [`SealingKey`] where backups or administrators see it.
/// - It may be edited by hand, for instance to paste an access token.
/// - A file that cannot be read as such is moved aside, and an error names the copy. The store goes on empty; nothing is lost.
///
/// Lock files stand beside it: `NAME.lock`, and `NAME.<number>.lease` for each record. They may be deleted while nobody uses the
/// file. Locks are those of the operating system, which some network file systems do not keep between machines.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    writing: Writing,
    clock: Arc<dyn Clock>,
}

/// A longer file is none of ours.
const LONGEST: u64 = 64 << 20;

/// The file's content. A record that somebody has spoilt by hand harms itself alone, so each is looked at when it is needed.
type Records = BTreeMap<String, Value>;

impl FileStore {
    /// The store in this file, which need not be there yet. Its folder must be.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into().into(),
            writing: Writing::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Seals records with this key. Records that stand there open are sealed when they are next written.
    #[must_use]
    pub fn sealed_with(mut self, key: SealingKey) -> Self {
        self.writing = Writing::sealed(key);
        self
    }

    /// Waits for a lease on this clock instead of [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Works on the file where that may block.
    fn on_file<T: Send + 'static>(
        &self,
        action: &'static str,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let store = self.clone();
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&store)).await;
            done.unwrap_or_else(|_| Err(StoreError::new(action, "its runtime is gone")))
        })
    }

    /// Reads the file and, if `change` says so, writes it again. Nobody else does meanwhile.
    fn with_records<T>(
        &self,
        action: &'static str,
        change: impl FnOnce(&mut Records) -> Result<(T, Write), String>,
    ) -> Result<T, StoreError> {
        let failed = |what: &str, error: io::Error| {
            StoreError::new(action, format!("{what} `{}`: {error}", self.path.display()))
        };
        let lock = self.beside("lock");
        let lock = owner_only().create(true).open(&lock);
        let lock = lock.map_err(|error| failed("no lock beside", error))?;
        lock.lock().map_err(|error| failed("no lock for", error))?;
        let mut records = match self.read() {
            Ok(records) => records,
            Err(Unreadable::Io(error)) => return Err(failed("cannot read", error)),
            Err(Unreadable::Damaged(why)) => return Err(self.set_aside(action, &why)),
        };
        let (done, write) = change(&mut records).map_err(|why| StoreError::new(action, why))?;
        if write == Write::Yes {
            self.write(&records)
                .map_err(|error| failed("cannot write", error))?;
        }
        Ok(done)
    }

    fn read(&self) -> Result<Records, Unreadable> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Records::new()),
            Err(error) => return Err(Unreadable::Io(error)),
        };
        let length = file.metadata().map_err(Unreadable::Io)?.len();
        if length > LONGEST {
            return Err(Unreadable::Damaged(format!("{length} bytes are too many")));
        }
        let text = io::read_to_string(file).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => Unreadable::Damaged("it is no text".to_owned()),
            _ => Unreadable::Io(error),
        })?;
        if text.trim().is_empty() {
            return Ok(Records::new());
        }
        // The parser's words may quote a token; the place cannot.
        serde_json::from_str(&text).map_err(|error| {
            Unreadable::Damaged(format!("line {}, column {}", error.line(), error.column()))
        })
    }

    /// Puts the new content in the place of the old one, all at once.
    fn write(&self, records: &Records) -> io::Result<()> {
        let next = self.beside("next");
        // Left behind by a process that was killed here.
        match fs::remove_file(&next) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = owner_only().create_new(true).open(&next)?;
        serde_json::to_writer_pretty(&mut file, records)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&next, &self.path)?;
        // Without it a power failure may bring the old content back, with a refresh token that has been used.
        if let Some(folder) = self.path.parent().filter(|_| cfg!(unix)) {
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Moves a file that is not ours to read out of the way.
    fn set_aside(&self, action: &'static str, why: &str) -> StoreError {
        let shown = self.path.display();
        let copy = (1..1000)
            .map(|number| self.beside(&format!("damaged-{number}")))
            .find(|copy| !copy.exists());
        let moved = match copy {
            Some(copy) => fs::rename(&self.path, &copy).map(|()| copy),
            None => Err(io::ErrorKind::AlreadyExists.into()),
        };
        StoreError::new(
            action,
            match moved {
                Ok(copy) => format!(
                    "`{shown}` is damaged ({why}) and was moved to `{}`; the store goes on empty",
                    copy.display()
                ),
                Err(error) => {
                    format!("`{shown}` is damaged ({why}) and cannot be moved aside: {error}")
                }
            },
        )
    }

    /// The path with an ending of its own.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(self.path.as_os_str());
        name.push(".");
        name.push(ending);
        name.into()
    }

    fn find(&self, records: &Records, key: &StoreKey) -> Result<Option<TokenRecord>, String> {
        records
            .get(key.as_str())
            .map(|kept| self.writing.read(key, kept))
            .transpose()
    }
}

impl TokenStore for FileStore {
    fn load<'a>(
        &'a self,
        key: &'a StoreKey,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        let key = key.clone();
        self.on_file("load", move |store| {
            store.with_records("load", |records| {
                Ok((store.find(records, &key)?, Write::No))
            })
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a StoreKey,
        record: &'a TokenRecord,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let (key, record) = (key.clone(), record.clone());
        self.on_file("save", move |store| {
            store.with_records("save", |records| {
                let kept = store.writing.write(&key, &record)?;
                records.insert(key.as_str().to_owned(), kept);
                Ok(((), Write::Yes))
            })
        })
    }

    fn remove<'a>(
        &'a self,
        key: &'a StoreKey,
        refused: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
        let (key, refused) = (key.clone(), refused.clone());
        self.on_file("remove", move |store| {
            store.with_records("remove", |records| {
                let stored = store.find(records, &key)?;
                let held = stored
                    .as_ref()
                    .and_then(|stored| stored.refresh_token.as_ref());
                if held.is_some_and(|held| held.matches(&refused)) {
                    records.remove(key.as_str());
                    return Ok((None, Write::Yes));
                }
                Ok((stored, Write::No))
            })
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a StoreKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(async move {
            let path = self.beside(&format!("{:032x}.lease", fingerprint(key.as_str())));
            let failed = |detail: String| StoreError::new("lease", detail);
            let file = owner_only().create(true).open(&path);
            let file =
                file.map_err(|error| failed(format!("cannot open `{}`: {error}", path.display())))?;
            let patience = Patience::begin(&*self.clock, limit);
            loop {
                match file.try_lock() {
                    Ok(()) => return Ok(Lease::new(move || given_back(file))),
                    Err(TryLockError::Error(error)) => {
                        return Err(failed(format!("cannot lock `{}`: {error}", path.display())));
                    }
                    Err(TryLockError::WouldBlock) => patience.wait().await?,
                }
            }
        })
    }
}

/// Whether the file has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    No,
    Yes,
}

/// Why there are no records.
#[derive(Debug)]
enum Unreadable {
    /// The file is not there for us.
    Io(io::Error),
    /// What is in it is not ours, and why.
    Damaged(String),
}

/// Closing the file unlocks it.
fn given_back(file: File) -> BoxFuture<'static, ()> {
    drop(file);
    Box::pin(std::future::ready(()))
}

#[cfg(test)]
mod tests;
