//! `checks:` what is expected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::expected::ExpectedOutcome;
use super::length::Length;
use super::names::OneOrMany;
use super::selector::{After, Numbered, Presents, Selector, Target};
use crate::trace::Party;

/// One check: predicates bound to one requirement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name within the scenario.
    pub id: String,
    /// The requirement it tests, by id.
    pub req: String,
    /// The cells it applies to; all without it. `when: { case: [a, b] }`.
    #[serde(default)]
    pub when: BTreeMap<String, OneOrMany>,
    /// What must have happened for the check to say anything.
    #[serde(default)]
    pub given: Option<Given>,
    /// A likely reason, shown when the check does not pass.
    #[serde(default)]
    pub hint: Option<String>,
    /// No exchange is like this.
    #[serde(default)]
    pub never: Option<Selector>,
    /// So many exchanges are like this.
    #[serde(default)]
    pub count: Option<Count>,
    /// Each outcome, or each exchange, is like this.
    #[serde(default)]
    pub each: Option<Each>,
    /// So much time passes between exchanges.
    #[serde(default)]
    pub gap: Option<Gap>,
    /// A field differs from exchange to exchange.
    #[serde(default)]
    pub distinct: Option<Distinct>,
    /// These are the same in every variation of `vary`.
    #[serde(default)]
    pub invariant: Vec<Facet>,
    /// At least one of these groups of predicates holds.
    #[serde(default)]
    pub any_of: Vec<Predicates>,
}

impl Check {
    /// The predicates that must all hold, beside `invariant` and `any_of`.
    #[must_use]
    pub fn predicates(&self) -> Predicates {
        Predicates {
            never: self.never.clone(),
            count: self.count.clone(),
            each: self.each.clone(),
            gap: self.gap.clone(),
            distinct: self.distinct.clone(),
        }
    }
}

/// Predicates that must hold together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Predicates {
    /// No exchange is like this.
    pub never: Option<Selector>,
    /// So many exchanges are like this.
    pub count: Option<Count>,
    /// Each outcome, or each exchange, is like this.
    pub each: Option<Each>,
    /// So much time passes between exchanges.
    pub gap: Option<Gap>,
    /// A field differs from exchange to exchange.
    pub distinct: Option<Distinct>,
}

impl Predicates {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Declares a struct that is a [`Selector`] with fields of its own, since `flatten` would cost the errors their position.
macro_rules! selecting {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// See [`Selector::to`].
            pub to: Option<Target>,
            /// See [`Selector::by`].
            pub by: Option<Party>,
            /// See [`Selector::status`].
            pub status: Option<u16>,
            /// See [`Selector::grant`].
            pub grant: Option<String>,
            /// See [`Selector::error`].
            pub error: Option<String>,
            /// See [`Selector::presents`].
            pub presents: Option<Presents>,
            /// See [`Selector::leaks_secret`].
            pub leaks_secret: Option<bool>,
            /// See [`Selector::after`].
            pub after: Option<After>,
            /// See [`Selector::during`].
            #[serde(rename = "while")]
            pub during: Option<String>,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// The exchanges meant.
            #[must_use]
            pub fn selector(&self) -> Selector {
                Selector {
                    to: self.to,
                    by: self.by,
                    status: self.status,
                    grant: self.grant.clone(),
                    error: self.error.clone(),
                    presents: self.presents.clone(),
                    leaks_secret: self.leaks_secret,
                    after: self.after.clone(),
                    during: self.during.clone(),
                }
            }
        }
    };
}

selecting! {
    /// What must have happened before a check says anything. Else the verdict is `inconclusive`.
    Given {
        /// So many such exchanges; one without it.
        at_least: Option<u32>,
        /// So many refresh tokens were replaced.
        rotations: Option<u32>,
    }
}

selecting! {
    /// How many exchanges.
    Count {
        /// Exactly so many.
        is: Option<u32>,
        /// So many or more.
        at_least: Option<u32>,
        /// So many or fewer.
        at_most: Option<u32>,
        /// Counted in every window of this length; over the whole run without it.
        within: Option<Length>,
    }
}

/// What each outcome of a step (`of`) or each exchange (`to`) is like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Each {
    /// The outcomes of the step with this label.
    pub of: Option<String>,
    /// The outcome expected of each.
    pub outcome: Option<ExpectedOutcome>,
    /// How many requests to the resource each needed beyond the first.
    pub retries: Option<u32>,
    /// All got the same: `token`.
    pub same: Option<SameWhat>,
    /// Details each passes on: `correlation_id`, `trace_id`, `claims`.
    pub carries: Vec<String>,
    /// Or: the exchanges with this endpoint.
    pub to: Option<Target>,
    /// By whom; the client without it.
    pub by: Option<Party>,
    /// Only those with this grant.
    pub grant: Option<String>,
    /// The token each shows.
    pub presents: Option<Presents>,
    /// How many client authentication methods each uses.
    pub auth_methods: Option<u32>,
    /// The HTTP method each uses.
    pub method: Option<String>,
    /// Whether each keeps secrets out of URLs and foreign places (`false`: it does).
    pub leaks_secret: Option<bool>,
}

/// What all outcomes share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameWhat {
    /// The access token.
    Token,
}

/// Time between exchanges: between all consecutive ones (`between`), or from one to another (`from`, `to`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gap {
    /// All consecutive requests of the client to this endpoint.
    pub between: Option<Target>,
    /// From the answer to this request …
    pub from: Option<Numbered>,
    /// … to the arrival of this one.
    pub to: Option<Numbered>,
    /// No shorter.
    pub at_least: Option<Length>,
    /// No longer.
    pub at_most: Option<Length>,
    /// Each gap is at least as long as the one before.
    pub growing: bool,
}

/// A field that differs from one exchange to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distinct {
    /// The endpoint.
    pub to: Target,
    /// The field.
    pub field: DistinctField,
}

/// A field that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistinctField {
    /// The token shown.
    Token,
}

/// What must not change over the variations of `vary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Facet {
    /// The classes of all outcomes.
    #[serde(rename = "outcome.class")]
    OutcomeClass,
    /// The number of requests to each endpoint.
    #[serde(rename = "wire.count")]
    WireCount,
}
