//! How much the terminal shows, and how wide.

use crate::folder::{Folder, text};

const SELECTION: [&str; 4] = ["run", "concurrency", "rotation", "unauthorized"];

fn shown(options: &[&str], columns: &str) -> String {
    let output = Folder::new()
        .command(&SELECTION)
        .args(options)
        .env("COLUMNS", columns)
        .output()
        .expect("tokenproof starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Real durations are the one thing that is not the same each time.
fn without_durations(text: &str) -> String {
    let words = text.split_inclusive(' ').collect::<Vec<&str>>();
    let mut kept = String::new();
    for (at, word) in words.iter().enumerate() {
        let is_number = word.trim().bytes().all(|b| b.is_ascii_digit());
        let is_real = words.get(at + 1).is_some_and(|next| next.starts_with("ms"));
        kept.push_str(if is_number && is_real { "N " } else { word });
    }
    kept
}

#[test]
fn quiet_is_the_end_of_the_usual_and_verbose_is_more() {
    let [quiet, usual, verbose] = [&["--quiet"][..], &[], &["--verbose"]]
        .map(|options| without_durations(&shown(options, "100")));
    assert!(
        !quiet.contains("PASS") && quiet.contains("exit 0: as expected"),
        "{quiet}"
    );
    assert!(usual.ends_with(&quiet));
    assert!(usual.contains("PASS  concurrency/herd[okta,good]"));
    let mut rest = verbose.lines();
    for line in usual.lines() {
        assert!(
            rest.any(|other| other == line),
            "--verbose leaves out {line:?}"
        );
    }
    assert!(
        !usual.contains("ok    ")
            && verbose.contains("ok    concurrency/herd[okta,good]:one-flight")
    );
    assert!(verbose.contains("SHOULD (profile) concurrency.single-flight"));
}

#[test]
fn both_at_once_make_no_sense() {
    let output = Folder::new().run(&["run", "-q", "-v"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn lines_fit_the_width() {
    let long = |text: &str, width: usize| {
        let lines = text.lines().filter(|line| line.chars().count() > width);
        lines.map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(long(&shown(&["--quiet"], "60"), 60), [""; 0]);
    assert_eq!(long(&shown(&["--verbose"], "100"), 100), [""; 0]);
    // What is no width is the usual one.
    for columns in ["", "0", "-5", "wide", "99999"] {
        assert_eq!(
            without_durations(&shown(&["-v"], columns)),
            without_durations(&shown(&["-v"], "100"))
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_terminal() {
    let once = without_durations(&shown(&["--seed", "5", "--jobs", "1"], "100"));
    let again = without_durations(&shown(&["--seed", "5", "--jobs", "3"], "100"));
    assert_eq!(once, again);
}
