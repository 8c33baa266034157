//! Exit codes of the `tokenproof` command.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the command ends. The numbers are part of the interface and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum ExitCode {
    /// Everything was as expected.
    AsExpected = 0,
    /// The gate did not let it through: a check failed or was inconclusive, an expectation does not hold, or nothing passed.
    Gate = 1,
    /// The command line, a scenario or the configuration is wrong, or a port is in use.
    Usage = 2,
    /// Tokenproof or its mock failed.
    Harness = 3,
    /// The driver or the child process was not found, hung, was killed or broke the protocol.
    Driver = 4,
    /// No case was selected.
    NothingSelected = 5,
}

impl ExitCode {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::AsExpected,
        Self::Gate,
        Self::Usage,
        Self::Harness,
        Self::Driver,
        Self::NothingSelected,
    ];

    /// The number handed to the operating system.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::AsExpected => "as expected",
            Self::Gate => "the gate is closed",
            Self::Usage => "wrong usage, scenario or configuration",
            Self::Harness => "tokenproof failed",
            Self::Driver => "the driver failed",
            Self::NothingSelected => "nothing was selected",
        }
    }

    /// The one that counts where several apply: 2, 3, 4, 5, 1, and 0 only if no other does.
    #[must_use]
    pub fn of(several: impl IntoIterator<Item = Self>) -> Self {
        several
            .into_iter()
            .min_by_key(|exit| exit.urgency())
            .unwrap_or(Self::AsExpected)
    }

    fn urgency(self) -> u8 {
        match self {
            Self::Usage => 0,
            Self::Harness => 1,
            Self::Driver => 2,
            Self::NothingSelected => 3,
            Self::Gate => 4,
            Self::AsExpected => 5,
        }
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}", self.code())
    }
}

impl From<ExitCode> for u8 {
    fn from(exit: ExitCode) -> Self {
        exit.code()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(exit: ExitCode) -> Self {
        exit.code().into()
    }
}

impl TryFrom<u8> for ExitCode {
    type Error = UnknownExitCode;

    fn try_from(code: u8) -> Result<Self, UnknownExitCode> {
        Self::ALL
            .into_iter()
            .find(|exit| exit.code() == code)
            .ok_or(UnknownExitCode(code))
    }
}

/// A number that is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an exit code of tokenproof; they go from 0 to 5")]
pub struct UnknownExitCode(u8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_meanings_do_not_change() {
        let table: Vec<String> = ExitCode::ALL
            .into_iter()
            .map(|exit| format!("{exit}: {}", exit.meaning()))
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        exit 0: as expected
        exit 1: the gate is closed
        exit 2: wrong usage, scenario or configuration
        exit 3: tokenproof failed
        exit 4: the driver failed
        exit 5: nothing was selected
        ");
    }

    #[test]
    fn the_most_urgent_of_several_counts() {
        let order = [
            ExitCode::Usage,
            ExitCode::Harness,
            ExitCode::Driver,
            ExitCode::NothingSelected,
            ExitCode::Gate,
            ExitCode::AsExpected,
        ];
        for (place, first) in order.into_iter().enumerate() {
            let mut rest = order[place..].to_vec();
            rest.reverse();
            assert_eq!(ExitCode::of(rest), first);
        }
        assert_eq!(ExitCode::of([]), ExitCode::AsExpected);
    }

    #[test]
    fn numbers_are_read_back() {
        for exit in ExitCode::ALL {
            assert_eq!(ExitCode::try_from(exit.code()), Ok(exit));
        }
        insta::assert_snapshot!(
            ExitCode::try_from(6).expect_err("6 is free"),
            @"6 is not an exit code of tokenproof; they go from 0 to 5"
        );
    }
}
