//! What a driver says of itself and of its client.

use std::collections::BTreeMap;

use mock_idp::Provider;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Grant;
use crate::trace::Class;

/// The answer to `hello`. Members that are not known are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// The version of the protocol that is spoken from now on.
    pub version: u32,
    /// The client's name.
    pub name: String,
    /// The client's version.
    #[serde(default)]
    pub release: String,
    /// What it can do.
    #[serde(default)]
    pub can: Capabilities,
    /// Its habits.
    #[serde(default)]
    pub profile: Profile,
}

/// What a client and its driver can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Capabilities {
    /// The grants it has.
    pub grants: Vec<Grant>,
    /// The ways it authenticates: `post`, `basic`, `private_key_jwt`.
    pub auth: Vec<String>,
    /// The vendors it knows.
    #[schemars(with = "Vec<crate::schema::Vendor>")]
    pub providers: Vec<Provider>,
    /// What the driver offers beside the obligatory operations.
    pub ops: Vec<String>,
    /// How its reading of time is moved, or what is done in the place of that.
    pub clock: ClockMode,
    /// Whether its sleeps follow `set_clock`.
    pub timers: bool,
    /// How many operations may be under way at once.
    pub concurrency: u32,
    /// Whether it reports classes, itself or by its profile.
    pub classes: bool,
    /// Whether it keeps its tokens in the store it is told and shares that with other processes.
    pub stores: bool,
    /// Whether one process may open one client after another.
    pub reuse: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            grants: vec![Grant::ClientCredentials],
            auth: vec!["post".to_owned()],
            providers: Provider::ALL.to_vec(),
            ops: Vec::new(),
            clock: ClockMode::None,
            timers: false,
            concurrency: 1,
            classes: false,
            stores: false,
            reuse: false,
        }
    }
}

impl Capabilities {
    /// Whether the driver offers this operation.
    #[must_use]
    pub fn offers(&self, op: &str) -> bool {
        self.ops.iter().any(|offered| offered == op)
    }
}

/// How a client's reading of time is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// By `set_clock`.
    Driven,
    /// By libfaketime, preloaded.
    Faketime,
    /// Not at all: it is the machine's, and the provider's tokens live for seconds in the place of hours.
    Scaled,
    /// Not at all.
    #[default]
    None,
}

impl ClockMode {
    /// The name used in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Driven => "driven",
            Self::Faketime => "faketime",
            Self::Scaled => "scaled",
            Self::None => "none",
        }
    }
}

/// A client's habits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Profile {
    /// How many seconds before its expiry a token is no longer used.
    pub margin_s: Option<u32>,
    /// What a call does when the server says to wait.
    pub throttle: Option<Throttle>,
    /// Which native errors are which class; `*` is any text.
    pub classes: BTreeMap<String, Class>,
}

/// What a client does that is told to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Throttle {
    /// It waits inside the call.
    Waits,
    /// It says so at once and stays quiet until then.
    FailsFast,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_driver_needs_to_say_little() {
        let said = json!({ "version": 1, "name": "acme", "news": true });
        let hello: Hello = serde_json::from_value(said).expect("a hello");
        insta::assert_snapshot!(serde_json::to_string(&hello).expect("JSON"), @r#"{"version":1,"name":"acme","release":"","can":{"grants":["client_credentials"],"auth":["post"],"providers":["entra","okta"],"ops":[],"clock":"none","timers":false,"concurrency":1,"classes":false,"stores":false,"reuse":false},"profile":{"margin_s":null,"throttle":null,"classes":{}}}"#);
    }

    #[test]
    fn what_is_said_beside_it_is_kept() {
        let said = json!({
            "version": 1,
            "name": "acme",
            "can": { "clock": "faketime", "ops": ["set_clock"], "news": [] },
            "profile": { "margin_s": 60, "throttle": "fails_fast", "classes": { "No*": "other" } },
        });
        let hello: Hello = serde_json::from_value(said).expect("a hello");
        assert_eq!(hello.can.clock, ClockMode::Faketime);
        assert!(hello.can.offers("set_clock") && !hello.can.offers("call_api"));
        assert_eq!(hello.can.auth, ["post"]);
        assert_eq!(hello.profile.margin_s, Some(60));
        assert_eq!(hello.profile.throttle, Some(Throttle::FailsFast));
        assert_eq!(hello.profile.classes["No*"], Class::Other);
    }

    #[test]
    fn modes_are_called_what_they_are_called_in_messages() {
        for mode in [
            ClockMode::Driven,
            ClockMode::Faketime,
            ClockMode::Scaled,
            ClockMode::None,
        ] {
            assert_eq!(json!(mode), mode.name());
        }
    }
}
