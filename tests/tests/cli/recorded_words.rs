//! What commands and drivers say, as recordings keep it: without secrets.

use std::fs;

use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};
use crate::recordings::{OUTAGE, PLACE, ended, file, files, json, outage};

/// Everything that the command is told and that is worth stealing, by the names of the variables.
fn credentials(environment: &str) -> Vec<String> {
    let lines = environment.lines().filter_map(|line| line.split_once('='));
    let secret = lines.filter(|(name, value)| {
        let named = ["SECRET", "PASSWORD", "REFRESH_TOKEN", "CLIENT_TOKEN"];
        named.iter().any(|part| name.contains(part)) && value.len() > 7
    });
    let mut found: Vec<String> = secret.map(|(_, value)| value.to_owned()).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(unix)]
#[test]
fn what_a_command_says_is_kept_without_secrets() {
    const ASSERTION: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJwbGFudGVkIn0.c2lnbmF0dXJl";
    const KEY: &str = "cGxhbnRlZCBwcml2YXRlIGtleQ";
    let folder = Folder::new();
    let first = [
        "exec",
        "passive/ordinary-day",
        "--seed",
        "5",
        "--child",
        "ignore",
    ];
    let learn = ["--no-recordings", "--", "sh", "-c", "env >> learnt"];
    ended(
        &folder,
        &[first.as_slice(), &learn].concat(),
        ExitCode::Gate,
    );
    let planted = credentials(&file(&folder, "learnt"));
    assert!(planted.len() >= 4, "{planted:?}");
    fs::remove_file(folder.path().join("learnt")).expect("a file");
    let script = format!(
        "env >&2; env >> learnt; echo 'bearer {ASSERTION}' >&2; echo 'client_secret=unheard-of-secret' >&2
        printf -- '-----BEGIN PRIVATE KEY-----\\n{KEY}\\n-----END PRIVATE KEY-----\\n' >&2
        echo the last word >&2"
    );
    // On the command line too, as nobody should.
    let mut command = vec!["--", "sh", "-c", &script, ASSERTION];
    command.extend(planted.iter().map(String::as_str));
    let output = folder.run(&[first.as_slice(), &command].concat());
    assert_eq!(output.status.code(), Some(1));
    // It is passed on as it was.
    let said = text(&output.stderr);
    assert!(
        said.contains("the last word\n") && said.contains(ASSERTION),
        "{said}"
    );
    let mut planted = credentials(&file(&folder, "learnt"));
    planted.extend([ASSERTION, KEY, "unheard-of-secret"].map(str::to_owned));
    let kept = files(&folder.path().join("target"));
    let stderr: Vec<_> = kept
        .iter()
        .filter(|(name, _)| name.ends_with("/stderr.txt"))
        .collect();
    assert_eq!(stderr.len(), 2, "one for each provider");
    for (name, bytes) in &kept {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        for secret in &planted {
            assert!(!text.contains(secret.as_str()), "{name} holds {secret}");
        }
        if name.ends_with("/stderr.txt") {
            assert!(text.ends_with("the last word\n"), "{text}");
            assert!(
                text.contains("TOKENPROOF_SCENARIO=passive/ordinary-day["),
                "{text}"
            );
            assert!(text.contains("TOKENPROOF_CLIENT_SECRET=***\n"), "{text}");
        }
        if name.ends_with("/bundle.json") {
            assert!(
                text.contains("\"command\"") && text.contains("\"***\""),
                "{text}"
            );
        }
    }
    ended(&folder, &["replay", "target/tokenproof"], ExitCode::Gate);
}

/// Answers every question for a token with an error, and repeats what it is told in places where it is seen.
const TELLTALE: &str = r#"
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"ok": {}}
    if asked["op"] == "hello":
        answer = {"ok": {"version": 1, "name": "telltale", "release": "3.2.1", "can": {"grants": ["client_credentials"], "auth": ["post"], "classes": True}}}
    elif asked["op"] == "open":
        print("opened with", line, file=sys.stderr, flush=True)
        with open("learnt", "a") as learnt:
            learnt.write(asked["auth"]["client_secret"] + "\n")
    elif asked["op"] == "get_token":
        answer = {"err": {"class": "other", "native": "Telltale", "message": open("learnt").read()}}
    print(json.dumps({"id": asked["id"], **answer}), flush=True)
"#;

#[cfg(unix)]
#[test]
fn what_a_driver_says_is_kept_without_secrets() {
    let folder = outage().with("telltale.py", TELLTALE);
    let still = OUTAGE
        .replace("[clock, ", "[")
        .replace("  - advance: { by: 3m }\n", "");
    let folder = folder.with("still.yaml", still);
    let arguments = [
        "run",
        "still.yaml",
        "--gate",
        "should",
        "--driver",
        "python3 telltale.py",
        "--json",
        "run.json",
    ];
    ended(&folder, &arguments, ExitCode::Gate);
    let learnt = file(&folder, "learnt");
    let secrets: Vec<&str> = learnt.lines().collect();
    assert!(
        !secrets.is_empty() && secrets.iter().all(|secret| secret.len() > 7),
        "{secrets:?}"
    );
    let kept = files(&folder.path().join(PLACE));
    for (name, bytes) in &kept {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        for secret in &secrets {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
    }
    let transcript = file(&folder, &format!("{PLACE}/transcript.txt"));
    for part in [
        "> {\"id\":1,\"op\":\"hello\"",
        "\"client_secret\":\"***\"",
        "< {\"id\":",
        "\"native\": \"Telltale\"",
    ] {
        assert!(transcript.contains(part), "{part} is not in\n{transcript}");
    }
    assert!(file(&folder, &format!("{PLACE}/stderr.txt")).starts_with("opened with {"));
    let bundle = json(&folder, &format!("{PLACE}/bundle.json"));
    let client = &bundle["under_test"];
    let said = ["name", "release", "road"].map(|key| client[key].as_str().unwrap_or_default());
    assert_eq!(said, ["telltale", "3.2.1", "driver"]);
    let lacks = client["lacks"].as_array().expect("what it lacks");
    let lacks: Vec<&str> = lacks
        .iter()
        .filter_map(|lack| lack["what"].as_str())
        .collect();
    assert!(
        lacks.contains(&"clock") && !lacks.contains(&"classes"),
        "{lacks:?}"
    );
    // And it is judged again without the driver.
    ended(
        &folder,
        &["replay", PLACE, "--json", "again.json"],
        ExitCode::Gate,
    );
    let (run, again) = (json(&folder, "run.json"), json(&folder, "again.json"));
    assert_eq!(run["cases"], again["cases"]);
    assert_eq!(run["clients"], again["clients"]);
    assert_eq!(run["clients"][0], *client);
}
