use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use tempfile::TempDir;

use super::*;
use crate::testkit::HandClock;

fn record(refresh_token: &str) -> TokenRecord {
    TokenRecord {
        refresh_token: Some(Secret::new(refresh_token)),
        ..TokenRecord::pasted(Secret::new("canary-at"))
    }
}

fn key(name: &str) -> StoreKey {
    StoreKey::from_parts(&[name])
}

struct Place {
    folder: TempDir,
    store: FileStore,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("tokens.json"));
        Self { folder, store }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("tokens.json")
    }

    /// The names of all files, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// An error without the folder's name.
    fn told<T: fmt::Debug>(&self, outcome: Result<T, StoreError>) -> String {
        let folder = self.folder.path().display().to_string();
        outcome.unwrap_err().to_string().replace(&folder, "")
    }
}

fn refresh_token(record: Option<TokenRecord>) -> Option<String> {
    Some(record?.refresh_token?.expose().to_owned())
}

#[tokio::test]
async fn what_is_saved_is_there_for_the_next_process() {
    let place = Place::new();
    assert_eq!(
        refresh_token(place.store.load(&key("a")).await.unwrap()),
        None
    );
    place.store.save(&key("a"), &record("1")).await.unwrap();
    place.store.save(&key("b"), &record("2")).await.unwrap();
    place.store.save(&key("a"), &record("3")).await.unwrap();

    let other = FileStore::new(place.path());
    assert_eq!(
        refresh_token(other.load(&key("a")).await.unwrap()).unwrap(),
        "3"
    );
    assert_eq!(
        refresh_token(other.load(&key("b")).await.unwrap()).unwrap(),
        "2"
    );
    assert_eq!(place.names(), ["tokens.json", "tokens.json.lock"]);
    insta::assert_snapshot!(fs::read_to_string(place.path()).unwrap(), @r#"
    {
      "a": {
        "access_token": "canary-at",
        "refresh_token": "3",
        "token_type": "Bearer"
      },
      "b": {
        "access_token": "canary-at",
        "refresh_token": "2",
        "token_type": "Bearer"
      }
    }
    "#);
}

#[tokio::test]
async fn removal_spares_a_newer_refresh_token() {
    let place = Place::new();
    place.store.save(&key("a"), &record("2")).await.unwrap();
    let left = place
        .store
        .remove(&key("a"), &Secret::new("1"))
        .await
        .unwrap();
    assert_eq!(refresh_token(left).unwrap(), "2");
    let left = place
        .store
        .remove(&key("a"), &Secret::new("2"))
        .await
        .unwrap();
    assert!(left.is_none());
    assert!(place.store.load(&key("a")).await.unwrap().is_none());
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    fs::write(place.path(), "{}").unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o644)).unwrap();
    place.store.save(&key("a"), &record("1")).await.unwrap();
    drop(place.store.lease(&key("a"), Duration::ZERO).await.unwrap());
    assert_eq!(place.names().len(), 3, "{:?}", place.names());
    for name in place.names() {
        let mode = fs::metadata(place.folder.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn it_may_be_written_by_hand() {
    let place = Place::new();
    fs::write(
        place.path(),
        r#"{ "a": { "access_token": "pasted" }, "b": { "access_token": 7 }, "note": "mine" }"#,
    )
    .unwrap();
    let pasted = place.store.load(&key("a")).await.unwrap().unwrap();
    assert!(pasted.access_token.matches(&Secret::new("pasted")));
    // One spoilt record harms itself alone, and what is not ours stays.
    insta::assert_snapshot!(place.told(place.store.load(&key("b")).await), @"token store could not load: record `b`: it is damaged: mend or delete it");
    place.store.save(&key("c"), &record("1")).await.unwrap();
    let text = fs::read_to_string(place.path()).unwrap();
    assert!(text.contains(r#""note": "mine""#), "{text}");
    assert!(text.contains(r#""access_token": 7"#), "{text}");
}

#[tokio::test]
async fn a_damaged_file_is_moved_aside_and_nothing_is_lost() {
    for damage in ["{\"a\": {\"access_tok", "[1]", "\u{0}\u{1}", "hello"] {
        let place = Place::new();
        fs::write(place.path(), damage).unwrap();
        let told = place.told(place.store.load(&key("a")).await);
        assert!(
            told.starts_with(
                "token store could not load: `/tokens.json` is damaged (line 1, column "
            ) && told
                .ends_with("and was moved to `/tokens.json.damaged-1`; the store goes on empty"),
            "{told}"
        );
        let copy = place.folder.path().join("tokens.json.damaged-1");
        assert_eq!(fs::read_to_string(copy).unwrap(), damage);

        place.store.save(&key("a"), &record("1")).await.unwrap();
        assert_eq!(
            refresh_token(place.store.load(&key("a")).await.unwrap()).unwrap(),
            "1"
        );
        fs::write(place.path(), damage).unwrap();
        let told = place.told(place.store.save(&key("a"), &record("2")).await);
        assert!(told.contains("/tokens.json.damaged-2"), "{told}");
    }
}

#[tokio::test]
async fn text_that_is_none_is_damage_too() {
    let place = Place::new();
    fs::write(place.path(), [0xff, 0xfe]).unwrap();
    insta::assert_snapshot!(place.told(place.store.load(&key("a")).await), @"token store could not load: `/tokens.json` is damaged (it is no text) and was moved to `/tokens.json.damaged-1`; the store goes on empty");
}

#[tokio::test]
async fn what_the_system_refuses_is_said() {
    let place = Place::new();
    let nowhere = FileStore::new(place.folder.path().join("no/tokens.json"));
    insta::assert_snapshot!(place.told(nowhere.load(&key("a")).await), @"token store could not load: no lock beside `/no/tokens.json`: No such file or directory (os error 2)");
    insta::assert_snapshot!(place.told(nowhere.lease(&key("a"), Duration::ZERO).await), @"token store could not lease: cannot open `/no/tokens.json.d228cb696f1a8caf78912b704e4a8964.lease`: No such file or directory (os error 2)");
    let folder = place.folder.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let folder = FileStore::new(folder);
    insta::assert_snapshot!(place.told(folder.load(&key("a")).await), @"token store could not load: cannot read `/folder`: Is a directory (os error 21)");
}

#[tokio::test]
async fn a_write_that_was_cut_off_leaves_the_old_content() {
    let place = Place::new();
    place.store.save(&key("a"), &record("1")).await.unwrap();
    fs::write(
        place.folder.path().join("tokens.json.next"),
        "{\"a\": {\"acc",
    )
    .unwrap();
    assert_eq!(
        refresh_token(place.store.load(&key("a")).await.unwrap()).unwrap(),
        "1"
    );
    place.store.save(&key("a"), &record("2")).await.unwrap();
    assert_eq!(
        refresh_token(place.store.load(&key("a")).await.unwrap()).unwrap(),
        "2"
    );
}

#[tokio::test]
async fn sealed_records_need_the_key() {
    let sealing = |byte: u8| {
        let text = base64::engine::general_purpose::STANDARD.encode([byte; 32]);
        SealingKey::from_base64(&Secret::new(text)).unwrap()
    };
    let place = Place::new();
    place
        .store
        .save(&key("a"), &record("canary-1"))
        .await
        .unwrap();
    let sealed = place.store.clone().sealed_with(sealing(1));
    // What stood there open is sealed with the next write.
    assert_eq!(
        refresh_token(sealed.load(&key("a")).await.unwrap()).unwrap(),
        "canary-1"
    );
    sealed.save(&key("a"), &record("canary-2")).await.unwrap();
    let text = fs::read_to_string(place.path()).unwrap();
    assert!(!text.contains("canary"), "{text}");
    assert_eq!(
        refresh_token(sealed.load(&key("a")).await.unwrap()).unwrap(),
        "canary-2"
    );

    let other = place.store.clone().sealed_with(sealing(2));
    insta::assert_snapshot!(place.told(place.store.load(&key("a")).await), @"token store could not load: record `a`: it is sealed, and no sealing key was given");
    insta::assert_snapshot!(place.told(other.remove(&key("a"), &Secret::new("canary-2")).await), @"token store could not remove: record `a`: the sealing key that was given does not open it");
    assert!(
        sealed
            .remove(&key("a"), &Secret::new("canary-2"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn one_at_a_time_renews_a_record() {
    let place = Place::new();
    let clock = HandClock::new();
    let store = place.store.clone().clock(clock.clone());
    let limit = Duration::from_secs(5);
    let first = store.lease(&key("a"), limit).await.unwrap();
    assert!(first.is_shared());
    // Another record is another matter.
    store.lease(&key("b"), limit).await.unwrap().release().await;

    let waiting = store.clone();
    let outcome = clock
        .run(async move { waiting.lease(&key("a"), limit).await })
        .await;
    insta::assert_snapshot!(place.told(outcome), @"token store could not lease: another has been renewing the record for 5 s");
    first.release().await;
    // Who is dropped gives it back as well.
    drop(store.lease(&key("a"), Duration::ZERO).await.unwrap());
    store
        .lease(&key("a"), Duration::ZERO)
        .await
        .unwrap()
        .release()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_lose_nothing() {
    let place = Place::new();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = place.store.clone();
            tokio::spawn(async move {
                for round in 0..20 {
                    let own = key(&format!("{writer}-{round}"));
                    store.save(&own, &record("1")).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let records: serde_json::Map<String, Value> =
        serde_json::from_str(&fs::read_to_string(place.path()).unwrap()).unwrap();
    assert_eq!(records.len(), 160);
}
