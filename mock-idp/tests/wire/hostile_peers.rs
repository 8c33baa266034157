//! A crowd of peers that mean ill, and clients that are served in the middle of it.

use std::net::SocketAddr;
use std::time::Duration;

use mock_idp::fault::{ConnectionFault, Fault};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::{Builder, MockIdp};
use tokio::task::JoinSet;

use crate::bad_input::head;
use crate::raw::{Raw, status};
use crate::stage::{Stage, until};

/// Hostile peers of each kind.
const OF_EACH: usize = 5;
/// Ordinary clients at once.
const CLIENTS: usize = 64;
/// Requests of each of them.
const REQUESTS: usize = 8;

/// What a hostile peer sends before it goes quiet without hanging up. Those that would go on forever are cut short: what
/// matters is that their connection stays open.
fn hostilities(stage: &Stage) -> Vec<Vec<u8>> {
    let request = head(stage, "Content-Length: 12\r\n\r\ngrant_type=x");
    vec![
        // Nothing at all.
        Vec::new(),
        // Half a request line, half the headers, half a body.
        b"POST /".to_vec(),
        head(stage, "X-Half: y").into_bytes(),
        head(stage, "Content-Length: 1000000\r\n\r\nhalf a body").into_bytes(),
        head(stage, "Transfer-Encoding: chunked\r\n\r\nfffff\r\nhalf").into_bytes(),
        // Headers without end.
        head(stage, &"X-More: y\r\n".repeat(99)).into_bytes(),
        // Two hundred requests at once, none of whose answers is read.
        request.repeat(200).into_bytes(),
        // A request, then garbage in the place of the next.
        format!("{request}\0\0\0\0\r\n\r\n").into_bytes(),
        // TLS where HTTP is spoken, or a handshake that stops.
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
    ]
}

/// What stays open of the crowd.
async fn crowd(stage: &Stage, address: SocketAddr) -> Vec<Raw> {
    let mut open = Vec::new();
    for _ in 0..OF_EACH {
        for bytes in hostilities(stage) {
            let mut raw = Raw::dial(address).await;
            raw.say(&bytes).await;
            open.push(raw);
            // The same, with the sending half closed and the other left open.
            let mut raw = Raw::dial(address).await;
            raw.say(&bytes).await;
            raw.finish().await;
            open.push(raw);
            // And hung up on at once.
            let mut raw = Raw::dial(address).await;
            raw.say(&bytes).await;
        }
    }
    open
}

/// Every ordinary client gets every answer.
async fn all_are_served(stage: &Stage) {
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (http, url) = (stage.http.clone(), stage.idp.jwks_url());
        let ask = stage.app_only().build().unwrap();
        clients.spawn(async move {
            let mut statuses = Vec::new();
            for number in 0..REQUESTS {
                let request = match number % 2 {
                    0 => ask.try_clone().unwrap(),
                    _ => http.get(&url).build().unwrap(),
                };
                statuses.push(http.execute(request).await.unwrap().status().as_u16());
            }
            statuses
        });
    }
    let served = clients.join_all().await;
    assert_eq!(served, vec![vec![200; REQUESTS]; CLIENTS]);
}

