//! What `tokenproof env` makes of commands: what they are told, how they end, what is left of them.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Output, Stdio};

use tests::program::{tokenproof, workspace_folder};
use tests::python;

/// `tokenproof env` with these arguments, in a home of its own.
fn env(home: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut command = tokenproof();
    command
        // Not in the foreground, wherever the tests are run.
        .process_group(0)
        .arg("env")
        .args(arguments)
        .env("XDG_DATA_HOME", home.path())
        .env_remove("TOKENPROOF_CONTROL_TOKEN")
        .stdin(Stdio::null());
    command
}

fn ended(arguments: &[&str]) -> (Option<i32>, String, String) {
    let home = home();
    let Output {
        status,
        stdout,
        stderr,
    } = env(&home, arguments).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn a_command_gets_what_it_needs_and_its_code_is_passed_on() {
    let script = "echo $TOKENPROOF_PROVIDER $TOKENPROOF_CLIENT_ID $OKTA_CLIENT_AUTHORIZATIONMODE
        echo ${HTTP_PROXY-none} ${AZURE_TENANT_ID-none} ${SSL_CERT_DIR-none}
        case $TOKENPROOF_CONTROL_URL in http://127.0.0.1:*) echo steered ;; esac
        grep -c BEGIN $SSL_CERT_FILE $NODE_EXTRA_CA_CERTS | cut -d: -f2
        exit 7";
    let home = home();
    let output = env(&home, &["--provider", "okta", "--", "sh", "-c", script])
        .env("HTTP_PROXY", "http://proxy.example")
        .env("SSL_CERT_DIR", "/nowhere")
        .env_remove("AZURE_TENANT_ID")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(7));
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    insta::assert_snapshot!(told, @"
    okta 0oa1daemonTokenPr0d7 SSWS
    none none none
    steered
    1
    1
    ");
}

#[test]
fn with_both_vendors_each_has_names_of_its_own() {
    let script =
        "echo $TOKENPROOF_ENTRA_PROVIDER $TOKENPROOF_OKTA_PROVIDER ${TOKENPROOF_PROVIDER-none}
        echo $AZURE_CLIENT_ID $TOKENPROOF_ENTRA_CLIENT_ID ${SSL_CERT_FILE-none}";
    let home = home();
    let output = env(&home, &["--http", "--", "sh", "-c", script])
        .env_remove("SSL_CERT_FILE")
        .output()
        .expect("it starts");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    insta::assert_snapshot!(told, @"
    entra okta none
    6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f 6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f none
    ");
}

#[test]
fn a_program_may_believe_that_it_runs_elsewhere() {
    let script = "echo ${AZURE_CLIENT_SECRET+secret} ${AZURE_POD_IDENTITY_AUTHORITY_HOST+machine}
        echo ${IDENTITY_ENDPOINT##*/} ${#IDENTITY_HEADER}
        echo $AZURE_CLIENT_ID ${AZURE_AUTHORITY_HOST%%:*} $AZURE_TENANT_ID
        test -f \"$AZURE_FEDERATED_TOKEN_FILE\" && tr . '\\n' < $AZURE_FEDERATED_TOKEN_FILE | grep -c .
        echo $AZURE_FEDERATED_TOKEN_FILE";
    let told = |machine: &str| {
        let home = home();
        let output = env(
            &home,
            &["--http", "--runs-on", machine, "--", "sh", "-c", script],
        )
        .env_remove("IDENTITY_ENDPOINT")
        .env_remove("IDENTITY_HEADER")
        .env_remove("AZURE_FEDERATED_TOKEN_FILE")
        .env_remove("AZURE_CLIENT_SECRET")
        .env_remove("AZURE_POD_IDENTITY_AUTHORITY_HOST")
        .output()
        .expect("it starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    insta::assert_snapshot!(told("vm"), @"
    secret machine
    0
    6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f http 3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
    ");
    insta::assert_snapshot!(told("app-service"), @"
    secret
    token 32
    6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f http 3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
    ");
    let pod = told("kubernetes");
    let (lines, file) = pod.trim_end().rsplit_once('\n').expect("lines");
    insta::assert_snapshot!(lines, @"
    0
    6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8d9e http 3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
    3
    ");
    assert!(
        file.starts_with('/') && !std::path::Path::new(file).exists(),
        "{file}"
    );
    // A directory in which nobody trusts anybody.
    let folder = home();
    let config = folder.path().join("directory.yaml");
    let text = "entra: { tenants: [ { id: 3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01, name: Contoso, applications: [ { id: one, secrets: [ { value: a-secret-of-some } ], grants: [client_credentials] } ] } ] }";
    std::fs::write(&config, text).expect("a file");
    let config = config.to_str().expect("UTF-8");
    let (code, _, error) = ended(&["--runs-on", "kubernetes", "--config", config, "--", "true"]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(error, @"`--runs-on kubernetes` needs an application with a federated credential whose tokens the mock signs; give one `federated` without `jwks` in the directory");
}

#[test]
fn what_ends_before_the_command_has_codes_of_ours() {
    let (code, out, error) = ended(&["--http", "--", "no-such-command"]);
    assert_eq!((code, out.as_str()), (Some(4), ""));
    insta::assert_snapshot!(error, @"`no-such-command` was not found; check the name, or give its full path");
    let (code, _, error) = ended(&["--bind", "0.0.0.0", "--", "true"]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(error, @"0.0.0.0 can be reached from other machines, and whoever reaches the mock gets its secrets; add `--allow-remote` if that is meant");
    assert_eq!(ended(&["--http"]).0, Some(2));
    assert_eq!(
        ended(&["--config", "/nowhere.yaml", "--", "true"]).0,
        Some(2)
    );
}

#[test]
fn a_command_that_was_killed_ends_it_as_shells_do() {
    assert_eq!(
        ended(&["--http", "--", "sh", "-c", "kill -9 $$"]).0,
        Some(137)
    );
}

/// Sends a signal once the command has said that it is up, and says how everything ended.
fn signalled(script: &str, signals: &[&str]) -> (Option<i32>, String) {
    let home = home();
    let mut started = env(&home, &["--http", "--", "sh", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(started.stdout.take().expect("a pipe"));
    let mut said = String::new();
    for signal in signals {
        let before = said.len();
        out.read_line(&mut said).expect("a line");
        assert_ne!(said.len(), before, "it is not up: {said}");
        let id = started.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("kill starts").success());
    }
    // The pipe ends when the last process that has it is gone: nothing is left running.
    out.read_to_string(&mut said).expect("UTF-8");
    (started.wait().expect("an end").code(), said)
}

#[test]
fn signals_are_passed_on() {
    for (signal, code) in [("INT", 3), ("TERM", 4), ("HUP", 5)] {
        let script = "trap 'exit 3' INT; trap 'exit 4' TERM; trap 'exit 5' HUP
            echo up; while :; do sleep 0.05; done";
        assert_eq!(
            signalled(script, &[signal]),
            (Some(code), "up\n".to_owned()),
            "{signal}"
        );
    }
}

#[test]
fn a_second_signal_kills_it_with_all_it_has_started() {
    let script = "trap 'echo not yet' TERM; sleep 30 & echo up; while :; do sleep 0.05; done";
    let (code, said) = signalled(script, &["TERM", "TERM"]);
    assert_eq!(code, Some(137));
    assert!(said.starts_with("up\nnot yet\n"), "{said}");
}

/// What is seen on a terminal, and the code at the end.
fn at_terminal(what: &str, given: &str, script: &str) -> Option<String> {
    let python = python::or_skip("what is done at a terminal")?;
    let home = home();
    let env = env(&home, &["--http", "--", "sh", "-c", script]);
    let output = Command::new(python)
        .arg(workspace_folder().join("tests/clients/terminal.py"))
        .args([what, given])
        .arg(env.get_program())
        .args(env.get_args())
        .env("XDG_DATA_HOME", home.path())
        .env_remove("TOKENPROOF_CONTROL_TOKEN")
        .output()
        .expect("it starts");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} {given}: {complaints}");
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn in_the_foreground_a_command_can_read_from_the_terminal_whatever_its_input_is() {
    let script = "echo up; read line < /dev/tty; echo read $line, done";
    for given in ["terminal", "/dev/null"] {
        let Some(said) = at_terminal("types", given, script) else {
            return;
        };
        assert_eq!(said, "up\nread hello, done\n0\n", "{given}");
    }
}

#[test]
fn in_the_foreground_ctrl_c_reaches_a_command_once() {
    let script = "trap 'echo told; told=x$told' INT; echo up
        while [ -z $told ]; do sleep 0.05; done; sleep 0.3; echo $told done; exit 3";
    for given in ["terminal", "/dev/null"] {
        let Some(said) = at_terminal("interrupts", given, script) else {
            return;
        };
        assert_eq!(said, "up\ntold\nx done\n3\n", "{given}");
    }
}

#[test]
fn a_terminal_of_another_session_is_nobodys_foreground() {
    let script = "trap 'echo told; exit 3' INT; sleep 30 & echo up; while :; do sleep 0.05; done";
    let Some(said) = at_terminal("foreign", "terminal", script) else {
        return;
    };
    assert_eq!(said, "up\ntold\n3\n");
}

#[test]
fn what_a_command_leaves_behind_is_ended_with_it() {
    let home = home();
    let output = env(&home, &["--http", "--", "sh", "-c", "sleep 30 & echo done"])
        .output()
        .expect("it starts");
    // Reading to the end of its output would have taken as long as the sleep.
    assert_eq!(output.stdout, b"done\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_programs_serve_alike() {
    let home = home();
    let help = |program: &mut Command| {
        let output = program
            .args(["serve", "--help"])
            .env("COLUMNS", "100")
            .output();
        let help = String::from_utf8(output.expect("it starts").stdout).expect("UTF-8");
        help.replace("tokenproof", "mock-idp")
    };
    assert_eq!(
        help(&mut tokenproof()),
        help(&mut tests::program::mock_idp())
    );
    let output = tokenproof()
        .arg("ca")
        .env("XDG_DATA_HOME", home.path())
        .output()
        .expect("it starts");
    assert!(output.status.success());
    assert!(output.stdout.starts_with(b"-----BEGIN CERTIFICATE-----"));
}
