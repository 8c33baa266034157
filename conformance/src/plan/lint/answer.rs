//! What a rule answers: status, error, redirect, headers, body, or raw bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};

use super::{Findings, MAX_TEXT, View, below, element};
use crate::yaml::Node;
use mock_idp::fault::{Replies, Rule, RuleTarget};
use mock_idp::journal::Endpoint;

/// The most lines under `header_lines`, or values of one header.
const MAX_LINES: usize = 64;

/// The longest of them, in bytes.
const MAX_LINE: usize = 8 << 10;

/// The keys of a rule that say something of the answer.
pub(super) fn parts(rule: &Rule) -> Vec<&'static str> {
    let Rule {
        to: _,
        only: _,
        nth: _,
        one_in: _,
        times: _,
        from: _,
        until: _,
        ttl: _,
        reply,
        redirect,
        headers,
        header_lines,
        without_headers,
        body,
        body_base64,
        content_type,
        coding,
        raw,
        error,
        disguise,
        set,
        remove,
        rename,
        reverse_members,
        hold: _,
        delay: _,
        jitter: _,
        dribble,
        connection: _,
    } = rule;
    [
        ("reply", reply.is_some()),
        ("redirect", redirect.is_some()),
        ("headers", !headers.is_empty()),
        ("header_lines", !header_lines.is_empty()),
        ("without_headers", !without_headers.is_empty()),
        ("body", body.is_some()),
        ("body_base64", body_base64.is_some()),
        ("content_type", content_type.is_some()),
        ("coding", coding.is_some()),
        ("raw", raw.is_some()),
        ("error", error.is_some()),
        ("disguise", disguise.is_some()),
        ("set", !set.is_empty()),
        ("remove", !remove.is_empty()),
        ("rename", !rename.is_empty()),
        ("reverse_members", *reverse_members),
        ("dribble", dribble.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, present)| present.then_some(key))
    .collect()
}

pub(super) fn examine(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    raw(view, node, rule, found);
    error(view, node, rule, found);
    redirect(view, node, rule, found);
    body(view, node, rule, found);
    headers(view, node, rule, found);
    header_lines(view, node, rule, found);
    without_headers(view, node, rule, found);
}

fn raw(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let Some(raw) = &rule.raw else { return };
    let at = below(node, &["raw"]);
    if raw.len() > MAX_TEXT {
        found.push(too_long(view, at, "raw", raw.len()));
    }
    for key in parts(rule) {
        if key != "raw" {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("`raw` and `{key}` in one rule"),
                )
                .and(at.place(), "everything that is sent")
                .help("write it into `raw`, or remove `raw`"),
            );
        }
    }
    if rule.connection.is_some() {
        found.push(
            view.problem(
                below(node, &["connection"]),
                "`raw` and `connection` in one rule",
            )
            .and(at.place(), "everything that is sent")
            .note("after `raw` the connection is closed"),
        );
    }
}

fn error(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let Some(reply) = &rule.error else {
        if rule.disguise.is_some() {
            found.push(view.problem(
                below(node, &["disguise"]),
                "`disguise` without an `error` to disguise",
            ));
        }
        return;
    };
    let error = below(node, &["error"]);
    if reply.error.is_empty() {
        found.push(
            view.problem(error, "an error without its code")
                .help("write for instance `error: { status: 400, error: invalid_grant }`"),
        );
    }
    if rule.to != RuleTarget::Endpoint(Endpoint::Token) {
        found.push(
            view.problem(
                error,
                "an OAuth error that does not come from the token endpoint",
            )
            .help("a resource answers with `reply: 401`; the vendor's form follows from it"),
        );
    }
    if reply
        .status
        .is_some_and(|status| !(400..=599).contains(&status))
    {
        found.push(view.problem(
            below(error, &["status"]),
            "an error has a status from 400 to 599",
        ));
    }
    if let Some(Replies(replies)) = &rule.reply {
        let differs = reply
            .status
            .is_some_and(|status| replies.iter().any(|r| *r != status));
        if differs || replies.iter().any(|status| *status < 400) {
            found.push(
                view.problem(
                    below(node, &["reply"]),
                    "`reply` and `error` contradict each other",
                )
                .and(error.place(), "the error")
                .help("`error` brings its status with it: remove `reply`"),
            );
        }
    }
    for (key, present) in bodies(rule) {
        if present {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("`{key}` and `error` in one rule"),
                )
                .help("an error makes the body; keep one of them"),
            );
        }
    }
}

fn bodies(rule: &Rule) -> [(&'static str, bool); 2] {
    [
        ("body", rule.body.is_some()),
        ("body_base64", rule.body_base64.is_some()),
    ]
}

fn redirect(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let Some(redirect) = &rule.redirect else {
        return;
    };
    let at = below(node, &["redirect"]);
    if !matches!(redirect.status, 301 | 302 | 303 | 307 | 308) {
        found.push(
            view.problem(
                below(at, &["status"]),
                format!("{} sends nobody elsewhere", redirect.status),
            )
            .note(
                "the statuses of a redirect are 301, 302, 303, 307 and 308 (RFC 9110 section 15.4)",
            ),
        );
    }
    for (key, present) in [
        ("reply", rule.reply.is_some()),
        ("error", rule.error.is_some()),
        ("body", rule.body.is_some()),
        ("body_base64", rule.body_base64.is_some()),
        ("set", !rule.set.is_empty()),
        ("remove", !rule.remove.is_empty()),
        ("rename", !rule.rename.is_empty()),
        ("reverse_members", rule.reverse_members),
    ] {
        if present {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("`{key}` and `redirect` in one rule"),
                )
                .and(at.place(), "the answer")
                .help("a redirect is an answer of its own; keep one of them"),
            );
        }
    }
    let location = rule
        .headers
        .keys()
        .find(|name| name.eq_ignore_ascii_case("location"));
    if let Some(name) = location {
        found.push(
            view.problem(
                below(node, &["headers", name]),
                format!("`{name}` and `redirect` in one rule"),
            )
            .and(at.place(), "sets it already")
            .help("to send it elsewhere, use `reply` and `headers`"),
        );
    }
}

