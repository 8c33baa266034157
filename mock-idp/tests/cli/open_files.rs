//! Many worlds where the shell lets a process open few files.

use std::process::Command;

use crate::cli_process::{Served, facts, http, path};

const WORLDS: usize = 60;

/// A `serve` for which a shell sets limits on open files, and what making a world after another says at the end.
fn last_of_many(name: &str, limits: &str) -> (u16, String) {
    let ready = path(name);
    let script = format!("{limits}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_mock-idp")])
        .args(["serve", "--http", "--ready-file"])
        .arg(&ready);
    let _served = Served::spawn(&mut command);
    let url = facts(&ready)["control"]["url"].as_str().unwrap().to_owned() + "/worlds";
    let json = "Content-Type: application/json\r\n";
    let make = || http("POST", &url, json, r#"{"provider": "okta", "tls": false}"#);
    let mut said = make();
    for _ in 1..WORLDS {
        if said.0 != 201 {
            break;
        }
        said = make();
    }
    said
}

#[test]
fn a_low_soft_limit_is_raised() {
    let (status, body) = last_of_many("soft.json", "ulimit -S -n 64");
    assert_eq!(status, 201, "{body}");
}

#[test]
fn a_hard_limit_stands_and_is_told() {
    let (status, body) = last_of_many("hard.json", "ulimit -n 64");
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("raise the limit (`ulimit -n`)"), "{body}");
}
