use super::{load, outcome};
use crate::diagnostic::Source;

#[test]
fn a_sound_file_has_its_cases() {
    insta::assert_snapshot!(outcome("schema: 1
scenario: expiry/early-refresh
about: A caller never shows a stale token.
providers: [entra, okta]
needs: [clock, grant.client_credentials, resource]
idp: { token: { expires_in: 3600s } }
steps: [ { call_api: { every: 60s, for: 2h, as: poll } } ]
checks:
  - { id: reuses, req: cache.reuse-while-fresh, gap: { between: token, at_least: 1800s } }
"), @"
expiry/early-refresh[entra] x1 reuses
expiry/early-refresh[okta] x1 reuses
");
}

#[test]
fn every_mistake_of_the_head_is_shown_in_one_pass() {
    insta::assert_snapshot!(outcome("schema: 2
scenario: Expiry/early
about: '  '
providers: [entra, ping, okta]
needs: [clocks]
passive: yes
stepz: []
checks: []
"), @"
    error: the key `steps` is missing
     --> a.yaml:1:1
      |
    1 | schema: 2
      | ^^^^^^^^^
      |
      = note: a scenario that is not passive does something

    error: unknown schema 2
     --> a.yaml:1:9
      |
    1 | schema: 2
      |         ^
      |
      = note: this program reads schema 1

    error: `Expiry/early` is no name for a scenario
     --> a.yaml:2:11
      |
    2 | scenario: Expiry/early
      |           ^^^^^^^^^^^^
      |
      = help: use lower-case letters, digits and `-`, with `/` between area and name

    error: `about` is empty
     --> a.yaml:3:8
      |
    3 | about: '  '
      |        ^^^^
      |
      = help: say what goes wrong in production, and why

    error: unknown name `ping`
     --> a.yaml:4:20
      |
    4 | providers: [entra, ping, okta]
      |                    ^^^^
      |
      = note: the names here are `entra` and `okta`

    error: unknown name `clocks`
     --> a.yaml:5:9
      |
    5 | needs: [clocks]
      |         ^^^^^^ did you mean `clock`?
      |
      = note: the names here are `clock`, `timers`, `concurrency`, `resource`, `classes`, `cancel`, `restart`, `swap`, `stores`, `grant.client_credentials`, `grant.password`, `grant.refresh_token`, `grant.authorization_code`, `grant.device_code`, `grant.on_behalf_of`, `grant.managed_identity`, `grant.api_token`, `grant.token_exchange`, `auth.certificate`, `auth.federated`, `auth.private_key`, `dpop`, `capabilities` and `v1`

    error: found the text `yes` where `true`, `false`, or `{ needs_calls: 2 }` belongs
     --> a.yaml:6:10
      |
    6 | passive: yes
      |          ^^^

    error: unknown key `stepz`
     --> a.yaml:7:1
      |
    7 | stepz: []
      | ^^^^^ did you mean `steps`?
      |
      = note: the keys of a scenario are `schema`, `scenario`, `about`, `providers`, `needs`, `passive`, `repeat`, `matrix`, `vary`, `idp`, `client`, `clients`, `steps` and `checks`

    error: `checks` is empty
     --> a.yaml:8:9
      |
    8 | checks: []
      |         ^
      |
      = note: a scenario checks something
    ");
}

#[test]
fn what_is_missing_is_named() {
    insta::assert_snapshot!(outcome("idp: {}\n"), @"
error: the key `schema` is missing
 --> a.yaml:1:1
  |
1 | idp: {}
  | ^^^^^^
  |
  = help: begin the file with `schema: 1`

error: the key `scenario` is missing
 --> a.yaml:1:1
  |
1 | idp: {}
  | ^^^^^^

error: the key `about` is missing
 --> a.yaml:1:1
  |
1 | idp: {}
  | ^^^^^^

error: the key `providers` is missing
 --> a.yaml:1:1
  |
1 | idp: {}
  | ^^^^^^
  |
  = note: the providers are `entra` and `okta`

error: the key `steps` is missing
 --> a.yaml:1:1
  |
1 | idp: {}
  | ^^^^^^
  |
  = note: a scenario that is not passive does something

error: the key `checks` is missing
 --> a.yaml:1:1
  |
1 | idp: {}
  | ^^^^^^
  |
  = note: a scenario checks something
");
}

#[test]
fn files_that_are_no_scenario() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("- a\n- b\n", "found a list where a scenario belongs"),
        ("hello\n", "found the text `hello` where a scenario belongs"),
    ] {
        let problems = load(&Source::new("a.yaml", text), None).unwrap_err();
        assert_eq!(problems.iter().next().unwrap().title(), expected);
    }
}

#[test]
fn a_library_file_is_called_as_its_path() {
    let text = "schema: 1\nscenario: expiry/late\nabout: x\nproviders: [okta]\nsteps: [{ get_token: {} }]\nchecks: [{}]\n";
    let source = Source::new("scenarios/expiry/early.yaml", text);
    insta::assert_snapshot!(load(&source, Some("expiry/early")).unwrap_err(), @"
error: the scenario is called `expiry/late`, but its file says `expiry/early`
 --> scenarios/expiry/early.yaml:2:11
  |
2 | scenario: expiry/late
  |           ^^^^^^^^^^^
  |
  = help: write `scenario: expiry/early`, or move the file
");
    assert!(load(&source, Some("expiry/late")).is_ok());
    assert!(load(&source, None).is_ok());
}
