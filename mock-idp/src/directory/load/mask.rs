//! Keeping secrets out of messages, which quote the lines of a file.

use std::ops::Range;

use crate::diagnostic::nearest;
use crate::keys::is_name;
use crate::yaml::{Node, Span, Value};

/// Keys with a secret under them. Keys that are misspelt count too.
const KEYS: [&str; 8] = [
    "value",
    "password",
    "secret",
    "secrets",
    "token",
    "private_key",
    "passphrase",
    "api_tokens",
];

/// What a key with a secret under it may have in it, as other programs call theirs: `client_secret`, `apiKey`.
const PARTS: [&str; 7] = [
    "secret",
    "passw",
    "pwd",
    "token",
    "credential",
    "apikey",
    "privatekey",
];

/// Keys that have such a part, and no secret under them.
const PLAIN: [&str; 8] = [
    "access_token",
    "refresh_token",
    "token_version",
    "password_expired",
    "any_client_secret",
    "any_password",
    "any_api_token",
    "unknown_refresh_tokens",
];

/// What stands beside a secret. Another key there may be one, in the wrong place.
const BESIDE: [&str; 7] = [
    "value",
    "id",
    "name",
    "not_before",
    "expires",
    "created",
    "user",
];

/// The private members of a JSON Web Key, and the one of a symmetric key.
const OF_JWK: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// The longest path of a file that is shown; a private key is longer.
const LONGEST_PATH: usize = 256;

/// Where secrets stand.
pub(super) struct Secrets(Vec<Range<usize>>);

impl Secrets {
    /// Whether what stands at a place is one.
    pub(super) fn has(&self, span: Span) -> bool {
        self.0
            .iter()
            .any(|secret| secret.start <= span.start && span.end <= secret.end)
    }
}

/// Where the secrets of a file stand.
pub(super) fn secrets(text: &str, root: &Node) -> Secrets {
    let mut found = Vec::new();
    match &root.value {
        Value::Null => {}
        Value::Map(_) => look(text, root, false, &mut found),
        // No directory at all, but perhaps a key or a token.
        _ => found.push(0..text.len()),
    }
    comments(text, root, &mut found);
    Secrets(found)
}

/// Everything behind a `#` that begins a comment: a secret that was in use before, say. What is no part of a value can begin one,
/// and so can a line of a block, which is hidden then though it is none.
fn comments(text: &str, root: &Node, found: &mut Vec<Range<usize>>) {
    let mut values = Vec::new();
    scalars(text, root, &mut values);
    values.sort_unstable_by_key(|value: &Range<usize>| value.start);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_comment = |at: &usize| {
            let after = values.partition_point(|value| value.start <= start + at);
            let inside = after.checked_sub(1).and_then(|place| values.get(place));
            line[..*at].trim().is_empty() || inside.is_none_or(|value| value.end <= start + at)
        };
        if let Some(at) = hashes(line).find(is_comment) {
            found.push(start + at + 1..start + line.len());
        }
        start += line.len();
    }
}

/// Where a `#` stands in a line that may begin a comment (YAML 1.2 section 6.6).
fn hashes(line: &str) -> impl Iterator<Item = usize> {
    let hashes = line.match_indices('#').map(|(at, _)| at);
    hashes.filter(|at| *at == 0 || line[..*at].ends_with([' ', '\t']))
}

/// Where keys and values stand, without what introduces a block.
fn scalars(text: &str, node: &Node, found: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                found.push(key.span.start..key.span.end);
                scalars(text, value, found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| scalars(text, item, found)),
        _ => {
            let span = node.span.start..node.span.end;
            let written = text.get(span.clone()).unwrap_or_default();
            let header = match written.starts_with(['|', '>']) {
                true => written.find('\n').unwrap_or(written.len()),
                false => 0,
            };
            found.push(span.start + header..span.end);
        }
    }
}

/// Whether a value that should be a name or a path may be a key itself, put in the wrong place.
fn is_no_name(key: &str, value: &Value) -> bool {
    let Value::Text(text) = value else {
        return false;
    };
    match key {
        "built_in" => !is_name(text),
        "file" => text.len() > LONGEST_PATH || text.contains('\n'),
        _ => false,
    }
}

fn is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    key == "pem"
        || OF_JWK.contains(&key)
        || !PLAIN.contains(&key)
            && (nearest(key, KEYS).is_some() || PARTS.iter().any(|part| plain.contains(part)))
}

