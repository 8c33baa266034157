//! A collection, page by page (learn.microsoft.com/graph/paging).

use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::call::Call;
use super::query::unsupported;
use super::refusal::Refused;
use crate::cursor::{self, place_behind};
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
        Some(token) => place_behind(token, ids(&wanted)).ok_or_else(|| {
            call.refuse(
                400,
                "Directory_ExpiredPageToken",
                "The specified page token value has expired and can no longer be included in your request.",
            )
        })?,
    };
    let total = wanted.len();
    let following = wanted.get(from + call.query.page());
    let following = following.and_then(|entity| entity["id"].as_str());
    let following = following.map(str::to_owned);
    let page: Vec<Value> = wanted
        .into_iter()
        .skip(from)
        .take(call.query.page())
        .collect();
    let next = following.map(|next| next_link(call, from + page.len(), page.last(), &next));
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

fn ids(entities: &[Value]) -> impl ExactSizeIterator<Item = &str> + Clone {
    entities
        .iter()
        .map(|entity| entity["id"].as_str().unwrap_or_default())
}

fn next_link(call: &Call<'_>, place: usize, last: Option<&Value>, next: &str) -> String {
    let id = last.and_then(|entity| entity["id"].as_str());
    let token = cursor::behind(place, id.unwrap_or_default(), next);
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
