//! Changing who and what a running world knows.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::MockIdp;
use crate::directory::{Application, BadChange, ClientSecret, Directory, Part, PartKind, Platform};
use crate::secret::Secret;
use crate::world::Rooms;

/// How many random bytes a secret is made of: 40 characters of base64url, in which form-encoding changes nothing.
const SECRET_BYTES: usize = 30;

impl MockIdp {
    /// The directory as it is now. Written out as JSON it shows no secret.
    #[must_use]
    pub fn directory(&self) -> Arc<Directory> {
        self.rooms.standing().directory
    }

    /// Puts another directory in the place of this one. What was granted stays granted, as far as who it was granted to is still
    /// there. Signing keys, limits and faults stay as they are.
    pub fn replace_directory(&self, directory: Directory) {
        self.rooms.change_directory(|known| *known = directory);
    }

    /// Puts a part into the directory, in place of the one with the same id if there is one: [`Directory::put`].
    ///
    /// # Errors
    ///
    /// [`BadChange`]; the directory stays as it was.
    pub fn put(&self, tenant: Option<&str>, part: Part) -> Result<(), BadChange> {
        let provider = self.rooms.provider;
        self.rooms
            .change_directory(|directory| directory.put(provider, tenant, part))
    }

    /// Takes a part out of the directory: [`Directory::remove`].
    ///
    /// # Errors
    ///
    /// [`BadChange`]; the directory stays as it was.
    pub fn remove(&self, tenant: Option<&str>, kind: PartKind, id: &str) -> Result<(), BadChange> {
        let provider = self.rooms.provider;
        self.rooms
            .change_directory(|directory| directory.remove(provider, tenant, kind, id))
    }

    /// Gives an application another secret for a time, made from the seed, beside those it has. This is the only time that it is
    /// shown. A public client becomes a confidential one.
    ///
    /// # Errors
    ///
    /// [`BadChange`] if no application has this id, or if the time is over before it begins.
    pub fn issue_secret(
        &self,
        client_id: &str,
        not_before: Option<Timestamp>,
        expires: Option<Timestamp>,
    ) -> Result<ClientSecret, BadChange> {
        let wrong = |what: &str| BadChange::Wrong(vec![what.to_owned()]);
        if let (Some(start), Some(end)) = (not_before, expires)
            && end <= start
        {
            return Err(wrong("the secret expires before it begins to count"));
        }
        let provider = self.rooms.provider;
        self.rooms.change_directory(|directory| {
            let known = directory.application_mut(provider, client_id);
            let application = known.ok_or_else(|| no_application(client_id))?;
            application.platform = Platform::Web;
            let value = made_secret(&self.rooms, Some(application), client_id);
            application.secrets.push(ClientSecret {
                not_before,
                expires,
                ..ClientSecret::lasting(value.reveal())
            });
            directory.complete();
            let known = directory.application_mut(provider, client_id);
            let made = known.and_then(|application| application.secrets.last().cloned());
            made.ok_or_else(|| no_application(client_id))
        })
    }

    /// Takes one secret of an application away, by its id. With its last secret a confidential application does not become a public
    /// one: nobody can sign in as it until it is given another.
    ///
    /// # Errors
    ///
    /// [`BadChange`] if there is no such application or secret.
    pub fn remove_secret(&self, client_id: &str, id: &str) -> Result<(), BadChange> {
        let provider = self.rooms.provider;
        self.rooms.change_directory(|directory| {
            let known = directory.application_mut(provider, client_id);
            let application = known.ok_or_else(|| no_application(client_id))?;
            let before = application.secrets.len();
            application.secrets.retain(|secret| secret.id != id);
            if application.secrets.len() == before {
                return Err(BadChange::Unknown {
                    kind: "secret",
                    id: id.to_owned(),
                });
            }
            Ok(())
        })
    }
}

/// A secret made from the seed that the application neither has nor had.
pub(crate) fn made_secret(rooms: &Rooms, application: Option<&Application>, id: &str) -> Secret {
    let former = rooms.former_secrets.all();
    let secrets = application.map_or(&[][..], |application| &application.secrets);
    let mut number = former.len() + secrets.len();
    loop {
        let random = rooms.entropy.derived(&format!("secret {number} of {id}"));
        let made = Secret::new(URL_SAFE_NO_PAD.encode(&random[..SECRET_BYTES]));
        let has = secrets.iter().any(|known| known.value == made);
        if !has && !former.iter().any(|(_, known)| *known == made) {
            return made;
        }
        number += 1;
    }
}

fn no_application(client_id: &str) -> BadChange {
    BadChange::Unknown {
        kind: "application",
        id: client_id.to_owned(),
    }
}
