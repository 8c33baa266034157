//! From a rule of a script to a fault of the mock.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use mock_idp::fault::{
    Coding, ConnectionFault, Fault, HeaderText, HoldPoint, RedirectTo, RequestFilter, ScriptedError,
};
use mock_idp::journal::Endpoint;
use mock_idp::{Identity, MockIdp};
use serde_json::{Value, json};

use crate::scenario::{self, Moment, MomentForm, ScriptRule, ScriptTarget, Which};

/// The fault that does what a rule says. Names of applications, users and tenants are those of this world.
pub(super) fn fault(idp: &MockIdp, rule: &ScriptRule) -> Fault {
    let fault = choice(idp, rule);
    let fault = answer(fault, rule);
    let fault = changes(fault, rule);
    delivery(fault, rule)
}

/// The endpoint that a target stands for.
pub(super) fn endpoint(target: ScriptTarget) -> Endpoint {
    match target {
        ScriptTarget::Token => Endpoint::Token,
        ScriptTarget::Resource => Endpoint::Resource,
        ScriptTarget::Discovery => Endpoint::Discovery,
        ScriptTarget::Jwks => Endpoint::Jwks,
    }
}

/// Which requests a rule is for, and which of them.
fn choice(idp: &MockIdp, rule: &ScriptRule) -> Fault {
    let mut fault = Fault::at(endpoint(rule.to));
    if let Some(only) = &rule.only {
        fault = fault.only(filter(idp, only));
    }
    if let Some(nth) = rule.nth {
        fault = fault.nth(nth);
    }
    if let Some(one_in) = rule.one_in {
        fault = fault.one_in(one_in);
    }
    if let Some(times) = rule.times {
        fault = fault.times(times);
    }
    if let Some(from) = rule.from {
        fault = fault.from(from.0);
    }
    if let Some(until) = rule.until {
        fault = fault.until(until.0);
    }
    fault
}

/// Where no tenant is named, the application or user of that place in either of them is meant.
fn filter(idp: &MockIdp, only: &scenario::RequestFilter) -> RequestFilter {
    let place = |which: Which| match which {
        Which::First => 0,
        Which::Second => 1,
    };
    let tenants = match only.tenant {
        Some(which) => vec![place(which)],
        None => vec![0, 1],
    };
    let names = |application: usize, user: usize, name: fn(Identity) -> Vec<String>| {
        let identities = tenants
            .iter()
            .filter_map(|tenant| idp.identity(application, user, *tenant));
        Some(identities.flat_map(name).collect())
    };
    RequestFilter {
        clients: only
            .application
            .and_then(|which| names(place(which), 0, |identity| vec![identity.client_id])),
        issuers: only
            .tenant
            .and_then(|_| names(0, 0, |identity| vec![identity.issuer])),
        users: only.user.and_then(|which| {
            names(0, place(which), |identity| {
                vec![identity.username, identity.user_id]
            })
        }),
        grant: only.grant.clone(),
        scope: only.scope.clone(),
        presents: only.presents,
        attempt: only.attempt,
    }
}

/// What is answered in place of the ordinary.
fn answer(mut fault: Fault, rule: &ScriptRule) -> Fault {
    for status in rule.reply.iter().flat_map(|replies| &replies.0) {
        fault = fault.reply(*status);
    }
    if let Some(redirect) = rule.redirect {
        let to = match redirect.to {
            scenario::RedirectTo::Same => RedirectTo::Same,
            scenario::RedirectTo::Foreign => RedirectTo::Foreign,
        };
        fault = fault.redirect(redirect.status, to);
    }
    if rule.error.is_some() {
        fault = fault.error(error(rule));
    }
    if let Some(raw) = &rule.raw {
        fault = fault.raw(raw.clone());
    }
    fault
}

/// What is changed in the answer.
fn changes(mut fault: Fault, rule: &ScriptRule) -> Fault {
    if let Some(body) = &rule.body {
        fault = fault.body(body.clone()).content_type("text/plain");
    }
    if let Some(body) = &rule.body_base64 {
        fault = fault.body(bytes(body));
    }
    if let Some(content_type) = &rule.content_type {
        fault = fault.content_type(content_type);
    }
    for (member, value) in &rule.set {
        fault = fault.set(member, value.clone());
    }
    for member in &rule.remove {
        fault = fault.remove(member);
    }
    for (member, name) in &rule.rename {
        fault = fault.rename(member, name);
    }
    if rule.reverse_members {
        fault = fault.reverse_members();
    }
    for (name, values) in &rule.headers {
        for value in &values.0 {
            fault = fault.header(name, header(value));
        }
    }
    for name in &rule.without_headers {
        fault = fault.without_header(name);
    }
    for line in &rule.header_lines {
        fault = fault.header_line(line);
    }
    if let Some(coding) = rule.coding {
        fault = fault.coding(match coding {
            scenario::Coding::Chunked => Coding::Chunked,
            scenario::Coding::Gzip => Coding::Gzip,
            scenario::Coding::GzipUnannounced => Coding::GzipUnannounced,
            scenario::Coding::GzipClaimed => Coding::GzipClaimed,
        });
    }
    fault
}

