//! A client that lives in real time is tried in real time: tokens are made to live for seconds beyond its margin.
//!
//! Which margin that is shows without any waiting: a token that lives no longer than the margin is never used again. What takes
//! its seconds is whether a token that can be used again gets old as fast as the machine's clock runs.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{COMMON, Margin, PATIENCE, Shown, Tried, fetched, trial};
use crate::case::Case;
use crate::contender::{Contender, Limits, LocalClient, Setup};
use crate::driver::Driver;
use crate::driver::fault::DriverFault;
use crate::local;
use crate::pace::{ATTEMPTS, Pace};
use crate::trace::{CutShort, Trace};
use crate::watchdog::within;

/// How long a token can be used, if the margin is what it is taken for.
const USE: u32 = 5;
/// When a token that can be used so long must still be used, and when no longer, in seconds after it was fetched.
const STILL: u32 = 2;
const LATER: u32 = 5;

/// What a client does for which the margin is taken to be something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ages {
    /// Its tokens get old when they are to.
    AsExpected,
    /// They are too old before.
    Sooner,
    /// They are still used when they are to be too old.
    Later,
}

/// Tries it.
pub(super) async fn run(driver: &Driver) -> Result<Shown, DriverFault> {
    let mut search = Search {
        driver,
        refused: None,
        used: None,
    };
    let found = search.margin().await;
    let unknown = |why: String| Shown {
        clock: Tried::Unknown(why),
        margin: None,
    };
    match found {
        Ok((margin, clock)) => Ok(Shown {
            margin: (clock == Tried::Moves).then_some(Margin {
                at_least_s: margin,
                below_s: margin + USE,
            }),
            clock,
        }),
        Err(Stopped::Fault(fault)) => Err(fault),
        Err(Stopped::Unclear(why)) => Ok(unknown(why)),
    }
}

/// Why nothing is found out.
enum Stopped {
    Fault(DriverFault),
    Unclear(String),
}

/// The search for the margin of a client.
struct Search<'d> {
    driver: &'d Driver,
    /// The longest margin for which a token is not used again.
    refused: Option<u32>,
    /// The shortest for which it is.
    used: Option<u32>,
}

impl Search<'_> {
    async fn margin(&mut self) -> Result<(u32, Tried), Stopped> {
        /// Five minutes are common among libraries.
        const USUAL: u32 = 300;
        let likely = self.driver.profile().margin_s.unwrap_or(USUAL);
        for margin in [0, likely] {
            if self.is_used(margin).await? && self.ages(margin).await? == Ages::AsExpected {
                return Ok((margin, Tried::Moves));
            }
            if self.used == Some(0) {
                break;
            }
        }
        for margin in COMMON.into_iter().filter_map(|s| u32::try_from(s).ok()) {
            let is_open = self.refused.is_none_or(|refused| refused < margin)
                && self.used.is_none_or(|used| margin < used);
            if is_open && self.is_used(margin).await? {
                break;
            }
        }
        let Some(mut used) = self.used else {
            let why = "the client fetches a token for every call";
            return Err(Stopped::Unclear(why.to_owned()));
        };
        // What is common is not all there is.
        while let Some(refused) = self.refused.filter(|refused| used - refused > 1) {
            self.is_used(refused + (used - refused) / 2).await?;
            used = self.used.unwrap_or(used);
        }
        let margin = match self.refused {
            Some(refused) => refused + USE,
            None => used,
        };
        Ok((
            margin,
            match self.ages(margin).await? {
                Ages::AsExpected => Tried::Moves,
                Ages::Sooner => Tried::Differs,
                Ages::Later => Tried::Stands,
            },
        ))
    }

    /// Whether a token is used again at once that lives so much longer than this.
    async fn is_used(&mut self, margin: u32) -> Result<bool, Stopped> {
        let trace = self.play(margin, &[]).await?;
        let is_used = !fetched(&trace, "again");
        let known = match is_used {
            true => &mut self.used,
            false => &mut self.refused,
        };
        *known = Some(margin);
        Ok(is_used)
    }

    /// How a token gets old that lives so much longer than this.
    async fn ages(&self, margin: u32) -> Result<Ages, Stopped> {
        let more = [
            json!({ "advance": { "by": format!("{STILL}s") } }),
            json!({ "get_token": { "as": "still" } }),
            json!({ "advance": { "by": format!("{LATER}s") } }),
            json!({ "get_token": { "as": "later" } }),
        ];
        let trace = self.play(margin, &more).await?;
        Ok(if ["again", "still"].iter().any(|at| fetched(&trace, at)) {
            Ages::Sooner
        } else if fetched(&trace, "later") {
            Ages::AsExpected
        } else {
            Ages::Later
        })
    }

    async fn play(&self, margin: u32, more: &[Value]) -> Result<Trace, Stopped> {
        let mut steps = vec![
            json!({ "get_token": { "as": "first" } }),
            json!({ "get_token": { "as": "again" } }),
        ];
        steps.extend_from_slice(more);
        // Without it there would be nothing to be in real time for.
        steps.push(json!({ "advance": { "by": "1ms" } }));
        let life = json!({ "over_margin": format!("{USE}s") });
        let unclear = |why: &str| Stopped::Unclear(why.to_owned());
        let case = trial(self.driver, life, steps)
            .ok_or_else(|| unclear("it has no grant that the trial knows"))?;
        let contender = InRealTime {
            driver: self.driver,
            margin: Duration::from_secs(margin.into()),
        };
        let mut played = within(PATIENCE, local::play(&case, 0, &contender, 0)).await;
        for _ in 1..ATTEMPTS {
            if !matches!(&played, Some(Ok(trace)) if is_late(trace)) {
                break;
            }
            played = within(PATIENCE, local::play(&case, 0, &contender, 0)).await;
        }
        let trace = match played {
            Some(Ok(trace)) => trace,
            Some(Err(error)) => {
                return Err(Stopped::Fault(DriverFault::NotStarted(error.to_string())));
            }
            None => return Err(unclear("the trial took too long")),
        };
        match &trace.cut_short {
            Some(CutShort::Driver(why)) => Err(Stopped::Fault(DriverFault::Trial(why.clone()))),
            Some(_) => Err(unclear("the trial could not be played to its end")),
            None if is_late(&trace) => Err(unclear("this machine is too slow for it")),
            None if !fetched(&trace, "first") => Err(unclear("the client fetched no token")),
            None => Ok(trace),
        }
    }
}

fn is_late(trace: &Trace) -> bool {
    trace.timed.as_ref().is_some_and(|it| it.late.is_some())
}

/// The driver's client as if it had this margin.
#[derive(Debug)]
struct InRealTime<'d> {
    driver: &'d Driver,
    margin: Duration,
}

impl Contender for InRealTime<'_> {
    fn name(&self) -> &str {
        self.driver.name()
    }

    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        self.driver.open(setup)
    }

    fn is_outside(&self) -> bool {
        true
    }

    fn signs(&self) -> bool {
        self.driver.signs()
    }

    fn limits(&self) -> Limits {
        self.driver.limits()
    }

    fn pace(&self, case: &Case) -> Option<Pace> {
        Pace::of(case, self.margin).ok()
    }

    fn margin(&self) -> Duration {
        self.margin
    }
}
