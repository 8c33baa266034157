use super::{brief, outcome};

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
       = help: outcomes (`each: { of: … }`), steps, holds and single clients need a driver
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

#[test]
fn what_not_every_client_can_do_is_needed() {
    insta::assert_snapshot!(brief(&[outcome("schema: 1
scenario: a/b
about: x
providers: [okta]
needs: []
clients:
  ada: { refresh_token: rt1, store: shared }
  ben: { grant: password, clock_offset: -2s }
idp: { script: [{ to: token, hold: herd }] }
steps:
  - get_token: { as: a, deadline: 3s }
  - freeze: server
  - suspend: 5m
  - until: { held: { hold: herd, at_least: 1 } }
  - release: herd
  - cancel: a
  - restart: {}
  - swap: { secret: wrong }
checks:
  - { id: c, req: rotation.discard-old, each: { of: a, outcome: ok } }
")]), @"
    error: having several clients needs `concurrency`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: the client's grant needs `grant.refresh_token`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: a named store needs `stores`
    ^^^^^^
    error: the client's grant needs `grant.password`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: a clock that is off needs `clock`
    ^^^
    error: `deadline` needs `clock`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: `deadline` needs `cancel`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: `freeze` needs `clock`
    ^^^^^^^^^^^^^^
    error: `suspend` needs `clock`
    ^^^^^^^^^^^
    error: `suspend` needs `timers`
    ^^^^^^^^^^^
    error: `until: held` needs `timers`
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: `cancel` needs `cancel`
    ^^^^^^^^^
    error: `restart` needs `restart`
    ^^^^^^^^^^
    error: `swap` needs `swap`
    ^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn what_no_command_does_by_itself() {
    insta::assert_snapshot!(brief(&[outcome("schema: 1
scenario: a/b
about: x
providers: [okta]
needs: [clock, timers, concurrency, restart, swap, cancel, grant.client_credentials]
passive: true
clients: { ada: {}, ben: {} }
steps:
  - get_token: { as: a }
  - freeze: server
  - thaw: server
  - suspend: 5m
  - cancel: a
  - restart: {}
  - swap: { secret: wrong }
  - idp: { keys: rotate }
checks:
  - { id: c, req: rotation.discard-old, spread: { to: token, at_least: 1s } }
  - { id: d, req: rotation.discard-old, given: { to: token }, never: { to: token, after: a } }
  - { id: e, req: rotation.discard-old, count: { to: token, client: ada, is: 1 } }
")]), @"
    error: a passive scenario has one client
    ^^^^^^^^^^^^^^^^^
    = note: it is the command, and it is started once
    = help: use `client`
    error: a passive scenario has no step `freeze`
    ^^^^^^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: a passive scenario has no step `thaw`
    ^^^^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: a passive scenario has no step `suspend`
    ^^^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: a passive scenario has no step `cancel`
    ^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: a passive scenario has no step `restart`
    ^^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: a passive scenario has no step `swap`
    ^^^^^^^^^^^^^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: a passive scenario has no step `idp`
    ^^^^^^^^^^^^^^^^^^^
    = note: nobody plays its steps: the command does what it does
    error: no check of this passive scenario can be judged by the wire alone
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: outcomes (`each: { of: … }`), steps, holds and single clients need a driver
    ");
}
