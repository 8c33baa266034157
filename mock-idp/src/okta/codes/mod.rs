//! Okta's errors: what each one says, when it is raised, how sure that is, and which test has it answered.
//!
//! An error stands here once, under a name of its own: Okta's where its catalogue of errors is known to have one, else ours; those
//! of the API by their E-code. A script that names one is answered from here, and `docs/fidelity/okta.md` is made from here.
//! Texts are facts that clients match on; parts of them in braces stand for something of the request.

mod api;
mod browser;
mod clients;
mod dpop;
mod grants;
mod requests;
mod scopes;

use http::StatusCode;
use serde_json::json;

use super::authorize;
use super::envelope::envelope;
use crate::fault::ScriptedError;
use crate::fidelity::{OktaBody, OktaLine, Provenance};
use crate::inbound::Inbound;
use crate::reply::Reply;
use crate::world::World;

/// One error.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// What it is called here; an E-code's own.
    name: &'static str,
    /// `error` (RFC 6749 section 5.2) or `errorCode`.
    error: &'static str,
    status: u16,
    body: OktaBody,
    /// `error_description` or `errorSummary`.
    text: &'static str,
    /// When it is raised.
    when: &'static str,
    /// How sure status, error and text are.
    mark: Provenance,
    /// What is less sure than that.
    assumed: &'static str,
    /// The test that has it by what the directory or the request says; a fault that names it has it otherwise.
    test: Option<&'static str>,
}

/// The one of this name.
fn find(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}

/// The one that stands for an `error` of which nothing more is said.
fn usual(error: &str) -> Option<&'static Code> {
    match error {
        "access_denied" => find("policy_evaluation_failed"),
        "invalid_request" => find("request_refused"),
        _ => all().find(|code| code.error == error && code.body == OktaBody::OAuth),
    }
}

/// The answer that goes with a name, with what stands in place of the braces of its text.
pub(super) fn answer(world: &World, name: &str, told: &[(&str, &str)]) -> Reply {
    match find(name) {
        Some(code) => code.answer(world, told),
        // A test has every name that the code says stand in the table.
        None => oauth(StatusCode::BAD_REQUEST, "invalid_request", name),
    }
}

/// The same by an E-code, with the causes that Okta lists.
pub(super) fn refusal(world: &World, name: &str, told: &[(&str, &str)], causes: &[&str]) -> Reply {
    match find(name).filter(|_| !causes.is_empty()) {
        Some(code) => {
            let status = StatusCode::from_u16(code.status).unwrap_or(StatusCode::BAD_REQUEST);
            envelope(world, status, code.error, &filled(code.text, told), causes)
        }
        None => answer(world, name, told),
    }
}

/// The status that goes with a name.
pub(super) fn status(name: &str) -> StatusCode {
    let status = find(name).map_or(400, |code| code.status);
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
}

/// `error` and description that go with a name, for those who are told otherwise than by an answer.
pub(super) fn text(name: &str, told: &[(&str, &str)]) -> (&'static str, String) {
    let code = find(name);
    code.map_or(("invalid_request", name.to_owned()), |code| {
        (code.error, filled(code.text, told))
    })
}

/// The text that often goes with an `error`.
pub(super) fn usual_text(error: &str) -> String {
    let text = usual(error).map_or("The request was not valid.", |code| code.text);
    filled(text, &[])
}

