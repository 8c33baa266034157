//! The scenario language, as types: what a file may say once its references are filled in.
//!
//! A file has a head, read once, and a body, read once for every cell of its matrix after `$name.path`
//! references have been replaced. The types here hold concrete values only.

mod check;
mod client;
mod comparison;
mod expected;
mod happening;
mod idp;
mod passive;
mod selector;
mod step;

use std::collections::BTreeMap;

use mock_idp::Provider;
pub use mock_idp::expect::{StatusPattern, Statuses};
pub use mock_idp::fault::{Length, NotALength, Offset, OneOrMany};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::{
    Check, Count, Each, Gap, Given, Heeds, Overlap, Per, Predicates, SameWhat, Spread,
};
pub use client::{ClientAuthMethod, ClientSpec, GrantKind, Member, Which};
pub use comparison::{Constant, Distinct, ExchangeField, Facet};
pub use expected::{ExpectedOutcome, WaitRange};
pub use happening::{
    ApiTokensChange, CredentialsChange, IdpStep, KeysChange, PlatformTokens, Replayed, Replayer,
    Revocation, SignInDecision,
};
pub use idp::{IdpSpec, Lifetime, Rotation, RotationMode, TokenSpec, WhenReused};
pub use passive::Passive;
pub(crate) use passive::{Declared, MAX_CALLS};
pub use selector::{After, AuthUse, Numbered, Presents, SecretIn, Selector, Target};
pub use step::{
    Advance, ApiTokenChoice, CallStep, CertificateChoice, Ending, HeldCount, Release, Restart,
    SecretChoice, Side, Step, Swap, Until,
};

/// The head of a file: everything that is read before a cell is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `area/name`, unique in the library.
    pub scenario: String,
    /// What goes wrong in production and why.
    pub about: String,
    /// The vendors it runs against.
    pub providers: Vec<Provider>,
    /// What the road and the client must be able to do.
    pub needs: Vec<Need>,
    /// How it is judged by the wire alone, under any command; none where it cannot.
    pub passive: Option<Passive>,
    /// How often each case is played, with another seed each time; the verdict is over all of them.
    pub repeat: u32,
}

/// Something a scenario needs of the client or the road.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Need {
    /// The client's reading of time can be moved.
    #[serde(rename = "clock")]
    Clock,
    /// The client's sleeps can be moved.
    #[serde(rename = "timers")]
    Timers,
    /// Several calls at once.
    #[serde(rename = "concurrency")]
    Concurrency,
    /// The client can call a protected resource.
    #[serde(rename = "resource")]
    Resource,
    /// The client reports outcome classes.
    #[serde(rename = "classes")]
    Classes,
    /// Callers can give up while their call is under way.
    #[serde(rename = "cancel")]
    Cancel,
    /// The client can be ended and started anew.
    #[serde(rename = "restart")]
    Restart,
    /// The client can be given another credential while it runs.
    #[serde(rename = "swap")]
    Swap,
    /// The client keeps its tokens in a store that others can share and that outlives it.
    #[serde(rename = "stores")]
    Stores,
    /// The client credentials grant.
    #[serde(rename = "grant.client_credentials")]
    ClientCredentials,
    /// The password grant.
    #[serde(rename = "grant.password")]
    Password,
    /// The refresh token grant.
    #[serde(rename = "grant.refresh_token")]
    RefreshToken,
    /// The authorization code grant: a user who signs in with a browser.
    #[serde(rename = "grant.authorization_code")]
    AuthorizationCode,
    /// The device code grant.
    #[serde(rename = "grant.device_code")]
    DeviceCode,
    /// Tokens on behalf of whoever called.
    #[serde(rename = "grant.on_behalf_of")]
    OnBehalfOf,
    /// The identity of a machine.
    #[serde(rename = "grant.managed_identity")]
    ManagedIdentity,
    /// Calling an API with a token that an administrator has made.
    #[serde(rename = "grant.api_token")]
    ApiToken,
    /// Exchanging the token of whoever called.
    #[serde(rename = "grant.token_exchange")]
    TokenExchange,
    /// Authenticating by a certificate.
    #[serde(rename = "auth.certificate")]
    Certificate,
    /// Authenticating by a platform's token.
    #[serde(rename = "auth.federated")]
    Federated,
    /// Authenticating by assertions signed with a private key.
    #[serde(rename = "auth.private_key")]
    PrivateKey,
    /// Tokens that are bound to a key.
    #[serde(rename = "dpop")]
    Dpop,
    /// Declaring what the client can do, such as answering claims challenges.
    #[serde(rename = "capabilities")]
    Capabilities,
    /// Asking Entra's v1.0 endpoint.
    #[serde(rename = "v1")]
    V1,
}

