//! What a directory may not say although each part of it is well-formed.

mod application;
mod assigned;
mod conditional_access;
mod entra;
mod finding;
mod okta;
mod org;
mod people;
mod rules;
mod step_up;

use std::collections::HashMap;

use super::path::Path;
use super::{Directory, SigningKeyEntry};
use crate::yaml::Node;

pub(super) use finding::{Finding, Follows};

/// Everything that is wrong with a directory. `root` is the file it was read from.
pub(super) fn directory(directory: &Directory, root: Option<&Node>) -> Vec<Finding> {
    let mut findings = Findings {
        root,
        found: Vec::new(),
    };
    entra::check(&directory.entra, &mut findings);
    okta::check(&directory.okta, &mut findings);
    rules::check(directory, &mut findings);
    findings.found
}

/// What has been found so far.
struct Findings<'n> {
    root: Option<&'n Node>,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Whether the file says something about this, be it what it would be without.
    fn is_written(&self, part: &Path, key: &'static str) -> bool {
        self.root
            .is_some_and(|root| part.node(root).is_some_and(|node| node.get(key).is_some()))
    }

    /// Each of these names but the first of its kind; case does not tell names apart.
    fn unique<'a>(&mut self, what: &str, names: impl IntoIterator<Item = (Path, &'a str)>) {
        let mut seen: HashMap<String, Path> = HashMap::new();
        for (path, name) in names {
            if name.is_empty() {
                self.add(Finding::at(path, format!("{what} is empty")));
                continue;
            }
            if let Some(first) = seen.get(&name.to_lowercase()) {
                let title = format!("{what} `{name}` occurs twice");
                self.add(Finding::at(path, title).and(first.clone(), "first here"));
                continue;
            }
            seen.insert(name.to_lowercase(), path);
        }
    }

    /// A reference to something by its name.
    fn refers<'a>(
        &mut self,
        path: Path,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        if !known.clone().any(|known| known == name) {
            let title = format!("there is no {what} `{name}`");
            self.add(Finding::dangling(path, title, name, known));
        }
    }

    fn keys(&mut self, path: &Path, keys: &[SigningKeyEntry]) {
        let mut ids = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            match crate::keys::read(key) {
                Ok(key) => ids.push((path.item(place), key.kid().to_owned())),
                Err(bad) => self.add(Finding::at(path.item(place), bad.to_string())),
            }
        }
        self.unique(
            "the signing key",
            ids.iter().map(|(path, id)| (path.clone(), id.as_str())),
        );
        let mut active = keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.status == super::KeyStatus::Active);
        let (first, second) = (active.next(), active.next());
        if !keys.is_empty() && first.is_none() {
            self.add(
                Finding::missing(path.clone(), "no key signs").help("one has `status: active`"),
            );
        }
        if let (Some((first, _)), Some((second, _))) = (first, second) {
            self.add(
                Finding::at(path.item(second), "two keys are active")
                    .and(path.item(first), "this one already")
                    .help("give this one `status: next` or `status: withdrawn`"),
            );
        }
    }
}
