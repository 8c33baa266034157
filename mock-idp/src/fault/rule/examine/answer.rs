//! What a rule answers: status, error, redirect, headers, body, or raw bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};

use super::{Complaint, MAX_TEXT, Place};
use super::{Replies, Rule};
use crate::fault::moment::Moment;

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
        per: _,
        probability: _,
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
        forge,
        connection: _,
        keep_alive: _,
        slow_read: _,
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
        ("forge", forge.is_some()),
        ("dribble", dribble.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, present)| present.then_some(key))
    .collect()
}

pub(super) fn examine(rule: &Rule, found: &mut Vec<Complaint>) {
    raw(rule, found);
    error(rule, found);
    redirect(rule, found);
    body(rule, found);
    headers(rule, found);
    header_lines(rule, found);
    without_headers(rule, found);
}

fn raw(rule: &Rule, found: &mut Vec<Complaint>) {
    let Some(raw) = &rule.raw else { return };
    let at = Place::of("raw");
    if raw.len() > MAX_TEXT {
        found.push(too_long(&at, "raw", raw.len()));
    }
    for key in parts(rule) {
        if key != "raw" {
            found.push(
                Complaint::at(key, format!("`raw` and `{key}` in one rule"))
                    .and(&at, "everything that is sent")
                    .help("write it into `raw`, or remove `raw`"),
            );
        }
    }
    if rule.connection.is_some() {
        found.push(
            Complaint::at("connection", "`raw` and `connection` in one rule")
                .and(&at, "everything that is sent")
                .note("after `raw` the connection is closed"),
        );
    }
}

