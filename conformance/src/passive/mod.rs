//! The passive road: any command runs against the mock, over TLS and in real time, and the wire alone is judged.

mod child;
mod environment;
mod overheard;
mod stop;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::clock::{Clock as _, SystemClock};
use mock_idp::{MockIdp, Provider, StartError};

use crate::case::Case;
use crate::contender::give_secrets;
use crate::scenario::{Body, ClientSpec};
use crate::staging;
use crate::trace::{CutShort, Exchange, Party, Road, Trace};

pub use child::ChildEnd;
pub(crate) use child::not_started;
pub(crate) use stop::Stop;

/// A run of the command.
#[derive(Debug)]
pub struct PassiveRun {
    /// What was seen on the wire.
    pub trace: Trace,
    /// How the command ended.
    pub child: ChildEnd,
    /// What it wrote to standard error, without secrets; bounded, and none where it was not to be kept.
    pub stderr: Option<String>,
    /// The command and its arguments, without secrets.
    pub command: Vec<String>,
}

/// How long before expiry a client is taken to renew, of which nothing is known: five minutes are common among libraries.
const MARGIN: Duration = Duration::from_secs(300);
/// How many requests of a command are kept. Their entries take some 100 MB at worst.
const REQUESTS: usize = 100_000;

/// Why the command was not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassiveError {
    /// The mock did not start.
    #[error("the mock could not be started: {0}")]
    World(#[from] StartError),
    /// The mock's directory has not what the scenario asks for.
    #[error("the client could not be set up: {0}")]
    Client(String),
    /// The CA file for the command could not be written.
    #[error("the CA certificate could not be written to a temporary file: {0}")]
    CaFile(#[from] std::io::Error),
    /// The signals that end a run could not be listened for.
    #[error("the signals that stop a run could not be listened for: {0}")]
    Signals(std::io::Error),
    /// The run was stopped from outside; the command was killed.
    #[error(
        "stopped by {0}; the command was killed with everything it had started, and nothing is judged"
    )]
    Interrupted(&'static str),
}

/// Runs a command against one case's world. The other vendor's world runs beside it, without script, so that a suite that knows
/// both finds both. What it writes to standard error is passed on, and kept too where that is asked for.
///
/// # Errors
///
/// [`PassiveError`] when the worlds cannot be set up. A command that fails is no error of this function: see [`ChildEnd`].
pub async fn run(
    case: &Case,
    command: &[String],
    timeout: Duration,
    seed: u64,
    keep_stderr: bool,
) -> Result<PassiveRun, PassiveError> {
    let mut stop = Stop::listen().map_err(PassiveError::Signals)?;
    let body = &case.variations[0].body;
    let seed = seed.wrapping_add(case.variations[0].seed_offset);
    let judged = staging::world(case.provider, body, MARGIN, seed)
        .journal_capacity(REQUESTS)
        .start()
        .await?;
    let judged = Arc::new(judged);
    staging::script(&judged, &body.idp.script);
    let other = match case.provider {
        Provider::Entra => Provider::Okta,
        Provider::Okta => Provider::Entra,
    };
    let bystander = staging::world(other, &Body::default(), MARGIN, seed)
        .start()
        .await?;
    let mut ca_file = tempfile::Builder::new()
        .prefix("tokenproof-ca-")
        .suffix(".pem")
        .tempfile()?;
    ca_file.write_all(MockIdp::ca_pem().map_err(StartError::from)?.as_bytes())?;
    ca_file.flush()?;

    give_secrets(&judged, [&body.client]).map_err(PassiveError::Client)?;
    let told = environment::told(&judged, &body.client).map_err(PassiveError::Client)?;
    let beside =
        environment::told(&bystander, &ClientSpec::default()).map_err(PassiveError::Client)?;
    let variables = environment::variables(&case.name.0, &told, &beside, ca_file.path());
    let started_at = SystemClock.now();
    let (child, stderr) = child::run(
        command,
        &variables,
        &mock_idp::environment::UNSET,
        timeout,
        keep_stderr,
        &mut stop,
    )
    .await
    .map_err(|child::Interrupted(signal)| PassiveError::Interrupted(signal))?;
    let trace = trace(&judged, started_at);
    // Both worlds' secrets were told.
    let scrubbed = |text: &str| bystander.scrubbed(&judged.scrubbed(text));
    Ok(PassiveRun {
        trace,
        child,
        stderr: stderr.map(|text| scrubbed(&text)),
        command: command.iter().map(|word| scrubbed(word)).collect(),
    })
}

/// What was seen. A journal that had to drop entries proves nothing any more, neither for nor against.
fn trace(judged: &MockIdp, started_at: Timestamp) -> Trace {
    let journal = judged.journal();
    let exchanges = journal.entries().into_iter().map(|entry| Exchange {
        by: Party::Client,
        caller: None,
        entry,
    });
    let cut_short = (journal.dropped() > 0).then(|| {
        CutShort::Harness(format!(
            "the command sent {} requests, more than are kept",
            journal.written()
        ))
    });
    Trace {
        started_at,
        ended_at: SystemClock.now(),
        exchanges: exchanges.collect(),
        outcomes: Vec::new(),
        marks: Vec::new(),
        tokens: judged.tokens(),
        cast: Vec::new(),
        road: Road::Passive,
        cut_short,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_journal_that_overflowed_is_no_evidence() {
        let idp = MockIdp::okta()
            .plain_http()
            .journal_capacity(2)
            .start()
            .await
            .expect("a world");
        for requests in 1..=3 {
            let mut stream = tokio::net::TcpStream::connect(idp.addresses()[0])
                .await
                .expect("a connection");
            stream
                .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                .await
                .expect("a request");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.expect("an answer");
            let cut_short = trace(&idp, SystemClock.now()).cut_short;
            assert_eq!(cut_short.is_some(), requests > 2, "{cut_short:?}");
        }
    }
}
