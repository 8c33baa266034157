//! Who can reach the mock, under what name, and who may steer it.

use super::cli_process::{Served, command, facts, http, path, run};

const TOKEN: &str = "0123456789abcdef0123";

#[test]
fn other_machines_are_let_in_only_on_purpose_and_steer_only_with_a_token() {
    let refused = |arguments: &[&str]| {
        let (code, out, error) = run(&[&["serve", "--http"], arguments].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        error
    };
    insta::assert_snapshot!(refused(&["--bind", "0.0.0.0"]), @"error: 0.0.0.0 can be reached from other machines, and whoever reaches the mock gets its secrets; add `--allow-remote` if that is meant");
    insta::assert_snapshot!(refused(&["--bind", "0.0.0.0", "--no-control"]), @"error: 0.0.0.0 can be reached from other machines, and whoever reaches the mock gets its secrets; add `--allow-remote` if that is meant");
    insta::assert_snapshot!(refused(&["--bind", "0.0.0.0", "--allow-remote"]), @"error: whoever reaches 0.0.0.0 could steer the mock; give a token by `--control-token-file` or TOKENPROOF_CONTROL_TOKEN, or do without by `--no-control`");
    insta::assert_snapshot!(refused(&["--bind", "::", "--allow-remote"]), @"error: whoever reaches :: could steer the mock; give a token by `--control-token-file` or TOKENPROOF_CONTROL_TOKEN, or do without by `--no-control`");
    insta::assert_snapshot!(refused(&["--bind", "localhost"]), @"
    error: invalid value 'localhost' for '--bind <ADDRESS>': invalid IP address syntax

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(refused(&["--advertise", "http://x"]), @"
    error: invalid value 'http://x' for '--advertise <HOST>': it is no host name or address; write it without scheme and port

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(refused(&["--bind", "203.0.113.9", "--allow-remote", "--no-control"]), @"error: cannot listen on 203.0.113.9:0: Cannot assign requested address (os error 99); take an address of this machine");
}

#[test]
fn with_a_token_it_is_open_to_others_and_asks_for_the_token() {
    let ready = path("remote.json");
    let mut serve = command(&["serve", "--http", "--bind", "0.0.0.0", "--allow-remote"]);
    serve
        .args([
            "--advertise",
            "LocalHost",
            "--ready-file",
            ready.to_str().unwrap(),
        ])
        .env("TOKENPROOF_CONTROL_TOKEN", TOKEN);
    let served = Served::spawn(&mut serve);
    assert!(!served.said.contains(TOKEN));
    let text = std::fs::read_to_string(&ready).unwrap();
    assert!(!text.contains(TOKEN));
    let facts = facts(&ready);
    assert_eq!(facts["control"]["needs_token"], true);
    let org = facts["okta"]["org_url"].as_str().unwrap();
    assert!(org.starts_with("http://localhost:"), "{org}");
    assert_eq!(http("GET", org, "", "").0, 404);
    let worlds = format!("{}/worlds", facts["control"]["url"].as_str().unwrap());
    assert!(worlds.starts_with("http://localhost:"), "{worlds}");
    assert_eq!(http("GET", &worlds, "", "").0, 401);
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    let (status, body) = http("GET", &worlds, &bearer, "");
    assert_eq!(status, 200, "{body}");
    assert!(
        body.contains(r#""name":"entra""#) && body.contains(r#""name":"okta""#),
        "{body}"
    );
    // Worlds that are made later are found by the same name.
    let headers = format!("{bearer}Content-Type: application/json\r\n");
    let (status, body) = http(
        "POST",
        &worlds,
        &headers,
        r#"{"provider":"okta","tls":false}"#,
    );
    assert_eq!(status, 201, "{body}");
    let made: serde_json::Value = serde_json::from_str(&body).unwrap();
    let org = made["world"]["origins"]["org"].as_str().unwrap();
    assert!(org.starts_with("http://localhost:"), "{org}");
    assert_eq!(http("GET", org, "", "").0, 404);
    assert_eq!(served.signal("TERM").code(), Some(0));
}

#[test]
fn tokens_come_from_a_file_and_are_made_when_asked_for() {
    let (ready, file) = (path("token.json"), path("token.txt"));
    let name = file.to_str().unwrap();
    let arguments = ["serve", "--http", "--control-token-file", name];
    let (code, _, error) = run(&arguments);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error.replace(name, "<file>"), @"error: the token of the control API in <file> cannot be read: No such file or directory (os error 2); `--make-control-token` makes one");

    let served = Served::start(&[
        "--http",
        "--control-token-file",
        name,
        "--make-control-token",
        "--ready-file",
        ready.to_str().unwrap(),
    ]);
    let token = std::fs::read_to_string(&file).unwrap();
    let facts = facts(&ready);
    assert_eq!(facts["control"]["token_file"], name);
    assert_eq!(facts["environment"]["TOKENPROOF_CONTROL_TOKEN_FILE"], name);
    let worlds = format!("{}/worlds", facts["control"]["url"].as_str().unwrap());
    let bearer = format!("Authorization: Bearer {}\r\n", token.trim());
    assert_eq!(http("GET", &worlds, &bearer, "").0, 200);
    assert_eq!(http("GET", &worlds, "", "").0, 401);
    #[cfg(unix)]
    for file in [&file, &ready] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    assert_eq!(served.signal("TERM").code(), Some(0));

    // It keeps its permissions.
    std::fs::write(&file, "short\n").unwrap();
    let (code, _, error) = run(&arguments);
    assert_eq!(code, 2);
    assert!(!error.contains("short"), "{error}");
    insta::assert_snapshot!(error.replace(name, "<file>"), @"error: the token of the control API in <file> cannot be used; take 16 or more letters, digits or any of -._~+/= in one line");
}

#[test]
#[cfg(unix)]
fn a_token_that_others_could_read_or_change_is_refused() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;
    let file = path("open.txt");
    std::fs::write(&file, TOKEN).unwrap();
    let name = file.to_str().unwrap();
    let allow = |mode| std::fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    for mode in [0o604, 0o640, 0o644, 0o602, 0o620, 0o444] {
        allow(mode);
        let (code, out, error) = run(&["serve", "--http", "--control-token-file", name]);
        assert_eq!((code, out.as_str()), (2, ""), "{mode:o}");
        assert!(!error.contains(TOKEN), "{error}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error.replace(name, "<file>").replace(&format!("{mode:o}"), "<mode>"), @"error: the token of the control API in <file> can be read or changed by others than its owner (mode <mode>); run `chmod 600` on it, or put the token into TOKENPROOF_CONTROL_TOKEN");
        }
    }
    for mode in [0o600, 0o400] {
        allow(mode);
        let served = Served::start(&["--http", "--control-token-file", name]);
        assert_eq!(served.signal("TERM").code(), Some(0));
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn there_is_no_control_api_when_none_is_wanted() {
    let ready = path("uncontrolled.json");
    let served = Served::start(&[
        "--http",
        "--no-control",
        "--ready-file",
        ready.to_str().unwrap(),
    ]);
    assert_eq!(facts(&ready).get("control"), None);
    assert!(!served.said.contains("Control"), "{}", served.said);
    assert_eq!(served.signal("TERM").code(), Some(0));
    assert_eq!(run(&["serve", "--no-control", "--control-port", "9"]).0, 2);
    assert_eq!(run(&["serve", "--make-control-token"]).0, 2);
}

#[test]
fn the_sixth_version_of_addresses_has_brackets_in_urls() {
    // Not every machine has it.
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let ready = path("six.json");
    let served = Served::start(&[
        "--http",
        "--bind",
        "::1",
        "--ready-file",
        ready.to_str().unwrap(),
    ]);
    let org = facts(&ready)["okta"]["org_url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(org.starts_with("http://[::1]:"), "{org}");
    assert_eq!(http("GET", &org, "", "").0, 404);
    assert_eq!(served.signal("TERM").code(), Some(0));
}

#[test]
fn worlds_share_the_clock_that_was_asked_for() {
    let ready = path("clock.json");
    let served = Served::start(&[
        "--http",
        "--clock",
        "virtual@2031-02-03T04:05:06Z",
        "--ready-file",
        ready.to_str().unwrap(),
    ]);
    let facts = facts(&ready);
    for provider in ["entra", "okta"] {
        let issued = super::cli_process::token(&facts[provider])["access_token"].clone();
        let claims = claims(issued.as_str().unwrap());
        // Entra's tokens begin five minutes before they are issued.
        let since_issued = match provider {
            "entra" => 300,
            _ => 0,
        };
        assert_eq!(claims["iat"], 1_927_857_906 - since_issued, "{claims}");
    }
    assert_eq!(served.signal("TERM").code(), Some(0));
    let (code, _, error) = run(&["serve", "--clock", "sundial"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("the clocks are `system`, `virtual` and `virtual@INSTANT`"),
        "{error}"
    );
}

fn claims(token: &str) -> serde_json::Value {
    use base64::Engine as _;
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims);
    serde_json::from_slice(&claims.unwrap()).unwrap()
}

/// What a fault has changed says so only when asked to.
#[test]
fn faults_are_labelled_on_the_wire_only_when_that_is_asked_for() {
    for (flags, is_labelled) in [
        (&["--http"][..], false),
        (&["--http", "--label-faults"], true),
    ] {
        let ready = path("labels.json");
        let served = Served::start(&[flags, &["--ready-file", ready.to_str().unwrap()]].concat());
        let facts = facts(&ready);
        let faults = format!(
            "{}/worlds/okta/faults",
            facts["control"]["url"].as_str().unwrap()
        );
        let json = "Content-Type: application/json\r\n";
        let (status, body) = http("POST", &faults, json, r#"{"to":"token","reply":503}"#);
        assert!((200..300).contains(&status), "{body}");
        let answer = whole(facts["okta"]["token_url"].as_str().unwrap());
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        let has_label = answer
            .to_ascii_lowercase()
            .contains("\r\nx-tokenproof-fault: ");
        assert_eq!(has_label, is_labelled, "{answer}");
        assert_eq!(served.signal("TERM").code(), Some(0));
    }
}

/// Head and body of what a POST without a body is answered with.
fn whole(url: &str) -> String {
    use std::io::{Read as _, Write as _};
    let (authority, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
