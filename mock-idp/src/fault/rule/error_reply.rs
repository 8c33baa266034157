//! `idp.script[].error`: an OAuth error to answer with, and its disguises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An OAuth error to answer with; the vendor's dialect adds the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorReply {
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `error` (RFC 6749 section 5.2). Entra's usual one for `number`, with status and suberror, without it.
    pub error: String,
    /// Entra's `suberror`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suberror: Option<String>,
    /// Entra's AADSTS number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// `error_description`; Entra's usual one for `number` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether Entra's `claims` member is sent.
    pub claims: bool,
}

/// Changes to an error answer that a well-behaved client does not notice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Disguise {
    /// Another AADSTS number.
    pub number: NumberDisguise,
    /// The language of the description.
    pub prose: Prose,
    /// Members nobody knows.
    pub extra_members: ExtraMembers,
}

/// The AADSTS number that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberDisguise {
    /// The one documented for the condition.
    #[default]
    Documented,
    /// 999999, which is documented nowhere.
    Unknown,
}

/// The language of an error description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prose {
    /// As the vendor words it.
    #[default]
    English,
    /// In Japanese.
    Japanese,
    /// No description at all.
    Absent,
}

/// Members of an error answer that no document names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtraMembers {
    /// None.
    #[default]
    None,
    /// A few, of several types.
    Unknown,
}
