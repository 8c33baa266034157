//! What is known about one access token, in memory and in stores.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Secret;
use crate::clock::{later, left};

/// One access token and what belongs to it.
///
/// The stored form has exactly these seven members: `access_token`, `refresh_token`,
/// `token_type`, `expires_in`, `expires_at`, `created_at`, `scope`. Times are RFC 3339 text.
/// Every member may be missing when read, so a record written by hand may consist of an
/// `access_token` alone; it is used until a resource refuses it, and replaced when it is empty or
/// has expired.
///
/// Serializing writes the tokens in clear; `Debug` masks them.
///
/// ```
/// let pasted: token_client::TokenRecord = serde_json::from_str(r#"{"access_token":"abc"}"#)?;
/// assert_eq!(pasted.token_type, "Bearer");
/// assert_eq!(pasted.expiry(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenRecord {
    /// The access token; empty when there is none.
    pub access_token: Secret,
    /// The newest refresh token, if the server gave one.
    #[serde(
        deserialize_with = "non_empty",
        skip_serializing_if = "Option::is_none"
    )]
    pub refresh_token: Option<Secret>,
    /// The token type, `Bearer` unless the server said otherwise in other letter case.
    pub token_type: String,
    /// Lifetime in whole seconds, as used: assumed when the server gave none, capped when absurd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// When the access token expires on the client's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When the request for it was made. Lifetimes count from here: the server made the answer
    /// later, so the token is never thought to live longer than it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The granted scopes, separated by spaces (RFC 6749 section 3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// When the server suggested to renew (Microsoft's `refresh_in`). Not stored: after a restart
    /// the usual margin decides.
    #[serde(skip)]
    pub refresh_at: Option<Timestamp>,
}

impl TokenRecord {
    /// A record that knows nothing but an access token.
    pub fn pasted(access_token: Secret) -> Self {
        Self {
            access_token,
            ..Self::default()
        }
    }

    /// A record of an API token, which a person has made.
    pub(crate) fn of_person(api_token: Secret) -> Self {
        Self {
            token_type: SSWS.to_owned(),
            ..Self::pasted(api_token)
        }
    }

    /// When the access token expires: `expires_at`, else `created_at` plus `expires_in`, else
    /// unknown.
    pub fn expiry(&self) -> Option<Timestamp> {
        self.expires_at.or_else(|| {
            let created_at = self.created_at?;
            let lifetime = Duration::from_secs(self.expires_in?);
            Some(later(created_at, lifetime))
        })
    }

    /// The whole lifetime: from `created_at` to the expiry, else `expires_in`, else unknown.
    pub fn lifetime(&self) -> Option<Duration> {
        match (self.created_at, self.expires_at) {
            (Some(from), Some(to)) => Some(left(from, to)),
            _ => self.expires_in.map(Duration::from_secs),
        }
    }
}

impl Default for TokenRecord {
    fn default() -> Self {
        Self {
            access_token: Secret::new(""),
            refresh_token: None,
            token_type: BEARER.to_owned(),
            expires_in: None,
            expires_at: None,
            created_at: None,
            scope: None,
            refresh_at: None,
        }
    }
}

/// The token type of every ordinary token (RFC 6750).
pub(crate) const BEARER: &str = "Bearer";

/// The type of Okta's API tokens, which only a person makes (developer.okta.com, create an API
/// token).
pub(crate) const SSWS: &str = "SSWS";

/// An empty refresh token is none: hand-edited records and some servers write `""`.
fn non_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let secret = Option::<Secret>::deserialize(deserializer)?;
    Ok(secret.filter(|secret| !secret.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> TokenRecord {
        TokenRecord {
            access_token: Secret::new("canary-at"),
            refresh_token: Some(Secret::new("canary-rt")),
            token_type: "Bearer".to_owned(),
            expires_in: Some(3600),
            expires_at: Some("2030-01-01T01:00:00Z".parse().unwrap()),
            created_at: Some("2030-01-01T00:00:00Z".parse().unwrap()),
            scope: Some("api".to_owned()),
            refresh_at: Some("2030-01-01T00:30:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn the_stored_form_has_exactly_seven_members() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&full()).unwrap(), @r#"
        {
          "access_token": "canary-at",
          "refresh_token": "canary-rt",
          "token_type": "Bearer",
          "expires_in": 3600,
          "expires_at": "2030-01-01T01:00:00Z",
          "created_at": "2030-01-01T00:00:00Z",
          "scope": "api"
        }
        "#);
    }

    #[test]
    fn debug_masks_both_tokens() {
        assert!(!format!("{:?}", full()).contains("canary"));
    }

    #[test]
    fn a_hand_written_record_needs_no_other_member() {
        let record: TokenRecord =
            serde_json::from_str(r#"{"access_token":"a","refresh_token":"","note":1}"#).unwrap();
        assert!(record.refresh_token.is_none());
        assert_eq!(record.token_type, "Bearer");
        assert_eq!(record.expiry(), None);
        assert_eq!(record.lifetime(), None);
    }

    #[test]
    fn expiry_falls_back_to_creation_plus_lifetime() {
        let mut record = full();
        record.expires_at = None;
        record.expires_in = Some(60);
        insta::assert_snapshot!(record.expiry().unwrap(), @"2030-01-01T00:01:00Z");
        assert_eq!(record.lifetime(), Some(Duration::from_secs(60)));
    }
}
