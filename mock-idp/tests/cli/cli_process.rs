//! The `mock-idp` binary as a process of its own.

use std::io::{BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-idp"));
    command
        .args(arguments)
        // A place for the CA that is nobody's home, and no token from around.
        .env("XDG_DATA_HOME", path("data"))
        .env_remove("TOKENPROOF_CONTROL_TOKEN");
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
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
}

impl Served {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(command(&["serve"]).args(arguments))
    }

    /// Starts this command and waits until it is ready.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        let mut served = Self {
            child,
            said: String::new(),
            out,
            err,
        };
        loop {
            let line = line(&mut served.out);
            let is_ready = line.starts_with("ready");
            served.said.push_str(&line);
            if is_ready {
                return served;
            }
            if line.is_empty() {
                let rest = served.rest();
                panic!("it ended before it was ready: {}{rest}", served.said);
            }
        }
    }

    /// The next line it prints.
    pub(crate) fn next_line(&mut self) -> String {
        line(&mut self.out)
    }

    /// The next line of its complaints.
    pub(crate) fn next_complaint(&mut self) -> String {
        line(&mut self.err)
    }

    fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.err.read_to_string(&mut rest).unwrap();
        rest
    }

    /// Sends it a signal and waits for its end.
    pub(crate) fn signal(mut self, name: &str) -> ExitStatus {
        self.send(name);
        self.child.wait().unwrap()
    }

    /// Sends it a signal.
    pub(crate) fn send(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(reader: &mut impl std::io::BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line
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
    let (status, body) = token_with(facts, facts["client_secret"].as_str().unwrap());
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// The answer to a request for a token with this secret, over plain HTTP.
pub(crate) fn token_with(facts: &Value, secret: &str) -> (u16, String) {
    let text = |name: &str| facts[name].as_str().unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={secret}&scope={}",
        text("client_id"),
        text("scope")
    );
    http(
        "POST",
        text("token_url"),
        "Content-Type: application/x-www-form-urlencoded\r\n",
        &form,
    )
}

/// One request over plain HTTP: status and body.
pub(crate) fn http(method: &str, url: &str, headers: &str, body: &str) -> (u16, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    (status.parse().unwrap(), body.to_owned())
}

/// What a ready file says.
pub(crate) fn facts(ready: &std::path::Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(ready).unwrap()).unwrap()
}
