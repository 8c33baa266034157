//! What a rule of the script answers.

use super::{brief, with_rule};

#[test]
fn raw_bytes_are_all_that_is_sent() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, raw: x, reply: 503, headers: { A: b }, set: { a: 1 }, dribble: 1s"),
        with_rule("to: token, raw: x, connection: reset"),
        with_rule("to: token, raw: x, coding: gzip"),
        // Sound.
        with_rule("to: token, raw: \"HTTP/1.1 200\\r\\n\", delay: 1s, jitter: 1s, times: 1"),
    ]), @"
    error: `raw` and `reply` in one rule
    -         ^^^
    = help: write it into `raw`, or remove `raw`
    error: `raw` and `headers` in one rule
    -                       ^^^^^^
    = help: write it into `raw`, or remove `raw`
    error: `raw` and `set` in one rule
    - everything that is sent              ^^^^^^
    = help: write it into `raw`, or remove `raw`
    error: `raw` and `dribble` in one rule
    - everything that is sent                                 ^^
    = help: write it into `raw`, or remove `raw`

    error: `raw` and `connection` in one rule
    -              ^^^^^
    = note: after `raw` the connection is closed

    error: `raw` and `coding` in one rule
    -          ^^^^
    = help: write it into `raw`, or remove `raw`

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn bodies() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, body: x, body_base64: eA=="),
        with_rule("to: token, body_base64: 'e A='"),
        with_rule("to: token, body_base64: eA"),
        with_rule("to: token, body_base64: eA==, error: { error: invalid_grant }"),
        with_rule("to: token, body_base64: eA==, remove: [a], rename: { b: c }, reverse_members: true"),
        with_rule("to: token, body: x, headers: { content-type: a/b }, content_type: c/d"),
        with_rule(&format!("to: token, body: {}", "x".repeat(65_537))),
        with_rule(&format!("to: token, raw: {}", "x".repeat(65_537))),
        // Sound.
        with_rule("to: token, content_type: text/html"),
        with_rule("to: token, body_base64: '', coding: gzip_unannounced, dribble: 1s"),
    ]), @"
    error: `body` and `body_base64` in one rule
    -               ^^^^

    error: this is not base64
    ^^^^^^ ` ` at position 2
    = note: the alphabet is A to Z, a to z, 0 to 9, `+` and `/`, padded with `=` (RFC 4648 section 4)

    error: this is not base64
    ^^ the padding is wrong
    = note: the alphabet is A to Z, a to z, 0 to 9, `+` and `/`, padded with `=` (RFC 4648 section 4)

    error: `body_base64` and `error` in one rule
    ^^^^
    = help: an error makes the body; keep one of them

    error: `remove` and `body_base64` in one rule
    ----          ^^
    error: `rename` and `body_base64` in one rule
    ---- sent as it stands     ^^^^^^
    error: `reverse_members` and `body_base64` in one rule
    ---- sent as it stands                                ^^^^

    error: `content-type` and `content_type` in one rule
    ^^^^^^^^^^^^                       --- the other

    error: `body` has 65537 bytes, more than the 65536 that are sent
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: `raw` has 65537 bytes, more than the 65536 that are sent
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn headers() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, headers: { A: [] }"),
        with_rule("to: token, headers: { A: [b, \"c\\nd\"] }"),
        with_rule("to: token, header_lines: ['A: b', '', \"C: d\\r\\nE: f\"]"),
        with_rule(&format!("to: token, header_lines: [{}]", "'A: b',".repeat(65))),
        with_rule(&format!("to: token, header_lines: ['A: {}'], headers: {{ B: {0} }}", "x".repeat(8_200))),
        with_rule("to: token, header_lines: [$epoch(+1s)]"),
        // Sound.
        with_rule("to: token, headers: { A: [b, $epoch(+1s), c] }, header_lines: [': nameless', \"é: \\0\"]"),
    ]), @"
    error: a header that occurs no times
    ^
    = help: use `without_headers` to leave it out

    error: a header holds visible ASCII characters and spaces
    ^^^^^^
    = help: what HTTP does not allow goes into `header_lines`

    error: an empty line ends the headers
    ^^
    = help: use `raw` for an answer that is cut there
    error: a header line with a line break in it
    ^^^^^^^^^^^^^^
    = help: write two lines

    error: more than 64 header lines
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: a header line of more than 8192 bytes
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: a header of more than 8192 bytes
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: a time that is filled in stands in the `headers` or `claims` of a rule only
    ^^^^^^^^^^^
    = help: elsewhere, write the value out

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn redirects() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, redirect: { status: 304, to: same }"),
        with_rule("to: token, redirect: { status: 307, to: elsewhere }"),
        with_rule("to: token, redirect: { status: 307, to: foreign }, reply: 307, body: x"),
        with_rule("to: token, redirect: { status: 307, to: foreign }, headers: { location: x }"),
        // Sound.
        with_rule("to: token, redirect: { status: 308, to: foreign }, times: 1, headers: { A: b }"),
    ]), @"
    error: 304 sends nobody elsewhere
    ^^^
    = note: the statuses of a redirect are 301, 302, 303, 307 and 308 (RFC 9110 section 15.4)

    error: unknown name `elsewhere`
    ^^^^^^^^^
    = note: the names here are `same` and `foreign`

    error: `reply` and `redirect` in one rule
    --------------------------           ^^^
    = help: a redirect is an answer of its own; keep one of them
    error: `body` and `redirect` in one rule
    -------------------------- the answer           ^
    = help: a redirect is an answer of its own; keep one of them

    error: `location` and `redirect` in one rule
    -------------------------- sets it already         ^
    = help: to send it elsewhere, use `reply` and `headers`

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn members() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, set: { a: 1 }, remove: [a]"),
        with_rule("to: token, remove: [a, a]"),
        with_rule("to: token, rename: { a: b, b: a }"),
        with_rule("to: token, rename: { a: a }"),
        with_rule("to: token, set: { b: null }, rename: { a: b }"),
        // Sound.
        with_rule("to: token, set: { a: null }, remove: [b], rename: { c: d }, reverse_members: true"),
    ]), @"
    error: the member `a` is changed twice
    - first here     ^
    = help: say one thing of each member

    error: the member `a` is changed twice
    -  ^
    = help: say one thing of each member

    error: the member `b` is changed twice
    -  ^
    = help: say one thing of each member
    error: the member `a` is changed twice
    -        ^
    = help: say one thing of each member

    error: the member `a` is changed twice
    -  ^
    = help: say one thing of each member

    error: the member `b` is changed twice
    - first here            ^
    = help: say one thing of each member

    no mistake: a/b[okta] x1 c
    ");
}
