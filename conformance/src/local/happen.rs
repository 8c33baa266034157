//! What happens to clients and at the provider in the middle of a play.

use mock_idp::ledger::TokenLabel;
use mock_idp::{MintedRefreshToken, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use token_client::Transport as _;

use super::abroad::Abroad;
use super::cast::Wings;
use super::play::{Stage, Stuck};
use crate::contender::Credential;
use crate::scenario::{
    ClientAuthMethod, CredentialsChange, Ending, IdpStep, KeysChange, Replayed, Restart,
    Revocation, SecretChoice, Swap,
};
use crate::staging;
use crate::trace::Party;

impl Stage<'_> {
    /// Ends clients and opens them anew.
    pub(super) async fn restart(&mut self, restart: &Restart) -> Result<(), Stuck> {
        let places = self.cast.chosen(restart.client.as_ref());
        if restart.how == Ending::Graceful {
            self.run_while(|stage| !places.iter().all(|place| stage.calls.are_over_at(*place)))
                .await;
        }
        let names = self.cast.names(&places);
        self.happened(match restart.how {
            Ending::Graceful => format!("{names} restarted"),
            Ending::Kill => format!("{names} killed and started anew"),
        });
        let now = self.timeline.now();
        for place in &places {
            self.calls.cancel_at(*place, now);
            self.tasks.crew.end(self.cast.at(*place).life());
            self.cast.at(*place).client().end(restart.how).await;
        }
        // What they were doing is over before they begin anew.
        self.timeline.activity.quiet().await;
        for place in places {
            self.reopen(place)
                .map_err(|why| format!("the client could not be started anew: {why}"))?;
        }
        self.cast.ready().await;
        Ok(())
    }

    /// Gives running clients other credentials.
    pub(super) async fn swap(&mut self, swap: &Swap) -> Result<(), Stuck> {
        let stuck = |why| format!("the client could not be given another credential: {why}");
        let places = self.cast.chosen(swap.client.as_ref());
        let names = self.cast.names(&places);
        let secret = swap.secret.map(|choice| match choice {
            SecretChoice::Newest => "the newest secret".to_owned(),
            SecretChoice::Wrong => "a wrong secret".to_owned(),
        });
        let token = swap.refresh_token.as_ref();
        let token = token.map(|name| format!("refresh token {name}"));
        let certificate = swap
            .certificate
            .map(|_| "the newest certificate".to_owned());
        let api_token = swap.api_token.map(|_| "the newest API token".to_owned());
        let given = secret.into_iter().chain(certificate);
        let given = given.chain(api_token).chain(token);
        let given: Vec<String> = given.collect();
        self.happened(format!("{names} given {}", given.join(" and ")));
        for place in places {
            let credentials = self
                .cast
                .credentials(place, swap, &self.idp)
                .map_err(stuck)?;
            for credential in credentials {
                self.hand_over(place, credential).await.map_err(stuck)?;
            }
        }
        Ok(())
    }

    /// Does what happens at the provider, in the order in which the scenario language promises it.
    pub(super) async fn happen(&mut self, happening: &IdpStep) -> Result<(), Stuck> {
        if happening.disarm {
            self.happened("script taken away".to_owned());
            self.idp.faults().clear();
        }
        if !happening.script.is_empty() {
            let rules = match happening.script.len() {
                1 => "a rule".to_owned(),
                several => format!("{several} rules"),
            };
            self.happened(format!("{rules} added to the script"));
            staging::script(&self.idp, &happening.script);
        }
        if let Some(change) = happening.secrets {
            self.change_secrets(change);
        }
        if let Some(change) = happening.certificates {
            self.change_certificates(change);
        }
        self.administer(happening)?;
        match happening.keys {
            Some(KeysChange::Rotate) => {
                self.happened("signing key rotated".to_owned());
                self.idp.rotate_keys();
            }
            Some(KeysChange::Withdraw) => {
                self.happened("old signing keys withdrawn".to_owned());
                self.idp.withdraw_keys();
            }
            None => {}
        }
        match happening.revoke {
            Some(Revocation::AccessTokens) => {
                self.happened("access tokens revoked".to_owned());
                self.idp.revoke_access_tokens();
            }
            Some(Revocation::Grants) => {
                self.happened("grants revoked".to_owned());
                self.idp.revoke_grants();
            }
            Some(Revocation::Token(label)) => {
                self.happened(format!("{label} revoked"));
                self.idp.revoke(label);
            }
            None => {}
        }
        if let Some(replayed) = &happening.replay {
            self.happened(match replayed {
                Replayed::Newest => "newest refresh token replayed".to_owned(),
                other => format!("{other} replayed"),
            });
            self.replay(replayed).await;
        }
        Ok(())
    }

    fn reopen(&mut self, place: usize) -> Result<(), Stuck> {
        let Self {
            timeline,
            idp,
            contender,
            transport,
            tasks,
            cast,
            abroad,
            ..
        } = self;
        let wings = Wings {
            idp,
            timeline,
            transport,
            crew: &tasks.crew,
            contender: *contender,
            folder: abroad.as_ref().map(Abroad::folder),
        };
        cast.reopen(place, &wings)
    }

    /// Time passes if the client takes some.
    async fn hand_over(&mut self, place: usize, credential: Credential) -> Result<(), Stuck> {
        let player = self.cast.at(place);
        let swapping = player.client().swap(credential);
        let (told, mut answer) = tokio::sync::oneshot::channel();
        let task = self.tasks.crew.errand(Some(player.life()), async move {
            // The play may have given up.
            let _ = told.send(swapping.await);
        });
        self.run_while(|_| !task.is_over()).await;
        match answer.try_recv() {
            Ok(swapped) => swapped,
            // A panic is told as such.
            Err(_) if task.is_over() => Ok(()),
            Err(_) => Err("it does not come to an end".to_owned()),
        }
    }

    fn change_secrets(&mut self, change: CredentialsChange) {
        self.happened(
            match change {
                CredentialsChange::Add => "secret added",
                CredentialsChange::Retire => "old secrets retired",
                CredentialsChange::Replace => "secrets replaced",
            }
            .to_owned(),
        );
        for application in self.cast.applications(ClientAuthMethod::is_by_secret) {
            if change != CredentialsChange::Retire {
                self.idp.add_secret(&application);
            }
            if change != CredentialsChange::Add {
                self.idp.retire_secrets(&application);
            }
        }
    }

    /// Redeems a stolen refresh token the way its thief would.
    async fn replay(&self, replayed: &Replayed) {
        let Some((label, value)) = self.stolen(replayed) else {
            return;
        };
        let tokens = self.idp.tokens();
        let Some(facts) = tokens.iter().find(|facts| facts.label == label) else {
            return;
        };
        let Some(identity) = self.cast.identity(&self.idp, &facts.client, &facts.issuer) else {
            return;
        };
        let encode = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let form = format!(
            "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
            encode(&identity.client_id),
            encode(identity.client_secret.reveal()),
            encode(value.reveal()),
        );
        let request = http::Request::post(identity.token_url)
            .header(
                http::header::CONTENT_TYPE,
                "application/x-www-form-urlencoded",
            )
            .body(bytes::Bytes::from(form));
        if let Ok(request) = request {
            let sending = self.transport.of(Party::Intruder).send(request);
            // The play does not wait for the thief, whose answer may be held back. Whatever he gets, the journal has it.
            self.tasks.crew.errand(None, async move {
                let _ = sending.await;
            });
        }
        self.timeline.activity.quiet().await;
    }

    /// Which refresh token that is.
    fn stolen(&self, replayed: &Replayed) -> Option<(TokenLabel, Secret)> {
        let label = match replayed {
            Replayed::Named(name) => {
                let MintedRefreshToken { label, value } = self.cast.named(name)?;
                return Some((*label, value.clone()));
            }
            Replayed::Newest => self.idp.newest_refresh_token()?,
            Replayed::Label(label) => *label,
        };
        Some((label, self.idp.refresh_token_value(label)?))
    }
}
