//! Logs of other programs, fit to be kept.

use super::hygiene::{CREDENTIALS, Hygiene};

/// How a private key in PEM begins and ends (RFC 7468 section 2); the word between says of what kind it is.
const BEGINS: &str = "-----BEGIN ";
const ENDS: &str = "-----END ";
const PRIVATE: &str = "PRIVATE KEY-----";

impl Hygiene<'_> {
    /// A text line by line without secrets and tokens. Lines are kept apart so that one that cannot be masked in pieces costs
    /// no other.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let mut scrubbed = String::with_capacity(text.len());
        let mut in_key = false;
        for line in text.split_inclusive('\n') {
            let (body, end) = match line.strip_suffix('\n') {
                Some(body) => (body, "\n"),
                None => (line, ""),
            };
            if body.contains(BEGINS) && body.contains(PRIVATE) {
                in_key = true;
                scrubbed.push_str("***");
                scrubbed.push_str(end);
            }
            if !in_key {
                scrubbed.push_str(&self.clean_to(&without_credentials(body), usize::MAX));
                scrubbed.push_str(end);
            }
            in_key &= !body.contains(ENDS);
        }
        scrubbed
    }
}

/// A line in which `***` stands for what follows the name of a credential and a `=` or `:`, quoted or not. A `code` may be
/// anything, an exit code for one, and stays.
fn without_credentials(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    let next = |rest: &str| {
        let names = CREDENTIALS.iter().filter(|name| **name != "code");
        let values = names.flat_map(|name| {
            let found = rest.match_indices(name);
            found.filter_map(|(at, name)| value_after(rest, at + name.len()))
        });
        values.min()
    };
    while let Some((begin, end)) = next(rest) {
        kept.push_str(&rest[..begin]);
        kept.push_str("***");
        rest = &rest[end..];
    }
    kept + rest
}

/// Where the value stands that is given to a name ending at `at`, if one is.
fn value_after(line: &str, at: usize) -> Option<(usize, usize)> {
    let after = |from: usize, skipped: &[char]| {
        let rest = &line[from..];
        from + (rest.len() - rest.trim_start_matches(skipped).len())
    };
    let sign = after(at, &['"', '\'', '\\', ' ']);
    line[sign..].starts_with(['=', ':']).then_some(())?;
    let begin = after(sign + 1, &['"', '\'', '\\', ' ']);
    let quote = line[sign + 1..begin]
        .chars()
        .rev()
        .find(|c| matches!(c, '"' | '\''));
    let is_end = |c: char| match quote {
        Some(quote) => c == quote || c == '\\',
        None => "\"'\\ &,;})]".contains(c),
    };
    let length = line[begin..].find(is_end).unwrap_or(line.len() - begin);
    // What was masked before is not masked again.
    (length > 0 && &line[begin..begin + length] != "***").then_some((begin, begin + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::known_secret::KnownSecrets;
    use super::*;
    use crate::ledger::Ledger;

    fn scrub(text: &str) -> String {
        let secrets = KnownSecrets::default();
        secrets.add("client_secret", "top/secret+1");
        let ledger = Ledger::default();
        let hygiene = Hygiene {
            secrets: secrets.now(),
            ledger: &ledger,
        };
        hygiene.scrub(text)
    }

    #[test]
    fn a_log_keeps_its_lines_and_loses_its_secrets() {
        let assertion = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhcHAifQ.c2lnbmF0dXJl";
        let log = format!(
            "starting\nDEBUG secret is top/secret+1!\nGET /a?x=dG9wL3NlY3JldCsx\nsent {assertion}\n{}\r\nend",
            "long ".repeat(100)
        );
        let scrubbed = scrub(&log);
        assert_eq!(scrubbed.lines().count(), log.lines().count());
        insta::assert_snapshot!(scrubbed.replace(&"long ".repeat(100), "(long)"), @"
        starting
        DEBUG secret is ***!
        GET /a?x=***
        sent ***
        (long)
        end
        ");
    }

    #[test]
    fn what_is_named_as_a_credential_is_masked_though_nobody_knows_it() {
        let lines = [
            "client_id=app&client_secret=of+somebody&scope=x",
            "{'client_secret': 'of somebody', 'grant_type': 'password'}",
            r#"{"refresh_token":"abc","password" : "def"}"#,
            r#"body: \"assertion\":\"abc\""#,
            "password=",
            "exit code: 1, error_code=7",
            "access_token=a access_token=b",
            "the password was wrong",
        ];
        insta::assert_snapshot!(scrub(&lines.join("\n")), @r#"
        client_id=app&client_secret=***&scope=x
        {'client_secret': '***', 'grant_type': 'password'}
        {"refresh_token":"***","password" : "***"}
        body: \"assertion\":\"***\"
        password=
        exit code: 1, error_code=7
        access_token=*** access_token=***
        the password was wrong
        "#);
    }

    #[test]
    fn a_private_key_is_left_out() {
        let key = "before\n-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAA\n-----END RSA PRIVATE KEY-----\nafter\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\ncut";
        insta::assert_snapshot!(scrub(key), @"
        before
        ***
        after
        -----BEGIN CERTIFICATE-----
        MIIB
        -----END CERTIFICATE-----
        ***
        ");
    }

    proptest! {
        #[test]
        fn nothing_known_comes_through(
            before in "\\PC{0,20}", name in "(client_secret|assertion|x)?", sign in "[=: \"'\\\\]{0,4}", after in "\\PC{0,20}|\n",
        ) {
            let scrubbed = scrub(&format!("{before}{name}{sign}top/secret+1{after}"));
            prop_assert!(!scrubbed.contains("top/secret+1"), "{}", scrubbed);
        }
    }
}
