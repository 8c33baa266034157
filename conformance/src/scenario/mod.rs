//! The scenario language, as types: what a file may say once its references are filled in.
//!
//! A file has a head, read once, and a body, read once for every cell of its matrix after `$name.path`
//! references have been replaced. The types here hold concrete values only.

mod check;
mod client;
mod expected;
mod idp;
mod length;
mod moment;
mod names;
mod selector;
mod step;

use std::collections::BTreeMap;

use mock_idp::Provider;
use serde::{Deserialize, Serialize};

pub use check::{
    Check, Count, Distinct, DistinctField, Each, Facet, Gap, Given, Predicates, SameWhat,
};
pub use client::{ClientAuthMethod, ClientSpec, GrantKind};
pub use expected::{ExpectedOutcome, WaitRange};
pub use idp::{
    ConnectionFault, Disguise, ErrorReply, ExtraMembers, HoldPoint, HoldSpec, IdpSpec, LimitSpec,
    NumberDisguise, Prose, Replies, Rotation, RotationMode, ScriptRule, ScriptTarget, TokenSpec,
    WhenReused,
};
pub use length::{Length, NotALength, Offset};
pub use moment::{Moment, MomentForm, NotAMoment};
pub use names::OneOrMany;
pub use selector::{After, Numbered, Presents, Selector, Target};
pub use step::{Advance, CallStep, IdpStep, Replayer, Revocation, Side, Step, Until};

/// The head of a file: everything that is read before a cell is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `area/name`, unique in the library.
    pub scenario: String,
    /// What goes wrong in production and why.
    pub about: String,
    /// The vendors it runs against.
    pub providers: Vec<Provider>,
    /// What the road and the client must be able to do.
    pub needs: Vec<Need>,
    /// Whether it can be judged by the wire alone, under any command.
    pub passive: bool,
}

/// Something a scenario needs of the client or the road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Need {
    /// The client's reading of time can be moved.
    #[serde(rename = "clock")]
    Clock,
    /// The client's sleeps can be moved.
    #[serde(rename = "timers")]
    Timers,
    /// Several calls at once.
    #[serde(rename = "concurrency")]
    Concurrency,
    /// The client can call a protected resource.
    #[serde(rename = "resource")]
    Resource,
    /// The client reports outcome classes.
    #[serde(rename = "classes")]
    Classes,
    /// The client credentials grant.
    #[serde(rename = "grant.client_credentials")]
    ClientCredentials,
    /// The password grant.
    #[serde(rename = "grant.password")]
    Password,
    /// The refresh token grant.
    #[serde(rename = "grant.refresh_token")]
    RefreshToken,
}

impl Need {
    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Timers => "timers",
            Self::Concurrency => "concurrency",
            Self::Resource => "resource",
            Self::Classes => "classes",
            Self::ClientCredentials => "grant.client_credentials",
            Self::Password => "grant.password",
            Self::RefreshToken => "grant.refresh_token",
        }
    }
}

/// The body of a file, for one cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Body {
    /// How the provider behaves.
    pub idp: IdpSpec,
    /// How the client is set up.
    pub client: ClientSpec,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is expected.
    pub checks: Vec<Check>,
}

/// The names chosen on each axis of `matrix` and `vary`: `{ hint: okta-epoch, skew: ahead }`.
pub type Cell = BTreeMap<String, String>;
