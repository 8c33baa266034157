//! One expectation: predicates that must hold together, with a name and a hint.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::count::Count;
use super::gap::Gap;
use super::requests::Requests;
use super::target::Target;

/// How many [`Requests`] one expectation may name, one within another included.
const SELECTORS: usize = 32;

/// What a world is to have seen. Everything that is asked must hold.
///
/// Made by one of its functions, or read from JSON or YAML: `{ "count": { "to": "token", "is": 1 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct Expectation {
    pub(super) name: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) count: Option<Count>,
    pub(super) never: Option<Requests>,
    pub(super) order: Vec<Requests>,
    pub(super) gap: Option<Gap>,
}

/// An expectation as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Written {
    /// What it is called where it is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// A likely reason, shown where it is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// So many requests are like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Count>,
    /// No request is like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    never: Option<Requests>,
    /// Such requests come, one after another: each later than the one before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    order: Vec<Requests>,
    /// So much time passes between requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<Gap>,
}

/// An expectation that nothing could meet or break.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BadExpectation {
    /// It asks for nothing.
    #[error("an expectation asks for something: give `count`, `never`, `order` or `gap`")]
    Empty,
    /// A `count` without a bound.
    #[error("`count` asks for nothing: give `is`, `at_least` or `at_most`")]
    Unbounded,
    /// A `count` that no number meets.
    #[error("`count` asks for {least} or more and {most} or fewer requests, which no number is")]
    Contradictory {
        /// So many or more.
        least: u32,
        /// So many or fewer.
        most: u32,
    },
    /// A window without length.
    #[error("`within` is no length of time: give at least a millisecond, such as `30s`")]
    NoWindow,
    /// A `gap` without ends or bounds.
    #[error(
        "`gap` asks for nothing: give `between`, or `from` and `to`, and one of `at_least`, `at_most`, `growing` and `growth`"
    )]
    NoGap,
    /// A factor that is none.
    #[error("`growth` is {0}; give a number above 0, such as `1.5`")]
    BadGrowth(f64),
    /// One gap alone does not grow.
    #[error("one gap alone, from one request to another, does not grow: use `between`")]
    OneGapGrows,
    /// Too many selectors.
    #[error("an expectation names at most {SELECTORS} kinds of requests; this one names {0}")]
    TooManySelectors(usize),
}

impl Expectation {
    /// So many requests are like this. Without a bound of [`Count`] it means at least one.
    pub fn count(requests: impl Into<Requests>) -> Count {
        Count::of(requests.into())
    }

    /// No request is like this.
    #[must_use]
    pub fn never(requests: impl Into<Requests>) -> Self {
        Self {
            never: Some(requests.into()),
            ..Self::empty()
        }
    }

    /// Such requests come, one after another: each later than the one before it. Others may come in between.
    #[must_use]
    pub fn order<R: Into<Requests>>(requests: impl IntoIterator<Item = R>) -> Self {
        Self {
            order: requests.into_iter().map(Into::into).collect(),
            ..Self::empty()
        }
    }

    /// So much time passes between consecutive requests to an endpoint, from arrival to arrival.
    pub fn gap(between: impl Into<Target>) -> Gap {
        Gap::between(between.into())
    }

    /// What it is called where it is not met.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A likely reason, shown where it is not met.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn empty() -> Self {
        Self {
            name: None,
            hint: None,
            count: None,
            never: None,
            order: Vec::new(),
            gap: None,
        }
    }

    /// Why nothing could meet or break it, if that is so.
    pub(super) fn fault(&self) -> Result<(), BadExpectation> {
        if (&self.count, &self.never, &self.gap) == (&None, &None, &None) && self.order.is_empty() {
            return Err(BadExpectation::Empty);
        }
        self.count.as_ref().map_or(Ok(()), Count::fault)?;
        self.gap.as_ref().map_or(Ok(()), Gap::fault)?;
        let counted = self.count.as_ref().map(|count| &count.requests);
        let spaced = self.gap.as_ref().and_then(|gap| gap.after.as_deref());
        let named = [counted, spaced, self.never.as_ref()];
        let selectors = named.into_iter().flatten().chain(&self.order);
        match selectors.map(Requests::selectors).sum() {
            0..=SELECTORS => Ok(()),
            many => Err(BadExpectation::TooManySelectors(many)),
        }
    }
}

impl From<&Expectation> for Expectation {
    fn from(expectation: &Expectation) -> Self {
        expectation.clone()
    }
}

impl TryFrom<Written> for Expectation {
    type Error = BadExpectation;

    fn try_from(written: Written) -> Result<Self, BadExpectation> {
        let Written {
            name,
            hint,
            count,
            never,
            order,
            gap,
        } = written;
        let expectation = Self {
            name,
            hint,
            count,
            never,
            order,
            gap,
        };
        expectation.fault().map(|()| expectation)
    }
}

impl From<Expectation> for Written {
    fn from(expectation: Expectation) -> Self {
        let Expectation {
            name,
            hint,
            count,
            never,
            order,
            gap,
        } = expectation;
        Self {
            name,
            hint,
            count,
            never,
            order,
            gap,
        }
    }
}
