//! `bundle.json`: what was played, how it was judged, and everything of the runs but their exchanges.

use jiff::Timestamp;
use mock_idp::ledger::TokenFacts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::CaseName;
use crate::gate::Gate;
use crate::registry::Requirement;
use crate::report::Client;
use crate::scenario::Cell;
use crate::trace::{CastMember, CutShort, Exchange, Mark, Outcome, Road, Said, Timed, Trace};
use crate::verdict::{Level, Verdict};

/// The version of a bundle's form; any change of it raises it.
pub const SCHEMA: u32 = 1;

/// What [`Bundle::kind`] always is: tells a bundle from other files of its name.
pub const KIND: &str = "tokenproof-recording";

/// A recording, but for the scenario's text and the exchanges, which stand in files beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Says that this is a recording: always `tokenproof-recording`.
    #[schemars(extend("const" = KIND))]
    pub kind: String,
    /// The version of this form.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: u32,
    /// The release of Tokenproof that wrote it.
    pub tokenproof: String,
    /// The case that was played.
    pub case: CaseName,
    /// How the client was driven.
    pub road: Road,
    /// Who was under test, as reports say it.
    pub under_test: Client,
    /// The command that `exec` ran and its arguments, without secrets; left out where none was run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The seed of everything random.
    pub seed: u64,
    /// The gate that was asked for.
    pub gate: Gate,
    /// The frozen set that it was judged by; left out without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// The scenario.
    pub scenario: ScenarioCopy,
    /// What was said of each check that was chosen, in the order of the file.
    pub verdicts: Vec<RecordedVerdict>,
    /// The requirements that the checks of the scenario test, as the registry had them.
    pub requirements: Vec<Requirement>,
    /// Files that are kept for people, by name; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// The runs of the case; the exchanges of the first stand in `wire/1.jsonl`, one to a line.
    pub runs: Vec<RecordedRun>,
}

/// The scenario's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioCopy {
    /// Where it stood, as it was given. Its text is beside the bundle, in `scenario.yaml`.
    pub file: String,
}

/// What was said of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedVerdict {
    /// The check, by its name within the scenario.
    pub id: String,
    /// The requirement it tests.
    pub requirement: String,
    /// How binding that was in this run; a frozen set can make it less binding than the registry has it.
    pub level: Level,
    /// Whether it is not part of the set and so counted for nothing; left out when it counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unscored: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// What would have passed; empty for a pass.
    pub expected: String,
    /// What was seen instead or was missing; empty for a pass.
    pub observed: String,
}

/// One run of the case, but for its exchanges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedRun {
    /// Which variation it was: the values of `vary`, and the run of a case that is repeated; empty where there is only one.
    pub variation: Cell,
    /// How many exchanges it has, so that a file that was cut short is noticed.
    pub exchanges: u64,
    /// When it began, on the timeline that server and client share.
    #[schemars(with = "crate::schema::Instant")]
    pub started_at: Timestamp,
    /// When it ended.
    #[schemars(with = "crate::schema::Instant")]
    pub ended_at: Timestamp,
    /// Why it was cut short, if it was.
    pub cut_short: Option<CutShort>,
    /// Steps and clock moves, in order.
    pub marks: Vec<Mark>,
    /// What the callers got, ordered by step and call; empty where nobody was asked.
    pub outcomes: Vec<Outcome>,
    /// The clients; empty where the road cannot tell them apart.
    pub cast: Vec<CastMember>,
    /// Every token the mock issued, without its value.
    pub tokens: Vec<TokenFacts>,
    /// What the command of `exec` printed, without secrets; left out where no command was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// That it was played in real time; left out where clocks were moved, or where nothing was played by steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timed: Option<Timed>,
}

impl RecordedRun {
    /// All but the exchanges of a trace.
    pub(super) fn of(variation: Cell, trace: &Trace) -> Self {
        Self {
            variation,
            exchanges: trace.exchanges.len() as u64,
            started_at: trace.started_at,
            ended_at: trace.ended_at,
            cut_short: trace.cut_short.clone(),
            marks: trace.marks.clone(),
            outcomes: trace.outcomes.clone(),
            cast: trace.cast.clone(),
            tokens: trace.tokens.clone(),
            said: trace.said.clone(),
            timed: trace.timed.clone(),
        }
    }

    /// The trace with its exchanges.
    pub(super) fn with(&self, exchanges: Vec<Exchange>, road: Road) -> Trace {
        Trace {
            started_at: self.started_at,
            ended_at: self.ended_at,
            exchanges,
            outcomes: self.outcomes.clone(),
            marks: self.marks.clone(),
            tokens: self.tokens.clone(),
            cast: self.cast.clone(),
            road,
            said: self.said.clone(),
            timed: self.timed.clone(),
            cut_short: self.cut_short.clone(),
        }
    }
}
