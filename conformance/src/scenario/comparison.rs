//! What of several exchanges, or of several variations, is compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::selector::Target;

/// A field that differs from one exchange to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distinct {
    /// The endpoint.
    pub to: Target,
    /// Only exchanges with this grant.
    #[serde(default)]
    pub grant: Option<String>,
    /// The field.
    pub field: ExchangeField,
}

/// A field that is the same in all these exchanges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The endpoint.
    pub to: Target,
    /// Only exchanges with this grant.
    #[serde(default)]
    pub grant: Option<String>,
    /// The field.
    pub field: ExchangeField,
}

/// A field that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeField {
    /// The token shown.
    Token,
    /// The body of the request, byte for byte.
    Body,
    /// How the client authenticated.
    Auth,
    /// The scopes asked for, in any order.
    Scope,
    /// `client-request-id`, or `x-okta-request-id`: the id a client gives its request.
    RequestId,
}

/// What must not change over the variations of `vary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Facet {
    /// The classes of all outcomes.
    #[serde(rename = "outcome.class")]
    OutcomeClass,
    /// The number of requests to each endpoint.
    #[serde(rename = "wire.count")]
    WireCount,
}
