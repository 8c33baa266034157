//! Client secrets and when they work.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::instant::{Instant, optional};
use crate::secret::Secret;

/// One client secret and when it works. Written out as JSON it shows a [`hint`](Self::hint) in place of the secret.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSecret {
    /// The id it is removed by at run time; its place in the list, `secret-1` and so on, without it.
    #[serde(default)]
    pub id: String,
    /// The secret.
    #[serde(rename(serialize = "hint"), serialize_with = "write_hint")]
    pub value: Secret,
    /// From when; always without it.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub not_before: Option<Timestamp>,
    /// Until when; for ever without it.
    #[serde(
        default,
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<Instant>")]
    pub expires: Option<Timestamp>,
}

impl ClientSecret {
    /// A secret that always works.
    #[must_use]
    pub fn lasting(value: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            value: Secret::new(value),
            not_before: None,
            expires: None,
        }
    }

    /// Whether it works at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|start| start <= now) && self.expires.is_none_or(|end| now < end)
    }

    /// The first three characters, by which people tell secrets apart (Graph's `passwordCredential.hint`). None of a secret so
    /// short that they would give much of it away.
    #[must_use]
    pub fn hint(&self) -> String {
        const SHOWN: usize = 3;
        const LONG: usize = 16;
        let value = self.value.reveal();
        match value.chars().count() {
            LONG.. => value.chars().take(SHOWN).collect(),
            _ => String::new(),
        }
    }
}

fn write_hint<S: Serializer>(value: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&ClientSecret::lasting(value.reveal()).hint())
}
