//! What happened in one run of one case: plain data that can be stored and judged again.

mod class;
mod outcome;
mod said;
mod timed;

use jiff::Timestamp;
use mock_idp::journal::Entry;
use mock_idp::ledger::TokenFacts;
use serde::{Deserialize, Serialize};

pub use class::Class;
pub use outcome::{Caller, Operation, Outcome};
pub use said::Said;
pub use timed::Timed;

/// Everything the judge may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// When the run began, on the timeline that server and client share.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The wire, in order.
    pub exchanges: Vec<Exchange>,
    /// What the callers got, ordered by step and call; empty in passive mode, where nobody is asked.
    pub outcomes: Vec<Outcome>,
    /// Steps and clock moves, in order.
    pub marks: Vec<Mark>,
    /// Every token the mock issued.
    pub tokens: Vec<TokenFacts>,
    /// The clients, in the order of their names; empty where the road cannot tell them apart.
    #[serde(default)]
    pub cast: Vec<CastMember>,
    /// How the run was driven.
    pub road: Road,
    /// What the command under test printed; none where none was run.
    #[serde(default)]
    pub said: Option<Said>,
    /// That it was played in real time; none where clocks were moved, or where nothing was played by steps.
    #[serde(default)]
    pub timed: Option<Timed>,
    /// Why the run was cut short, if it was.
    pub cut_short: Option<CutShort>,
}

/// A client of the run and whom it acts as: the words are those of its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CastMember {
    /// Its name in the scenario.
    pub name: String,
    /// The name of the group it belongs to: `fleet` for `fleet-2`; its own name otherwise.
    pub group: String,
    /// Its application's client id.
    pub client: String,
    /// The user it acts for; none if it acts for itself.
    pub user: Option<String>,
    /// The tenant (Entra) or authorization server (Okta) it asks.
    pub issuer: String,
}

/// One exchange and who caused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Exchange {
    /// Whose request it was.
    pub by: Party,
    /// The call that caused it, where the road can tell.
    pub caller: Option<Caller>,
    /// The mock's journal entry.
    pub entry: Entry,
}

/// Who sends requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The client under test.
    Client,
    /// Someone else who holds one of its tokens.
    Intruder,
}

/// Something the play did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mark {
    /// When, on the shared timeline.
    #[schemars(with = "crate::schema::Instant")]
    pub at: Timestamp,
    /// What.
    pub what: MarkKind,
    /// The number of the last exchange that had arrived by then, which tells before from after within one instant;
    /// none where the road cannot tell.
    #[serde(default)]
    pub last_exchange: Option<u64>,
}

/// What a play did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// The first call of the step with this label began.
    Started(String),
    /// A clock was moved.
    Moved {
        /// By how many milliseconds.
        by_ms: i64,
        /// Which clock: `both`, `server` or `client`.
        side: String,
    },
    /// A hold was released.
    Released(String),
    /// Something else happened, in words for a report: `client restarted`, `secrets replaced`.
    Happened(String),
}

/// How the client was driven, which decides how much the judge may conclude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Road {
    /// In this process, on virtual clocks.
    Local,
    /// Through a driver, on clocks that are moved.
    Driver,
    /// Any command, judged by the wire alone.
    Passive,
}

/// Why a run ended before its last step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutShort {
    /// The client sent more requests than a case allows.
    RequestBudget {
        /// The limit it ran into.
        limit: u32,
    },
    /// The client's code panicked.
    ClientPanicked(String),
    /// The harness could not go on.
    Harness(String),
    /// The driver broke the protocol, hung or died.
    Driver(String),
    /// The client cannot do what the scenario asks of it.
    Unsupported(String),
}
