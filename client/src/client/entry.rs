//! Tokens that a person enters.

use super::TokenClient;
use super::state::Inner;
use super::turn::Turn;
use crate::{Class, Error, GrantKind, GrantSource, Purpose, Secret, TokenRecord, TokenStore as _};

impl TokenClient {
    /// Takes a record that a person has entered, in the place of the kept one.
    ///
    /// Its access token is handed out until it has expired, a resource has refused it ([`call`](Self::call),
    /// [`invalidate`](Self::invalidate)) or another record is entered; then it is replaced like any other. An empty one is replaced
    /// at once. [`TokenRecord::pasted`] is enough: without a lifetime it is good until it is refused, and `expires_in` alone counts
    /// from now.
    ///
    /// A refresh token in the record takes the place of the stored one. Without one that stays, and what comes after the access
    /// token is had with it. A renewal under way, of this process or of another on a store with leases, is waited for.
    ///
    /// For [`api_token`](Self::api_token) it is another API token.
    ///
    /// ```
    /// # async fn example(client: token_client::TokenClient) -> Result<(), token_client::Error> {
    /// use token_client::{Secret, TokenRecord};
    ///
    /// let from_the_portal = Secret::new("eyJ0eXAiOiJKV1Qi");
    /// client.enter(TokenRecord::pasted(from_the_portal)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Store`] if it could not be saved: it is in use all the same, and a refresh token is saved before the next request.
    pub async fn enter(&self, record: TokenRecord) -> Result<(), Error> {
        let inner = &self.inner;
        if inner.is_unrenewable() {
            let grant = GrantSource::ApiToken(record.access_token);
            return self.set_grant(grant).await;
        }
        let mut turn = Turn::of(inner);
        let outcome = inner.put_in_place(record, &mut turn).await;
        turn.end().await;
        outcome
    }
}

impl Inner {
    async fn put_in_place(&self, entered: TokenRecord, turn: &mut Turn<'_>) -> Result<(), Error> {
        let stored = self.stored_beside(&entered, turn).await;
        let known = stored.as_ref().ok().cloned().flatten();
        let record = self.take_entered(entered, known);
        let saved = match stored {
            Ok(_) => self
                .store
                .save(&self.key, &record)
                .await
                .map_err(Error::from),
            Err(error) => Err(error),
        };
        if saved.is_ok() {
            self.state().unsaved = None;
        } else if record.refresh_token.is_some() {
            self.state().unsaved = Some(record);
        }
        saved
    }

    /// The refresh token in the store, for a record that has none. Nobody else renews from here on.
    async fn stored_beside(
        &self,
        entered: &TokenRecord,
        turn: &mut Turn<'_>,
    ) -> Result<Option<Secret>, Error> {
        let kind = self.credentials().grant.kind();
        turn.begin(Purpose::Token(kind)).await?;
        if entered.refresh_token.is_some() {
            return Ok(None);
        }
        Ok(self.look_up().await?.and_then(|known| known.refresh_token))
    }

    /// Uses what was entered from now on. The record that is to be saved.
    fn take_entered(&self, mut record: TokenRecord, known: Option<Secret>) -> TokenRecord {
        let present = self.present();
        record.created_at.get_or_insert(present.shown());
        if let Some(token) = &record.refresh_token {
            if self.credentials().grant.kind() == GrantKind::RefreshToken {
                self.note_sign_in(Some(token.clone()));
            }
            self.state().lineage.take(token);
            self.end_quiet_after(&[Class::ReauthRequired, Class::InteractionRequired]);
        } else {
            record.refresh_token = known;
        }
        {
            let mut state = self.state();
            state.readmit(&record.access_token);
            state.had_since(&record.access_token, present);
        }
        if record.access_token.is_empty() {
            self.held.clear();
        } else {
            self.hold(record.clone(), present, false);
        }
        record
    }
}
