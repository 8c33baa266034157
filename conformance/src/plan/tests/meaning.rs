use super::{brief, outcome, with_body, with_check, with_rule, with_steps};

#[test]
fn checks() {
    insta::assert_snapshot!(brief(&[
        with_body("steps: [{ get_token: { as: a } }]\nchecks:\n  - { id: c, req: rotation.discard-odl, each: { of: a, outcome: ok } }\n  - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }\n  - { id: C!, req: rotation.discard-old, each: { of: a, outcome: ok } }\n"),
        with_check("given: { to: token }"),
        with_check("given: {}, never: { to: token }"),
        with_check("given: { to: token, at_least: 0 }, never: { to: token }"),
        with_check("invariant: [wire.count], given: { to: token }"),
        with_check("any_of: [{ each: { of: a, outcome: ok } }, {}]"),
        with_check("any_of: [{ each: { of: a, outcome: ok } }]"),
    ]), @"
error: unknown requirement `rotation.discard-odl`
^^^^^^^^^^^^^^^^^^^^ did you mean `rotation.discard-old`?
= help: add it to `requirements.yaml`, with its level and source
error: the check `c` stands twice
^
error: `C!` is no name for a check
^^
= help: use lower-case letters, digits, `-` and `_`, beginning with a letter

error: the check `c` asks for nothing
^
= note: the predicates are `never`, `count`, `each`, `gap`, `distinct`, `invariant` and `any_of`

error: `given` asks for nothing
^
= help: write for instance `given: { to: token, at_least: 2 }`

error: what must have happened at least no times says nothing
^

error: `invariant` without `vary`
^^^^^^^^^^^
= help: nothing varies, so nothing can differ

error: a branch that always holds
^
= help: ask for something in it, or remove it

error: `any_of` with one branch
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
= help: write its predicates directly
");
}

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
= help: write `started: <step>`, `quiet: true`, or both
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
    = help: write `replay: <refresh token>` or `revoke: access_tokens|grants`

    error: no refresh token is called `rt1`
    ^^^
    = note: the client starts with none; name one with `client.refresh_token`

    error: `replay` and `revoke` in one step
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: write two steps
    error: no refresh token is called `rt2`
    ^^^ did you mean `rt1`?
    = note: the client starts with `rt1`
    error: `by` without `replay`
    ^^^^^^^^
    = help: only a replay is done by someone
    ");
}

