//! `docs/control.md`: what it shows can be typed, and prints what it says.

use std::fs;
use std::process::Command;

use tests::program::workspace_folder;

use crate::served::Served;

/// What begins the output of a block. No command prints it.
const MARK: &str = "\u{1}";

#[test]
fn every_line_runs_and_prints_what_is_shown() {
    let page = fs::read_to_string(workspace_folder().join("docs/control.md"));
    let page = page.expect("docs/control.md");
    let (scripts, shown) = blocks(&page);
    assert!(scripts.len() > 8, "only {} blocks run", scripts.len());
    let served = Served::start();
    let mut script = "set -euo pipefail\n".to_owned();
    for block in &scripts {
        script.push_str(&format!("printf '%s' '{MARK}'\n{block}"));
    }
    let run = Command::new("bash")
        .args(["-c", &script])
        .current_dir(served.folder.path())
        .env("CONTROL", served.control())
        .env("NO_PROXY", "*")
        .output()
        .expect("bash starts");
    let said = String::from_utf8(run.stdout).expect("UTF-8");
    let complaints = String::from_utf8_lossy(&run.stderr);
    let said: Vec<&str> = said.split(MARK).skip(1).collect();
    for (block, (said, shown)) in scripts.iter().zip(said.iter().zip(&shown)) {
        assert_eq!(said, shown, "after\n{block}\n{complaints}");
    }
    assert!(run.status.success(), "{complaints}");
    assert_eq!(said.len(), scripts.len());
}

/// The scripts of a page, and what each is shown to print: the block right behind it, or nothing.
fn blocks(page: &str) -> (Vec<String>, Vec<String>) {
    let (mut scripts, mut shown) = (Vec::new(), Vec::new());
    for (number, part) in page.split("```").enumerate() {
        let (language, text) = part.split_once('\n').unwrap_or((part, ""));
        match (number % 2, language) {
            (1, "bash") => {
                scripts.push(text.to_owned());
                shown.push(String::new());
            }
            (1, "text") => *shown.last_mut().expect("a script before it") = text.to_owned(),
            _ => {}
        }
    }
    (scripts, shown)
}
