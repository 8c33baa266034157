//! Keeping secrets out of messages, which quote the lines of a file.

use std::ops::Range;

use crate::diagnostic::nearest;
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

/// The private members of a JSON Web Key, and the one of a symmetric key.
const OF_JWK: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// Where secrets stand.
pub(super) struct Secrets(Vec<Span>);

impl Secrets {
    /// Whether what stands at a place is one.
    pub(super) fn has(&self, span: Span) -> bool {
        self.0
            .iter()
            .any(|secret| secret.start <= span.start && span.end <= secret.end)
    }
}

/// Where the secrets of a file stand.
pub(super) fn secrets(root: &Node) -> Secrets {
    let mut found = Vec::new();
    look(root, false, &mut found);
    Secrets(found)
}

fn is_secret(key: &str) -> bool {
    key == "pem" || OF_JWK.contains(&key) || nearest(key, KEYS).is_some()
}

fn look(node: &Node, secret: bool, found: &mut Vec<Span>) {
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                look(value, is_secret(&key.name), found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| look(item, secret, found)),
        Value::Text(text)
            if text.contains("-----BEGIN CERTIFICATE") && !text.contains("PRIVATE") => {}
        Value::Null | Value::Bool(_) => {}
        Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) | Value::Text(_) => {
            if secret {
                found.push(node.span);
            }
        }
    }
}

/// The text with `*` in place of every byte of a secret, so that all places stay where they are.
pub(super) fn masked(text: &str, secrets: &Secrets) -> String {
    let ranges: Vec<Range<usize>> = secrets.0.iter().map(|span| span.start..span.end).collect();
    hidden(text, &ranges)
}

/// The same for a text that could not be read: whatever follows a key with a secret, up to the end of its line, and private keys.
pub(super) fn unread(text: &str) -> String {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut in_key = false;
    for line in text.split_inclusive('\n') {
        in_key |= line.contains("-----BEGIN") && line.contains("PRIVATE");
        if in_key {
            ranges.push(start..start + line.len());
        } else if let Some(after) = after_secret_key(line) {
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
    use crate::yaml::parse;

    #[test]
    fn secrets_are_hidden_and_everything_stays_in_its_place() {
        let text = "users: [{ login: ada, password: é-secret-1 }]\nsecrets: [bare-secret]\nkeys:\n  - pem: |\n      -----BEGIN PRIVATE KEY-----\n      abcd\n    n: 1\nvaule: misspelt-1\nname: shown\n";
        let hidden = masked(text, &secrets(&parse(text).unwrap()));
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
}
