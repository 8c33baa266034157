//! Whose accounts an application is for, and domains whose users sign in elsewhere (Entra).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose accounts an application is for (learn.microsoft.com/entra/identity-platform/supported-accounts-validation).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInAudience {
    /// Those of its own tenant (`AzureADMyOrg`). `common`, `organizations` and `consumers` refuse it.
    #[default]
    SingleTenant,
    /// Those of any tenant (`AzureADMultipleOrgs`). `consumers` refuses it.
    AnyTenant,
    /// Those of any tenant, and personal ones (`AzureADandPersonalMicrosoftAccount`).
    AnyAccount,
    /// Personal ones (`PersonalMicrosoftAccount`). Everything but `consumers` refuses it.
    Personal,
}

/// A domain whose users sign in at another provider, by WS-Trust. Only the look-up of the realm tells of it: nothing here plays
/// that provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FederatedDomain {
    /// Its name, one of the tenant's domains.
    pub domain: String,
    /// Where the other provider's WS-Trust metadata are (`federation_metadata_url`).
    pub metadata_url: String,
    /// Where it signs users in (`federation_active_auth_url`).
    pub active_auth_url: String,
}
