//! The ledger against a model of it: whatever happens in whatever order, nothing is redeemed twice.

use std::sync::Barrier;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::device_codes::{Approval, AskedFor, DevicePace, PollRefusal, Undecidable};
use super::refresh_family::{Grantee, RefreshLifetime, Refusal};
use super::{Ledger, Manner, TokenKind};
use crate::directory::{Rotation, RotationMode};

const IDLE: i64 = 1_000;
const CODE_LIFE: i64 = 600;
const PACE: DevicePace = DevicePace {
    lifetime: Duration::from_secs(CODE_LIFE.cast_unsigned()),
    interval: Duration::from_secs(5),
};

/// What may happen. Numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
enum Step {
    SignIn,
    Refresh(usize),
    RevokeToken(usize),
    RevokeAll,
    RevokeCode(usize),
    Begin,
    Poll(usize),
    Approve(usize),
    Deny(usize),
    /// Forwards or back.
    Move(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::SignIn),
        6 => any::<usize>().prop_map(Step::Refresh),
        1 => any::<usize>().prop_map(Step::RevokeToken),
        1 => Just(Step::RevokeAll),
        1 => any::<usize>().prop_map(Step::RevokeCode),
        2 => Just(Step::Begin),
        6 => any::<usize>().prop_map(Step::Poll),
        3 => any::<usize>().prop_map(Step::Approve),
        1 => any::<usize>().prop_map(Step::Deny),
        3 => prop_oneof![-20_i64..20, Just(CODE_LIFE), Just(IDLE), Just(-IDLE)].prop_map(Step::Move),
    ]
}

/// A refresh token as a model has it.
#[derive(Clone, Debug)]
struct Token {
    value: String,
    family: usize,
    used_at: i64,
    replaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Pending,
    Approved,
    Denied,
    Redeemed,
}

#[derive(Default)]
struct Model {
    now: i64,
    tokens: Vec<Token>,
    /// Whether each family was revoked.
    revoked: Vec<bool>,
    codes: Vec<(Code, i64)>,
    made: usize,
}

impl Model {
    fn value(&mut self) -> String {
        self.made += 1;
        format!("a value that nothing else has, number {}", self.made)
    }

    fn sign_in(&mut self, value: String) {
        self.revoked.push(false);
        self.token(value, self.revoked.len() - 1);
    }

    fn token(&mut self, value: String, family: usize) {
        self.tokens.push(Token {
            value,
            family,
            used_at: self.now,
            replaced: false,
        });
    }

    /// Whether a token is honoured; what is not may cost its family.
    fn refresh(&mut self, place: usize) -> bool {
        let now = self.now;
        let token = &mut self.tokens[place];
        if self.revoked[token.family] || token.used_at + IDLE <= now {
            return false;
        }
        if token.replaced {
            self.revoked[token.family] = true;
            return false;
        }
        token.replaced = true;
        token.used_at = now;
        true
    }

    fn poll(&mut self, place: usize) -> Result<(), PollRefusal> {
        let (code, end) = &mut self.codes[place];
        match code {
            Code::Redeemed => Err(PollRefusal::Redeemed),
            _ if *end <= self.now => Err(PollRefusal::Expired),
            Code::Pending => Err(PollRefusal::Pending),
            Code::Denied => Err(PollRefusal::Denied),
            Code::Approved => {
                *code = Code::Redeemed;
                Ok(())
            }
        }
    }

    fn decide(&mut self, place: usize, decided: Code) -> Result<(), Undecidable> {
        let (code, end) = &mut self.codes[place];
        if *code != Code::Pending {
            return Err(Undecidable::Decided);
        }
        if *end <= self.now {
            return Err(Undecidable::Expired);
        }
        *code = decided;
        Ok(())
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + seconds).expect("a time")
}

fn grantee() -> Grantee {
    Grantee {
        client: "app".to_owned(),
        user: Some("ada".to_owned()),
        issuer: "t".to_owned(),
        scope: Vec::new(),
    }
}

fn asked() -> AskedFor {
    AskedFor {
        client: "app".to_owned(),
        issuer: "t".to_owned(),
        scope: Vec::new(),
        any_issuer: false,
    }
}

fn ada() -> Approval {
    Approval {
        user: "ada".to_owned(),
        issuer: "t".to_owned(),
        manner: Manner::PASSWORD,
    }
}

const LIFETIME: RefreshLifetime = RefreshLifetime {
    idle: Some(Duration::from_secs(IDLE.cast_unsigned())),
    absolute: None,
};

fn strict() -> Rotation {
    Rotation {
        mode: RotationMode::Rotate,
        leeway_seconds: 0,
        reuse_revokes_family: true,
    }
}

fn device_code(place: usize) -> String {
    format!("a device code, number {place}")
}

