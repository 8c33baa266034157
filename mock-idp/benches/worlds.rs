//! How long it takes to make a world and to drop it, without TLS: the promise is less than a millisecond for both.
//!
//! `cargo bench -p mock-idp --bench worlds`. Prints the median and the slowest of a thousand.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the machine's clock, prints, and stops where it fails"
)]

use std::time::{Duration, Instant};

use mock_idp::host::Host;
use mock_idp::{MockIdp, Provider};

const WORLDS: usize = 1_000;

fn main() {
    // `cargo test --all-targets` runs this too, without the flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("figures are for `cargo bench -p mock-idp --bench worlds`");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for provider in Provider::ALL {
        runtime.block_on(measure(provider));
    }
}

async fn measure(provider: Provider) {
    let host = Host::new();
    let mut times: Vec<Duration> = Vec::with_capacity(WORLDS);
    for _ in 0..WORLDS {
        let began = Instant::now();
        let name = host
            .create(None, MockIdp::of(provider).plain_http())
            .await
            .unwrap();
        host.drop_world(&name).await;
        times.push(began.elapsed());
    }
    times.sort();
    let (median, slowest) = (times[WORLDS / 2], times[WORLDS - 1]);
    println!("{provider:6} made and dropped in {median:?} (slowest {slowest:?}; target < 1 ms)");
}
