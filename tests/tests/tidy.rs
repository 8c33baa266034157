//! Rules of the house that no compiler knows.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod tree;

use tree::File;

/// A source file of more lines than this is split, whatever the reason.
const HARD_LIMIT: usize = 700;

/// One of more lines than this is split along a noun, or stands in [`LARGE`].
const SOFT_LIMIT: usize = 400;

/// Files over the soft limit, and why they are not split.
const LARGE: [(&str, &str); 0] = [];

/// Names that say that the noun has not been found.
const VAGUE: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

/// Where real time may be read or waited for, and why. Benchmarks may too: they measure it.
const REAL_TIME_PLACES: [(&str, &str); 4] = [
    ("client/src/clock.rs", "the client's clock"),
    (
        "conformance/src/watchdog.rs",
        "what hangs for ever is ended in real time",
    ),
    ("mock-idp/src/clock/system.rs", "the server's clock"),
    (
        "mock-idp/tests/wire/bad_input.rs",
        "a mock that never answers fails the test",
    ),
];

/// Reading real time, or waiting for it.
const REAL_TIME: [&str; 8] = [
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "thread::sleep",
    "time::interval",
    "time::sleep",
    "time::timeout",
];

/// What must not stand in code.
const UNFINISHED: [&str; 5] = [
    "todo!(",
    "unimplemented!(",
    "#[allow(",
    "#![allow(",
    "#[ignore",
];

/// This file names what it forbids.
const SELF: &str = "tests/tests/tidy.rs";

/// Hosts of package registries, in two halves.
const REGISTRIES: [(&str, &str); 8] = [
    ("crates", ".io"),
    ("pypi", ".org"),
    ("python", "hosted.org"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("proxy.golang", ".org"),
    ("rubygems", ".org"),
    ("repo.maven.apache", ".org"),
];

/// How paths of one machine begin, in two halves.
const MACHINES: [(&str, &str); 5] = [
    ("/ho", "me/"),
    ("/ro", "ot/"),
    ("/Us", "ers/"),
    ("/wo", "rk/"),
    (r"C:\Us", "ers"),
];

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for file in rust() {
        let lines = file.lines_without_tests();
        let reason = LARGE.iter().find(|(path, _)| *path == file.path);
        if lines > HARD_LIMIT {
            long.push(format!(
                "{}: {lines} lines, {HARD_LIMIT} at most",
                file.path
            ));
        } else if lines > SOFT_LIMIT && reason.is_none() {
            long.push(format!(
                "{}: {lines} lines; over {SOFT_LIMIT} split it along a noun, or give a reason in tidy.rs",
                file.path
            ));
        } else if lines <= SOFT_LIMIT && reason.is_some() {
            long.push(format!(
                "{} is short again; take it out of tidy.rs",
                file.path
            ));
        }
    }
    none(&long);
    let files = rust();
    for (path, reason) in LARGE {
        assert!(files.iter().any(|file| file.path == path), "{path} is gone");
        assert!(reason.len() > 20, "{path} needs a reason");
    }
}

#[test]
fn names_say_what_is_inside() {
    let vague = tree::files().into_iter().filter(|file| {
        file.path
            .split('/')
            .any(|part| VAGUE.contains(&part.split('.').next().unwrap_or(part)))
    });
    none(&vague.map(|file| file.path).collect::<Vec<_>>());
}

#[test]
fn nothing_is_unfinished_or_silenced() {
    none(&lines_with(&rust(), &UNFINISHED));
}

/// The load of a measurement: a benchmark that another program starts.
const LOAD: &str = "mock-idp/examples/load.rs";

#[test]
fn time_comes_from_a_clock() {
    let is_place = |file: &File| REAL_TIME_PLACES.iter().any(|(path, _)| *path == file.path);
    let (places, others): (Vec<File>, Vec<File>) = rust()
        .into_iter()
        .filter(|file| !file.path.contains("/benches/") && file.path != LOAD)
        .partition(is_place);
    none(&lines_with(&others, &REAL_TIME));
    for file in &places {
        let file = std::slice::from_ref(file);
        let path = &file[0].path;
        assert!(
            !lines_with(file, &REAL_TIME).is_empty(),
            "{path} has nothing to do with real time; take it out of tidy.rs"
        );
    }
    assert_eq!(
        places.len(),
        REAL_TIME_PLACES.len(),
        "a file of tidy.rs is gone"
    );
}

#[test]
fn client_and_mock_do_not_know_each_other() {
    let own = |folder: &str| -> Vec<File> {
        let files = tree::files().into_iter().filter(|file| {
            file.path.starts_with(folder)
                && (file.path.ends_with(".rs") || file.path.ends_with("Cargo.toml"))
        });
        files.collect()
    };
    let (client, mock) = (own("client/"), own("mock-idp/"));
    assert!(client.len() > 10 && mock.len() > 10);
    let ours = [
        "tokenproof.workspace",
        "tokenproof::",
        "scenarios.workspace",
        "scenarios::",
    ];
    let mut found = lines_with(&client, &["mock_idp", "mock-idp"]);
    found.extend(lines_with(&mock, &["token_client", "token-client"]));
    found.extend(lines_with(&client, &ours));
    found.extend(lines_with(&mock, &ours));
    none(&found);
}

