//! `steps:` what is done, in order.
//!
//! A step ends when the system is quiet, not when a call returns: a call may sleep inside.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::happening::IdpStep;
use mock_idp::fault::OneOrMany;
use mock_idp::fault::{Length, Offset};

/// One step. In a file: a map with one key, `- get_token: { as: a }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Ask the client for an access token.
    GetToken(CallStep),
    /// Have the client call the protected resource.
    CallApi(CallStep),
    /// Have the client renew its token whatever its age.
    ForceRefresh(CallStep),
    /// Have the client forget its access token; a refresh token stays.
    Invalidate(CallStep),
    /// Let time pass.
    Advance(Advance),
    /// Hold a clock still: time passes, that side does not read it. Sleeps go on, as they do when a wall clock is stopped.
    Freeze(Side),
    /// Let a frozen clock go on from where it stood; it stays behind.
    Thaw(Side),
    /// The client's machine sleeps: both clocks move, and what the client waits for happens only afterwards.
    Suspend(Length),
    /// Wait until a condition holds.
    Until(Until),
    /// Let the answers of a hold go.
    Release(Release),
    /// Wait until every call of a step has ended, letting time pass if they sleep.
    Join(String),
    /// The callers of a step give up: their calls are dropped where they are.
    Cancel(String),
    /// End a client and start it anew. What it kept in a named store is still there.
    Restart(Restart),
    /// Give a running client another credential.
    Swap(Swap),
    /// Something happens at the provider.
    Idp(IdpStep),
}

impl Step {
    /// What is asked of the client; none if it is asked nothing.
    #[must_use]
    pub fn call(&self) -> Option<&CallStep> {
        match self {
            Self::GetToken(call)
            | Self::CallApi(call)
            | Self::ForceRefresh(call)
            | Self::Invalidate(call) => Some(call),
            _ => None,
        }
    }

    /// Its `as` name.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.call()?.label.as_deref()
    }
}

/// A step that asks something of the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallStep {
    /// The name that checks and other steps use.
    #[serde(rename = "as")]
    pub label: Option<String>,
    /// Which clients do it; all of them without it, one after another for each call.
    pub client: Option<OneOrMany>,
    /// How often; once without it.
    pub times: Option<u32>,
    /// All at once instead of one after another.
    pub together: bool,
    /// Once every so often, for as long as `for` says.
    pub every: Option<Length>,
    /// How long `every` goes on.
    #[serde(rename = "for")]
    pub lasting: Option<Length>,
    /// How long the caller waits, on the client's clock, before it gives up.
    pub deadline: Option<Length>,
    /// The HTTP method of `call_api`; `GET` without it.
    pub method: Option<String>,
    /// The body that `call_api` sends, as plain text.
    pub body: Option<String>,
}

/// Letting time pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// How much. The clocks walk from one armed deadline to the next. One side alone may also go back: `-10m`.
    pub by: Offset,
    /// Whose clock; both without it. One side alone jumps and is offset from then on.
    #[serde(default, rename = "move")]
    pub side: Side,
}

/// Whose clock moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Server and client together.
    #[default]
    Both,
    /// The server alone.
    Server,
    /// The client alone.
    Client,
}

/// A condition to wait for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Until {
    /// Every call of this step has begun.
    pub started: Option<String>,
    /// Nothing moves any more: everything sleeps, is held or has ended.
    pub quiet: bool,
    /// So many answers are kept back. Time passes meanwhile if the client sleeps.
    pub held: Option<HeldCount>,
}

/// How many answers a hold keeps back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldCount {
    /// The hold.
    pub hold: String,
    /// So many or more.
    pub at_least: u32,
}

/// Letting answers go: `release: herd`, or `release: { hold: herd, order: [2, 1] }`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Release {
    /// The hold.
    pub hold: String,
    /// Which of those that wait now, counted from 1 in order of arrival, and in which order: each goes when the one before it
    /// has had its effect. Those not named stay. Without it all go at once, in the order of their calls.
    pub order: Vec<u32>,
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            hold: String,
            #[serde(default)]
            order: Vec<u32>,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Release;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a hold, or `{ hold: herd, order: [2, 1] }`")
            }

            fn visit_str<E: de::Error>(self, hold: &str) -> Result<Release, E> {
                Ok(Release {
                    hold: hold.to_owned(),
                    order: Vec::new(),
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Release, A::Error> {
                let Long { hold, order } =
                    Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Release { hold, order })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Ending a client and starting it anew.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Restart {
    /// Which; all of them without it.
    pub client: Option<OneOrMany>,
    /// How it ends.
    pub how: Ending,
}

/// How a client ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its calls are awaited first.
    #[default]
    Graceful,
    /// At once: its calls and whatever it was doing are cut off.
    Kill,
}

/// Giving a running client another credential. At least one is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Swap {
    /// Which; all of them without it.
    pub client: Option<OneOrMany>,
    /// The secret it uses from now on.
    pub secret: Option<SecretChoice>,
    /// The name of a refresh token that the mock mints for it, as if its user had signed in again.
    pub refresh_token: Option<String>,
    /// A certificate of its application.
    pub certificate: Option<CertificateChoice>,
    /// An API token.
    pub api_token: Option<ApiTokenChoice>,
}

/// Which API token a client is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiTokenChoice {
    /// The one that was made for it last.
    Newest,
}

/// Which certificate a client is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateChoice {
    /// The one added last.
    Newest,
}

/// A secret of the client's application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretChoice {
    /// The one added last.
    Newest,
    /// One that was never valid.
    Wrong,
}
