//! What people are told when a session has started.

use std::fmt::Write as _;

use clap::ValueEnum;

use super::ports::{name, origins};
use super::ready::{ControlFacts, Ready};
use super::who::Who;
use super::world_facts::WorldFacts;
use crate::environment::{Shell, Variable};
use crate::provider::Provider;

/// The width that everything fits where it can be broken.
const WIDTH: usize = 80;

/// Which environment lines to show, and for whom.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Lines {
    /// Whose environment variables to show as lines to copy; those of all that is served without it
    #[arg(long, value_enum)]
    env: Option<Whose>,
    /// Who is to read those lines
    #[arg(long, value_enum, default_value = "bash")]
    shell: Shell,
}

/// Whose environment variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Whose {
    Entra,
    Okta,
    All,
    None,
}

impl Lines {
    /// Whose variables to show; none for nobody's.
    pub(super) fn whose(self) -> Option<Who> {
        match self.env {
            Some(Whose::Entra) => Some(Who::Entra),
            Some(Whose::Okta) => Some(Who::Okta),
            Some(Whose::All) | None => Some(Who::All),
            Some(Whose::None) => None,
        }
    }

    /// The lines, below a heading.
    pub(super) fn show(self, variables: &[Variable]) -> String {
        let comment = match self.shell {
            Shell::Bash => "bash",
            Shell::Powershell => "PowerShell",
            Shell::Dotenv => "a .env file",
        };
        let mut text = format!("# for {comment}\n");
        for (name, value) in variables {
            text.push_str(&self.shell.line(name, value));
            text.push('\n');
        }
        text
    }
}

/// The worlds, the CA and the control API.
pub(super) fn introduce(ready: &Ready) -> String {
    let mut text = String::new();
    let worlds = [
        (Provider::Entra, &ready.entra),
        (Provider::Okta, &ready.okta),
    ];
    for (provider, facts) in worlds {
        if let Some(facts) = facts {
            text.push_str(match provider {
                Provider::Entra => "Microsoft Entra ID\n",
                Provider::Okta => "Okta\n",
            });
            world(&mut text, provider, facts);
            text.push('\n');
        }
    }
    if let Some(ca) = &ready.ca {
        text.push_str("CA to trust\n");
        fact(&mut text, "file", &ca.file);
        text.push('\n');
    }
    if let Some(control) = &ready.control {
        text.push_str("Control API\n");
        steer(&mut text, control);
        text.push('\n');
    }
    text
}

fn world(text: &mut String, provider: Provider, facts: &WorldFacts) {
    for origin in origins(provider) {
        let name = name(*origin);
        if let Some(url) = facts.origins.get(name) {
            fact(text, &name.replace('_', " "), url);
        }
    }
    let optional = |text: &mut String, name, value: &Option<String>| {
        if let Some(value) = value {
            fact(text, name, value);
        }
    };
    optional(text, "authority", &facts.authority);
    fact(text, "issuer", &facts.issuer);
    fact(text, "token URL", &facts.token_url);
    fact(text, "keys", &facts.jwks_url);
    fact(text, "API", &facts.api_url);
    fact(text, "tenant", &facts.tenant);
    fact(text, "client id", &facts.client_id);
    fact(text, "client secret", &facts.client_secret);
    fact(text, "scope", &facts.scope);
    fact(text, "username", &facts.username);
    fact(text, "password", &facts.password);
    fact(text, "user scope", &facts.user_scope);
    optional(text, "API token", &facts.api_token);
}

fn steer(text: &mut String, control: &ControlFacts) {
    fact(text, "URL", &control.url);
    match &control.token_file {
        Some(file) => fact(text, "token in", file),
        None if control.needs_token => fact(text, "token", "as given"),
        None => {}
    }
}

/// A name and what it stands for: beside it if there is room, else below it. Words are not broken: they are copied.
fn fact(text: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let beside = format!("  {name:<16} {value}");
    let _ = if beside.chars().count() <= WIDTH {
        writeln!(text, "{beside}")
    } else {
        writeln!(text, "  {name}\n    {value}")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_beside_its_name_stands_below_it() {
        let mut text = String::new();
        fact(&mut text, "scope", &"x".repeat(61));
        fact(&mut text, "scope", &"x".repeat(62));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].len(), WIDTH);
        assert_eq!(lines[1..], ["  scope", &format!("    {}", "x".repeat(62))]);
    }
}
