//! Labels: how a token is called wherever its value must not stand.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a labelled token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// An access token, `AT`.
    Access,
    /// A refresh token, `RT`.
    Refresh,
    /// A device code, `DC`.
    DeviceCode,
    /// An authorization code, `AC`.
    Code,
}

/// A token's name in journals, traces and reports: `AT#3`, `RT#1`, `DC#1`, `AC#1`.
///
/// Serials count up from 1 for each kind within one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenLabel {
    /// What the token is for.
    pub kind: TokenKind,
    /// Its number among the tokens of its kind.
    pub serial: u32,
}

impl TokenLabel {
    /// The label `AT#serial`.
    #[must_use]
    pub fn access(serial: u32) -> Self {
        Self {
            kind: TokenKind::Access,
            serial,
        }
    }

    /// The label `RT#serial`.
    #[must_use]
    pub fn refresh(serial: u32) -> Self {
        Self {
            kind: TokenKind::Refresh,
            serial,
        }
    }

    /// The label `AC#serial`.
    #[must_use]
    pub fn code(serial: u32) -> Self {
        Self {
            kind: TokenKind::Code,
            serial,
        }
    }

    /// The label `DC#serial`.
    #[must_use]
    pub fn device_code(serial: u32) -> Self {
        Self {
            kind: TokenKind::DeviceCode,
            serial,
        }
    }
}

impl fmt::Display for TokenLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            TokenKind::Access => "AT",
            TokenKind::Refresh => "RT",
            TokenKind::DeviceCode => "DC",
            TokenKind::Code => "AC",
        };
        write!(f, "{kind}#{}", self.serial)
    }
}

/// A text that is not of the form `AT#1` or `RT#1`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a token label; labels look like `AT#1` or `RT#1`")]
pub struct NotALabel(String);

impl FromStr for TokenLabel {
    type Err = NotALabel;

    fn from_str(text: &str) -> Result<Self, NotALabel> {
        let refuse = || NotALabel(text.to_owned());
        let (kind, serial) = text.split_once('#').ok_or_else(refuse)?;
        let serial = serial.parse().map_err(|_| refuse())?;
        match kind {
            "AT" => Ok(Self::access(serial)),
            "RT" => Ok(Self::refresh(serial)),
            "DC" => Ok(Self::device_code(serial)),
            "AC" => Ok(Self::code(serial)),
            _ => Err(refuse()),
        }
    }
}

impl Serialize for TokenLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TokenLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for TokenLabel {
    fn schema_name() -> Cow<'static, str> {
        "TokenLabel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A token by its label: `RT#2`.",
            "type": "string",
            "pattern": "^(AT|RT|DC|AC)#[0-9]{1,9}$",
        })
    }
}
