//! `check-driver` and drivers with one thing wrong: each assertion has one that fails it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use tests::program::workspace_folder;
use tokenproof::driver::Assertion;
use tokenproof::exit::ExitCode;

use super::{has, printed, run};

/// What a driver can do wrong, the assertions that notice, and how many seconds an operation may take.
const WRONG: [(&str, &[&str], u16); 24] = [
    ("hello", &["hello"], 1),
    ("declared", &["declared"], 10),
    ("unknown-members", &["unknown-members"], 10),
    ("unknown-operations", &["unknown-operations"], 10),
    ("unopened", &["unopened", "reopen"], 10),
    (
        "token",
        &["token", "grants", "auth", "concurrency", "clock", "reopen"],
        10,
    ),
    ("grants", &["grants"], 10),
    ("auth", &["auth"], 10),
    ("concurrency", &["concurrency"], 10),
    ("listening", &["listening"], 3),
    ("refusal", &["refusal"], 10),
    ("classes", &["classes"], 10),
    ("call_api", &["call_api"], 10),
    ("force_refresh", &["force_refresh"], 10),
    ("invalidate", &["invalidate"], 10),
    ("swap_credential", &["swap_credential"], 10),
    ("cancel", &["cancel"], 3),
    ("clock", &["clock"], 10),
    ("timers", &["timers"], 3),
    ("reopen", &["reopen"], 10),
    ("stores", &["stores"], 10),
    ("once", &["once"], 10),
    ("messages", &["messages"], 10),
    ("end-of-input", &["end-of-input"], 10),
];

/// Of a driver with this wrong, as it runs for itself: a process that it leaves behind must not outlive the test.
const LEAVES_BEHIND: (&str, &[&str], u16) = ("nothing-left", &["nothing-left"], 10);

/// The assertions that fail for a driver with this wrong.
fn failing(wrong: &str, seconds: u16) -> (BTreeSet<String>, String) {
    let driver = workspace_folder().join("tests/drivers/examined.py");
    let driver = format!("python3 '{}'", driver.display());
    let seconds = seconds.to_string();
    let arguments = ["check-driver", &driver, "--timeout", &seconds, "--", wrong];
    let output = run(Path::new("."), &arguments);
    let text = printed(&output);
    let failing: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("FAIL  ")?.split(' ').next())
        .map(str::to_owned)
        .collect();
    let expected = match failing.is_empty() {
        true => ExitCode::AsExpected,
        false => ExitCode::Driver,
    };
    assert_eq!(output.status.code(), Some(expected.code().into()), "{text}");
    (failing, text)
}

#[test]
fn a_driver_that_can_do_everything_passes_everything() {
    if !has("python3", true) {
        return;
    }
    let (failing, text) = failing("", 20);
    assert!(failing.is_empty(), "{text}");
    let all = format!("{} pass   0 fail   0 skipped", Assertion::ALL.len());
    assert!(text.contains(&all), "{text}");
}

#[test]
fn every_assertion_has_a_driver_that_fails_it() {
    if !has("python3", true) {
        return;
    }
    let rows = WRONG.iter().chain([&LEAVES_BEHIND]);
    let left = Mutex::new(rows.clone());
    let differences = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no panic").next();
                    let Some((wrong, expected, seconds)) = next else {
                        return;
                    };
                    let (failing, text) = failing(wrong, *seconds);
                    if !failing.iter().eq(expected.iter().collect::<BTreeSet<_>>()) {
                        let difference = format!("{wrong}: {failing:?}\n{text}");
                        differences.lock().expect("no panic").push(difference);
                    }
                }
            });
        }
    });
    let differences = differences.into_inner().expect("no panic");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let noticed: BTreeSet<&str> = rows
        .flat_map(|(_, failing, _)| failing.iter().copied())
        .collect();
    let all: BTreeSet<&str> = Assertion::ALL.into_iter().map(Assertion::name).collect();
    assert_eq!(noticed, all, "an assertion that no driver fails");
}

#[test]
fn what_cannot_be_examined() {
    let refused = |arguments: &[&str], exit: ExitCode| {
        let output = run(Path::new("."), &[&["check-driver"], arguments].concat());
        let text = printed(&output);
        assert_eq!(output.status.code(), Some(exit.code().into()), "{text}");
        text.lines().take(3).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(refused(&[""], ExitCode::Usage), @"the driver could not be started: the command is empty");
    insta::assert_snapshot!(refused(&["'"], ExitCode::Usage), @"the driver could not be started: the command has a quote that does not end");
    insta::assert_snapshot!(refused(&["http://10.0.0.1/"], ExitCode::Usage), @"the driver's address cannot be used: `http://10.0.0.1/` is not on loopback; 127.0.0.1, localhost and [::1] are allowed");
    insta::assert_snapshot!(refused(&["http://127.0.0.1/", "--", "a"], ExitCode::Usage), @"a service is there already and takes no arguments");
    insta::assert_snapshot!(refused(&["no-such-driver"], ExitCode::Driver), @"
    FAIL  hello               starts in time and says hello in version 1
          observed  the driver could not be started: `no-such-driver` was not found; check the name, or
            give its full path
    ");
    insta::assert_snapshot!(refused(&["true"], ExitCode::Driver), @"
    FAIL  hello               starts in time and says hello in version 1
          observed  `hello` was not answered: it ended with exit code 0
          hint      answer `hello` with `version` 1 and a `name`, and write a line feed and flush after
    ");
    insta::assert_snapshot!(refused(&["sh -c 'echo no key >&2; exit 3'"], ExitCode::Driver), @"
    FAIL  hello               starts in time and says hello in version 1
          observed  `hello` was not answered: it ended with exit code 3 (`no key`)
          hint      answer `hello` with `version` 1 and a `name`, and write a line feed and flush after
    ");
}