/// Takes a step in both and compares what comes of it.
fn take(step: Step, ledger: &Ledger, model: &mut Model) -> Result<(), TestCaseError> {
    let now = at(model.now);
    let among = |choice: usize, count: usize| (count > 0).then(|| choice % count);
    match step {
        Step::SignIn => {
            let value = model.value();
            ledger.start_family(grantee(), LIFETIME, &value, now);
            model.sign_in(value);
        }
        Step::Refresh(choice) => {
            let Some(place) = among(choice, model.tokens.len()) else {
                return Ok(());
            };
            let next = model.value();
            let shown = model.tokens[place].value.clone();
            let redeemed = ledger.redeem(&shown, "app", now, &strict(), || next.clone());
            let honoured = model.refresh(place);
            prop_assert_eq!(redeemed.is_ok(), honoured, "{:?}", redeemed);
            if honoured {
                let family = model.tokens[place].family;
                model.token(next, family);
            }
        }
        Step::RevokeToken(choice) => {
            let Some(place) = among(choice, model.tokens.len()) else {
                return Ok(());
            };
            let label = ledger.label_of(&model.tokens[place].value);
            prop_assert!(ledger.revoke(label.expect("it was issued"), now));
            let family = model.tokens[place].family;
            model.revoked[family] = true;
        }
        Step::RevokeAll => {
            ledger.revoke_families(now);
            model.revoked.fill(true);
        }
        Step::RevokeCode(choice) => {
            let Some(place) = among(choice, model.codes.len()) else {
                return Ok(());
            };
            let label = ledger.label_of(&device_code(place));
            prop_assert!(ledger.revoke(label.expect("it was given out"), now));
            let (code, _) = &mut model.codes[place];
            if *code != Code::Redeemed {
                *code = Code::Denied;
            }
        }
        Step::Begin => {
            let place = model.codes.len();
            let make = || format!("USER{place}");
            ledger.begin_sign_in(asked(), PACE, &device_code(place), make, now);
            model.codes.push((Code::Pending, model.now + CODE_LIFE));
        }
        Step::Poll(choice) => {
            let Some(place) = among(choice, model.codes.len()) else {
                return Ok(());
            };
            let polled = ledger.poll_sign_in(&device_code(place), "app", "t", true, now);
            // How often one may ask is tested elsewhere.
            let polled = polled.map(|_| ()).map_err(|refusal| match refusal {
                PollRefusal::SlowDown => PollRefusal::Pending,
                other => other,
            });
            prop_assert_eq!(polled, model.poll(place));
        }
        Step::Approve(choice) | Step::Deny(choice) => {
            let Some(place) = among(choice, model.codes.len()) else {
                return Ok(());
            };
            let (user, decided) = match step {
                Step::Approve(_) => (Some(ada()), Code::Approved),
                _ => (None, Code::Denied),
            };
            let told = ledger.decide_sign_in(&format!("user{place}"), user, now);
            prop_assert_eq!(told, model.decide(place, decided));
        }
        Step::Move(seconds) => model.now += seconds,
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_is_redeemed_twice_whatever_happens_in_whatever_order(
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let ledger = Ledger::default();
        let mut model = Model::default();
        for step in steps {
            take(step, &ledger, &mut model)?;
        }
        // Every refresh token has at most one successor, and every device code has given at most one sign-in.
        let facts = ledger.facts();
        let mut parents: Vec<_> = facts
            .iter()
            .filter(|facts| facts.label.kind == TokenKind::Refresh)
            .filter_map(|facts| facts.parent)
            .collect();
        let successors = parents.len();
        parents.sort();
        parents.dedup();
        prop_assert_eq!(parents.len(), successors);
    }
}

/// How many of several threads that do the same at the same time succeed.
fn winners(attempt: impl Fn(usize) -> bool + Sync) -> usize {
    const THREADS: usize = 8;
    let start = Barrier::new(THREADS);
    let run = |number| {
        start.wait();
        usize::from(attempt(number))
    };
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..THREADS)
            .map(|number| scope.spawn(move || run(number)))
            .collect();
        let won = threads
            .into_iter()
            .map(|thread| thread.join().expect("it ends"));
        won.sum()
    })
}

#[test]
fn a_clock_set_back_brings_no_replaced_token_back() {
    let ledger = Ledger::default();
    ledger.start_family(grantee(), LIFETIME, "the first", at(0));
    let lenient = Rotation {
        leeway_seconds: 30,
        reuse_revokes_family: false,
        ..strict()
    };
    let redeem = |seconds| {
        let next = || format!("a successor {seconds}");
        ledger.redeem("the first", "app", at(seconds), &lenient, next)
    };
    assert!(redeem(100).is_ok());
    assert!(redeem(129).is_ok());
    assert_eq!(redeem(130).err(), Some(Refusal::Reused));
    assert_eq!(redeem(99).err(), Some(Refusal::Reused));
}

#[test]
fn of_several_threads_one_redeems_a_refresh_token() {
    let ledger = Ledger::default();
    for round in 0..200 {
        let value = format!("refresh token of round {round}");
        let (_, label) = ledger.start_family(grantee(), LIFETIME, &value, at(0));
        let won = winners(|number| {
            let next = || format!("successor {number} of round {round}");
            match ledger.redeem(&value, "app", at(1), &strict(), next) {
                Ok(redeemed) => redeemed.parent == label,
                Err(refused) => {
                    let replaced = matches!(refused, Refusal::Reused | Refusal::Revoked { .. });
                    assert!(replaced, "{refused:?}");
                    false
                }
            }
        });
        assert_eq!(won, 1, "round {round}");
    }
}

#[test]
fn of_several_threads_one_redeems_a_device_code_and_one_uses_an_assertion() {
    let ledger = Ledger::default();
    for round in 0..200 {
        let code = device_code(round);
        let make = || format!("USER{round}");
        ledger.begin_sign_in(asked(), PACE, &code, make, at(0));
        // Some poll while somebody approves: who comes before waits, who comes after may win.
        let won = winners(|number| {
            if number == 0 {
                let approved = Some(ada());
                ledger
                    .decide_sign_in(&format!("USER{round}"), approved, at(1))
                    .expect("nobody else decides");
            }
            ledger.poll_sign_in(&code, "app", "t", false, at(1)).is_ok()
        });
        assert_eq!(won, 1, "round {round}");
        let used = winners(|_| {
            let id = format!("id {round}");
            ledger.use_assertion("app", &id, at(60), at(1)).is_ok()
        });
        assert_eq!(used, 1, "round {round}");
    }
}
