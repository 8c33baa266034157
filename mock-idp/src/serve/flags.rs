//! What to serve, and where.

use std::path::{Path, PathBuf};

use super::clock_choice::ClockChoice;
use super::control_token::TokenSource;
use super::ports::PortChoice;
use super::reach::Reach;
use super::runs_on::RunsOn;
use super::trust::CaChoice;
use super::who::Who;

/// The options of a [`Session`](super::Session), shared by every command that serves.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// Whom to play
    #[arg(long, value_enum, default_value = "all")]
    pub(super) provider: Who,
    /// YAML file with tenants, applications and users, in place of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Seed of ids and tokens
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// Serve plain HTTP; real SDKs mostly insist on TLS
    #[arg(long)]
    pub(super) http: bool,
    /// Where programs are to believe that they run, and with that where they look for managed identities
    #[arg(long, value_enum, default_value = "vm", value_name = "WHERE")]
    pub(super) runs_on: RunsOn,
    /// The clock of all worlds: system, virtual (standing still from now) or virtual@2030-01-01T00:00:00Z
    #[arg(long, value_name = "CLOCK", default_value = "system")]
    pub(super) clock: ClockChoice,
    /// Port to count from, for login, graph, managed_identity, org and api in this order, or ORIGIN=PORT for one of them; free
    /// ones without it
    #[arg(long = "port", value_name = "PORT")]
    pub(super) ports: Vec<PortChoice>,
    /// Say on every answer that a fault has changed which fault it was, and on every refusal by a rate limit which limit, in headers
    /// that no vendor sends
    #[arg(long)]
    pub(super) label_faults: bool,
    #[command(flatten)]
    pub(super) reach: Reach,
    #[command(flatten)]
    pub(super) ca: CaChoice,
    /// Port of the control API; a free one without it
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "no_control")]
    pub(super) control_port: Option<u16>,
    #[command(flatten)]
    pub(super) token: TokenSource,
    /// Serve no control API
    #[arg(long)]
    pub(super) no_control: bool,
}

impl Flags {
    /// The directory file, if there is one.
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}
