//! A refusal that says no more than its number: error, text and status stand in the table of numbers.

use super::aadsts::Aadsts;
use super::codes;
use super::denial::EntraDenial;

/// A number, with what stands in place of the braces of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Coded {
    number: u32,
    told: Vec<(&'static str, String)>,
    claims: Option<String>,
}

impl Coded {
    pub(super) fn new(number: u32) -> Self {
        Self {
            number,
            told: Vec::new(),
            claims: None,
        }
    }

    /// What stands in place of `{name}`.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.told.push((name, value.into()));
        self
    }

    /// What the next request has to ask for, as JSON.
    pub(super) fn claims(mut self, claims: String) -> Self {
        self.claims = Some(claims);
        self
    }

    pub(super) fn aadsts(&self) -> Aadsts {
        let Some(code) = codes::find(self.number) else {
            return Aadsts::new(self.number, "invalid_request", "An error occurred.");
        };
        let told = |name: &str| {
            let mut told = self.told.iter();
            told.find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        };
        let mut error = Aadsts::new(code.number, code.error, codes::told(code.text, told));
        error.suberror = code.suberror.map(str::to_owned);
        error.status = code
            .status
            .and_then(|status| http::StatusCode::from_u16(status).ok());
        error.claims.clone_from(&self.claims);
        error
    }
}

impl From<Coded> for EntraDenial {
    fn from(coded: Coded) -> Self {
        Self::Coded(coded)
    }
}
