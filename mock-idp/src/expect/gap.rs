//! `gap`: so much time passes between requests, on the journal's timeline.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expectation::{BadExpectation, Expectation};
use super::requests::Requests;
use super::target::{Numbered, Target};
use crate::fault::Length;

/// Time between requests: between the arrivals of all consecutive ones (`between`), or from the answer to one to the arrival of
/// another (`from`, `to`). Made by [`Expectation::gap`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[must_use = "hand it to `MockIdp::expect` or `MockIdp::verify`"]
pub struct Gap {
    /// All consecutive requests to this endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) between: Option<Target>,
    /// From the answer to this request …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Numbered>,
    /// … to the arrival of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<Numbered>,
    /// With `between`: only requests of this application, by its client id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<String>,
    /// With `between`: only after the first request that is like this was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Box<Requests>>,
    /// No shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at_least: Option<Length>,
    /// No longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at_most: Option<Length>,
    /// Each gap is at least as long as the one before.
    pub(super) growing: bool,
    /// Each gap is at least so many times as long as the one before: `1.5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) growth: Option<f64>,
    /// By how much a gap may miss what is asked of it.
    pub(super) tolerance: Length,
}

impl Gap {
    pub(super) fn between(target: Target) -> Self {
        Self {
            between: Some(target),
            ..Self::default()
        }
    }

    /// From the answer to one request to the arrival of another, in place of consecutive ones.
    pub fn from_to(from: Numbered, to: Numbered) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
            ..Self::default()
        }
    }

    /// Only requests of this application, by its client id.
    pub fn by_client(mut self, client_id: impl Into<String>) -> Self {
        self.client = Some(client_id.into());
        self
    }

    /// Only after the first request that is like this was answered.
    pub fn after(mut self, first: impl Into<Requests>) -> Self {
        self.after = Some(Box::new(first.into()));
        self
    }

    /// No shorter.
    pub fn at_least(mut self, length: Duration) -> Self {
        self.at_least = Some(Length(length));
        self
    }

    /// No longer.
    pub fn at_most(mut self, length: Duration) -> Self {
        self.at_most = Some(Length(length));
        self
    }

    /// Each gap is at least as long as the one before.
    pub fn growing(mut self) -> Self {
        self.growing = true;
        self
    }

    /// Each gap is at least so many times as long as the one before.
    pub fn growing_by(mut self, factor: f64) -> Self {
        self.growth = Some(factor);
        self
    }

    /// By how much a gap may miss what is asked of it.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Length(tolerance);
        self
    }

    /// The expectation, with a name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Expectation {
        Expectation::from(self).named(name)
    }

    pub(super) fn grows(&self) -> bool {
        self.growing || self.growth.is_some()
    }

    pub(super) fn fault(&self) -> Result<(), BadExpectation> {
        if let Some(growth) = self.growth
            && !(growth.is_finite() && growth > 0.0)
        {
            return Err(BadExpectation::BadGrowth(growth));
        }
        let asks = self.at_least.is_some() || self.at_most.is_some() || self.grows();
        match (self.between, self.from, self.to) {
            (Some(_), None, None) if asks => Ok(()),
            (None, Some(_), Some(_)) if self.grows() => Err(BadExpectation::OneGapGrows),
            (None, Some(_), Some(_)) if asks => Ok(()),
            _ => Err(BadExpectation::NoGap),
        }
    }
}

impl From<Gap> for Expectation {
    fn from(gap: Gap) -> Self {
        Self {
            gap: Some(gap),
            ..Self::empty()
        }
    }
}
