//! A load of token requests on any server, over kept connections: how many a second, how long each takes.
//!
//! `cargo run --release -p mock-idp --example load -- --url http://127.0.0.1:8080/token --form 'grant_type=…'` prints one
//! line of JSON. An answer counts if it is a success with an `access_token` in it; any other is a failure.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measuring program reads the machine's clock, prints, and stops where it fails"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::json;

/// Send a load of token requests and print how the server took it, as a line of JSON.
#[derive(Parser)]
struct Load {
    /// The token endpoint
    #[arg(long)]
    url: String,
    /// The request's body, a form
    #[arg(long)]
    form: String,
    /// Client id and secret for the header, for a server that wants them there
    #[arg(long, value_name = "ID:SECRET")]
    basic: Option<String>,
    /// Requests in all
    #[arg(long, default_value_t = 4000)]
    requests: u64,
    /// Requests before the measuring begins
    #[arg(long, default_value_t = 400)]
    warm_up: u64,
    /// Connections, each with one request under way
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

/// What came of the requests.
#[derive(Default)]
struct Tally {
    failures: u64,
    times: Vec<Duration>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let load = Arc::new(Load::parse());
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(load.connections)
        .build()
        .unwrap();
    let warmed = run(&http, &load, load.warm_up).await;
    let began = Instant::now();
    let mut tally = run(&http, &load, load.requests).await;
    let seconds = began.elapsed().as_secs_f64();
    tally.times.sort();
    let percentile = |of: usize| {
        let place = (tally.times.len() * of / 100).min(tally.times.len().saturating_sub(1));
        let time = tally.times.get(place);
        time.map(|time| time.as_secs_f64() * 1000.0)
    };
    let served = tally.times.len();
    println!(
        "{}",
        json!({
            "served": served,
            "failures": tally.failures + warmed.failures,
            "seconds": seconds,
            "p50_ms": percentile(50),
            "p99_ms": percentile(99),
        })
    );
}

/// So many requests, spread over the connections.
async fn run(http: &reqwest::Client, load: &Arc<Load>, requests: u64) -> Tally {
    let begun = Arc::new(AtomicU64::new(0));
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..load.connections {
        let (http, load, begun) = (http.clone(), load.clone(), begun.clone());
        connections.spawn(async move {
            let mut tally = Tally::default();
            while begun.fetch_add(1, Ordering::Relaxed) < requests {
                let sent = Instant::now();
                if token(&http, &load).await {
                    tally.times.push(sent.elapsed());
                } else {
                    tally.failures += 1;
                }
            }
            tally
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = connections.join_next().await {
        let tally = tally.unwrap();
        all.failures += tally.failures;
        all.times.extend(tally.times);
    }
    all
}

/// Whether one request brought a token.
async fn token(http: &reqwest::Client, load: &Load) -> bool {
    let mut request = http
        .post(&load.url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(load.form.clone());
    if let Some((id, secret)) = load.basic.as_deref().and_then(|both| both.split_once(':')) {
        request = request.basic_auth(id, Some(secret));
    }
    let Ok(answer) = request.send().await else {
        return false;
    };
    let is_success = answer.status().is_success();
    let body = answer.text().await.unwrap_or_default();
    is_success && body.contains("\"access_token\"")
}
