//! Client secrets that were taken away.

use std::collections::HashSet;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use super::Directory;
use crate::provider::Provider;
use crate::secret::Secret;

/// How many are remembered; the oldest make room.
const KEPT: usize = 1_000;

/// Client secrets that no longer work, by client id, so that one can be recognised when a client goes on using it. No `Debug` of
/// what they are.
#[derive(Default)]
pub(crate) struct FormerSecrets(RwLock<Vec<(String, Secret)>>);

impl FormerSecrets {
    /// Remembers the secrets that a change of the directory takes away.
    pub(crate) fn note(&self, provider: Provider, before: &Directory, after: &Directory) {
        let kept: HashSet<(&str, &Secret)> = pairs(provider, after).collect();
        for (client_id, secret) in pairs(provider, before) {
            if !kept.contains(&(client_id, secret)) {
                self.add(client_id, secret.clone());
            }
        }
    }

    fn add(&self, client_id: &str, secret: Secret) {
        // Nothing under this lock panics.
        let mut former = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if former.len() >= KEPT {
            former.remove(0);
        }
        former.push((client_id.to_owned(), secret));
    }

    /// As they are now, to be put back.
    pub(crate) fn saved(&self) -> SavedSecrets {
        SavedSecrets(self.all())
    }

    /// Has them be as they were.
    pub(crate) fn restore(&self, saved: &SavedSecrets) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = saved.0.clone();
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<(String, Secret)> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The former secrets of an instant. No `Debug` of what they are.
#[derive(Clone)]
pub(crate) struct SavedSecrets(Vec<(String, Secret)>);

fn pairs(provider: Provider, directory: &Directory) -> impl Iterator<Item = (&str, &Secret)> {
    let applications = directory.applications(provider);
    applications.flat_map(|application| {
        let secrets = application.secrets.iter();
        secrets.map(|secret| (application.id.as_str(), &secret.value))
    })
}

impl fmt::Debug for FormerSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormerSecrets({})", self.all().len())
    }
}