fn look(text: &str, node: &Node, secret: bool, found: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let is_beside = nearest(&key.name, BESIDE).is_some();
                if secret && !is_beside {
                    found.push(key.span.start..key.span.end);
                }
                let secret = is_secret(&key.name) || secret && !BESIDE.contains(&key.name.as_str());
                let secret = secret || is_no_name(&key.name, &value.value);
                let is_inner = matches!(value.value, Value::Map(_) | Value::List(_));
                if secret && !is_inner && !is_certificate(value) {
                    // An anchor or a tag before it may have been meant as part of it.
                    let between = text.get(key.span.end..value.span.start);
                    let colon = between.and_then(|between| between.find(':'));
                    found.extend(colon.map(|at| key.span.end + at + 1..value.span.end));
                }
                look(text, value, secret, found);
                if let ("keys", Value::List(items)) = (key.name.as_str(), &value.value) {
                    let bare = items.iter().filter(|item| item.entries().is_empty());
                    found.extend(bare.map(|item| item.span.start..item.span.end));
                }
            }
        }
        Value::List(items) => {
            for item in items {
                look(text, item, secret, found);
            }
        }
        Value::Null | Value::Bool(_) => {}
        _ if is_certificate(node) => {}
        Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) | Value::Text(_) => {
            let is_key = matches!(&node.value, Value::Text(text) if text.contains("PRIVATE KEY"));
            if secret || is_key {
                found.push(node.span.start..node.span.end);
            }
        }
    }
}

/// A certificate is not secret, and a mistake in one is easier found if it is seen.
fn is_certificate(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => text.contains("-----BEGIN CERTIFICATE") && !text.contains("PRIVATE"),
        Value::Bool(_) => true,
        _ => false,
    }
}

/// The text with `*` in place of every byte of a secret, so that all places stay where they are.
pub(super) fn masked(text: &str, secrets: &Secrets) -> String {
    hidden(text, &secrets.0)
}

/// The same for a text that could not be read: whatever follows a key with a secret, up to the end of its line, comments, lines
/// without any key, which may go on with a secret, and private keys.
pub(super) fn unread(text: &str) -> String {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut in_key = false;
    for line in text.split_inclusive('\n') {
        in_key |= line.contains("-----BEGIN") && line.contains("PRIVATE");
        if in_key || !line.contains(':') {
            ranges.push(start..start + line.len());
        } else if let Some(after) = after_secret_key(line).into_iter().chain(hashes(line)).min() {
            ranges.push(start + after..start + line.len());
        }
        in_key &= !line.contains("-----END");
        start += line.len();
    }
    hidden(text, &ranges)
}

/// Behind the first colon of a line that has a key with a secret before it.
fn after_secret_key(line: &str) -> Option<usize> {
    line.match_indices(':').map(|(at, _)| at).find_map(|at| {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let before = line[..at].trim_end_matches(|c| !is_name(c));
        let name = before.rsplit(|c| !is_name(c)).next()?;
        is_secret(name).then_some(at + 1)
    })
}

