//! Predicates with bounds: order, overlap, spread, counts by client, fields.

use super::{brief, with_check, with_clients};

#[test]
fn order_overlap_and_spread() {
    let fleet = |check: &str| with_clients("{ fleet: { count: 3 }, ada: {} }", check);
    insta::assert_snapshot!(brief(&[
        with_check("order: []"),
        with_check("order: [{ to: token }]"),
        with_check("order: [{ to: token }, {}]"),
        with_check("overlap: { to: token }"),
        with_check("overlap: { to: token, at_least: 3, at_most: 2 }"),
        with_check("overlap: { to: token, at_least: 1 }"),
        with_check("given: { to: token }, overlap: { to: token, at_most: 0 }"),
        with_check("spread: { to: token, at_least: 1s }"),
        fleet("spread: { to: token, client: ada, at_least: 1s }"),
        fleet("spread: { to: token, client: fleet }"),
        fleet("spread: { to: token, at_least: 2s, at_most: 1s }"),
        fleet("spread: { to: token, at_least: 0s }"),
        with_check("count: { to: token, per: client, is: 1 }"),
        fleet("count: { to: token, per: client, client: fleet-1, is: 1 }"),
        fleet("given: { to: token }, count: { per: token, at_most: 1 }"),
        // Sound.
        with_check("order: [{ to: resource, status: 401 }, { to: token }, { to: resource, status: 200 }]"),
        with_check("overlap: { to: token, at_least: 2, at_most: 3 }"),
        fleet("spread: { to: token, client: fleet, at_least: 1s }"),
        fleet("count: { to: token, per: client, is: 1 }"),
    ]), @"
    error: the check `c` asks for nothing
    ^
    = note: the predicates are `never`, `count`, `each`, `gap`, `distinct`, `constant`, `order`, `overlap`, `spread`, `heeds`, `invariant` and `any_of`
    error: an order of fewer than two exchanges
    ^
    = help: write for instance `order: [{ to: resource, status: 401 }, { to: token }]`

    error: an order of fewer than two exchanges
    ^^^^^^^^^^^^
    = help: write for instance `order: [{ to: resource, status: 401 }, { to: token }]`

    error: any exchange at all
    ^
    = help: say which, such as `{ to: token }`

    error: `overlap` without a number
    ^^^^^^^^^^^
    = help: write `at_least` or `at_most`
    error: a client that does nothing passes this
    ^^^^^^^^^^^
    = help: say what must have happened first, such as `given: { to: token }`

    error: no number is at least 3 and at most 2
    ^           - the other bound

    error: fewer than two exchanges at once are no overlap
    ^
    = help: use `count` to ask whether there was one

    error: no exchange at all
    ^
    = help: use `never`

    error: one client is not spread
    ^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: give the case several: `clients: { fleet: { count: 10 } }`

    error: one client is not spread
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: give the case several: `clients: { fleet: { count: 10 } }`

    error: `spread` without a length
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: write `at_least` or `at_most`

    error: no spread is at least 2s and at most 1s
    ^^           -- the other bound

    error: a spread is always at least nothing
    ^^

    error: `per: client` with one client
    ^^^^^^
    = help: remove `per`

    error: `per: client` with one client
    ^^^^^^
    = help: remove `per`

    error: tokens are shown to `token` and `resource` only
    ^^^^^
    = help: say which with `to`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn fields_that_an_endpoint_does_not_have() {
    insta::assert_snapshot!(brief(&[
        with_check("distinct: { to: token, field: body }"),
        with_check("constant: { to: resource, field: auth }"),
        with_check("constant: { to: resource, field: scope }"),
        with_check("constant: { to: jwks, field: body }"),
        with_check("distinct: { to: anything, field: token }"),
        with_check("distinct: { to: foreign, field: request_id }"),
        with_check("distinct: { to: resource, grant: password, field: token }"),
        with_check("distinct: { to: token, grant: pasword, field: token }"),
        with_check("distinct: { to: token, field: auth }, constant: { to: token, field: auth }"),
        // Sound.
        with_check("constant: { to: resource, field: body }, distinct: { to: token, field: request_id }"),
        with_check("constant: { to: token, grant: refresh_token, field: scope }"),
    ]), @"
    error: the body of a token request is not kept, for it holds secrets
    ^^^^
    = help: compare `scope`, `auth` or `token`; or use `each: { to: token, sends: […] }`

    error: clients authenticate to `token` only
    ^^^^^^^^

    error: only a token request asks for a scope
    ^^^^^^^^

    error: bodies of requests to `resource` are compared only
    ^^^^

    error: tokens are shown to `token` and `resource` only
    ^^^^^^^^

    error: only the provider's own endpoints know request ids
    ^^^^^^^

    error: only a token request has a grant
    --------         ^^^^^^^^

    error: there is no grant `pasword`
    ^^^^^^^ did you mean `password`?
    = note: the grants are `authorization_code`, `client_credentials`, `password` and `refresh_token`; others are named by a URI (RFC 6749 section 4.5)

    error: no field is the same and differs
    ------------------------ differs      ^^^^^^^^^^^^^^^^^^^^^^^^

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn each_of_exchanges() {
    insta::assert_snapshot!(brief(&[
        with_check("each: { of: a, took: 0s..5s, sends: [scope], left_at_least: 5s, after: a }"),
        with_check("each: { to: resource, took: 0s..5s, auth: basic, sends: [scope], lacks: [x], repeated_parameters: 0 }"),
        with_check("each: { to: token, scheme: Bearer }"),
        with_check("each: { to: resource, scheme: 'Bearer x' }"),
        with_check("each: { to: token, content_type: 'a/b; charset=x' }"),
        with_check("each: { to: token, content_type: json }"),
        with_check("each: { to: token, sends: [scope, ''], lacks: [scope] }"),
        with_check("each: { to: token, method: post }"),
        with_check("each: { to: token, grant: pasword, method: POST }"),
        with_check("each: { to: resource, presents: nothing, left_at_least: 5s }"),
        with_check("each: { to: resource, presents: expired, left_at_least: 5s }"),
        with_check("each: { to: jwks, left_at_least: 5s }"),
        with_check("each: { to: token, auth: basic_raw }"),
        with_check("each: { to: foreign, presents: live }"),
        with_check("each: { to: token, by: intruder, method: POST }"),
        with_check("each: { to: token, after: b, before: { to: tokn }, method: POST }"),
        with_check("each: { of: a, took: 5s..1s }"),
        // Sound.
        with_check("each: { to: token, auth: post, sends: [grant_type, scope], lacks: [client_assertion], repeated_parameters: 0, content_type: application/x-www-form-urlencoded }"),
        with_check("each: { to: resource, scheme: Bearer, left_at_least: 0s, presents: own }"),
        with_check("each: { of: a, took: 0s..5s, outcome: ok }"),
        with_clients("{ a: { secret: a+b, auth: basic } }", "each: { to: token, auth: basic_encoded }"),
    ]), @"
    error: an outcome (`of`) has no `sends`
    ^^^^^^
    error: an outcome (`of`) has no `left_at_least`
    ^^
    error: an outcome (`of`) has no `after`
    ^

    error: an exchange (`to`) has no `took`
    ^^^^^^
    error: clients authenticate to `token` only
    -------- goes to `resource`   ^^^^^
    error: only a token request has `sends`
    -------- goes to `resource`                 ^^^^^^
    error: only a token request has `lacks`
    -------- goes to `resource`                                 ^^
    error: only a token request has `repeated_parameters`
    -------- goes to `resource`                                                           ^

    error: a scheme goes with a token shown to `resource` only
    ^^^^^^

    error: `Bearer x` is no scheme
    ^^^^^^^^^^
    = help: write the scheme alone: `Bearer`

    error: `a/b; charset=x` is no media type
    ^^^^^^^^^^^^^^^^
    = help: write it without parameters: `application/x-www-form-urlencoded`

    error: `json` is no media type
    ^^^^
    = help: write it without parameters: `application/x-www-form-urlencoded`

    error: a parameter without a name
    ^^
    error: the parameter `scope` stands twice
    ^^^^^

    error: `post` is no HTTP method that is used here
    ^^^^ did you mean `POST`?
    = note: the methods are `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` and `OPTIONS`

    error: there is no grant `pasword`
    ^^^^^^^ did you mean `password`?
    = note: the grants are `authorization_code`, `client_credentials`, `password` and `refresh_token`; others are named by a URI (RFC 6749 section 4.5)

    error: no token is shown
    ------- the token       ^^

    error: an expired token has nothing left
    ------- the token       ^^

    error: no token is shown to `jwks`
    ^^

    error: encoded and raw cannot be told apart
    ^^^^^^^^^
    = note: form-encoding changes nothing in the secrets of this case
    = help: give the client one that it changes: `secret: a+b/c%3d`

    error: what is shown to a foreign host is not looked into
    ^^^^
    = help: use `leaks_secret` or `secret_in`

    error: there is no intruder
    ^^^^^^^^
    = help: one comes with the step `idp: { replay: newest, by: intruder }`

    error: unknown name `tokn`
    ^^^^ did you mean `token`?
    = note: the names here are `token`, `resource`, `device`, `managed_identity`, `authorize`, `discovery`, `jwks`, `foreign` and `anything`

    error: the range `5s..1s` is empty: 1s is less than 5s
    ^^^^^^

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn selectors_that_nothing_fits() {
    insta::assert_snapshot!(brief(&[
        with_check("count: { to: resource, is: 1, scope: a, auth: basic }"),
        with_check("count: { to: resource, is: 1, tenant: first }"),
        with_check("count: { to: token, is: 1, for: 5s }"),
        with_check("count: { to: token, is: 1, after: a, for: 0s }"),
        with_check("count: { to: token, is: 1, after: a, before: a }"),
        with_check("count: { to: token, is: 1, before: {} }"),
        with_check("count: { to: token, is: 1, before: { to: resource, after: { to: token, grant: pasword } } }"),
        with_check("count: { to: token, is: 1, leaks_secret: false, secret_in: url }"),
        with_check("count: { to: resource, is: 1, presents: nothing, left_at_least: 1s }"),
        with_check("count: { to: token, is: 1, method: get }"),
        with_check("count: { to: token, is: 1, by: intruder }"),
        with_check("count: { to: token, is: 1, status: [200, 3xx], error: invalid_grant }"),
        with_check("count: { to: resource, is: 1, presents: AT#0 }"),
        with_clients("{ a: { refresh_token: rt1 }, b: {} }", "count: { to: token, is: 1, by: intruder, client: a }"),
        // Sound.
        with_check("count: { to: token, is: 1, status: [200, 4xx], error: invalid_grant, after: a, for: 5s, grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }"),
        with_check("given: { to: token }, never: { to: foreign, secret_in: header }"),
    ]), @"
    error: only a token request asks for a scope
    --------                ^
    error: clients authenticate to `token` only
    -------- goes to `resource`      ^^^^^

    error: `resource` belongs to no tenant
    ^^^^^
    = help: for tokens of another tenant, write `presents: own`

    error: `for` without `after`
    ^^
    = help: say after what: a step, or an exchange

    error: a window of no length
    ^^

    error: nothing lies after `a` and before `a`
    -          ^

    error: `before` names no exchange
    ^
    = help: write for instance `before: { to: resource, status: 401 }`

    error: there is no grant `pasword`
    ^^^^^^^ did you mean `password`?
    = note: the grants are `authorization_code`, `client_credentials`, `password` and `refresh_token`; others are named by a URI (RFC 6749 section 4.5)

    error: a secret that is and is not there
    -----             ^^^

    error: no token is shown
    ------- the token       ^^

    error: `get` is no HTTP method that is used here
    ^^^ did you mean `GET`?
    = note: the methods are `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` and `OPTIONS`

    error: there is no intruder
    ^^^^^^^^
    = help: one comes with the step `idp: { replay: newest, by: intruder }`

    error: an answer with status 200 or 3xx carries no error
    ---------          ^^^^^^^^^^^^^

    error: there is no AT#0: labels count from 1
    ^^^^

    error: an intruder is none of the clients
    ^^^^^^^^          - the client

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}
