//! The secrets of applications as they stand now.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;

use super::application::{Application, ClientSecret};
use crate::secret::Secret;

/// What has become of the secrets of a directory while the world runs. An application nobody has touched has those of the
/// directory. No `Debug` of what they are.
#[derive(Default)]
pub(crate) struct ClientSecrets(RwLock<HashMap<String, Changed>>);

/// The secrets of an application that was touched.
#[derive(Default)]
struct Changed {
    /// Those that are there now, the newest last.
    current: Vec<ClientSecret>,
    /// Every one that was added, even if it is gone.
    added: Vec<Secret>,
}

impl ClientSecrets {
    /// The secrets of an application.
    pub(crate) fn of<'d>(&self, application: &'d Application) -> Cow<'d, [ClientSecret]> {
        let changes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // Hardly any world changes a secret, and this is asked for every token.
        match changes.get(&application.id) {
            Some(changed) => Cow::Owned(changed.current.clone()),
            None => Cow::Borrowed(&application.secrets),
        }
    }

    /// The secret that whoever sets a client up now would be given: the one added last, or else the first that works.
    pub(crate) fn to_hand_out(&self, application: &Application, now: Timestamp) -> Option<Secret> {
        let changes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let newest = match changes.get(&application.id) {
            Some(changed) => newest(&changed.current, now),
            None => application
                .secrets
                .iter()
                .find(|secret| secret.is_valid_at(now)),
        };
        newest.map(|secret| secret.value.clone())
    }

    /// Every secret an application has or once had.
    pub(crate) fn ever(&self, application: &Application) -> Vec<Secret> {
        let changes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let added = changes.get(&application.id).map(|changed| &changed.added);
        let first = application.secrets.iter().map(|secret| &secret.value);
        first.chain(added.into_iter().flatten()).cloned().collect()
    }

    /// Adds a secret beside those that are there. `make` makes it, given how many were added before.
    pub(crate) fn add(
        &self,
        application: &Application,
        make: impl FnOnce(usize) -> Secret,
    ) -> Secret {
        self.change(application, |changed| {
            let secret = make(changed.added.len());
            changed.put(secret.clone());
            secret
        })
    }

    /// Takes away all but the newest that works.
    pub(crate) fn retire(&self, application: &Application, now: Timestamp) {
        self.change(application, |changed| {
            changed.current = newest(&changed.current, now).cloned().into_iter().collect();
        });
    }

    /// Has this secret be the only one.
    pub(crate) fn set(&self, application: &Application, secret: Secret) {
        self.change(application, |changed| {
            changed.current.clear();
            changed.put(secret);
        });
    }

    fn change<T>(&self, application: &Application, change: impl FnOnce(&mut Changed) -> T) -> T {
        // Nothing under this lock panics.
        let mut changes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = changes
            .entry(application.id.clone())
            .or_insert_with(|| Changed {
                current: application.secrets.clone(),
                added: Vec::new(),
            });
        change(changed)
    }
}

impl Changed {
    fn put(&mut self, secret: Secret) {
        self.current.push(ClientSecret::lasting(secret.reveal()));
        self.added.push(secret);
    }
}

impl fmt::Debug for ClientSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "ClientSecrets({} changed)", changes.len())
    }
}

/// The last one that works.
fn newest(secrets: &[ClientSecret], now: Timestamp) -> Option<&ClientSecret> {
    secrets.iter().rev().find(|secret| secret.is_valid_at(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn application() -> Application {
        let mut application = Directory::default().entra.tenants[0].applications[0].clone();
        let expired = |value| ClientSecret {
            expires: Some(NOW),
            ..ClientSecret::lasting(value)
        };
        application.secrets = vec![
            ClientSecret::lasting("first"),
            ClientSecret::lasting("second"),
            expired("expired"),
        ];
        application
    }

    fn numbered(before: usize) -> Secret {
        Secret::new(format!("added-{before}"))
    }

    fn show(secrets: &ClientSecrets, application: &Application) -> String {
        let values = |list: Vec<Secret>| {
            let values: Vec<&str> = list.iter().map(Secret::reveal).collect();
            values.join(" ")
        };
        let current = secrets
            .of(application)
            .iter()
            .map(|s| s.value.clone())
            .collect();
        format!(
            "{} | {} | {}",
            values(current),
            values(secrets.to_hand_out(application, NOW).into_iter().collect()),
            values(secrets.ever(application)),
        )
    }

    /// Those there are, the one to hand out, every one there ever was.
    #[test]
    fn secrets_come_and_go() {
        let (secrets, application) = (ClientSecrets::default(), application());
        let mut story = vec![show(&secrets, &application)];
        secrets.add(&application, numbered);
        story.push(show(&secrets, &application));
        secrets.add(&application, numbered);
        story.push(show(&secrets, &application));
        secrets.retire(&application, NOW);
        story.push(show(&secrets, &application));
        secrets.set(&application, Secret::new("given"));
        story.push(show(&secrets, &application));
        insta::assert_snapshot!(story.join("\n"), @"
        first second expired | first | first second expired
        first second expired added-0 | added-0 | first second expired added-0
        first second expired added-0 added-1 | added-1 | first second expired added-0 added-1
        added-1 | added-1 | first second expired added-0 added-1
        given | given | first second expired added-0 added-1 given
        ");
        insta::assert_snapshot!(format!("{secrets:?}"), @"ClientSecrets(1 changed)");
    }

    #[test]
    fn retiring_without_adding_keeps_the_last_that_works() {
        let (secrets, application) = (ClientSecrets::default(), application());
        secrets.retire(&application, NOW);
        insta::assert_snapshot!(show(&secrets, &application), @"second | second | first second expired");
    }
}
