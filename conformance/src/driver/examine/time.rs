//! Clocks that are moved, and sleeps that end when they are.

use std::time::Duration;

use mock_idp::fault::{Fault, HeaderText};
use mock_idp::journal::Endpoint;

use super::Examiner;
use super::assertion::Assertion;
use super::dialogue::Dialogue;
use super::stage::{NoStage, Stage, get_token};
use crate::driver::protocol::{ClockMode, Operation, Outcome};

/// Longer than any token of the examination lives.
const PAST_EXPIRY: Duration = Duration::from_secs(2 * 3600);

/// How long a token lives that is waited for in real time.
const SHORT_LIFE: Duration = Duration::from_secs(3);

/// Longer than that.
const PAST_SHORT_LIFE: Duration = Duration::from_secs(5);

/// How often a client may sleep anew.
const SLEEPS: usize = 10;

impl Examiner<'_> {
    /// The clock, and sleeps.
    pub(super) async fn time(&mut self) -> Result<(), NoStage> {
        let can = &self.hello.can;
        if can.clock == ClockMode::Scaled {
            let provider = self.provider;
            let stage = Stage::short_lived(provider, SHORT_LIFE).await?;
            match self.opened(&stage, "client").await {
                Ok(mut dialogue) => {
                    let how = ages_by_itself(&mut dialogue, &stage).await;
                    self.noted(Assertion::Clock, dialogue, how).await;
                }
                Err(why) => self.record.fail(Assertion::Clock, why),
            }
        } else if can.clock == ClockMode::None {
            let why = format!("`can.clock` is `{}`", can.clock.name());
            self.record.skip(Assertion::Clock, why);
        } else {
            let stage = self.stage().await?;
            match self.opened(&stage, "client").await {
                Ok(mut dialogue) => {
                    let driven = can.clock == ClockMode::Driven;
                    let how = ages(&mut dialogue, &stage, driven).await;
                    self.noted(Assertion::Clock, dialogue, how).await;
                }
                Err(why) => self.record.fail(Assertion::Clock, why),
            }
        }
        if !can.timers {
            self.record.skip(Assertion::Timers, "`can.timers` is false");
            return Ok(());
        }
        let stage = self.stage().await?;
        let throttled = Fault::at(Endpoint::Token).nth(1).reply(429);
        let wait = HeaderText::Fixed("30".to_owned());
        stage
            .idp
            .faults()
            .add(throttled.header("Retry-After", wait));
        match self.opened(&stage, "client").await {
            Ok(mut dialogue) => {
                match wakes(&mut dialogue, &stage).await {
                    Ok(true) => self.record.pass(Assertion::Timers),
                    Ok(false) => self.record.skip(
                        Assertion::Timers,
                        "told to wait 30 s, the client gave its caller an answer at once",
                    ),
                    Err(why) => self.record.fail(Assertion::Timers, why),
                }
                self.ended(dialogue).await;
            }
            Err(why) => self.record.fail(Assertion::Timers, why),
        }
        Ok(())
    }
}

/// Whether a token grows old with the clock.
async fn ages(dialogue: &mut Dialogue, stage: &Stage, driven: bool) -> Result<(), String> {
    let answered = dialogue.ask(get_token("client")).await?;
    stage.witnessed(answered)?;
    let before = stage.token_requests();
    let now = stage.advance(PAST_EXPIRY)?;
    if driven {
        set_clock(dialogue, now, stage.elapsed_ms()).await?;
    }
    let answered = dialogue.ask(get_token("client")).await?;
    let handed = stage.witnessed(answered).map(drop);
    handed.map_err(|why| format!("two hours later {why}"))?;
    match stage.token_requests() > before {
        true => Ok(()),
        false => Err(
            "two hours later, when its token had expired, it handed it out again without a token request"
                .to_owned(),
        ),
    }
}

/// Whether a token grows old with the machine's clock.
async fn ages_by_itself(dialogue: &mut Dialogue, stage: &Stage) -> Result<(), String> {
    let answered = dialogue.ask(get_token("client")).await?;
    stage.witnessed(answered)?;
    let before = stage.token_requests();
    stage.wait(PAST_SHORT_LIFE).await;
    let answered = dialogue.ask(get_token("client")).await?;
    let handed = stage.witnessed(answered).map(drop);
    handed.map_err(|why| format!("five seconds later {why}"))?;
    match stage.token_requests() > before {
        true => Ok(()),
        false => Err(
            "five seconds later, when its token of three seconds had expired, it handed it out again without a token request"
                .to_owned(),
        ),
    }
}

/// Whether a client that is told to wait says so and wakes when it is time; false if it does not wait.
async fn wakes(dialogue: &mut Dialogue, stage: &Stage) -> Result<bool, String> {
    let id = dialogue.send(get_token("client"));
    let mut slept = false;
    for _ in 0..SLEEPS {
        let something = |dialogue: &Dialogue| {
            dialogue.outcome(id).is_some() || dialogue.sleeps_until(id).is_some()
        };
        if !dialogue.until(something).await {
            return Err("told to wait 30 s, it neither answered nor said that it waits".to_owned());
        }
        if dialogue.outcome(id).is_some() {
            return Ok(slept);
        }
        slept = true;
        let until = dialogue.sleeps_until(id).unwrap_or_else(|| stage.now());
        let by = until.duration_since(stage.now());
        let now = stage.advance(Duration::try_from(by).unwrap_or_default())?;
        dialogue.forget_sleep(id);
        set_clock(dialogue, now, stage.elapsed_ms()).await?;
    }
    Err(format!("it slept {SLEEPS} times and gave no answer"))
}

async fn set_clock(
    dialogue: &mut Dialogue,
    now: jiff::Timestamp,
    elapsed_ms: u64,
) -> Result<(), String> {
    let client = "client".to_owned();
    let set = Operation::SetClock {
        client,
        now,
        elapsed_ms,
    };
    match dialogue.ask(set).await? {
        Outcome::Ok(_) => Ok(()),
        other => Err(format!("it answered `set_clock` with {}", other.in_words())),
    }
}
