//! What every [`TokenStore`] must do, as a test for those who write one. Leases are tried where a store gives leases that are
//! [shared](crate::Lease::is_shared).
//!
//! ```
//! use token_client::{FileStore, contract};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let open = || FileStore::new(folder.path().join("tokens.json"));
//! assert_eq!(contract::violations(open).await, Vec::<String>::new());
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::{Secret, StoreError, StoreKey, TokenRecord, TokenStore};

/// How long a lease is kept from others where that is tried.
const LIMIT: Duration = Duration::from_millis(300);
/// How many holders there are at once, and how often each takes its turn.
const HOLDERS: u64 = 4;
const TURNS: u64 = 10;

/// Tries a store and says in words what it does wrong. `open` opens the same store again, as another process would; it is empty at
/// first, and keeps some records in the end.
///
/// The store is tried in real time, for a second or two; on a tokio runtime.
pub async fn violations<S: TokenStore>(open: impl Fn() -> S) -> Vec<String> {
    let trial = Trial {
        one: Arc::new(open()),
        other: Arc::new(open()),
    };
    let tries = [
        ("records", trial.records().await),
        ("removal", trial.removal().await),
        ("leases", trial.leases().await),
        ("turns", trial.turns().await),
    ];
    let failed = tries.into_iter().filter_map(|(what, outcome)| {
        let why = outcome.err()?;
        Some(format!("{what}: {}", why.0))
    });
    failed.collect()
}

struct Trial<S> {
    one: Arc<S>,
    other: Arc<S>,
}

/// What a store did wrong.
struct Violation(String);

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

fn holds(rule: bool, otherwise: &str) -> Result<(), Violation> {
    match rule {
        true => Ok(()),
        false => Err(Violation(otherwise.to_owned())),
    }
}

fn key(name: &str) -> StoreKey {
    StoreKey::from_parts(&["https://id.example/t?a=%20", "app", name, "ä b"])
}

fn record(refresh_token: &str) -> TokenRecord {
    TokenRecord {
        access_token: Secret::new("x".repeat(16 << 10)),
        refresh_token: Some(Secret::new(refresh_token)),
        expires_in: Some(u64::from(u32::MAX)),
        expires_at: "2030-01-01T00:00:00.5Z".parse().ok(),
        created_at: "1970-01-01T00:00:00Z".parse().ok(),
        scope: Some("a \"b\" $c {d} ü".to_owned()),
        ..TokenRecord::default()
    }
}

fn written(record: Option<&TokenRecord>) -> Option<String> {
    serde_json::to_string(record?).ok()
}

impl<S: TokenStore> Trial<S> {
    async fn records(&self) -> Result<(), Violation> {
        let (a, b) = (key("a"), key("b"));
        let none = self.one.load(&a).await?;
        holds(none.is_none(), "what was never saved is there")?;
        self.one.save(&a, &record("1")).await?;
        self.one.save(&b, &record("2")).await?;
        self.other.save(&a, &record("3")).await?;
        for (key, expected) in [(&a, "3"), (&b, "2")] {
            for store in [&self.one, &self.other] {
                let loaded = store.load(key).await?;
                let same = written(loaded.as_ref()) == written(Some(&record(expected)));
                holds(same, "what is loaded is not what was saved last")?;
            }
        }
        let pasted = TokenRecord::pasted(Secret::new("pasted"));
        self.one.save(&b, &pasted).await?;
        let loaded = self.other.load(&b).await?;
        let same = written(loaded.as_ref()) == written(Some(&pasted));
        holds(same, "members of an older record are left")
    }

    async fn removal(&self) -> Result<(), Violation> {
        let key = key("removal");
        let none = self.one.remove(&key, &Secret::new("1")).await?;
        holds(
            none.is_none(),
            "what was never saved is left after a removal",
        )?;
        self.one.save(&key, &record("2")).await?;
        let left = self.other.remove(&key, &Secret::new("1")).await?;
        let same = written(left.as_ref()) == written(Some(&record("2")));
        holds(same, "a removal does not spare a newer refresh token")?;
        let left = self.other.remove(&key, &Secret::new("2")).await?;
        holds(left.is_none(), "a removal leaves the refused refresh token")?;
        let left = self.one.load(&key).await?;
        holds(left.is_none(), "what was removed is there")
    }

