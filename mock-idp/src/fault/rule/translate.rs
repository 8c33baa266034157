//! From a rule as it is written to the fault that it stands for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bad::BadRule;
use super::error_reply::{ExtraMembers, NumberDisguise, Prose};
use super::names::{Named, Names};
use super::{Rule, RuleTarget};
use crate::fault::action::{HeaderText, ScriptedError};
use crate::fault::{Fault, RequestFilter};

impl Rule {
    /// The fault that does what the rule says, with names resolved by `names`.
    ///
    /// # Errors
    ///
    /// [`BadRule`] for a rule that contradicts itself or can never apply, and for a name that stands for nobody.
    pub fn to_fault(&self, names: &dyn Names) -> Result<Fault, BadRule> {
        BadRule::unless_empty(self.complaints())?;
        Ok(translated(self, names)?.written_as(self))
    }
}

fn translated(rule: &Rule, names: &dyn Names) -> Result<Fault, BadRule> {
    let fault = choice(rule, names)?;
    let fault = answer(fault, rule);
    let fault = changes(fault, rule);
    Ok(delivery(fault, rule))
}

/// Which requests a rule is for, and which of them.
fn choice(rule: &Rule, names: &dyn Names) -> Result<Fault, BadRule> {
    let mut fault = match rule.to {
        RuleTarget::Endpoint(endpoint) => Fault::at(endpoint),
        RuleTarget::Anything => Fault::anywhere(),
    };
    if let Some(only) = &rule.only {
        let Named {
            clients,
            issuers,
            users,
        } = names.resolve(only)?;
        fault = fault.only(RequestFilter {
            clients,
            issuers,
            users,
            grant: only.grant.clone(),
            scope: only.scope.clone(),
            presents: only.presents,
            attempt: only.attempt,
            generation: only.generation,
            origin: only.origin,
            connection: only.connection,
        });
    }
    if let Some(nth) = rule.nth {
        fault = fault.nth(nth);
    }
    if let Some(one_in) = rule.one_in {
        fault = fault.one_in(one_in);
    }
    if let Some(probability) = rule.probability {
        fault = fault.probability(probability);
    }
    if let Some(per) = rule.per {
        fault = fault.per(per);
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
    if let Some(ttl) = rule.ttl {
        fault = fault.ttl(ttl.0);
    }
    Ok(fault)
}

/// What is answered in place of the ordinary.
fn answer(mut fault: Fault, rule: &Rule) -> Fault {
    for status in rule.reply.iter().flat_map(|replies| &replies.0) {
        fault = fault.reply(*status);
    }
    if let Some(redirect) = rule.redirect {
        fault = fault.redirect(redirect.status, redirect.to);
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
fn changes(mut fault: Fault, rule: &Rule) -> Fault {
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
        fault = fault.coding(coding);
    }
    fault
}

/// When the answer comes, and what the connection does.
fn delivery(mut fault: Fault, rule: &Rule) -> Fault {
    if let Some(hold) = &rule.hold {
        fault = fault.hold_at(&hold.name, hold.at);
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
    if let Some(forgery) = &rule.forge {
        fault = fault.forge(forgery.clone());
    }
    if let Some(keep_alive) = rule.keep_alive {
        fault = fault.keep_alive(keep_alive);
    }
    if let Some(slow_read) = rule.slow_read {
        fault = fault.slow_read(slow_read);
    }
    if let Some(connection) = rule.connection {
        fault = fault.connection(connection);
    }
    fault
}

/// What base64 stands for, be it on one line or on several. What is none has been refused.
fn bytes(base64: &str) -> Vec<u8> {
    let digits: String = base64.split_ascii_whitespace().collect();
    STANDARD.decode(digits).unwrap_or_default()
}

fn header(text: &str) -> HeaderText {
    // What begins with `$` and is no known function has been refused.
    match text.parse() {
        Ok(moment) => HeaderText::of(moment),
        Err(_) => HeaderText::Fixed(text.to_owned()),
    }
}

fn error(rule: &Rule) -> ScriptedError {
    let reply = rule.error.clone().unwrap_or_default();
    let disguise = rule.disguise.clone().unwrap_or_default();
    ScriptedError {
        status: reply.status,
        error: reply.error,
        suberror: reply.suberror,
        number: match disguise.number {
            NumberDisguise::Documented => reply.number,
            NumberDisguise::Unknown => Some(999_999),
        },
        description: match disguise.prose {
            Prose::English => reply.description,
            Prose::Japanese => {
                Some("要求を処理できませんでした。管理者に連絡してください。".to_owned())
            }
            Prose::Absent => Some(String::new()),
        },
        claims: reply.claims.then(|| CLAIMS.to_owned()),
        members: match disguise.extra_members {
            ExtraMembers::None => Vec::new(),
            ExtraMembers::Unknown => unknown_members(),
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
    use crate::fault::DirectoryNames;
    use crate::journal::Endpoint;
    use crate::{Provider, directory::Directory};

    fn rule(rule: Value) -> Rule {
        serde_json::from_value(rule).unwrap()
    }

    fn fault(rule: Value) -> Fault {
        let directory = &Directory::default();
        let names = DirectoryNames {
            provider: Provider::Okta,
            directory,
        };
        translated(&self::rule(rule), &names).unwrap()
    }

    /// Whatever a rule says reaches the script.
    #[test]
    fn every_field_of_a_rule_is_heard() {
        let everything = fault(json!({
            "to": "resource",
            "only": { "tenant": "default", "grant": "password", "scope": "a", "presents": "RT#2", "attempt": 3, "generation": 1, "origin": "api", "connection": 2 },
            "nth": 2, "one_in": 3, "times": 4, "from": "5s", "until": "6s", "ttl": "7s", "per": "address", "probability": 0.5,
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
            "forge": { "token": "id_token", "claims": { "aud": "x" }, "without": ["nbf"], "sign": "wrong_key" },
            "connection": "reset_body",
            "keep_alive": { "idle": "12s", "requests": 13 },
            "slow_read": { "bytes": 14, "every": "15s" },
        }));
        insta::assert_compact_debug_snapshot!(everything, @r#"Fault { at: Some(Resource), only: RequestFilter { clients: None, issuers: Some(["default"]), users: None, grant: Some("password"), scope: Some("a"), presents: Some(TokenLabel { kind: Refresh, serial: 2 }), attempt: Some(3), generation: Some(1), origin: Some(Api), connection: Some(2) }, nth: Some(2), one_in: Some(3), times: Some(4), from: Some(5s), until: Some(6s), ttl: Some(7s), probability: Some(0.5), per: Some(Address), rule: None, action: Action { replies: [503, 200], redirect: Some(Redirect { status: 307, to: Foreign }), headers: [("retry-after", [Epoch(7s), Fixed("8")])], header_lines: ["A:b"], without_headers: ["date"], body: Some(b"\0\xff"), content_type: Some("text/plain"), coding: Some(GzipClaimed), raw: Some(b"y"), error: Some(ScriptedError { status: None, error: "invalid_grant", suberror: None, number: Some(999999), description: Some(""), claims: Some("{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11\"]}}}"), members: [("x_hint", String("none")), ("x_numbers", Array [Number(1), Number(2.5), Null]), ("x_nested", Object {"error": String("not_the_error"), "error_codes": Array [Number(1)]})] }), set: [("a", Null)], remove: ["b"], rename: [("c", "d")], reverse_members: true, hold: Some(("h", AfterCommit)), delay: Some(9s), jitter: Some(10s), dribble: Some(11s), connection: Some(ResetBody), forge: Some(Forgery { token: Some(IdToken), claims: {"aud": String("x")}, without: ["nbf"], sign: WrongKey }), keep_alive: Some(KeepAlive { idle: Some(Length(12s)), requests: Some(13) }), slow_read: Some(SlowRead { bytes: 14, every: Length(15s) }) } }"#);
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
