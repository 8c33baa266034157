//! What a flight does: look into the store, choose a grant, send it, keep what came.

use std::time::Duration;

use super::flight::{Landed, Wanted};
use super::state::{Inner, Quiet};
use super::turn::Turn;
use crate::clock::{Moment, Wait, left};
use crate::error::ProtocolError;
use crate::request::{Grant, refresh_scope};
use crate::{
    Attempt, Class, Error, Failure, Freshness, GrantSource, Next, Purpose, Secret, StoreError,
    TokenRecord, TokenStore as _,
};

/// How many grants one flight may try: the winner's token after a lost race, then the source.
const GRANTS_PER_FLIGHT: usize = 3;

/// Brings a token that meets `wanted`, from the store or from the server.
pub(super) async fn run(inner: &Inner, wanted: &Wanted) -> Result<Landed, Error> {
    let mut turn = Turn::of(inner);
    let landed = renew(inner, wanted, &mut turn).await;
    turn.end().await;
    landed
}

async fn renew(inner: &Inner, wanted: &Wanted, turn: &mut Turn<'_>) -> Result<Landed, Error> {
    let mut signed_in = inner.credentials().sign_ins;
    let mut known = inner.look_up().await?;
    if let Some(record) = known.as_ref().filter(|record| inner.meets(record, wanted)) {
        return Ok(inner.hold_known(record.clone(), false));
    }
    if let Some(error) = inner.quiet_error() {
        return Err(error);
    }

    let mut last = None;
    for _ in 0..GRANTS_PER_FLIGHT {
        let grant = inner.choose_grant(known.as_ref())?;
        let sent = inner.send_grant(&grant, known.as_ref(), wanted, turn);
        let (attempt, failure) = match sent.await? {
            Sent::Answered(record, asked_at) => {
                let landed = inner.keep(record, asked_at, signed_in).await?;
                inner.watched.renewed(grant.kind(), &landed.record);
                if let Some(claims) = wanted.claims() {
                    let token = landed.record.access_token.clone();
                    inner.state().answer(claims, token);
                }
                return Ok(landed);
            }
            Sent::Overtaken(Some(record), _) if inner.meets(&record, wanted) => {
                return Ok(inner.hold_known(record, true));
            }
            Sent::Overtaken(record, by_then) => {
                (known, signed_in) = (record, by_then);
                continue;
            }
            Sent::Failed(attempt, failure) => (attempt, failure),
        };
        let dead = inner.policy.grant_is_dead(grant.kind(), &failure);
        if let Some(secret) = grant.secret().filter(|_| dead) {
            inner.state().refuse(secret, failure.error.clone());
        }
        let Some(refused) = grant.refresh_token().filter(|_| dead) else {
            return Err(inner.fall_quiet(attempt, failure));
        };
        let before = known.take();
        signed_in = inner.credentials().sign_ins;
        known = inner.after_refusal(refused, &failure).await?;
        if let Some(record) = &known
            && inner.is_news(record, before.as_ref())
        {
            return Ok(inner.hold_known(record.clone(), true));
        }
        last = Some((attempt, failure));
    }
    // Only a store that brings one new refresh token after another gets here.
    Err(match last {
        Some((attempt, failure)) => inner.fall_quiet(attempt, failure),
        None => StoreError::new("load", "its record keeps changing").into(),
    })
}

/// How the tries with one grant ended.
enum Sent {
    /// With a token that was asked for then.
    Answered(TokenRecord, Moment),
    /// With a failure the policy does not want to retry.
    Failed(Attempt, Failure),
    /// During a pause or the wait for a turn somebody else put another token into the store, or took out the one that was to be
    /// sent; that many refresh tokens had been given by then.
    Overtaken(Option<TokenRecord>, u64),
}

impl Inner {
    /// Whether a stored record spares the request.
    fn meets(&self, record: &TokenRecord, wanted: &Wanted) -> bool {
        if !self.state().accepts(record) {
            return false;
        }
        let now = self.shown_since(self.known_since(record));
        let freshness = || self.policy.freshness(record, now);
        match wanted {
            Wanted::Usable => freshness() != Freshness::Expired,
            Wanted::Fresher => freshness() == Freshness::Fresh,
            Wanted::Other(refused) => {
                !record.access_token.matches(refused) && freshness() != Freshness::Expired
            }
            Wanted::Answering { claims, challenged } => {
                !record.access_token.matches(challenged)
                    && self.state().has_answered(claims, &record.access_token)
                    && freshness() != Freshness::Expired
            }
            Wanted::New => false,
        }
    }

