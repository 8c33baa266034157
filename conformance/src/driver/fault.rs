//! What a driver can do wrong.

use std::time::Duration;

use super::protocol::{MAX_LINE, NotAMessage, VERSION};

/// Why a driver can no longer be talked to. It costs the case that was being played, and exit code 4.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DriverFault {
    /// It could not be started.
    #[error("the driver could not be started: {0}")]
    NotStarted(String),
    /// The address of a driver that is a service cannot be used.
    #[error("the driver's address cannot be used: {0}")]
    Address(String),
    /// It ended while it was needed.
    #[error("the driver ended {how} while `{during}` was under way")]
    Ended {
        /// With which exit code or signal.
        how: String,
        /// What it was asked for.
        during: String,
    },
    /// A line is no message.
    #[error("the driver wrote {0}; only messages belong on standard output")]
    NotAMessage(#[from] NotAMessage),
    /// It wrote without end.
    #[error("the driver wrote more than {} MiB", .limit >> 20)]
    Flood {
        /// How many bytes it may write.
        limit: usize,
    },
    /// It answered what was never asked.
    #[error("the driver answered request {0}, which was never made")]
    NeverAsked(u64),
    /// It answered twice.
    #[error("the driver answered request {id}, `{op}`, a second time")]
    Twice {
        /// The request.
        id: u64,
        /// What was asked.
        op: &'static str,
    },
    /// It gave no sign of life.
    #[error("the driver hung in `{op}` and was killed: no sign of life for {} s", .after.as_secs())]
    Hung {
        /// What was asked.
        op: &'static str,
        /// For how long.
        after: Duration,
    },
    /// A service ended its answer without answering.
    #[error("the driver ended its answer to `{op}` without an answer in it")]
    Unanswered {
        /// What was asked.
        op: &'static str,
    },
    /// It does not speak this version.
    #[error("the driver speaks version {0} of the protocol; version {VERSION} is spoken here")]
    Version(u64),
    /// Its `hello` has not what it must have.
    #[error("the driver's answer to `hello` cannot be used: {0}")]
    Hello(String),
    /// It failed at what every driver must be able to do.
    #[error("the driver answered `{op}` with {what}")]
    Refused {
        /// What was asked.
        op: &'static str,
        /// What came of it.
        what: String,
    },
    /// A service could not be reached or did not keep to HTTP.
    #[error("the driver at {address}: {what}")]
    Service {
        /// Where it is.
        address: String,
        /// What is wrong.
        what: String,
    },
    /// It failed while its clock was tried.
    #[error("while its clock was tried: {0}")]
    Trial(String),
    /// It was stopped, since its client sent requests without end.
    #[error("the driver was stopped: its client sends requests without end")]
    Endless,
    /// Tokenproof has more to say than a line may hold.
    #[error("a request of more than {MAX_LINE} bytes would be needed")]
    Unspeakable,
}