#[test]
fn predicates() {
    insta::assert_snapshot!(brief(&[
        with_check("given: { to: token }, never: {}"),
        with_check("count: { to: token }"),
        with_check("count: { to: token, is: 1, at_most: 2 }"),
        with_check("count: { to: token, at_least: 3, at_most: 2 }"),
        with_check("given: { to: token }, count: { to: token, at_least: 0 }"),
        with_check("count: { to: token, at_least: 1, within: 1s }"),
        with_check("given: { to: token }, count: { to: token, at_most: 1, within: 0s }"),
        with_check("each: {}"),
        with_check("each: { of: a }"),
        with_check("each: { to: token }"),
        with_check("each: { of: a, to: token, outcome: ok }"),
        with_check("each: { of: a, outcome: ok, method: POST, by: client }"),
        with_check("each: { to: token, retries: 0, method: POST }"),
        with_check("each: { to: resource, auth_methods: 1 }"),
        with_check("each: { of: a, carries: [corelation_id] }"),
        with_check("each: { of: a, same: token }"),
        with_check("gap: {}"),
        with_check("gap: { between: token }"),
        with_check("gap: { between: token, from: token#1, at_least: 1s }"),
        with_check("gap: { from: token#1, at_least: 1s }"),
        with_check("gap: { from: token#2, to: token#1, at_least: 1s }"),
        with_check("gap: { from: token#1, to: token#2, growing: true }"),
        with_check("gap: { between: token, at_least: 2s, at_most: 1s }"),
        with_check("distinct: { to: jwks, field: token }"),
    ]), @"
error: `never` names no exchange
^
= help: write for instance `never: { to: resource, presents: expired }`

error: `count` without a number
^^^^^^^^^^^
= help: write `is`, `at_least` or `at_most`
error: a client that does nothing passes this
^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: token }`

error: `is` together with `at_least` or `at_most`
^
= help: an exact number needs no bounds

error: no number is at least 3 and at most 2
^           - the other bound

error: a count is always at least 0
^

error: `within` without `at_most`
^^
= help: a window that slides bounds a count from above only

error: a window of no length
^^

error: `each` of nothing
^
= help: write `of: <step>` for outcomes or `to: <endpoint>` for exchanges

error: `each` asks for nothing
^^^^^^^
= note: an outcome (`of`) has `outcome`, `retries`, `same` and `carries`

error: `each` asks for nothing
^^^^^^^^^^^
= note: an exchange (`to`) has `presents`, `auth_methods`, `method` and `leaks_secret`

error: `each` with both `of` and `to`
^^^^^
= help: outcomes (`of`) and exchanges (`to`) are two checks

error: an outcome (`of`) has no `method`
^^^^
error: an outcome (`of`) has no `by`
^^^^^^

error: an exchange (`to`) has no `retries`
^

error: clients authenticate to `token` only
^

error: unknown detail `corelation_id`
^^^^^^^^^^^^^ did you mean `correlation_id`?
= note: the details are `correlation_id`, `trace_id` and `claims`

error: `call_api` hands out no token
^^^^^
= help: use `get_token`, or `distinct` for what the resource was shown

error: `gap` between nothing
^
= help: write `between: token`, or `from: token#1` and `to: token#2`
error: `gap` without a length
^
= help: write `at_least`, `at_most` or `growing: true`

error: `gap` without a length
^^^^^^^^^^^^^^^^
= help: write `at_least`, `at_most` or `growing: true`

error: `between` together with `from` or `to`
^^^^^
= help: `between` speaks of all consecutive requests already

error: `from` without `to`
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `token#1` does not come after `token#2`
^^^^^^^

error: one gap cannot grow
^^^^
= help: use `between`

error: no gap is at least 2s and at most 1s
^^           -- the other bound

error: tokens are shown to `token` and `resource` only
^^^^
");
}

