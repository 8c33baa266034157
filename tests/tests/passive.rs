//! What the passive road makes of a small client that does as it should, and of the same client with one thing wrong.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod execution;

use std::process::Command;

use execution::{Execution, exec};
use tests::program::{tokenproof, workspace_folder};
use tokenproof::verdict::Verdict::{self, Fail, Inconclusive, Pass, Warn};

/// The small client, with these arguments.
fn plain(arguments: &str) -> Vec<String> {
    let script = workspace_folder().join("tests/clients/plain.py");
    let mut command = vec!["python3".to_owned(), script.display().to_string()];
    command.extend(arguments.split_whitespace().map(str::to_owned));
    command
}

/// One run under faults that come quickly.
const ONCE: [&str; 7] = [
    "--once",
    "--provider",
    "entra",
    "--faults",
    "tests/faults/quick.yaml",
    "--lifetime",
    "4s",
];

fn once(selection: &str, arguments: &str) -> Execution {
    exec(&[&[selection], &ONCE[..]].concat(), &plain(arguments))
}

fn verdict(execution: &Execution, check: &str) -> Verdict {
    let verdicts = execution.verdicts();
    let found = verdicts.iter().find(|(id, _)| id == check);
    found
        .unwrap_or_else(|| panic!("no {check}: {verdicts:?}"))
        .1
}

/// All of these, and only these, are so; what is left passed.
fn assert_verdicts(execution: &Execution, expected: &[(&str, Verdict)]) {
    for (id, verdict) in execution.verdicts() {
        let wanted = expected.iter().find(|(check, _)| *check == id);
        let wanted = wanted.map_or(Pass, |(_, verdict)| *verdict);
        assert_eq!(verdict, wanted, "{id}\n{}", execution.stdout);
    }
}

/// Two vendors, for each an application and a user, at the same time in one run: nobody is blamed for the others.
#[test]
fn a_shared_run_of_four_good_clients() {
    let script = r#"for v in ENTRA OKTA; do for g in app refresh; do python3 "$0" 14 0.8 TOKENPROOF_${v}_ $g & done; done; wait"#;
    let client = plain("").remove(1);
    let execution = exec(&["--once"], &["sh", "-c", script, &client]);
    for (id, verdict) in execution.verdicts() {
        assert!(
            matches!(verdict, Pass | Inconclusive),
            "{id}: {verdict}\n{}",
            execution.stdout
        );
    }
    assert_eq!(execution.code, Some(0), "{}", execution.stdout);
    let report = execution.report();
    assert_eq!(report.cases.len(), 4);
    assert_eq!(report.must.passed, report.must.of);
    assert!(report.must.of >= 10);
}

#[test]
fn one_run_of_a_good_client_passes_all() {
    let execution = once("ambient/as-an-application", "16 0.7");
    assert_verdicts(&execution, &[]);
    assert_eq!(execution.code, Some(0), "{}", execution.stdout);
    let execution = once("ambient/for-a-user", "8 0.7 refresh");
    assert_verdicts(&execution, &[]);
    assert_eq!(execution.code, Some(0), "{}", execution.stdout);
}

#[test]
fn one_run_of_a_client_with_one_thing_wrong() {
    let wrong = [
        ("6 3.5 never-renews", "never-stale", Warn),
        ("8 0.3 hurries", "waits-for-calls", Warn),
        ("8 0.3 hurries forced", "waits-for-tokens", Warn),
        ("4 0.5 loops", "refused-calls-end", Warn),
        ("14 0.7 hammers", "no-hammering", Warn),
        ("3 0 secret-in-url", "secret-out-of-urls", Fail),
        ("3 0 token-in-url", "token-out-of-urls", Fail),
        ("3 0 follows", "token-stays", Fail),
    ];
    std::thread::scope(|scope| {
        for (wrong, check, expected) in wrong {
            scope.spawn(move || {
                let execution = once("ambient/as-an-application", wrong);
                assert_eq!(verdict(&execution, check), expected, "{}", execution.stdout);
            });
        }
    });
    let execution = once("ambient/for-a-user", "5 0.3 refresh forced keeps-old");
    assert_eq!(
        verdict(&execution, "newest-only"),
        Fail,
        "{}",
        execution.stdout
    );
}

