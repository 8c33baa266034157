use super::{brief, with_body, with_check};

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
    = note: the predicates are `never`, `count`, `each`, `gap`, `distinct`, `constant`, `order`, `overlap`, `spread`, `heeds`, `invariant` and `any_of`

    error: `given` asks for nothing
    ^
    = help: write for instance `given: { to: token, at_least: 2 }`

    error: what must have happened at least no times says nothing
    ^

    error: `invariant` without `vary` or `repeat`
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
    = note: an outcome (`of`) has `outcome`, `retries`, `took`, `same`, `carries` and `tells_secret`

    error: `each` asks for nothing
    ^^^^^^^^^^^
    = note: an exchange (`to`) has `presents`, `left_at_least`, `auth_methods`, `auth`, `method`, `content_type`, `sends`, `lacks`, `repeated_parameters`, `scheme` and `leaks_secret`

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
    --------                ^

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
    = help: write `at_least`, `at_most`, `growing: true` or `growth: 1.5`

    error: `gap` without a length
    ^^^^^^^^^^^^^^^^
    = help: write `at_least`, `at_most`, `growing: true` or `growth: 1.5`

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
