//! `only:` which requests a rule is for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::journal::Origin;
use crate::ledger::TokenLabel;

/// Which requests a rule is for. Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleFilter {
    /// The application that asks, or that the token shown was issued to: its client id. In a scenario: `first` or `second`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The tenant (Entra) or authorization server (Okta) that is asked, or that issued the token shown: its id or domain. In a
    /// scenario: `first` or `second`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The user that signs in, or that the token shown speaks for: its login or id. In a scenario: `first` or `second`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `grant_type` of a token request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// A scope that is asked for, or that the token shown has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The refresh or access token shown, by its label: `RT#2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presents: Option<TokenLabel>,
    /// How often the same has been asked for by now, this time included: the same endpoint, application, tenant, user, grant,
    /// scopes and token. 1 is the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Which refresh token of its sign-in is shown, counted from 1: 1 is the one that the sign-in gave, 2 the one that came next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// The origin that is asked: `login`, `graph` or `managed_identity` of Entra, `org` or `api` of Okta, or `foreign`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The connection it comes in on, counted from 1 in the order in which the provider took them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
}
