//! A minute at 64 connections, both vendors, all kinds of requests: nobody fails, and memory does not grow.
//!
//! `cargo bench -p mock-idp --bench soak`. It first fills what has a limit (the journals, the ledgers of tokens), which takes as
//! long again, then watches for a minute. Ends with a failure if an answer was not one of those expected, or if the process is
//! larger in the last ten seconds than [`GROWTH`] allows over the first ten. Linux only.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::panic,
    reason = "a benchmark reads the machine's clock, prints, and stops where it fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;

const CONNECTIONS: usize = 64;
const WATCHED: Duration = Duration::from_secs(60);
/// Access tokens until every ledger has been full and turned over: a round brings three and one sign-in, and 50,000 and 20,000 of
/// them are kept. The allocator comes to rest only when the first of the new have taken the place of the last of the old.
const LEDGER: u64 = 130_000;
/// How much larger than in the first ten seconds the process may be in the last ten.
const GROWTH: f64 = 1.01;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("figures are for `cargo bench -p mock-idp`");
        return;
    }
    if !fs::exists("/proc/self/stat").unwrap_or(false) {
        println!("no figures: memory is read from /proc, which this system has not");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(soak());
}

async fn soak() {
    let server = Server::start().await;
    let told: Arc<Value> = Arc::new(server.told.clone());
    let seen = Arc::new(Seen::default());
    let http = Client::builder().no_proxy().build().unwrap();
    let mut peers = tokio::task::JoinSet::new();
    for number in 0..CONNECTIONS {
        let peer = Peer {
            vendor: if number % 2 == 0 { "entra" } else { "okta" },
            told: told.clone(),
            http: http.clone(),
            seen: seen.clone(),
        };
        peers.spawn(peer.run());
    }
    let began = Instant::now();
    while seen.least_issued() < LEDGER {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!(
        "filled in {:.0} s: {} requests",
        began.elapsed().as_secs_f64(),
        seen.total()
    );
    let before = seen.total();
    let watching = Instant::now();
    let mut sizes = Vec::new();
    while watching.elapsed() < WATCHED {
        tokio::time::sleep(Duration::from_secs(1)).await;
        sizes.push(server.resident());
    }
    let served = seen.total() - before;
    seen.over.store(true, Ordering::Relaxed);
    while peers.join_next().await.is_some() {}
    let mean = |sizes: &[f64]| sizes.iter().sum::<f64>() / sizes.len() as f64;
    let (first, last) = (mean(&sizes[..10]), mean(&sizes[sizes.len() - 10..]));
    println!(
        "{served} requests in {:.0} s at {CONNECTIONS} connections",
        WATCHED.as_secs_f64()
    );
    println!("resident {first:.1} MB in the first ten seconds, {last:.1} MB in the last");
    let course: Vec<String> = sizes
        .chunks(10)
        .map(|ten| format!("{:.1}", mean(ten)))
        .collect();
    println!("  its course, ten seconds each: {}", course.join(" "));
    for (what, answers) in seen.answers.lock().unwrap().iter() {
        println!("  {what:28} {answers}");
    }
    let wrong = seen.wrong.lock().unwrap();
    assert!(wrong.is_empty(), "unexpected answers: {wrong:#?}");
    assert!(
        last <= first * GROWTH,
        "memory grew from {first:.1} MB to {last:.1} MB"
    );
}

/// What all peers have seen.
#[derive(Default)]
struct Seen {
    over: AtomicBool,
    entra_issued: AtomicU64,
    okta_issued: AtomicU64,
    answers: Mutex<BTreeMap<String, u64>>,
    wrong: Mutex<Vec<String>>,
}

impl Seen {
    fn least_issued(&self) -> u64 {
        let (entra, okta) = (&self.entra_issued, &self.okta_issued);
        entra
            .load(Ordering::Relaxed)
            .min(okta.load(Ordering::Relaxed))
    }

    fn total(&self) -> u64 {
        self.answers.lock().unwrap().values().sum()
    }
}

/// One client, which does the same round of things over and over.
struct Peer {
    vendor: &'static str,
    told: Arc<Value>,
    http: Client,
    seen: Arc<Seen>,
}

impl Peer {
    async fn run(self) {
        while !self.seen.over.load(Ordering::Relaxed) {
            self.round().await;
        }
    }

    async fn round(&self) {
        let ordinary = self.token(&[
            ("grant_type", "client_credentials"),
            ("scope", self.fact("scope")),
        ]);
        let token = self.answered("client credentials", ordinary, &[200]).await;
        self.call(
            "resource",
            token["access_token"].as_str().unwrap_or_default(),
            &[200, 429],
        )
        .await;
        let password = self.token(&[
            ("grant_type", "password"),
            ("scope", self.fact("user_scope")),
            ("username", self.fact("username")),
            ("password", self.fact("password")),
        ]);
        let token = self.answered("password", password, &[200]).await;
        let refresh_token = token["refresh_token"].as_str().unwrap_or_default();
        let refresh = self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ]);
        self.answered("refresh", refresh, &[200]).await;
        let unknown = self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "nobody's"),
        ]);
        self.answered("unknown refresh token", unknown, &[400])
            .await;
        self.call("resource, bad token", "garbled", &[401]).await;
        let keys = self.http.get(self.fact("jwks_url"));
        self.answered("keys", keys, &[200]).await;
        if self.vendor == "okta" {
            let users = format!("{}/api/v1/users", self.fact("org_url"));
            let users = self.http.get(users);
            let users = users.header("authorization", format!("SSWS {}", self.fact("api_token")));
            self.answered("users", users, &[200, 429]).await;
        }
    }

    fn fact(&self, name: &str) -> &str {
        self.told[self.vendor][name].as_str().unwrap()
    }

    fn token(&self, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let who = [
            ("client_id", self.fact("client_id")),
            ("client_secret", self.fact("client_secret")),
        ];
        let form: Vec<_> = form.iter().chain(&who).collect();
        self.http.post(self.fact("token_url")).form(&form)
    }

    async fn call(&self, what: &str, token: &str, expected: &[u16]) {
        let call = self.http.get(self.fact("api_url")).bearer_auth(token);
        self.answered(what, call, expected).await;
    }

    /// The answer's JSON, once it has been counted.
    async fn answered(
        &self,
        what: &str,
        request: reqwest::RequestBuilder,
        expected: &[u16],
    ) -> Value {
        let (status, body) = match request.send().await {
            Ok(answer) => (
                answer.status().as_u16(),
                answer.text().await.unwrap_or_default(),
            ),
            Err(error) => (0, error.to_string()),
        };
        let body: Value = serde_json::from_str(&body).unwrap_or(Value::String(body));
        let vendor = self.vendor;
        *self
            .seen
            .answers
            .lock()
            .unwrap()
            .entry(format!("{vendor} {what}: {status}"))
            .or_default() += 1;
        if !expected.contains(&status) {
            let mut wrong = self.seen.wrong.lock().unwrap();
            if wrong.len() < 10 {
                wrong.push(format!("{vendor} {what}: {status} {body}"));
            }
        }
        if body.get("access_token").is_some() {
            let issued = match vendor {
                "entra" => &self.seen.entra_issued,
                _ => &self.seen.okta_issued,
            };
            issued.fetch_add(1, Ordering::Relaxed);
        }
        body
    }
}