impl Need {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Clock,
        Self::Timers,
        Self::Concurrency,
        Self::Resource,
        Self::Classes,
        Self::Cancel,
        Self::Restart,
        Self::Swap,
        Self::Stores,
        Self::ClientCredentials,
        Self::Password,
        Self::RefreshToken,
        Self::AuthorizationCode,
        Self::DeviceCode,
        Self::OnBehalfOf,
        Self::ManagedIdentity,
        Self::ApiToken,
        Self::TokenExchange,
        Self::Certificate,
        Self::Federated,
        Self::PrivateKey,
        Self::Dpop,
        Self::Capabilities,
        Self::V1,
    ];

    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Timers => "timers",
            Self::Concurrency => "concurrency",
            Self::Resource => "resource",
            Self::Classes => "classes",
            Self::Cancel => "cancel",
            Self::Restart => "restart",
            Self::Swap => "swap",
            Self::Stores => "stores",
            Self::ClientCredentials => "grant.client_credentials",
            Self::Password => "grant.password",
            Self::RefreshToken => "grant.refresh_token",
            Self::AuthorizationCode => "grant.authorization_code",
            Self::DeviceCode => "grant.device_code",
            Self::OnBehalfOf => "grant.on_behalf_of",
            Self::ManagedIdentity => "grant.managed_identity",
            Self::ApiToken => "grant.api_token",
            Self::TokenExchange => "grant.token_exchange",
            Self::Certificate => "auth.certificate",
            Self::Federated => "auth.federated",
            Self::PrivateKey => "auth.private_key",
            Self::Dpop => "dpop",
            Self::Capabilities => "capabilities",
            Self::V1 => "v1",
        }
    }
}

/// The body of a file, for one cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Body {
    /// How the provider behaves.
    pub idp: IdpSpec,
    /// How the one client is set up.
    pub client: ClientSpec,
    /// Several clients by name, in place of `client`.
    pub clients: BTreeMap<String, ClientSpec>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is expected.
    pub checks: Vec<Check>,
}

impl Body {
    /// Every client of the case: those under `clients` in order of their names, each as often as its `count` says; else the one
    /// under `client`.
    #[must_use]
    pub fn members(&self) -> Vec<Member<'_>> {
        if self.clients.is_empty() {
            return vec![Member {
                name: LONE_CLIENT.to_owned(),
                group: LONE_CLIENT,
                spec: &self.client,
            }];
        }
        let mut members = Vec::new();
        for (group, spec) in &self.clients {
            match spec.count {
                None => members.push(Member {
                    name: group.clone(),
                    group,
                    spec,
                }),
                Some(count) => members.extend((1..=count).map(|number| Member {
                    name: format!("{group}-{number}"),
                    group,
                    spec,
                })),
            }
        }
        members
    }
}

/// What the client is called in a file that has only one.
pub const LONE_CLIENT: &str = "client";

/// The names chosen on each axis of `matrix` and `vary`: `{ hint: okta-epoch, skew: ahead }`.
pub type Cell = BTreeMap<String, String>;
