//! Clients of several kinds, and what happens to some of them only.

use super::{brief, outcome};

/// A sound file of this vendor with this client and these steps.
fn of(vendor: &str, client: &str, steps: &str) -> String {
    outcome(&format!(
        "schema: 1\nscenario: a/b\nabout: x\nproviders: [{vendor}]\nneeds: [clock, swap, grant.client_credentials, grant.password, grant.refresh_token, grant.authorization_code, grant.device_code, grant.on_behalf_of, grant.managed_identity, grant.token_exchange, auth.certificate, auth.federated, auth.private_key, capabilities, v1, dpop]\nclient: {client}\nsteps:\n  - get_token: {{ as: a }}\n{steps}checks: [{{ id: c, req: rotation.discard-old, each: {{ of: a, outcome: ok }} }}]\n"
    ))
}

fn client(client: &str) -> String {
    of("entra", client, "")
}

#[test]
fn kinds_that_do_not_go_together() {
    insta::assert_snapshot!(brief(&[
        client("{ grant: device_code, auth: basic }"),
        client("{ grant: managed_identity, auth: certificate }"),
        client("{ grant: on_behalf_of, auth: certificate }"),
        client("{ grant: password, auth: federated }"),
        client("{ grant: authorization_code, refresh_token: rt1 }"),
        client("{ grant: on_behalf_of, tenant: second }"),
        client("{ auth: certificate, application: second }"),
        client("{ grant: managed_identity, user: second }"),
        client("{ auth: federated, secret: geheim }"),
        client("{ grant: device_code, credential_lifetime: 1h }"),
        client("{ auth: wrong_secret, credential_lifetime: 1h }"),
        client("{ credential_lifetime: 0s }"),
        client("{ capabilities: [cp1, 'c p'] }"),
        client("{ grant: managed_identity, capabilities: [cp1] }"),
        client("{ grant: device_code, v1: true }"),
    ]), @"
    error: `basic` together with `device_code`
    -----------        ^^^^^
    = note: a device has nothing to authenticate with

    error: `certificate` together with `managed_identity`
    ----------------        ^^^^^^^^^^^
    = note: a machine has nothing to authenticate with

    error: `certificate` together with `on_behalf_of`
    ------------        ^^^^^^^^^^^
    = note: the provider has no application of this kind

    error: `federated` together with `password`
    --------        ^^^^^^^^^
    = note: the provider has no application of this kind

    error: a refresh token that the client's grant does not use
    ------------------ the grant       ^^^
    = help: remove `grant`, or the refresh token

    error: there is no second tenant of this kind
    ------------ its kind ^^^^^^
    = help: remove `tenant`

    error: there is no second application of this kind
    ----------- its kind      ^^^^^^
    = help: remove `application`

    error: a user of a client that acts for itself
    ^^^^^^
    = help: use `grant: password` or a `refresh_token`, or remove `user`

    error: a secret of a client that does not authenticate by one
    ---------          ^^^^^^
    = help: remove `secret`

    error: the lifetime of a credential that the client has not
    ^^
    = help: only secrets and certificates of an application have one

    error: the lifetime of a credential that the client has not
    ^^
    = help: only secrets and certificates of an application have one

    error: a credential that never works
    ^^

    error: `c p` is no capability
    ^^^^^
    = help: `cp1` says that the client answers claims challenges

    error: a metadata service is not told what its clients can do
    ^^^^
    = help: remove `capabilities`

    error: `device_code` at a v1.0 endpoint
    ^^^^
    = help: use `client_credentials`, `password` or `refresh_token`
    ");
}

#[test]
fn kinds_that_are_sound() {
    for sound in [
        "{ grant: authorization_code, auth: basic, user: second, capabilities: [cp1] }",
        "{ grant: device_code, user: second }",
        "{ grant: on_behalf_of, user: second, credential_lifetime: 1h }",
        "{ grant: managed_identity }",
        "{ auth: certificate, credential_lifetime: 1h, v1: true }",
        "{ auth: certificate, grant: password }",
        "{ auth: federated }",
        "{ v1: true, refresh_token: rt1, tenant: second, application: second }",
    ] {
        assert_eq!(client(sound), "a/b[entra] x1 c\n", "{sound}");
    }
}

#[test]
fn okta_has_none_of_them() {
    insta::assert_snapshot!(brief(&[
        of("okta", "{ grant: on_behalf_of }", ""),
        of("okta", "{ auth: federated }", ""),
        of("okta", "{ credential_lifetime: 1h, capabilities: [cp1], v1: true }", ""),
        of("okta", "{ grant: password }", "  - idp: { policy: block, step_up: c1, access: policies }\n"),
    ]), @"
    error: okta has no `grant: on_behalf_of`
    ^^^^^^^^^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`

    error: okta has no `auth: federated`
    ^^^^^^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`

    error: okta has no `credential_lifetime`
    ^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
    error: okta has no `capabilities`
    ^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
    error: okta has no `v1`
    ^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`

    error: okta has no `policy`
    ^^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
    error: okta has no `step_up`
    ^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
    error: okta has no `access`
    ^^^^^^^^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`
    ");
}

#[test]
fn okta_has_kinds_of_its_own() {
    for sound in [
        "{ grant: authorization_code, auth: basic }",
        "{ grant: device_code, user: second, dpop: true }",
        "{ grant: token_exchange, user: second }",
        "{ auth: private_key, tenant: second, application: second }",
        "{ auth: private_key, refresh_token: rt1 }",
        "{ dpop: true }",
    ] {
        assert_eq!(of("okta", sound, ""), "a/b[okta] x1 c\n", "{sound}");
    }
    insta::assert_snapshot!(brief(&[
        client("{ grant: token_exchange }"),
        client("{ auth: private_key }"),
        client("{ dpop: true }"),
        of("okta", "{ grant: token_exchange, auth: private_key }", ""),
        of("okta", "{ grant: token_exchange, application: second }", ""),
        of("okta", "{ auth: private_key, secret: geheim }", ""),
    ]), @"
    error: entra has no `grant: token_exchange`
    ^^^^^^^^^^^^^^
    = help: keep it to cases of okta: `providers: [okta]`, for the file or a value of `matrix`

    error: entra has no `auth: private_key`
    ^^^^^^^^^^^
    = help: keep it to cases of okta: `providers: [okta]`, for the file or a value of `matrix`

    error: entra has no `dpop`
    ^^^^
    = help: keep it to cases of okta: `providers: [okta]`, for the file or a value of `matrix`

    error: `private_key` together with `token_exchange`
    --------------        ^^^^^^^^^^^
    = note: the provider has no application of this kind

    error: there is no second application of this kind
    -------------- its kind      ^^^^^^
    = help: remove `application`

    error: a secret of a client that does not authenticate by one
    -----------          ^^^^^^
    = help: remove `secret`
    ");
}

#[test]
fn what_happens_to_nobody() {
    let with = |client: &str, steps: &str| of("entra", client, steps);
    insta::assert_snapshot!(brief(&[
        with("{ auth: certificate }", "  - idp: { secrets: add }\n"),
        with("{}", "  - idp: { certificates: add }\n"),
        with("{ auth: certificate }", "  - idp: { certificates: retire }\n"),
        with("{ auth: certificate }", "  - idp: { certificates: add }\n  - idp: { certificates: replace }\n"),
        with("{ auth: certificate }", "  - swap: { certificate: newest }\n"),
        with("{}", "  - idp: { secrets: add }\n  - swap: { certificate: newest }\n"),
        with("{ auth: federated }", "  - swap: { secret: wrong }\n"),
        with("{}", "  - idp: { platform_tokens: renew, sign_ins: deny, policy: second_factor, access: revoked }\n"),
        with("{}", "  - idp: { step_up: c100 }\n"),
        with("{}", "  - idp: { access: location }\n"),
    ]), @"
    error: no client uses a secret of its application
    ^^^
    = note: they use a wrong one, or authenticate by something else

    error: no client uses a certificate of its application
    ^^^
    = help: one does with `auth: certificate`

    error: there is no newer certificate to keep
    ^^^^^^
    = help: add one in an earlier step: `idp: { certificates: add }`

    error: there are two certificates in all
    ^^^^^^^

    error: the newest certificate is the one the client has
    ^^^^^^
    = help: add one first: `idp: { certificates: add }`

    error: the newest certificate is the one the client has
    ^^^^^^
    = help: add one first: `idp: { certificates: add }`
    error: `client` does not authenticate by a certificate
    ^^^^^^
    = help: name the clients that do with `client`

    error: `client` does not authenticate by a secret
    ^^^^^
    = help: name the clients that do with `client`

    error: no client uses the token of a platform
    ^^^^^
    = help: one does with `auth: federated`
    error: no user is asked to sign in on another device
    ^^^^
    = help: clients with `grant: device_code` ask
    error: a policy for users, and no client acts for one
    ^^^^^^^^^^^^^
    = help: use `grant: password` or a `refresh_token`
    error: nobody has signed in whose sign-ins could be revoked
    ^^^^^^^
    = help: use `policies` or `location`, or a client that acts for a user

    error: `c100` is no authentication context
    ^^^^
    = help: they are called `c1` to `c99`

    no mistake: a/b[entra] x1 c
    ");
}

#[test]
fn what_kinds_need() {
    let text = "schema: 1\nscenario: a/b\nabout: x\nproviders: [entra]\nneeds: [clock]\nclient: { auth: certificate, capabilities: [cp1], v1: true }\nsteps: [{ get_token: { as: a } }]\nchecks: [{ id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }]\n";
    insta::assert_snapshot!(brief(&[outcome(text)]), @"
    error: the client's grant needs `grant.client_credentials`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: the client's credential needs `auth.certificate`
    ^^^^^^^^^^^
    error: declaring capabilities needs `capabilities`
    ^^^^
    error: a v1.0 endpoint needs `v1`
    ^^^^
    ");
}

#[test]
fn clients_with_api_tokens() {
    let with = |vendor: &str, client: &str, steps: &str| {
        outcome(&format!(
            "schema: 1\nscenario: a/b\nabout: x\nproviders: [{vendor}]\nneeds: [clock, resource, swap, grant.client_credentials, grant.api_token]\nclient: {client}\nsteps:\n  - call_api: {{ as: a }}\n{steps}checks: [{{ id: c, req: rotation.discard-old, each: {{ of: a, outcome: ok }} }}]\n"
        ))
    };
    let okta = |client: &str, steps: &str| with("okta", client, steps);
    let sound = "  - idp: { api_tokens: add }\n  - swap: { api_token: newest }\n  - idp: { api_tokens: restrict }\n";
    assert_eq!(okta("{ grant: api_token }", sound), "a/b[okta] x1 c\n");
    insta::assert_snapshot!(brief(&[
        with("entra", "{ grant: api_token }", ""),
        okta("{ grant: api_token, auth: basic }", ""),
        okta("{ grant: api_token, user: second, application: second }", ""),
        okta("{ grant: api_token, scopes: [a], store: s }", ""),
        okta("{ grant: api_token }", "  - get_token: { as: b }\n  - force_refresh: { as: d }\n"),
        okta("{ grant: api_token }", "  - swap: { api_token: newest }\n"),
        okta("{}", "  - idp: { api_tokens: add }\n  - swap: { api_token: newest }\n"),
        okta("{ grant: api_token }", "  - idp: { secrets: add }\n"),
    ]), @"
    error: entra has no `grant: api_token`
    ^^^^^^^^^
    = help: keep it to cases of okta: `providers: [okta]`, for the file or a value of `matrix`

    error: `basic` together with `api_token`
    ---------        ^^^^^
    = note: it asks for no tokens, and shows its API token alone

    error: a user of a client that acts for itself
    ^^^^^^
    = help: use `grant: password` or a `refresh_token`, or remove `user`
    error: there is no second application of this kind
    --------- its kind                    ^^^^^^
    = help: remove `application`

    error: `scopes` of a client that asks for no tokens
    ---------          ^^
    = help: remove `scopes`
    error: `store` of a client that asks for no tokens
    --------- it has an API token  ^
    = help: remove `store`
    error: a named store needs `stores`
    ^

    error: the client asks for no tokens: it has an API token
    ^^^^^^^
    = help: use `call_api`, or name other clients with `client`
    error: the client asks for no tokens: it has an API token
    ^^^^^^^
    = help: use `call_api`, or name other clients with `client`

    error: the newest API token is the one the client has
    ^^^^^^
    = help: add one first: `idp: { api_tokens: add }`

    error: no client has an API token
    ^^^
    = help: one has with `grant: api_token`
    error: `client` has no API token
    ^^^^^^
    = help: name the clients that do with `client`

    error: no client uses a secret of its application
    ^^^
    = note: they use a wrong one, or authenticate by something else
    ");
}

#[test]
fn an_upper_bound_is_not_proven_by_tokens_that_nobody_asks_for() {
    let text = "schema: 1\nscenario: a/b\nabout: x\nproviders: [okta]\nneeds: [resource, grant.api_token]\nclient: { grant: api_token }\nsteps: [{ call_api: { as: a } }]\nchecks:\n  - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }\n  - { id: d, req: rotation.discard-old, never: { to: token } }\n";
    insta::assert_snapshot!(brief(&[outcome(text)]), @"
    error: a client that does nothing passes this
    ^^^^^^^^^^^
    = help: say what must have happened first, such as `given: { to: token }`
    ");
}
