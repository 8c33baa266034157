//! Bringing a list up to what was seen.

use proptest::prelude::*;

use super::*;
use crate::exit::ExitCode;
use crate::expectations::{Unwritable, Updated, update};

const FAILS: Ended = (Verdict::Fail, "3 requests to token, one too many");
const WARNS: Ended = (Verdict::Warn, "a#1 ended transient instead");

fn updated(text: &str, gate: Gate, told: &[(&str, Ended)]) -> Result<Updated, Unwritable> {
    let list = bound(text).expect("a list");
    let mut report = report(gate, told);
    report.expect(&list, true);
    update(&list, &report)
}

const LIST: &str = "\
# What Acme's client does not do.
schema: 1

expect:
  # throttling
  - check: \"area/one[okta,first]:bounded\"   # since 3.1
    is: fail
    why: asks once more   # always did
    issue: https://example.org/issues/41

  # gone with release 4
  - { check: \"area/two[okta]:bounded\", is: fail, says: \"5 requests\", why: \"asks twice\" }
  - check: \"other/three[*]:served\"
    is: fail
    why: >-
      the store is slow
  - { check: \"area/gone:served\", is: fail, why: x }
# the end
";

#[test]
fn comments_order_and_what_holds_stay() {
    let told = [
        ("area/one[okta,first]:bounded", FAILS),
        ("area/one[okta,second]:bounded", FAILS),
        ("area/two[okta]:bounded", FAILS),
        ("other/three[okta,a]:served", WARNS),
        ("other/three[okta,c]:served", WARNS),
        ("area/two[okta]:served", WARNS),
    ];
    let updated = updated(LIST, Gate::Must, &told).expect("an update");
    insta::assert_snapshot!(updated, @"1 added, 3 changed, 1 taken out; 2 entries say TODO where a reason belongs");
    insta::assert_snapshot!(updated.text, @r#"
    # What Acme's client does not do.
    schema: 1

    expect:
      # throttling
      - check: "area/one[okta,first]:bounded"   # since 3.1
        is: fail
        says: "3 requests to token, one too many"
        why: asks once more   # always did
        issue: https://example.org/issues/41

      # gone with release 4
      - { check: "area/two[okta]:bounded", is: fail, says: "3 requests to token, one too many", why: "TODO, ends otherwise now; was: asks twice" }
      - check: "other/three[okta,a]:served"
        is: fail
        says: "a#1 ended transient instead"
        why: >-
          the store is slow
      - check: "other/three[okta,c]:served"
        is: fail
        says: "a#1 ended transient instead"
        why: "the store is slow"
      - check: "area/one[okta,second]:bounded"
        is: fail
        says: "3 requests to token, one too many"
        why: TODO
    # the end
    "#);
}

#[test]
fn cases_that_fail_alike_become_one_entry_and_others_do_not() {
    let told = [
        ("other/three[okta,a]:served", WARNS),
        ("other/three[okta,b]:served", WARNS),
        (
            "other/three[okta,c]:served",
            (Verdict::Warn, "a#1 ended transient at last"),
        ),
        ("area/one[okta,first]:served", WARNS),
        (
            "area/one[okta,second]:served",
            (Verdict::Inconclusive, "a#1 ended transient instead"),
        ),
    ];
    let new = updated("schema: 1\nexpect: []   # none\n", Gate::Should, &told).expect("an update");
    insta::assert_snapshot!(new.text, @r#"
    schema: 1
    expect:    # none
      - check: "area/one[okta,first]:served"
        is: warn
        says: "a#1 ended transient instead"
        why: TODO
      - check: "area/one[okta,second]:served"
        is: inconclusive
        says: "a#1 ended transient instead"
        why: TODO
      - check: "other/three:served"
        is: warn
        says: "a#1 ended transient"
        why: TODO
    "#);
}

#[test]
fn nothing_is_left_of_a_list_whose_checks_pass() {
    let text = "schema: 1\nexpect: # all\n  - { check: \"area/two[okta]:served\", is: warn, why: x }\nunsupported: { count: 3, checks: [area/one] }";
    let new = updated(text, Gate::Must, &[]).expect("an update");
    insta::assert_snapshot!(new.text, @"
    schema: 1
    expect: [] # all
    unsupported: { count: 0, checks: [] }
    ");
}

#[test]
fn what_is_unsupported_is_counted_and_named() {
    let lacks = (Verdict::NotApplicable, "the client cannot do it");
    let told = [
        ("area/one[okta,first]:bounded", lacks),
        ("area/one[okta,first]:served", lacks),
        ("area/one[okta,second]:bounded", lacks),
        ("area/one[okta,second]:served", lacks),
        ("area/two[okta]:served", lacks),
        ("other/three[okta,a]:served", lacks),
    ];
    let known = "schema: 1\nunsupported:\n  count: 2   # as of 3.1\n  checks:\n    # all of it\n    - other\n    - area/two:bounded\n";
    insta::assert_snapshot!(updated(known, Gate::Must, &told).expect("an update").text, @r#"
    schema: 1
    unsupported:
      count: 6   # as of 3.1
      checks:
        # all of it
        - other
        - "area/one"
        - "area/two[okta]:served"
    "#);
    let begun = "schema: 1\nexpect: []\n";
    insta::assert_snapshot!(updated(begun, Gate::Must, &told).expect("an update").text, @r#"
    schema: 1
    expect: []
    unsupported:
      count: 6
      checks: ["area/one", "area/two[okta]:served", "other/three[okta,a]:served"]
    "#);
}

#[test]
fn forms_that_are_not_edited() {
    let refused = |text: &str| {
        let told = [("area/one[okta,first]:bounded", FAILS)];
        updated(text, Gate::Must, &told)
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused("schema: 1\nexpect: [{ check: \"area/two[okta]:served\", is: warn, why: x }]\n"), @"line 2 cannot be edited: an entry shares its line with others; write each entry in lines of its own that begin with `- `");
    insta::assert_snapshot!(refused("schema: 1\nexpect:\n  - { check: \"area/two[okta]:served\", is: warn, why: &w x }\n  - { check: \"area/two[okta]:bounded\", is: warn, why: *w }\n"), @"line 4 cannot be edited: it has an alias; write each entry in lines of its own that begin with `- `");
}

#[test]
fn nothing_passed_is_no_state_to_get_used_to() {
    let all: Vec<(&str, Ended)> = NAMES.into_iter().map(|name| (name, FAILS)).collect();
    let refused = updated("schema: 1\nexpect: []\n", Gate::Must, &all);
    assert_eq!(refused, Err(Unwritable::NothingPassed));
}

#[test]
fn a_part_says_nothing_of_the_rest() {
    let list = bound(LIST).expect("a list");
    let mut parts = [report(Gate::Must, &[]), report(Gate::Must, &[])];
    parts[0].expect(&list, false);
    parts[1].expect(&list, true);
    parts[1].be_shard("1/2".parse().expect("a shard"));
    for part in parts {
        assert_eq!(update(&list, &part), Err(Unwritable::NotWhole));
    }
}

/// How checks end in the runs of the property.
const ENDS: [Ended; 8] = [
    (Verdict::Pass, ""),
    (Verdict::Pass, ""),
    FAILS,
    (Verdict::Fail, "4 requests to token, two too many"),
    WARNS,
    (Verdict::Inconclusive, "no request to token"),
    (Verdict::NotApplicable, "the client cannot do it"),
    (Verdict::Error, "the driver said \"no\": #1\t[é]"),
];

/// Entries to choose from; no two name the same check.
const ENTRIES: [&str; 6] = [
    "check: \"area/one[okta,first]:bounded\", is: fail, why: \"it is so\"",
    "check: 'area/one[*]:served', is: flaky, says: \"a#1\", why: races",
    "check: area/two:*, is: inconclusive, why: \"it has no store\", says: no request",
    "check: \"other/three[okta,a]:served\", is: warn, says: \"a#1 ended\", why: slow, until: 2999-01-01",
    "check: \"other/three[okta,b]:*\", is: error, why: it dies, issue: https://example.org/2",
    "check: \"area/gone:served\", is: fail, why: it was there once",
];

/// A list of some of them, in two styles, with comments.
fn written(chosen: &[(bool, bool)], unsupported: Option<usize>) -> String {
    let mut text = "# head\nschema: 1\n".to_owned();
    let entries: Vec<String> = ENTRIES
        .iter()
        .zip(chosen)
        .enumerate()
        .filter(|(_, (_, (is_in, _)))| *is_in)
        .map(|(n, (entry, (_, in_lines)))| match in_lines {
            true => format!(
                "  # above {n}\n  - {}\n",
                entry
                    .replace(", ", "\n    ")
                    .replacen('\n', "   # beside\n", 1)
            ),
            false => format!("  # above {n}\n  - {{ {entry} }}   # beside\n"),
        })
        .collect();
    match entries.is_empty() {
        true => text.push_str("expect: []\n"),
        false => text.push_str(&format!("expect:\n{}", entries.concat())),
    }
    if let Some(count) = unsupported {
        text.push_str(&format!(
            "# what it cannot do\nunsupported: {{ count: {count}, checks: [area/one] }}\n"
        ));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// Once it is up to date and every reason is written, the same run is as expected; and to update again changes nothing.
    #[test]
    fn what_is_up_to_date_holds(
        ends in prop::collection::vec(0usize..ENDS.len(), NAMES.len()),
        chosen in prop::collection::vec(any::<(bool, bool)>(), ENTRIES.len()),
        unsupported in prop::option::of(0usize..4),
        should in any::<bool>(),
    ) {
        let gate = if should { Gate::Should } else { Gate::Must };
        let told: Vec<(&str, Ended)> = NAMES.into_iter().zip(ends.iter().map(|end| ENDS[*end])).collect();
        // A level decides between fail and warn.
        let told: Vec<(&str, Ended)> = told
            .into_iter()
            .map(|(name, (verdict, text))| match (verdict, name.ends_with("served")) {
                (Verdict::Fail, true) => (name, (Verdict::Warn, text)),
                (Verdict::Warn, false) => (name, (Verdict::Fail, text)),
                _ => (name, (verdict, text)),
            })
            .collect();
        prop_assume!(told.iter().any(|(_, (verdict, _))| *verdict == Verdict::Pass));
        let text = written(&chosen, unsupported);
        let first = updated(&text, gate, &told).expect("an update");
        for comment in text.lines().filter(|line| line.trim_start().starts_with('#')) {
            prop_assert!(first.text.contains(comment), "{comment}\n{}", first.text);
        }
        let list = bound(&first.text).expect("a list");
        let mut seen = report(gate, &told);
        let before = seen.tally;
        seen.expect(&list, true);
        prop_assert_eq!(&seen.reasons, &seen.reasons.iter().filter(|r| *r == "nothing passed").cloned().collect::<Vec<_>>(), "{}", first.text);
        prop_assert_eq!(seen.exit == ExitCode::AsExpected, before.pass > 0);
        prop_assert_eq!(seen.tally.sum(), before.sum());
        let again = update(&list, &seen).expect("an update");
        prop_assert_eq!(&again.text, &first.text);
        prop_assert_eq!((again.added, again.changed, again.removed), (0, 0, 0));
        prop_assert_eq!(again.unreasoned, first.unreasoned);
    }
}
