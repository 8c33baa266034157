//! Faults: scripted departures from the ordinary.

mod action;
mod built;
mod filter;
mod forgery;
mod hold;
mod length;
mod manners;
mod moment;
mod one_or_many;
mod rule;
mod script;
mod status;
mod tally;

pub(crate) use action::Action;
pub use action::{
    Coding, ConnectionFault, HeaderText, HoldPoint, Redirect, RedirectTo, ScriptedError,
};
pub use built::Fault;
pub(crate) use filter::Asked;
pub use filter::RequestFilter;
pub use forgery::{ForgedToken, Forgery, Signing};
pub use hold::HeldTicket;
pub(crate) use hold::Holds;
pub(crate) use length::optional as optional_length;
pub use length::{Length, NotALength, Offset};
pub use manners::{KeepAlive, SlowRead};
pub use moment::{Moment, MomentForm, NotAMoment};
pub use one_or_many::OneOrMany;
pub use rule::{
    BadRule, Complaint, DirectoryNames, Disguise, ErrorReply, ExtraMembers, HoldSpec, Named, Names,
    NumberDisguise, Place, Prose, Replies, Rule, RuleFilter, RuleTarget,
};
pub use script::FaultScript;
pub(crate) use script::{Applied, SavedRules};
pub use status::{FaultId, FaultStatus, NotAFaultId, RuleRefused, ScriptFull};
pub use tally::Per;
