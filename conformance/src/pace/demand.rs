//! What a case asks of the speed at which it is played.

use std::time::Duration;

use serde_json::Value;

use super::USUAL_LIFE;
use crate::scenario::{Body, CallStep, Check, Length, Lifetime, Side, Step};

/// How long a stretch of time has to be in real time that a check, a script or a caller speaks of.
const LEAST_SPAN: Duration = Duration::from_secs(2);
/// How long before the end of a token's life it is last used, at least, where the scenario uses it shortly before.
const LEAST_LEFT: Duration = Duration::from_millis(1500);

/// The times of a case.
#[derive(Debug, Default)]
pub(super) struct Demand {
    /// What is counted in whole seconds on the wire.
    pub(super) lifetimes: Vec<Duration>,
    /// Other times, and how long each has to be in real time.
    pub(super) spans: Vec<(Duration, Duration)>,
    /// What an access token lives; none if it is not the same in all runs.
    pub(super) life: Option<Lifetime>,
    /// What passes in the longest run.
    pub(super) passes: Duration,
    /// How often time passes in one stroke.
    pub(super) pauses: u32,
}

impl Demand {
    /// Those of the runs of a case.
    pub(super) fn of<'a>(
        bodies: impl Iterator<Item = &'a Body>,
        checks: impl Iterator<Item = &'a Check>,
    ) -> Self {
        let mut demand = Self::default();
        let mut lives = Vec::new();
        for body in bodies {
            lives.push(demand.add(body));
        }
        for check in checks {
            demand.add_all_in(serde_json::to_value(check).unwrap_or_default());
        }
        lives.dedup();
        demand.life = match lives.as_slice() {
            [life] => Some(*life),
            _ => None,
        };
        demand
    }

    /// Of how many seconds all lifetimes are multiples; none if nothing gets old.
    pub(super) fn unit(&self) -> Option<u32> {
        if self.passes.is_zero() {
            return None;
        }
        let is_whole = |life: &Duration| life.subsec_nanos() == 0;
        if !self.lifetimes.iter().all(is_whole) {
            return Some(1);
        }
        let unit = self.lifetimes.iter().map(Duration::as_secs).fold(0, gcd);
        Some(u32::try_from(unit).unwrap_or(u32::MAX).max(1))
    }

    fn add(&mut self, body: &Body) -> Lifetime {
        let token = &body.idp.token;
        let usual = Lifetime::Fixed(Length(USUAL_LIFE));
        let life = token.expires_in.unwrap_or(usual);
        let (Lifetime::Fixed(Length(length)) | Lifetime::OverMargin(Length(length))) = life;
        let advised = token.refresh_in.map(|Length(advised)| advised);
        let ages: Vec<Duration> = [length].into_iter().chain(advised).collect();
        self.lifetimes.extend(&ages);
        // The provider alone goes by these, and to the millisecond.
        let refresh = token.refresh_token_lifetime.map(|Length(life)| life);
        let leeway = body.idp.rotation.as_ref().map(|it| it.leeway.0);
        let members = body.members().into_iter();
        let credentials = members.filter_map(|it| Some(it.spec.credential_lifetime?.0));
        for span in refresh.into_iter().chain(leeway).chain(credentials) {
            self.span(span, LEAST_SPAN);
        }
        for rule in &body.idp.script {
            self.add_all_in(serde_json::to_value(rule).unwrap_or_default());
        }
        let (mut passes, mut pauses) = (Duration::ZERO, 0);
        // When something was asked since a call last saw tokens at any age.
        let mut asked = Vec::new();
        for step in &body.steps {
            match step {
                Step::Advance(advance) if advance.side == Side::Both => {
                    let by = Duration::try_from(advance.by.0).unwrap_or_default();
                    passes += by;
                    pauses += 1;
                }
                Step::Idp(happening) => {
                    let script = serde_json::to_value(&happening.script);
                    self.add_all_in(script.unwrap_or_default());
                }
                _ => {}
            }
            let Some(call) = step.call() else { continue };
            if let Some(Length(deadline)) = call.deadline {
                self.span(deadline, LEAST_SPAN);
            }
            let (rounds, every) = rounds(call);
            passes += every.saturating_mul(rounds);
            if rounds > 0 && every < length / 4 {
                asked.clear();
                continue;
            }
            pauses += rounds;
            for asked in &asked {
                for age in &ages {
                    let left = age.saturating_sub(passes.saturating_sub(*asked));
                    if left < *age / 2 {
                        self.span(left, LEAST_LEFT);
                    }
                }
            }
            asked.push(passes);
        }
        self.passes = self.passes.max(passes);
        self.pauses = self.pauses.max(pauses);
        life
    }

    /// Every length of time that is written anywhere in this.
    fn add_all_in(&mut self, value: Value) {
        match value {
            Value::String(text) => {
                if let Ok(Length(length)) = text.parse() {
                    self.span(length, LEAST_SPAN);
                }
            }
            Value::Array(list) => list.into_iter().for_each(|value| self.add_all_in(value)),
            Value::Object(map) => map
                .into_iter()
                .for_each(|(_, value)| self.add_all_in(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn span(&mut self, length: Duration, least: Duration) {
        if !length.is_zero() {
            self.spans.push((length, least));
        }
    }
}

/// Every length of time that a check speaks of.
pub(super) fn lengths(check: &Check) -> Vec<Duration> {
    let mut demand = Demand::default();
    demand.add_all_in(serde_json::to_value(check).unwrap_or_default());
    demand.spans.into_iter().map(|(length, _)| length).collect()
}

/// How often a step lets time pass, and how much each time.
fn rounds(call: &CallStep) -> (u32, Duration) {
    match (call.every, call.lasting) {
        (Some(Length(every)), Some(Length(lasting))) if !every.is_zero() => {
            let rounds = lasting.as_millis() / every.as_millis().max(1);
            (u32::try_from(rounds).unwrap_or(u32::MAX), every)
        }
        _ => (0, Duration::ZERO),
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
