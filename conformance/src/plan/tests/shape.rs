use super::{brief, with_body, with_check, with_rule};

#[test]
fn a_mistake_in_each_part_is_shown_in_one_pass() {
    insta::assert_snapshot!(with_body("idp: { tokn: {} }
client: { grant: refresh }
steps:
  - get_token: { as: a, tiems: 3 }
  - { get_tokn: {} }
  - { advance: { by: 30 } }
  - [x]
checks:
  - { id: a, never: { presents: stale } }
  - { id: b, req: r, each: { of: a, outcome: { class: throtled } } }
  - { id: c, req: r, gap: { between: tokens } }
"), @"
    error: unknown key `tokn`
     --> a.yaml:6:8
      |
    6 | idp: { tokn: {} }
      |        ^^^^ did you mean `token`?
      |
      = note: the keys here are `token`, `rotation`, `limits` and `script`

    error: unknown name `refresh`
     --> a.yaml:7:18
      |
    7 | client: { grant: refresh }
      |                  ^^^^^^^ did you mean `refresh_token`?
      |
      = note: the names here are `client_credentials`, `password`, `refresh_token`, `authorization_code`, `device_code`, `on_behalf_of`, `managed_identity`, `api_token` and `token_exchange`

    error: unknown key `tiems`
     --> a.yaml:9:25
      |
    9 |   - get_token: { as: a, tiems: 3 }
      |                         ^^^^^ did you mean `times`?
      |
      = note: the keys here are `as`, `client`, `times`, `together`, `every`, `for`, `deadline`, `method` and `body`

    error: unknown name `get_tokn`
      --> a.yaml:10:7
       |
    10 |   - { get_tokn: {} }
       |       ^^^^^^^^ did you mean `get_token`?
       |
       = note: the names here are `get_token`, `call_api`, `force_refresh`, `invalidate`, `advance`, `freeze`, `thaw`, `suspend`, `until`, `release`, `join`, `cancel`, `restart`, `swap` and `idp`

    error: found the number 30 where a length of time with a unit, such as `30s` or `-120s` belongs
      --> a.yaml:11:22
       |
    11 |   - { advance: { by: 30 } }
       |                      ^^

    error: found a list where one of `get_token`, `call_api`, `force_refresh`, `invalidate`, `advance`, `freeze`, `thaw`, `suspend`, `until`, `release`, `join`, `cancel`, `restart`, `swap`, `idp` belongs
      --> a.yaml:12:5
       |
    12 |   - [x]
       |     ^^

    error: `stale` is no kind of token; expected newest, live, expired, rotated, revoked, foreign, rejected, own, nothing, or a label such as `RT#1`
      --> a.yaml:14:33
       |
    14 |   - { id: a, never: { presents: stale } }
       |                                 ^^^^^

    error: unknown name `throtled`
      --> a.yaml:15:55
       |
    15 |   - { id: b, req: r, each: { of: a, outcome: { class: throtled } } }
       |                                                       ^^^^^^^^ did you mean `throttled`?
       |
       = note: the names here are `ok`, `reauth_required`, `interaction_required`, `misconfigured`, `throttled`, `transient`, `unauthorized`, `forbidden`, `insufficient_scope`, `protocol`, `timeout`, `cancelled` and `other`

    error: unknown name `tokens`
      --> a.yaml:16:38
       |
    16 |   - { id: c, req: r, gap: { between: tokens } }
       |                                      ^^^^^^ did you mean `token`?
       |
       = note: the names here are `token`, `resource`, `device`, `managed_identity`, `authorize`, `discovery`, `jwks`, `foreign` and `anything`
    ");
}

#[test]
fn keys_and_values_of_the_wrong_kind() {
    insta::assert_snapshot!(brief(&[
        with_rule("to: token, reply: [401, ok]"),
        with_rule("to: token, headers: { Retry-After: 1.5 }"),
        with_rule("to: token, delay: 30"),
        with_rule("to: token, hold: { nam: x }"),
        with_rule("to: tokens, reply: 503"),
        with_rule("to: token, error: invalid_grant"),
        with_rule("to: token, reply:"),
        with_check("count: { to: token, at_most: -1 }"),
        with_check("each: { of: a, outcome: { class: ok, retry_after: 32s..30s } }"),
        with_check("gap: { from: token1, to: token#2, at_least: 1s }"),
        with_check("never: { to: token, presents: AT#x }"),
        with_check("when: 3, never: { to: token }"),
    ]), @"
    error: found the text `ok` where a whole number from 0 belongs
    ^^

    error: found the number 1.5 where a name or a list of names belongs
    ^^^

    error: found the number 30 where a length of time with a unit, such as `30s` belongs
    ^^

    error: unknown key `nam`
    ^^^ did you mean `name`?
    = note: the keys here are `name` and `at`

    error: unknown name `tokens`
    ^^^^^^ did you mean `token`?
    = note: the names here are `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown`, `connection` and `anything`

    error: found the text `invalid_grant` where a map belongs
    ^^^^^^^^^^^^^

    error: found nothing where an HTTP status from 200 to 599, or a list of them belongs
    ^

    error: found the number -1 where a whole number from 0 to 4294967295 belongs
    ^^

    error: the range `32s..30s` is empty: 30s is less than 32s
    ^^^^^^^^

    error: `token1` does not name a request; write an endpoint and a number, such as `token#1`
    ^^^^^^

    error: `AT#x` is no kind of token; expected newest, live, expired, rotated, revoked, foreign, rejected, own, nothing, or a label such as `RT#1`
    ^^^^

    error: found the number 3 where a map belongs
    ^
    ");
}
