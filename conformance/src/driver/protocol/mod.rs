//! The messages of the driver protocol, version 1: see `docs/driver-protocol.md`.

mod answer;
mod grant;
mod hello;
mod request;

pub use answer::{Answered, Failure, Message, NotAMessage, Outcome};
pub use grant::Grant;
pub use hello::{Capabilities, ClockMode, Hello, Profile, Throttle};
pub use request::{Auth, Idp, Open, Operation, Request, Resource, Unread, User};

/// The version that is spoken.
pub const VERSION: u32 = 1;
/// The longest line that is read or written, in bytes.
pub const MAX_LINE: usize = 1 << 20;

#[cfg(test)]
pub(crate) use request::tests::operations;
