//! What an administrator does while a world runs, and what somebody who stole a token needs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::MockIdp;
use crate::ledger::TokenLabel;
use crate::secret::Secret;

/// How many random bytes a secret is made of: 40 characters of base64url, in which form-encoding changes nothing.
const SECRET_BYTES: usize = 30;

impl MockIdp {
    /// Gives an application another secret, made from the seed, beside those it has. Both work.
    ///
    /// A secret for an id that no application has opens nothing.
    pub fn add_secret(&self, client_id: &str) -> Secret {
        let world = &self.world;
        let make = |id: &str, before: usize| {
            let random = world.entropy.derived(&format!("secret {before} of {id}"));
            Secret::new(URL_SAFE_NO_PAD.encode(&random[..SECRET_BYTES]))
        };
        let secret = match world.application(client_id) {
            Some(application) => world
                .client_secrets
                .add(application, |before| make(&application.id, before)),
            None => make(client_id, 0),
        };
        world.secrets.add("client_secret", secret.reveal());
        secret
    }

    /// Takes all secrets of an application away but the newest that works: the others are as wrong as any other text. Nothing
    /// happens for an id that no application has.
    pub fn retire_secrets(&self, client_id: &str) {
        let world = &self.world;
        if let Some(application) = world.application(client_id) {
            world.client_secrets.retire(application, world.clock.now());
        }
    }

    /// Gives an application this secret in place of all that it has, for one with reserved characters, say. Nothing happens
    /// for an id that no application has.
    ///
    /// A secret of less than 8 bytes works, but is not looked for in what clients send: it could not be told from ordinary text.
    pub fn set_secret(&self, client_id: &str, secret: Secret) {
        let world = &self.world;
        if let Some(application) = world.application(client_id) {
            world.secrets.add("client_secret", secret.reveal());
            world.client_secrets.set(application, secret);
        }
    }

    /// Has another key sign from now on. Both are published: what the old one has signed stays valid.
    ///
    /// A world has two keys, so rotating twice brings the first one back.
    pub fn rotate_keys(&self) {
        self.world.keys.rotate();
    }

    /// Leaves only the key that signs now in the key set. Resources refuse tokens that another has signed with 401.
    pub fn withdraw_keys(&self) {
        self.world.keys.withdraw();
    }

    /// Revokes every access token issued so far; refresh tokens live on.
    pub fn revoke_access_tokens(&self) {
        self.world.ledger.revoke_access_tokens();
    }

    /// Revokes every refresh token and the access tokens that came from them.
    pub fn revoke_grants(&self) {
        self.world.ledger.revoke_families(self.world.clock.now());
    }

    /// Revokes one token: an access token alone; a refresh token with all others of its sign-in and the access tokens that came
    /// from them. False if this world does not remember such a token.
    pub fn revoke(&self, token: TokenLabel) -> bool {
        self.world.ledger.revoke(token, self.world.clock.now())
    }

    /// The value of a refresh token, for whoever stole it: live, rotated or revoked alike. None for an access token and for one
    /// that this world does not remember.
    #[must_use]
    pub fn refresh_token_value(&self, token: TokenLabel) -> Option<Secret> {
        self.world.ledger.refresh_token_value(token)
    }

    /// The refresh token issued or minted last; none before there is one.
    #[must_use]
    pub fn newest_refresh_token(&self) -> Option<TokenLabel> {
        self.world.ledger.newest_refresh_token()
    }
}
