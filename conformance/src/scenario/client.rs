//! `client:` and `clients:` how the clients under test are set up.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use mock_idp::fault::{Length, Offset};

use super::Need;

/// The configuration of a client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSpec {
    /// How many such clients there are: `fleet` with `count: 3` stands for `fleet-1`, `fleet-2` and `fleet-3`. One without it.
    pub count: Option<u32>,
    /// The grant it uses. Without it: `refresh_token` when `refresh_token` is given, else `client_credentials`.
    pub grant: Option<GrantKind>,
    /// A name for the refresh token it starts with; the mock mints it. `replay` steps use the name. Clients that give the
    /// same name start with the same token.
    pub refresh_token: Option<String>,
    /// How it authenticates; `post` without it, and not at all if it is a device or a machine, or shows an API token.
    pub auth: Option<ClientAuthMethod>,
    /// How long the secret or certificate works that it starts with; for ever without it (Entra).
    pub credential_lifetime: Option<Length>,
    /// What it declares that it can do: `cp1` says that it answers claims challenges (Entra).
    pub capabilities: Vec<String>,
    /// Whether it asks the older v1.0 endpoint, which writes numbers as texts (Entra).
    pub v1: bool,
    /// Whether its tokens are bound to a key of its own, which it proves to have with every request (Okta, RFC 9449).
    pub dpop: bool,
    /// A secret that its application is given for this case, in place of its usual one.
    pub secret: Option<String>,
    /// Which application it is; the first without it.
    pub application: Which,
    /// Which user it acts for; the first without it.
    pub user: Which,
    /// Which tenant (Entra) or authorization server (Okta) it asks; the first without it.
    pub tenant: Which,
    /// The scopes it asks for; those of the protected resource without it.
    pub scopes: Vec<String>,
    /// The store it keeps its tokens in. Clients that give the same name share it, and it outlives a restart. Without it a
    /// client keeps its tokens to itself and loses them in a restart.
    pub store: Option<String>,
    /// How far its clock is ahead of the server's at the start; negative when behind.
    pub clock_offset: Offset,
}

/// One of two that a provider always has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The first.
    #[default]
    First,
    /// The second.
    Second,
}

impl Which {
    /// The names used in files.
    pub const NAMES: [&'static str; 2] = ["first", "second"];

    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }
}

/// Neither `first` nor `second`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeitherOfTwo;

impl FromStr for Which {
    type Err = NeitherOfTwo;

    fn from_str(text: &str) -> Result<Self, NeitherOfTwo> {
        [Self::First, Self::Second]
            .into_iter()
            .find(|which| which.name() == text)
            .ok_or(NeitherOfTwo)
    }
}

/// The grants a client can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
    /// RFC 6749 section 6, from a refresh token it already has.
    RefreshToken,
    /// RFC 6749 section 4.1: its user signs in with a browser when it is first asked for a token, and allows everything.
    AuthorizationCode,
    /// RFC 8628: it shows a code when it is first asked for a token; a step says what its user decides.
    DeviceCode,
    /// An API asks in the name of whoever called it, whose token it has (RFC 7523 section 2.1, as Entra has it).
    OnBehalfOf,
    /// It runs on a machine in Azure that has an identity, and asks the metadata service there.
    ManagedIdentity,
    /// No grant at all: it shows an API token that its user, an administrator of the org, has made for it (Okta, `SSWS`).
    ApiToken,
    /// An API asks in the name of whoever called it, whose token it exchanges (Okta, RFC 8693).
    TokenExchange,
}

impl GrantKind {
    /// Whether such a client acts for a user and not for itself.
    #[must_use]
    pub fn is_for_user(self) -> bool {
        !matches!(
            self,
            Self::ApiToken | Self::ClientCredentials | Self::ManagedIdentity
        )
    }

    /// Whether any of a provider's applications will do. The other grants are those of one kind of application each.
    #[must_use]
    pub fn is_any_applications(self) -> bool {
        matches!(
            self,
            Self::ClientCredentials | Self::Password | Self::RefreshToken
        )
    }

    /// What a scenario with such a client needs.
    #[must_use]
    pub fn need(self) -> Need {
        match self {
            Self::ClientCredentials => Need::ClientCredentials,
            Self::Password => Need::Password,
            Self::RefreshToken => Need::RefreshToken,
            Self::AuthorizationCode => Need::AuthorizationCode,
            Self::DeviceCode => Need::DeviceCode,
            Self::OnBehalfOf => Need::OnBehalfOf,
            Self::ManagedIdentity => Need::ManagedIdentity,
            Self::ApiToken => Need::ApiToken,
            Self::TokenExchange => Need::TokenExchange,
        }
    }

    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::AuthorizationCode => "authorization_code",
            Self::DeviceCode => "device_code",
            Self::OnBehalfOf => "on_behalf_of",
            Self::ManagedIdentity => "managed_identity",
            Self::ApiToken => "api_token",
            Self::TokenExchange => "token_exchange",
        }
    }
}

/// How a client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// `client_secret` in the body.
    Post,
    /// HTTP Basic.
    Basic,
    /// A secret that is wrong, in the body.
    WrongSecret,
    /// An assertion signed with the private key of a certificate (Entra).
    Certificate,
    /// The token of a platform that the application trusts, from a file that the platform keeps new (Entra, workload identity
    /// federation).
    Federated,
    /// An assertion signed with a private key whose public half the application has (Okta, `private_key_jwt`).
    PrivateKey,
}

impl ClientAuthMethod {
    /// Whether it is by a secret of the application, a right one or not.
    #[must_use]
    pub fn is_by_secret(self) -> bool {
        matches!(self, Self::Post | Self::Basic | Self::WrongSecret)
    }

    /// Whether only one of a provider's applications has the credential for it.
    #[must_use]
    pub fn is_of_one_application(self) -> bool {
        matches!(self, Self::Certificate | Self::Federated)
    }

    /// The name used in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Basic => "basic",
            Self::WrongSecret => "wrong_secret",
            Self::Certificate => "certificate",
            Self::Federated => "federated",
            Self::PrivateKey => "private_key",
        }
    }
}

impl ClientSpec {
    /// The grant this client uses.
    #[must_use]
    pub fn grant_in_use(&self) -> GrantKind {
        self.grant.unwrap_or(if self.refresh_token.is_some() {
            GrantKind::RefreshToken
        } else {
            GrantKind::ClientCredentials
        })
    }

    /// How this client authenticates; none if it is a device or a machine, which have nothing to do it with, or asks for no tokens.
    #[must_use]
    pub fn auth_in_use(&self) -> Option<ClientAuthMethod> {
        match self.grant_in_use() {
            GrantKind::ApiToken | GrantKind::DeviceCode | GrantKind::ManagedIdentity => None,
            _ => Some(self.auth.unwrap_or(ClientAuthMethod::Post)),
        }
    }

    /// Whether it shows a secret of its application, a right one or not.
    #[must_use]
    pub fn shows_secret(&self) -> bool {
        self.auth_in_use()
            .is_some_and(ClientAuthMethod::is_by_secret)
    }
}

/// A client of a case, under the name that steps and selectors use.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<'a> {
    /// `fleet-2`; `client` when a file has only the one under `client`.
    pub name: String,
    /// The name it stands under in the file: `fleet`.
    pub group: &'a str,
    /// How it is set up.
    pub spec: &'a ClientSpec,
}
