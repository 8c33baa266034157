//! What a list says of checks that do not apply because the client cannot do what they need.

use super::Report;
use super::expecting::{bound, report};
use crate::gate::Gate;
use crate::verdict::Verdict;

/// The sample, with checks that do not apply for want of the client.
fn lacking(list: &str, change: impl Fn(&mut Report)) -> Vec<String> {
    let mut report = report(Gate::Must);
    for check in report.cases.iter_mut().flat_map(|case| &mut case.checks) {
        check.verdict = if check.id.starts_with('n') {
            Verdict::NotApplicable
        } else {
            Verdict::Pass
        };
        check.unsupported = check.verdict == Verdict::NotApplicable;
    }
    report.expect(&bound(list), true);
    change(&mut report);
    report.conclude();
    assert_eq!(report.passed, report.reasons.is_empty());
    report.reasons
}

#[test]
fn how_many_checks_are_unsupported_is_said_exactly() {
    let said = |text: &str| lacking(&format!("schema: 1\nexpect: []\n{text}\n"), |_| ()).join("\n");
    insta::assert_snapshot!(said("unsupported: { count: 4, checks: [rotation, expiry] }"), @"");
    insta::assert_snapshot!(said("unsupported: { count: 3, checks: [rotation, expiry] }"), @"acme.expect.yaml:3: 3 checks are said to be unsupported, and 4 are");
    insta::assert_snapshot!(said("unsupported: { count: 5, checks: [rotation, expiry] }"), @"acme.expect.yaml:3: 5 checks are said to be unsupported, and 4 are");
    insta::assert_snapshot!(said("unsupported: { count: 4, checks: [rotation] }"), @"acme.expect.yaml:3: expiry/early-refresh[okta]:never-stale is unsupported and not named under `unsupported`");
    insta::assert_snapshot!(said(""), @"
    acme.expect.yaml: no check is said to be unsupported, and 4 are
    acme.expect.yaml: expiry/early-refresh[okta]:never-stale (and 3 more) is unsupported and not named under `unsupported`
    ");
    // Nothing is compared with a part.
    let wrong = "schema: 1\nunsupported: { count: 9, checks: [rotation] }\n";
    assert!(
        lacking(wrong, |report| report
            .be_shard("1/2".parse().expect("a shard")))
        .is_empty()
    );
    assert!(
        lacking(wrong, |report| report
            .expectations
            .as_mut()
            .expect("a list")
            .whole = false)
        .is_empty()
    );
    assert!(!lacking(wrong, |_| ()).is_empty());
    // Nor with what another vendor's checks are.
    assert!(lacking("schema: 1\nproviders: [entra]\nexpect: []\n", |_| ()).is_empty());
}

/// A passive run has nobody who reports outcomes, whatever the client can do.
#[test]
fn only_what_the_client_lacks_is_unsupported() {
    let report = report(Gate::Must);
    let passive = report
        .checks()
        .find(|check| check.name.0 == "passive/ordinary-day[okta]:says-so");
    let passive = passive.expect("the check");
    assert_eq!(
        (passive.verdict, passive.unsupported),
        (Verdict::NotApplicable, false)
    );
}
