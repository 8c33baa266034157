//! What a scenario says of the passive road, and what that asks of the rest.

use super::{brief, cases, outcome, with_check};
use crate::scenario::Passive;

fn with_passive(says: &str, check: &str) -> String {
    format!(
        "schema: 1\nscenario: a/b\nabout: x\nproviders: [okta]\nneeds: [resource, grant.client_credentials]\n{says}\nsteps: [{{ call_api: {{ as: a }} }}]\nchecks:\n  - {{ id: c, req: rotation.discard-old, {check} }}\n"
    )
}

#[test]
fn what_a_command_must_do() {
    let check = "each: { to: token, auth_methods: 1 }";
    let passive = |says: &str| {
        let cases = cases(&with_passive(says, check)).expect("a sound file");
        cases[0].head.passive
    };
    assert_eq!(passive("passive: false"), None);
    assert_eq!(passive("passive: true"), Some(Passive::default()));
    assert_eq!(
        passive("passive: { needs_calls: 2, once: true }"),
        Some(Passive {
            needs_calls: 2,
            once: true
        })
    );
    let refused = |says: &str| outcome(&with_passive(says, check));
    insta::assert_snapshot!(brief(&[
        refused("passive: { needs_calls: 0 }"),
        refused("passive: { needs_calls: 1001 }"),
        refused("passive: { needs_call: 2 }"),
        refused("passive: 2"),
    ]), @"
    error: a command is not asked for 0 calls
    ^
    = help: write a number from 1 to 1000, or leave it out

    error: a command is not asked for 1001 calls
    ^^^^
    = help: write a number from 1 to 1000, or leave it out

    error: unknown key `needs_call`
    ^^^^^^^^^^ did you mean `needs_calls`?
    = note: the keys here are `needs_calls` and `once`

    error: found the number 2 where `true`, `false`, or `{ needs_calls: 2 }` belongs
    ^
    ");
}

#[test]
fn words_can_be_judged_without_a_driver_and_nothing_else_of_an_outcome() {
    let judged = |check: &str| outcome(&with_passive("passive: true", check));
    insta::assert_snapshot!(brief(&[
        judged("each: { of: a, tells_secret: false }"),
        judged("each: { of: a, tells_secret: false, outcome: ok }"),
        judged("heeds: { to: resource }"),
        judged("never: { to: resource, expired_for: 2s }, given: { to: token }"),
    ]), @"
    no mistake: a/b[okta] x1 c

    error: no check of this passive scenario can be judged by the wire alone
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: outcomes (`each: { of: … }`), steps, holds and single clients need a driver

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn waits_and_tokens_that_ran_out() {
    insta::assert_snapshot!(brief(&[
        with_check("heeds: { to: foreign }"),
        with_check("heeds: { tolerance: 1s }"),
        with_check("given: { to: token }, never: { to: jwks, expired_for: 1s }"),
        with_check("given: { to: token }, never: { to: resource, presents: live, expired_for: 1s }"),
        with_check("given: { to: token }, never: { to: resource, left_at_least: 1s, expired_for: 1s }"),
        // Sound: a wait is a proof of its endpoint.
        with_check("heeds: { to: token, tolerance: 1s }, never: { to: token, presents: rotated }"),
    ]), @"
    error: a stranger tells nobody to wait
    ^^^^^^^
    = help: use `token` or `resource`

    error: the key `to` is missing
    ^^^^^^^^^^^^^^^ in this map

    error: no token is shown to `jwks`
    ^^

    error: a live token has not run out
    ---- the token     ^^

    error: a token that ran out has nothing left
    -- the token     ^^

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn clients_that_no_command_is_told_of() {
    let passive = |client: &str| {
        outcome(&format!(
            "schema: 1\nscenario: a/b\nabout: x\nproviders: [entra]\nneeds: [grant.client_credentials, grant.managed_identity, auth.certificate, v1]\npassive: true\nclient: {client}\nsteps: [{{ get_token: {{ as: a }} }}]\nchecks:\n  - {{ id: c, req: rotation.discard-old, gap: {{ between: token, at_least: 1s }} }}\n"
        ))
    };
    insta::assert_snapshot!(brief(&[
        passive("{ grant: managed_identity }"),
        passive("{ auth: certificate, v1: true, credential_lifetime: 1h }"),
        passive("{ auth: basic }"),
    ]), @"
    error: a command is not told of such a client
    ^^^^^^^^^^^^^^^^
    = note: it is told of an application with a secret, and of a user
    = help: remove `grant`, or `passive`

    error: a command is not told of such a client
    ^^^^^^^^^^^
    = note: it is told of an application with a secret, and of a user
    = help: remove `auth`, or `passive`
    error: a command is not told of such a client
    ^^^^
    = note: it is told of an application with a secret, and of a user
    = help: remove `v1`, or `passive`
    error: a command is not told of such a client
    ^^
    = note: it is told of an application with a secret, and of a user
    = help: remove `credential_lifetime`, or `passive`

    no mistake: a/b[entra] x1 c
    ");
}
