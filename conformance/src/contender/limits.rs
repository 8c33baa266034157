//! How long a client is waited for, in real time.

use std::time::Duration;

/// How long a client is waited for, in real time. What is longer is a fault of the harness in this process and of the driver outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A whole run of a case.
    pub run: Duration,
    /// Outside of this process: an operation without a sign of life.
    pub silence: Duration,
    /// Outside of this process: an operation that nothing explains the silence of, before it is taken to wait for something that
    /// does not happen by itself.
    pub unexplained: Duration,
    /// Outside of this process: the start of a program until it can be asked.
    pub start: Duration,
    /// Outside of this process: the end of a program once nothing more is wanted of it.
    pub end: Duration,
}

impl Limits {
    /// In this process, where runs take milliseconds.
    pub const INSIDE: Self = Self {
        run: Duration::from_secs(30),
        ..Self::OUTSIDE
    };
    /// Of a program that has time-outs of its own.
    pub const OUTSIDE: Self = Self {
        run: Duration::from_secs(300),
        silence: Duration::from_secs(20),
        unexplained: Duration::from_secs(10),
        start: Duration::from_secs(60),
        end: Duration::from_secs(3),
    };
    /// Of a person, who may be thinking.
    pub const PERSON: Self = Self {
        run: Self::DAY,
        silence: Self::DAY,
        unexplained: Self::DAY,
        start: Self::DAY,
        end: Duration::from_secs(3),
    };

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
}
