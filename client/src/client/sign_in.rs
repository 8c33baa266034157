//! Users who sign in while the client runs.

use std::time::Duration;

use super::TokenClient;
use super::flight::Landed;
use super::state::Inner;
use crate::authorization::AuthorizationRequest;
use crate::clock::later;
use crate::device::DeviceSignIn;
use crate::error::Misuse;
use crate::request::{Asked, Grant, device_request};
use crate::{
    AccessToken, Attempt, AuthorizationCode, Class, DevicePrompt, Error, Failure, GrantKind, Next,
    Purpose,
};

impl TokenClient {
    /// Prepares a sign-in in a browser, which comes back to `redirect_uri`
    /// (RFC 6749 section 4.1, with PKCE as RFC 9700 section 2.1.1 asks). Sends nothing.
    ///
    /// # Errors
    /// [`Misuse`] if the client does not start from
    /// [`GrantSource::SignIn`](crate::GrantSource::SignIn), the provider's
    /// authorization URL is not known, or the redirect URI cannot be used.
    pub fn authorization_request(
        &self,
        redirect_uri: &str,
    ) -> Result<AuthorizationRequest, Misuse> {
        let inner = &self.inner;
        inner.check_signs_in()?;
        AuthorizationRequest::new(
            inner.provider()?,
            inner.credentials().auth.id(),
            redirect_uri,
            inner.scope.as_deref(),
            &inner.capabilities,
            &inner.entropy,
        )
    }

    /// Redeems the code that a sign-in in a browser brought (RFC 6749 section 4.1.3), and goes on
    /// from there: the tokens are kept and renewed like all others, in the place of those of an
    /// earlier sign-in.
    ///
    /// Where no answer arrives the code is not sent again: a server that sees it twice revokes
    /// what it brought.
    ///
    /// # Errors
    /// Why there is no token. Nothing has changed then, and tokens of an earlier sign-in stay in
    /// use. [`Error::Misuse`] if the client does not start from
    /// [`GrantSource::SignIn`](crate::GrantSource::SignIn). [`Error::Store`] if the tokens could
    /// not be saved: they are in use all the same, and saved before the next request.
    pub async fn sign_in(&self, code: AuthorizationCode) -> Result<AccessToken, Error> {
        let inner = &self.inner;
        inner.check_signs_in()?;
        inner.wait_as_told().await?;
        let mut attempt = Attempt::first(Purpose::Token(GrantKind::AuthorizationCode));
        let grant = Grant::AuthorizationCode(code);
        loop {
            let failure = match inner.redeem(&grant).await {
                Ok(landed) => return Ok(AccessToken::new(landed.record)),
                Err(error) => Failure::new(error),
            };
            inner.pause_or_end(&mut attempt, failure).await?;
        }
    }

    /// Signs a user in who has a browser elsewhere (RFC 8628): asks for a code, has `show` show it,
    /// and polls until the user has signed in, has refused, or time is over. Then goes on as
    /// [`sign_in`](Self::sign_in) does.
    ///
    /// Polls keep the pace that the provider sets; see
    /// [`Policy::after_poll`](crate::Policy::after_poll). Dropping the future ends it, and no
    /// further poll is sent.
    ///
    /// # Errors
    /// [`Error::DeviceCodeExpired`] if the user took too long. Otherwise as
    /// [`sign_in`](Self::sign_in); a user who refused is a [`Class::InteractionRequired`].
    pub async fn sign_in_by_device(
        &self,
        show: impl FnOnce(&DevicePrompt) + Send,
    ) -> Result<AccessToken, Error> {
        let inner = &self.inner;
        inner.check_signs_in()?;
        inner.wait_as_told().await?;
        let device = inner.begin_device().await?;
        show(&device.prompt);
        let landed = inner.poll(device).await?;
        Ok(AccessToken::new(landed.record))
    }
}

impl Inner {
    /// Only a client whose tokens are a user's who may change by signing in.
    fn check_signs_in(&self) -> Result<(), Misuse> {
        if self.signs_in {
            return Ok(());
        }
        Err(Misuse::NoSignIn)
    }

