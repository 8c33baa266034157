//! The client: what callers use.

mod asking;
mod builder;
mod call;
mod credentials;
mod entry;
mod flight;
mod held;
mod lineage;
mod pursuit;
mod recall;
mod renewal;
mod sign_in;
mod state;
mod turn;

use std::fmt;
use std::sync::Arc;

pub use self::builder::TokenClientBuilder;
pub use self::pursuit::Pursuit;

use self::flight::Wanted;
use self::state::Inner;
use crate::{
    AccessToken, ClientAuth, Error, Freshness, GrantSource, ManagedIdentity, Provider, Secret,
    StoreKey, TokenStore as _,
};

/// Gets, keeps and renews the access token of one client for one set of scopes.
///
/// Clones are cheap and share everything. Of any number of concurrent callers one token request
/// serves all; it runs through [`Spawn`](crate::Spawn), so a cancelled caller takes nothing away
/// from the others.
#[derive(Clone)]
pub struct TokenClient {
    inner: Arc<Inner>,
}

impl TokenClient {
    /// Starts to configure a client.
    pub fn builder(provider: Provider, auth: ClientAuth, grant: GrantSource) -> TokenClientBuilder {
        TokenClientBuilder::new(provider, auth, grant)
    }

    /// Starts to configure a client with the identity that Azure gives the machine it runs on. It
    /// needs neither address nor credential, and one scope.
    pub fn managed_identity(identity: ManagedIdentity) -> TokenClientBuilder {
        TokenClientBuilder::managed(identity)
    }

    /// Starts to configure a client with an API token of Okta's (`SSWS`), which a person has made and which nothing renews. It needs
    /// neither address nor credential.
    ///
    /// Calls look after throttling as always. A token that Okta refuses is not tried again with the same call, which ends in
    /// [`Error::ApiTokenRefused`]: Okta gives a token up that has not been used for 30 days. The next call tries it again, since
    /// the account of whoever made it may have been opened again; another one is handed over with [`set_grant`](Self::set_grant).
    pub fn api_token(token: Secret) -> TokenClientBuilder {
        TokenClientBuilder::with_api_token(token)
    }

    /// A token that is good now: the kept one, or a new one.
    ///
    /// A token near its end is handed out while its successor is fetched in the background. While
    /// renewal fails, a token that has not expired keeps being served.
    ///
    /// # Errors
    /// Why there is no token; [`Error::class`] says what to do. All callers waiting for the same
    /// request get the same error. Callers that come soon after it get it too, without a further
    /// request (see [`Policy::quiet_after`](crate::Policy::quiet_after)).
    pub async fn token(&self) -> Result<AccessToken, Error> {
        let inner = &self.inner;
        if let Some((held, since)) = inner.held() {
            match inner.policy.freshness(&held, inner.shown_since(since)) {
                Freshness::Fresh => return Ok(AccessToken::new(held)),
                Freshness::RenewSoon => {
                    inner.renew_in_background();
                    return Ok(AccessToken::new(held));
                }
                Freshness::Expired => {}
            }
        }
        match inner.fly(&Wanted::Usable).await {
            Ok(record) => Ok(AccessToken::new(record)),
            Err(error) => inner
                .held()
                .filter(|(held, since)| inner.policy.may_serve(held, inner.shown_since(*since)))
                .map(|(held, _)| AccessToken::new(held))
                .ok_or(error),
        }
    }

    /// A newly requested token, however good the kept one is. Joins a token request that is under
    /// way.
    ///
    /// # Errors
    /// As [`token`](Self::token), but a kept token is never served instead. During a quiet time
    /// no request is made and the error that caused it is returned.
    pub async fn refresh(&self) -> Result<AccessToken, Error> {
        self.inner.fly(&Wanted::New).await.map(AccessToken::new)
    }

    /// A token for a resource that challenged this one and wants `claims`
    /// ([`Challenge::claims`](crate::Challenge::claims)), which are JSON text. The challenged token
    /// is not handed out again.
    ///
    /// For callers with an HTTP client of their own; [`call`](Self::call) does it by itself for a
    /// client that has declared `cp1`. Callers with the same challenge share one request.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the claims are not a JSON object or are very long. Otherwise as
    /// [`refresh`](Self::refresh). Where a user has to sign in, ask for the claims there:
    /// [`AuthorizationRequest::claims`](crate::AuthorizationRequest::claims).
    pub async fn answer_challenge(
        &self,
        challenged: &AccessToken,
        claims: &str,
    ) -> Result<AccessToken, Error> {
        let record = self.inner.answer(challenged.secret(), claims).await?;
        Ok(AccessToken::new(record))
    }

    /// Forgets the kept access token: it will not be handed out again. A refresh token stays.
    ///
    /// For a caller who knows that the token is no good. [`call`](Self::call) looks after refused
    /// tokens by itself. An API token is not forgotten: there is no other.
    pub async fn invalidate(&self) {
        let inner = &self.inner;
        if inner.is_unrenewable() {
            return;
        }
        if let Some((held, _)) = inner.held() {
            inner.state().reject(held.access_token.clone());
            return;
        }
        // A store that cannot be read has nothing to hand out either.
        if let Ok(Some(stored)) = inner.store.load(&inner.key).await {
            let stored = inner.caught_up(stored);
            inner.state().reject(stored.access_token);
        }
    }

    /// How long a request to a resource may take.
    #[cfg(feature = "reqwest-middleware")]
    pub(crate) fn patience(&self) -> std::time::Duration {
        self.inner.policy.request_timeout(crate::Purpose::Resource)
    }

    /// The key under which this client keeps its record in the store.
    pub fn store_key(&self) -> &StoreKey {
        &self.inner.key
    }
}

impl fmt::Debug for TokenClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenClient")
            .field("key", &self.inner.key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
