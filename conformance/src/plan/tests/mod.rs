//! Tests of loading and planning, by topic.

mod answers;
mod bounds;
mod checks;
mod clients;
mod clocks;
mod gaps;
mod happening;
mod head;
mod kinds;
mod matrix;
mod needs;
mod passive;
mod proof;
mod reference;
mod robust;
mod rules;
mod script;
mod shape;
mod steps;

use std::fmt::Write as _;

use super::{load, plan};
use crate::case::Case;
use crate::diagnostic::{Diagnostics, Source};
use crate::registry::Registry;

/// A registry of two.
fn registry() -> Registry {
    Registry::parse(&Source::new(
        "requirements.yaml",
        "schema: 1
requirements:
  - { id: cache.reuse-while-fresh, says: A fresh token is reused., level: should, authority: vendor, caught_on: [RefreshesEveryCall] }
  - { id: rotation.discard-old, says: The old refresh token is dropped., level: must, authority: rfc, caught_on: [KeepsOldRefreshToken] }
",
    ))
    .unwrap()
}

fn cases(text: &str) -> Result<Vec<Case>, Diagnostics> {
    let file = load(&Source::new("a.yaml", text), None)?;
    plan(&file, &registry())
}

/// The cases with their runs and checks, or the mistakes.
fn outcome(text: &str) -> String {
    match cases(text) {
        Ok(cases) => cases.iter().fold(String::new(), |mut out, case| {
            let checks: Vec<_> = case.checks.iter().map(|c| c.check.id.as_str()).collect();
            let _ = writeln!(
                out,
                "{} x{} {}",
                case.name,
                case.variations.len(),
                checks.join(" ")
            );
            out
        }),
        Err(problems) => problems.to_string(),
    }
}

/// A sound file with these lines in place of its body's.
fn with_body(body: &str) -> String {
    outcome(&format!(
        "schema: 1\nscenario: a/b\nabout: x\nproviders: [okta]\nneeds: [clock, timers, concurrency, resource, cancel, restart, swap, stores, grant.client_credentials, grant.password, grant.refresh_token]\n{body}"
    ))
}

/// A sound file with these clients and this check.
fn with_clients(clients: &str, check: &str) -> String {
    with_body(&format!(
        "clients: {clients}\nsteps: [{{ call_api: {{ as: a }} }}]\nchecks: [{{ id: c, req: rotation.discard-old, {check} }}]\n"
    ))
}

/// A sound file with two clients that have refresh tokens of their own, and these steps.
fn with_pair(steps: &str) -> String {
    with_body(&format!(
        "clients: {{ ada: {{ refresh_token: rt1 }}, ben: {{ refresh_token: rt2, user: second }} }}\nsteps:\n{steps}checks: [{{ id: c, req: rotation.discard-old, gap: {{ between: token, at_least: 1s }} }}]\n"
    ))
}

/// A sound file with this check.
fn with_check(check: &str) -> String {
    with_body(&format!(
        "steps:\n  - call_api: {{ as: a }}\nchecks:\n  - {{ id: c, req: rotation.discard-old, {check} }}\n"
    ))
}

/// A sound file with this script rule.
fn with_rule(rule: &str) -> String {
    with_body(&format!(
        "idp:\n  script:\n    - {{ {rule} }}\nsteps: [{{ get_token: {{ as: a }} }}]\nchecks: [{{ id: c, req: rotation.discard-old, each: {{ of: a, outcome: ok }} }}]\n"
    ))
}

/// A sound file with these steps.
fn with_steps(steps: &str) -> String {
    with_body(&format!(
        "steps:\n{steps}checks: [{{ id: c, req: rotation.discard-old, gap: {{ between: token, at_least: 1s }} }}]\n"
    ))
}

/// Several mistakes below each other, each with its title and where the caret points only.
fn brief(results: &[String]) -> String {
    let mut out = String::new();
    for result in results {
        for line in result.lines() {
            let kept = line.starts_with("error")
                || line.contains('^')
                || line.contains("= help")
                || line.contains("= note");
            if kept {
                let _ = writeln!(out, "{}", line.trim_start_matches([' ', '|']));
            }
        }
        if result.is_empty() || !result.starts_with("error") {
            let _ = writeln!(out, "no mistake: {}", result.trim_end());
        }
        out.push('\n');
    }
    out
}