    /// Whether a record found after a lost race holds a token that was not there before.
    fn is_news(&self, record: &TokenRecord, before: Option<&TokenRecord>) -> bool {
        let seen = before.is_some_and(|before| before.access_token.matches(&record.access_token));
        !seen && self.meets(record, &Wanted::Usable)
    }

    /// The newest refresh token that was not refused, else the grant the caller configured.
    fn choose_grant(&self, known: Option<&TokenRecord>) -> Result<Grant, Error> {
        if let Some(identity) = &self.managed {
            return Ok(Grant::ManagedIdentity(identity.clone()));
        }
        let credentials = self.credentials();
        let state = self.state();
        let stored = known.and_then(|record| record.refresh_token.as_ref());
        let stored_refusal = stored.and_then(|token| state.refusal_of(token));
        if let (Some(token), None) = (stored, &stored_refusal) {
            return Ok(Grant::RefreshToken(token.clone()));
        }
        let unless_refused = |secret: &Secret, grant: Grant| match state.refusal_of(secret) {
            Some(error) => Err(error),
            None => Ok(grant),
        };
        match &credentials.grant {
            GrantSource::ApiToken(_) => Err(Error::NotRenewable),
            GrantSource::ClientCredentials => Ok(Grant::ClientCredentials),
            GrantSource::TokenExchange(exchange) => {
                let grant = Grant::TokenExchange(exchange.clone());
                unless_refused(exchange.subject(), grant)
            }
            GrantSource::OnBehalfOf(token) => {
                unless_refused(token, Grant::OnBehalfOf(token.clone()))
            }
            GrantSource::Password { username, password } => {
                let grant = Grant::Password {
                    username: username.clone(),
                    password: password.clone(),
                };
                unless_refused(password, grant)
            }
            GrantSource::RefreshToken(first) => match stored_refusal {
                Some(error) => Err(error),
                None if state.lineage.is_replaced(first) => {
                    Err(state.last_refusal().unwrap_or(Error::SignInRequired))
                }
                None => unless_refused(first, Grant::RefreshToken(first.clone())),
            },
            GrantSource::SignIn => Err(stored_refusal
                .or_else(|| state.last_refusal())
                .unwrap_or(Error::SignInRequired)),
        }
    }

    /// Sends one grant until it succeeds, the policy gives up, or it is no longer needed.
    async fn send_grant(
        &self,
        grant: &Grant,
        known: Option<&TokenRecord>,
        wanted: &Wanted,
        turn: &mut Turn<'_>,
    ) -> Result<Sent, Error> {
        let granted = known.and_then(|record| record.scope.as_deref());
        let asked = self.scope.as_deref();
        let scope = match grant {
            Grant::RefreshToken(_) => refresh_scope(asked, granted),
            _ => asked,
        };
        let purpose = Purpose::Token(grant.kind());
        let mut attempt = Attempt::first(purpose);
        loop {
            if turn.begin(purpose).await?
                && let Some(overtaken) = self.overtaken(grant, known, wanted).await?
            {
                return Ok(overtaken);
            }
            let asked_at = self.present();
            let failure = match self.ask(grant, scope, wanted.claims()).await {
                Ok(answer) => {
                    // A refresh answer that names no scope grants what was granted before.
                    let scope = match grant {
                        Grant::RefreshToken(_) => granted.or(asked),
                        _ => asked,
                    };
                    let record = self.record(answer, grant, scope, asked_at.shown());
                    return Ok(Sent::Answered(record, asked_at));
                }
                Err(error) => Failure::new(error),
            };
            attempt.valid_for = self.valid_for(wanted);
            match self.next_try(&mut attempt, &failure) {
                Next::RetryAfter(pause) => {
                    turn.end().await;
                    self.clock.sleep(pause).await;
                }
                Next::GiveUp => return Ok(Sent::Failed(attempt, failure)),
            }
            if let Some(overtaken) = self.overtaken(grant, known, wanted).await? {
                return Ok(overtaken);
            }
            attempt.number = attempt.number.saturating_add(1);
        }
    }

