//! Drivers to begin with, one for each language, as `init driver` writes them.

use std::path::Path;

use clap::ValueEnum;

/// A language that there is a template for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Language {
    /// Python 3.7 or later, without packages
    Python,
    /// Node.js 16 or later, without packages
    Node,
    /// Rust: a folder with a package
    Rust,
    /// Go 1.18 or later, without modules
    Go,
    /// Java 15 or later, without libraries
    Java,
    /// C# as one file, for .NET 10 or later
    Csharp,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Python,
        Self::Node,
        Self::Rust,
        Self::Go,
        Self::Java,
        Self::Csharp,
    ];

    /// Where a driver stands if nothing else is said: a file, or Rust's folder.
    #[must_use]
    pub fn usual_place(self) -> &'static str {
        match self {
            Self::Python => "driver.py",
            Self::Node => "driver.mjs",
            Self::Rust => "driver",
            Self::Go => "driver.go",
            Self::Java => "Driver.java",
            Self::Csharp => "driver.cs",
        }
    }

    /// The files of a driver: each with its path below the place, which is empty where the place is the file.
    #[must_use]
    pub fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Python => &[("", include_str!("../../templates/driver/driver.py"))],
            Self::Node => &[("", include_str!("../../templates/driver/driver.mjs"))],
            Self::Rust => &[
                (
                    "Cargo.toml",
                    include_str!("../../templates/driver/rust/Cargo.toml"),
                ),
                (
                    "src/main.rs",
                    include_str!("../../templates/driver/rust/src/main.rs"),
                ),
            ],
            Self::Go => &[("", include_str!("../../templates/driver/driver.go"))],
            Self::Java => &[("", include_str!("../../templates/driver/Driver.java"))],
            Self::Csharp => &[("", include_str!("../../templates/driver/driver.cs"))],
        }
    }

    /// What builds a driver at this place, if anything has to, and what starts it; as a shell takes them.
    #[must_use]
    pub fn commands(self, place: &Path) -> (Option<String>, String) {
        let quoted =
            |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), Into::into);
        let file = quoted(&place.to_string_lossy());
        match self {
            Self::Python => (None, format!("python3 {file}")),
            Self::Node => (None, format!("node {file}")),
            Self::Rust => {
                let manifest = quoted(&place.join("Cargo.toml").to_string_lossy());
                let program = quoted(&place.join("target/debug/driver").to_string_lossy());
                (
                    Some(format!("cargo build --manifest-path {manifest}")),
                    program,
                )
            }
            Self::Go => {
                let mut program = place.with_extension("");
                if program == place {
                    program.set_extension("out");
                }
                // A bare name would be looked for among the installed programs.
                let program = match program.components().count() {
                    1 => format!("./{}", program.display()),
                    _ => program.display().to_string(),
                };
                let program = quoted(&program);
                (Some(format!("go build -o {program} {file}")), program)
            }
            Self::Java => (None, format!("java {file}")),
            Self::Csharp => (None, format!("dotnet run {file}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that are not blank. What a reader takes in at a glance; Java comes without JSON, Rust without that and HTTP.
    fn most_lines(language: Language) -> usize {
        match language {
            Language::Python | Language::Node | Language::Go | Language::Csharp => 60,
            Language::Java => 75,
            Language::Rust => 140,
        }
    }

    #[test]
    fn templates_are_short_and_say_what_is_to_be_done() {
        for language in Language::ALL {
            let text: String = language.files().iter().map(|(_, text)| *text).collect();
            let lines = text.lines().filter(|line| !line.is_empty()).count();
            assert!(
                lines <= most_lines(language),
                "{language:?} has {lines} lines"
            );
            assert!(text.matches("TODO").count() >= 4, "{language:?}");
            assert!(text.contains("check-driver"), "{language:?}");
            for line in text.lines() {
                assert!(line.chars().count() <= 150, "{language:?}: {line}");
            }
        }
    }

    /// What cannot be run here is at least whole: every obligatory operation, the capabilities as JSON, the CA, a flush by line.
    #[test]
    fn templates_know_the_obligatory_operations() {
        for language in Language::ALL {
            let text: String = language.files().iter().map(|(_, text)| *text).collect();
            for word in [
                "hello",
                "open",
                "get_token",
                "close",
                "set_clock",
                "unsupported",
                "err",
                "driven",
                "client_credentials",
                "token_url",
                "client_secret",
                "expires_in",
                "scope",
            ] {
                assert!(
                    text.to_lowercase().contains(word),
                    "{language:?} has no `{word}`"
                );
            }
            assert!(
                text.to_lowercase().contains("ca_pem") || text.contains("ca_file"),
                "{language:?}"
            );
        }
    }

    #[test]
    fn brackets_are_closed() {
        for language in Language::ALL {
            let text: String = language.files().iter().map(|(_, text)| *text).collect();
            for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
                let count = |bracket| text.matches(bracket).count();
                // A pattern in Java has one of each more or less.
                let off = count(open).abs_diff(count(close));
                assert!(
                    off == 0,
                    "{language:?}: {off} `{open}` or `{close}` too many"
                );
            }
        }
    }

    #[test]
    fn commands_are_what_a_shell_takes() {
        let mut table = Vec::new();
        for language in Language::ALL {
            for place in [language.usual_place(), "my tests/d"] {
                let (build, start) = language.commands(Path::new(place));
                table.push(format!("{} -> {start}", build.unwrap_or_default()));
            }
        }
        insta::assert_snapshot!(table.join("\n"), @"
         -> python3 driver.py
         -> python3 'my tests/d'
         -> node driver.mjs
         -> node 'my tests/d'
        cargo build --manifest-path driver/Cargo.toml -> driver/target/debug/driver
        cargo build --manifest-path 'my tests/d/Cargo.toml' -> 'my tests/d/target/debug/driver'
        go build -o ./driver driver.go -> ./driver
        go build -o 'my tests/d.out' 'my tests/d' -> 'my tests/d.out'
         -> java Driver.java
         -> java 'my tests/d'
         -> dotnet run driver.cs
         -> dotnet run 'my tests/d'
        ");
    }
}