/// The released binary, serving both vendors over plain HTTP on the machine's clock.
struct Server {
    child: Child,
    /// What its ready file says.
    told: Value,
    ready_file: PathBuf,
}

/// Okta's own limits would leave most requests unanswered.
const LIMITS: &str =
    r#"{ "limits": [{ "to": ["token", "resource", "jwks"], "unlimited": true }] }"#;

impl Server {
    async fn start() -> Self {
        let name = format!("mock-idp-soak-{}.json", std::process::id());
        let ready_file = std::env::temp_dir().join(name);
        let child = Command::new(env!("CARGO_BIN_EXE_mock-idp"))
            .args(["serve", "--http", "--ready-file"])
            .arg(&ready_file)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while !ready_file.exists() {
            if began.elapsed() > Duration::from_secs(10) {
                panic!("the server wrote no ready file");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let told: Value = serde_json::from_slice(&fs::read(&ready_file).unwrap()).unwrap();
        let control = told["control"]["url"].as_str().unwrap();
        let limited = Client::builder().no_proxy().build().unwrap();
        let limited = limited
            .put(format!("{control}/worlds/okta/limits"))
            .header("content-type", "application/json")
            .body(LIMITS);
        assert!(limited.send().await.unwrap().status().is_success());
        Self {
            child,
            told,
            ready_file,
        }
    }

    /// Resident memory in megabytes.
    fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.ready_file);
    }
}
