//! The ledger of Okta's errors, which `docs/fidelity/okta.md` shows.

use std::fmt::Write as _;

use super::{Provenance, cell, how, surely};

/// One error of Okta.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OktaLine {
    /// What it is called in the ledger and by fault rules: the E-code of one of the API, else Okta's name or ours.
    pub name: &'static str,
    /// `error` (RFC 6749 section 5.2), or `errorCode` of an envelope.
    pub error: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Where error and text stand.
    pub body: OktaBody,
    /// `error_description` or `errorSummary`. What stands in braces is filled in.
    pub text: &'static str,
    /// When it is raised.
    pub condition: &'static str,
    /// How sure status, error and text are.
    pub provenance: Provenance,
    /// What of it is less sure than that; empty if nothing.
    pub assumed: &'static str,
    /// The test in which what the directory or the request says has it answered, as `module::name`; without it, it is had by a
    /// fault that names it.
    pub test: Option<&'static str>,
}

impl OktaLine {
    /// Whether it is one of the API, which have E-codes.
    #[must_use]
    pub fn is_of_the_api(&self) -> bool {
        self.name == self.error && self.body == OktaBody::Envelope
    }
}

/// Where an error of Okta stands in its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OktaBody {
    /// `error` and `error_description`.
    OAuth,
    /// `errorCode`, `errorSummary`, `errorLink`, `errorId` and `errorCauses`.
    Envelope,
    /// In `WWW-Authenticate`; there is no body.
    Challenge,
}

/// The errors of Okta's authorization servers that the mock knows, then those of its API. All of them can be had.
#[must_use]
pub fn okta() -> Vec<OktaLine> {
    crate::okta::fidelity()
}

/// The ledger of Okta as a document.
#[must_use]
pub fn okta_document() -> String {
    let (of_the_api, of_servers): (Vec<_>, Vec<_>) =
        okta().into_iter().partition(OktaLine::is_of_the_api);
    let mut document = HEAD.to_owned();
    for line in of_servers {
        // Writing to a text cannot fail.
        let _ = writeln!(document, "{}", server_row(&line));
    }
    document.push_str(API);
    for line in of_the_api {
        let _ = writeln!(document, "{}", api_row(&line));
    }
    document
}

fn server_row(line: &OktaLine) -> String {
    let body = match line.body {
        OktaBody::OAuth => "OAuth",
        OktaBody::Envelope => "envelope",
        OktaBody::Challenge => "challenge",
    };
    format!(
        "| `{}` | `{}` | {} | {body} | {} | {} | {} | {} |",
        line.name,
        line.error,
        line.status,
        line.condition,
        cell(line.text),
        surely(line.provenance, line.assumed),
        how(line.test),
    )
}

fn api_row(line: &OktaLine) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} |",
        line.name,
        line.status,
        line.condition,
        cell(line.text),
        surely(line.provenance, line.assumed),
        how(line.test),
    )
}

const HEAD: &str = "\
# Okta: errors and where they come from

Made from `mock-idp/src/okta/codes/` by `UPDATE_LEDGER=1 cargo test -p mock-idp --test wire fidelity`; a test fails when it is not up
to date, when it names a test that is not there, and when an answer is not what it says.

Every error can be had. Where the last column names a test (of `mock-idp/tests/wire`), what the directory or the request says brings
it about. Any of them, these too, is had by a fault that names it and nothing else:

```yaml
- { to: token, times: 1, error: { error: pkce_verification_failed } }
```

Names are those of Okta's catalogue of errors where they are known, and ours elsewhere. A fault that gives a plain `error`, such as
`invalid_grant`, is answered with it and a text that often goes with it.

Observed: an answer of the service was seen in public, or a client's source that was written for one. Documented: Okta's
documentation has it. Assumed: neither; the likeliest was taken. What stands in braces is filled in.

An error stands in one of three places. *OAuth*: `error` and `error_description`, without `error_uri`. *Envelope*: `errorCode`,
`errorSummary`, `errorLink`, `errorId` and `errorCauses`. *Challenge*: in `WWW-Authenticate`, and the body is empty.

## Authorization servers

| name | error | status | body | when | text | provenance | how |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

const API: &str = "
## API

All of them are envelopes.

| E-code | status | when | text | provenance | how |
| --- | --- | --- | --- | --- | --- |
";
