//! How long tokens live, where a directory says so.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instant::Length;

/// Departures from the vendor's lifetimes. What is not named stays as the vendor has it; what a test asks of the
/// [builder](crate::Builder) counts before all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// How long access tokens live (`expires_in`).
    #[serde(with = "compact::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub access_token: Option<Duration>,
    /// How long after its sign-in a refresh token works, used or not.
    #[serde(with = "compact::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub refresh_token: Option<Duration>,
    /// How long a refresh token works without being used.
    #[serde(with = "compact::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub refresh_idle: Option<Duration>,
}

impl Lifetimes {
    /// What `self` says, and where it is silent what `other` says.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            access_token: self.access_token.or(other.access_token),
            refresh_token: self.refresh_token.or(other.refresh_token),
            refresh_idle: self.refresh_idle.or(other.refresh_idle),
        }
    }
}
