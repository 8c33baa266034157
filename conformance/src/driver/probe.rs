//! What a client declares of its clock and its margin is tried before it is believed.
//!
//! One hidden run says both. A token of an hour is fetched and asked for again and again while less and less of it is left: just
//! before and just after every margin that is common. The first request for a new token shows the margin, and that the clock moves.
//! A clock that cannot be moved is tried otherwise, in [`real_time`].

mod real_time;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mock_idp::Provider;
use mock_idp::journal::Endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Driver;
use super::fault::DriverFault;
use super::protocol::{ClockMode, Grant};
use crate::case::{Case, CaseName, Variation};
use crate::local;
use crate::scenario::{Cell, Head};
use crate::trace::{CutShort, Operation, Trace};
use crate::watchdog::within;

/// How long the token lives, in seconds.
const LIFETIME: i64 = 3600;
/// Margins that libraries have, in seconds.
const COMMON: [i64; 13] = [0, 1, 5, 10, 30, 60, 120, 180, 240, 300, 600, 900, 1800];
/// How long the run may take in real time.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of trying the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// It moves, as declared.
    Moves,
    /// It does not move: no new token was fetched an hour after the old one had expired.
    Stands,
    /// It moves, but not as the machine's, which a clock that is `scaled` has to.
    Differs,
    /// It cannot be told, for this reason.
    Unknown(String),
}

/// What a run has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) clock: Tried,
    pub(super) margin: Option<Margin>,
}

/// How much of a token is left when it is no longer used: at least so much, and less than so much more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Margin {
    /// It was no longer used with so many seconds left.
    pub at_least_s: u32,
    /// It was still used with so many.
    pub below_s: u32,
}

impl Margin {
    /// One number for it.
    #[must_use]
    pub fn seconds(self) -> u32 {
        // Tried one second before and one after, what lies between is a margin that is common.
        if self.below_s.saturating_sub(self.at_least_s) <= 2 {
            self.at_least_s + 1
        } else {
            self.at_least_s
        }
    }

    /// Whether that can be the margin.
    #[must_use]
    pub fn admits(self, seconds: u32) -> bool {
        (self.at_least_s..=self.below_s).contains(&seconds)
    }
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.below_s.saturating_sub(self.at_least_s) <= 2 {
            write!(f, "{} s", self.seconds())
        } else {
            write!(f, "{} s to {} s", self.at_least_s, self.below_s)
        }
    }
}

/// Tries a driver that declares a clock that can be moved.
///
/// # Errors
///
/// What the driver did wrong.
pub(super) async fn run(driver: &Driver) -> Result<Shown, DriverFault> {
    let left = points(driver.profile().margin_s);
    let unknown = |why: &str| Shown {
        clock: Tried::Unknown(why.to_owned()),
        margin: None,
    };
    if driver.clock() == ClockMode::Scaled {
        return real_time::run(driver).await;
    }
    let Some(case) = case(driver, &left) else {
        return Ok(unknown("it has no grant that the trial knows"));
    };
    let played = within(PATIENCE, local::play(&case, 0, driver, 0)).await;
    let trace = match played {
        Some(Ok(trace)) => trace,
        Some(Err(error)) => return Err(DriverFault::NotStarted(error.to_string())),
        None => return Ok(unknown("the trial took too long")),
    };
    match &trace.cut_short {
        Some(CutShort::Driver(why)) => Err(DriverFault::Trial(why.clone())),
        Some(_) => Ok(unknown("the trial could not be played to its end")),
        None => Ok(shown(&trace, &left)),
    }
}

/// How many seconds are left of the token at each question, falling; below zero it has expired.
fn points(declared: Option<u32>) -> Vec<i64> {
    let declared = declared
        .map(i64::from)
        .filter(|margin| *margin < LIFETIME - 1);
    let margins = COMMON.into_iter().chain(declared);
    let around: BTreeSet<i64> = margins
        .flat_map(|margin| [margin + 1, margin - 1])
        .collect();
    let mut left: Vec<i64> = around.into_iter().rev().collect();
    left.push(-LIFETIME);
    left
}

fn case(driver: &Driver, left: &[i64]) -> Option<Case> {
    let mut steps = vec![json!({ "get_token": { "as": "first" } })];
    let mut now = LIFETIME;
    for left in left {
        steps.push(json!({ "advance": { "by": format!("{}s", now - left) } }));
        steps.push(json!({ "get_token": { "as": label(*left) } }));
        now = *left;
    }
    trial(driver, format!("{LIFETIME}s").into(), steps)
}

