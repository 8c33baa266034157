//! Who and what a world knows: tenants, applications, users, authorization servers, API tokens.
//!
//! A directory is read from YAML; `default.yaml` beside this file is the one used without any, and the example to start from.

mod account;
mod admin_role;
mod api_token;
mod application;
mod assignment;
mod certificate;
mod check;
mod client_key;
mod client_secret;
mod cloud;
mod conditional_access;
mod defaults;
mod device;
mod edit;
mod entra;
mod federated;
mod former_secrets;
mod group;
mod instant;
mod laxity;
mod lifetimes;
mod load;
mod managed_identity;
mod network_zone;
mod okta;
mod okta_client;
mod org_limits;
mod path;
mod policy;
mod realm;
mod registration;
mod sample_key;
mod schema;
mod signing;
mod uncertain;
mod user;
mod x509;

use std::sync::{Arc, LazyLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::provider::Provider;

pub use account::{Account, AccountStage};
pub use admin_role::AdminRole;
pub use api_token::{ApiToken, OutsideZone, TokenNetwork};
pub use application::{Application, GrantType, ImplicitToken, Platform, Rotation, RotationMode};
pub use assignment::Assignment;
pub use certificate::{BadCertificate, Certificate};
pub use client_key::{BadClientKey, ClientKey, KeySet};
pub use client_secret::ClientSecret;
pub use cloud::{Cloud, CloudName};
pub use conditional_access::{AccessControl, ConditionalAccess};
pub use device::Device;
pub use edit::{BadChange, Part, PartKind};
pub use entra::{ApiResource, EntraDirectory, Lockout, StepUp, Tenant};
pub use federated::FederatedCredential;
pub(crate) use former_secrets::{FormerSecrets, SavedSecrets};
pub use group::Group;
pub use laxity::{BasicReading, Laxity, Leniency};
pub use lifetimes::Lifetimes;
pub use load::{BadDirectory, DirectoryProblem};
pub use managed_identity::{Assigned, ManagedIdentity};
pub use network_zone::{BadGateway, Gateway, NetworkZone};
pub use okta::{AuthorizationServer, OktaDirectory};
pub use okta_client::{ApplicationType, ClientAuthMethod, OktaClient};
pub use org_limits::{ClientLimitMode, OrgLimits, Plan, PrincipalKind, PrincipalShare};
pub use policy::AccessPolicy;
pub use realm::{FederatedDomain, SignInAudience};
pub use registration::Registration;
pub use sample_key::{SAMPLE_KEY_ID, SAMPLE_PRIVATE_KEY};
pub use schema::schema;
pub use signing::{KeyStatus, SigningKeyEntry};
pub use uncertain::{Uncertain, UnrequiredProof};
pub use user::User;

/// A directory file. Written out as JSON it shows no secret.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// What an Entra world knows; what the built-in directory has without it.
    #[serde(default = "built_in_entra")]
    pub entra: EntraDirectory,
    /// What an Okta world knows; what the built-in directory has without it.
    #[serde(default = "built_in_okta")]
    pub okta: OktaDirectory,
    /// What is let pass that the vendor would refuse.
    #[serde(default)]
    pub laxity: Laxity,
}

impl Directory {
    /// The one that is used when none is given.
    pub(crate) fn built_in() -> Arc<Self> {
        DEFAULT.clone()
    }

    /// Every application of a vendor's world.
    pub(crate) fn applications(&self, provider: Provider) -> impl Iterator<Item = &Application> {
        let of_okta = match provider {
            Provider::Entra => &[],
            Provider::Okta => self.okta.applications.as_slice(),
        };
        self.tenants(provider)
            .iter()
            .flat_map(|tenant| &tenant.applications)
            .chain(of_okta)
    }

    /// Every user of a vendor's world.
    pub(crate) fn users(&self, provider: Provider) -> impl Iterator<Item = &User> {
        let of_okta = match provider {
            Provider::Entra => &[],
            Provider::Okta => self.okta.users.as_slice(),
        };
        self.tenants(provider)
            .iter()
            .flat_map(|tenant| &tenant.users)
            .chain(of_okta)
    }

