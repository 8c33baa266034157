//! What Tokenproof asks of a driver.

use std::path::PathBuf;

use jiff::Timestamp;
use mock_idp::Provider;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use token_client::Secret;

use super::Grant;

/// One request; a line on the driver's standard input.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Its number, upwards from 1.
    pub id: u64,
    /// What is asked.
    #[serde(flatten)]
    pub operation: Operation,
}

/// What is asked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Operation {
    /// Say who you are.
    Hello {
        /// The versions of the protocol that are spoken here.
        versions: Vec<u32>,
        /// Who asks: `tokenproof 0.1.0`.
        runner: String,
    },
    /// Set up a client.
    Open(Box<Open>),
    /// Hand out an access token.
    GetToken {
        /// Which client.
        client: String,
    },
    /// Call the protected resource.
    CallApi {
        /// Which client.
        client: String,
        /// The HTTP method.
        method: String,
        /// Where.
        url: String,
        /// What is sent, as text in JSON.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// Renew the token whatever its age.
    ForceRefresh {
        /// Which client.
        client: String,
    },
    /// Forget the access token; a refresh token stays.
    Invalidate {
        /// Which client.
        client: String,
    },
    /// The client's clock now shows this.
    SetClock {
        /// Whose clock.
        client: String,
        /// What it shows.
        #[schemars(with = "String")]
        now: Timestamp,
        /// How much time has passed since the case began, in milliseconds: what a monotonic clock shows. It goes on while `now` stands
        /// still or is stepped.
        elapsed_ms: u64,
    },
    /// A caller gives up.
    Cancel {
        /// The request it had made.
        call: u64,
    },
    /// Use another credential from now on.
    SwapCredential {
        /// Which client.
        client: String,
        /// A secret of its application.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            serialize_with = "in_clear"
        )]
        #[schemars(with = "Option<String>")]
        client_secret: Option<Secret>,
        /// A refresh token of its user.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            serialize_with = "in_clear"
        )]
        #[schemars(with = "Option<String>")]
        refresh_token: Option<Secret>,
        /// An API token.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            serialize_with = "in_clear"
        )]
        #[schemars(with = "Option<String>")]
        api_token: Option<Secret>,
    },
    /// The client is no longer needed.
    Close {
        /// Which client.
        client: String,
    },
}

/// A request that a driver cannot carry out as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It asks for what is not known here, or lacks what is needed: to be answered `unsupported`, with these words.
    Unsupported {
        /// Its number.
        id: u64,
        /// What is not known.
        why: String,
    },
    /// It has no number: nothing can be answered.
    NoRequest,
}

impl Request {
    /// Reads a request, for drivers that are written in Rust.
    ///
    /// # Errors
    ///
    /// [`Unread`].
    pub fn read(line: &[u8]) -> Result<Self, Unread> {
        let request: Value = serde_json::from_slice(line).map_err(|_| Unread::NoRequest)?;
        let id = request.get("id").and_then(Value::as_u64);
        let id = id.ok_or(Unread::NoRequest)?;
        serde_json::from_value(request).map_err(|error| Unread::Unsupported {
            id,
            why: error.to_string(),
        })
    }
}

impl Operation {
    /// Its name in messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Open(_) => "open",
            Self::GetToken { .. } => "get_token",
            Self::CallApi { .. } => "call_api",
            Self::ForceRefresh { .. } => "force_refresh",
            Self::Invalidate { .. } => "invalidate",
            Self::SetClock { .. } => "set_clock",
            Self::Cancel { .. } => "cancel",
            Self::SwapCredential { .. } => "swap_credential",
            Self::Close { .. } => "close",
        }
    }
}

/// How a client is set up.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Open {
    /// Its name in the scenario; later requests name it.
    pub client: String,
    /// The vendor.
    #[schemars(with = "crate::schema::Vendor")]
    pub provider: Provider,
    /// Where the provider is.
    pub idp: Idp,
    /// What it authenticates with.
    pub auth: Auth,
    /// The grant it uses.
    pub grant: Grant,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// The user it acts for; none if it acts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The refresh token it starts with.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "in_clear"
    )]
    #[schemars(with = "Option<String>")]
    pub refresh_token: Option<Secret>,
    /// The protected resource.
    pub resource: Resource,
    /// The file where it keeps its tokens; none if it keeps them to itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<PathBuf>,
    /// What its clock shows.
    #[schemars(with = "String")]
    pub now: Timestamp,
    /// How much time has passed since the case began, in milliseconds.
    pub elapsed_ms: u64,
}

/// Where a provider is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Idp {
    /// What clients are configured with: the authority with its tenant (Entra) or the issuer (Okta).
    pub issuer: String,
    /// The scheme, host and port of the authority (Entra) or of the org (Okta).
    pub origin: String,
    /// The token endpoint.
    pub token_url: String,
    /// The key set.
    pub jwks_url: String,
    /// The tenant's id (Entra) or the authorization server's (Okta).
    pub tenant: String,
    /// The file with the CA to trust.
    pub ca_file: PathBuf,
    /// The same CA as PEM text.
    pub ca_pem: String,
}

/// What a client authenticates with.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Auth {
    /// How: `post`, `basic` or `private_key_jwt`; `ssws` with an API token.
    pub method: String,
    /// The client id; empty with an API token.
    pub client_id: String,
    /// The secret; none for a client that signs or has an API token.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_clear")]
    #[schemars(with = "Option<String>")]
    pub client_secret: Option<Secret>,
    /// The private key that its assertions are signed with, as PEM.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_clear")]
    #[schemars(with = "Option<String>")]
    pub private_key_pem: Option<Secret>,
    /// The name of that key in the application's key set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The API token, which is shown to the API as it is.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "in_clear"
    )]
    #[schemars(with = "Option<String>")]
    pub api_token: Option<Secret>,
}

/// The user that a client acts for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The login.
    pub username: String,
    /// The password.
    #[serde(serialize_with = "secret_in_clear")]
    #[schemars(with = "String")]
    pub password: Secret,
}

/// The protected resource.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// What is read.
    pub url: String,
    /// What takes a POST.
    pub post_url: String,
}

/// A driver has to be told; this is the one place where it is.
fn secret_in_clear<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

fn in_clear<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => secret_in_clear(secret, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
