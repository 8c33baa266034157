//! From where an API token or an application may be used, as the API reads and shows it.

use serde_json::{Value, json};

use super::call::Call;
use super::fields::Fields;
use super::refusal::Refused;
use crate::directory::TokenNetwork;

/// What a body says of it.
pub(super) fn read(call: &Call<'_>, mut given: Fields<'_>) -> Result<TokenNetwork, Refused> {
    let connection = given.text("connection")?;
    let mut zones = |name: &str| -> Result<Vec<String>, Refused> {
        let zones = given.texts(name)?.unwrap_or_default();
        let known = &call.okta().network_zones;
        match zones
            .iter()
            .all(|id| known.iter().any(|zone| zone.id == *id))
        {
            true => Ok(zones),
            false => Err(call.invalid(name, "Invalid network zone")),
        }
    };
    let (include, exclude) = (zones("include")?, zones("exclude")?);
    match connection.as_deref() {
        Some("ANYWHERE") | None => Ok(TokenNetwork::default()),
        Some("ZONE") => Ok(TokenNetwork { include, exclude }),
        Some(_) => Err(call.invalid("connection", "Must be one of ANYWHERE, ZONE")),
    }
}

/// The same in Okta's words.
pub(super) fn shown(network: &TokenNetwork) -> Value {
    match network.include.is_empty() && network.exclude.is_empty() {
        true => json!({ "connection": "ANYWHERE" }),
        false => {
            json!({ "connection": "ZONE", "include": network.include, "exclude": network.exclude })
        }
    }
}
