//! What users have allowed applications, each for himself.

use std::collections::{BTreeMap, BTreeSet};

/// How many pairs of user and application are remembered, and how many scopes of each. What is beyond has to be asked again.
const REMEMBERED: usize = 10_000;
const SCOPES: usize = 200;

/// Whose consent to what application.
type Pair = (String, String, String);

/// The consents of a world: scopes as `resource/name`, by tenant, user and application.
#[derive(Clone, Debug, Default)]
pub(super) struct Consents(BTreeMap<Pair, BTreeSet<String>>);

impl Consents {
    /// Adds to what a user allows an application.
    pub(super) fn give(&mut self, issuer: &str, user: &str, client: &str, scopes: &[String]) {
        let pair = (issuer.to_owned(), user.to_owned(), client.to_owned());
        if scopes.is_empty() || (self.0.len() >= REMEMBERED && !self.0.contains_key(&pair)) {
            return;
        }
        let known = self.0.entry(pair).or_default();
        for scope in scopes {
            if known.len() < SCOPES {
                known.insert(scope.clone());
            }
        }
    }

    /// What a user allows an application.
    pub(super) fn of(&self, issuer: &str, user: &str, client: &str) -> Vec<String> {
        let pair = (issuer.to_owned(), user.to_owned(), client.to_owned());
        let scopes = self.0.get(&pair).into_iter().flatten();
        scopes.cloned().collect()
    }

    /// Takes scopes of an application back, whoever allowed them, by their names without resource.
    pub(super) fn withdraw(&mut self, client: &str, names: &[String]) {
        for ((_, _, known), scopes) in &mut self.0 {
            if known.eq_ignore_ascii_case(client) {
                scopes.retain(|scope| {
                    let name = scope.rsplit('/').next().unwrap_or(scope);
                    !names.iter().any(|taken| taken.eq_ignore_ascii_case(name))
                });
            }
        }
        self.0.retain(|_, scopes| !scopes.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn each_user_allows_for_himself_and_so_much() {
        let mut consents = Consents::default();
        consents.give(
            "t",
            "ada",
            "app",
            &scopes(&["api://x/read", "api://x/write"]),
        );
        assert_eq!(
            consents.of("t", "ada", "app"),
            scopes(&["api://x/read", "api://x/write"])
        );
        assert!(consents.of("t", "ben", "app").is_empty());
        assert!(consents.of("other", "ada", "app").is_empty());
        consents.withdraw("APP", &scopes(&["Read"]));
        assert_eq!(consents.of("t", "ada", "app"), scopes(&["api://x/write"]));
        consents.withdraw("app", &scopes(&["write"]));
        assert!(consents.0.is_empty());
        let many: Vec<String> = (0..2 * SCOPES)
            .map(|number| format!("r/{number}"))
            .collect();
        consents.give("t", "ada", "app", &many);
        assert_eq!(consents.of("t", "ada", "app").len(), SCOPES);
        for number in 0..2 * REMEMBERED {
            consents.give("t", &format!("u{number}"), "app", &many[..1]);
        }
        assert_eq!(consents.0.len(), REMEMBERED);
    }
}
