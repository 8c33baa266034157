//! A conformance test for drivers: does one keep to the protocol, and can its client do what it declares?
//!
//! Each part plays against a world of its own and talks to a process of its own, so that one fault does not hide the next.

mod assertion;
mod dialogue;
mod manners;
mod operations;
mod record;
mod stage;
mod time;
mod tokens;

use mock_idp::Provider;
use serde_json::{Map, json};

use super::protocol::{ClockMode, Hello, Operation, Outcome, VERSION};
use super::{Groups, Numbers, Target, connect};
use crate::contender::Limits;
use dialogue::Dialogue;
use record::Record;
use stage::{As, Stage};

pub use assertion::Assertion;
pub use record::Finding;
pub use stage::NoStage;

/// What has come of examining a driver.
#[derive(Clone, Debug)]
pub struct Examination {
    /// What the driver says of itself; none if it said no hello.
    pub hello: Option<Hello>,
    /// One finding for each assertion, in the order of reports.
    pub findings: Vec<(Assertion, Finding)>,
}

impl Examination {
    /// How many assertions hold, fail and say nothing.
    #[must_use]
    pub fn tally(&self) -> (usize, usize, usize) {
        let count = |is: fn(&Finding) -> bool| {
            let findings = self.findings.iter();
            findings.filter(|(_, finding)| is(finding)).count()
        };
        (
            count(|finding| matches!(finding, Finding::Pass)),
            count(|finding| matches!(finding, Finding::Fail(_))),
            count(|finding| matches!(finding, Finding::Skip(_))),
        )
    }
}

/// Examines a driver.
///
/// # Errors
///
/// [`NoStage`] if there is no world to examine it in. What the driver does wrong is no error of this function.
pub async fn examine(
    target: &Target,
    groups: &Groups,
    limits: Limits,
) -> Result<Examination, NoStage> {
    let stage = Stage::of(Provider::Okta, ClockMode::None).await?;
    let mut record = Record::default();
    let greeted = greet(target, groups, &stage, limits, true).await;
    let hello = match greeted {
        Ok((dialogue, hello)) => {
            record.pass(Assertion::Hello);
            ended(&mut record, dialogue).await;
            hello
        }
        Err(why) => {
            record.fail(Assertion::Hello, why);
            return Ok(Examination {
                hello: None,
                findings: record.complete("it says no hello"),
            });
        }
    };
    let provider = hello.can.providers.first().copied();
    let mut examiner = Examiner {
        target,
        groups,
        limits,
        provider: provider.unwrap_or(Provider::Okta),
        hello: &hello,
        record,
    };
    examiner.declared();
    examiner.manners().await?;
    examiner.tokens().await?;
    examiner.together().await?;
    examiner.refused().await?;
    examiner.operations().await?;
    examiner.time().await?;
    examiner.lives().await?;
    let findings = examiner.record.complete("it was not come to");
    Ok(Examination {
        hello: Some(hello),
        findings,
    })
}

/// An examination under way.
struct Examiner<'d> {
    target: &'d Target,
    groups: &'d Groups,
    limits: Limits,
    /// The vendor whose world is played where it does not matter.
    provider: Provider,
    hello: &'d Hello,
    record: Record,
}

