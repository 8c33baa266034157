//! Faults: scripted departures from the ordinary.

mod action;
mod filter;
mod hold;
mod rule;
mod script;

pub(crate) use action::Action;
pub use action::{Coding, ConnectionFault, HeaderText, HoldPoint, RedirectTo, ScriptedError};
pub(crate) use filter::Asked;
pub use filter::RequestFilter;
pub use hold::HeldTicket;
pub(crate) use hold::Holds;
pub use rule::Fault;
pub use script::FaultScript;
pub(crate) use script::{Applied, SavedRules};
