//! The `mock-idp` binary as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-idp"));
    command.args(arguments);
    command
}

/// Runs to the end: exit code, stdout, stderr.
pub(crate) fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A path of this test run's own.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// A pipe of this test run's own: nobody writes to it or reads from it.
pub(crate) fn fifo(name: &str) -> PathBuf {
    let fifo = path(name);
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    fifo
}

/// A serving process. It is killed when a test fails before it ends.
pub(crate) struct Served {
    pub(crate) child: Child,
    /// What it printed until it was ready.
    pub(crate) said: String,
}

impl Served {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let child = command(&["serve"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut served = Self {
            child,
            said: String::new(),
        };
        let said = BufReader::new(served.child.stdout.take().unwrap());
        for line in said.lines() {
            let line = line.unwrap();
            served.said.push_str(&line);
            served.said.push('\n');
            if line.starts_with("ready") {
                return served;
            }
        }
        panic!("it ended before it was ready: {}", served.said);
    }

    pub(crate) fn signal(mut self, name: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same text with every port replaced.
pub(crate) fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let mut shown = parts.next().unwrap().to_owned();
    for part in parts {
        shown.push_str("127.0.0.1:<port>");
        shown.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    shown
}

/// A token by client credentials, over plain HTTP.
pub(crate) fn token(facts: &Value) -> Value {
    let text = |name: &str| facts[name].as_str().unwrap();
    let (authority, path) = text("token_url")
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
        text("client_id"),
        text("client_secret"),
        text("scope")
    );
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}
