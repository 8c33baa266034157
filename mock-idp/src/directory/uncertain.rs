//! What is not certain of Okta, and may be chosen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answers of an org that the documentation leaves open or that reports differ about. Each is the likeliest unless it is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Uncertain {
    /// The status of an authorization request that was pushed: 200, as the specification of the API has it, or 201 (RFC 9126).
    pub pushed_status: u16,
    /// The status of a poll for a device whose user has declined: 400 (RFC 8628) or 403, which Okta's catalogue has for the error.
    pub device_denied_status: u16,
    /// What becomes of a DPoP proof of an application that needs none.
    pub unrequired_proof: UnrequiredProof,
    /// Whether an assertion of an application with several keys has to name one; else each is tried, as SDKs leave `kid` out.
    pub kid_required: bool,
    /// Whether a `client_id` may stand beside an assertion; else it counts as a second credential, as it was seen to.
    pub client_id_beside_assertion: bool,
    /// How many password grants a user name may have in a second; 0 for any number.
    pub passwords_per_second: u32,
    /// How many device codes of an application may wait at once.
    pub waiting_device_codes: u32,
    /// Whether a POST or PUT to the management API without a body has to say that its length is 0; else it is 411.
    pub length_required: bool,
}

/// What becomes of a DPoP proof that nobody asked for: two SDKs send one with every token request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnrequiredProof {
    /// It is not looked at, and the token is a bearer token.
    #[default]
    Ignore,
    /// It counts: the token is bound to its key.
    Bind,
}

impl Default for Uncertain {
    fn default() -> Self {
        Self {
            pushed_status: 200,
            device_denied_status: 400,
            unrequired_proof: UnrequiredProof::Ignore,
            kid_required: false,
            client_id_beside_assertion: false,
            passwords_per_second: 4,
            waiting_device_codes: 1_000,
            length_required: true,
        }
    }
}
