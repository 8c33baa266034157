#![expect(clippy::panic, reason = "what fails here fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::*;
use crate::catalog::{explain, list};
use crate::scenario::Body;
use crate::yaml;

fn registry() -> Registry {
    Registry::embedded().unwrap_or_else(|e| panic!("{e}"))
}

fn cases() -> Vec<Case> {
    Library::embedded()
        .plan(&registry())
        .unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_scenario_that_is_shipped_loads_and_plans() {
    insta::assert_snapshot!(list(&cases(), false));
}

#[test]
fn names_are_unique() {
    let cases = cases();
    let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len());
}

#[test]
fn every_requirement_has_a_check() {
    let cases = cases();
    let tested: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| &case.checks)
        .map(|planned| planned.requirement.id.as_str())
        .collect();
    let registry = registry();
    let untested: Vec<&str> = registry
        .iter()
        .filter(|row| row.excluded.is_none() && !tested.contains(row.id.as_str()))
        .map(|row| row.id.as_str())
        .collect();
    assert!(untested.is_empty(), "no check tests {untested:?}");
}

#[test]
fn each_area_that_was_promised_runs_against_both_vendors() {
    let mut areas: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let cases = cases();
    for case in &cases {
        let area = case.head.scenario.split('/').next().unwrap_or_default();
        areas.entry(area).or_default().insert(case.provider.name());
    }
    for area in [
        "expiry",
        "refresh",
        "unauthorized",
        "rate-limit",
        "concurrency",
        "errors",
        "request",
        "passive",
    ] {
        assert_eq!(areas[area].len(), 2, "{area}");
    }
}

/// What was read can be written and read again.
#[test]
fn bodies_survive_a_round_trip() {
    for case in cases() {
        for variation in &case.variations {
            let mut json = serde_json::to_value(&variation.body).unwrap();
            drop_nulls(&mut json);
            let text = serde_json::to_string(&json).unwrap();
            let node =
                yaml::parse(&text).unwrap_or_else(|e| panic!("{}: {}", case.name, e.message));
            let again: Body =
                yaml::from_node(&node).unwrap_or_else(|e| panic!("{}: {e}", case.name));
            assert_eq!(again, variation.body, "{}", case.name);
        }
    }
}

