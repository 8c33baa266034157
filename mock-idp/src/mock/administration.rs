//! What an administrator does while a world runs, and what somebody who stole a token needs.

use super::MockIdp;
use super::directory::made_secret;
use crate::directory::{Application, ClientSecret, Directory, Platform};
use crate::ledger::TokenLabel;
use crate::secret::Secret;

impl MockIdp {
    /// Changes the directory: applications, users, tenants come, go or change. Requests from now on see all of the change, those
    /// under way nothing of it. What was granted stays granted.
    pub fn change_directory<T>(&self, change: impl FnOnce(&mut Directory) -> T) -> T {
        self.rooms.change_directory(change)
    }

    /// Gives an application another secret, made from the seed, beside those it has. Both work. A public client becomes a
    /// confidential one.
    ///
    /// A secret for an id that no application has opens nothing.
    pub fn add_secret(&self, client_id: &str) -> Secret {
        let rooms = &self.rooms;
        rooms.change_directory(|directory| {
            let application = directory.application_mut(rooms.provider, client_id);
            let secret = made_secret(rooms, application.as_deref(), client_id);
            if let Some(application) = application {
                let lasting = ClientSecret::lasting(secret.reveal());
                application.platform = Platform::Web;
                application.secrets.push(lasting);
            }
            secret
        })
    }

    /// Takes all secrets of an application away but the newest that works: the others are as wrong as any other text. Where none
    /// works, all stay. Nothing happens for an id that no application has.
    pub fn retire_secrets(&self, client_id: &str) {
        let now = self.rooms.clock.now();
        self.replace_secrets(client_id, |application| {
            application.newest_secret(now).cloned()
        });
    }

    /// Gives an application this secret in place of all that it has, for one with reserved characters, say. Nothing happens
    /// for an id that no application has.
    ///
    /// A secret of less than 8 bytes works, but is not looked for in what clients send: it could not be told from ordinary text.
    pub fn set_secret(&self, client_id: &str, secret: Secret) {
        self.replace_secrets(client_id, |_| Some(ClientSecret::lasting(secret.reveal())));
    }

    /// Leaves an application the one secret that is chosen; nothing changes if none is.
    fn replace_secrets(
        &self,
        client_id: &str,
        choose: impl FnOnce(&Application) -> Option<ClientSecret>,
    ) {
        let rooms = &self.rooms;
        rooms.change_directory(|directory| {
            let application = directory.application_mut(rooms.provider, client_id)?;
            let chosen = choose(application)?;
            application.platform = Platform::Web;
            application.secrets = vec![chosen];
            Some(())
        });
    }

    /// Has another key sign from now on. Both are published: what the old one has signed stays valid.
    ///
    /// A world starts with two keys, so rotating twice brings the first one back.
    pub fn rotate_keys(&self) {
        self.rooms.keys.everywhere(None, |ring, _| ring.rotate());
    }

    /// Leaves only the key that signs now in the key set. Resources refuse tokens that another has signed with 401.
    pub fn withdraw_keys(&self) {
        let keys = &self.rooms.keys;
        keys.everywhere(None, |ring, _| ring.withdraw_others());
    }

    /// Revokes every access token issued so far; refresh tokens live on.
    pub fn revoke_access_tokens(&self) {
        let now = self.rooms.clock.now();
        self.rooms.ledger.revoke_access_tokens(now);
    }

    /// Revokes every refresh token and the access tokens that came from them.
    pub fn revoke_grants(&self) {
        self.rooms.ledger.revoke_families(self.rooms.clock.now());
    }

    /// Revokes one token: an access token alone; a refresh token with all others of its sign-in and the access tokens that came
    /// from them; a device code with its sign-in, which then is denied. False if this world does not remember such a token.
    pub fn revoke(&self, token: TokenLabel) -> bool {
        self.rooms.ledger.revoke(token, self.rooms.clock.now())
    }

    /// The value of a refresh token, for whoever stole it: live, rotated or revoked alike. None for an access token and for one
    /// that this world does not remember.
    #[must_use]
    pub fn refresh_token_value(&self, token: TokenLabel) -> Option<Secret> {
        self.rooms.ledger.refresh_token_value(token)
    }

    /// The refresh token issued or minted last; none before there is one.
    #[must_use]
    pub fn newest_refresh_token(&self) -> Option<TokenLabel> {
        self.rooms.ledger.newest_refresh_token()
    }
}
