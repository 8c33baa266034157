//! `--clock`.

use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::{Clock, SystemClock, VirtualClock};

/// Which clock the worlds share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockChoice {
    /// As the machine's, until it is moved.
    System,
    /// Standing still until it is moved: at this instant, or at the machine's time of the start.
    Virtual(Option<Timestamp>),
}

impl ClockChoice {
    pub(super) fn start(self) -> Arc<dyn Clock> {
        match self {
            Self::System => Arc::new(VirtualClock::following_system()),
            Self::Virtual(instant) => {
                let now = instant.unwrap_or_else(|| SystemClock.now());
                Arc::new(VirtualClock::starting_at(now))
            }
        }
    }
}

impl FromStr for ClockChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('@') {
            None if text == "system" => Ok(Self::System),
            None if text == "virtual" => Ok(Self::Virtual(None)),
            Some(("virtual", instant)) => match instant.parse() {
                Ok(instant) => Ok(Self::Virtual(Some(instant))),
                Err(error) => Err(format!(
                    "`{instant}` is no instant ({error}); write it as 2030-01-01T00:00:00Z"
                )),
            },
            _ => Err("the clocks are `system`, `virtual` and `virtual@INSTANT`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_read() {
        assert_eq!("system".parse(), Ok(ClockChoice::System));
        assert_eq!("virtual".parse(), Ok(ClockChoice::Virtual(None)));
        let at = "2030-01-01T00:00:00Z".parse().unwrap();
        let choice: ClockChoice = "virtual@2030-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(choice, ClockChoice::Virtual(Some(at)));
        assert_eq!(choice.start().now(), at);
    }

    #[test]
    fn other_clocks_are_refused_with_what_is_allowed() {
        for text in ["", "real", "system@2030-01-01T00:00:00Z", "Virtual"] {
            let refused = text.parse::<ClockChoice>().unwrap_err();
            assert_eq!(
                refused,
                "the clocks are `system`, `virtual` and `virtual@INSTANT`"
            );
        }
        let refused = "virtual@tomorrow".parse::<ClockChoice>().unwrap_err();
        assert!(refused.starts_with("`tomorrow` is no instant"), "{refused}");
        assert!(
            refused.ends_with("write it as 2030-01-01T00:00:00Z"),
            "{refused}"
        );
    }
}
