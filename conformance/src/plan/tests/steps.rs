use super::{brief, with_body, with_check, with_pair, with_rule, with_steps};

#[test]
fn labels_and_holds() {
    insta::assert_snapshot!(brief(&[
        with_check("each: { of: b, outcome: ok }"),
        with_check("given: { to: token }, count: { to: token, at_most: 1, after: poll }"),
        with_check("given: { to: token }, count: { to: token, at_most: 1, while: herd }"),
        with_check("given: { to: token }, never: { to: token, after: {} }"),
        with_check("given: { to: token }, never: { to: token, after: { to: token, while: herd } }"),
        with_steps("  - join: b\n  - get_token: { as: b }\n  - until: { started: c }\n  - until: {}\n  - release: herd\n"),
        with_steps("  - get_token: { as: b }\n  - get_token: { as: b }\n  - get_token: { as: B }\n"),
        with_rule("to: token, hold: herd"),
        with_rule("to: token, hold: 'The Herd'"),
    ]), @"
    error: no step is called `b`
    ^ did you mean `a`?
    = note: the steps are `a`

    error: no step is called `poll`
    ^^^^
    = note: the steps are `a`

    error: no rule holds an answer as `herd`
    ^^^^
    = note: no rule of `idp.script` has a `hold`

    error: `after` names no exchange
    ^
    = help: write for instance `after: { to: resource, status: 401 }`

    error: no rule holds an answer as `herd`
    ^^^^
    = note: no rule of `idp.script` has a `hold`

    error: `join` waits for `b`, which comes later
    ^
    error: no step is called `c`
    ^ did you mean `b`?
    = note: the steps are `b`
    error: `until` waits for nothing
    ^
    = help: write `started: <step>`, `quiet: true`, `held: { hold: <hold>, at_least: 2 }` or several of them
    error: no rule holds an answer as `herd`
    ^^^^
    = note: no rule of `idp.script` has a `hold`

    error: two steps are called `b`
    ^
    error: `B` is no name for a step
    ^
    = help: use lower-case letters, digits, `-` and `_`, beginning with a letter

    error: no step releases `herd`
    ^^^^
    = help: add the step `release: herd`

    error: `The Herd` is no name for a hold
    ^^^^^^^^^^
    = help: use lower-case letters, digits, `-` and `_`, beginning with a letter
    error: no step releases `The Herd`
    ^^^^^^^^^^
    = help: add the step `release: The Herd`
    ");
}

#[test]
fn steps() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - get_token: { times: 0 }\n"),
        with_steps("  - get_token: { together: true }\n"),
        with_steps("  - get_token: { every: 1s }\n"),
        with_steps("  - get_token: { for: 1s }\n"),
        with_steps("  - get_token: { every: 0s, for: 1s }\n"),
        with_steps("  - get_token: { every: 2s, for: 1s }\n"),
        with_steps("  - get_token: { every: 2s, for: 10s, times: 3 }\n"),
        with_steps("  - get_token: { every: 1ms, for: 10h }\n"),
        with_steps("  - get_token: { times: 1000000 }\n"),
        with_steps("  - advance: { by: 0s }\n"),
        with_steps("  - idp: {}\n"),
        with_steps("  - idp: { replay: rt1, by: intruder }\n"),
        with_body("client: { refresh_token: rt1 }\nsteps: [{ idp: { replay: rt2, revoke: grants } }, { idp: { revoke: grants, by: intruder } }]\nchecks: [{ id: c, req: rotation.discard-old, gap: { between: token, at_least: 1s } }]\n"),
    ]), @"
    error: a step that is done no times
    ^
    = help: remove the step, or `times`

    error: one call is never together with itself
    ^^^^
    = help: say how many with `times`

    error: `every` without an end
    ^^
    = help: say how long with `for`

    error: `for` without `every`
    ^^
    = help: say how often with `every`

    error: `every` must be more than nothing
    ^^

    error: 1s is over before the first 2s are
    ^^

    error: `every` with `times` or `together`
    ^^
    = help: `every` and `for` say how often already; use two steps for both

    error: a case of more than 10000 calls
    ^^^

    error: a case of more than 10000 calls
    ^^^^^^^

    error: an advance by nothing
    ^^

    error: nothing happens at the provider
    ^
    = help: write for instance `script`, `disarm: true`, `secrets`, `keys`, `revoke` or `replay`

    error: no refresh token is called `rt1`
    ^^^
    = note: no client starts with one; name it with `client.refresh_token`

    error: no refresh token is called `rt2`
    ^^^ did you mean `rt1`?
    = note: the client starts with `rt1`
    error: `by` without `replay`
    ^^^^^^^^
    = help: only a replay is done by someone
    ");
}

