use super::*;
use crate::clock::later;
use crate::contract;

/// A database in memory.
#[derive(Clone, Debug, Default)]
struct Rows(Arc<Mutex<BTreeMap<String, Row>>>);

#[derive(Clone, Debug, Default)]
struct Row {
    found: Option<Found>,
    lease: Option<(String, jiff::Timestamp)>,
    written: u32,
}

impl Rows {
    fn with<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&mut Row) -> T,
    ) -> BoxFuture<'static, Result<T, String>> {
        let mut rows = self.0.lock().unwrap();
        let done = work(rows.entry(name.to_owned()).or_default());
        Box::pin(std::future::ready(Ok(done)))
    }

    /// Ends a lease before its holder is done.
    fn expire(&self, key: &StoreKey) {
        self.0.lock().unwrap().get_mut(key.as_str()).unwrap().lease = None;
    }
}

impl Row {
    fn write(&mut self, value: String) {
        self.written += 1;
        self.found = Some(Found {
            value,
            revision: self.written.to_string(),
        });
    }

    fn revision(&self) -> Option<&String> {
        self.found.as_ref().map(|found| &found.revision)
    }

    fn holder(&self) -> Option<&String> {
        self.lease.as_ref().map(|(holder, _)| holder)
    }
}

impl Shelf for Rows {
    fn get(&self, name: &str) -> BoxFuture<'static, Result<Option<Found>, String>> {
        self.with(name, |row| row.found.clone())
    }

    fn put(
        &self,
        name: &str,
        value: String,
        only_if: Option<Held>,
    ) -> BoxFuture<'static, Result<bool, String>> {
        self.with(name, |row| {
            let fits = only_if.is_none_or(|held| {
                row.holder() == Some(&held.holder) || row.revision() == held.seen.as_ref()
            });
            if fits {
                row.write(value);
            }
            fits
        })
    }

    fn delete(&self, name: &str, revision: String) -> BoxFuture<'static, Result<(), String>> {
        self.with(name, |row| {
            if row.revision() == Some(&revision) {
                row.found = None;
            }
        })
    }

    fn take(
        &self,
        name: &str,
        holder: &str,
        limit: Duration,
    ) -> BoxFuture<'static, Result<bool, String>> {
        let now = SystemClock.now();
        self.with(name, |row| {
            let taken = row.lease.as_ref().is_some_and(|(_, until)| *until > now);
            if !taken {
                row.lease = Some((holder.to_owned(), later(now, limit)));
            }
            !taken
        })
    }

    fn give_back(&self, name: &str, holder: &str) -> BoxFuture<'static, Result<(), String>> {
        self.with(name, |row| {
            if row.holder().is_some_and(|held| held == holder) {
                row.lease = None;
            }
        })
    }
}

fn record(refresh_token: &str) -> TokenRecord {
    TokenRecord {
        refresh_token: Some(Secret::new(refresh_token)),
        ..TokenRecord::pasted(Secret::new("canary"))
    }
}

fn refresh_token(record: Option<TokenRecord>) -> String {
    record.unwrap().refresh_token.unwrap().expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract_open_and_sealed() {
    let rows = Rows::default();
    let open = || DatabaseStore::on(rows.clone());
    assert_eq!(contract::violations(open).await, Vec::<String>::new());

    let rows = Rows::default();
    let sealing = || {
        let key = Secret::new("A".repeat(43) + "=");
        SealingKey::from_base64(&key).unwrap()
    };
    let sealed = || DatabaseStore::on(rows.clone()).sealed_with(sealing());
    assert_eq!(contract::violations(sealed).await, Vec::<String>::new());
    assert!(!format!("{rows:?}").contains("Bearer"), "{rows:?}");
}

#[tokio::test]
async fn who_was_held_up_does_not_write_over_what_came_since() {
    let rows = Rows::default();
    let (slow, quick) = (
        DatabaseStore::on(rows.clone()),
        DatabaseStore::on(rows.clone()),
    );
    let key = StoreKey::from_parts(&["a"]);
    let limit = Duration::from_secs(10);
    slow.save(&key, &record("1")).await.unwrap();

    let lease = slow.lease(&key, limit).await.unwrap();
    slow.load(&key).await.unwrap();
    rows.expire(&key);
    // Nobody else has written: the one who was held up still has the newest.
    slow.save(&key, &record("2")).await.unwrap();
    assert_eq!(refresh_token(quick.load(&key).await.unwrap()), "2");
    slow.load(&key).await.unwrap();

    let other = quick.lease(&key, limit).await.unwrap();
    quick.save(&key, &record("3")).await.unwrap();
    slow.save(&key, &record("stale")).await.unwrap();
    assert_eq!(refresh_token(slow.load(&key).await.unwrap()), "3");
    // And gives back nothing that is not its own.
    lease.release().await;
    assert!(slow.lease(&key, Duration::ZERO).await.is_err());
    other.release().await;
    // Without a lease, as after a sign-in, the last one to write is right.
    slow.save(&key, &record("4")).await.unwrap();
    assert_eq!(refresh_token(quick.load(&key).await.unwrap()), "4");
}
