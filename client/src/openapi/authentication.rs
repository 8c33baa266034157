//! The authentication block: who the client is, and what it wants other than the document says.

use serde::Deserialize;

use crate::Secret;

/// What a configuration adds to a document. Texts that are empty count as not given, as forms leave them.
///
/// ```
/// let block: token_client::openapi::Authentication = serde_json::from_str(
///     r#"{"client_id":"app","client_secret":"s","username":"","password":""}"#,
/// )?;
/// assert!(block.username.is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Authentication {
    /// The client id. The password flow of some APIs knows no clients; then there is none.
    #[serde(deserialize_with = "text")]
    pub client_id: Option<String>,
    /// The client secret.
    #[serde(deserialize_with = "secret")]
    pub client_secret: Option<Secret>,
    /// The user's name, for the password flow.
    #[serde(deserialize_with = "text")]
    pub username: Option<String>,
    /// The user's password.
    #[serde(deserialize_with = "secret")]
    pub password: Option<Secret>,
    /// The token endpoint, in place of the document's `tokenUrl`.
    #[serde(deserialize_with = "text")]
    pub token_url: Option<String>,
    /// Where refresh tokens are sent, in place of the document's `refreshUrl`.
    #[serde(deserialize_with = "text")]
    pub refresh_url: Option<String>,
    /// The security scheme to use, by name. Without it the first that can be used.
    #[serde(deserialize_with = "text")]
    pub scheme: Option<String>,
    /// The flow to use. Without it the password flow if there is a user name and the scheme has that flow, else client
    /// credentials.
    pub flow: Option<WantedFlow>,
    /// Where the client secret goes. Without it into the header (RFC 6749 section 2.3.1), unless the server's metadata says
    /// that it takes the body only. First request and refresh do alike.
    pub client_auth: Option<SecretPlace>,
    /// The scopes to ask for. Without it those that the document's operations need.
    pub scopes: Option<Vec<String>>,
}

/// The flows that can be wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WantedFlow {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.3.
    Password,
}

/// Where a client secret goes, by the names of RFC 7591 section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretPlace {
    /// Into the Authorization header.
    ClientSecretBasic,
    /// Into the body.
    ClientSecretPost,
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let secret = Option::<Secret>::deserialize(deserializer)?;
    Ok(secret.filter(|secret| !secret.is_empty()))
}