async fn served_in_a_crowd(builder: Builder) {
    let stage = Stage::started(builder).await;
    all_are_served(&stage).await;
    let mut open = Vec::new();
    for address in stage.idp.addresses() {
        open.extend(crowd(&stage, address).await);
    }
    all_are_served(&stage).await;
    drop(open);
    all_are_served(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_plain_http() {
    served_in_a_crowd(MockIdp::entra().plain_http()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls() {
    served_in_a_crowd(MockIdp::entra()).await;
}

/// Peers that ask for more than fits into the buffers on the way and take nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_nothing_of_an_answer_gives_his_place_back() {
    const PLACES: usize = 4;
    let much = Fault::at(Endpoint::Jwks).body(vec![b'x'; 16 * 1024 * 1024]);
    let byte_for_byte = much.clone().header_line("X-Much: yes");
    for is_plain in [true, false] {
        for fault in [&much, &byte_for_byte] {
            let builder = match is_plain {
                true => MockIdp::entra().plain_http(),
                false => MockIdp::entra(),
            };
            let builder = builder.connections(PLACES);
            let stage = Stage::started(builder.patience(Duration::from_millis(600))).await;
            stage.idp.faults().add(fault.clone());
            let mut asking = JoinSet::new();
            for _ in 0..PLACES {
                let ask = stage.http.get(stage.idp.jwks_url());
                // The head comes, and of the body as much as is read ahead.
                asking.spawn(async move { ask.send().await.unwrap() });
            }
            let open = asking.join_all().await;
            let mut ask = stage.app_only().build().unwrap();
            *ask.timeout_mut() = Some(Duration::from_secs(30));
            assert_eq!(stage.http.execute(ask).await.unwrap().status(), 200);
            let mut is_cut = false;
            for answer in open {
                is_cut |= answer.bytes().await.is_err();
            }
            assert!(is_cut, "there was a place for nobody");
        }
    }
}

/// The mock takes its time because it is told to: that is not the peer's fault.
#[tokio::test]
async fn an_answer_that_is_slow_on_purpose_is_not_cut_off() {
    let idp = MockIdp::okta().plain_http();
    let idp = idp.patience(Duration::from_millis(50)).start();
    let idp = idp.await.unwrap();
    let apart = Duration::from_millis(100);
    idp.faults()
        .add(Fault::at(Endpoint::Jwks).delay(apart).dribble(apart));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(idp.jwks_url()).send().await.unwrap();
    let keys: serde_json::Value = answer.json().await.unwrap();
    assert!(keys["keys"].is_array());
}

/// A peer that sends its request byte by byte takes as long as it likes, and nobody waits for it.
#[tokio::test]
async fn a_request_in_single_bytes() {
    let stage = Stage::entra().await;
    let mut slow = Raw::to(&stage).await;
    let request = head(&stage, "Content-Length: 12\r\n\r\ngrant_type=x");
    for (place, byte) in request.bytes().enumerate() {
        slow.say([byte]).await;
        if place % 50 == 0 {
            assert_eq!(stage.app_only().send().await.status, 200);
        }
    }
    slow.finish().await;
    let heard = slow.hear().await;
    assert!((400..500).contains(&status(&heard)), "{heard}");
}

/// Once everybody has gone, the process holds no socket more than before: neither of those who came nor of a world that ended.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn sockets_are_given_back() {
    let sockets = |addresses: &[SocketAddr]| {
        let ports: Vec<String> = addresses
            .iter()
            .map(|address| format!(":{:04X} ", address.port()))
            .collect();
        let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
        let mut lines = table.lines().skip(1);
        // Held by this process: closed ones that the system keeps for a while have no inode.
        lines
            .by_ref()
            .filter(|line| ports.iter().any(|port| line.contains(port.as_str())))
            .filter(|line| line.split_whitespace().nth(9) != Some("0"))
            .count()
    };
    let stage = Stage::of(MockIdp::entra().patience(Duration::from_millis(200))).await;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Jwks).connection(ConnectionFault::Hang));
    let addresses = stage.idp.addresses();
    let idle = sockets(&addresses);
    assert_eq!(idle, addresses.len());
    let open = crowd(&stage, addresses[0]).await;
    // One that hangs by a fault, and goes away by itself.
    let mut hung = Raw::to(&stage).await;
    let path = stage.idp.jwks_url();
    let path = path.strip_prefix(stage.idp.origin(Origin::Login)).unwrap();
    hung.say(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .await;
    until(|| sockets(&addresses) > idle).await;
    drop((open, hung));
    until(|| sockets(&addresses) == idle).await;
    let Stage { idp, .. } = stage;
    idp.stop().await.unwrap();
    until(|| sockets(&addresses) == 0).await;
}