/// Except under `set`, where null is a value that an answer is given.
fn drop_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            let rest = map.iter_mut().filter(|(key, _)| *key != "set");
            rest.for_each(|(_, value)| drop_nulls(value));
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[test]
fn explanations() {
    let (registry, cases) = (registry(), cases());
    let page = |what| match explain(what, &registry, &cases, &[], 80) {
        Ok(page) => page,
        Err(unknown) => format!("{unknown}\n"),
    };
    insta::assert_snapshot!(page("rate-limit.honour-hint"), @"
    rate-limit.honour-hint
      After being told how long to wait, the client sends nothing there any earlier.

    how binding
      SHOULD, by the vendor's documentation or libraries

    where it is written
      https://developer.okta.com/docs/reference/rl-best-practices
      https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling
      RFC 9110 section 10.2.3 (background)

    checks that test it
      ambient/as-an-application:waits-for-calls    2 cases
      ambient/as-an-application:waits-for-tokens   2 cases
      api-token/share-of-limits:waits-as-told      1 case
      passive/okta-rate-limit:waits                1 case
      rate-limit/long-wait:stays-quiet             2 cases
      rate-limit/okta-window:one-refusal-a-window  1 case
      rate-limit/reset-forms:waits                 3 cases
      rate-limit/several-limits:waits-as-told      1 case
      rate-limit/wait-as-told:waits                3 cases

    broken clients that trip it
      IgnoresRetryAfter
    ");
    insta::assert_snapshot!(page("concurrency/herd"), @"
concurrency/herd
  Fifty callers start with an empty cache. One request can serve them all; fifty
  are a reason to be throttled, and when the one fails, fifty at once are worse.
  No timing is involved: the answer is held until every caller waits.

needs
  concurrency, grant.client_credentials

cases
  concurrency/herd[entra,good]
  concurrency/herd[entra,broken]
  concurrency/herd[okta,good]
  concurrency/herd[okta,broken]

checks
  one-flight   SHOULD  concurrency.single-flight
  all-served   SHOULD  concurrency.shared-result
  no-stampede  SHOULD  concurrency.no-stampede-on-error

file
  scenarios/concurrency/herd.yaml
");
    insta::assert_snapshot!(page("concurrency/herd[okta,broken]"), @"
concurrency/herd[okta,broken]
  Fifty callers start with an empty cache. One request can serve them all; fifty
  are a reason to be throttled, and when the one fails, fifty at once are worse.
  No timing is involved: the answer is held until every caller waits.

needs
  concurrency, grant.client_credentials

cases
  concurrency/herd[okta,broken]

checks
  one-flight   SHOULD  concurrency.single-flight
  no-stampede  SHOULD  concurrency.no-stampede-on-error

file
  scenarios/concurrency/herd.yaml
");
    insta::assert_snapshot!(page("rate-limit/wait-as-told[okta,okta-epoch,behind]:server-clock"), @"
rate-limit/wait-as-told[okta,okta-epoch,behind]:server-clock
  tests rate-limit.server-clock

  A time of reset is compared with the Date of the same answer, not with the
  local clock.

how binding
  SHOULD, by the vendor's documentation or libraries

where it is written
  https://developer.okta.com/docs/reference/rl-best-practices

if it does not pass
  the reset is a time on the server's clock; subtract the answer's Date from it, not the local time

runs in
  rate-limit/wait-as-told[okta,okta-epoch,behind]

checks of the same requirement
  rate-limit/wait-as-told:server-clock  2 cases

broken clients that trip it
  LocalClockForReset

file
  scenarios/rate-limit/wait-as-told.yaml:46
");
    insta::assert_snapshot!(page("expiry/early-refresh:reuses"), @"
    expiry/early-refresh:reuses
      tests cache.reuse-while-fresh

      A fresh token is reused for later calls.

    how binding
      SHOULD, by the vendor's documentation or libraries

    where it is written
      https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling

    runs in
      expiry/early-refresh[entra]
      expiry/early-refresh[okta]

    checks of the same requirement
      errors/second-factor-due:still-used      2 cases
      expiry/clock-moves:one-renewal           6 cases
      expiry/early-refresh:reuses              2 cases
      expiry/just-over-the-margin:reused       2 cases
      machine/identity-comes-late:kept         5 cases
      machine/ordinary-day:reuses              1 case
      passive/ordinary-day:reuses              2 cases
      rate-limit/request-loop:served           1 case
      response/v1-texts:reuses                 2 cases
      sign-in/exchanged:reused                 1 case
      unauthorized/access-revoked:long-lived   2 cases
      unauthorized/keys-rolled:undisturbed     4 cases
      unauthorized/keys-withdrawn:undisturbed  2 cases

    broken clients that trip it
      RefreshesEveryCall

    file
      scenarios/expiry/early-refresh.yaml:25
    ");
    let slips = [
        "rate-limit.honor-hint",
        "concurrency/heard",
        "expiry/early-refresh[okta]:reuse",
        "nonsense",
        "",
    ];
    insta::assert_snapshot!(slips.map(page).concat(), @"
    nothing is called `rate-limit.honor-hint`; did you mean `rate-limit.honour-hint`? `list --checks` shows every name
    nothing is called `concurrency/heard`; did you mean `concurrency/herd`? `list --checks` shows every name
    nothing is called `expiry/early-refresh[okta]:reuse`; did you mean `expiry/early-refresh[okta]:reuses`? `list --checks` shows every name
    nothing is called `nonsense`; `list --checks` shows every name
    nothing is called ``; `list --checks` shows every name
    ");
}

#[test]
fn checks_are_listed_with_what_they_test() {
    let cases: Vec<Case> = cases()
        .into_iter()
        .filter(|case| case.head.scenario == "concurrency/herd")
        .collect();
    insta::assert_snapshot!(list(&cases, true), @"
concurrency/herd[entra,good]:one-flight     SHOULD  concurrency.single-flight
concurrency/herd[entra,good]:all-served     SHOULD  concurrency.shared-result
concurrency/herd[entra,broken]:one-flight   SHOULD  concurrency.single-flight
concurrency/herd[entra,broken]:no-stampede  SHOULD  concurrency.no-stampede-on-error
concurrency/herd[okta,good]:one-flight      SHOULD  concurrency.single-flight
concurrency/herd[okta,good]:all-served      SHOULD  concurrency.shared-result
concurrency/herd[okta,broken]:one-flight    SHOULD  concurrency.single-flight
concurrency/herd[okta,broken]:no-stampede   SHOULD  concurrency.no-stampede-on-error
");
}

const SOUND: &str = "schema: 1
scenario: mine/first
about: x
providers: [okta]
needs: [grant.client_credentials]
steps: [{ get_token: { as: a } }]
checks: [{ id: ok, req: errors.class, each: { of: a, outcome: ok } }]
";

#[test]
fn a_folder_brings_in_its_scenarios_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("b/second.yaml", &SOUND.replace("first", "second"));
    write("a/first.yaml", SOUND);
    write("requirements.yaml", "not: a scenario");
    write("sets/2026-11.yaml", "not: a scenario");
    write("acme.expect.yaml", "not: a scenario");
    write(".hidden/x.yaml", "not: a scenario");
    write("notes.txt", "not: a scenario");
    let mut library = Library::new();
    library.add_path(folder.path()).unwrap();
    let names: Vec<_> = library
        .plan(&registry())
        .unwrap()
        .into_iter()
        .map(|case| case.name.0)
        .collect();
    assert_eq!(names, ["mine/first[okta]", "mine/second[okta]"]);
}

#[test]
fn what_cannot_be_read_is_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("latin.yaml"), b"about: caf\xe9\n").unwrap();
    fs::write(path("big.yaml"), vec![b'#'; MAX_BYTES + 1]).unwrap();
    fs::create_dir(path("empty")).unwrap();
    let mut all = String::new();
    for name in ["nowhere.yaml", "latin.yaml", "big.yaml", "empty"] {
        let mut library = Library::new();
        let problems = library.add_path(&path(name)).unwrap_err().to_string();
        all.push_str(&problems.replace(&folder.path().display().to_string(), "DIR"));
        all.push('\n');
    }
    insta::assert_snapshot!(all, @"
    error: cannot read `DIR/nowhere.yaml`: there is no such file
    error: `DIR/latin.yaml` is not UTF-8
     |
     = note: byte 11 is the first that is not
    error: `DIR/big.yaml` has more than the 1048576 bytes that are read
    error: no scenario below `DIR/empty`
     |
     = help: scenario files end in `.yaml`
    ");
}

#[test]
fn two_files_with_one_name_are_refused() {
    let mut library = Library::new();
    library.add_text("a.yaml", SOUND);
    library.add_text("b.yaml", SOUND);
    insta::assert_snapshot!(library.load().unwrap_err(), @"
error: two scenarios are called `mine/first`
 --> b.yaml:2:11
  |
2 | scenario: mine/first
  |           ^^^^^^^^^^
  |
  = note: the other one is a.yaml
");
}
