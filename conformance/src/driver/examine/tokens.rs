//! Tokens: by every grant and way to authenticate, many at once, and refused.

use std::time::Duration;

use mock_idp::Provider;
use mock_idp::fault::{Fault, ScriptedError};
use mock_idp::journal::{AuthMethod, Endpoint};
use serde_json::json;

use super::assertion::Assertion;
use super::dialogue::Dialogue;
use super::operations::calls;
use super::stage::{As, NOT_ISSUED, NoStage, Stage, get_token, plainly};
use super::{Examiner, open};
use crate::driver::error_map::ErrorMap;
use crate::driver::key;
use crate::driver::protocol::{Failure, Grant, Outcome};
use crate::scenario::GrantKind;
use crate::trace::Class;

/// How many requests are under way at most: as many as the herd of the scenarios has callers.
const HERD: u32 = 50;

/// The name of the hold in which token requests wait.
const HOLD: &str = "examination";

impl Examiner<'_> {
    /// A token by each grant and way to authenticate, of each vendor.
    pub(super) async fn tokens(&mut self) -> Result<(), NoStage> {
        let can = &self.hello.can;
        for provider in can.providers.clone() {
            let stage = Stage::of(provider, can.clock).await?;
            let usual = plainly(self.hello);
            // API tokens are Okta's alone.
            let grants = can.grants.iter();
            let grants = grants
                .filter(|grant| **grant != Grant::ApiToken || provider == Provider::Okta)
                .map(|grant| {
                    (
                        Assertion::Grants,
                        As {
                            grant: *grant,
                            ..usual
                        },
                    )
                });
            let methods = can
                .auth
                .iter()
                .map(|auth| (Assertion::Auth, As { auth, ..usual }));
            for (assertion, whom) in grants.chain(methods) {
                let how = match self.greeted(&stage).await {
                    Ok(mut dialogue) => {
                        let how = match whom.grant {
                            Grant::ApiToken => shows_api_token(&mut dialogue, &stage, whom).await,
                            _ => self.token_as(&mut dialogue, &stage, whom).await,
                        };
                        self.ended(dialogue).await;
                        how
                    }
                    Err(why) => Err(why),
                };
                let how = how.map_err(|why| {
                    let what = if assertion == Assertion::Grants {
                        GrantKind::from(whom.grant).name()
                    } else {
                        whom.auth
                    };
                    format!("{provider}, `{what}`: {why}")
                });
                self.record.went(assertion, how);
            }
        }
        Ok(())
    }

    async fn token_as(
        &mut self,
        dialogue: &mut Dialogue,
        stage: &Stage,
        whom: As<'_>,
    ) -> Result<(), String> {
        let before = stage.token_requests();
        open(dialogue, stage, "client", whom).await?;
        let answered = dialogue.ask(get_token("client")).await?;
        let handed = stage.witnessed(answered).map(drop);
        // Only a lie about the token is told here: what else goes wrong belongs to the grant or the method.
        match &handed {
            Err(why) if why == NOT_ISSUED => {
                self.record.fail(Assertion::Token, why.clone());
            }
            Ok(()) => self.record.pass(Assertion::Token),
            Err(_) => {}
        }
        handed?;
        let requests = stage.requests(Endpoint::Token);
        let said = requests.get(before..).unwrap_or_default().last();
        let Some(said) = said.and_then(|entry| entry.token_request.as_ref()) else {
            return Err("it handed out a token without a token request".to_owned());
        };
        if said.grant.as_deref() != Some(GrantKind::from(whom.grant).name()) {
            let used = said.grant.as_deref().unwrap_or("none");
            return Err(format!("its client used the grant `{used}`"));
        }
        let method = match whom.auth {
            "basic" => AuthMethod::Basic,
            key::METHOD => AuthMethod::Assertion,
            _ => AuthMethod::Post,
        };
        match said.auth == [method] {
            true => Ok(()),
            false => Err("its client authenticated in another way".to_owned()),
        }
    }

    /// Many requests at once, of which the provider answers none for a while.
    pub(super) async fn together(&mut self) -> Result<(), NoStage> {
        let many = self.hello.can.concurrency.min(HERD);
        if many < 2 {
            let why = "`can.concurrency` is 1";
            self.record.skip(Assertion::Concurrency, why);
            self.record.skip(Assertion::Listening, why);
            return Ok(());
        }
        let stage = self.stage().await?;
        let mut dialogue = match self.opened(&stage, "client").await {
            Ok(dialogue) => dialogue,
            Err(why) => {
                self.record.fail(Assertion::Concurrency, why);
                return Ok(());
            }
        };
        stage
            .idp
            .faults()
            .add(Fault::at(Endpoint::Token).nth(1).hold(HOLD));
        let asked: Vec<u64> = (0..many)
            .map(|_| dialogue.send(get_token("client")))
            .collect();
        let held = dialogue.until(|_| stage.idp.held_count(HOLD) > 0).await;
        if held {
            let question = json!({ "op": "x-unknown" });
            let question = question.as_object().cloned().unwrap_or_default();
            let id = dialogue.send_members(question);
            let heard = dialogue
                .until(|dialogue| dialogue.outcome(id).is_some())
                .await;
            self.record.went(
                Assertion::Listening,
                match heard {
                    true => Ok(()),
                    false => {
                        Err("it answered nothing while a token request was under way".to_owned())
                    }
                },
            );
        }
        stage.idp.release(HOLD);
        let mut how = Ok(());
        for id in asked {
            let answered = dialogue.answer(id).await;
            how = answered.and_then(|answered| stage.witnessed(answered).map(drop));
            if let Err(why) = &how {
                how = Err(format!("of {many} requests at once, one failed: {why}"));
                break;
            }
        }
        if !held {
            self.record
                .skip(Assertion::Listening, "no token request was seen");
        }
        self.noted(Assertion::Concurrency, dialogue, how).await;
        Ok(())
    }

    /// The provider refuses the client's secret.
    pub(super) async fn refused(&mut self) -> Result<(), NoStage> {
        let stage = self.stage().await?;
        let error = ScriptedError {
            status: Some(401),
            error: "invalid_client".to_owned(),
            ..ScriptedError::default()
        };
        stage
            .idp
            .faults()
            .add(Fault::at(Endpoint::Token).error(error));
        let mut dialogue = match self.opened(&stage, "client").await {
            Ok(dialogue) => dialogue,
            Err(why) => {
                self.record.fail(Assertion::Refusal, why);
                return Ok(());
            }
        };
        let how = match dialogue.ask(get_token("client")).await {
            Ok(Outcome::Err(failure)) => {
                self.classified(&failure);
                Ok(())
            }
            Ok(other) => Err(format!(
                "it answered {} though the provider had refused",
                other.in_words()
            )),
            Err(why) => Err(why),
        };
        self.noted(Assertion::Refusal, dialogue, how).await;
        Ok(())
    }

    fn classified(&mut self, failure: &Failure) {
        if !self.hello.can.classes {
            self.record
                .skip(Assertion::Classes, "`can.classes` is false");
            return;
        }
        let by_name = |native: &str| ErrorMap::of(&self.hello.profile).class_of(native);
        let class = failure
            .class
            .or_else(|| failure.native.as_deref().and_then(by_name));
        self.record.went(
            Assertion::Classes,
            match class {
                Some(Class::Misconfigured) => Ok(()),
                Some(other) => Err(format!(
                    "a refused secret is `{other}`, not `misconfigured`"
                )),
                None => Err("a refused secret has no class".to_owned()),
            },
        );
    }

    /// One life after another, and tokens that outlive one.
    pub(super) async fn lives(&mut self) -> Result<(), NoStage> {
        let stage = self.stage().await?;
        let how = self.reopened(&stage).await;
        self.record.went(Assertion::Reopen, how);
        if !self.hello.can.stores {
            self.record.skip(Assertion::Stores, "`can.stores` is false");
            return Ok(());
        }
        let stage = self.stage().await?;
        let how = self.stored(&stage).await;
        self.record.went(Assertion::Stores, how);
        Ok(())
    }

    async fn reopened(&mut self, stage: &Stage) -> Result<(), String> {
        let mut dialogue = self.opened(stage, "client").await?;
        dialogue.ask(get_token("client")).await?;
        closed(&mut dialogue).await?;
        match dialogue.ask(get_token("client")).await? {
            Outcome::Err(_) => {}
            other => {
                return Err(format!(
                    "after `close` it answered `get_token` with {}",
                    other.in_words()
                ));
            }
        }
        if !self.hello.can.reuse {
            self.ended(dialogue).await;
            dialogue = self.greeted(stage).await?;
        }
        open(&mut dialogue, stage, "client", plainly(self.hello)).await?;
        let answered = dialogue.ask(get_token("client")).await?;
        stage.witnessed(answered)?;
        self.ended(dialogue).await;
        Ok(())
    }

    async fn stored(&mut self, stage: &Stage) -> Result<(), String> {
        let whom = As {
            with_store: true,
            ..plainly(self.hello)
        };
        let mut requests = 0;
        for life in 1..=2 {
            let mut dialogue = self.greeted(stage).await?;
            open(&mut dialogue, stage, "client", whom).await?;
            let answered = dialogue.ask(get_token("client")).await?;
            stage.witnessed(answered)?;
            closed(&mut dialogue).await?;
            self.ended(dialogue).await;
            if life == 1 {
                requests = stage.token_requests();
            }
        }
        match stage.token_requests() == requests {
            true => Ok(()),
            false => Err("another process with the same store asked for another token".to_owned()),
        }
    }
}

/// A call with the API token that the client was opened with.
async fn shows_api_token(
    dialogue: &mut Dialogue,
    stage: &Stage,
    whom: As<'_>,
) -> Result<(), String> {
    calls(dialogue, stage, whom).await?;
    let requests = stage.requests(Endpoint::Resource);
    let shown = requests.last().and_then(|entry| entry.presented.as_ref());
    match shown.is_some_and(|shown| shown.scheme.eq_ignore_ascii_case("SSWS")) {
        true => Ok(()),
        false => Err("its client called the API without the API token".to_owned()),
    }
}

async fn closed(dialogue: &mut Dialogue) -> Result<(), String> {
    let close = crate::driver::protocol::Operation::Close {
        client: "client".to_owned(),
    };
    match dialogue.ask(close).await? {
        Outcome::Ok(_) => Ok(()),
        other => Err(format!("it answered `close` with {}", other.in_words())),
    }
}

/// How long something that should not happen is waited for.
pub(super) const SETTLE: Duration = Duration::from_secs(1);
