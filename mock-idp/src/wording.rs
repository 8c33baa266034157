//! An answer as bytes, where hyper would not put it the way a fault wants it.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::fault::{Action, Coding, ConnectionFault};
use crate::inbound::Inbound;
use crate::reply::Reply;

/// How many pieces a body is cut into, to be sent in chunks or with pauses.
const PIECES: usize = 8;

/// What goes over the wire, and what then happens to the connection.
pub(crate) struct Wording {
    /// With pauses between them where the answer dribbles; never empty.
    pub(crate) pieces: Vec<Bytes>,
    pub(crate) ending: Ending,
}

/// What happens to a connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It serves the next request, if the peer has not asked for its end.
    Kept,
    /// It is closed in order.
    Closed,
    /// It is reset.
    Reset,
}

/// Whether an answer has to go out byte for byte.
pub(crate) fn is_exact(action: &Action) -> bool {
    let closes = matches!(
        action.connection,
        Some(ConnectionFault::Truncate | ConnectionFault::ResetBody | ConnectionFault::Close)
    );
    closes
        || action.dribble.is_some()
        || action.coding == Some(Coding::Chunked)
        || !action.header_lines.is_empty()
        || reframes(action)
}

/// Words an answer as hyper would, but for what the fault has in mind.
pub(crate) fn word(reply: Reply, action: &Action, inbound: &Inbound) -> Wording {
    let (status, headers, body) = reply.into_parts();
    let has_body = inbound.method != Method::HEAD
        && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let is_cut = matches!(
        action.connection,
        Some(ConnectionFault::Truncate | ConnectionFault::ResetBody)
    );
    let is_chunked = action.coding == Some(Coding::Chunked);
    let mut head = head(status, &headers, action);
    if !framed(&headers, action) && status != StatusCode::NO_CONTENT {
        let framing = if is_chunked {
            "transfer-encoding: chunked\r\n".to_owned()
        } else {
            // One that is cut must be seen to be.
            let length = if is_cut {
                body.len().max(2)
            } else {
                body.len()
            };
            format!("content-length: {length}\r\n")
        };
        head.extend_from_slice(framing.as_bytes());
    }
    if (inbound.wants_close() || inbound.is_last) && !headers.contains_key(header::CONNECTION) {
        head.extend_from_slice(b"connection: close\r\n");
    }
    for line in &action.header_lines {
        head.extend_from_slice(line.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");

    let mut body = if has_body { body } else { Bytes::new() };
    if is_cut {
        body.truncate(body.len() / 2);
    }
    let mut pieces = cut(&body, is_chunked || action.dribble.is_some());
    if is_chunked && has_body {
        pieces = pieces.iter().map(chunk).collect();
        if !is_cut {
            let last = pieces.pop().unwrap_or_default();
            pieces.push([&last[..], b"0\r\n\r\n"].concat().into());
        }
    }
    match pieces.first_mut() {
        Some(first) => *first = [&head[..], &first[..]].concat().into(),
        None => pieces.push(head.freeze()),
    }
    if action.dribble.is_none() {
        pieces = vec![pieces.concat().into()];
    }
    let ending = match action.connection {
        Some(ConnectionFault::ResetBody) => Ending::Reset,
        Some(ConnectionFault::Truncate | ConnectionFault::Close) => Ending::Closed,
        // Where a body ends is anybody's guess now: the peer must not wait for the rest for ever.
        _ if reframes(action) || !action.header_lines.iter().all(|line| is_tame(line)) => {
            Ending::Closed
        }
        _ => Ending::Kept,
    };
    Wording { pieces, ending }
}

/// The status that bytes in place of an answer begin with, if they begin with a status line (RFC 9112 section 4).
pub(crate) fn status_of(raw: &[u8]) -> Option<u16> {
    let line = raw.split(|byte| *byte == b'\r' || *byte == b'\n').next()?;
    let line = std::str::from_utf8(line.get(..line.len().min(64))?).ok()?;
    let (version, rest) = line.split_once(' ')?;
    let code = rest.split(' ').next()?;
    (version.starts_with("HTTP/1.") && code.len() == 3)
        .then(|| code.parse().ok())
        .flatten()
}

fn head(status: StatusCode, headers: &HeaderMap, action: &Action) -> BytesMut {
    let reason = status.canonical_reason().unwrap_or("<none>");
    let mut head = BytesMut::with_capacity(1024);
    head.extend_from_slice(format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).as_bytes());
    for (name, value) in headers {
        // A fault that frames the body itself has the last word, unless it codes it in chunks.
        if action.coding == Some(Coding::Chunked) && name == header::CONTENT_LENGTH {
            continue;
        }
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head
}

/// Whether the headers say already where the body ends, or shall not say it.
fn framed(headers: &HeaderMap, action: &Action) -> bool {
    let is_left_out = |name: &str| {
        let mut names = action.without_headers.iter();
        names.any(|left_out| left_out.eq_ignore_ascii_case(name))
    };
    if action.coding == Some(Coding::Chunked) {
        return headers.contains_key(header::TRANSFER_ENCODING)
            || is_left_out(header::TRANSFER_ENCODING.as_str());
    }
    headers.contains_key(header::CONTENT_LENGTH)
        || headers.contains_key(header::TRANSFER_ENCODING)
        || is_left_out(header::CONTENT_LENGTH.as_str())
}

/// Whether a fault has its hand in the headers that say where the body ends, or that the connection does.
fn reframes(action: &Action) -> bool {
    let set = action.headers.iter().map(|(name, _)| name);
    set.chain(&action.without_headers)
        .any(|name| is_framing(name))
}

fn is_framing(name: &str) -> bool {
    [
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
    ]
    .iter()
    .any(|framing| framing.eq_ignore_ascii_case(name))
}

/// Whether a line is a header like any other, and says nothing of where the body ends.
fn is_tame(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, value)| {
        HeaderName::try_from(name).is_ok()
            && HeaderValue::from_bytes(value.as_bytes()).is_ok()
            && !is_framing(name)
    })
}

