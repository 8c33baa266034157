//! What the outcome of a call should be.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::trace::Class;
use mock_idp::fault::{Length, NotALength};

/// `outcome: ok` or `outcome: { class: throttled, retry_after: 30s..32s }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpectedOutcome {
    /// Any of these classes.
    pub class: Vec<Class>,
    /// The wait the client passes on.
    pub retry_after: Option<WaitRange>,
}

impl<'de> Deserialize<'de> for ExpectedOutcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Classes(Vec<Class>);
        impl<'de> Deserialize<'de> for Classes {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(ClassesVisitor)
            }
        }
        struct ClassesVisitor;
        impl<'de> de::Visitor<'de> for ClassesVisitor {
            type Value = Classes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an outcome class or a list of them")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Classes, E> {
                Class::deserialize(de::value::StrDeserializer::new(name))
                    .map(|class| Classes(vec![class]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Classes, A::Error> {
                let mut classes = Vec::new();
                while let Some(class) = seq.next_element()? {
                    classes.push(class);
                }
                if classes.is_empty() {
                    return Err(de::Error::custom("a list of classes names at least one"));
                }
                Ok(Classes(classes))
            }
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            class: Classes,
            #[serde(default)]
            retry_after: Option<WaitRange>,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = ExpectedOutcome;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an outcome class such as `ok`, or `{ class: throttled, retry_after: 30s..32s }`")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<ExpectedOutcome, E> {
                let class = Class::deserialize(de::value::StrDeserializer::new(name))?;
                Ok(ExpectedOutcome {
                    class: vec![class],
                    retry_after: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ExpectedOutcome, A::Error> {
                let Long { class, retry_after } =
                    Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(ExpectedOutcome {
                    class: class.0,
                    retry_after,
                })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A range of waits, both ends included: `30s..32s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitRange {
    /// The shortest.
    pub least: Length,
    /// The longest.
    pub most: Length,
}

impl FromStr for WaitRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = text
            .split_once("..")
            .ok_or_else(|| format!("`{text}` is not a range; write `30s..32s`"))?;
        let least: Length = least
            .trim()
            .parse()
            .map_err(|e: NotALength| e.to_string())?;
        let most: Length = most.trim().parse().map_err(|e: NotALength| e.to_string())?;
        if most < least {
            return Err(format!(
                "the range `{text}` is empty: {most} is less than {least}"
            ));
        }
        Ok(Self { least, most })
    }
}

impl fmt::Display for WaitRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.least, self.most)
    }
}

impl Serialize for WaitRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WaitRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