/// When the answer comes, and what the connection does.
fn delivery(mut fault: Fault, rule: &ScriptRule) -> Fault {
    if let Some(hold) = &rule.hold {
        let point = match hold.at {
            scenario::HoldPoint::BeforeCommit => HoldPoint::BeforeCommit,
            scenario::HoldPoint::AfterCommit => HoldPoint::AfterCommit,
        };
        fault = fault.hold_at(&hold.name, point);
    }
    if let Some(delay) = rule.delay {
        fault = fault.delay(delay.0);
    }
    if let Some(jitter) = rule.jitter {
        fault = fault.jitter(jitter.0);
    }
    if let Some(apart) = rule.dribble {
        fault = fault.dribble(apart.0);
    }
    if let Some(connection) = rule.connection {
        fault = fault.connection(match connection {
            scenario::ConnectionFault::Reset => ConnectionFault::Reset,
            scenario::ConnectionFault::LostReply => ConnectionFault::LostReply,
            scenario::ConnectionFault::Truncate => ConnectionFault::Truncate,
            scenario::ConnectionFault::ResetBody => ConnectionFault::ResetBody,
            scenario::ConnectionFault::Hang => ConnectionFault::Hang,
            scenario::ConnectionFault::Close => ConnectionFault::Close,
        });
    }
    fault
}

/// What base64 stands for, be it on one line or on several. Planning has refused what is none.
fn bytes(base64: &str) -> Vec<u8> {
    let digits: String = base64.split_ascii_whitespace().collect();
    STANDARD.decode(digits).unwrap_or_default()
}

fn header(text: &str) -> HeaderText {
    // Planning has refused what is neither plain text nor a known function.
    let Ok(Moment { form, offset }) = text.parse() else {
        return HeaderText::Fixed(text.to_owned());
    };
    let offset: SignedDuration = offset.0;
    match form {
        MomentForm::HttpDate => HeaderText::HttpDate(offset),
        MomentForm::Rfc850Date => HeaderText::Rfc850Date(offset),
        MomentForm::AsctimeDate => HeaderText::AsctimeDate(offset),
        MomentForm::Epoch => HeaderText::Epoch(offset),
    }
}

fn error(rule: &ScriptRule) -> ScriptedError {
    let reply = rule.error.clone().unwrap_or_default();
    let disguise = rule.disguise.clone().unwrap_or_default();
    ScriptedError {
        status: reply.status,
        error: reply.error,
        suberror: reply.suberror,
        number: match disguise.number {
            scenario::NumberDisguise::Documented => reply.number,
            scenario::NumberDisguise::Unknown => Some(999_999),
        },
        description: match disguise.prose {
            scenario::Prose::English => reply.description,
            scenario::Prose::Japanese => {
                Some("要求を処理できませんでした。管理者に連絡してください。".to_owned())
            }
            scenario::Prose::Absent => Some(String::new()),
        },
        claims: reply.claims.then(|| CLAIMS.to_owned()),
        members: match disguise.extra_members {
            scenario::ExtraMembers::None => Vec::new(),
            scenario::ExtraMembers::Unknown => unknown_members(),
        },
    }
}

/// What a step-up asks for, as Entra writes it: JSON in a string.
const CLAIMS: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11"]}}}"#;

