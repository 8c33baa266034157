//! What it costs to ask for a kept token, on one thread and on many; how soon 10,000 callers who wait for one refresh are served;
//! what a call adds to sending its request.
//!
//! `cargo bench -p token-client`. Each figure is the median of several rounds, with the least and the most. Machines differ, so
//! each is printed beside a yardstick taken in the same round: a reading of the clock, which every `token()` makes, and the lock
//! around a shared pointer that the client does without. What threads take is their CPU time, read from `/proc`, so that neighbours
//! on the machine do not count. Linux only.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the machine's clock, prints, and stops where it fails"
)]

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Instant;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use jiff::Timestamp;
use token_client::{
    BoxFuture, ClientAuth, GrantSource, Provider, Secret, TokenClient, Transport, TransportError,
};
use tokio::runtime::Runtime;
use tokio::sync::watch;

const ROUNDS: usize = 15;
const CALLS: usize = 200_000;
const WAITERS: usize = 10_000;
const RESOURCE_CALLS: usize = 20_000;
const TOKEN_URL: &str = "https://id.example/token";

fn main() {
    // `cargo test --all-targets` runs this too, without the flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("figures are for `cargo bench -p token-client`");
        return;
    }
    if !std::fs::exists("/proc/thread-self/schedstat").unwrap_or(false) {
        println!("no figures: CPU times are read from /proc, which this system has not");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores");
    for threads in [1, cores, 4 * cores] {
        kept(&runtime, threads);
    }
    crowd(&runtime);
    calls(&runtime);
}

/// A kept token, asked for by so many threads at once.
fn kept(runtime: &Runtime, threads: usize) {
    let client = client(&Canned::open());
    runtime.block_on(client.token()).unwrap();
    let locked = Mutex::new(Arc::new(0_u64));
    let (mut tokens, mut clocks, mut locks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        tokens.push(nanoseconds(threads, || {
            black_box(client.token().now_or_never().unwrap().unwrap());
        }));
        clocks.push(nanoseconds(threads, || {
            black_box(Timestamp::now());
        }));
        locks.push(nanoseconds(threads, || {
            black_box(Arc::clone(&locked.lock().unwrap()));
        }));
    }
    println!("{threads} threads, in ns of CPU time a call:");
    figure("kept token", &mut tokens);
    figure("reading of the clock", &mut clocks);
    figure("lock and shared pointer", &mut locks);
}

/// What one call takes of a core when so many threads make it at once.
fn nanoseconds(threads: usize, call: impl Fn() + Sync) -> f64 {
    let start = Barrier::new(threads);
    let used: f64 = std::thread::scope(|scope| {
        let work = || {
            start.wait();
            let before = thread_nanoseconds();
            for _ in 0..CALLS {
                call();
            }
            thread_nanoseconds() - before
        };
        let working: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        working.into_iter().map(|one| one.join().unwrap()).sum()
    });
    used / (threads * CALLS) as f64
}

/// How long this thread has run so far.
fn thread_nanoseconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Callers who wait for one token request: from its answer until the last of them is served.
fn crowd(runtime: &Runtime) {
    let (mut served, mut spawned) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let canned = Canned::shut();
        let client = client(&canned);
        let (all, bare) = runtime.block_on(async {
            let all = crowded(&canned, || {
                let client = client.clone();
                async move { drop(client.token().await.unwrap()) }
            });
            let all = all.await;
            let gate = Canned::shut();
            let bare = crowded(&gate, || {
                let mut waiting = gate.gate.subscribe();
                async move { drop(waiting.wait_for(|open| *open).await.unwrap()) }
            });
            (all, bare.await)
        });
        assert_eq!(canned.sent(), 1, "one request serves them all");
        served.push(all);
        spawned.push(bare);
    }
    println!("{WAITERS} waiters on one refresh, in ms from its answer to the last of them:");
    figure("with the client", &mut served);
    figure("a bare tokio channel", &mut spawned);
}

/// Milliseconds from the opening of the gate until all who wait behind it have ended.
async fn crowded<F>(canned: &Canned, mut waiter: impl FnMut() -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let waiting = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..WAITERS)
        .map(|_| {
            let (work, waiting) = (waiter(), Arc::clone(&waiting));
            tokio::spawn(async move {
                // Nothing comes between the two, so the count is that of waiters.
                waiting.fetch_add(1, Ordering::Relaxed);
                work.await;
            })
        })
        .collect();
    while waiting.load(Ordering::Relaxed) < WAITERS {
        tokio::task::yield_now().await;
    }
    let began = Instant::now();
    canned.gate.send_replace(true);
    for task in tasks {
        task.await.unwrap();
    }
    began.elapsed().as_secs_f64() * 1e3
}

/// A call of a resource that answers at once, and the same request without the client.
fn calls(runtime: &Runtime) {
    let canned = Canned::open();
    let client = client(&canned);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        with.push(microseconds(runtime, async || {
            black_box(client.call(resource()).await.unwrap());
        }));
        without.push(microseconds(runtime, async || {
            black_box(canned.send(resource()).await.unwrap());
        }));
    }
    println!("a call of a resource, in µs, the network aside:");
    figure("with the client", &mut with);
    figure("without", &mut without);
}

fn microseconds(runtime: &Runtime, call: impl AsyncFn()) -> f64 {
    runtime.block_on(async {
        let began = Instant::now();
        for _ in 0..RESOURCE_CALLS {
            call().await;
        }
        began.elapsed().as_secs_f64() * 1e6 / RESOURCE_CALLS as f64
    })
}

fn resource() -> Request<Bytes> {
    Request::get("https://api.example/things")
        .body(Bytes::new())
        .unwrap()
}

fn figure(name: &str, values: &mut [f64]) {
    values.sort_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    let median = values[values.len() / 2];
    println!(
        "  {name:24} {median:9.2} ({least:.2} to {most:.2}, {} rounds)",
        values.len()
    );
}

fn client(canned: &Canned) -> TokenClient {
    let auth = ClientAuth::SecretPost {
        id: "app".to_owned(),
        secret: Secret::new("secret"),
    };
    let provider = Provider::at(TOKEN_URL).unwrap();
    TokenClient::builder(provider, auth, GrantSource::ClientCredentials)
        .scopes(["api"])
        .transport(canned.clone())
        .build()
        .unwrap()
}

/// Answers at once, or as soon as its gate opens.
#[derive(Clone, Debug)]
struct Canned {
    gate: Arc<watch::Sender<bool>>,
    sent: Arc<AtomicUsize>,
}

impl Canned {
    fn open() -> Self {
        Self {
            gate: Arc::new(watch::channel(true).0),
            sent: Arc::default(),
        }
    }

    fn shut() -> Self {
        Self {
            gate: Arc::new(watch::channel(false).0),
            sent: Arc::default(),
        }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Transport for Canned {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut waiting = self.gate.subscribe();
        let to_token = *request.uri() == TOKEN_URL;
        Box::pin(async move {
            let _ = waiting.wait_for(|open| *open).await;
            let body = if to_token {
                r#"{"access_token":"abc","token_type":"Bearer","expires_in":3600}"#
            } else {
                "{}"
            };
            Ok(Response::new(Bytes::from_static(body.as_bytes())))
        })
    }
}