#[test]
fn calls() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - get_token: { deadline: 0s }\n"),
        with_steps("  - get_token: { method: POST, body: x }\n"),
        with_steps("  - call_api: { method: post }\n"),
        with_steps("  - call_api: { method: BREW }\n"),
        with_steps("  - call_api: { body: x }\n"),
        with_steps("  - call_api: { method: HEAD, body: x }\n"),
        with_steps(&format!("  - call_api: {{ method: POST, body: {} }}\n", "x".repeat(65_537))),
        with_pair("  - get_token: { times: 6000 }\n"),
        with_pair("  - get_token: { client: ada, together: true }\n"),
        // Sound.
        with_pair("  - get_token: { together: true, deadline: 5s }\n"),
        with_steps("  - call_api: { method: POST, body: x }\n  - invalidate: {}\n"),
    ]), @"
    error: a caller that gives up before it begins
    ^^

    error: `method` of a step that calls no resource
    ^^^^
    = help: only `call_api` has it
    error: `body` of a step that calls no resource
    ^
    = help: only `call_api` has it

    error: `post` is no HTTP method that is used here
    ^^^^ did you mean `POST`?
    = note: the methods are `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` and `OPTIONS`

    error: `BREW` is no HTTP method that is used here
    ^^^^
    = note: the methods are `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` and `OPTIONS`

    error: a body with `GET`
    ^
    = help: write `method: POST`

    error: a body with `HEAD`
    ^
    = help: write `method: POST`

    error: `body` has 65537 bytes, more than the 65536 that are sent
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: a case of more than 10000 calls
    ^^^^

    error: one call is never together with itself
    ^^^^
    = help: say how many with `times`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn waiting_and_letting_go() {
    let with_hold = |steps: &str| {
        with_body(&format!(
            "idp: {{ script: [{{ to: token, hold: herd }}] }}\nsteps:\n  - get_token: {{ as: a }}\n{steps}  - release: herd\nchecks: [{{ id: c, req: rotation.discard-old, gap: {{ between: token, at_least: 1s }} }}]\n"
        ))
    };
    insta::assert_snapshot!(brief(&[
        with_hold("  - cancel: b\n"),
        with_hold("  - cancel: b\n  - get_token: { as: b }\n"),
        with_hold("  - until: { held: { hold: hard, at_least: 1 } }\n"),
        with_hold("  - until: { held: { hold: herd, at_least: 0 } }\n"),
        with_hold("  - release: { hold: herd, order: [] }\n"),
        with_hold("  - release: { hold: herd, order: [2, 0, 2] }\n"),
        with_hold("  - release: { hold: hard, order: [2, 1] }\n"),
        with_hold("  - restart: { how: kil }\n"),
        // Sound.
        with_hold("  - until: { held: { hold: herd, at_least: 2 }, quiet: true }\n  - release: { hold: herd, order: [2, 1] }\n  - cancel: a\n  - join: a\n  - restart: { how: kill }\n"),
    ]), @"
    error: no step is called `b`
    ^ did you mean `a`?
    = note: the steps are `a`

    error: `cancel` gives up `b`, which comes later
    ^

    error: no rule holds an answer as `hard`
    ^^^^ did you mean `herd`?
    = note: the holds are `herd`

    error: no answers are kept back from the start
    ^

    error: an order of nothing
    ^
    = help: remove `order` to release all in order of arrival

    error: no answer is number 0 of those that wait
    ^
    = note: 1 is the one that waits longest
    error: answer 2 is let go twice
    ^

    error: no rule holds an answer as `hard`
    ^^^^ did you mean `herd`?
    = note: the holds are `herd`

    error: unknown name `kil`
    ^^^ did you mean `kill`?
    = note: the names here are `graceful` and `kill`

    no mistake: a/b[okta] x1 c
    ");
}