#[test]
fn selectors() {
    insta::assert_snapshot!(brief(&[
        with_check("count: { to: token, is: 1, status: 42 }"),
        with_check("count: { to: token, is: 1, status: 200, error: invalid_grant }"),
        with_check("count: { to: resource, is: 1, grant: password }"),
        with_check("count: { to: jwks, is: 1, error: x }"),
        with_check("count: { to: resource, is: 1, presents: rotated }"),
        with_check("count: { to: token, is: 1, presents: AT#1 }"),
        with_check("count: { to: jwks, is: 1, presents: live }"),
        with_check("each: { to: resource, presents: RT#2 }"),
    ]), @"
error: 42 is not an HTTP status; use 100 to 599
^^

error: an answer with status 200 carries no error
---         ^^^^^^^^^^^^^

error: only a token request has a grant
--------                ^^^^^^^^

error: `jwks` answers without OAuth errors
^

error: a refresh token is never meant for a resource
^^^^^^^

error: an access token is never meant for the token endpoint
^^^^

error: public documents are read without a token
^^^^

error: a refresh token is never meant for a resource
^^^^
");
}

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

error: `content_type` without `body`
^^^^^^^^^
= help: the vendor's own bodies have the vendor's own type; use `headers` to change it

error: `set` and `body` in one rule
^^^^^^

error: `disguise` without an `error` to disguise
^^^^^^^^^^^^^^^

error: `reply` of an answer that nobody sees
-----         ^^^
error: `headers` of an answer that nobody sees
-----                       ^^^^^^

error: `A B` is no name for a header
^^^^^
error: a header holds visible ASCII characters and spaces
^^^^^^

error: `date` is set and left out at once
^^^^
error: `x y` is no name for a header
^^^^^

error: a delay of nothing
^^

error: a rule that is never reached
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
= help: put the rule that has `nth` or `times` first

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
fn a_client_that_does_nothing_passes_no_check() {
    insta::assert_snapshot!(brief(&[
        with_check("never: { to: resource, presents: expired }"),
        with_check("count: { to: token, is: 0 }"),
        with_check("count: { to: token, at_most: 2 }"),
        with_check("any_of: [{ count: { to: token, at_most: 2 } }, { each: { of: a, outcome: ok } }]"),
        // Sound: exact counts, both bounds, a given, and proof by another check.
        with_check("count: { to: token, is: 2 }"),
        with_check("count: { to: token, at_least: 1, at_most: 2 }"),
        with_check("given: { rotations: 1 }, never: { to: resource, presents: expired }"),
        with_check("never: { to: resource, presents: expired } }\n  - { id: d, req: rotation.discard-old, each: { of: a, outcome: ok }"),
        // A call that ends badly proves nothing.
        with_check("never: { to: resource, presents: expired } }\n  - { id: d, req: rotation.discard-old, each: { of: a, outcome: forbidden }"),
        // Proof of another endpoint.
        with_check("never: { to: resource, presents: expired } }\n  - { id: d, req: rotation.discard-old, gap: { between: token, at_least: 1s }"),
    ]), @"
error: a client that does nothing passes this
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: resource }`

error: a client that does nothing passes this
^^^^^^^^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: token }`

error: a client that does nothing passes this
^^^^^^^^^^^^^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: token }`

error: a client that does nothing passes this
^^^^^^^^^^^^^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: token }`

no mistake: a/b[okta] x1 c

no mistake: a/b[okta] x1 c

no mistake: a/b[okta] x1 c

no mistake: a/b[okta] x1 c d

error: a client that does nothing passes this
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: resource }`

error: a client that does nothing passes this
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
= help: say what must have happened first, such as `given: { to: resource }`
");
}

#[test]
fn what_is_used_is_needed() {
    insta::assert_snapshot!(outcome("schema: 1
scenario: a/b
about: x
providers: [okta]
needs: [clock]
client: { refresh_token: rt1 }
steps:
  - call_api: { as: a, times: 2, together: true }
  - advance: { by: 1s }
checks:
  - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }
"), @"
error: the client's grant needs `grant.refresh_token`
 --> a.yaml:6:9
  |
5 | needs: [clock]
  |        ------ add `grant.refresh_token` here
6 | client: { refresh_token: rt1 }
  |         ^^^^^^^^^^^^^^^^^^^^

error: `call_api` needs `resource`
 --> a.yaml:8:5
  |
5 | needs: [clock]
  |        ------ add `resource` here
...
8 |   - call_api: { as: a, times: 2, together: true }
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `together` needs `concurrency`
 --> a.yaml:8:5
  |
5 | needs: [clock]
  |        ------ add `concurrency` here
...
8 |   - call_api: { as: a, times: 2, together: true }
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
");
    insta::assert_snapshot!(outcome("schema: 1
scenario: a/b
about: x
providers: [okta]
steps: [{ get_token: { as: a, every: 1s, for: 3s } }]
checks:
  - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }
"), @"
error: the client's grant needs `grant.client_credentials`
 --> a.yaml:1:1
  |
1 | schema: 1
  | ^^^^^^^^^
  |
  = help: add `needs: [grant.client_credentials]` to the head

error: `every` needs `clock`
 --> a.yaml:5:9
  |
5 | steps: [{ get_token: { as: a, every: 1s, for: 3s } }]
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: add `needs: [clock]` to the head
");
}

#[test]
fn passive_scenarios() {
    insta::assert_snapshot!(outcome("schema: 1
scenario: a/b
about: x
providers: [okta]
needs: [grant.client_credentials]
passive: true
idp: { script: [{ to: token, hold: h }] }
steps: [{ get_token: { as: a } }, { release: h }]
checks:
  - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }
"), @"
error: a passive scenario cannot hold an answer
 --> a.yaml:7:36
  |
7 | idp: { script: [{ to: token, hold: h }] }
  |                                    ^
  |
  = help: nobody is there to release it; use `delay`

error: no check of this passive scenario can be judged by the wire alone
  --> a.yaml:10:3
   |
10 |   - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: outcomes (`each: { of: … }`) need a driver
");
    insta::assert_snapshot!(outcome("schema: 1
scenario: a/b
about: x
providers: [okta]
passive: true
checks:
  - { id: c, req: rotation.discard-old, given: { to: token }, never: { to: token, leaks_secret: true } }
"), @"a/b[okta] x1 c");
}
