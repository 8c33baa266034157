//! Placeholders in a command's arguments: `{token_url}` stands for what the variable `TOKENPROOF_TOKEN_URL` says.
//!
//! Only a name between braces is one. All other braces are the command's own: those of JSON, of a template, of a shell, whose
//! variables have a `$` before the brace.

use mock_idp::environment::{PREFIX, Variable};

use crate::diagnostic::did_you_mean;

/// A name between braces that nothing is called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnknownPlaceholder {
    message: String,
}

/// The command with every placeholder of its arguments replaced. The program's own name has none.
///
/// # Errors
///
/// [`UnknownPlaceholder`] for the first that is none of our own variables, in lower case and without their prefix.
pub(super) fn filled(
    command: &[String],
    own: &[Variable],
) -> Result<Vec<String>, UnknownPlaceholder> {
    let known: Vec<(String, &str)> = own
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_lowercase(), &**value)))
        .collect();
    let arguments = command.iter().skip(1).map(|text| argument(text, &known));
    command
        .iter()
        .take(1)
        .cloned()
        .map(Ok)
        .chain(arguments)
        .collect()
}

fn argument(text: &str, known: &[(String, &str)]) -> Result<String, UnknownPlaceholder> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(brace) = rest.find('{') {
        let (before, from) = rest.split_at(brace);
        filled.push_str(before);
        rest = if before.ends_with('$') {
            filled.push('{');
            &from[1..]
        } else if let Some((name, after)) = named(from, "{{", "}}") {
            filled.extend(["{", name, "}"]);
            after
        } else if let Some((name, after)) = named(from, "{", "}") {
            let value = known.iter().find(|(known, _)| known == name);
            filled.push_str(value.ok_or_else(|| unknown(name, known))?.1);
            after
        } else {
            filled.push('{');
            &from[1..]
        };
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The name that a text begins with, between these braces, and what follows.
fn named<'t>(text: &'t str, open: &str, close: &str) -> Option<(&'t str, &'t str)> {
    let (name, after) = text.strip_prefix(open)?.split_once(close)?;
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    is_name.then_some((name, after))
}

fn unknown(name: &str, known: &[(String, &str)]) -> UnknownPlaceholder {
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let guess = did_you_mean(name, names.iter().copied())
        .map(|guess| format!(" ({guess})"))
        .unwrap_or_default();
    UnknownPlaceholder {
        message: format!(
            "nothing is called `{{{name}}}`{guess}; the names that the command's arguments may hold between braces are {}. Write \
             `{{{{{name}}}}}` for `{{{name}}}` itself",
            names.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fill(text: &str) -> String {
        let own = [
            ("TOKENPROOF_TOKEN_URL", "https://127.0.0.1:1/token"),
            ("TOKENPROOF_CLIENT_ID", "app"),
            ("SSL_CERT_FILE", "ca.pem"),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let command = ["{program}".to_owned(), text.to_owned()];
        match filled(&command, &own) {
            Ok(command) => {
                assert_eq!(command[0], "{program}", "the program is no argument");
                command[1].clone()
            }
            Err(unknown) => unknown.to_string(),
        }
    }

    #[test]
    fn names_between_braces_are_replaced_and_other_braces_stay() {
        insta::assert_snapshot!(fill("--url={token_url}&id={client_id}"), @"--url=https://127.0.0.1:1/token&id=app");
        insta::assert_snapshot!(fill(r#"{"id":"{client_id}","more":{}}"#), @r#"{"id":"app","more":{}}"#);
        insta::assert_snapshot!(fill("${HOME} ${token_url} ${x} {} {print $1} {{ .Name }} {a-b} {1}"), @"${HOME} ${token_url} ${x} {} {print $1} {{ .Name }} {a-b} {1}");
        insta::assert_snapshot!(fill("{{client_id}} { {client_id} } {{{client_id}}}"), @"{client_id} { app } {{client_id}}");
        insta::assert_snapshot!(fill("{{shell_variable}} {unfinished"), @"{shell_variable} {unfinished");
        insta::assert_snapshot!(fill(""), @"");
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list_of_those_there_are() {
        insta::assert_snapshot!(fill("{token_uri}"), @"nothing is called `{token_uri}` (did you mean `token_url`?); the names that the command's arguments may hold between braces are token_url, client_id. Write `{{token_uri}}` for `{token_uri}` itself");
        insta::assert_snapshot!(fill("{ssl_cert_file}"), @"nothing is called `{ssl_cert_file}`; the names that the command's arguments may hold between braces are token_url, client_id. Write `{{ssl_cert_file}}` for `{ssl_cert_file}` itself");
    }

    proptest! {
        #[test]
        fn text_without_names_between_braces_is_left_alone(text in "([{}]{1,3}[A-Z .$0-9-]|[a-z]){0,20}") {
            prop_assert_eq!(fill(&text), text);
        }

        #[test]
        fn one_pair_of_braces_more_stands_for_the_text_itself(name in "[a-z][a-z0-9_]{0,12}", before in "[^{}$]{0,5}") {
            prop_assert_eq!(fill(&format!("{before}{{{{{name}}}}}")), format!("{before}{{{name}}}"));
        }
    }
}