/// The body, in one piece or in several of about the same length, none of them empty.
fn cut(body: &Bytes, in_pieces: bool) -> Vec<Bytes> {
    let pieces = if in_pieces { PIECES } else { 1 }.min(body.len());
    (0..pieces)
        .map(|piece| {
            let at = |piece: usize| body.len() * piece / pieces;
            body.slice(at(piece)..at(piece + 1))
        })
        .collect()
}

/// One chunk (RFC 9112 section 7.1).
fn chunk(data: &Bytes) -> Bytes {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"]
        .concat()
        .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_of_a_body_is_lost_when_it_is_cut(body: Vec<u8>, in_pieces: bool) {
            let body = Bytes::from(body);
            let pieces = cut(&body, in_pieces);
            prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
            prop_assert_eq!(pieces.len(), if in_pieces { body.len().min(8) } else { body.len().min(1) });
            prop_assert_eq!(pieces.concat(), body);
        }
    }

    #[test]
    fn the_status_of_raw_bytes() {
        for (raw, status) in [
            (&b"HTTP/1.1 503 Busy\r\n\r\n"[..], Some(503)),
            (b"HTTP/1.0 200\n", Some(200)),
            (b"HTTP/1.1 2000 OK\r\n", None),
            (b"HTTP/1.1 abc", None),
            (b"hello", None),
            (b"\xff\xff\xff", None),
            (b"", None),
        ] {
            assert_eq!(status_of(raw), status, "{raw:?}");
        }
    }

    #[test]
    fn only_ordinary_lines_leave_the_connection_open() {
        for (line, tame) in [
            ("X-Note: hello", true),
            ("retry-after:5", true),
            ("Content-Length: 5", false),
            ("Content-Length : 5", false),
            ("no colon", false),
            ("", false),
            (" folded: line", false),
            ("a\r\nb: c", false),
        ] {
            assert_eq!(is_tame(line), tame, "{line:?}");
        }
    }
}
