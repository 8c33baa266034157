//! Who the client is and what it starts from, while it runs.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::TokenClient;
use super::state::Inner;
use crate::error::Misuse;
use crate::{Class, ClientAuth, Error, GrantSource, Secret, TokenRecord, TokenStore as _};

/// What requests are made with.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) auth: ClientAuth,
    pub(super) grant: GrantSource,
    /// How often a refresh token was given since the client was built.
    pub(super) sign_ins: u64,
}

impl Credentials {
    pub(super) fn check(auth: &ClientAuth, grant: &GrantSource) -> Result<(), Misuse> {
        auth.check()?;
        match grant {
            GrantSource::ApiToken(token) if token.is_empty() => Err(Misuse::Empty("API token")),
            GrantSource::TokenExchange(exchange) if exchange.subject().is_empty() => {
                Err(Misuse::Empty("token to exchange"))
            }
            GrantSource::ClientCredentials
            | GrantSource::OnBehalfOf(_)
            | GrantSource::TokenExchange(_)
                if !auth.is_confidential() =>
            {
                Err(Misuse::PublicClient(grant.kind()))
            }
            GrantSource::OnBehalfOf(token) if token.is_empty() => {
                Err(Misuse::Empty("access token of the caller"))
            }
            GrantSource::Password { username, .. } if username.is_empty() => {
                Err(Misuse::Empty("user name"))
            }
            GrantSource::Password { password, .. } if password.is_empty() => {
                Err(Misuse::Empty("password"))
            }
            GrantSource::RefreshToken(token) if token.is_empty() => {
                Err(Misuse::Empty("refresh token"))
            }
            _ => Ok(()),
        }
    }
}

impl TokenClient {
    /// Authenticates with another secret, or in another way, from the next request on.
    ///
    /// For a secret that was replaced at the provider while this process runs. Clones follow. A
    /// request under way goes on with what it was sent with; its next try takes the new one.
    /// Tokens at hand stay in use, and a quiet time after a refused configuration ends.
    ///
    /// # Errors
    /// [`Misuse`] if the client id is another one, whose tokens are not this client's, or if the
    /// grant in use cannot be asked for in this way. Nothing has changed then.
    pub fn set_auth(&self, auth: ClientAuth) -> Result<(), Misuse> {
        let inner = &self.inner;
        {
            let mut credentials = inner.credentials_in_hand();
            if auth.id() != credentials.auth.id() {
                return Err(Misuse::Unchangeable("client id"));
            }
            Credentials::check(&auth, &credentials.grant)?;
            Arc::make_mut(&mut credentials).auth = auth;
        }
        inner.end_quiet_after(&[Class::Misconfigured]);
        Ok(())
    }

    /// Starts from another refresh token, password or API token from the next request on.
    ///
    /// For a user who has signed in again, changed the password or made another API token while
    /// this process runs. The kind of grant and the user stay what they are, and so does the
    /// [store key](Self::store_key). A new refresh token takes the place of the stored one, which is not
    /// sent any more; also when a renewal with the old one is under way, whose access token is
    /// welcome and whose refresh token is not. A quiet time after a refusal ends.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the kind of grant or the user is another one, or if there is nothing
    /// in it; nothing has changed then. [`Error::Store`] if the new refresh token could not be
    /// saved: it is in use all the same, and saved before the next request.
    pub async fn set_grant(&self, grant: GrantSource) -> Result<(), Error> {
        let inner = &self.inner;
        {
            let mut credentials = inner.credentials_in_hand();
            check_successor(&credentials.grant, &grant)?;
            Credentials::check(&credentials.auth, &grant)?;
            let credentials = Arc::make_mut(&mut credentials);
            credentials.sign_ins += u64::from(matches!(grant, GrantSource::RefreshToken(_)));
            credentials.grant = grant.clone();
        }
        inner.end_quiet_after(&[
            Class::ReauthRequired,
            Class::InteractionRequired,
            Class::Misconfigured,
        ]);
        match grant {
            GrantSource::RefreshToken(token) => inner.store_sign_in(token).await,
            GrantSource::ApiToken(token) => {
                let present = inner.present();
                inner.hold(TokenRecord::of_person(token), present, false);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Inner {
    /// What the next request is made with.
    pub(super) fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&self.credentials_in_hand())
    }

    /// The refresh token given last, if one was given after the first `known` of them.
    pub(super) fn sign_in_after(&self, known: u64) -> Option<(u64, Secret)> {
        let credentials = self.credentials();
        match &credentials.grant {
            GrantSource::RefreshToken(token) if credentials.sign_ins > known => {
                Some((credentials.sign_ins, token.clone()))
            }
            _ => None,
        }
    }

    /// Goes on from what a sign-in brought, and says how many sign-ins there have been. Without a
    /// refresh token the next one has to follow when the access token ends.
    pub(super) fn note_sign_in(&self, refresh_token: Option<Secret>) -> u64 {
        let mut credentials = self.credentials_in_hand();
        let credentials = Arc::make_mut(&mut credentials);
        credentials.sign_ins += 1;
        credentials.grant = match refresh_token {
            Some(token) => GrantSource::RefreshToken(token),
            None => GrantSource::SignIn,
        };
        credentials.sign_ins
    }

    /// Puts a refresh token in the place of the stored one.
    async fn store_sign_in(&self, token: Secret) -> Result<(), Error> {
        let unsaved = self.state().unsaved.clone();
        let known = match unsaved {
            Some(record) => Ok(Some(record)),
            None => self.store.load(&self.key).await,
        };
        self.state().lineage.take(&token);
        let record = TokenRecord {
            refresh_token: Some(token),
            ..known.clone().ok().flatten().unwrap_or_default()
        };
        let saved = match known {
            Ok(_) => self.store.save(&self.key, &record).await,
            Err(error) => Err(error),
        };
        self.state().unsaved = saved.is_err().then_some(record);
        Ok(saved?)
    }

    fn credentials_in_hand(&self) -> MutexGuard<'_, Arc<Credentials>> {
        // Nothing that is called under this lock leaves it half changed.
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a quiet time if what caused it is of one of these classes. What a server told to wait
    /// is waited.
    pub(super) fn end_quiet_after(&self, causes: &[Class]) {
        let mut state = self.state();
        let ends = state
            .quiet
            .as_ref()
            .is_some_and(|quiet| causes.contains(&quiet.error.class()));
        if ends {
            state.quiet = None;
        }
    }
}

fn check_successor(old: &GrantSource, new: &GrantSource) -> Result<(), Misuse> {
    match (old, new) {
        (
            GrantSource::Password { username, .. },
            GrantSource::Password {
                username: other, ..
            },
        ) if username != other => Err(Misuse::Unchangeable("user name")),
        (old, new) if old.kind() != new.kind() => Err(Misuse::Unchangeable("kind of grant")),
        _ => Ok(()),
    }
}
