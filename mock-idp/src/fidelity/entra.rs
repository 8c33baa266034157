//! The ledger of Entra's errors, which `docs/fidelity/entra.md` shows.

use std::fmt::Write as _;

use super::{Provenance, cell, how, surely};

/// One error of Entra.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The number behind `AADSTS`.
    pub number: u32,
    /// `error` (RFC 6749 section 5.2).
    pub error: &'static str,
    /// `error` at the v1.0 endpoints, where it is another.
    pub error_v1: Option<&'static str>,
    /// `suberror`, if it has one.
    pub suberror: Option<&'static str>,
    /// The HTTP status.
    pub status: u16,
    /// The text between `AADSTSnnn: ` and the trace id. What stands in braces is filled in, but for `{EmailHidden}`, which is
    /// sent so.
    pub text: &'static str,
    /// When it is raised.
    pub condition: &'static str,
    /// How sure number, error and text are.
    pub provenance: Provenance,
    /// What of it is less sure than that; empty if nothing.
    pub assumed: &'static str,
    /// The test in which what the directory or the request says has it answered, as `module::name`; without it, it is had by a
    /// fault that names the number.
    pub test: Option<&'static str>,
}

/// The errors of Entra's token service that the mock knows, by number. All of them can be had.
#[must_use]
pub fn entra() -> Vec<Line> {
    let mut lines = crate::entra::fidelity();
    lines.sort_by_key(|line| line.number);
    lines
}

/// The ledger of Entra as a document.
#[must_use]
pub fn entra_document() -> String {
    let mut document = HEAD.to_owned();
    for line in entra() {
        // Writing to a text cannot fail.
        let _ = writeln!(document, "{}", row(&line));
    }
    document
}

fn row(line: &Line) -> String {
    let error = match line.error_v1 {
        Some(of_v1) => format!("`{}`, v1.0 `{of_v1}`", line.error),
        None => format!("`{}`", line.error),
    };
    let suberror = line.suberror.map_or(String::new(), |it| format!("`{it}`"));
    format!(
        "| {} | {error} | {suberror} | {} | {} | {} | {} | {} |",
        line.number,
        line.status,
        line.condition,
        cell(line.text),
        surely(line.provenance, line.assumed),
        how(line.test),
    )
}

const HEAD: &str = "\
# Entra: errors and where they come from

Made from `mock-idp/src/entra/codes/` by `UPDATE_LEDGER=1 cargo test -p mock-idp --test wire fidelity`; a test fails when it is not up
to date, when it names a test that is not there, and when an answer is not what it says.

Every number can be had. Where the last column names a test (of `mock-idp/tests/wire`), what the directory or the request says brings
it about. Any of them, these too, is had by a fault that names the number and nothing else:

```yaml
- { to: token, times: 1, error: { number: 50089 } }
```

Observed: an answer of the service was seen in public, or a client's source that was written for one. Documented: Microsoft's
documentation has number and meaning. Assumed: neither; the likeliest was taken. Every answer has a description with trace id,
correlation id and time, `error_codes`, `error_uri`, and `x-ms-request-id` with the trace id. What stands in braces is filled in, but
for `{EmailHidden}`, which Entra sends so. Sign-ins in a browser tell the client by redirect, where `error` is one of OpenID Connect's
if there is one (`login_required`, `consent_required`, `interaction_required`), or the user on a page.

| AADSTS | error | suberror | status | when | text | provenance | how |
| --- | --- | --- | --- | --- | --- | --- | --- |
";