impl Examiner<'_> {
    /// A world of the usual vendor.
    async fn stage(&self) -> Result<Stage, NoStage> {
        Stage::of(self.provider, self.hello.can.clock).await
    }

    /// A process that has said hello.
    ///
    /// # Errors
    ///
    /// Why not, in words.
    async fn greeted(&self, stage: &Stage) -> Result<Dialogue, String> {
        let Self {
            target,
            groups,
            limits,
            ..
        } = self;
        let greeted = greet(target, groups, stage, *limits, false).await;
        greeted.map(|(dialogue, _)| dialogue)
    }

    /// A process with a client of this name that was opened in the usual way.
    async fn opened(&self, stage: &Stage, client: &str) -> Result<Dialogue, String> {
        let mut dialogue = self.greeted(stage).await?;
        open(&mut dialogue, stage, client, stage::plainly(self.hello)).await?;
        Ok(dialogue)
    }

    /// Ends a conversation and notes its manners.
    async fn ended(&mut self, dialogue: Dialogue) {
        ended(&mut self.record, dialogue).await;
    }

    /// Notes how it went, after ending the conversation if there was one.
    async fn noted(&mut self, assertion: Assertion, dialogue: Dialogue, how: Result<(), String>) {
        self.record.went(assertion, how);
        self.ended(dialogue).await;
    }

    /// Whether the driver offers an operation; else that is noted.
    fn offers(&mut self, assertion: Assertion) -> bool {
        let offers = self.hello.can.offers(assertion.name());
        if !offers {
            let why = format!("`{}` is not in `can.ops`", assertion.name());
            self.record.skip(assertion, why);
        }
        offers
    }
}

/// Opens a client.
async fn open(
    dialogue: &mut Dialogue,
    stage: &Stage,
    client: &str,
    whom: As<'_>,
) -> Result<(), String> {
    let open = stage.open(client, whom).map_err(|none| none.to_string())?;
    match dialogue.ask(Operation::Open(Box::new(open))).await? {
        Outcome::Ok(_) => Ok(()),
        other => Err(format!("it answered `open` with {}", other.in_words())),
    }
}

/// Starts a driver and has it say hello.
async fn greet(
    target: &Target,
    groups: &Groups,
    stage: &Stage,
    limits: Limits,
    curiously: bool,
) -> Result<(Dialogue, Hello), String> {
    // One conversation after another: each may count from the beginning.
    let owned = (groups, &Numbers::default());
    let way = connect(target, &stage.variables(), owned, limits);
    let way = way.map_err(|fault| fault.to_string())?;
    let mut dialogue = Dialogue::new(way, limits);
    let hello = Operation::Hello {
        versions: vec![VERSION],
        runner: format!("tokenproof {}", env!("CARGO_PKG_VERSION")),
    };
    let more = match curiously {
        true => Map::from_iter([("news".to_owned(), json!({ "a": [1, null] }))]),
        false => Map::new(),
    };
    let id = dialogue.send_with(hello, more);
    let members = match dialogue.answer(id).await? {
        Outcome::Ok(members) => members,
        other => return Err(format!("it answered `hello` with {}", other.in_words())),
    };
    let version = members.get("version").and_then(serde_json::Value::as_u64);
    if version != Some(u64::from(VERSION)) {
        let said = version.map_or("none".to_owned(), |version| version.to_string());
        return Err(format!(
            "it said version {said} where version {VERSION} was asked for"
        ));
    }
    let hello = serde_json::from_value(members.into())
        .map_err(|error| format!("its `hello` cannot be read: {error}"))?;
    dialogue.be_patient(limits.silence);
    Ok((dialogue, hello))
}

/// Ends a conversation and notes its manners.
async fn ended(record: &mut Record, dialogue: Dialogue) {
    let limit = dialogue.end_limit();
    let ended = dialogue.end().await;
    let manners = [
        (Assertion::Messages, ended.breaches.no_message),
        (Assertion::Once, ended.breaches.once),
    ];
    for (assertion, breach) in manners {
        record.went(assertion, breach.map_or(Ok(()), Err));
    }
    let Some(remains) = ended.remains else {
        for assertion in [Assertion::EndOfInput, Assertion::NothingLeft] {
            record.skip(assertion, "a service is not ended");
        }
        return;
    };
    if ended.early {
        return;
    }
    record.went(
        Assertion::EndOfInput,
        match remains.in_time {
            true => Ok(()),
            false => Err(format!(
                "it still ran {} s after the end of its input",
                limit.as_secs_f64()
            )),
        },
    );
    if remains.in_time {
        record.went(
            Assertion::NothingLeft,
            match remains.descendants {
                true => Err("a process that it had started still ran after it".to_owned()),
                false => Ok(()),
            },
        );
    }
}
