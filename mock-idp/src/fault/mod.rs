//! Faults: scripted departures from the ordinary.

mod hold;
mod rule;
mod script;

pub(crate) use hold::Holds;
pub use rule::{ConnectionFault, Fault, HeaderText, HoldPoint, ScriptedError};
pub(crate) use script::Applied;
pub use script::FaultScript;
