//! What a driver says of itself, and how it takes what it does not know.

use serde_json::{Map, Value, json};

use super::assertion::Assertion;
use super::dialogue::Dialogue;
use super::stage::{NoStage, get_token};
use super::{Examiner, Stage, open, stage};
use crate::driver::key;
use crate::driver::protocol::{Capabilities, Grant, Outcome};

/// Operations that a driver may offer.
const OFFERED: [&str; 6] = [
    "call_api",
    "force_refresh",
    "invalidate",
    "set_clock",
    "cancel",
    "swap_credential",
];

/// The ways to authenticate.
const METHODS: [&str; 3] = ["post", "basic", key::METHOD];

/// An operation that is reserved, and one that no version will have.
const UNKNOWN: [&str; 2] = ["validate", "x-unknown"];

impl Examiner<'_> {
    /// Whether what it says of itself makes sense.
    pub(super) fn declared(&mut self) {
        let why = nonsense(&self.hello.can);
        self.record
            .went(Assertion::Declared, why.map_or(Ok(()), Err));
    }

    /// What it does with what it does not know.
    pub(super) async fn manners(&mut self) -> Result<(), NoStage> {
        let stage = self.stage().await?;
        match self.greeted(&stage).await {
            Ok(mut dialogue) => {
                let unknown = unknown_operations(&mut dialogue).await;
                self.record.went(Assertion::UnknownOperations, unknown);
                let unopened = unopened(&mut dialogue).await;
                self.record.went(Assertion::Unopened, unopened);
                self.ended(dialogue).await;
            }
            Err(why) => self.record.fail(Assertion::Hello, why),
        }
        match self.greeted(&stage).await {
            Ok(mut dialogue) => {
                let whom = stage::plainly(self.hello);
                let how = unknown_members(&mut dialogue, &stage, whom).await;
                self.noted(Assertion::UnknownMembers, dialogue, how).await;
            }
            Err(why) => self.record.fail(Assertion::Hello, why),
        }
        Ok(())
    }
}

/// What makes no sense in a declaration, if anything does.
fn nonsense(can: &Capabilities) -> Option<String> {
    if can.grants.is_empty() || can.auth.is_empty() || can.providers.is_empty() {
        return Some(
            "`grants`, `auth` or `providers` is empty: nothing could be examined".to_owned(),
        );
    }
    if can.grants.contains(&Grant::ApiToken) {
        let only = can.grants.iter().all(|grant| *grant == Grant::ApiToken);
        if only {
            return Some(
                "`grants` has `api_token` alone: `get_token` could not be examined".to_owned(),
            );
        }
        if !can.offers("call_api") {
            return Some(
                "`grants` has `api_token`, which is good for calls alone, and `can.ops` has no `call_api`"
                    .to_owned(),
            );
        }
    }
    if let Some(op) = can.ops.iter().find(|op| !OFFERED.contains(&op.as_str())) {
        return Some(format!(
            "`can.ops` has `{op}`; what can be offered is {}",
            OFFERED.join(", ")
        ));
    }
    if let Some(method) = can.auth.iter().find(|one| !METHODS.contains(&one.as_str())) {
        return Some(format!(
            "`can.auth` has `{method}`; there are {}",
            METHODS.join(", ")
        ));
    }
    if can.concurrency == 0 {
        return Some("`can.concurrency` is 0; a client takes at least one request".to_owned());
    }
    let driven = can.clock == crate::driver::protocol::ClockMode::Driven;
    if driven && !can.offers("set_clock") {
        return Some("`can.clock` is `driven`, but `set_clock` is not in `can.ops`".to_owned());
    }
    if can.timers && !driven {
        return Some("`can.timers` is true, but `can.clock` is not `driven`".to_owned());
    }
    None
}

async fn unknown_operations(dialogue: &mut Dialogue) -> Result<(), String> {
    for op in UNKNOWN {
        let members = json!({ "op": op, "client": "client" });
        let id = dialogue.send_members(members.as_object().cloned().unwrap_or_default());
        match dialogue.answer(id).await? {
            Outcome::Unsupported(_) => {}
            other => return Err(format!("it answered `{op}` with {}", other.in_words())),
        }
    }
    Ok(())
}

async fn unopened(dialogue: &mut Dialogue) -> Result<(), String> {
    match dialogue.ask(get_token("nobody")).await? {
        Outcome::Err(_) => Ok(()),
        other => Err(format!("it answered {}", other.in_words())),
    }
}

async fn unknown_members(
    dialogue: &mut Dialogue,
    stage: &Stage,
    whom: super::As<'_>,
) -> Result<(), String> {
    open(dialogue, stage, "client", whom).await?;
    let more: Map<String, Value> = Map::from_iter([
        ("news".to_owned(), json!({ "id": 0, "op": "close" })),
        ("deadline".to_owned(), Value::Null),
    ]);
    let id = dialogue.send_with(get_token("client"), more);
    match dialogue.answer(id).await? {
        // Whether the token is any good is another question.
        Outcome::Ok(_) => Ok(()),
        other => Err(format!("it answered {}", other.in_words())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_that_make_no_sense() {
        let of = |can: Value| {
            let can = serde_json::from_value(can).expect("capabilities");
            nonsense(&can).unwrap_or_else(|| "fine".to_owned())
        };
        let all = [
            json!({}),
            json!({ "grants": [] }),
            json!({ "ops": ["get_token"] }),
            json!({ "auth": ["private_key_jwt", "tls_client_auth"] }),
            json!({ "concurrency": 0 }),
            json!({ "clock": "driven" }),
            json!({ "clock": "driven", "ops": ["set_clock"], "timers": true }),
            json!({ "clock": "faketime", "timers": true }),
            json!({ "grants": ["api_token"], "ops": ["call_api"] }),
            json!({ "grants": ["client_credentials", "api_token"] }),
            json!({ "grants": ["client_credentials", "api_token"], "ops": ["call_api"] }),
        ];
        insta::assert_snapshot!(all.map(of).join("\n"), @"
        fine
        `grants`, `auth` or `providers` is empty: nothing could be examined
        `can.ops` has `get_token`; what can be offered is call_api, force_refresh, invalidate, set_clock, cancel, swap_credential
        `can.auth` has `tls_client_auth`; there are post, basic, private_key_jwt
        `can.concurrency` is 0; a client takes at least one request
        `can.clock` is `driven`, but `set_clock` is not in `can.ops`
        fine
        `can.timers` is true, but `can.clock` is not `driven`
        `grants` has `api_token` alone: `get_token` could not be examined
        `grants` has `api_token`, which is good for calls alone, and `can.ops` has no `call_api`
        fine
        ");
    }
}
