//! How long the whole library takes with the reference client, and how many small cases are played in a second.
//!
//! `cargo bench -p tokenproof`. Each figure is the median of five rounds after one that warms up, printed beside its target.
//! Cases are played on as many threads as there are processors, as `tokenproof run` does. Rates are given per second, and
//! per second of CPU time where `/proc` tells it: neighbours on the machine do not count there. Five signatures are most of
//! what a case of five tokens costs. A target for two processors is halved for a second of one.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops where it fails"
)]

use mock_idp::{MockIdp, Provider};
use tokenproof::case::Case;
use tokenproof::contender::Reference;
use tokenproof::library::Library;
use tokenproof::registry::Registry;
use tokenproof::runner;
use tokenproof::verdict::Verdict;
use tokenproof::watchdog::Stopwatch;

const ROUNDS: usize = 5;
/// The unit of CPU times in `/proc`: Linux shows them in hundredths of a second on every platform.
const TICKS: f64 = 100.0;

const FIVE_TOKENS: &str = "\
schema: 1
scenario: bench/five-tokens
about: Five tokens, each signed anew.
providers: [entra, okta]
needs: [grant.client_credentials]
steps: [{ force_refresh: { times: 5, as: t } }]
checks: [{ id: served, req: refresh.seamless, each: { of: t, outcome: ok } }]
";

const ERROR_ONLY: &str = "\
schema: 1
scenario: bench/error
about: One request that is refused.
providers: [entra, okta]
needs: [classes, grant.client_credentials]
idp: { script: [{ to: token, error: { status: 401, error: invalid_client } }] }
steps: [{ get_token: { as: t } }]
checks: [{ id: class, req: errors.class, each: { of: t, outcome: { class: misconfigured } } }]
";

fn main() {
    // `cargo test --all-targets` runs this too, without the flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("figures are for `cargo bench -p tokenproof`");
        return;
    }
    let registry = Registry::embedded().expect("the registry is sound");
    let library = Library::embedded()
        .plan(&registry)
        .expect("the library is sound");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);

    println!("{} cases on {threads} threads", library.len());
    let taken = rounds(&library, threads);
    let seconds = taken.map(|round| Some(round.seconds));
    figure("whole library", "s", seconds, "< 1");
    rates("cases of the library", &library, taken, "-");
    // Enough plays for a second or two.
    for (name, text, plays, target) in [
        ("cases of five tokens", FIVE_TOKENS, 1_000, ">= 325"),
        ("cases of one error", ERROR_ONLY, 6_000, ">= 1250"),
    ] {
        let cases = many(name, text, plays, &registry);
        rates(name, &cases, rounds(&cases, threads), target);
    }
    worlds();
    flat(&many("many", ERROR_ONLY, 20_000, &registry), threads);
}

/// What a world costs, without handshakes: started, and dropped again.
fn worlds() {
    const WORLDS: u32 = 500;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let taken = [(); ROUNDS].map(|()| {
        let watch = Stopwatch::start();
        runtime.block_on(async {
            for provider in Provider::ALL.iter().cycle().take(WORLDS as usize) {
                let world = MockIdp::of(*provider).plain_http().start().await;
                drop(world.expect("ports are free"));
                tokio::task::yield_now().await;
            }
        });
        Some(watch.elapsed().as_secs_f64() * 1_000.0 / f64::from(WORLDS))
    });
    figure("a world", "ms", taken, "< 1");
}

/// Whether one run of very many cases stays as quick as it began, and does not grow: its last quarter against its second.
/// The first one warms up.
fn flat(cases: &[Case], threads: usize) {
    let quarter = cases.len() / 4;
    let mut marks = Vec::new();
    let mut played = 0;
    let results = runner::run(cases, &Reference, 0, threads, |_| {
        played += 1;
        if played % quarter == 0 {
            marks.push((cpu_seconds(), resident_megabytes()));
        }
    })
    .expect("threads can be started");
    assert_eq!(results.len(), cases.len(), "all were played");
    let &[first, second, third, fourth] = marks.as_slice() else {
        return;
    };
    let between = |from: (Option<f64>, _), to: (Option<f64>, _)| Some(to.0? - from.0?);
    if let (Some(early), Some(late)) = (between(first, second), between(third, fourth)) {
        let name = format!("{} cases", cases.len());
        println!(
            "{name:22} {:9.2} times the CPU time in the last quarter as in the second (target < 1.1)",
            late / early
        );
    }
    if let (Some(early), Some(late)) = (second.1, fourth.1) {
        let (results, kept) = (cases.len() / 2, (late - early) * 1_024.0);
        println!(
            "{:22} {:9.2} KiB kept for each case, its result included ({early:.0} to {late:.0} MB)",
            "",
            kept / results as f64
        );
    }
}

/// What one round took.
#[derive(Clone, Copy)]
struct Round {
    seconds: f64,
    /// None where the system does not tell.
    cpu_seconds: Option<f64>,
}

fn rates(name: &str, cases: &[Case], taken: [Round; ROUNDS], target: &str) {
    let cases = cases.len() as f64;
    let by_clock = taken.map(|round| Some(cases / round.seconds));
    figure(name, "per second", by_clock, "-");
    let by_cpu = taken.map(|round| Some(cases / round.cpu_seconds?));
    figure(name, "per CPU-second", by_cpu, target);
}

/// The cases of a scenario, half of them for either vendor.
fn many(path: &str, text: &str, plays: usize, registry: &Registry) -> Vec<Case> {
    let mut library = Library::new();
    library.add_text(path, text);
    let cases = library.plan(registry).expect("a sound scenario");
    cases.iter().cycle().take(plays).cloned().collect()
}

fn rounds(cases: &[Case], threads: usize) -> [Round; ROUNDS] {
    round(cases, threads);
    [(); ROUNDS].map(|()| round(cases, threads))
}

fn round(cases: &[Case], threads: usize) -> Round {
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds());
    let results =
        runner::run(cases, &Reference, 0, threads, |_| ()).expect("threads can be started");
    let round = Round {
        seconds: watch.elapsed().as_secs_f64(),
        cpu_seconds: cpu_seconds().zip(cpu).map(|(after, before)| after - before),
    };
    // What is quick because it went wrong does not count.
    let judgements = results.iter().flat_map(|result| &result.judgements);
    for judgement in judgements {
        let verdict = judgement.finding.verdict;
        assert!(
            verdict == Verdict::Pass,
            "{}: {verdict}, {}",
            judgement.check,
            judgement.finding.observed
        );
    }
    round
}

/// The CPU time of this process so far (proc(5), fields 14 and 15 of `stat`).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets; after it there are no more.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<f64> = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    (fields.len() == 2).then(|| fields.iter().sum::<f64>() / TICKS)
}

/// What this process holds in memory (proc(5), `VmRSS` of `status`).
fn resident_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}

fn figure(name: &str, unit: &str, values: [Option<f64>; ROUNDS], target: &str) {
    let mut values: Vec<f64> = values.into_iter().flatten().collect();
    values.sort_by(f64::total_cmp);
    let [least, .., most] = values.as_slice() else {
        return;
    };
    let median = values[values.len() / 2];
    println!(
        "{name:22} {median:9.2} {unit} ({least:.2} to {most:.2}, {ROUNDS} rounds; target {target})"
    );
}