    async fn leases(&self) -> Result<(), Violation> {
        let (a, b) = (key("lease a"), key("lease b"));
        let lease = self.one.lease(&a, LIMIT * 20).await?;
        if !lease.is_shared() {
            return Ok(());
        }
        self.other.lease(&b, LIMIT).await?.release().await;
        for store in [&self.one, &self.other] {
            let second = store.lease(&a, LIMIT).await;
            holds(second.is_err(), "two have a lease at once")?;
        }
        lease.release().await;
        self.other.lease(&a, LIMIT).await?.release().await;

        // One who waits has it when the holder is done, and one who has gone away meanwhile has nothing.
        let lease = self.one.lease(&a, LIMIT * 20).await?;
        let (gone, waiting) = (self.waiter(&a), self.waiter(&a));
        // Waits in vain, for so long.
        let _ = self.one.lease(&a, LIMIT / 3).await;
        gone.abort();
        let _ = self.one.lease(&a, LIMIT / 3).await;
        lease.release().await;
        let served = waiting.await.unwrap_or(Ok(false))?;
        holds(
            served,
            "a lease that is given back does not go to who waits",
        )?;
        let next = self.other.lease(&a, LIMIT).await;
        holds(next.is_ok(), "who goes away while waiting has the lease")?;
        next?.release().await;

        // A holder who is gone, perhaps without a word.
        drop(self.one.lease(&a, LIMIT).await?);
        let third = self.other.lease(&a, LIMIT * 4).await;
        holds(third.is_ok(), "a lease outlives its holder and its time")?;
        third?.release().await;
        Ok(())
    }

    /// Somebody who waits long enough, and gives the lease back at once.
    fn waiter(&self, key: &StoreKey) -> JoinHandle<Result<bool, StoreError>> {
        let (store, key) = (Arc::clone(&self.other), key.clone());
        tokio::spawn(async move {
            let lease = store.lease(&key, LIMIT * 20).await?;
            let shared = lease.is_shared();
            lease.release().await;
            Ok(shared)
        })
    }

    /// Holders who read, add one and write.
    async fn turns(&self) -> Result<(), Violation> {
        let key = key("turns");
        self.one.save(&key, &record("0")).await?;
        let holders: Vec<_> = (0..HOLDERS)
            .map(|number| {
                let store = Arc::clone(if number % 2 == 0 {
                    &self.one
                } else {
                    &self.other
                });
                tokio::spawn(take_turns(store, key.clone()))
            })
            .collect();
        for holder in holders {
            let outcome = holder.await;
            outcome.unwrap_or_else(|_| Err(Violation("a holder panicked".to_owned())))?;
        }
        let lease = self.one.lease(&key, LIMIT).await?;
        let shared = lease.is_shared();
        lease.release().await;
        let last = count(self.one.load(&key).await?);
        holds(
            !shared || last == Some(HOLDERS * TURNS),
            &format!("of {} renewals {last:?} are left", HOLDERS * TURNS),
        )
    }
}

async fn take_turns<S: TokenStore>(store: Arc<S>, key: StoreKey) -> Result<(), Violation> {
    for _ in 0..TURNS {
        let lease = store.lease(&key, Duration::from_secs(60)).await?;
        let added = add_one(&*store, &key).await;
        lease.release().await;
        added?;
    }
    Ok(())
}

async fn add_one(store: &impl TokenStore, key: &StoreKey) -> Result<(), Violation> {
    let before = count(store.load(key).await?);
    let before = before.ok_or_else(|| Violation("a record is gone".to_owned()))?;
    store.save(key, &record(&(before + 1).to_string())).await?;
    Ok(())
}

fn count(record: Option<TokenRecord>) -> Option<u64> {
    record?.refresh_token?.expose().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BoxFuture, FileStore, Lease, MemoryStore};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_stores_of_this_crate_keep_it() {
        let store = MemoryStore::new();
        assert_eq!(violations(|| store.clone()).await, Vec::<String>::new());
        let lease = store.lease(&key("it leases"), LIMIT).await.unwrap();
        assert!(lease.is_shared());
        let folder = tempfile::tempdir().unwrap();
        let open = || FileStore::new(folder.path().join("tokens.json"));
        assert_eq!(violations(open).await, Vec::<String>::new());
    }

    /// Does everything wrong, if it is told to.
    #[derive(Clone, Debug, Default)]
    struct Careless(MemoryStore);

    impl TokenStore for Careless {
        fn load<'a>(
            &'a self,
            key: &'a StoreKey,
        ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
            Box::pin(async move {
                let mut found = self.0.load(key).await?;
                tokio::task::yield_now().await;
                if let Some(found) = &mut found {
                    found.scope = None;
                }
                Ok(found)
            })
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
            _key: &'a StoreKey,
            _refused: &'a Secret,
        ) -> BoxFuture<'a, Result<Option<TokenRecord>, StoreError>> {
            Box::pin(async { Ok(None) })
        }

        fn lease<'a>(
            &'a self,
            _key: &'a StoreKey,
            _limit: Duration,
        ) -> BoxFuture<'a, Result<Lease, StoreError>> {
            let lease = Lease::new(|| Box::pin(std::future::ready(())));
            Box::pin(std::future::ready(Ok(lease)))
        }
    }

    #[tokio::test]
    async fn who_breaks_it_is_told() {
        let store = Careless::default();
        insta::assert_snapshot!(violations(|| store.clone()).await.join("\n"), @"
        records: what is loaded is not what was saved last
        removal: a removal does not spare a newer refresh token
        leases: two have a lease at once
        turns: of 40 renewals Some(10) are left
        ");
    }
}
