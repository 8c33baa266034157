//! What `tokenproof exec` makes of commands that cannot be run, fail, hang, die or do nothing.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod execution;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use execution::{Execution, exec};
use tests::program::tokenproof;
use tokenproof::exit::ExitCode;
use tokenproof::verdict::Verdict;

/// A case with checks of both levels.
const CASE: &str = "passive/ordinary-day[entra]";

/// A shell that waits for a grandchild. Unless it is killed, the grandchild leaves the file given as `$0` behind. Both have
/// standard output open, so that its reader knows when they are gone.
const HANGING: &str = r#"(sleep 20; touch "$0") & echo ready; wait"#;

/// The last reason of a run that was not let through, after the exit code was compared.
fn ended(execution: &Execution, exit: ExitCode) -> String {
    assert_eq!(
        execution.code,
        Some(i32::from(exit.code())),
        "{}{}",
        execution.stdout,
        execution.stderr
    );
    let report = execution.report();
    assert_eq!(report.exit, exit);
    assert!(!report.passed);
    report.reasons.last().cloned().unwrap_or_default()
}

#[test]
fn a_command_that_is_not_there() {
    let execution = exec(&[CASE], &["no-such-command"]);
    insta::assert_snapshot!(ended(&execution, ExitCode::Driver), @"in passive/ordinary-day[entra], `no-such-command` was not found; check the name, or give its full path");
}

/// It will not be there for the next case either.
#[test]
fn a_command_that_is_not_there_is_tried_once() {
    let execution = exec(&["passive/ordinary-day"], &["no-such-command"]);
    let report = execution.report();
    assert_eq!(report.exit, ExitCode::Driver);
    assert_eq!((report.cases.len(), report.not_run.len()), (1, 1));
}

#[test]
fn a_command_needs_some_time() {
    let output = tokenproof()
        .args([
            "exec",
            "--no-recordings",
            CASE,
            "--timeout",
            "0s",
            "--",
            "true",
        ])
        .output()
        .expect("tokenproof runs");
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = complaint.lines().next().unwrap_or_default();
    insta::assert_snapshot!(first, @"error: invalid value '0s' for '--timeout <LENGTH>': a command needs more than no time at all");
}

#[test]
fn a_command_that_may_not_be_run() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_string_lossy().into_owned();
    let execution = exec(&[CASE], &[&path]);
    insta::assert_snapshot!(ended(&execution, ExitCode::Driver).replace(&path, "FILE"), @"in passive/ordinary-day[entra], `FILE` may not be executed; check its permissions");
}

#[test]
fn a_command_that_hangs_is_killed_with_its_descendants() {
    let folder = tempfile::tempdir().expect("a folder");
    let left = folder.path().join("left-behind");
    let execution = exec(
        &[CASE, "--timeout", "1s"],
        &["sh", "-c", HANGING, &left.to_string_lossy()],
    );
    insta::assert_snapshot!(ended(&execution, ExitCode::Driver), @"in passive/ordinary-day[entra], the command hung and was killed after 1s; a longer time can be given with `--timeout`");
    assert!(
        execution.stdout.starts_with("ready\n"),
        "it did start: {}",
        execution.stdout
    );
    assert!(!left.exists(), "the grandchild lived on");
}

#[test]
fn what_a_command_leaves_running_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let left = folder.path().join("left-behind");
    let leaving = HANGING.replace("wait", "true");
    let execution = exec(&[CASE], &["sh", "-c", &leaving, &left.to_string_lossy()]);
    assert_eq!(execution.code, Some(1), "{}", execution.stderr);
    assert!(!left.exists(), "the grandchild lived on");
}