/// The reference client and broken ones as ordinary programs: the first passes, each of the others is caught for what it does wrong,
/// and for nothing else.
#[test]
fn our_own_clients_are_judged_by_the_wire_as_on_the_other_roads() {
    let caught: [(&str, u32, &[&str]); 6] = [
        ("token-client", 16, &[]),
        ("SecretInUrl", 3, &["secret-out-of-urls"]),
        ("TokenInUrl", 3, &["token-out-of-urls"]),
        ("FollowsRedirects", 3, &["token-stays"]),
        (
            "RetriesAtOnce",
            14,
            &["no-hammering", "waits-for-tokens", "waits-for-calls"],
        ),
        (
            "IgnoresRetryAfter",
            14,
            &["waits-for-tokens", "waits-for-calls"],
        ),
    ];
    std::thread::scope(|scope| {
        for (client, calls, wrong) in caught {
            scope.spawn(move || {
                let calls = calls.to_string();
                let program = env!("CARGO_BIN_EXE_reference-driver");
                let command = [program, "--client", client, "--calls", &calls];
                let options = [&["ambient/as-an-application"], &ONCE[..]].concat();
                let execution = exec(&options, &command);
                let mut found = false;
                for (id, verdict) in execution.verdicts() {
                    let fits = match verdict {
                        Fail | Warn => wrong.contains(&id.as_str()),
                        Pass => true,
                        _ => !wrong.is_empty(),
                    };
                    assert!(fits, "{client}: {id}: {verdict}\n{}", execution.stdout);
                    found |= matches!(verdict, Fail | Warn);
                }
                assert_eq!(found, !wrong.is_empty(), "{client}\n{}", execution.stdout);
            });
        }
    });
}

#[test]
fn one_run_of_a_client_that_tells_secrets() {
    let execution = once(
        "ambient/as-an-application:secret-out-of-words",
        "1 0 chatty",
    );
    assert_verdicts(&execution, &[("secret-out-of-words", Fail)]);
    assert!(
        execution.stdout.contains("it told client_secret"),
        "{}",
        execution.stdout
    );
    assert!(execution.stderr.contains("asking with"), "it is passed on");
    let report = execution.report();
    let kept = report.cases[0].stderr.join("\n");
    assert!(kept.contains("client_secret=***"), "{kept}");
}

