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
    insta::assert_snapshot!(list(&cases(), false), @"
concurrency/herd[entra,good]
concurrency/herd[entra,broken]
concurrency/herd[okta,good]
concurrency/herd[okta,broken]
errors/entra-number-blind[entra,expired-grant]
errors/entra-number-blind[entra,no-consent]
errors/entra-number-blind[entra,step-up]
errors/entra-number-blind[entra,step-up-v1]
errors/entra-number-blind[entra,bad-secret]
errors/entra-number-blind[entra,busy]
errors/entra-number-blind[entra,loop]
errors/invalid-grant-stops[entra]
errors/invalid-grant-stops[okta]
errors/misconfigured-no-retry[entra,invalid-client]
errors/misconfigured-no-retry[entra,unauthorized-client]
errors/misconfigured-no-retry[entra,invalid-scope]
errors/misconfigured-no-retry[okta,invalid-client]
errors/misconfigured-no-retry[okta,unauthorized-client]
errors/misconfigured-no-retry[okta,invalid-scope]
errors/okta-envelope[okta,basic]
errors/okta-envelope[okta,post]
expiry/early-refresh[entra]
expiry/early-refresh[okta]
expiry/refresh-failing-while-valid[entra,advised]
expiry/refresh-failing-while-valid[entra,margin]
expiry/refresh-failing-while-valid[okta,margin]
passive/okta-rate-limit[okta]
passive/ordinary-day[entra]
passive/ordinary-day[okta]
rate-limit/no-hint[entra,vendors-own]
rate-limit/no-hint[entra,empty]
rate-limit/no-hint[entra,html]
rate-limit/no-hint[entra,foreign-json]
rate-limit/no-hint[okta,vendors-own]
rate-limit/no-hint[okta,empty]
rate-limit/no-hint[okta,html]
rate-limit/no-hint[okta,foreign-json]
rate-limit/odd-values[entra,negative]
rate-limit/odd-values[entra,past]
rate-limit/odd-values[entra,fraction]
rate-limit/odd-values[entra,huge]
rate-limit/odd-values[entra,words]
rate-limit/odd-values[entra,padded]
rate-limit/odd-values[okta,past-reset]
rate-limit/odd-values[okta,huge-reset]
rate-limit/odd-values[okta,negative-reset]
rate-limit/odd-values[okta,words-reset]
rate-limit/odd-values[okta,concurrency]
rate-limit/okta-window[okta]
rate-limit/wait-as-told[entra,seconds,none]
rate-limit/wait-as-told[entra,http-date,none]
rate-limit/wait-as-told[entra,rfc850-date,none]
rate-limit/wait-as-told[entra,asctime-date,none]
rate-limit/wait-as-told[okta,okta-epoch,none]
rate-limit/wait-as-told[okta,okta-epoch,ahead]
rate-limit/wait-as-told[okta,okta-epoch,behind]
refresh/keeps-token-when-none-returned[entra]
refresh/keeps-token-when-none-returned[okta]
refresh/lost-answer[entra,keep-old,once]
refresh/lost-answer[entra,keep-old,always]
refresh/lost-answer[okta,leeway,once]
refresh/lost-answer[okta,leeway,always]
refresh/rotation[entra,keep-old]
refresh/rotation[okta,static]
refresh/rotation[okta,rotate]
request/hygiene[entra,post]
request/hygiene[entra,basic]
request/hygiene[okta,post]
request/hygiene[okta,basic]
rotation/reuse-detected[okta]
unauthorized/one-refresh-one-retry[entra,revoked-early]
unauthorized/one-refresh-one-retry[entra,always-401]
unauthorized/one-refresh-one-retry[entra,forbidden]
unauthorized/one-refresh-one-retry[okta,revoked-early]
unauthorized/one-refresh-one-retry[okta,always-401]
unauthorized/one-refresh-one-retry[okta,forbidden]
");
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
            // A removed member (`set: { refresh_token: null }`) is the one place where null has a meaning.
            let removes = serde_json::to_string(&json)
                .unwrap()
                .contains("\"refresh_token\":null}");
            drop_nulls(&mut json);
            let text = serde_json::to_string(&json).unwrap();
            let node =
                yaml::parse(&text).unwrap_or_else(|e| panic!("{}: {}", case.name, e.message));
            let again: Body =
                yaml::from_node(&node).unwrap_or_else(|e| panic!("{}: {e}", case.name));
            assert!(removes || again == variation.body, "{}", case.name);
        }
    }
}

fn drop_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[test]
fn explanations() {
    let (registry, cases) = (registry(), cases());
    let page = |what| match explain(what, &registry, &cases, 80) {
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
  passive/okta-rate-limit:waits                1 case
  rate-limit/okta-window:one-refusal-a-window  1 case
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
  scenarios/rate-limit/wait-as-told.yaml:45
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
  expiry/early-refresh:reuses  2 cases
  passive/ordinary-day:reuses  2 cases

broken clients that trip it
  RefreshesEveryCall

file
  scenarios/expiry/early-refresh.yaml:24
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