/// What a script asks for by a name or an `error`. What it does not say is as the table has it.
pub(super) fn scripted(world: &World, inbound: &Inbound, scripted: &ScriptedError) -> Reply {
    let asked = match scripted.error.as_str() {
        // Okta has no numbers to go by.
        "" => "request_refused",
        error => error,
    };
    let named = find(asked);
    let status = match (named, asked) {
        (Some(code), _) => code.status,
        (None, "invalid_client") => 401,
        // 503 is documented for nothing.
        (None, _) => 400,
    };
    let status = StatusCode::from_u16(scripted.status.unwrap_or(status));
    let status = status.unwrap_or(StatusCode::BAD_REQUEST);
    if let Some(code) = named.filter(|code| code.body != OktaBody::OAuth) {
        let mut reply = code.answer(world, &[]);
        reply.status = status;
        return reply;
    }
    let code = named.or_else(|| usual(asked));
    let error = code.map_or(asked, |code| code.error);
    let usual = || {
        filled(
            code.map_or("The request was not valid.", |code| code.text),
            &[],
        )
    };
    let description = scripted.description.clone().unwrap_or_else(usual);
    if let Some(reply) = authorize::foreign_error(world, inbound, error, &description) {
        return reply;
    }
    let mut body = json!({ "error": error });
    if !description.is_empty() {
        body["error_description"] = json!(description);
    }
    for (name, value) in &scripted.members {
        body[name.as_str()] = value.clone();
    }
    Reply::json(status, body).with_error(error, None)
}

/// The same for whoever wants to know how true they are: the authorization servers' first, then the API's.
pub(crate) fn fidelity() -> Vec<OktaLine> {
    let line = |code: &'static Code| OktaLine {
        name: code.name,
        error: code.error,
        status: code.status,
        body: code.body,
        text: code.text,
        condition: code.when,
        provenance: code.mark,
        assumed: code.assumed,
        test: code.test,
    };
    all().map(line).collect()
}

/// `{"error", "error_description"}`, without `error_uri`.
pub(super) fn oauth(status: StatusCode, error: &str, description: &str) -> Reply {
    Reply::json(
        status,
        json!({ "error": error, "error_description": description }),
    )
    .with_error(error, None)
}

fn all() -> impl Iterator<Item = &'static Code> {
    [
        clients::CODES,
        requests::CODES,
        browser::CODES,
        grants::CODES,
        scopes::CODES,
        dpop::CODES,
        api::CODES,
    ]
    .into_iter()
    .flatten()
}

/// An error of an authorization server that is scripted, and documented, unless more is said.
const fn code(
    name: &'static str,
    status: u16,
    error: &'static str,
    text: &'static str,
    when: &'static str,
) -> Code {
    Code {
        name,
        error,
        status,
        body: OktaBody::OAuth,
        text,
        when,
        mark: Provenance::Documented,
        assumed: "",
        test: None,
    }
}

/// An error of the API by its E-code, likewise.
const fn api(e_code: &'static str, status: u16, text: &'static str, when: &'static str) -> Code {
    code(e_code, status, e_code, text, when).told_by(OktaBody::Envelope)
}

impl Code {
    /// The answer, with what stands in place of the braces of its text.
    fn answer(&self, world: &World, told: &[(&str, &str)]) -> Reply {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let text = filled(self.text, told);
        match self.body {
            OktaBody::OAuth => oauth(status, self.error, &text),
            OktaBody::Envelope => envelope(world, status, self.error, &text, &[]),
            OktaBody::Challenge => {
                let mut reply = Reply::empty(status).with_error(self.error, None);
                let challenge = format!(
                    "Bearer error=\"{}\", error_description=\"{text}\"",
                    self.error
                );
                reply.set_header("www-authenticate", &challenge);
                reply
            }
        }
    }

    const fn told_by(mut self, body: OktaBody) -> Self {
        self.body = body;
        self
    }

    const fn observed(mut self) -> Self {
        self.mark = Provenance::Observed;
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

/// A text with what stands in braces filled in; what is not told is left empty.
fn filled(text: &str, told: &[(&str, &str)]) -> String {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let value = told.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_stands_in_place_of_the_braces_once() {
        let told = [("a", "{b}"), ("b", "x")];
        assert_eq!(filled("1 {a} 2 {b} 3 {c}.", &told), "1 {b} 2 x 3 .");
    }

    #[test]
    fn an_error_has_a_usual_text() {
        let text = |error| usual(error).map(|code| code.text);
        assert_eq!(
            text("invalid_grant"),
            Some("The refresh token is invalid or expired.")
        );
        assert_eq!(text("invalid_request"), Some("The request was not valid."));
        assert_eq!(text("invalid_token"), None);
        assert_eq!(text("nobody_knows"), None);
    }
}
