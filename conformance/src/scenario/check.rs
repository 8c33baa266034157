//! `checks:` what is expected.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::Which;
use super::comparison::{Constant, Distinct, Facet};
use super::expected::{ExpectedOutcome, WaitRange};
use super::selector::{After, AuthUse, Numbered, Presents, SecretIn, Selector, Target};
use crate::trace::Party;
use mock_idp::expect::Statuses;
use mock_idp::fault::Length;
use mock_idp::fault::OneOrMany;

/// One check: predicates bound to one requirement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// A field is the same in all these exchanges.
    #[serde(default)]
    pub constant: Option<Constant>,
    /// Such exchanges occur, one after another: each later than the one before it.
    #[serde(default)]
    pub order: Vec<Selector>,
    /// So many such exchanges are open at the same time.
    #[serde(default)]
    pub overlap: Option<Overlap>,
    /// How far such exchanges of several clients are spread in time.
    #[serde(default)]
    pub spread: Option<Spread>,
    /// Nothing is sent where an answer has told to wait, until that is over.
    #[serde(default)]
    pub heeds: Option<Heeds>,
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
            constant: self.constant.clone(),
            order: self.order.clone(),
            overlap: self.overlap.clone(),
            spread: self.spread.clone(),
            heeds: self.heeds.clone(),
        }
    }
}

/// Predicates that must hold together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// A field is the same in all these exchanges.
    pub constant: Option<Constant>,
    /// Such exchanges occur, one after another.
    pub order: Vec<Selector>,
    /// So many such exchanges are open at the same time.
    pub overlap: Option<Overlap>,
    /// How far such exchanges of several clients are spread in time.
    pub spread: Option<Spread>,
    /// Nothing is sent where an answer has told to wait, until that is over.
    pub heeds: Option<Heeds>,
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
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// See [`Selector::to`].
            pub to: Option<Target>,
            /// See [`Selector::by`].
            pub by: Option<Party>,
            /// See [`Selector::client`].
            pub client: Option<String>,
            /// See [`Selector::status`].
            pub status: Option<Statuses>,
            /// See [`Selector::grant`].
            pub grant: Option<String>,
            /// See [`Selector::scope`].
            pub scope: Option<String>,
            /// See [`Selector::tenant`].
            pub tenant: Option<Which>,
            /// See [`Selector::method`].
            pub method: Option<String>,
            /// See [`Selector::auth`].
            pub auth: Option<AuthUse>,
            /// See [`Selector::error`].
            pub error: Option<String>,
            /// See [`Selector::presents`].
            pub presents: Option<Presents>,
            /// See [`Selector::left_at_least`].
            pub left_at_least: Option<Length>,
            /// See [`Selector::expired_for`].
            pub expired_for: Option<Length>,
            /// See [`Selector::leaks_secret`].
            pub leaks_secret: Option<bool>,
            /// See [`Selector::secret_in`].
            pub secret_in: Option<SecretIn>,
            /// See [`Selector::after`].
            pub after: Option<After>,
            /// See [`Selector::following`].
            #[serde(rename = "for")]
            pub following: Option<Length>,
            /// See [`Selector::before`].
            pub before: Option<After>,
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
                    client: self.client.clone(),
                    status: self.status.clone(),
                    grant: self.grant.clone(),
                    scope: self.scope.clone(),
                    tenant: self.tenant,
                    method: self.method.clone(),
                    auth: self.auth,
                    error: self.error.clone(),
                    presents: self.presents.clone(),
                    left_at_least: self.left_at_least,
                    expired_for: self.expired_for,
                    leaks_secret: self.leaks_secret,
                    secret_in: self.secret_in,
                    after: self.after.clone(),
                    following: self.following,
                    before: self.before.clone(),
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
        /// Counted for each of these by itself; all together without it.
        per: Option<Per>,
    }
}

selecting! {
    /// How many exchanges are open at once: from the arrival of the request to the departure of its answer.
    Overlap {
        /// So many or fewer.
        at_most: Option<u32>,
        /// So many or more, at some moment.
        at_least: Option<u32>,
    }
}

