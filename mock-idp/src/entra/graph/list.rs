//! A collection, page by page (learn.microsoft.com/graph/paging).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::call::Call;
use super::query::unsupported;
use super::refusal::Refused;
use crate::journal::Origin;
use crate::reply::Reply;

/// One page of the entities that a query wants.
///
/// The token of the next page names the last entity of this one, so that what comes or goes meanwhile shifts nothing.
pub(super) fn list(call: &Call<'_>, kind: &str, all: Vec<Value>) -> Result<Reply, Refused> {
    let refuse = |(code, message): (&str, String)| call.refuse(400, code, &message);
    let mut wanted = Vec::new();
    for entity in all {
        if call
            .query
            .wants(&entity)
            .ok_or_else(|| refuse(unsupported()))?
        {
            wanted.push(entity);
        }
    }
    let from = match &call.query.skip_token {
        None => 0,
        Some(token) => place_behind(&wanted, token).ok_or_else(|| {
            call.refuse(
                400,
                "Directory_ExpiredPageToken",
                "The specified page token value has expired and can no longer be included in your request.",
            )
        })?,
    };
    let total = wanted.len();
    let page: Vec<Value> = wanted
        .into_iter()
        .skip(from)
        .take(call.query.page())
        .collect();
    let next = (from + page.len() < total).then(|| next_link(call, from + page.len(), page.last()));
    let mut body = json!({});
    if call.query.count {
        body["@odata.count"] = json!(total);
    }
    if let Some(next) = next {
        body["@odata.nextLink"] = json!(next);
    }
    let page: Vec<Value> = page
        .into_iter()
        .map(|entity| call.query.selected(entity))
        .collect();
    body["value"] = json!(page);
    Ok(Reply::json(StatusCode::OK, call.with_context(kind, body)))
}

/// The place behind the entity that a token names, or, if that is gone, its old place.
fn place_behind(entities: &[Value], token: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (place, id) = text.split_once(' ')?;
    let known = entities.iter().position(|entity| entity["id"] == id);
    match known {
        Some(known) => Some(known + 1),
        None => {
            let place: usize = place.parse().ok()?;
            (!id.is_empty()).then(|| place.saturating_sub(1).min(entities.len()))
        }
    }
}

fn next_link(call: &Call<'_>, place: usize, last: Option<&Value>) -> String {
    let id = last.and_then(|entity| entity["id"].as_str());
    let token = URL_SAFE_NO_PAD.encode(format!("{place} {}", id.unwrap_or_default()));
    let others = crate::form::parse(call.inbound.query().as_bytes()).unwrap_or_default();
    let is_token = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.strip_prefix('$').unwrap_or(&name) == "skiptoken"
    };
    let mut pairs: Vec<String> = others
        .iter()
        .filter(|(name, _)| !is_token(name))
        .map(|(name, value)| {
            let dollar = if name.starts_with('$') { "$" } else { "" };
            let name = utf8_percent_encode(name.trim_start_matches('$'), NON_ALPHANUMERIC);
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            format!("{dollar}{name}={value}")
        })
        .collect();
    pairs.push(format!("$skiptoken={token}"));
    format!(
        "{}{}?{}",
        call.world.origin(Origin::Graph),
        call.inbound.uri.path(),
        pairs.join("&")
    )
}
