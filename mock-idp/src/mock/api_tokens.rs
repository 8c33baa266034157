//! Making SSWS tokens, as the admin console of an org does.

use super::MockIdp;
use crate::directory::{ApiToken, BadChange, TokenNetwork};
use crate::provider::Provider;
use crate::secret::Secret;
use crate::world::Rooms;

/// What the last character of a token may be, and with the dash what the others may be.
const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

impl MockIdp {
    /// Makes an SSWS token of an administrator, by login or id, from the seed. This is the only time that it is shown; its value
    /// is in the [directory](crate::directory::ApiToken) too, but not in what that is written out as.
    ///
    /// # Errors
    ///
    /// [`BadChange`] if no user has this login, if the network names a zone that there is not, and in an Entra world.
    pub fn issue_api_token(
        &self,
        user: &str,
        name: &str,
        network: TokenNetwork,
    ) -> Result<ApiToken, BadChange> {
        issued_api_token(&self.rooms, user, name, network)
    }
}

/// Makes a token and puts it into the directory.
pub(crate) fn issued_api_token(
    rooms: &Rooms,
    user: &str,
    name: &str,
    network: TokenNetwork,
) -> Result<ApiToken, BadChange> {
    rooms.change_directory(|directory| {
        let okta = &directory.okta;
        let named = |known: &&crate::directory::User| {
            known.id == user || known.login.eq_ignore_ascii_case(user)
        };
        let owner = okta.users.iter().find(named);
        let owner = owner.filter(|_| rooms.provider == Provider::Okta);
        let owner = owner.ok_or_else(|| match rooms.provider {
            Provider::Okta => BadChange::Unknown {
                kind: "user",
                id: user.to_owned(),
            },
            vendor => BadChange::OtherVendor {
                vendor,
                kind: "API token",
            },
        })?;
        let known = &okta.api_tokens;
        let made = loop {
            let id = format!("00T{}", rooms.entropy.alphanumeric(17));
            let made = ApiToken {
                name: name.to_owned(),
                created: Some(rooms.clock.now()),
                network: network.clone(),
                ..ApiToken::new(id, value(rooms), &owner.login)
            };
            // After a snapshot is restored the seed is gone through once more.
            if !known
                .iter()
                .any(|one| one.id == made.id || one.value == made.value)
            {
                break made;
            }
        };
        directory.put(
            rooms.provider,
            None,
            crate::directory::Part::ApiToken(made.clone()),
        )?;
        Ok(made)
    })
}

/// `00` and forty characters, the last of them no dash.
fn value(rooms: &Rooms) -> Secret {
    let most = rooms.entropy.characters(CHARACTERS, 39);
    let last = rooms.entropy.characters(&CHARACTERS[..63], 1);
    Secret::new(format!("00{most}{last}"))
}
