//! `count`: so many requests are like this.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expectation::{BadExpectation, Expectation};
use super::requests::Requests;
use super::selecting::selecting;
use crate::fault::Length;

/// How many requests. Made by [`Expectation::count`]; without a bound it means at least one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "WrittenCount", into = "WrittenCount")]
#[must_use = "hand it to `MockIdp::expect` or `MockIdp::verify`"]
pub struct Count {
    pub(super) requests: Requests,
    pub(super) is: Option<u32>,
    pub(super) at_least: Option<u32>,
    pub(super) at_most: Option<u32>,
    pub(super) within: Option<Length>,
    pub(super) per: Option<Per>,
}

/// What is counted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each application that sent such a request.
    Client,
    /// Each token shown.
    Token,
}

selecting! {
    /// So many requests are like this.
    WrittenCount {
        /// Exactly so many.
        is: u32,
        /// So many or more.
        at_least: u32,
        /// So many or fewer.
        at_most: u32,
        /// Counted in every window of this length; over the whole time without it.
        within: Length,
        /// Counted for each of these by itself; all together without it.
        per: Per,
    }
}

impl Count {
    pub(super) fn of(requests: Requests) -> Self {
        Self {
            requests,
            is: None,
            at_least: None,
            at_most: None,
            within: None,
            per: None,
        }
    }

    /// Exactly so many.
    pub fn exactly(mut self, n: u32) -> Self {
        self.is = Some(n);
        self
    }

    /// So many or more.
    pub fn at_least(mut self, n: u32) -> Self {
        self.at_least = Some(n);
        self
    }

    /// So many or fewer.
    pub fn at_most(mut self, n: u32) -> Self {
        self.at_most = Some(n);
        self
    }

    /// Counted in every window of this length, wherever it begins; over the whole time without it.
    pub fn within(mut self, window: Duration) -> Self {
        self.within = Some(Length(window));
        self
    }

    /// Counted for each of these by itself; all together without it.
    pub fn per(mut self, per: Per) -> Self {
        self.per = Some(per);
        self
    }

    /// Of one application: see [`Requests::by_client`].
    pub fn by_client(mut self, client_id: impl Into<String>) -> Self {
        self.requests = self.requests.by_client(client_id);
        self
    }

    /// The expectation, with a name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Expectation {
        Expectation::from(self).named(name)
    }

    pub(super) fn fault(&self) -> Result<(), BadExpectation> {
        let (least, most) = self.bounds();
        match (least, most) {
            (None, None) => Err(BadExpectation::Unbounded),
            (Some(least), Some(most)) if least > most => {
                Err(BadExpectation::Contradictory { least, most })
            }
            _ if self.within.is_some_and(|window| window.0.is_zero()) => {
                Err(BadExpectation::NoWindow)
            }
            _ => Ok(()),
        }
    }

    /// The fewest and the most that will do.
    pub(super) fn bounds(&self) -> (Option<u32>, Option<u32>) {
        let most = [self.is, self.at_most].into_iter().flatten().min();
        (self.is.max(self.at_least), most)
    }
}

impl From<Count> for Expectation {
    fn from(mut count: Count) -> Self {
        if count.bounds() == (None, None) {
            count.at_least = Some(1);
        }
        Self {
            count: Some(count),
            ..Self::empty()
        }
    }
}

impl From<WrittenCount> for Count {
    fn from(mut written: WrittenCount) -> Self {
        Self {
            requests: written.requests(),
            is: written.is,
            at_least: written.at_least,
            at_most: written.at_most,
            within: written.within,
            per: written.per,
        }
    }
}

impl From<Count> for WrittenCount {
    fn from(count: Count) -> Self {
        Self {
            is: count.is,
            at_least: count.at_least,
            at_most: count.at_most,
            within: count.within,
            per: count.per,
            ..Self::with(count.requests)
        }
    }
}