#[test]
fn no_registry_and_no_machine_is_named() {
    let files: Vec<File> = tree::files()
        .into_iter()
        .filter(|file| !file.path.ends_with("Cargo.lock"))
        .collect();
    let mut found = lines_with_anywhere(&files, &REGISTRIES.map(joined));
    found.extend(lines_with_anywhere(&files, &MACHINES.map(joined)));
    none(&found);
}

#[test]
fn scenario_files_begin_alike_and_say_what_they_are_about() {
    let mut wrong = Vec::new();
    for file in scenario_files() {
        let folders = file.path.matches('/').count();
        let to_schema = match file.path.strip_prefix("scenarios/") {
            Some(_) => format!("{}schema", "../".repeat(folders - 1)),
            None => format!("{}scenarios/schema", "../".repeat(folders)),
        };
        let first = format!(
            "# yaml-language-server: $schema={to_schema}/scenario.schema.json\nschema: 1\n"
        );
        if !file.text.starts_with(&first) {
            wrong.push(format!("{} does not begin with\n{first}", file.path));
        }
        let named = file.path.trim_end_matches(".yaml");
        let named = named.trim_start_matches("scenarios/");
        if file.path.starts_with("scenarios/")
            && !file.text.contains(&format!("\nscenario: {named}\n"))
        {
            wrong.push(format!("{} is not called by its path", file.path));
        }
        let about = file.text.split_once("\nabout: ");
        if about.is_none_or(|(_, about)| about.trim().len() < 40) {
            wrong.push(format!("{} does not say what it is about", file.path));
        }
    }
    none(&wrong);
}

#[test]
fn every_scenario_of_the_library_is_embedded() {
    let below = |file: &File| file.path.strip_prefix("scenarios/").map(str::to_owned);
    let mut on_disk: Vec<(String, String)> = scenario_files()
        .into_iter()
        .filter_map(|file| Some((below(&file)?, file.text)))
        .collect();
    on_disk.sort();
    let embedded: Vec<(String, String)> = scenarios::FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let names = |files: &[(String, String)]| -> Vec<String> {
        files.iter().map(|(path, _)| path.clone()).collect()
    };
    assert!(!on_disk.is_empty());
    assert_eq!(names(&embedded), names(&on_disk));
    assert!(
        embedded == on_disk,
        "an embedded text is not that of its file"
    );
}

/// The rules themselves notice what they are for.
#[test]
fn a_breach_is_found() {
    let file = File {
        path: "a.rs".to_owned(),
        text: "/// todo!( in words\nfn a() {\n    // todo!(\n    todo!();\n}\n\n#[cfg(test)]\nmod tests {\n}\n"
            .to_owned(),
    };
    assert_eq!(file.lines_without_tests(), 6);
    let files = [file];
    assert_eq!(lines_with(&files, &UNFINISHED), ["a.rs:4: todo!();"]);
    assert_eq!(lines_with_anywhere(&files, &["todo!("]).len(), 3);
}

fn rust() -> Vec<File> {
    let files: Vec<File> = tree::files()
        .into_iter()
        .filter(|file| file.path.ends_with(".rs") && file.path != SELF)
        .collect();
    assert!(files.len() > 100, "only {} files were found", files.len());
    files
}

/// The library, and the scenarios of tests.
fn scenario_files() -> Vec<File> {
    let folders = ["scenarios/", "tests/scenarios/"];
    let files = tree::files().into_iter().filter(|file| {
        folders.iter().any(|folder| file.path.starts_with(folder))
            && file.path.ends_with(".yaml")
            && file.path != "scenarios/requirements.yaml"
            && !file.path.starts_with("scenarios/sets/")
    });
    files.collect()
}

/// Lines of code that contain one of these, each with its place. Comments may speak of anything.
fn lines_with(files: &[File], wanted: &[impl AsRef<str>]) -> Vec<String> {
    found(files, wanted, |line| !line.starts_with("//"))
}

/// Lines that contain one of these, comments included.
fn lines_with_anywhere(files: &[File], wanted: &[impl AsRef<str>]) -> Vec<String> {
    found(files, wanted, |_| true)
}

fn found(files: &[File], wanted: &[impl AsRef<str>], counts: fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (line, number) in file.text.lines().map(str::trim).zip(1..) {
            if counts(line) && wanted.iter().any(|wanted| line.contains(wanted.as_ref())) {
                found.push(format!("{}:{number}: {line}", file.path));
            }
        }
    }
    found
}

fn joined((first, second): (&str, &str)) -> String {
    format!("{first}{second}")
}

fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}
