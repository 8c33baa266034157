//! `passive:` whether a scenario can be judged by the wire alone.

use std::fmt;

use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer};

/// How a scenario is judged under any command, by the wire alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passive {
    /// How many calls of the protected resource the command must make for every check to say something; 0 where that is not
    /// known.
    pub needs_calls: u32,
    /// Whether it is one of those that judge a single run together, under `exec --once`.
    pub once: bool,
}

/// The most calls that a command can be asked for.
pub(crate) const MAX_CALLS: u32 = 1_000;

/// `true`, `false` or `{ needs_calls: 2, once: true }`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Declared(pub(crate) Option<Passive>);

impl<'de> Deserialize<'de> for Declared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            #[serde(default)]
            needs_calls: u32,
            #[serde(default)]
            once: bool,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Declared;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false`, or `{ needs_calls: 2 }`")
            }

            fn visit_bool<E: de::Error>(self, is: bool) -> Result<Declared, E> {
                Ok(Declared(is.then(Passive::default)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Declared, A::Error> {
                let Long { needs_calls, once } =
                    Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Declared(Some(Passive { needs_calls, once })))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
