//! The command line.

mod catalog;
mod check;
mod check_driver;
mod drive;
mod env;
mod exec;
mod expect;
mod init;
mod merge;
mod mutants;
mod output;
mod publish;
mod record;
mod replay;
mod run;
mod schema;
mod select;
mod talk;
mod terms;
mod whom;

use std::process;

use clap::{Parser, Subcommand};
use mock_idp::serve::{Ca, Failure, Serve};

use crate::exit::ExitCode;

/// Conformance tests for token clients: does yours handle expiry, refresh, 401 and rate limits as it must?
#[derive(Debug, Parser)]
#[command(name = "tokenproof", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Shown below every help text.
const EXIT_CODES: &str = "\
Exit codes:
  0  everything was as expected
  1  the gate is closed: a check failed or was inconclusive, an expectation does not hold, or nothing passed
  2  the command line, a scenario or the configuration is wrong, or a port is in use
  3  tokenproof or its mock failed
  4  the command under test was not found, hung, or was killed or interrupted
  5  nothing was selected
`env` ends as its command does, with 128 and the signal's number if a signal ended that.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Play scenarios against the mock with the reference client, on virtual clocks, and judge it
    Run(run::Run),
    /// Run any command against the mock and judge it by what it sends
    ///
    /// The command finds the mock through environment variables: TOKENPROOF_TOKEN_URL and its like, the vendors' own names
    /// (AZURE_AUTHORITY_HOST, OKTA_CLIENT_ORGURL, …) and the usual variables for a CA file. It is run once for each selected
    /// case that can be judged passively (`tokenproof list --passive`), or with --once once for all that can share a run.
    Exec(exec::Exec),
    Serve(Box<Serve>),
    /// Run a command with everything set that it needs to use the mock, and end as it does
    ///
    /// Serves as `serve` does while the command runs: in its environment are our own variables (TOKENPROOF_TOKEN_URL and its like
    /// with one vendor, TOKENPROOF_ENTRA_… and TOKENPROOF_OKTA_… with both), the vendors' own (AZURE_…, OKTA_CLIENT_…) and the usual
    /// ones for a CA file. Signals are passed on; a second one kills the command. Nothing is judged: that is what `exec` does.
    Env(Box<env::Env>),
    Ca(Ca),
    /// Judge recordings again, without any client: by the scenario in them, or by a changed one
    ///
    /// `run` and `exec` keep a recording of each case that did not pass. The reports are those of `run`; they say so where a
    /// verdict is another than the one that was recorded.
    Replay(replay::Replay),
    /// Keep the list of what a client is known not to do, which `run` and `exec` take as `--expect`
    Expect(Box<expect::Expect>),
    /// Put the JSON reports of several runs together, such as those of all shards
    ///
    /// The gate decides anew over all that was found. Merging all shards gives the same report as one whole run.
    Merge(merge::Merge),
    /// Play scenarios with the reference client and every broken client, and show which checks bite
    ///
    /// Each broken client has one thing wrong. A check that none of them trips proves nothing; it is named, and so is a
    /// check that the reference client does not pass. Either ends with exit code 1.
    Mutants(mutants::Mutants),
    /// Examine scenario files, the registry of requirements and the frozen sets, and say everything that is wrong with them
    ///
    /// Without paths it examines what comes with the program. A `requirements.yaml` and a folder `sets` in a folder that is
    /// given, or a registry in the one above it, are examined too; requirements that come with the program can always be
    /// named. Anything found ends with exit code 2.
    Check(check::Check),
    /// Play one case by hand: print what a driver would be asked, and read what it answers
    ///
    /// For a driver in a debugger, or to see what the driver protocol looks like. Requests are lines of JSON on standard output,
    /// answers are read from standard input, and nothing is killed for being slow. The verdicts come at the end, on standard error.
    Talk(talk::Talk),
    /// Examine a driver: does it keep to the protocol, and can its client do what it declares?
    ///
    /// The command is started several times, each time against a world of the mock. What it declares is tried; what it does not
    /// declare is skipped. A driver that is at fault ends with exit code 4.
    CheckDriver(check_driver::CheckDriver),
    /// List the cases there are
    List(catalog::List),
    /// Explain a requirement, a scenario, a case, a check or a frozen set
    Explain(catalog::Explain),
    /// Begin a file of your own
    Init(init::Init),
    /// Print the JSON Schema of a kind of file, for editors and for programs that read reports
    Schema(schema::Schema),
}

impl Arguments {
    /// Does what was asked and says how the process should end.
    #[must_use]
    pub fn execute(self) -> process::ExitCode {
        let done = match self.command {
            Command::Serve(serve) => serve
                .run()
                .map_err(Refusal::from)
                .map(|()| ExitCode::AsExpected),
            Command::Ca(ca) => ca
                .run()
                .map_err(Refusal::from)
                .map(|()| ExitCode::AsExpected),
            Command::Env(env) => match env.execute() {
                Ok(exit) => return exit,
                Err(refusal) => Err(refusal),
            },
            Command::Run(run) => run.execute(),
            Command::Exec(exec) => exec.execute(),
            Command::Replay(replay) => replay.execute(),
            Command::Expect(expect) => expect.execute(),
            Command::Merge(merge) => merge.execute(),
            Command::Mutants(mutants) => mutants.execute(),
            Command::Check(check) => check.execute(),
            Command::Talk(talk) => talk.execute(),
            Command::CheckDriver(check) => check.execute(),
            Command::List(list) => list.execute(),
            Command::Explain(explain) => explain.execute(),
            Command::Init(init) => init.execute(),
            Command::Schema(schema) => schema.execute(),
        };
        match done {
            Ok(exit) => exit.into(),
            Err(refusal) => {
                output::complain(&refusal.message);
                refusal.exit.into()
            }
        }
    }
}

/// Why a command ended before it had a report.
#[derive(Debug)]
struct Refusal {
    exit: ExitCode,
    message: String,
}

impl Refusal {
    fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: ExitCode::Usage,
            message: message.into(),
        }
    }

    fn harness(message: impl Into<String>) -> Self {
        Self {
            exit: ExitCode::Harness,
            message: message.into(),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let exit = ExitCode::try_from(failure.exit_code()).unwrap_or(ExitCode::Harness);
        Self {
            exit,
            message: failure.to_string(),
        }
    }
}

impl From<crate::diagnostic::Diagnostics> for Refusal {
    fn from(problems: crate::diagnostic::Diagnostics) -> Self {
        Self::usage(problems.render(output::stderr_has_colour(), output::width()))
    }
}
