//! Applications: the clients of the token service.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin_role::AdminRole;
use super::certificate::Certificate;
use super::client_key::KeySet;
use super::client_secret::ClientSecret;
use super::defaults::{is_default, yes};
use super::federated::FederatedCredential;
use super::lifetimes::Lifetimes;
use super::okta_client::OktaClient;
use super::realm::SignInAudience;
use super::registration::Registration;

/// A registered application (Entra: app registration and service principal; Okta: app integration).
///
/// Written out as JSON it shows no secret.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its client id, unique in its tenant or org.
    pub id: String,
    /// Its display name.
    #[serde(default)]
    pub name: String,
    /// Where it runs, and with that whether it can keep a secret.
    #[serde(default)]
    pub platform: Platform,
    /// Its client secrets. Each one works while it is valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ClientSecret>,
    /// The certificates whose private keys it signs assertions with (Entra).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// The public keys of those it signs assertions with (Okta's `private_key_jwt`), as a JSON Web Key Set.
    #[serde(default, skip_serializing_if = "KeySet::is_empty")]
    pub jwks: KeySet,
    /// The issuers whose tokens it may sign in with (Entra).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub federated: Vec<FederatedCredential>,
    /// Where users may be sent back to after signing in. They are of the application's [`platform`](Self::platform).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Those of a single-page application that it also is (Entra): codes sent there are redeemed by a browser, with `Origin`,
    /// without a credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spa_redirect_uris: Vec<String>,
    /// Those of a desktop or mobile application that it also is (Entra): codes sent there are redeemed without a credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_redirect_uris: Vec<String>,
    /// Whether it is one of Microsoft's own family of clients, which redeem each other's refresh tokens (Entra's `foci`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub family: bool,
    /// The grants it may use.
    pub grants: Vec<GrantType>,
    /// Application permissions that an administrator has consented to (Entra `roles`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Delegated scopes that are consented to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Whether it is refused what it lacks consent for also where the vendor would let it pass: scopes of an Okta custom
    /// authorization server that are not among its `scopes`, app-only tokens of Entra while it has no `roles`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub consent_required: bool,
    /// Whether it may sign in at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How long its tokens live.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifetimes: Lifetimes,
    /// What happens to its refresh tokens when they are used; as the vendor has it without this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// What Graph knows of it beside all this (Entra).
    #[serde(default, skip_serializing_if = "is_default")]
    pub registration: Box<Registration>,
    /// The common names in the subjects of certificates that it may sign assertions with, whichever certificate of that name it
    /// shows in `x5c` (Entra, "subject name and issuer"). By whom a certificate was issued is not looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_names: Vec<String>,
    /// Whose accounts it is for (Entra).
    #[serde(default, skip_serializing_if = "is_default")]
    pub sign_in_audience: SignInAudience,
    /// The tokens that it may have straight from the authorization endpoint (Entra's `implicitGrantSettings`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implicit: Vec<ImplicitToken>,
    /// What Okta alone knows of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub okta: Box<OktaClient>,
    /// Whether only users who are assigned to it, themselves or by a group, may sign in to it (Entra's
    /// `appRoleAssignmentRequired`). Without it an application of Okta is assigned to everyone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assignment_required: bool,
    /// What it may administer as itself (Okta); everything without it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: AdminRole,
}

impl Application {
    /// A confidential application that may use these grants, without any credential or permission yet.
    #[must_use]
    pub fn new(id: impl Into<String>, grants: impl IntoIterator<Item = GrantType>) -> Self {
        let id = id.into();
        Self {
            name: id.clone(),
            id,
            platform: Platform::default(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            jwks: KeySet::default(),
            federated: Vec::new(),
            redirect_uris: Vec::new(),
            spa_redirect_uris: Vec::new(),
            public_redirect_uris: Vec::new(),
            family: false,
            grants: grants.into_iter().collect(),
            roles: Vec::new(),
            scopes: Vec::new(),
            consent_required: false,
            enabled: true,
            lifetimes: Lifetimes::default(),
            rotation: None,
            registration: Box::default(),
            subject_names: Vec::new(),
            sign_in_audience: SignInAudience::default(),
            implicit: Vec::new(),
            okta: Box::default(),
            assignment_required: false,
            role: AdminRole::default(),
        }
    }

    /// Whether it is a public client (RFC 6749 section 2.1): by what it is, not by what credentials it happens to have.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.platform != Platform::Web
    }

    /// Whether it has any credential, valid or not.
    #[must_use]
    pub fn has_credential(&self) -> bool {
        !(self.secrets.is_empty()
            && self.certificates.is_empty()
            && self.subject_names.is_empty()
            && self.jwks.is_empty()
            && self.okta.jwks_uri.is_none()
            && self.federated.is_empty())
    }

    /// The secret that whoever sets a client up at `now` would be given: the last in the list that works.
    #[must_use]
    pub fn newest_secret(&self, now: Timestamp) -> Option<&ClientSecret> {
        let secrets = self.secrets.iter().rev();
        secrets.into_iter().find(|secret| secret.is_valid_at(now))
    }
}

/// Where an application runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// On a server: a confidential client, which authenticates with a credential. Daemons are such clients too.
    #[default]
    Web,
    /// In a browser: a public client.
    Spa,
    /// On a device or a desktop: a public client.
    Public,
}

/// A token that comes straight from the authorization endpoint, without a code (OpenID Connect Core section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImplicitToken {
    /// An id token, by itself or beside a code.
    IdToken,
    /// An access token.
    AccessToken,
}

/// A grant that an application may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 8628.
    DeviceCode,
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 7523 section 2.1. As Entra has it, an API asks for a token in the name of who called it; as Okta has it, a client states
    /// with its own key in whose name it asks.
    OnBehalfOf,
    /// RFC 8693 (Okta): an API asks for a token in the name of who called it.
    TokenExchange,
}

impl GrantType {
    /// The value of `grant_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::AuthorizationCode => "authorization_code",
            Self::OnBehalfOf => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }
}

/// What happens to a refresh token when it is used (RFC 9700 section 4.14.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Whether the token is replaced.
    pub mode: RotationMode,
    /// Seconds for which a replaced token is still honoured (Okta allows 0 to 60).
    #[serde(default)]
    pub leeway_seconds: u32,
    /// Whether the use of a replaced token revokes the whole family.
    #[serde(default = "yes")]
    pub reuse_revokes_family: bool,
}

/// Whether a used refresh token is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RotationMode {
    /// The same token is returned each time (Okta's default for web and native applications).
    Static,
    /// A new token is returned and the old one dies, leeway aside (Okta's default for single-page applications).
    Rotate,
    /// A new token is returned and the old one stays valid (Entra).
    KeepOld,
}
