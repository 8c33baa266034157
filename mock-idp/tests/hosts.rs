//! Worlds by name: many at once, thousands in sequence.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

use std::net::TcpListener;

use mock_idp::host::{Host, HostError, WorldName};
use mock_idp::{MockIdp, Provider};
use tokio::sync::Mutex;

/// Held by a test that counts files or memory, which are the whole process's.
static ALONE: Mutex<()> = Mutex::const_new(());

/// How many worlds are had at once. A process may usually have 1,024 files open, and each world has two or three.
const AT_ONCE: usize = 300;
/// The runtimes of tests that wait for their turn have files open too: so many at most.
const OF_OTHERS: usize = 32;
/// How many worlds come and go.
const IN_SEQUENCE: usize = 2_000;

fn name(text: &str) -> WorldName {
    text.parse().unwrap()
}

#[tokio::test]
async fn worlds_are_had_by_name_and_without_one_they_are_numbered() {
    let _alone = ALONE.lock().await;
    let host = Host::new();
    let okta = || MockIdp::okta().plain_http();
    let named = host.create(Some(name("login")), okta()).await.unwrap();
    assert_eq!(named, name("login"));
    // The name that would come next is taken.
    host.create(Some(name("world-1")), okta()).await.unwrap();
    let numbered = host.create(None, MockIdp::entra().plain_http()).await;
    assert_eq!(numbered.unwrap(), name("world-2"));
    let names: Vec<String> = host
        .list()
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    assert_eq!(names, ["login", "world-1", "world-2"]);
    assert_eq!(
        host.get(&name("world-2")).unwrap().provider(),
        Provider::Entra
    );
    let taken = host.create(Some(name("login")), okta()).await.unwrap_err();
    insta::assert_snapshot!(taken, @"there is a world `login` already; drop it first or take another name");
    assert!(host.drop_world(&name("login")).await);
    assert!(!host.drop_world(&name("login")).await);
    assert!(host.get(&name("login")).is_none());
    // A number is not given twice.
    host.drop_world(&name("world-2")).await;
    assert_eq!(host.create(None, okta()).await.unwrap(), name("world-3"));
}

#[tokio::test]
async fn a_host_has_room_for_so_many_worlds() {
    let _alone = ALONE.lock().await;
    let host = Host::with_capacity(1);
    let okta = || MockIdp::okta().plain_http();
    let first = host.create(None, okta()).await.unwrap();
    let full = host.create(None, okta()).await.unwrap_err();
    insta::assert_snapshot!(full, @"there are 1 worlds already, the most that this host holds; drop one first");
    let unheard = host.adopt(None, okta().start().await.unwrap());
    assert!(matches!(unheard, Err(HostError::Full { most: 1 })));
    host.drop_world(&first).await;
    host.create(None, okta()).await.unwrap();
}

#[tokio::test]
async fn a_dropped_world_has_given_its_ports_back_though_others_hold_on_to_it() {
    let _alone = ALONE.lock().await;
    let host = Host::new();
    let name = host
        .create(None, MockIdp::entra().plain_http())
        .await
        .unwrap();
    let held = host.get(&name).unwrap();
    let addresses = held.addresses();
    assert!(addresses.len() >= 2);
    host.drop_world(&name).await;
    for address in addresses {
        TcpListener::bind(address).unwrap();
    }
    assert_eq!(held.journal().written(), 0);
    assert!(held.addresses().is_empty());
}

#[tokio::test]
async fn hundreds_of_worlds_at_once_answer_each_for_itself() {
    let _alone = ALONE.lock().await;
    let before = open_files();
    let host = Host::new();
    let http = client();
    let mut issuers = std::collections::HashSet::new();
    for number in 0..AT_ONCE {
        let provider = Provider::ALL[number % 2];
        let builder = MockIdp::of(provider).plain_http().seed(number as u64);
        host.create(None, builder).await.unwrap();
    }
    for (name, idp) in host.list() {
        let answer = http.get(idp.jwks_url()).header("connection", "close");
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(idp.journal().written(), 1, "{name}");
        issuers.insert(idp.issuer());
    }
    assert_eq!(issuers.len(), AT_ONCE);
    host.drop_all().await;
    assert!(host.list().is_empty());
    settled(before).await;
}

#[tokio::test]
async fn thousands_of_worlds_in_sequence_leave_nothing_behind() {
    let _alone = ALONE.lock().await;
    let host = Host::new();
    let http = client();
    let mut began = (0, 0);
    for number in 0..IN_SEQUENCE {
        let name = host
            .create(None, MockIdp::okta().plain_http())
            .await
            .unwrap();
        if number % 100 == 0 {
            let idp = host.get(&name).unwrap();
            assert_eq!(http.get(idp.jwks_url()).send().await.unwrap().status(), 200);
        }
        assert!(host.drop_world(&name).await);
        // The first ones fill the allocator's stores.
        if number == IN_SEQUENCE / 4 {
            began = (open_files(), resident_kib());
        }
    }
    settled(began.0).await;
    let grown = resident_kib().saturating_sub(began.1);
    // A world that stayed would be some 30 KiB: 45 MiB of them.
    assert!(grown < 12 * 1024, "{grown} KiB more than before");
}

/// How many files and sockets this process has open; 0 on systems that do not tell.
fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Waits until no more files are open than there were. Connections close in tasks of their own.
async fn settled(before: usize) {
    for _ in 0..100_000 {
        if open_files() <= before + OF_OTHERS {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} files are open, {before} before", open_files());
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .tls_certs_only([])
        .build()
        .unwrap()
}

/// How much memory this process has; 0 on systems that do not tell.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