    /// The application with this client id, to change it.
    pub(crate) fn application_mut(
        &mut self,
        provider: Provider,
        client_id: &str,
    ) -> Option<&mut Application> {
        let applications: Vec<&mut Application> = match provider {
            Provider::Entra => {
                let tenants = self.entra.tenants.iter_mut();
                tenants
                    .flat_map(|tenant| &mut tenant.applications)
                    .collect()
            }
            Provider::Okta => self.okta.applications.iter_mut().collect(),
        };
        applications
            .into_iter()
            .find(|application| application.id.eq_ignore_ascii_case(client_id))
    }

    fn tenants(&self, provider: Provider) -> &[Tenant] {
        match provider {
            Provider::Entra => &self.entra.tenants,
            Provider::Okta => &[],
        }
    }
}

impl Default for Directory {
    fn default() -> Self {
        Self::clone(&DEFAULT)
    }
}

fn built_in_entra() -> EntraDirectory {
    DEFAULT.entra.clone()
}

fn built_in_okta() -> OktaDirectory {
    DEFAULT.okta.clone()
}

#[expect(
    clippy::expect_used,
    reason = "the built-in directory is part of the crate; a test reads it"
)]
static DEFAULT: LazyLock<Arc<Directory>> = LazyLock::new(|| {
    let directory = Directory::from_yaml(include_str!("default.yaml"));
    Arc::new(directory.expect("the built-in directory is sound"))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_has_both_vendors() {
        let directory = Directory::default();
        assert!(directory.entra.tenant("CONTOSO.example").is_some());
        assert!(directory.okta.authorization_server("default").is_some());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let text = include_str!("default.yaml")
            .replace("login: ada@contoso.example", "logn: ada@contoso.example");
        let error = Directory::from_yaml(&text).unwrap_err().to_string();
        insta::assert_snapshot!(error, @"
        error: unknown key `logn`
          --> directory.yaml:93:11
           |
        93 |           logn: ada@contoso.example
           |           ^^^^ did you mean `login`?
           |
           = note: the keys here are `id`, `login`, `name`, `password`, `enabled`, `locked`, `password_expired`, `mfa_required`, `groups`, `role` and `account`
        ");
    }

    /// Shorter ones could leak unseen: the journal does not hunt for them.
    #[test]
    fn a_secret_too_short_to_be_hunted_for_is_refused_without_being_shown() {
        for (known, short) in [
            ("entra-app-secret~Q8fJ2kLm", "entra-q"),
            ("correct-horse-Okta-1", "q"),
            ("00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb", "00ssw-q"),
            ("entra-app-secret~retired", "''"),
        ] {
            let text = include_str!("default.yaml").replace(known, short);
            let error = Directory::from_yaml(&text).unwrap_err().to_string();
            assert!(error.contains("at least 8 characters"), "{error}");
            assert!(!error.contains("-q"), "{error}");
        }
        let text = include_str!("default.yaml").replace("entra-app-secret~Q8fJ2kLm", "ab34567");
        insta::assert_snapshot!(Directory::from_yaml(&text).unwrap_err(), @"
        error: a secret is too short to be told from ordinary text; take one of at least 8 characters
          --> directory.yaml:11:22
           |
        11 |             - value: *******
           |                      ^^^^^^^
        ");
        let text = include_str!("default.yaml").replace("entra-app-secret~Q8fJ2kLm", "ab345678");
        assert!(Directory::from_yaml(&text).is_ok());
    }

    #[test]
    fn secrets_do_not_show() {
        let shown = format!("{:?}", Directory::default());
        for secret in [
            "entra-app-secret",
            "okta-app-secret",
            "correct-horse",
            "00ssws",
        ] {
            assert!(!shown.contains(secret), "{secret} shows");
        }
    }
}