    async fn begin_device(&self) -> Result<DeviceSignIn, Error> {
        let mut attempt = Attempt::first(Purpose::Token(GrantKind::DeviceCode));
        loop {
            let failure = match self.ask_for_device().await {
                Ok(device) => return Ok(device),
                Err(error) => Failure::new(error),
            };
            self.pause_or_end(&mut attempt, failure).await?;
        }
    }

    async fn ask_for_device(&self) -> Result<DeviceSignIn, Error> {
        let auth = &self.credentials().auth;
        let claims = self.claims(None)?;
        let provider = self.provider()?;
        let occasion = self.occasion(provider.device_endpoint()?)?;
        let asked = Asked {
            scope: self.scope.as_deref(),
            claims: claims.as_deref(),
            names_resource: provider.names_resource(),
        };
        let sealed = device_request(auth, asked, &occasion)?;
        let asked_at = occasion.now;
        let purpose = Purpose::Token(GrantKind::DeviceCode);
        let (parts, body) = self.send(sealed.request, purpose).await?.into_parts();
        let told_wait = self.policy.wait_hint(&parts, self.clock.now());
        DeviceSignIn::read(&parts, &body, told_wait, &sealed.secrets, asked_at)
    }

    async fn poll(&self, device: DeviceSignIn) -> Result<Landed, Error> {
        let grant = Grant::DeviceCode(device.code);
        let end = device.prompt.expires_at;
        let mut pace = device.interval;
        let mut pause = pace;
        loop {
            // A wait that others were told counts here too.
            let now = self.clock.now();
            pause = pause.max(self.told_wait_left());
            if later(now, pause) >= end {
                return Err(Error::DeviceCodeExpired);
            }
            self.clock.sleep(pause).await;
            let failure = match self.redeem(&grant).await {
                Ok(landed) => return Ok(landed),
                Err(error) => Failure::new(error),
            };
            match self.policy.after_poll(pace, &failure) {
                Next::RetryAfter(next) => pace = next,
                Next::GiveUp => return Err(failure.error),
            }
            pause = pace.max(failure.told_wait.unwrap_or(Duration::ZERO));
        }
    }

    /// One request with a user's code. What it brings is what the client goes on from.
    async fn redeem(&self, grant: &Grant) -> Result<Landed, Error> {
        let asked_at = self.present();
        let answer = self.ask(grant, None, None).await?;
        if let Grant::AuthorizationCode(code) = grant {
            code.check_nonce(answer.id_token.as_ref())
                .map_err(Error::Protocol)?;
        }
        let record = self.record(answer, grant, self.scope.as_deref(), asked_at.shown());
        let signed_in = self.note_sign_in(record.refresh_token.clone());
        let landed = self.keep(record, asked_at, signed_in).await?;
        self.watched.renewed(grant.kind(), &landed.record);
        Ok(landed)
    }

    /// Sleeps as long as the policy wants before another try, or ends with the failure.
    async fn pause_or_end(&self, attempt: &mut Attempt, failure: Failure) -> Result<(), Error> {
        match self.next_try(attempt, &failure) {
            Next::RetryAfter(pause) => {
                self.clock.sleep(pause).await;
                attempt.number = attempt.number.saturating_add(1);
                Ok(())
            }
            // Other callers must keep a told wait too, but a refused code is not their failure.
            Next::GiveUp if failure.class() == Class::Throttled => {
                Err(self.fall_quiet(*attempt, failure))
            }
            Next::GiveUp => Err(failure.error),
        }
    }

    /// Waits until the token endpoint may be asked, where that is soon.
    async fn wait_as_told(&self) -> Result<(), Error> {
        let wait = self.told_wait_left();
        if wait > self.policy.longest_wait()
            && let Some(error) = self.quiet_error()
        {
            return Err(error);
        }
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
        Ok(())
    }

    /// What is left of a wait that the token endpoint told this client.
    fn told_wait_left(&self) -> Duration {
        let present = self.present();
        let state = self.state();
        match &state.quiet {
            Some(quiet) if quiet.error.retry_after().is_some() => quiet.wait.left(present),
            _ => Duration::ZERO,
        }
    }
}
