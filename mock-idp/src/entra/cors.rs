//! Cross-origin requests of single-page applications (fetch.spec.whatwg.org, section 3.2).
//!
//! The headers of documents were observed. Those of the token endpoint are not known, except that browsers can read its answers,
//! refusals included: what stands here is assumed.

use http::{Method, StatusCode};

use crate::inbound::Inbound;
use crate::reply::Reply;

/// What an origin may do at a token endpoint.
const POSTS: &str = "POST, OPTIONS";
/// What it may do with a document.
const READS: &str = "GET, OPTIONS";
/// The longest list of header names that is allowed by repeating it.
const LONGEST: usize = 1_024;

/// The answer to a browser that asks before it sends; none to any other request.
pub(super) fn preflight(inbound: &Inbound, is_document: bool) -> Option<Reply> {
    if inbound.method != Method::OPTIONS {
        return None;
    }
    let mut reply = Reply::empty(StatusCode::OK);
    reply.set_header("access-control-allow-origin", "*");
    reply.set_header(
        "access-control-allow-methods",
        if is_document { READS } else { POSTS },
    );
    let asked = inbound
        .header("access-control-request-headers")
        .filter(|asked| asked.len() <= LONGEST);
    if let Some(asked) = asked {
        reply.set_header("access-control-allow-headers", asked);
    }
    Some(reply)
}

/// Lets a browser's page read the answer of a token endpoint, whatever it is.
pub(super) fn dress(inbound: &Inbound, reply: &mut Reply) {
    if inbound.header("origin").is_some() {
        reply.default_header("access-control-allow-origin", "*");
        reply.default_header("access-control-allow-methods", POSTS);
    }
}