fn body(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    if let Some(body) = &rule.body
        && body.len() > MAX_TEXT
    {
        found.push(too_long(view, below(node, &["body"]), "body", body.len()));
    }
    let Some(base64) = &rule.body_base64 else {
        return;
    };
    let at = below(node, &["body_base64"]);
    if rule.body.is_some() {
        found.push(
            view.problem(at, "`body` and `body_base64` in one rule")
                .and(below(node, &["body"]).place(), "the other body"),
        );
    }
    match STANDARD.decode(base64) {
        Ok(bytes) if bytes.len() > MAX_TEXT => {
            found.push(too_long(view, at, "body_base64", bytes.len()));
        }
        Ok(_) => {}
        Err(why) => found.push(
            view.problem(at, "this is not base64")
                .label(in_words(&why))
                .note("the alphabet is A to Z, a to z, 0 to 9, `+` and `/`, padded with `=` (RFC 4648 section 4)"),
        ),
    }
}

fn in_words(why: &base64::DecodeError) -> String {
    match why {
        base64::DecodeError::InvalidByte(at, byte) => {
            format!("`{}` at position {}", byte.escape_ascii(), at + 1)
        }
        base64::DecodeError::InvalidLength(length) => format!("{length} characters"),
        base64::DecodeError::InvalidLastSymbol(..) => "the last character has bits to spare".into(),
        base64::DecodeError::InvalidPadding => "the padding is wrong".into(),
    }
}

fn too_long(
    view: &View<'_>,
    node: &Node,
    key: &str,
    bytes: usize,
) -> crate::diagnostic::Diagnostic {
    view.problem(
        node,
        format!("`{key}` has {bytes} bytes, more than the {MAX_TEXT} that are sent"),
    )
}

fn headers(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let headers = below(node, &["headers"]);
    for (name, values) in &rule.headers {
        let Some((key, list)) = headers.entry(name) else {
            continue;
        };
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            found.push(
                view.problem_at(key.span, format!("`{name}` is no name for a header"))
                    .help("what HTTP does not allow goes into `header_lines`"),
            );
        }
        let twice = rule.content_type.is_some() && name.eq_ignore_ascii_case("content-type");
        if twice {
            found.push(
                view.problem_at(key.span, format!("`{name}` and `content_type` in one rule"))
                    .and(below(node, &["content_type"]).place(), "the other"),
            );
        }
        if values.0.is_empty() {
            found.push(
                view.problem(list, "a header that occurs no times")
                    .help("use `without_headers` to leave it out"),
            );
        }
        if values.0.len() > MAX_LINES {
            found.push(view.problem(
                list,
                format!("a header that occurs more than {MAX_LINES} times"),
            ));
        }
        for (at, value) in values.0.iter().enumerate() {
            header_value(view, element(list, at), value, found);
        }
    }
    if let Some(content_type) = &rule.content_type {
        header_value(view, below(node, &["content_type"]), content_type, found);
    }
}

fn header_value(view: &View<'_>, node: &Node, value: &str, found: &mut Findings<'_>) {
    if HeaderValue::from_str(value).is_err() {
        found.push(
            view.problem(node, "a header holds visible ASCII characters and spaces")
                .help("what HTTP does not allow goes into `header_lines`"),
        );
    }
    if value.len() > MAX_LINE {
        found.push(view.problem(node, format!("a header of more than {MAX_LINE} bytes")));
    }
}

fn header_lines(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let list = below(node, &["header_lines"]);
    if rule.header_lines.len() > MAX_LINES {
        found.push(view.problem(list, format!("more than {MAX_LINES} header lines")));
    }
    for (at, line) in rule.header_lines.iter().enumerate() {
        let node = element(list, at);
        if line.is_empty() {
            found.push(
                view.problem(node, "an empty line ends the headers")
                    .help("use `raw` for an answer that is cut there"),
            );
        }
        if line.contains(['\r', '\n']) {
            found.push(
                view.problem(node, "a header line with a line break in it")
                    .help("write two lines"),
            );
        }
        if line.len() > MAX_LINE {
            found.push(view.problem(node, format!("a header line of more than {MAX_LINE} bytes")));
        }
    }
}

fn without_headers(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    let list = below(node, &["without_headers"]);
    for (at, name) in rule.without_headers.iter().enumerate() {
        let node = element(list, at);
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            found.push(view.problem(node, format!("`{name}` is no name for a header")));
        }
        let set = rule
            .headers
            .keys()
            .any(|other| other.eq_ignore_ascii_case(name));
        if set {
            found.push(view.problem(node, format!("`{name}` is set and left out at once")));
        }
    }
}
