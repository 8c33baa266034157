//! One requirement: a sentence that a client can satisfy or break.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::verdict::Level;

/// A row of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its stable id: `rotation.discard-old`.
    #[schemars(regex(pattern = r"^[a-z0-9-]+\.[a-z0-9-]+$"))]
    pub id: String,
    /// What a client does that satisfies it, in one sentence.
    #[schemars(regex(pattern = r"\S"))]
    pub says: String,
    /// How binding it is.
    pub level: Level,
    /// Who says so.
    pub authority: Authority,
    /// Where it is written.
    #[serde(default)]
    pub refs: Vec<Reference>,
    /// Broken clients that are known to trip it, by name.
    #[serde(default)]
    pub caught_on: Vec<String>,
    /// Why no check tests it, where none does.
    #[serde(default)]
    pub excluded: Option<String>,
}

/// Who says that a requirement holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// A standards document.
    Rfc,
    /// Microsoft's or Okta's documentation or libraries.
    Vendor,
    /// Ours: good practice without a source that demands it.
    Profile,
}

impl Authority {
    /// Who says so, in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Rfc => "by a standard",
            Self::Vendor => "by the vendor's documentation or libraries",
            Self::Profile => "as good practice",
        }
    }
}

/// A place where a requirement is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// A document, such as `RFC6749`.
    #[serde(default)]
    pub doc: Option<String>,
    /// A section of it.
    #[serde(default)]
    pub section: Option<String>,
    /// A page on the web, without scheme.
    #[serde(default)]
    pub page: Option<String>,
    /// The keyword the source uses, where it differs from `level`.
    #[serde(default)]
    pub keyword: Option<String>,
    /// Background rather than the rule itself.
    #[serde(default)]
    pub context: bool,
}

/// As people cite it: `RFC 6750 section 3.1 (says MAY)`, `https://…`.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(doc) = &self.doc {
            match doc.strip_prefix("RFC") {
                Some(number) => write!(f, "RFC {number}")?,
                None => f.write_str(doc)?,
            }
        }
        if let Some(section) = &self.section {
            write!(f, " section {section}")?;
        }
        if let Some(page) = &self.page {
            write!(f, "https://{page}")?;
        }
        if let Some(keyword) = &self.keyword {
            write!(f, " (says {keyword})")?;
        }
        if self.context {
            f.write_str(" (background)")?;
        }
        Ok(())
    }
}
