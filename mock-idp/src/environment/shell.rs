//! Variables as lines to copy.

/// Who reads the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serve", derive(clap::ValueEnum))]
pub enum Shell {
    /// bash and other POSIX shells.
    Bash,
    /// PowerShell.
    Powershell,
    /// A `.env` file, as Docker and the dotenv libraries of Python and Node read it.
    Dotenv,
}

impl Shell {
    /// A line that sets a variable to exactly this value.
    ///
    /// Readers of `.env` files agree on less than shells do: a value that holds a single quote together with `"`, `\`, `$` or a
    /// line break is written with backslashes inside double quotes, which not all of them understand.
    #[must_use]
    pub fn line(self, name: &str, value: &str) -> String {
        match self {
            Self::Bash => format!("export {name}={}", posix(value)),
            Self::Powershell => format!("$env:{name} = {}", powershell(value)),
            Self::Dotenv => format!("{name}={}", dotenv(value)),
        }
    }
}

/// Inside single quotes nothing is special but the single quote (POSIX.1-2024, shell command language, section 2.2.2).
fn posix(value: &str) -> String {
    if is_plain(value) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Inside single quotes nothing is special but what counts as a single quote, which is doubled (about_Quoting_Rules). PowerShell
/// takes typographic ones for the same.
fn powershell(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    for character in value.chars() {
        quoted.push(character);
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(character);
        }
    }
    format!("'{quoted}'")
}

fn dotenv(value: &str) -> String {
    if is_plain(value) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\n', '\r']) {
        return format!("'{value}'");
    }
    let mut quoted = String::with_capacity(value.len() + 2);
    for character in value.chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '"' | '\\' | '$' => quoted.extend(['\\', character]),
            plain => quoted.push(plain),
        }
    }
    format!("\"{quoted}\"")
}

/// Whether nobody would take any of it for more than a letter.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.,:/@%+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [&str; 9] = [
        "https://127.0.0.1:8700",
        "",
        "two words",
        "it's",
        "$HOME `id` \"x\" \\",
        "a\nb",
        "‘typographic’",
        "entra-app-secret~Q8fJ2kLm",
        r#"{"a": "it's $5"}"#,
    ];

    #[test]
    fn each_reader_has_its_own_quotes() {
        let lines = |shell: Shell| {
            let lines: Vec<String> = VALUES.iter().map(|value| shell.line("A", value)).collect();
            lines.join("\n")
        };
        insta::assert_snapshot!(lines(Shell::Bash), @r#"
        export A=https://127.0.0.1:8700
        export A=''
        export A='two words'
        export A='it'\''s'
        export A='$HOME `id` "x" \'
        export A='a
        b'
        export A='‘typographic’'
        export A='entra-app-secret~Q8fJ2kLm'
        export A='{"a": "it'\''s $5"}'
        "#);
        insta::assert_snapshot!(lines(Shell::Powershell), @r#"
        $env:A = 'https://127.0.0.1:8700'
        $env:A = ''
        $env:A = 'two words'
        $env:A = 'it''s'
        $env:A = '$HOME `id` "x" \'
        $env:A = 'a
        b'
        $env:A = '‘‘typographic’’'
        $env:A = 'entra-app-secret~Q8fJ2kLm'
        $env:A = '{"a": "it''s $5"}'
        "#);
        insta::assert_snapshot!(lines(Shell::Dotenv), @r#"
        A=https://127.0.0.1:8700
        A=''
        A='two words'
        A="it's"
        A='$HOME `id` "x" \'
        A="a\nb"
        A='‘typographic’'
        A='entra-app-secret~Q8fJ2kLm'
        A="{\"a\": \"it's \$5\"}"
        "#);
    }

    /// The shell itself is asked what it understands.
    #[cfg(unix)]
    #[test]
    fn a_posix_shell_reads_back_every_value() {
        let special: String = (1..=126_u8).map(char::from).chain("‘é’".chars()).collect();
        for value in VALUES.into_iter().chain([special.as_str()]) {
            let script = format!("{}; printf '%s.' \"$A\"", Shell::Bash.line("A", value));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .unwrap();
            assert_eq!(
                String::from_utf8(output.stdout).unwrap(),
                format!("{value}.")
            );
        }
    }

    /// Docker, python-dotenv, Node's dotenv and shells agree on values without single quotes and line breaks.
    #[cfg(unix)]
    #[test]
    fn a_shell_reads_simple_dotenv_lines_too() {
        for value in VALUES
            .into_iter()
            .filter(|value| !value.contains(['\'', '\n']))
        {
            let script = format!("{}; printf '%s.' \"$A\"", Shell::Dotenv.line("A", value));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .unwrap();
            assert_eq!(
                String::from_utf8(output.stdout).unwrap(),
                format!("{value}.")
            );
        }
    }
}
