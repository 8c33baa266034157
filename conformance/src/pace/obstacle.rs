//! What cannot be had in real time, however slowly it is played.

use mock_idp::fault::Rule;
use serde_json::Value;

use crate::scenario::{Body, Side, Step};

/// Why this cannot be played in real time, in words; none if nothing is in the way.
pub(super) fn of(body: &Body) -> Option<&'static str> {
    let is_offset = |step: &Step| match step {
        Step::Advance(advance) => advance.side != Side::Both,
        Step::Freeze(_) | Step::Thaw(_) | Step::Suspend(_) => true,
        _ => false,
    };
    let mut members = body.members().into_iter();
    if members.any(|member| !member.spec.clock_offset.0.is_zero())
        || body.steps.iter().any(is_offset)
    {
        return Some("its clock cannot be set apart from the server's");
    }
    if !body.idp.limits.is_empty() {
        return Some("the windows of rate limits would last as long as they say");
    }
    let later = body.steps.iter().flat_map(|step| match step {
        Step::Idp(happening) => happening.script.as_slice(),
        _ => &[],
    });
    body.idp.script.iter().chain(later).find_map(in_rule)
}

fn in_rule(rule: &Rule) -> Option<&'static str> {
    let value = serde_json::to_value(rule).unwrap_or_default();
    if mentions(&value, &|text| {
        text.contains("retry-after") || text.contains("x-rate-limit") || text == "429"
    }) {
        return Some("a wait that the provider tells would last as long as it says");
    }
    // It would say how long a token lives, in the time of the scenario.
    mentions(&value, &|text| {
        text.contains("expires") || text.contains("refresh_in")
    })
    .then_some("the lifetime that the client is told is scripted")
}

/// Whether a key, a text or a number is such a word, in small letters.
fn mentions(value: &Value, such: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => such(&text.to_ascii_lowercase()),
        Value::Number(number) => such(&number.to_string()),
        Value::Array(list) => list.iter().any(|value| mentions(value, such)),
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| such(&key.to_ascii_lowercase()) || mentions(value, such)),
        Value::Null | Value::Bool(_) => false,
    }
}
