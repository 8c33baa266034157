use super::{brief, with_body, with_pair, with_steps};

#[test]
fn nothing_happens() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - idp: {}\n"),
        with_steps("  - idp: { script: [] }\n"),
        with_steps("  - idp: { disarm: false, by: intruder }\n"),
        with_steps("  - idp: { secrets: retire }\n"),
        with_steps("  - idp: { secrets: ad }\n"),
        with_body("client: { auth: wrong_secret }\nsteps: [{ idp: { secrets: add } }]\nchecks: [{ id: c, req: rotation.discard-old, gap: { between: token, at_least: 1s } }]\n"),
        // Sound.
        with_steps("  - idp: { disarm: true, keys: rotate, secrets: add }\n  - idp: { secrets: retire, keys: withdraw }\n"),
        with_body("client: { auth: wrong_secret }\nsteps: [{ idp: { secrets: add } }, { swap: { secret: newest } }]\nchecks: [{ id: c, req: rotation.discard-old, gap: { between: token, at_least: 1s } }]\n"),
    ]), @"
    error: nothing happens at the provider
    ^
    = help: write for instance `script`, `disarm: true`, `secrets`, `keys`, `revoke` or `replay`

    error: nothing happens at the provider
    ^^^^^^^^^^^
    = help: write for instance `script`, `disarm: true`, `secrets`, `keys`, `revoke` or `replay`

    error: nothing happens at the provider
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: write for instance `script`, `disarm: true`, `secrets`, `keys`, `revoke` or `replay`
    error: `by` without `replay`
    ^^^^^^^^
    = help: only a replay is done by someone

    error: there is no newer secret to keep
    ^^^^^^
    = help: add one in an earlier step: `idp: { secrets: add }`

    error: unknown name `ad`
    ^^ did you mean `add`?
    = note: the names here are `add`, `retire` and `replace`

    error: no client uses a secret of its application
    ^^^
    = note: they use a wrong one, or authenticate by something else

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn tokens_that_are_not_there() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - idp: { revoke: grants }\n"),
        with_steps("  - idp: { revoke: RT#1 }\n"),
        with_steps("  - idp: { replay: newest }\n"),
        with_steps("  - idp: { revoke: everything }\n"),
        with_pair("  - idp: { revoke: AT#0 }\n"),
        with_pair("  - idp: { replay: AT#1 }\n"),
        with_pair("  - idp: { replay: RT#0 }\n"),
        with_pair("  - idp: { replay: rt3 }\n"),
        with_pair("  - idp: { replay: rt3 }\n  - swap: { client: ada, refresh_token: rt3 }\n"),
        // Sound.
        with_pair("  - swap: { client: ada, refresh_token: rt3 }\n  - idp: { revoke: RT#2, replay: rt3, by: intruder }\n  - idp: { replay: newest }\n  - idp: { replay: RT#1 }\n"),
        with_steps("  - idp: { revoke: access_tokens }\n  - idp: { revoke: AT#1 }\n"),
    ]), @"
    error: no client of this case is given a refresh token
    ^^^^^^
    = note: the client credentials grant has none (RFC 6749 section 4.4.3)
    = help: use `client: { refresh_token: rt1 }` or `grant: password`
    = help: `revoke: access_tokens` revokes what these clients hold

    error: no client of this case is given a refresh token
    ^^^^
    = note: the client credentials grant has none (RFC 6749 section 4.4.3)
    = help: use `client: { refresh_token: rt1 }` or `grant: password`

    error: no client of this case is given a refresh token
    ^^^^^^
    = note: the client credentials grant has none (RFC 6749 section 4.4.3)
    = help: use `client: { refresh_token: rt1 }` or `grant: password`

    error: `everything` is nothing to revoke; expected access_tokens, grants, or a label such as `RT#1`
    ^^^^^^^^^^

    error: there is no AT#0: labels count from 1
    ^^^^

    error: an access token is not redeemed
    ^^^^
    = help: replay a refresh token: its name, `newest` or a label such as `RT#1`

    error: there is no RT#0: labels count from 1
    ^^^^

    error: no refresh token is called `rt3`
    ^^^ did you mean `rt1`?
    = note: the refresh tokens are `rt1` and `rt2`

    error: the refresh token `rt3` is minted by a later step
    ^^^

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn credentials_that_are_not_new() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - swap: {}\n"),
        with_steps("  - swap: { secret: newest }\n"),
        with_steps("  - swap: { refresh_token: rt1 }\n"),
        with_pair("  - swap: { client: ada, refresh_token: rt2 }\n"),
        with_pair("  - swap: { refresh_token: rt3 }\n"),
        with_pair("  - swap: { client: ben, refresh_token: 'RT 3' }\n"),
        // Sound.
        with_steps("  - swap: { secret: wrong }\n  - swap: { secret: newest }\n"),
        with_steps("  - idp: { secrets: replace }\n  - swap: { secret: newest }\n"),
    ]), @"
    error: a client is given nothing new
    ^
    = help: write `secret: newest|wrong`, `certificate: newest`, `api_token: newest` or `refresh_token: <name>`

    error: the newest secret is the one the client has
    ^^^^^^
    = help: add one first: `idp: { secrets: add }`

    error: a refresh token for `client`, which acts for itself
    ^^^
    = help: name the clients that use one with `client`

    error: `rt2` is the name of another refresh token
    ^^^
    = help: the mock mints a new one: give it a new name

    error: one refresh token for `ada` and `ben`
    ^^^
    = note: a refresh token belongs to one application, user and tenant
    = help: write a step for each, with `client`

    error: `RT 3` is no name for a refresh token
    ^^^^^^
    = help: use lower-case letters, digits, `-` and `_`, beginning with a letter

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}

#[test]
fn rules_of_a_step_are_examined_like_those_of_the_file() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - idp: { script: [{ to: token, replay: 3 }, { to: tokn }] }\n"),
        with_steps("  - idp: { script: [{ to: token, nth: 0, reply: 503 }, { to: token, error: { error: x, number: 5 } }] }\n"),
        with_steps("  - idp: { script: [{ to: token, hold: herd }] }\n"),
        with_steps("  - release: herd\n  - idp: { script: [{ to: token, hold: herd }] }\n"),
        // Sound.
        with_steps("  - idp: { script: [{ to: token, hold: herd }] }\n  - until: { held: { hold: herd, at_least: 1 } }\n  - release: herd\n"),
    ]), @"
    error: unknown key `replay`
    ^^^^^^ did you mean `reply`?
    = note: the keys here are `to`, `only`, `nth`, `one_in`, `per`, `probability`, `times`, `from`, `until`, `ttl`, `reply`, `redirect`, `headers`, `header_lines`, `without_headers`, `body`, `body_base64`, `content_type`, `coding`, `raw`, `error`, `disguise`, `set`, `remove`, `rename`, `reverse_members`, `hold`, `delay`, `jitter`, `dribble`, `forge`, `connection`, `keep_alive` and `slow_read`
    error: unknown name `tokn`
    ^^^^ did you mean `token`?
    = note: the names here are `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown`, `connection` and `anything`

    error: `nth` counts from 1
    ^
    error: okta has no `number`
    ^
    = help: keep it to cases of entra: `providers: [entra]`, for the file or a value of `matrix`

    error: no step releases `herd`
    ^^^^
    = help: add the step `release: herd`

    error: nothing is held as `herd` yet
    ^^^^
    = note: a later step adds the rule
    error: no step releases `herd`
    ^^^^
    = help: add the step `release: herd`

    no mistake: a/b[okta] x1 c
    ");
}
