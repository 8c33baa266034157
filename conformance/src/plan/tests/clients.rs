use super::{brief, cases, with_body, with_check, with_clients};

#[test]
fn clients_are_read_with_their_names() {
    let cases = cases(
        "schema: 1
scenario: a
about: x
providers: [okta]
needs: [concurrency, stores, clock, grant.client_credentials, grant.refresh_token]
matrix: { skew: { none: 0s, ahead: 120s } }
clients:
  fleet: { count: 3, clock_offset: $skew, scopes: [orders.read] }
  ada: { refresh_token: rt1, user: second, store: shared }
  ben: { refresh_token: rt1, user: second, store: shared }
steps: [{ get_token: { as: a, client: [fleet-2, ada] } }]
checks: [{ id: c, req: cache.reuse-while-fresh, each: { of: a, client: fleet, outcome: ok } }]
",
    )
    .unwrap();
    let body = &cases[1].variations[0].body;
    let names: Vec<_> = body.members().iter().map(|m| m.name.clone()).collect();
    assert_eq!(names, ["ada", "ben", "fleet-1", "fleet-2", "fleet-3"]);
    assert_eq!(body.clients["fleet"].clock_offset.to_string(), "2m");
    assert_eq!(body.clients["ada"].store.as_deref(), Some("shared"));
}

