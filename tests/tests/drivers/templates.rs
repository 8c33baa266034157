//! What `init driver` writes works as it is written.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use tests::program::{target_folder, workspace_folder};
use tokenproof::driver::Language;
use tokenproof::exit::ExitCode;

use super::{has, printed, run};

/// Writes a driver, and says what is told to do with it.
fn begun(folder: &Path, language: &str) -> String {
    let output = run(folder, &["init", "driver", "--lang", language]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    text
}

/// Asserts that it keeps to the protocol.
fn passes_examination(folder: &Path, command: &str) {
    let output = run(folder, &["check-driver", command]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{command}: {text}");
    assert!(text.contains(" 0 fail"), "{command}: {text}");
}

/// Asserts that its small client passes these scenarios, each wholly.
fn passes(folder: &Path, command: &str, scenarios: &[&str]) {
    let arguments = [&["run", "--driver", command], scenarios].concat();
    let output = run(folder, &arguments);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{command}: {text}");
    let tally: Vec<&str> = text.split_whitespace().collect();
    let wholly = "pass 0 fail 0 warn 0 inconclusive 0 not applicable 0 error";
    assert!(tally.join(" ").contains(wholly), "{command}: {text}");
}

const HERD: [&str; 1] = ["concurrency/herd"];
const HERD_AND_EXPIRY: [&str; 4] = [
    "concurrency/herd",
    "expiry/early-refresh",
    "expiry/frozen-server",
    "expiry/wrong-clock",
];

#[test]
fn python() {
    if !has("python3", true) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    insta::assert_snapshot!(begun(folder.path(), "python"), @"
    driver.py is written
    check it with `tokenproof check-driver 'python3 driver.py'`
    ");
    passes_examination(folder.path(), "python3 driver.py");
    passes(folder.path(), "python3 driver.py", &HERD_AND_EXPIRY);
}

#[test]
fn node() {
    if !has("node", true) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    insta::assert_snapshot!(begun(folder.path(), "node"), @"
    driver.mjs is written
    check it with `tokenproof check-driver 'node driver.mjs'`
    ");
    passes_examination(folder.path(), "node driver.mjs");
    passes(folder.path(), "node driver.mjs", &HERD_AND_EXPIRY);
}

/// Built with the versions that this workspace is built with, and where that is built, so that nothing has to be fetched and
/// little has to be compiled.
#[test]
fn rust() {
    let folder = tempfile::tempdir().expect("a folder");
    insta::assert_snapshot!(begun(folder.path(), "rust"), @"
    driver/Cargo.toml is written
    driver/src/main.rs is written
    build it with `cargo build --manifest-path driver/Cargo.toml`
    check it with `tokenproof check-driver driver/target/debug/driver`
    ");
    let lock = workspace_folder().join("Cargo.lock");
    fs::copy(lock, folder.path().join("driver/Cargo.lock")).expect("a copy");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let target = target_folder();
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--offline", "--manifest-path"])
        .arg(folder.path().join("driver/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .output()
        .expect("cargo");
    assert!(built.status.success(), "{}", printed(&built));
    let command = target.join("debug/driver").display().to_string();
    passes_examination(folder.path(), &command);
    passes(folder.path(), &command, &HERD_AND_EXPIRY);
}

#[test]
fn go() {
    if !has("go", false) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    insta::assert_snapshot!(begun(folder.path(), "go"), @"
    driver.go is written
    build it with `go build -o ./driver driver.go`
    check it with `tokenproof check-driver ./driver`
    ");
    let built = Command::new("go")
        .args(["build", "-o", "driver", "driver.go"])
        .env("GOCACHE", target_folder().join("go-cache"))
        .current_dir(folder.path())
        .output()
        .expect("go");
    assert!(built.status.success(), "{}", printed(&built));
    passes_examination(folder.path(), "./driver");
    passes(folder.path(), "./driver", &HERD);
}

#[test]
fn java() {
    if !has("java", false) || !has("javac", false) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    insta::assert_snapshot!(begun(folder.path(), "java"), @"
    Driver.java is written
    check it with `tokenproof check-driver 'java Driver.java'`
    ");
    // Compiled once: from the source a start takes seconds.
    let built = Command::new("javac")
        .arg("Driver.java")
        .current_dir(folder.path())
        .output()
        .expect("javac");
    assert!(built.status.success(), "{}", printed(&built));
    passes_examination(folder.path(), "java Driver");
    passes(folder.path(), "java Driver", &HERD);
}

#[test]
fn csharp() {
    if !has("dotnet", false) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    begun(folder.path(), "csharp");
    passes_examination(folder.path(), "dotnet run driver.cs");
}

#[test]
fn a_place_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["init", "driver", "--lang", "go", "my tests/tokens.go"];
    let output = run(folder.path(), &arguments);
    insta::assert_snapshot!(printed(&output), @r#"
    my tests/tokens.go is written
    build it with `go build -o 'my tests/tokens' 'my tests/tokens.go'`
    check it with `tokenproof check-driver "'my tests/tokens'"`
    "#);
    let written = fs::read_to_string(folder.path().join("my tests/tokens.go")).expect("a file");
    assert_eq!(written, Language::Go.files()[0].1);
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("driver.py"), "mine").expect("a file");
    let output = run(folder.path(), &["init", "driver", "--lang", "python"]);
    let code = ExitCode::Usage.code();
    assert_eq!(output.status.code(), Some(code.into()));
    insta::assert_snapshot!(printed(&output), @"`driver.py` is there already; choose another name, or remove it first");
    let kept = fs::read_to_string(folder.path().join("driver.py")).expect("a file");
    assert_eq!(kept, "mine");
    let output = run(
        folder.path(),
        &["init", "driver", "--lang", "python", "driver.py/d.py"],
    );
    insta::assert_snapshot!(printed(&output), @"`driver.py/d.py` cannot be written: File exists (os error 17); name another FILE");
    let output = run(folder.path(), &["init", "driver", "--lang", "perl"]);
    insta::assert_snapshot!(printed(&output), @"
    error: invalid value 'perl' for '--lang <LANGUAGE>'
      [possible values: python, node, rust, go, java, csharp]

    For more information, try '--help'.
    ");
}