fn unknown_members() -> Vec<(String, Value)> {
    vec![
        ("x_hint".to_owned(), json!("none")),
        ("x_numbers".to_owned(), json!([1, 2.5, null])),
        (
            "x_nested".to_owned(),
            json!({ "error": "not_the_error", "error_codes": [1] }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(rule: Value) -> ScriptRule {
        serde_json::from_value(rule).expect("a rule")
    }

    async fn world(provider: mock_idp::Provider) -> MockIdp {
        let world = MockIdp::of(provider).plain_http().start().await;
        world.expect("a world")
    }

    /// Whatever a rule says reaches the mock.
    #[tokio::test]
    async fn every_field_of_a_rule_is_heard() {
        let idp = world(mock_idp::Provider::Okta).await;
        let everything = fault(
            &idp,
            &rule(json!({
                "to": "resource",
                "nth": 2, "one_in": 3, "times": 4, "from": "5s", "until": "6s",
                "reply": [503, 200],
                "redirect": { "status": 307, "to": "foreign" },
                "headers": { "retry-after": ["$epoch(+7s)", "8"] },
                "header_lines": ["A:b"],
                "without_headers": ["date"],
                "body": "x",
                "body_base64": "AP8=\n",
                "coding": "gzip_claimed",
                "raw": "y",
                "error": { "error": "invalid_grant", "number": 1, "claims": true },
                "disguise": { "number": "unknown", "prose": "absent", "extra_members": "unknown" },
                "set": { "a": null },
                "remove": ["b"],
                "rename": { "c": "d" },
                "reverse_members": true,
                "hold": { "name": "h", "at": "after_commit" },
                "delay": "9s", "jitter": "10s", "dribble": "11s",
                "connection": "reset_body",
            })),
        );
        insta::assert_compact_debug_snapshot!(everything, @r#"Fault { at: Resource, only: RequestFilter { clients: None, issuers: None, users: None, grant: None, scope: None, presents: None, attempt: None }, nth: Some(2), one_in: Some(3), times: Some(4), from: Some(5s), until: Some(6s), action: Action { replies: [503, 200], redirect: Some((307, Foreign)), headers: [("retry-after", [Epoch(7s), Fixed("8")])], header_lines: ["A:b"], without_headers: ["date"], body: Some(b"\0\xff"), content_type: Some("text/plain"), coding: Some(GzipClaimed), raw: Some(b"y"), error: Some(ScriptedError { status: None, error: "invalid_grant", suberror: None, number: Some(999999), description: Some(""), claims: Some("{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11\"]}}}"), members: [("x_hint", String("none")), ("x_numbers", Array [Number(1), Number(2.5), Null]), ("x_nested", Object {"error": String("not_the_error"), "error_codes": Array [Number(1)]})] }), set: [("a", Null)], remove: ["b"], rename: [("c", "d")], reverse_members: true, hold: Some(("h", AfterCommit)), delay: Some(9s), jitter: Some(10s), dribble: Some(11s), connection: Some(ResetBody) } }"#);
    }

    #[tokio::test]
    async fn names_are_those_of_the_world() {
        for provider in [mock_idp::Provider::Entra, mock_idp::Provider::Okta] {
            let idp = world(provider).await;
            let of = |application, user, tenant| idp.identity(application, user, tenant);
            let [first, second] = [of(0, 0, 0), of(0, 0, 1)].map(|found| found.expect("a tenant"));
            let user = of(0, 1, 1).expect("a second user");
            let application = of(1, 0, 0).expect("a second application");
            let filter =
                |only: Value| filter(&idp, &serde_json::from_value(only).expect("a filter"));

            let found = filter(json!({ "tenant": "second", "user": "second" }));
            assert_eq!(found.issuers, Some(vec![second.issuer]));
            assert_eq!(found.users, Some(vec![user.username, user.user_id]));
            assert_eq!(found.clients, None);

            // Without a tenant, that of either.
            let clients = filter(json!({ "application": "first" })).clients;
            assert_eq!(clients, Some(vec![first.client_id, second.client_id]));
            let clients = filter(json!({ "application": "second" })).clients;
            assert!(clients.is_some_and(|clients| clients.contains(&application.client_id)));

            let found = filter(
                json!({ "grant": "password", "scope": "a", "presents": "RT#2", "attempt": 3 }),
            );
            let expected = RequestFilter {
                grant: Some("password".to_owned()),
                scope: Some("a".to_owned()),
                presents: Some(mock_idp::ledger::TokenLabel::refresh(2)),
                attempt: Some(3),
                ..RequestFilter::default()
            };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_types_of_bodies() {
        let shown = |rule: Value| {
            format!(
                "{:?}",
                changes(Fault::at(Endpoint::Token), &self::rule(rule))
            )
        };
        let says = |rule: Value, what: &str| assert!(shown(rule.clone()).contains(what), "{rule}");
        says(
            json!({ "to": "token", "body": "x" }),
            r#"content_type: Some("text/plain")"#,
        );
        says(
            json!({ "to": "token", "body": "x", "content_type": "a/b" }),
            r#"content_type: Some("a/b")"#,
        );
        says(
            json!({ "to": "token", "content_type": "a/b" }),
            r#"content_type: Some("a/b")"#,
        );
        // Bytes may be anything: the vendor's type stands.
        says(
            json!({ "to": "token", "body_base64": "eA==" }),
            r#"body: Some(b"x"), content_type: None"#,
        );
    }
}