#[test]
fn a_command_that_does_nothing_is_told_what_it_never_did() {
    let execution = exec(&["--once"], &["echo", "nothing"]);
    assert_eq!(execution.code, Some(1));
    let untested = execution.junit.matches(r#"type="inconclusive""#).count();
    assert_eq!(untested, execution.verdicts().len());
    for check in execution.report().checks() {
        assert_eq!(check.verdict, Inconclusive);
        let hint = check.hint.as_deref().unwrap_or_default();
        assert!(
            hint.starts_with("the command sent nothing to the "),
            "{hint}"
        );
    }
    let execution = exec(&["passive/okta-rate-limit"], &plain("2 0"));
    let report = execution.report();
    let hints: Vec<&str> = report.checks().filter_map(|c| c.hint.as_deref()).collect();
    assert_eq!(report.reasons, ["nothing passed"]);
    insta::assert_snapshot!(hints.join("\n"), @"
    the command never called the API 4 times: 2 calls seen; this scenario needs 4
    the command never called the API 4 times: 2 calls seen; this scenario needs 4
    ");
}

/// Scenarios that say `passive`, each with a client that passes and one that does not.
#[test]
fn scenarios_judge_by_the_wire_alone() {
    for (case, good, bad, check, expected) in [
        (
            "request/redirect[entra,token,307]",
            "1 0",
            "1 0 follows",
            "secret-stays",
            Warn,
        ),
        (
            "request/redirect[okta,resource,302]",
            "1 0",
            "1 0 follows",
            "token-stays",
            Fail,
        ),
        (
            "request/basic-encoding[entra,colon]",
            "1 0 basic",
            "1 0 raw-basic",
            "encoded",
            Fail,
        ),
        (
            "request/basic-encoding[okta,percent]",
            "1 0 basic",
            "1 0 raw-basic",
            "encoded",
            Fail,
        ),
        (
            "errors/words-without-secrets[okta,misconfigured]",
            "1 0",
            "1 0 tells",
            "no-secrets",
            Fail,
        ),
        (
            "refresh/rotation[okta,rotate]",
            "3 0 refresh forced",
            "3 0 refresh forced keeps-old",
            "newest-only",
            Fail,
        ),
        (
            "passive/dead-refresh-token[entra]",
            "1 0 refresh",
            "2 0 refresh",
            "not-shown-again",
            Warn,
        ),
    ] {
        let judged = exec(&[case, "--child", "ignore"], &plain(good));
        assert_eq!(verdict(&judged, check), Pass, "{case}: {}", judged.stdout);
        let judged = exec(&[case, "--child", "ignore"], &plain(bad));
        assert_eq!(
            verdict(&judged, check),
            expected,
            "{case}: {}",
            judged.stdout
        );
    }
}

#[test]
fn an_oktas_window_is_waited_for() {
    let case = "rate-limit/okta-window";
    let judged = exec(&[case], &plain("4 0"));
    assert_eq!(
        verdict(&judged, "one-refusal-a-window"),
        Pass,
        "{}",
        judged.stdout
    );
    let judged = exec(&[case, "--child", "ignore"], &plain("3 0 hurries"));
    assert_eq!(
        verdict(&judged, "one-refusal-a-window"),
        Warn,
        "{}",
        judged.stdout
    );
}

/// The exit code and the complaint of a run that is refused.
fn refused(arguments: &[&str]) -> String {
    let output = tokenproof()
        .args(["exec", "--no-recordings"])
        .args(arguments)
        .args(["--", "true"])
        .current_dir(workspace_folder())
        .output()
        .expect("tokenproof starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    format!("{} {said}", output.status.code().unwrap_or(-1))
}

#[test]
fn what_cannot_be_one_run_is_refused() {
    insta::assert_snapshot!(refused(&["--once", "passive"]), @"5 none of the selected scenarios judges a run under `--once`; `tokenproof list ambient` shows those that do");
    insta::assert_snapshot!(refused(&["--once", "--lifetime", "0s"]).lines().next().unwrap_or_default(), @"2 error: invalid value '0s' for '--lifetime <LENGTH>': a token lives for a second or more");
    assert!(refused(&["--lifetime", "9s"]).starts_with("2 "));
    insta::assert_snapshot!(refused(&["--once", "--faults", "no-such-file.yaml"]), @"2 error: cannot read `no-such-file.yaml`: there is no such file");
    let file = tempfile::Builder::new()
        .suffix(".yaml")
        .tempfile()
        .expect("a file");
    std::fs::write(
        file.path(),
        "schema: 1\nfaults: [{ to: tokn, reply: 503 }]\n",
    )
    .expect("written");
    let path = file.path().to_string_lossy().into_owned();
    insta::assert_snapshot!(refused(&["--once", "--faults", &path]).replace(&path, "FILE"), @"
    2 error: unknown name `tokn`
     --> FILE:2:16
      |
    2 | faults: [{ to: tokn, reply: 503 }]
      |                ^^^^ did you mean `token`?
      |
      = note: the names here are `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown`, `connection` and `anything`
    ");
}

#[test]
fn the_small_client_is_there() {
    let python = Command::new("python3").arg("--version").output();
    assert!(python.is_ok_and(|output| output.status.success()));
}
