//! How much of a core's RSA signing rate the token endpoint delivers, how soon the first token comes, how small it is.
//!
//! `cargo bench -p mock-idp`. Each figure is the median of several rounds, printed beside its target. Rates are per second of
//! CPU time, read from `/proc`, so that neighbours on the machine do not count; the signing rate to compare with is measured
//! in the same round, with the same library, key length and length of text. Linux only.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the machine's clock, prints, and stops where it fails"
)]

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 16;
const LOAD: Duration = Duration::from_secs(3);
const SIGNING: Duration = Duration::from_millis(700);
const STARTS: usize = 21;
/// The unit of CPU times in `/proc`: Linux shows them in hundredths of a second on every platform.
const TICKS: f64 = 100.0;

fn main() {
    // `cargo test --all-targets` runs this too, without the flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("figures are for `cargo bench -p mock-idp`");
        return;
    }
    if !fs::exists("/proc/self/stat").unwrap_or(false) {
        println!("no figures: CPU times are read from /proc, which this system has not");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    starts(&runtime);
    rates(&runtime);
}

/// Time from exec to the first token, and the size of an idle process.
fn starts(runtime: &tokio::runtime::Runtime) {
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = Server::start();
        runtime.block_on(async {
            let mut connection = Connection::to(&server).await;
            connection.token().await;
        });
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        sizes.push(server.resident());
    }
    println!(
        "{}",
        figure("first token after exec", "ms", &mut times, "< 10")
    );
    println!("{}", figure("resident when idle", "MB", &mut sizes, "< 15"));
}

/// Tokens against signatures, each per CPU-second.
fn rates(runtime: &tokio::runtime::Runtime) {
    let server = Server::start();
    let (mut tokens, mut signatures, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut answered = HashSet::new();
    for round in 0..=ROUNDS {
        let before = signing_rate();
        let (served, issued) = runtime.block_on(token_rate(&server));
        // A token served twice would cost no signature.
        for token in issued {
            assert!(answered.insert(token), "the same token was served twice");
        }
        let signed = f64::midpoint(before, signing_rate());
        // The first round warms up.
        if round > 0 {
            tokens.push(served);
            signatures.push(signed);
            ratios.push(served / signed);
        }
    }
    println!(
        "{}",
        figure(
            "signatures",
            "per CPU-second",
            &mut signatures,
            "the machine's"
        )
    );
    println!("{}", figure("tokens", "per CPU-second", &mut tokens, "-"));
    println!(
        "{}",
        figure("tokens by signatures", "", &mut ratios, ">= 0.8")
    );
    println!("resident after the load: {:.1} MB", server.resident());
}

fn figure(name: &str, unit: &str, values: &mut [f64], target: &str) -> String {
    values.sort_by(f64::total_cmp);
    let (least, median, most) = (
        values[0],
        values[values.len() / 2],
        values[values.len() - 1],
    );
    format!(
        "{name:24} {median:9.2} {unit} ({least:.2} to {most:.2}, {} rounds; target {target})",
        values.len()
    )
}

/// RS256 signatures per CPU-second of this thread, over a text as long as that of a token.
fn signing_rate() -> f64 {
    let pem = include_bytes!("../src/keys/embedded/entra-1.key.pem");
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let (text, random) = ([b'a'; 1000], SystemRandom::new());
    let mut signature = vec![0; key.public_modulus_len()];
    let (began, used) = (Instant::now(), cpu_seconds("/proc/thread-self/stat"));
    let mut signed = 0;
    while began.elapsed() < SIGNING {
        for _ in 0..50 {
            key.sign(&RSA_PKCS1_SHA256, &random, &text, &mut signature)
                .unwrap();
        }
        signed += 50;
    }
    f64::from(signed) / (cpu_seconds("/proc/thread-self/stat") - used)
}

/// Tokens per CPU-second of the server under load, and the tokens, which are looked at when the time has been taken.
async fn token_rate(server: &Server) -> (f64, Vec<String>) {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::to(server).await);
    }
    let (began, used) = (Instant::now(), server.cpu_seconds());
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            tokio::spawn(async move {
                let mut answers = Vec::new();
                while began.elapsed() < LOAD {
                    connection.token().await;
                    answers.push(connection.answer.clone());
                }
                answers
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.unwrap());
    }
    let used = server.cpu_seconds() - used;
    let tokens: Vec<String> = answers.iter().map(|answer| access_token(answer)).collect();
    let count = u32::try_from(tokens.len()).unwrap();
    (f64::from(count) / used, tokens)
}

/// The released binary, serving Entra over plain HTTP on the machine's clock.
struct Server {
    child: Child,
    address: SocketAddr,
    request: Vec<u8>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mock-idp"))
            .args(["serve", "--provider", "entra", "--http"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut facts = Vec::new();
        for line in lines {
            let line = line.unwrap();
            if line.starts_with("ready") {
                break;
            }
            facts.push(line);
        }
        // A long value stands on the line below its name.
        let fact = |name: &str| {
            let place = facts.iter().position(|line| line.trim().starts_with(name));
            let [line, below] = [0, 1].map(|further| facts[place.unwrap() + further].trim());
            let value = line[name.len()..].trim();
            if value.is_empty() { below } else { value }.to_owned()
        };
        let url = fact("token URL");
        let (host, path) = url
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            fact("client id"),
            fact("client secret"),
        );
        let request = format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench/1.0\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        Self {
            child,
            address: host.parse().unwrap(),
            request: request.into_bytes(),
        }
    }

    fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&format!("/proc/{}/stat", self.child.id()))
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
    }
}

/// One keep-alive connection, as lean as can be: what the client costs is not measured, but it takes a core's time.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    async fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            request: server.request.clone(),
            answer: Vec::with_capacity(8192),
        }
    }

    async fn token(&mut self) {
        self.stream.write_all(&self.request).await.unwrap();
        self.answer.clear();
        loop {
            assert!(self.stream.read_buf(&mut self.answer).await.unwrap() > 0);
            if let Some(length) = whole_length(&self.answer)
                && self.answer.len() >= length
            {
                break;
            }
        }
        assert!(self.answer.starts_with(b"HTTP/1.1 200"));
    }
}

/// The token that an answer carries.
fn access_token(answer: &[u8]) -> String {
    let text = std::str::from_utf8(answer).unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

/// How long an answer is, once its head has come.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let body = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    Some(head + 4 + body.unwrap().parse::<usize>().unwrap())
}

/// User and system time of a process or thread (proc(5), fields 14 and 15).
fn cpu_seconds(stat: &str) -> f64 {
    let stat = fs::read_to_string(stat).unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |field: usize| fields[field - 3].parse::<f64>().unwrap();
    (ticks(14) + ticks(15)) / TICKS
}