fn hidden(text: &str, ranges: &[Range<usize>]) -> String {
    let mut hidden = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c != '\n' && c != ' ' && ranges.iter().any(|range| range.contains(&at)) {
            hidden.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            hidden.push(c);
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::yaml::parse;

    #[test]
    fn secrets_are_hidden_and_everything_stays_in_its_place() {
        let text = "users: [{ login: ada, password: é-secret-1 }]\nsecrets: [bare-secret]\nkeys:\n  - pem: |\n      -----BEGIN PRIVATE KEY-----\n      abcd\n    n: 1\nvaule: misspelt-1\nname: shown\n";
        let hidden = masked(text, &secrets(text, &parse(text).unwrap()));
        assert_eq!(hidden.len(), text.len());
        for secret in ["secret-1", "bare", "abcd", "misspelt-1"] {
            assert!(!hidden.contains(secret), "{hidden}");
        }
        assert!(
            hidden.contains("login: ada") && hidden.contains("name: shown"),
            "{hidden}"
        );
    }

    #[test]
    fn they_are_hidden_in_a_file_that_cannot_be_read() {
        let text = "a: [\n- { value: hunter2-hunter2, x: 1 }\n  password : abcdefgh\n  name: shown\n-----BEGIN PRIVATE KEY-----\nabcd\n-----END PRIVATE KEY-----\nlogin: ada\n";
        insta::assert_snapshot!(unread(text), @"
        a: [
        - { value: **************** ** * *
          password : ********
          name: shown
        ********** ******* ********
        ****
        ******** ******* ********
        login: ada
        ");
    }

    #[test]
    fn comments_are_hidden_and_what_only_looks_like_one_is_not() {
        let text = "# MARK: a\na: 1 # MARK\nb: x#shown # MARK\nc: 'a # shown' # MARK\nd: [a, # MARK\n  b]\ne: | # MARK\n  text # shown\n# MARK\nf: > # MARK\n  folded\n\n  # hidden too\ng: one # MARK 'x\n# MARK\nh: é # MARK é\ni: a\n  b # MARK\n";
        let hidden = masked(text, &secrets(text, &parse(text).unwrap()));
        assert_eq!(hidden.len(), text.len());
        insta::assert_snapshot!(hidden, @"
        # ***** *
        a: 1 # ****
        b: x#shown # ****
        c: 'a # shown' # ****
        d: [*, # ****
          *]
        e: | # ****
          text # shown
        # ****
        f: > # ****
          folded

          # ****** ***
        g: one # **** **
        # ****
        h: é # **** **
        i: a
          b # ****
        ");
        assert!(!unread(text).contains("MARK"), "{}", unread(text));
    }

    #[test]
    fn no_message_tells_a_secret_whatever_it_was_mistaken_for() {
        let application = [
            "client_secret: MARK-secret",
            "clientSecret: MARK-secret",
            "api-key: MARK-secret",
            "pwd: MARK-secret",
            "credentials: [MARK-secret]",
            "secrets: [{ value: { text: MARK-secret } }]",
            "secrets: { a: MARK-secret }",
            "secrets: { MARK-secret: a }",
            "secrets: [{ MARK-secret }]",
            "secrets: [{ MARK-secret: ab, value: long-enough }]",
            "secrets: [{ value: &MARK-secret }]",
            "secrets: [{ value: !MARK-secret }]",
            "secrets: [{ value: *MARK-secret }]",
            "secrets: [{ value: @MARK-secret }]",
            "secrets:\n  - id: x\n    value=MARK-secret",
            "secrets: [{ value: short }] # was MARK",
            "secrets: [{ value: short }] # value: MARK",
            "secrets: # MARK\n  - value: short",
            "secrets:\n  - value: short # MARK\n    # MARK\n    vlaue: other # MARK",
            "unknown: 1 # MARK",
            "unknown: [1, # MARK\n  2] # MARK",
            "unknown: [1, # MARK",
            "name: [ab # MARK",
            "enabled: maybe # password MARK",
            "secrets:\n  - value: \"begun\n      MARK-secret\n    x: 3",
        ];
        let application = application.iter().map(|line| {
            let line = line.replace('\n', "\n        ");
            format!("okta:\n  applications:\n    - id: x\n      {line}\n")
        });
        let okta = [
            "keys: [MARK-secret]",
            "keys: [{ file: \"-----BEGIN PRIVATE KEY----- MARK\" }]",
            "keys: [{ built_in: \"-----BEGIN PRIVATE KEY----- MARK\" }]",
            "keys: [{ built_in: \"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjMARK\" }]",
            "keys: [{ built_in: \"okta-1 MARK\" }]",
            "keys: [{ built_in: okta-9 }] # MARK",
            "keys: [{ file: a.pem }] # MARK",
            "keys: [{ file: LONG-MARK }]",
            "users: [{ id: x, password: { MARK: } }]",
        ];
        let okta = okta.iter().map(|line| format!("okta:\n  {line}\n"));
        let whole = [
            "MARK-secret",
            "[MARK-secret]",
            "-----BEGIN PRIVATE KEY-----\nMARK\n-----END PRIVATE KEY-----\n",
        ];
        for text in application.chain(okta).chain(whole.map(str::to_owned)) {
            let text = text.replace("LONG", &"abcd".repeat(100));
            let nameless = crate::directory::Directory::from_yaml(&text).unwrap_err();
            let root = parse(&text).ok();
            let named = root.map(|root| {
                let here = Some(std::path::Path::new("."));
                super::super::read(&Source::new("a.yaml", text.as_str()), root, here).unwrap_err()
            });
            let named = named.map(super::super::BadDirectory::from);
            for mistakes in [Some(nameless), named].into_iter().flatten() {
                let said = format!("{mistakes}{:?}", mistakes.problems());
                assert!(!said.contains("MARK"), "{text}\n{said}");
            }
        }
    }
}
