use super::{brief, with_body, with_check};

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
fn predicates_that_silence_passes() {
    insta::assert_snapshot!(brief(&[
        with_check("overlap: { to: token, at_most: 1 }"),
        with_check("count: { to: token, per: token, is: 1 }"),
        with_check("never: { to: foreign }"),
        // An intruder proves nothing of the client.
        with_pair("  - idp: { replay: newest }\n  - get_token: { as: a }\n", "never: { to: token, presents: rotated } }, { id: d, req: rotation.discard-old, count: { to: token, by: intruder, at_least: 1 }"),
        // Sound: proof by order, constant, overlap from below, and a given of what led abroad.
        with_check("never: { to: token, presents: rotated }, order: [{ to: token }, { to: resource }]"),
        with_check("never: { to: token, presents: rotated }, constant: { to: token, field: auth }"),
        with_check("overlap: { to: token, at_least: 2 }, never: { to: token, presents: rotated }"),
        with_check("given: { to: token, status: 307 }, never: { to: foreign }"),
        with_check("never: { to: foreign } }\n  - { id: d, req: rotation.discard-old, each: { of: a, outcome: ok }"),
    ]), @"
    error: a client that does nothing passes this
    ^^^^^^^^^^^^^^^^^^^^^^^
    = help: say what must have happened first, such as `given: { to: token }`

    error: a client that does nothing passes this
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: say what must have happened first, such as `given: { to: token }`

    error: a client that does nothing passes this
    ^^^^^^^^^^^^^
    = help: say what must have happened first, such as `given: { to: token, status: 307 }`

    error: a client that does nothing passes this
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: say what must have happened first, such as `given: { to: token }`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c d
    ");
}

fn with_pair(steps: &str, check: &str) -> String {
    with_body(&format!(
        "client: {{ refresh_token: rt1 }}\nsteps:\n{steps}checks: [{{ id: c, req: rotation.discard-old, {check} }}]\n"
    ))
}