/// A case of these steps with tokens that live so long.
fn trial(driver: &Driver, life: Value, steps: Vec<Value>) -> Option<Case> {
    let can = &driver.hello().can;
    let provider: Provider = *can.providers.first()?;
    let grants = [
        (Grant::ClientCredentials, json!({})),
        (Grant::Password, json!({ "grant": "password" })),
        (Grant::RefreshToken, json!({ "refresh_token": "rt" })),
    ];
    let (_, mut client) = grants
        .into_iter()
        .find(|(grant, _)| can.grants.contains(grant))?;
    if !can.auth.iter().any(|method| method == "post") {
        client["auth"] = "basic".into();
    }
    let body: Value = json!({
        "idp": { "token": { "expires_in": life } },
        "client": client,
        "steps": steps,
    });
    let scenario = "trial/clock".to_owned();
    Some(Case {
        name: CaseName::new(&scenario, provider, &[]),
        head: Arc::new(Head {
            scenario,
            about: "Does the client's clock move?".to_owned(),
            providers: vec![provider],
            needs: Vec::new(),
            passive: None,
            repeat: 1,
        }),
        file: Arc::from("trial"),
        provider,
        cell: Cell::new(),
        variations: vec![Variation {
            cell: BTreeMap::new(),
            seed_offset: 0,
            body: serde_json::from_value(body).ok()?,
        }],
        checks: Vec::new(),
    })
}

fn label(left: i64) -> String {
    format!("left{left}")
}

/// Whether a call of this name brought a token request.
fn fetched(trace: &Trace, name: &str) -> bool {
    trace.exchanges.iter().any(|exchange| {
        let caller = exchange.caller.as_ref();
        exchange.entry.endpoint == Endpoint::Token
            && caller.is_some_and(|caller| caller.label == name)
    })
}

fn shown(trace: &Trace, left: &[i64]) -> Shown {
    let asked = trace
        .outcomes
        .iter()
        .any(|outcome| outcome.operation == Operation::GetToken && outcome.token.is_some());
    let unknown = |why: &str| Shown {
        clock: Tried::Unknown(why.to_owned()),
        margin: None,
    };
    if !asked || !fetched(trace, "first") {
        return unknown("the client fetched no token");
    }
    let mut before = None;
    for left in left {
        if fetched(trace, &label(*left)) {
            let Some(before) = before else {
                return unknown("the client fetches a token for every call");
            };
            let seconds = |left: i64| u32::try_from(left).unwrap_or(0);
            return Shown {
                clock: Tried::Moves,
                // What is only replaced an hour after its end has no margin that could be told.
                margin: (*left > -LIFETIME).then(|| Margin {
                    at_least_s: seconds(*left),
                    below_s: seconds(before),
                }),
            };
        }
        before = Some(*left);
    }
    Shown {
        clock: Tried::Stands,
        margin: None,
    }
}

impl Driver {
    /// Tries what the driver declares: a clock that does not move is not moved from now on, and a margin that was not declared
    /// is the one that was seen.
    ///
    /// # Errors
    ///
    /// What the driver did wrong.
    pub async fn tried(self) -> Result<Self, DriverFault> {
        if self.clock() == ClockMode::None {
            return Ok(self);
        }
        let Shown { clock, margin } = run(&self).await?;
        let is_refused = matches!(clock, Tried::Stands | Tried::Differs);
        Ok(self.changed(|shared| {
            if is_refused {
                shared.clock = ClockMode::None;
            }
            shared.tried = Some(clock);
            shared.margin = margin;
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_margin_is_passed_between_two_questions() {
        let left = points(Some(77));
        for margin in COMMON.into_iter().chain([77]) {
            let at = left.iter().position(|left| *left == margin - 1);
            let at = at.expect("a question just after it");
            assert!(left[at - 1] <= margin + 1, "{margin}: {left:?}");
        }
        assert!(left.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn a_margin_between_two_questions_is_told_as_one_number_if_they_are_close() {
        let close = Margin {
            at_least_s: 299,
            below_s: 301,
        };
        assert_eq!(
            (close.seconds(), close.to_string().as_str()),
            (300, "300 s")
        );
        let wide = Margin {
            at_least_s: 301,
            below_s: 599,
        };
        assert_eq!(wide.to_string(), "301 s to 599 s");
        assert!(wide.admits(301) && wide.admits(450) && !wide.admits(300));
    }
}
