//! Lists of the management API, page by page.

use std::collections::BTreeMap;

use http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::call::Call;
use super::refusal::Refused;
use super::search;
use crate::cursor;
use crate::inbound::Inbound;
use crate::journal::Origin;

use crate::reply::Reply;
use crate::world::World;

/// What stands in a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How long the pages of a list are, and what it is searched by.
pub(super) struct Kind {
    /// How many there are on a page when no limit is asked for.
    pub(super) usual: usize,
    /// The highest limit.
    pub(super) most: usize,
    /// The members whose beginnings `q` looks at.
    pub(super) q: &'static [&'static str],
}

/// A page of those that the query wants, with one `link` header per relation.
///
/// `next` comes last, as at Okta: the Python SDK 3 keeps only the last of several headers of one name.
pub(super) fn list(call: &Call<'_>, kind: &Kind, all: Vec<Value>) -> Result<Reply, Refused> {
    let (world, inbound) = (call.world, call.inbound);
    let paging = |cause: &str| call.refuse("E0000029", &[cause]);
    let asked = inbound.query_parameter("limit");
    let limit = match asked.as_deref().map(str::parse::<usize>) {
        None => kind.usual,
        Some(Ok(limit)) if (1..=kind.most).contains(&limit) => limit,
        Some(_) => return Err(paging("Invalid limit.")),
    };
    let wanted = search::wanted(call, kind.q, all)?;
    let start = match inbound.query_parameter("after") {
        None => 0,
        Some(after) => cursor::place_behind(&after, wanted.iter().map(id))
            .ok_or_else(|| paging("Invalid cursor."))?,
    };
    let end = start.saturating_add(limit).min(wanted.len());
    let last = wanted.get(start..end).and_then(<[Value]>::last);
    let next = last
        .zip(wanted.get(end))
        .map(|(last, next)| cursor::behind(end, id(last), id(next)));
    let links = links(world, inbound, limit, next.as_deref());
    let page = wanted.into_iter().skip(start).take(limit).collect();
    let mut reply = Reply::json(StatusCode::OK, Value::Array(page));
    for link in links {
        reply.add_header("link", &link);
    }
    Ok(reply)
}

fn id(element: &Value) -> &str {
    let id = element["id"].as_str().or_else(|| element["uuid"].as_str());
    id.unwrap_or_default()
}

/// The link back to this page, and the one to the next.
fn links(world: &World, inbound: &Inbound, limit: usize, next: Option<&str>) -> Vec<String> {
    let base = format!(
        "{}{}",
        dialled(world, inbound),
        inbound.uri.path().trim_end_matches('/')
    );
    let query = crate::form::parse(inbound.query().as_bytes()).unwrap_or_default();
    let mut query: BTreeMap<String, String> = query.into_iter().collect();
    query.insert("limit".to_owned(), limit.to_string());
    let link = |query: &BTreeMap<String, String>, relation: &str| {
        let encoded = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        format!("<{base}?{}>; rel=\"{relation}\"", pairs.join("&"))
    };
    let mut links = vec![link(&query, "self")];
    if let Some(next) = next {
        query.insert("after".to_owned(), next.to_owned());
        links.push(link(&query, "next"));
    }
    links
}

/// The origin as the client wrote it, so that links lead back the same way.
fn dialled(world: &World, inbound: &Inbound) -> String {
    let own = world.origin(Origin::Org);
    let (scheme, own_host) = own.split_once("://").unwrap_or(("https", own));
    let port = own_host.rsplit(':').next().unwrap_or_default();
    match inbound.header(http::header::HOST) {
        Some(host)
            if ["localhost", "127.0.0.1", "[::1]"]
                .iter()
                .any(|name| host == format!("{name}:{port}")) =>
        {
            format!("{scheme}://{host}")
        }
        _ => own.to_owned(),
    }
}
