//! What requests show: tokens, and how clients authenticate.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target::text_schema;
use crate::as_text;
use crate::ledger::TokenLabel;

/// How a client authenticates in a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthUse {
    /// HTTP Basic, whatever the spelling of its halves.
    Basic,
    /// HTTP Basic with both halves form-encoded, as RFC 6749 section 2.3.1 has it. Only a secret in which encoding changes
    /// something tells it from raw.
    BasicEncoded,
    /// HTTP Basic with a secret that was not form-encoded and should have been.
    BasicRaw,
    /// `client_secret` in the body.
    Post,
    /// `client_assertion` (RFC 7523).
    Assertion,
    /// Not at all.
    None,
}

/// Which token a request shows: a refresh token to the token endpoint, an access token to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presents {
    /// The latest one that reached this client before the request.
    Newest,
    /// One that is valid.
    Live,
    /// One past its expiry.
    Expired,
    /// A refresh token that has been replaced.
    Rotated,
    /// One that was revoked.
    Revoked,
    /// One that this world never issued.
    Foreign,
    /// One that an earlier request of the same client showed and that was refused: with 401 by a resource, with `invalid_grant`
    /// by the token endpoint.
    Rejected,
    /// None.
    Nothing,
    /// This one.
    Label(TokenLabel),
}

const KINDS: [(&str, Presents); 8] = [
    ("newest", Presents::Newest),
    ("live", Presents::Live),
    ("expired", Presents::Expired),
    ("rotated", Presents::Rotated),
    ("revoked", Presents::Revoked),
    ("foreign", Presents::Foreign),
    ("rejected", Presents::Rejected),
    ("nothing", Presents::Nothing),
];

impl From<TokenLabel> for Presents {
    fn from(label: TokenLabel) -> Self {
        Self::Label(label)
    }
}

impl FromStr for Presents {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == text) {
            return Ok(*kind);
        }
        text.parse().map(Self::Label).map_err(|_| {
            let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            format!(
                "`{text}` is no kind of token; expected {}, or a label such as `RT#1`",
                kinds.join(", ")
            )
        })
    }
}

impl fmt::Display for Presents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => label.fmt(f),
            kind => {
                let known = KINDS.iter().find(|(_, known)| known == kind);
                f.write_str(known.map_or("", |(name, _)| name))
            }
        }
    }
}

as_text!(
    Presents,
    "a kind of token, such as `newest`, or a label such as `RT#1`"
);
text_schema!(
    Presents,
    "Which token a request shows: a kind of token, or one by its label.",
    "^(newest|live|expired|rotated|revoked|foreign|rejected|nothing|(AT|RT)#[0-9]{1,9})$"
);
