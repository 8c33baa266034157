use super::{brief, with_body, with_rule};

#[test]
fn scripts() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token"),
        with_rule("to: token, nth: 1, times: 2, reply: 503"),
        with_rule("to: token, nth: 0, reply: 503"),
        with_rule("to: token, nth: 1, reply: [503, 200]"),
        with_rule("to: token, reply: 503, error: { status: 400, error: invalid_grant }"),
        with_rule("to: token, reply: 200, error: { error: invalid_grant }"),
        with_rule("to: token, error: { status: 200, error: invalid_grant }"),
        with_rule("to: token, error: { status: 400 }"),
        with_rule("to: resource, error: { error: invalid_grant }"),
        with_rule("to: token, body: x, error: { error: invalid_grant }"),
        with_rule("to: token, reply: 503, content_type: text/html"),
        with_rule("to: token, body: x, set: { a: 1 }"),
        with_rule("to: token, reply: 503, disguise: { prose: absent }"),
        with_rule("to: token, connection: reset, reply: 503, headers: { A: b }"),
        with_rule("to: token, headers: { 'A B': c, D: \"x\\ny\" }"),
        with_rule("to: token, headers: { Date: c }, without_headers: [date, 'x y']"),
        with_rule("to: token, delay: 0s"),
        with_rule("to: token, reply: 503 }\n    - { to: token, nth: 2, reply: 200"),
        with_body("idp: { token: { expires_in: 1500ms }, limits: [{ to: token, requests: 0, per: 10ms }] }\nsteps: [{ get_token: { as: a } }]\nchecks: [{ id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }]\n"),
    ]), @"
    error: a rule that changes nothing
    ^^^^^^^^^^^
    = help: give it a `reply`, an `error`, `headers`, a `hold` or another effect

    error: `nth` and `times` in one rule
    ^
    = help: `nth` applies to one request; `times` to as many as it says

    error: `nth` counts from 1
    ^

    error: a sequence of replies to one request
    ^^^^^^^^^
    = help: remove `nth`, or reply with one status

    error: `reply` and `error` contradict each other
    ^^^         ----------------------------------- the error
    = help: `error` brings its status with it: remove `reply`

    error: `reply` and `error` contradict each other
    ^^^         ---------------------- the error
    = help: `error` brings its status with it: remove `reply`

    error: an error has a status from 400 to 599
    ^^^

    error: an error without its code
    ^^^^^^^^^^^^^
    = help: write for instance `error: { status: 400, error: invalid_grant }`

    error: an OAuth error that does not come from the token endpoint
    ^^^^^^^^^^^^^^^^^^^^^^
    = help: a resource answers with `reply: 401`; the vendor's form follows from it

    error: `body` and `error` in one rule
    ^
    = help: an error makes the body; keep one of them

    no mistake: a/b[okta] x1 c

    error: `set` and `body` in one rule
    -       ^^^^^^

    error: `disguise` without an `error` to disguise
    ^^^^^^^^^^^^^^^

    error: `reply` of an answer that nobody sees
    -----         ^^^
    error: `headers` of an answer that nobody sees
    -----                       ^^^^^^

    error: `A B` is no name for a header
    ^^^^^
    = help: what HTTP does not allow goes into `header_lines`
    error: a header holds visible ASCII characters and spaces
    ^^^^^^
    = help: what HTTP does not allow goes into `header_lines`

    error: `date` is set and left out at once
    ^^^^
    error: `x y` is no name for a header
    ^^^^^

    error: a delay of nothing
    ^^

    error: a rule that is never reached
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: put the rule that is for fewer requests first

    error: `expires_in` is sent in whole seconds, and 1s 500ms is not one
    ^^^^^^
    error: a limit that admits no request
    ^
    = help: script a `reply: 429` instead
    error: a window of 10ms is shorter than the second that resets are told in
    ^^^^
    ");
}

#[test]
fn what_okta_does_not_have() {
    insta::assert_snapshot!(brief(&[
        with_body("idp: { token: { expires_in: 1h, refresh_in: 2h }, rotation: { mode: keep_old, leeway: 90s } }\nsteps: [{ get_token: { as: a } }]\nchecks: [{ id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }]\n"),
        with_rule("to: token, error: { error: invalid_grant, suberror: basic_action, number: 50076, claims: true }"),
    ]), @"
error: a renewal is advised after 2h, when the token has expired (1h)
^^
error: okta has no `refresh_in`
^^
= help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
error: okta does not keep a replaced refresh token
^^^^^^^^
= help: use `rotate` with a `leeway`, or `static`
error: okta's leeway is at most 60 s, and this is 1m 30s
^^^

error: okta has no `suberror`
^^^^^^^^^^^^
= help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
error: okta has no `number`
^^^^^
= help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
error: okta has no `claims`
^^^^
= help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
");
}

#[test]
fn limits_that_cannot_be_meant() {
    let limits = |limits: &str| {
        with_body(&format!(
            "idp: {{ limits: [{limits}] }}\nsteps: [{{ get_token: {{ as: a }} }}]\nchecks: [{{ id: c, req: rotation.discard-old, each: {{ of: a, outcome: ok }} }}]\n"
        ))
    };
    insta::assert_snapshot!(brief(&[
        limits("{ to: token }"),
        limits("{ to: token, requests: 5 }"),
        limits("{ to: token, requests: 5, per: 1s, unlimited: true }"),
        limits("{ requests: 5, per: 1s, by: [world, address] }"),
        limits("{ requests: 5, per: 1s, paths: api/v1 }"),
        limits("{ concurrent: 0 }"),
        limits("{ requests: 5, per: 1s, block: 10ms }"),
        limits("{ requests: 5, per: 1s, form: loop }"),
        limits("{ to: tokne, requests: 5, per: 1s }"),
        limits("{ to: [token, jwsk], requests: 5, per: 1s }"),
        limits("{ to: token, request: 5, per: 1s }"),
        limits("{ to: token, requests: 5, per: 60 }"),
        limits("{ to: token, requests: 5, per: 1s, by: adress }"),
    ]), @"
    error: a limit without a number; give it `requests` and `per`, or `concurrent`, or `unlimited: true`
    ^^^^^^^^^^^

    error: `requests` without `per`; a limit on requests in a time needs both
    ^^^^^^^^^^^^^^^^^^^^^^^^

    error: `unlimited` beside `requests`; leave one of them out
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: `by` has `world`, which counts everybody together, beside what tells them apart
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: `api/v1` is no path; write one that begins with `/`, with `*` for a whole segment and `**` for what follows, at its end only
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: a limit that admits no request
    ^
    = help: script a `reply: 429` instead

    error: a block of 10ms is shorter than the second that resets are told in
    ^^^^

    error: okta has no `form: loop`
    ^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`

    error: unknown name `tokne`
    ^^^^^ did you mean `token`?
    = note: the names here are `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown` and `connection`

    error: unknown name `jwsk`
    ^^^^ did you mean `jwks`?
    = note: the names here are `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown` and `connection`

    error: unknown key `request`
    ^^^^^^^ did you mean `requests`?
    = note: the keys here are `to`, `origin`, `paths`, `methods`, `requests`, `per`, `window`, `concurrent`, `share_of`, `burst`, `preview`, `known_only`, `unlimited`, `by`, `count_refused`, `block`, `form`, `headers`, `reset` and `retry_after`

    error: found the number 60 where a length of time with a unit, such as `30s` belongs
    ^^

    error: unknown name `adress`
    ^^^^^^ did you mean `address`?
    = note: the names here are `world`, `principal`, `client`, `address`, `user`, `device`, `endpoint`, `path` and `request`
    ");
}
