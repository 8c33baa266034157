//! `/logs`: the System Log, as far as rate limits stand in it
//! (developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog).

use jiff::Timestamp;
use serde_json::Value;

use super::call::{Call, instant};
use super::only_read;
use super::paging::{Kind, list};
use super::refusal::Refused;

use crate::reply::Reply;

const EVENTS: Kind = Kind {
    usual: 100,
    most: 1_000,
    q: &["eventType", "displayMessage"],
};

/// The events between two instants, the oldest first unless asked otherwise.
pub(super) fn answer(call: &Call<'_>) -> Result<Reply, Refused> {
    only_read(call)?;
    let bound = |name: &str| -> Result<Option<String>, Refused> {
        let Some(text) = call.inbound.query_parameter(name) else {
            return Ok(None);
        };
        let at: Result<Timestamp, _> = text.parse();
        at.map(|at| Some(instant(at)))
            .map_err(|_| call.refuse("E0000031", &[]))
    };
    let (since, until) = (bound("since")?, bound("until")?);
    let events = call.world.system_log.events();
    let mut events: Vec<Value> = events
        .iter()
        .map(|event| event.shown())
        .filter(|event| {
            let at = event["published"].as_str().unwrap_or_default();
            since.as_deref().is_none_or(|since| since <= at)
                && until.as_deref().is_none_or(|until| at < until)
        })
        .collect();
    let order = call.inbound.query_parameter("sortOrder");
    if order.is_some_and(|order| order.eq_ignore_ascii_case("DESCENDING")) {
        events.reverse();
    }
    list(call, &EVENTS, events)
}