fn error(rule: &Rule, found: &mut Vec<Complaint>) {
    let Some(reply) = &rule.error else {
        if rule.disguise.is_some() {
            found.push(Complaint::at(
                "disguise",
                "`disguise` without an `error` to disguise",
            ));
        }
        return;
    };
    let error = Place::of("error");
    if reply.error.is_empty() && reply.number.is_none() {
        found.push(
            Complaint::at(&error, "an error without its code")
                .help("write for instance `error: { status: 400, error: invalid_grant }`"),
        );
    }
    if reply
        .status
        .is_some_and(|status| !(400..=599).contains(&status))
    {
        found.push(Complaint::at(
            error.key("status"),
            "an error has a status from 400 to 599",
        ));
    }
    if let Some(Replies(replies)) = &rule.reply {
        let differs = reply
            .status
            .is_some_and(|status| replies.iter().any(|r| *r != status));
        if differs || replies.iter().any(|status| *status < 400) {
            found.push(
                Complaint::at("reply", "`reply` and `error` contradict each other")
                    .and(&error, "the error")
                    .help("`error` brings its status with it: remove `reply`"),
            );
        }
    }
    for (key, present) in bodies(rule) {
        if present {
            found.push(
                Complaint::at(key, format!("`{key}` and `error` in one rule"))
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

fn redirect(rule: &Rule, found: &mut Vec<Complaint>) {
    let Some(redirect) = &rule.redirect else {
        return;
    };
    let at = Place::of("redirect");
    if !matches!(redirect.status, 301 | 302 | 303 | 307 | 308) {
        found.push(
            Complaint::at(
                at.key("status"),
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
        ("forge", rule.forge.is_some()),
    ] {
        if present {
            found.push(
                Complaint::at(key, format!("`{key}` and `redirect` in one rule"))
                    .and(&at, "the answer")
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
            Complaint::at(
                Place::of("headers").key(name),
                format!("`{name}` and `redirect` in one rule"),
            )
            .and(&at, "sets it already")
            .help("to send it elsewhere, use `reply` and `headers`"),
        );
    }
}

fn body(rule: &Rule, found: &mut Vec<Complaint>) {
    if let Some(body) = &rule.body
        && body.len() > MAX_TEXT
    {
        found.push(too_long(&Place::of("body"), "body", body.len()));
    }
    let Some(base64) = &rule.body_base64 else {
        return;
    };
    let at = Place::of("body_base64");
    if rule.body.is_some() {
        found.push(
            Complaint::at(&at, "`body` and `body_base64` in one rule")
                .and("body", "the other body"),
        );
    }
    match STANDARD.decode(base64) {
        Ok(bytes) if bytes.len() > MAX_TEXT => {
            found.push(too_long(&at, "body_base64", bytes.len()));
        }
        Ok(_) => {}
        Err(why) => found.push(
            Complaint::at(&at, "this is not base64")
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

fn too_long(place: &Place, key: &str, bytes: usize) -> Complaint {
    Complaint::at(
        place,
        format!("`{key}` has {bytes} bytes, more than the {MAX_TEXT} that are sent"),
    )
}

fn headers(rule: &Rule, found: &mut Vec<Complaint>) {
    let headers = Place::of("headers");
    for (name, values) in &rule.headers {
        let list = headers.key(name);
        let key = list.itself();
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            found.push(
                Complaint::at(&key, format!("`{name}` is no name for a header"))
                    .help("what HTTP does not allow goes into `header_lines`"),
            );
        }
        let twice = rule.content_type.is_some() && name.eq_ignore_ascii_case("content-type");
        if twice {
            found.push(
                Complaint::at(&key, format!("`{name}` and `content_type` in one rule"))
                    .and("content_type", "the other"),
            );
        }
        if values.0.is_empty() {
            found.push(
                Complaint::at(&list, "a header that occurs no times")
                    .help("use `without_headers` to leave it out"),
            );
        }
        if values.0.len() > MAX_LINES {
            found.push(Complaint::at(
                &list,
                format!("a header that occurs more than {MAX_LINES} times"),
            ));
        }
        for (at, value) in values.0.iter().enumerate() {
            header_value(&list.element(at), value, found);
        }
    }
    if let Some(content_type) = &rule.content_type {
        header_value(&Place::of("content_type"), content_type, found);
    }
}

fn header_value(place: &Place, value: &str, found: &mut Vec<Complaint>) {
    if value.starts_with('$')
        && let Err(why) = value.parse::<Moment>()
    {
        found.push(
            Complaint::at(place, why.to_string()).help("write for instance `$http_date(+30s)`"),
        );
    }
    if HeaderValue::from_str(value).is_err() {
        found.push(
            Complaint::at(place, "a header holds visible ASCII characters and spaces")
                .help("what HTTP does not allow goes into `header_lines`"),
        );
    }
    if value.len() > MAX_LINE {
        found.push(Complaint::at(
            place,
            format!("a header of more than {MAX_LINE} bytes"),
        ));
    }
}

fn header_lines(rule: &Rule, found: &mut Vec<Complaint>) {
    let list = Place::of("header_lines");
    if rule.header_lines.len() > MAX_LINES {
        found.push(Complaint::at(
            &list,
            format!("more than {MAX_LINES} header lines"),
        ));
    }
    for (at, line) in rule.header_lines.iter().enumerate() {
        let node = list.element(at);
        if line.is_empty() {
            found.push(
                Complaint::at(&node, "an empty line ends the headers")
                    .help("use `raw` for an answer that is cut there"),
            );
        }
        if line.contains(['\r', '\n']) {
            found.push(
                Complaint::at(&node, "a header line with a line break in it")
                    .help("write two lines"),
            );
        }
        if line.len() > MAX_LINE {
            found.push(Complaint::at(
                &node,
                format!("a header line of more than {MAX_LINE} bytes"),
            ));
        }
    }
}

fn without_headers(rule: &Rule, found: &mut Vec<Complaint>) {
    let list = Place::of("without_headers");
    for (at, name) in rule.without_headers.iter().enumerate() {
        let node = list.element(at);
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            found.push(Complaint::at(
                &node,
                format!("`{name}` is no name for a header"),
            ));
        }
        let set = rule
            .headers
            .keys()
            .any(|other| other.eq_ignore_ascii_case(name));
        if set {
            found.push(Complaint::at(
                &node,
                format!("`{name}` is set and left out at once"),
            ));
        }
    }
}