#[test]
fn a_mistake_in_one_client_does_not_hide_another() {
    insta::assert_snapshot!(with_clients(
        "{ a: { usr: second }, b: { grant: pasword }, c: { secret: 5 } }",
        "each: { of: a, outcome: ok }"
    ), @r#"
    error: unknown key `usr`
     --> a.yaml:6:17
      |
    6 | clients: { a: { usr: second }, b: { grant: pasword }, c: { secret: 5 } }
      |                 ^^^ did you mean `user`?
      |
      = note: the keys here are `count`, `grant`, `refresh_token`, `auth`, `credential_lifetime`, `capabilities`, `v1`, `dpop`, `secret`, `application`, `user`, `tenant`, `scopes`, `store` and `clock_offset`

    error: unknown name `pasword`
     --> a.yaml:6:44
      |
    6 | clients: { a: { usr: second }, b: { grant: pasword }, c: { secret: 5 } }
      |                                            ^^^^^^^ did you mean `password`?
      |
      = note: the names here are `client_credentials`, `password`, `refresh_token`, `authorization_code`, `device_code`, `on_behalf_of`, `managed_identity`, `api_token` and `token_exchange`

    error: found the number 5 where text belongs
     --> a.yaml:6:68
      |
    6 | clients: { a: { usr: second }, b: { grant: pasword }, c: { secret: 5 } }
      |                                                                    ^
      |
      = help: put it in quotes: `"5"`
    "#);
    insta::assert_snapshot!(brief(&[
        with_clients("[a, b]", "each: { of: a, outcome: ok }"),
        with_clients("{}", "each: { of: a, outcome: ok }"),
        with_clients("{ a: }", "each: { of: a, outcome: ok }"),
    ]), @"
    error: found a list where a map of clients belongs
    ^^^^^
    = help: write `clients: { first: {}, second: { user: second } }`

    error: found an empty map where a map of clients belongs
    ^
    = help: write `clients: { first: {}, second: { user: second } }`

    error: found nothing where a map belongs
    ^
    ");
}

#[test]
fn names_and_numbers() {
    insta::assert_snapshot!(brief(&[
        with_clients("{ A: {}, b: {} }", "each: { of: a, outcome: ok }"),
        with_clients("{ a: { count: 0 }, b: { count: 101 } }", "each: { of: a, outcome: ok }"),
        with_clients("{ a: { count: 4294967295 }, b: {} }", "each: { of: a, outcome: ok }"),
        with_clients("{ a: { count: 100 }, b: { count: 100 }, c: {} }", "each: { of: a, outcome: ok }"),
        with_clients("{ a: { count: 2 }, a-2: {}, a-3: {} }", "each: { of: a, outcome: ok }"),
        with_body("client: { auth: basic }\nclients: { b: {} }\nsteps: [{ get_token: { as: a } }]\nchecks: [{ id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }]\n"),
        with_body("client: { count: 3 }\nsteps: [{ get_token: { as: a } }]\nchecks: [{ id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }]\n"),
    ]), @"
    error: `A` is no name for a client
    ^
    = help: use lower-case letters, digits, `-` and `_`, beginning with a letter

    error: a group is not of 0 clients
    ^
    = help: write a number from 1 to 100
    error: a group is not of 101 clients
    ^^^
    = help: write a number from 1 to 100

    error: 4294967296 clients are more than the 200 of a case
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: a group is not of 4294967295 clients
    ^^^^^^^^^^
    = help: write a number from 1 to 100

    error: 201 clients are more than the 200 of a case
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: two clients are called `a-2`
    -                ^^^

    error: `client` together with `clients`
    ^^^^^^^^^^^^^
    = help: move it into `clients`, under a name of its own

    error: `count` of the only client
    ^
    = help: write `clients: { fleet: { count: 3 } }` for several
    ");
}

#[test]
fn what_a_client_cannot_be() {
    let one = |client: &str| {
        with_clients(
            &format!("{{ a: {client} }}"),
            "each: { of: a, outcome: ok }",
        )
    };
    insta::assert_snapshot!(brief(&[
        one("{ grant: client_credentials, refresh_token: rt1 }"),
        one("{ grant: password, refresh_token: rt1 }"),
        one("{ grant: refresh_token }"),
        one("{ user: second }"),
        one("{ refresh_token: newest }"),
        one("{ refresh_token: RT#1 }"),
        one("{ secret: '' }"),
        one("{ secret: \"a\\nb\" }"),
        one("{ secret: geheim, auth: wrong_secret }"),
        one("{ scopes: ['a b', a, a, ''] }"),
        one("{ store: 'My Store' }"),
        one("{ clock_offset: 1000000h }"),
        // Sound.
        one("{ secret: 'a+b/c%3d', auth: basic, user: second, grant: password, clock_offset: -2h, tenant: second, application: second }"),
    ]), @"
    error: a refresh token that the client's grant does not use
    ------------------ the grant       ^^^
    = help: remove `grant`, or the refresh token

    error: a refresh token that the client's grant does not use
    -------- the grant       ^^^
    = help: remove `grant`, or the refresh token

    error: the refresh token grant needs a refresh token to start with
    ^^^^^^^^^^^^^
    = help: give it a name, such as `refresh_token: rt1`; the mock mints it

    error: a user of a client that acts for itself
    ^^^^^^
    = help: use `grant: password` or a `refresh_token`, or remove `user`

    error: `newest` is no name for a refresh token
    ^^^^^^
    = note: a `replay` of `newest` takes the one issued last

    error: `RT#1` is no name for a refresh token
    ^^^^
    = help: use lower-case letters, digits, `-` and `_`, beginning with a letter

    error: no client can have this secret
    ^^
    = note: a secret consists of visible ASCII characters and spaces (RFC 6749 appendix A.2)
    = help: write 1 to 255 of them

    error: no client can have this secret
    ^^^^^^
    = note: a secret consists of visible ASCII characters and spaces (RFC 6749 appendix A.2)
    = help: write 1 to 255 of them

    error: the secret of a client that uses a wrong one
    ^^^^^^
    = help: remove `secret`, or `auth: wrong_secret`

    error: `a b` is no scope
    ^^^^^
    = help: write each scope as an element of the list, without spaces or quotes
    error: the scope `a` stands twice
    ^
    error: `` is no scope
    ^^
    = help: write each scope as an element of the list, without spaces or quotes

    error: `My Store` is no name for a store
    ^^^^^^^^^^
    = help: use lower-case letters, digits, `-` and `_`, beginning with a letter

    error: a clock that is off by more than 100 years
    ^^^^^^^^

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn what_clients_share() {
    let ok = "each: { of: a, outcome: ok }";
    insta::assert_snapshot!(brief(&[
        with_clients("{ a: { refresh_token: rt1 }, b: { refresh_token: rt1, user: second } }", ok),
        with_clients("{ a: { secret: one }, b: { secret: two } }", ok),
        // Sound: the same account, another application, and a store of strangers.
        with_clients("{ a: { refresh_token: rt1 }, b: { refresh_token: rt1 } }", ok),
        with_clients("{ a: { secret: one }, b: { secret: two, application: second } }", ok),
        with_clients("{ a: { store: s }, b: { store: s, application: second } }", ok),
        // An Okta application is the same for every authorization server.
        with_clients("{ a: { secret: one }, b: { secret: two, tenant: second } }", ok),
    ]), @"
    error: `rt1` is the refresh token of somebody else
    --- given here             ^^^
    = note: a refresh token belongs to one application, user and tenant
    = help: give it another name

    error: a second secret for the same application
    --- the first       ^^^
    = note: clients of one application share its secret
    = help: `idp: { secrets: add }` gives it another in the middle of the play

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    error: a second secret for the same application
    --- the first       ^^^
    = note: clients of one application share its secret
    = help: `idp: { secrets: add }` gives it another in the middle of the play
    ");
}

#[test]
fn names_that_nobody_has() {
    let step = |step: &str| {
        with_body(&format!(
            "clients: {{ ada: {{}}, fleet: {{ count: 3 }} }}\nsteps: [{{ get_token: {{ as: a }} }}, {{ {step} }}]\nchecks: [{{ id: c, req: rotation.discard-old, each: {{ of: a, outcome: ok }} }}]\n"
        ))
    };
    let check = |check: &str| with_clients("{ ada: {}, fleet: { count: 3 } }", check);
    insta::assert_snapshot!(brief(&[
        step("call_api: { client: adda }"),
        step("call_api: { client: [fleet-4, ada, fleet-01] }"),
        step("call_api: { client: [] }"),
        step("call_api: { client: [ada, ada] }"),
        step("restart: { client: bob }"),
        step("swap: { client: bob, secret: wrong }"),
        check("count: { to: token, client: bob, is: 1 }"),
        check("each: { of: a, client: bob, outcome: ok }"),
        check("each: { to: token, client: bob, method: POST }"),
        check("gap: { between: token, client: flet, at_least: 1s }"),
        check("given: { to: token, client: bob }, never: { to: token, client: bob }"),
        check("order: [{ to: token, client: bob }, { to: resource, client: ada }]"),
        with_check("count: { to: token, client: client, is: 1 }"),
        with_check("count: { to: token, client: ada, is: 1 }"),
        with_check("count: { to: token, tenant: second, is: 1 }"),
        // Sound.
        step("call_api: { client: [fleet-3, ada] }"),
        check("count: { to: token, client: fleet, is: 1 }"),
        check("count: { to: token, tenant: second, is: 1 }"),
    ]), @"
    error: no client is called `adda`
    ^^^^ did you mean `ada`?
    = note: the clients are `ada` and `fleet`

    error: no client is called `fleet-4`
    ^^^^^^^ did you mean `fleet`?
    = note: the clients of `fleet` are `fleet-1` to `fleet-3`
    error: no client is called `fleet-01`
    ^^^^^^^^
    = note: the clients of `fleet` are `fleet-1` to `fleet-3`

    error: a list that names no client
    ^
    = help: without `client` it is all of them

    error: the client `ada` stands twice
    ^^^

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: no client is called `flet`
    ^^^^ did you mean `fleet`?
    = note: the clients are `ada` and `fleet`

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`
    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: no client is called `bob`
    ^^^
    = note: the clients are `ada` and `fleet`

    error: there is only one client to ask for
    ^^^^^^
    = help: remove `client`

    error: no client is called `ada`
    ^^^
    = note: the file has one client
    = help: give several clients names under `clients`

    error: there is only one client, which asks one tenant
    ^^^^^^
    = help: remove `tenant`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn clients_that_take_no_part() {
    let check = |client: &str| {
        with_body(&format!(
            "clients: {{ ada: {{}}, ben: {{}}, fleet: {{ count: 3 }} }}\nsteps: [{{ get_token: {{ as: a, client: [ada, fleet-2] }} }}]\nchecks: [{{ id: c, req: rotation.discard-old, each: {{ of: a, client: {client}, outcome: ok }} }}]\n"
        ))
    };
    insta::assert_snapshot!(brief(&[
        check("ben"),
        check("fleet-1"),
        check("fleet"),
        check("fleet-2"),
        check("ada"),
    ]), @"
    error: `ben` takes no part in the step `a`
    ^^^
    = note: it is done by `ada` and `fleet-2`

    error: `fleet-1` takes no part in the step `a`
    ^^^^^^^
    = note: it is done by `ada` and `fleet-2`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}
