//! Signals: the end in good order, the end at once, the directory read again.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use super::cli_process::{Served, facts, http, path, token, token_with};

/// A request of which the body is still to come, and what it is about.
fn half_a_request(facts: &serde_json::Value) -> (TcpStream, String) {
    let text = |name: &str| facts[name].as_str().unwrap();
    let url = text("token_url").strip_prefix("http://").unwrap();
    let (authority, rest) = url.split_once('/').unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
        text("client_id"),
        text("client_secret"),
        text("scope")
    );
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "POST /{rest} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        form.len()
    )
    .unwrap();
    (stream, form)
}

#[test]
fn a_request_under_way_is_answered_and_nothing_more_is_taken_in() {
    let ready = path("drain.json");
    let mut served = Served::start(&["--http", "--ready-file", ready.to_str().unwrap()]);
    let facts = facts(&ready);
    let (mut stream, form) = half_a_request(&facts["okta"]);
    // The head has arrived when a later connection has been answered.
    token(&facts["okta"]);
    served.send("TERM");
    let org = facts["okta"]["org_url"].as_str().unwrap();
    let address = org.strip_prefix("http://").unwrap();
    while TcpStream::connect(address).is_ok() {}
    stream.write_all(form.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("access_token"), "{answer}");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let ready = path("second.json");
    let mut served = Served::start(&["--http", "--ready-file", ready.to_str().unwrap()]);
    let facts = facts(&ready);
    let (mut stream, _) = half_a_request(&facts["okta"]);
    token(&facts["okta"]);
    served.send("TERM");
    let org = facts["okta"]["org_url"].as_str().unwrap();
    let address = org.strip_prefix("http://").unwrap();
    while TcpStream::connect(address).is_ok() {}
    served.send("INT");
    // It would wait for the request for five seconds.
    let id = served.child.id().to_string();
    let watched = Command::new("timeout")
        .args([
            "3",
            "sh",
            "-c",
            "while [ -d /proc/$0 ] && ! grep -q 'State:.Z' /proc/$0/status; do sleep 0.05; done",
            &id,
        ])
        .status()
        .unwrap();
    assert!(watched.success(), "it still runs");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    // Cut off, not answered.
    let mut rest = Vec::new();
    assert!(stream.read_to_end(&mut rest).is_err() || rest.is_empty());
}

#[test]
fn the_directory_is_read_again_and_what_was_granted_stays_granted() {
    let (ready, config) = (path("hup.json"), path("hup.yaml"));
    let text = include_str!("../../src/directory/default.yaml");
    std::fs::write(&config, text).unwrap();
    let (ready_name, config_name) = (ready.to_str().unwrap(), config.to_str().unwrap());
    let mut served = Served::start(&[
        "--http",
        "--ready-file",
        ready_name,
        "--config",
        config_name,
    ]);
    let okta = facts(&ready)["okta"].clone();
    let granted = token(&okta)["access_token"].as_str().unwrap().to_owned();
    let call = || {
        let bearer = format!("Authorization: Bearer {granted}\r\n");
        http("GET", okta["api_url"].as_str().unwrap(), &bearer, "").0
    };

    let (old, new) = (
        "okta-app-secret_Zk3Qv9Lw7Rt2Xy5Bn8",
        "okta-app-secret_another",
    );
    std::fs::write(&config, text.replace(old, new)).unwrap();
    served.send("HUP");
    assert_eq!(
        served.next_line(),
        "read the directory again, with its keys, limits and faults\n"
    );
    assert_eq!(token_with(&okta, new).0, 200);
    assert_eq!(token_with(&okta, old).0, 401);
    assert_eq!(call(), 200);

    std::fs::write(&config, "entra:\n  tenant: []\n").unwrap();
    served.send("HUP");
    assert_eq!(
        served.next_complaint(),
        "error: the directory cannot be used\n"
    );
    let mut complaint = String::new();
    while !complaint.ends_with("the directory stays as it was\n") {
        complaint.push_str(&served.next_complaint());
    }
    let place = format!("{config_name}:2:3");
    assert!(
        complaint.contains("`tenant`") && complaint.contains(&place),
        "{complaint}"
    );
    assert_eq!(token_with(&okta, new).0, 200);
    assert_eq!(call(), 200);
    assert_eq!(served.signal("TERM").code(), Some(0));
}

#[test]
fn the_ready_file_is_gone_at_the_end_unless_it_is_anothers() {
    let ready = path("gone.json");
    let start = || Served::start(&["--http", "--ready-file", ready.to_str().unwrap()]);
    let served = start();
    assert!(ready.exists());
    assert_eq!(served.signal("TERM").code(), Some(0));
    assert!(!ready.exists());
    let (first, second) = (start(), start());
    assert_eq!(first.signal("INT").code(), Some(0));
    assert_eq!(facts(&ready)["pid"], second.child.id());
    assert_eq!(second.signal("TERM").code(), Some(0));
    assert!(!ready.exists());
}

#[test]
fn without_a_directory_file_there_is_nothing_to_read_again() {
    let mut served = Served::start(&["--http", "--provider", "okta"]);
    served.send("HUP");
    assert_eq!(
        served.next_complaint(),
        "there is no `--config` to read again\n"
    );
    assert_eq!(served.signal("TERM").code(), Some(0));
}
