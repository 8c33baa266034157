//! Lists of the management API, page by page.

use http::StatusCode;
use serde_json::Value;

use super::envelope::envelope;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::reply::Reply;
use crate::world::World;

/// A page with one `link` header per relation; the cursor is the last id of the page before. `shape` makes the element at a place
/// of `ids`; `most` is how many there are on a page when no limit is asked for, and the highest limit.
///
/// `next` comes last, as at Okta: the Python SDK 3 keeps only the last of several headers of one name.
pub(super) fn list(
    world: &World,
    inbound: &Inbound,
    kind: &str,
    most: usize,
    ids: &[&str],
    shape: impl Fn(usize) -> Value,
) -> Reply {
    let limit = match inbound
        .query_parameter("limit")
        .map(|limit| limit.parse::<usize>())
    {
        None => most,
        Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
        Some(_) => return invalid_paging(world, "Invalid limit."),
    };
    let start = match inbound.query_parameter("after") {
        None => 0,
        Some(cursor) => match ids.iter().position(|id| *id == cursor) {
            Some(place) => place + 1,
            None => return invalid_paging(world, "Invalid cursor."),
        },
    };
    let end = start.saturating_add(limit).min(ids.len());
    let page = (start..end).map(shape).collect();
    let mut reply = Reply::json(StatusCode::OK, Value::Array(page));
    let base = format!("{}/api/v1/{kind}", dialled(world, inbound));
    let after = inbound
        .query_parameter("after")
        .map(|cursor| format!("after={cursor}&"))
        .unwrap_or_default();
    reply.add_header(
        "link",
        &format!("<{base}?{after}limit={limit}>; rel=\"self\""),
    );
    let last = ids.get(start..end).and_then(<[&str]>::last);
    if let Some(last) = last.filter(|_| end < ids.len()) {
        reply.add_header(
            "link",
            &format!("<{base}?after={last}&limit={limit}>; rel=\"next\""),
        );
    }
    reply
}

fn invalid_paging(world: &World, cause: &str) -> Reply {
    envelope(
        world,
        StatusCode::BAD_REQUEST,
        "E0000029",
        "Invalid paging request.",
        &[cause],
    )
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