    /// Whether another process has renewed meanwhile, or lost what it renewed with: the refresh token at hand is an old one then
    /// and must not be sent.
    async fn overtaken(
        &self,
        grant: &Grant,
        known: Option<&TokenRecord>,
        wanted: &Wanted,
    ) -> Result<Option<Sent>, Error> {
        let signed_in = self.credentials().sign_ins;
        let found = self.look_up().await?;
        let was_there = known.is_some_and(|known| known.refresh_token.is_some());
        let is_there = found
            .as_ref()
            .is_some_and(|found| found.refresh_token.is_some());
        let over = grant.refresh_token().is_some_and(|token| {
            // What the client was given at the start it would choose again.
            let gone = was_there && !is_there && !self.starts_from(token);
            gone || self.state().lineage.is_replaced(token)
        });
        let renewed = found
            .as_ref()
            .is_some_and(|record| self.meets(record, wanted) || grant.is_behind(record));
        Ok((over || renewed).then_some(Sent::Overtaken(found, signed_in)))
    }

    /// What the policy says about a failed try.
    pub(super) fn next_try(&self, attempt: &mut Attempt, failure: &Failure) -> Next {
        attempt.lost += u32::from(failure.answer_lost());
        attempt.jitter = self.jitter();
        self.policy
            .after_failure(*attempt, failure, self.clock.now())
    }

    /// How much longer the kept token can stand in, where one may.
    fn valid_for(&self, wanted: &Wanted) -> Option<Duration> {
        if !matches!(wanted, Wanted::Usable | Wanted::Fresher) {
            return None;
        }
        let (held, since) = self.held()?;
        let now = self.shown_since(since);
        if !self.policy.may_serve(&held, now) {
            return None;
        }
        Some(
            held.expiry()
                .map_or(Duration::MAX, |expiry| left(now, expiry)),
        )
    }

    /// Saves a new record, then lets it be handed out. A crash between the two must not lose a
    /// refresh token that the server has already put in the place of the old one.
    ///
    /// It was asked for at `since`. `signed_in` is how many refresh tokens had been given when the grant was chosen. One given
    /// since then is of a newer sign-in than the answer's and takes its place.
    pub(super) async fn keep(
        &self,
        mut record: TokenRecord,
        since: Moment,
        mut signed_in: u64,
    ) -> Result<Landed, Error> {
        self.state().had_since(&record.access_token, since);
        loop {
            if let Some((by_now, given)) = self.sign_in_after(signed_in) {
                signed_in = by_now;
                record.refresh_token = Some(given);
            }
            self.note_answer(&record);
            if let Err(error) = self.store.save(&self.key, &record).await
                && record.refresh_token.is_some()
            {
                self.state().unsaved = Some(record);
                return Err(error.into());
            }
            self.bury_replaced(&record).await;
            if self.sign_in_after(signed_in).is_none() {
                break;
            }
        }
        // Without a refresh token the store is only a cache, and failing to fill it does no harm.
        if !self.policy.may_serve(&record, self.shown_since(since)) {
            let failure = Failure::new(Error::Protocol(ProtocolError::DeadOnArrival));
            let purpose = Purpose::Token(self.credentials().grant.kind());
            return Err(self.fall_quiet(Attempt::first(purpose), failure));
        }
        self.state().quiet = None;
        Ok(self.hold(record, since, true))
    }

    /// What the store holds after the server refused a refresh token for good. A spent token is
    /// taken out; one that only waits for a person's action stays for the next sign-in to replace.
    async fn after_refusal(
        &self,
        refused: &Secret,
        failure: &Failure,
    ) -> Result<Option<TokenRecord>, Error> {
        let found = if failure.class() == Class::ReauthRequired {
            self.store.remove(&self.key, refused).await?
        } else {
            self.store.load(&self.key).await?
        };
        Ok(found.map(|record| self.caught_up(record)))
    }

    /// Ends in `failure` and keeps the endpoint quiet as long as the policy says.
    pub(super) fn fall_quiet(&self, attempt: Attempt, failure: Failure) -> Error {
        self.watched.not_renewed(&failure.error);
        let quiet = self.policy.quiet_after(attempt, &failure);
        let present = self.present();
        self.state().quiet = Some(Quiet {
            wait: Wait::from(present, quiet),
            error: failure.error.clone(),
        });
        failure.error
    }
}
