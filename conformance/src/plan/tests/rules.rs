//! Rules of the script: when they apply, and what is never reached.

use super::{brief, cases, outcome, with_body, with_rule};
use crate::scenario::Step;

#[test]
fn requests_that_never_come() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, reply: 503, only: {}"),
        with_rule("to: resource, reply: 503, only: { grant: client_credentials }"),
        with_rule("to: token, reply: 503, only: { grant: refresh }"),
        with_rule("to: token, reply: 503, only: { grant: password }"),
        with_rule("to: token, reply: 503, only: { presents: AT#1 }"),
        with_rule("to: resource, reply: 503, only: { presents: RT#1 }"),
        with_rule("to: token, reply: 503, only: { presents: RT#1 }"),
        with_rule("to: resource, reply: 503, only: { presents: AT#0 }"),
        with_rule("to: jwks, reply: 503, only: { scope: a, user: first, attempt: 2 }"),
        with_rule("to: token, reply: 503, only: { attempt: 0 }"),
        with_rule("to: token, reply: 503, only: { application: second, tenant: second, user: second }"),
        with_rule("to: token, reply: 503, only: { user: first }"),
        // Sound.
        with_rule("to: token, reply: 503, only: { application: first, tenant: first, grant: client_credentials, scope: a, attempt: 2 }"),
        with_rule("to: resource, reply: 503, only: { presents: AT#1, scope: a }"),
    ]), @"
    error: `only` says nothing of the requests it is for
    ^
    = help: write for instance `only: { grant: refresh_token }`, or remove it

    error: a resource is not told by which grant its token came
    ^^^^^^^^^^^^^^^^^^

    error: there is no grant `refresh`
    ^^^^^^^ did you mean `refresh_token`?
    = note: the grants are `authorization_code`, `client_credentials`, `password` and `refresh_token`; others are named by a URI (RFC 6749 section 4.5)

    error: no client of this case uses `password`
    ^^^^^^^^
    = help: so the rule never applies

    error: an access token is never meant for the token endpoint
    ^^^^

    error: a refresh token is never meant for a resource
    ^^^^

    error: no client of this case is given a refresh token
    ^^^^
    = note: the client credentials grant has none (RFC 6749 section 4.4.3)
    = help: use `client: { refresh_token: rt1 }` or `grant: password`

    error: there is no AT#0: labels count from 1
    ^^^^

    error: public documents are read without a word of who asks
    ^
    error: public documents are read without a word of who asks
    ^^^^^
    error: no client acts for the first user
    ^^^^^
    = help: so the rule never applies; set it for a client, or remove the condition

    error: `attempt` counts from 1
    ^

    error: no client is the second application
    ^^^^^^
    = help: so the rule never applies; set it for a client, or remove the condition
    error: no client asks the second tenant
    ^^^^^^
    = help: so the rule never applies; set it for a client, or remove the condition
    error: no client acts for the second user
    ^^^^^^
    = help: so the rule never applies; set it for a client, or remove the condition

    error: no client acts for the first user
    ^^^^^
    = help: so the rule never applies; set it for a client, or remove the condition

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn when_a_rule_applies() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, reply: 503, nth: 2, one_in: 3"),
        with_rule("to: token, reply: 503, one_in: 0"),
        with_rule("to: token, reply: 503, one_in: 1"),
        with_rule("to: token, reply: [503, 503, 200], times: 2"),
        with_rule("to: token, reply: 503, from: 0s"),
        with_rule("to: token, reply: 503, until: 0s"),
        with_rule("to: token, reply: 503, from: 20s, until: 20s"),
        // Sound.
        with_rule("to: token, reply: 503, one_in: 3, times: 2, from: 10s, until: 20s"),
    ]), @"
    error: `nth` and `one_in` in one rule
    ^
    = help: `nth` applies to one request; `one_in` to every so-manieth

    error: `one_in` counts from 1
    ^

    error: one in one is every request
    ^
    = help: remove `one_in`

    error: 3 replies, of which 2 are sent
    ^^^^^^^^^^^^^^          - how often the rule applies

    error: a rule applies from the start
    ^^
    = help: remove `from`, or say how much later

    error: a rule that is over when it begins
    ^^

    error: 20s are over before the rule begins
    ---         ^^^

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn time_and_connection() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, jitter: 0s"),
        with_rule("to: token, dribble: 0s"),
        with_rule("to: token, connection: hang, coding: gzip, set: { a: 1 }, header_lines: ['A: b'], dribble: 1s"),
        with_rule("to: token, connection: lost_reply, content_type: a/b, redirect: { status: 307, to: same }"),
        with_rule("to: token, disguise: { number: unknown }"),
        // Sound.
        with_rule("to: token, jitter: 2s"),
        with_rule("to: token, connection: close, reply: 503, coding: chunked"),
    ]), @"
    error: a jitter of nothing
    ^^

    error: a dribble of nothing
    ^^

    error: `coding` of an answer that nobody sees
    ----          ^^^^
    error: `set` of an answer that nobody sees
    ----                     ^^^^^^
    error: `header_lines` of an answer that nobody sees
    ---- the answer never comes                      ^^^^^^^
    error: `dribble` of an answer that nobody sees
    ---- the answer never comes                                         ^^

    error: `content_type` of an answer that nobody sees
    ----------                ^^^
    error: `redirect` of an answer that nobody sees
    ---------- the answer is lost            ^^^^^^^^^^^^^^^^^^^^^^^

    error: a rule that changes nothing
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: give it a `reply`, an `error`, `headers`, a `hold` or another effect
    error: `disguise` without an `error` to disguise
    ^^^^^^^^^^^^^^^^^
    error: okta has no `number`
    ^^^^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn rules_that_are_never_reached() {
    let two = |first: &str, second: &str| {
        with_rule(&format!(
            "to: token, {first} }}\n    - {{ to: token, {second}"
        ))
    };
    let added = |step: &str| {
        with_body(&format!(
            "idp: {{ script: [{{ to: token, reply: 200 }}] }}\nsteps: [{{ idp: {{ {step} }} }}]\nchecks: [{{ id: c, req: rotation.discard-old, gap: {{ between: token, at_least: 1s }} }}]\n"
        ))
    };
    insta::assert_snapshot!(brief(&[
        two("reply: 503", "only: { attempt: 2 }, reply: 200"),
        two("only: { attempt: 2 }, reply: 503", "only: { attempt: 2 }, times: 3, reply: 200"),
        added("script: [{ to: token, reply: 503 }]"),
        added("disarm: true, script: [{ to: token, reply: 503 }, { to: token, nth: 2, reply: 429 }]"),
        // Sound.
        two("only: { attempt: 2 }, reply: 503", "only: { attempt: 3 }, reply: 200"),
        two("from: 10s, reply: 503", "reply: 200"),
        two("until: 10s, reply: 503", "reply: 200"),
        two("one_in: 2, reply: 503", "reply: 200"),
        added("disarm: true, script: [{ to: token, reply: 503 }]"),
        added("script: [{ to: resource, reply: 503 }]"),
    ]), @"
    error: a rule that is never reached
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: put the rule that is for fewer requests first

    error: a rule that is never reached
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: put the rule that is for fewer requests first

    error: a rule that is never reached
    ^^^^^^^^^^^^^^^^^^^^^^^
    = help: rules that are added come last; take the others away with `disarm: true`

    error: a rule that is never reached
    -----------------------    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: put the rule that is for fewer requests first

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn references_and_functions_stand_in_rules_of_steps_too() {
    let text = |client: &str| {
        format!("schema: 1
scenario: a/b
about: x
providers: [okta]
needs: [grant.client_credentials, concurrency]
matrix:
  case:
    one: {{ rule: {{ to: token, reply: 429, headers: {{ X-Rate-Limit-Reset: [$epoch(+30s), $epoch(+40s)] }} }}, secret: a/b, who: a }}
clients: {{ a: {{ secret: $case.secret }}, b: {{}} }}
steps:
  - idp: {{ script: [$case.rule, {{ to: resource, reply: 429, headers: {{ Retry-After: $http_date(+5s) }} }}] }}
  - get_token: {{ as: a, client: {client} }}
checks:
  - {{ id: all, req: cache.reuse-while-fresh, each: {{ of: a, outcome: ok }} }}
")
    };
    let cases = cases(&text("$case.who")).unwrap();
    let body = &cases[0].variations[0].body;
    let added = body.steps.iter().find_map(|step| match step {
        Step::Idp(idp) => Some(&idp.script),
        _ => None,
    });
    let added = added.unwrap();
    assert_eq!(
        added[0].headers["X-Rate-Limit-Reset"].0,
        ["$epoch(+30s)", "$epoch(+40s)"]
    );
    assert_eq!(added[1].headers["Retry-After"].0, ["$http_date(+5s)"]);
    assert_eq!(body.clients["a"].secret.as_deref(), Some("a/b"));
    insta::assert_snapshot!(outcome(&text("$case.whom")), @"
    error: nothing refers to `who`
     --> a.yaml:8:121
      |
    8 | ...och(+30s), $epoch(+40s)] } }, secret: a/b, who: a }
      |                                               ^^^
      |
      = help: use `$case.who`, or remove it

    error: the value `one` of `case` has no `whom`
      --> a.yaml:12:33
       |
     8 | ...e: { rule: { to: token, reply: 429, headers: { X-Rate-Limit-Reset: [$epoch(+30s), $epoch(+40s)] } }, secret: a/b, who: a }
       |       --------------------------------------------------------------------------------------------------------------------- has `rule`, `secret` and `who`
    ...
    12 | ...t_token: { as: a, client: $case.whom }
       |                              ^^^^^^^^^^ did you mean `who`?
    ");
}