#[test]
fn stopping_tokenproof_stops_the_command() {
    for (signal, name) in [("-INT", "SIGINT"), ("-TERM", "SIGTERM"), ("-HUP", "SIGHUP")] {
        let folder = tempfile::tempdir().expect("a folder");
        let left = folder.path().join("left-behind");
        let mut running = tokenproof()
            .args(["exec", "--no-recordings", CASE, "--", "sh", "-c", HANGING])
            .arg(&left)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tokenproof starts");
        let mut stdout = BufReader::new(running.stdout.take().expect("a pipe"));
        let mut ready = String::new();
        stdout.read_line(&mut ready).expect("the command's word");
        assert_eq!(ready, "ready\n");
        let sent = Command::new("kill")
            .args([signal, &running.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
        let mut rest = String::new();
        stdout
            .read_to_string(&mut rest)
            .expect("nothing holds the pipe any more");
        let output = running.wait_with_output().expect("tokenproof ends");
        assert_eq!(rest, "", "nothing is judged");
        assert!(!left.exists(), "the grandchild lived on after {name}");
        assert_eq!(output.status.code(), Some(4));
        let stderr = String::from_utf8_lossy(&output.stderr).replace(name, "SIGNAL");
        insta::allow_duplicates! {
            insta::assert_snapshot!(stderr.lines().last().unwrap_or_default(), @"stopped by SIGNAL; the command was killed with everything it had started, and nothing is judged");
        }
    }
}

#[test]
fn a_command_that_dies_of_a_signal() {
    let execution = exec(&[CASE], &["sh", "-c", "kill -KILL $$"]);
    insta::assert_snapshot!(ended(&execution, ExitCode::Driver), @"in passive/ordinary-day[entra], the command was killed by signal 9");
}

#[test]
fn a_command_that_does_nothing_earns_nothing() {
    for ignoring in [&[CASE][..], &[CASE, "--child", "ignore"]] {
        let execution = exec(ignoring, &["true"]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(ended(&execution, ExitCode::Gate), @"nothing passed");
        }
        let verdicts = execution.verdicts();
        assert!(
            !verdicts.is_empty()
                && verdicts
                    .iter()
                    .all(|(_, verdict)| *verdict == Verdict::Inconclusive),
            "{verdicts:?}"
        );
        assert_eq!(
            execution.junit.matches(r#"type="inconclusive""#).count(),
            verdicts.len(),
            "{}",
            execution.junit
        );
        for check in execution.report().checks() {
            assert!(
                check.observed.starts_with("no request to "),
                "{}: {}",
                check.name,
                check.observed
            );
            assert!(
                execution.stdout.contains(&check.observed),
                "{} is not told: {}",
                check.name,
                execution.stdout
            );
        }
        assert!(!execution.stdout.contains("PASS"));
    }
}

/// It ignores what it is asked politely, closes its output, leaves a child in its group, one that has gone elsewhere, and one that
/// has disowned us too and keeps the pipe of its errors open.
#[test]
fn a_command_that_does_all_it_can_to_live_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let left = folder.path().join("left-behind");
    let stubborn = r#"trap '' TERM INT HUP; exec >&-; echo here >&2
        (trap '' TERM; sleep 30; touch "$0") &
        setsid sh -c 'echo $$ > "$0"; exec sleep 300' "$0.pid" &
        setsid env -u TOKENPROOF_KIN sleep 4 &
        sleep 30"#;
    let execution = exec(
        &[CASE, "--timeout", "1s"],
        &["sh", "-c", stubborn, &left.to_string_lossy()],
    );
    assert!(ended(&execution, ExitCode::Driver).contains("hung and was killed after 1s"));
    assert!(execution.stderr.contains("here\n"), "{}", execution.stderr);
    assert_eq!(execution.report().cases[0].stderr, ["here"]);
    assert!(!left.exists(), "the grandchild lived on");
    let gone = std::fs::read_to_string(left.with_extension("pid")).expect("a number");
    let environment = std::fs::read(format!("/proc/{}/environ", gone.trim()));
    assert!(
        environment.unwrap_or_default().is_empty(),
        "who had gone elsewhere lived on"
    );
}

#[test]
fn a_flood_of_errors_is_passed_on_and_its_end_is_kept() {
    let flood = "i=0; while [ $i -lt 20000 ]; do echo \"line $i of a flood of words\"; i=$((i+1)); done >&2; exit 3";
    let execution = exec(&[CASE], &["sh", "-c", flood]);
    assert_eq!(execution.code, Some(1));
    assert!(execution.stderr.len() > 400_000, "all of it is passed on");
    let report = execution.report();
    let kept = &report.cases[0].stderr;
    assert_eq!(kept.len(), 20);
    assert_eq!(kept[19], "line 19999 of a flood of words");
    let shown = execution.stdout.matches("of a flood of words").count();
    assert_eq!(shown, 20, "with what did not pass, once");
}

#[test]
fn a_secret_in_the_last_words_is_not_shown() {
    let leak = r#"echo "secret $TOKENPROOF_CLIENT_SECRET and $OKTA_CLIENT_TOKEN" >&2"#;
    let execution = exec(&[CASE], &["sh", "-c", leak]);
    assert_eq!(execution.report().cases[0].stderr, ["secret *** and ***"]);
}

#[test]
fn placeholders_stand_for_our_own_variables() {
    let script = r#"test "$1" = "$TOKENPROOF_TOKEN_URL" && test "$2" = "id=$TOKENPROOF_CLIENT_ID," && test "$3" = "{""issuer}" && echo same"#;
    let command = [
        "sh",
        "-c",
        script,
        "sh",
        "{token_url}",
        "id={client_id},",
        "{{issuer}}",
    ];
    let execution = exec(&[CASE], &command);
    assert!(
        execution.stdout.starts_with("same\n"),
        "{}",
        execution.stdout
    );
}

#[test]
fn an_unknown_placeholder_is_refused_before_anything_runs() {
    let output = tokenproof()
        .args([
            "exec",
            "--no-recordings",
            CASE,
            "--",
            "sh",
            "-c",
            "echo ran",
            "{token_uri}",
        ])
        .output()
        .expect("tokenproof starts");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    insta::assert_snapshot!(stderr.lines().last().unwrap_or_default(), @"nothing is called `{token_uri}` (did you mean `token_url`?); the names that the command's arguments may hold between braces are scenario, provider, issuer, token_url, jwks_url, api_url, user_api_url, post_api_url, user_post_api_url, tenant, client_id, client_secret, username, password, refresh_token, scope, user_scope, ca_file, context. Write `{{token_uri}}` for `{token_uri}` itself");
}

#[test]
fn vendors_variables_can_be_left_out() {
    let names = |vendors: &[&str]| {
        let output = tokenproof()
            .args(["exec", "--no-recordings", CASE])
            .args(vendors)
            .args([
                "--",
                "sh",
                "-c",
                "env | grep -o '^AZURE_C[A-Z_]*\\|^OKTA_[A-Z_]*' | sort",
            ])
            .env_remove("AZURE_CLIENT_ID")
            .output()
            .expect("tokenproof starts");
        let stdout = String::from_utf8(output.stdout).expect("UTF-8");
        let names = stdout.lines().take_while(|line| !line.contains(' '));
        names.collect::<Vec<_>>().join(" ").trim().to_owned()
    };
    let (azure, okta) = (
        "AZURE_CLIENT_ID AZURE_CLIENT_SECRET",
        "OKTA_CLIENT_AUTHORIZATIONMODE OKTA_CLIENT_ORGURL OKTA_CLIENT_TOKEN",
    );
    assert_eq!(names(&[]), format!("{azure} {okta}"));
    assert_eq!(names(&["--env", "entra"]), azure);
    assert_eq!(names(&["--env", "okta"]), okta);
    assert_eq!(names(&["--env", "none"]), "");
}

#[test]
fn proxies_and_foreign_certificates_stay_out_of_the_way() {
    let output = tokenproof()
        .args(["exec", "--no-recordings", CASE, "--", "env"])
        .env("HTTPS_PROXY", "http://proxy.example:3128")
        .env_remove("https_proxy")
        .env("SSL_CERT_DIR", "/etc/ssl/elsewhere")
        .output()
        .expect("tokenproof starts");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let named = |name: &str| {
        stdout
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    };
    assert_eq!(named("HTTPS_PROXY"), None);
    assert_eq!(named("https_proxy"), Some("http://proxy.example:3128"));
    assert_eq!(named("NO_PROXY"), Some("127.0.0.1,localhost,::1"));
    assert_eq!(named("no_proxy"), named("NO_PROXY"));
    assert_eq!(named("SSL_CERT_DIR"), None);
    let authority = named("SSL_CERT_FILE").expect("the mock's authority");
    for name in [
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "TOKENPROOF_CA_FILE",
    ] {
        assert_eq!(named(name), Some(authority), "{name}");
    }
    assert!(
        !std::path::Path::new(authority).exists(),
        "the file is gone with the run"
    );
}
