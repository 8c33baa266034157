//! The passive road: any command runs against the mock, over TLS and in real time, and the wire alone is judged.

mod child;
mod environment;
mod hearing;
mod kept;
mod once;
mod placeholder;
mod stage;
mod stop;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mock_idp::clock::{Clock as _, SystemClock};
use mock_idp::{MockIdp, Provider, StartError};

use crate::trace::{CutShort, Exchange, Party, Road, Said, Trace};

pub use child::ChildEnd;
pub(crate) use child::not_started;
pub use hearing::{PassOn, Stream};
pub use once::{Disagreement, Once, Otherwise};
pub use placeholder::UnknownPlaceholder;
pub use stage::Stage;
pub(crate) use stop::Stop;

/// What is to be run, and how.
#[derive(Clone)]
pub struct Order<'o> {
    /// The command and its arguments, which may hold placeholders such as `{token_url}`.
    pub command: &'o [String],
    /// How long it may take.
    pub timeout: Duration,
    /// The seed of everything random in the mock.
    pub seed: u64,
    /// Whose libraries' own variables are set.
    pub vendors: &'o [Provider],
    /// Who reads what it prints.
    pub pass_on: PassOn,
    /// Whether what it writes to standard error is kept, for a recording.
    pub keeps_stderr: bool,
}

impl<'o> Order<'o> {
    /// A command with ten minutes of time and the variables of both vendors. Nobody reads what it prints.
    #[must_use]
    pub fn new(command: &'o [String]) -> Self {
        Self {
            command,
            timeout: Duration::from_secs(600),
            seed: 0,
            vendors: &Provider::ALL,
            pass_on: Arc::new(|_, _| Ok(())),
            keeps_stderr: false,
        }
    }
}

/// A run of the command.
#[derive(Debug)]
pub struct PassiveRun {
    /// What was seen on the wire, for each stage.
    pub traces: Vec<Trace>,
    /// How the command ended.
    pub child: ChildEnd,
    /// What it wrote to standard error, without secrets; bounded, and none where it was not to be kept.
    pub stderr: Option<String>,
    /// The command and its arguments, without secrets.
    pub command: Vec<String>,
}

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
    /// An argument of the command asks for something that there is not.
    #[error(transparent)]
    Placeholder(#[from] UnknownPlaceholder),
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

/// Runs a command against a world for each stage; no two of them are of one vendor. Where there is only one, a world of the other
/// vendor runs beside it, without script, so that a suite that knows both finds both.
///
/// # Errors
///
/// [`PassiveError`] when the worlds cannot be set up. A command that fails is no error of this function: see [`ChildEnd`].
pub async fn run(stages: &[Stage], order: &Order<'_>) -> Result<PassiveRun, PassiveError> {
    let mut stop = Stop::listen().map_err(PassiveError::Signals)?;
    let mut worlds = Vec::with_capacity(stages.len());
    for stage in stages {
        worlds.push(stage.start(order.seed).await?);
    }
    let beside = match stages {
        [lone] => Some(stage::beside(lone.provider, order.seed).await?),
        _ => None,
    };
    let mut ca_file = tempfile::Builder::new()
        .prefix("tokenproof-ca-")
        .suffix(".pem")
        .tempfile()?;
    ca_file.write_all(MockIdp::ca_pem().map_err(StartError::from)?.as_bytes())?;
    ca_file.flush()?;

    let mut judged = Vec::with_capacity(stages.len());
    for (stage, world) in stages.iter().zip(&worlds) {
        let told = environment::told(world, &stage.body.client).map_err(PassiveError::Client)?;
        judged.push((stage.scenario.as_str(), told));
    }
    let told_beside = beside
        .as_ref()
        .map(|world| environment::told(world, &Default::default()))
        .transpose()
        .map_err(PassiveError::Client)?;
    let own = environment::own(&judged, ca_file.path());
    let command = placeholder::filled(order.command, &own)?;
    let told = judged.iter().map(|(_, told)| told).chain(&told_beside);
    let variables = environment::variables(own, told, order.vendors, ca_file.path());
    let confidants = hearing::Confidants(worlds.iter().chain(&beside).cloned().collect());
    let started_at = SystemClock.now();
    let start = child::Start {
        command: &command,
        variables: &variables,
        unset: &mock_idp::environment::UNSET,
        timeout: order.timeout,
        pass_on: Arc::clone(&order.pass_on),
        confidants: confidants.clone(),
        keeps_stderr: order.keeps_stderr,
    };
    let ended = child::run(start, &mut stop)
        .await
        .map_err(|child::Interrupted(signal)| PassiveError::Interrupted(signal))?;
    let traces = worlds
        .iter()
        .map(|world| trace(world, started_at, ended.said.clone()))
        .collect();
    Ok(PassiveRun {
        traces,
        child: ended.end,
        stderr: ended.stderr.map(|text| confidants.scrubbed(text)),
        command: command
            .into_iter()
            .map(|word| confidants.scrubbed(word))
            .collect(),
    })
}

/// What was seen. A journal that had to drop entries proves nothing any more, neither for nor against.
fn trace(judged: &MockIdp, started_at: Timestamp, said: Said) -> Trace {
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
        said: Some(said),
        timed: None,
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
            let cut_short = trace(&idp, SystemClock.now(), Said::default()).cut_short;
            assert_eq!(cut_short.is_some(), requests > 2, "{cut_short:?}");
        }
    }
}