selecting! {
    /// How far apart the first such exchanges of several clients are: from the earliest to the latest of them.
    Spread {
        /// So far or more.
        at_least: Option<Length>,
        /// So far or less.
        at_most: Option<Length>,
    }
}

/// What is counted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each client.
    Client,
    /// Each call of a step.
    Call,
    /// Each token shown.
    Token,
}

/// What each outcome of a step (`of`) or each exchange (`to`) is like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Each {
    /// The outcomes of the step with this label.
    pub of: Option<String>,
    /// The outcome expected of each.
    pub outcome: Option<ExpectedOutcome>,
    /// How many requests to the resource each needed beyond the first.
    pub retries: Option<u32>,
    /// How long each call took: `0s..5s`.
    pub took: Option<WaitRange>,
    /// All got the same: `token`.
    pub same: Option<SameWhat>,
    /// Details each passes on: `correlation_id`, `trace_id`, `claims`.
    pub carries: Vec<String>,
    /// Whether the client's own words, in an error for one, hold a secret or a token (`false`: they do not).
    pub tells_secret: Option<bool>,
    /// Or: the exchanges with this endpoint.
    pub to: Option<Target>,
    /// By whom; the client without it.
    pub by: Option<Party>,
    /// Of several clients only this one's outcomes or exchanges.
    pub client: Option<String>,
    /// Only those with this grant.
    pub grant: Option<String>,
    /// Only those after a step began, or after the first exchange that a selector matches was answered.
    pub after: Option<After>,
    /// Only those before a step began, or before the first exchange that a selector matches arrived.
    pub before: Option<After>,
    /// The token each shows.
    pub presents: Option<Presents>,
    /// How long the token each shows still lives at least, on the server's clock.
    pub left_at_least: Option<Length>,
    /// How many client authentication methods each uses.
    pub auth_methods: Option<u32>,
    /// How the client authenticates in each.
    pub auth: Option<AuthUse>,
    /// The HTTP method each uses.
    pub method: Option<String>,
    /// The media type of each request's body, without parameters.
    pub content_type: Option<String>,
    /// Parameters that each token request has.
    pub sends: Vec<String>,
    /// Parameters that no token request has.
    pub lacks: Vec<String>,
    /// How many parameters each token request repeats.
    pub repeated_parameters: Option<u32>,
    /// The spelling of the scheme that shows the token to a resource: `Bearer`.
    pub scheme: Option<String>,
    /// Whether each keeps secrets out of URLs and foreign places (`false`: it does).
    pub leaks_secret: Option<bool>,
}

/// What all outcomes share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SameWhat {
    /// The access token.
    Token,
}

/// Time between exchanges: between all consecutive ones (`between`), or from one to another (`from`, `to`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gap {
    /// All consecutive requests of the client to this endpoint.
    pub between: Option<Target>,
    /// From the answer to this request …
    pub from: Option<Numbered>,
    /// … to the arrival of this one.
    pub to: Option<Numbered>,
    /// With `between`: of several clients only this one's requests.
    pub client: Option<String>,
    /// With `between`: only requests after a step began, or after the first exchange that a selector matches was answered.
    pub after: Option<After>,
    /// No shorter.
    pub at_least: Option<Length>,
    /// No longer.
    pub at_most: Option<Length>,
    /// Each gap is at least as long as the one before.
    pub growing: bool,
    /// Each gap is at least so many times as long as the one before: `1.5`.
    pub growth: Option<f64>,
    /// By how much a gap may miss what is asked of it.
    pub tolerance: Length,
}

/// Waits that answers tell: `Retry-After`, and Okta's `X-Rate-Limit-Reset`, of a 429 or a 503.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heeds {
    /// The endpoint.
    pub to: Target,
    /// By how much a wait may be cut short: some ways of telling it know whole seconds only.
    #[serde(default)]
    pub tolerance: Length,
}
