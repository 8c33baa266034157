//! The operations that a driver may offer.

use mock_idp::fault::Fault;
use mock_idp::journal::Endpoint;
use token_client::Secret;

use super::assertion::Assertion;
use super::dialogue::Dialogue;
use super::stage::{As, NoStage, Stage, get_token, plainly};
use super::{Examiner, open};
use crate::contender::WRONG_SECRET;
use crate::driver::key;
use crate::driver::protocol::{Answered, Operation, Outcome};

/// The name of the hold in which a request is called back.
const HOLD: &str = "examination";

impl Examiner<'_> {
    /// Each operation that is offered.
    pub(super) async fn operations(&mut self) -> Result<(), NoStage> {
        for assertion in [
            Assertion::CallApi,
            Assertion::ForceRefresh,
            Assertion::Invalidate,
            Assertion::SwapCredential,
            Assertion::Cancel,
        ] {
            if !self.offers(assertion) {
                continue;
            }
            if assertion == Assertion::SwapCredential && plainly(self.hello).auth == key::METHOD {
                self.record
                    .skip(assertion, "the client has no secret: it signs");
                continue;
            }
            let stage = self.stage().await?;
            let mut dialogue = match self.greeted(&stage).await {
                Ok(dialogue) => dialogue,
                Err(why) => {
                    self.record.fail(assertion, why);
                    continue;
                }
            };
            let whom = plainly(self.hello);
            let talk = &mut dialogue;
            let how = match assertion {
                Assertion::CallApi => calls(talk, &stage, whom).await,
                Assertion::SwapCredential => swaps(talk, &stage, whom).await,
                Assertion::Cancel => cancels(talk, &stage, whom).await,
                other => renews(talk, &stage, whom, other).await,
            };
            self.noted(assertion, dialogue, how).await;
        }
        Ok(())
    }
}

fn client() -> String {
    "client".to_owned()
}

pub(super) async fn calls(
    dialogue: &mut Dialogue,
    stage: &Stage,
    whom: As<'_>,
) -> Result<(), String> {
    let setup = stage
        .open("client", whom)
        .map_err(|none| none.to_string())?;
    let url = setup.resource.url.clone();
    match dialogue.ask(Operation::Open(Box::new(setup))).await? {
        Outcome::Ok(_) => {}
        other => return Err(format!("it answered `open` with {}", other.in_words())),
    }
    let call = Operation::CallApi {
        client: client(),
        method: "GET".to_owned(),
        url,
        body: None,
    };
    let members = match dialogue.ask(call).await? {
        Outcome::Ok(members) => members,
        other => return Err(format!("it answered {}", other.in_words())),
    };
    let answered: Answered = serde_json::from_value(members.into()).unwrap_or_default();
    let requests = stage.requests(Endpoint::Resource);
    let Some(seen) = requests.last().and_then(|entry| entry.status()) else {
        return Err("the resource was not called".to_owned());
    };
    match answered.status {
        Some(status) if status == seen && status == 200 => Ok(()),
        Some(status) => Err(format!(
            "it answered status {status}; the resource answered {seen}"
        )),
        None => Err("it answered `ok` without a `status`".to_owned()),
    }
}

/// After `force_refresh`, and for the next token after `invalidate`, the provider is asked again.
async fn renews(
    dialogue: &mut Dialogue,
    stage: &Stage,
    whom: As<'_>,
    assertion: Assertion,
) -> Result<(), String> {
    open(dialogue, stage, "client", whom).await?;
    let answered = dialogue.ask(get_token("client")).await?;
    stage.witnessed(answered)?;
    let before = stage.token_requests();
    let forced = assertion == Assertion::ForceRefresh;
    let operation = match forced {
        true => Operation::ForceRefresh { client: client() },
        false => Operation::Invalidate { client: client() },
    };
    match dialogue.ask(operation).await? {
        Outcome::Ok(_) => {}
        other => return Err(format!("it answered {}", other.in_words())),
    }
    if !forced {
        let answered = dialogue.ask(get_token("client")).await?;
        stage.witnessed(answered)?;
    }
    match stage.token_requests() > before {
        true => Ok(()),
        false => Err("no further token request was seen".to_owned()),
    }
}

async fn swaps(dialogue: &mut Dialogue, stage: &Stage, whom: As<'_>) -> Result<(), String> {
    let wrong = As {
        secret: Some(WRONG_SECRET),
        ..whom
    };
    open(dialogue, stage, "client", wrong).await?;
    let swap = Operation::SwapCredential {
        client: client(),
        client_secret: Some(Secret::new(stage.idp.client_secret().reveal())),
        refresh_token: None,
        api_token: None,
    };
    match dialogue.ask(swap).await? {
        Outcome::Ok(_) => {}
        other => return Err(format!("it answered {}", other.in_words())),
    }
    let answered = dialogue.ask(get_token("client")).await?;
    let handed = stage.witnessed(answered).map(drop);
    handed.map_err(|why| format!("with the right secret in place of a wrong one, {why}"))
}

async fn cancels(dialogue: &mut Dialogue, stage: &Stage, whom: As<'_>) -> Result<(), String> {
    open(dialogue, stage, "client", whom).await?;
    stage
        .idp
        .faults()
        .add(Fault::at(Endpoint::Token).nth(1).hold(HOLD));
    let call = dialogue.send(get_token("client"));
    if !dialogue.until(|_| stage.idp.held_count(HOLD) > 0).await {
        return Err("no token request was seen".to_owned());
    }
    match dialogue.ask(Operation::Cancel { call }).await? {
        Outcome::Ok(_) => {}
        other => return Err(format!("it answered {}", other.in_words())),
    }
    // It may end at once or with the answer of the provider.
    let told = |dialogue: &Dialogue| dialogue.outcome(call).is_some();
    dialogue.until_within(super::tokens::SETTLE, told).await;
    stage.idp.release(HOLD);
    dialogue.answer(call).await.map(drop)
}
