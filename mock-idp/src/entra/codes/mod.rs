//! Entra's error numbers: what each one says, when it is raised, how sure that is, and which test has it answered.
//!
//! A number stands here once. A script that names a number is answered from here, and `docs/fidelity/entra.md` is made from here.
//! Texts are facts that clients match on; parts of them in braces stand for something of the request.

mod clients;
mod credentials;
mod devices;
mod filled;
mod policies;
mod requests;
mod service;
mod sessions;
mod tenants;
mod users;

use super::aadsts::usual_status;
use crate::fidelity::{Line, Provenance};

pub(super) use filled::{filled, sample, told};

/// A number behind `AADSTS`.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) number: u32,
    /// `error` (RFC 6749 section 5.2).
    pub(super) error: &'static str,
    pub(super) suberror: Option<&'static str>,
    /// The status, where it does not follow from `error`.
    pub(super) status: Option<u16>,
    /// `error` at the v1.0 endpoints, where it is another.
    pub(super) v1: Option<&'static str>,
    /// The text between `AADSTSnnn: ` and the trace id.
    pub(super) text: &'static str,
    /// When it is raised.
    pub(super) when: &'static str,
    /// How sure number, error and text are.
    pub(super) mark: Provenance,
    /// What is less sure than that.
    pub(super) assumed: &'static str,
    /// The test that has it by what the directory or the request says; a fault that names the number has it otherwise.
    pub(super) test: Option<&'static str>,
}

/// One with this number.
pub(super) fn find(number: u32) -> Option<&'static Code> {
    all().find(|code| code.number == number)
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Code> {
    [
        credentials::CODES,
        clients::CODES,
        tenants::CODES,
        requests::CODES,
        users::CODES,
        policies::CODES,
        sessions::CODES,
        devices::CODES,
        service::CODES,
    ]
    .into_iter()
    .flatten()
}

/// What a number means, in a sentence or two.
pub(super) fn explained(code: &Code) -> String {
    format!("{} It is answered to this: {}.", code.text, code.when)
}

/// The same for whoever wants to know how true they are.
pub(crate) fn fidelity() -> Vec<Line> {
    let line = |code: &'static Code| Line {
        number: code.number,
        error: code.error,
        error_v1: code.v1,
        suberror: code.suberror,
        status: code
            .status
            .unwrap_or_else(|| usual_status(code.error).as_u16()),
        text: code.text,
        condition: code.when,
        provenance: code.mark,
        assumed: code.assumed,
        test: code.test,
    };
    all().map(line).collect()
}

/// A number that is scripted, and observed, unless more is said.
const fn code(number: u32, error: &'static str, text: &'static str, when: &'static str) -> Code {
    Code {
        number,
        error,
        suberror: None,
        status: None,
        v1: None,
        text,
        when,
        mark: Provenance::Observed,
        assumed: "",
        test: None,
    }
}

impl Code {
    const fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    const fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// What `error` is at the v1.0 endpoints.
    const fn v1(mut self, error: &'static str) -> Self {
        self.v1 = Some(error);
        self
    }

    const fn documented(mut self) -> Self {
        self.mark = Provenance::Documented;
        self
    }

    const fn guessed(mut self) -> Self {
        self.mark = Provenance::Assumed;
        self
    }

    const fn assuming(mut self, what: &'static str) -> Self {
        self.assumed = what;
        self
    }

    const fn met(mut self, test: &'static str) -> Self {
        self.test = Some(test);
        self
    }
}
