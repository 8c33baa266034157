//! Secrets that are planted in a directory, and looked for in everything that the program says without having been asked for one.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};

use serde_json::Value;
use tests::program::mock_idp;

use super::http::ask;

const SECRET: &str = "planted~client+secret/1";
const OTHER_SECRET: &str = "planted~other-secret=2";
const PASSWORD: &str = "planted&pass word-3";
const API_TOKEN: &str = "00planted_api-token~4";
/// In files that cannot be used, and in requests that ask for what there is not.
const MISTAKEN: &str = "planted-by-mistake.5";

const DIRECTORY: &str = r#"
okta:
  org_id: 00o1plantedOrg000d7a
  authorization_servers: [{ id: default, audience: "api://x", scopes: [orders.read] }]
  applications:
    - id: 0oa1plantedDaemon0d7
      name: Daemon
      secrets: [{ value: "planted~client+secret/1" }, { value: "planted~other-secret=2" }]
      grants: [client_credentials, password, refresh_token]
      scopes: [orders.read, openid, offline_access, okta.users.read]
  users: [{ id: 00u1planted, login: gil@x.example, name: Gil, password: "planted&pass word-3" }]
  api_tokens: [{ id: 00T1, name: ci, value: 00planted_api-token~4, user: gil@x.example }]
"#;

/// What is made of the directory above by whoever makes a mistake, each with the planted mistake in it.
const MISTAKES: [&str; 6] = [
    "planted-by-mistake.5",
    "okta:\n  client_secret: planted-by-mistake.5\n",
    "okta:\n  api_tokens: { planted-by-mistake.5: ci }\n",
    "okta:\n  users: [{ password: [planted-by-mistake.5] }]\n",
    "okta:\n  users:\n    - password: !planted-by-mistake.5\n",
    "okta:\n  users:\n    - password=planted-by-mistake.5\n      login: gil\n",
];

/// Ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        let told = Command::new("kill").args([name, &id]).status();
        assert!(told.expect("a kill").success());
    }
}

/// What was said, and by whom.
#[derive(Default)]
struct Heard(Vec<(String, String)>);

impl Heard {
    /// Sends bytes as they are, and hears what comes back.
    fn send(&mut self, to: SocketAddr, request: &str) {
        let mut stream = TcpStream::connect(to).expect("a connection");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = Vec::new();
        // Nonsense is answered by closing, perhaps with a reset.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        self.0.push((request.to_owned(), answer));
    }

    fn form(&mut self, to: SocketAddr, path: &str, headers: &str, body: &str) {
        let length = body.len();
        self.send(to, &format!("POST {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{headers}\r\n{body}"));
    }

    fn get(&mut self, to: SocketAddr, path: &str, headers: &str) {
        self.send(
            to,
            &format!("GET {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{headers}\r\n"),
        );
    }

    /// Follows the journal from its beginning for as many events as it has by now.
    fn follow(&mut self, to: SocketAddr) {
        let path = "/worlds/okta/journal";
        self.get(to, path, "");
        let journal = self
            .0
            .last()
            .and_then(|(_, said)| said.split_once("\r\n\r\n"));
        let journal: Value = journal
            .and_then(|(_, body)| serde_json::from_str(body).ok())
            .expect("a journal");
        let events = journal["entries"].as_array().map_or(0, Vec::len);
        assert!(events > 40, "{events}");
        let mut stream = TcpStream::connect(to).expect("a connection");
        let request = format!("GET {path}/follow?after=0 HTTP/1.1\r\nHost: {to}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut said = String::new();
        while said.matches("event: exchange").count() < events {
            let mut some = [0; 65_536];
            let read = stream.read(&mut some).expect("it is read");
            assert!(read > 0, "{said}");
            said.push_str(&String::from_utf8_lossy(&some[..read]));
        }
        self.0.push((request, said));
    }

    async fn control(&mut self, to: SocketAddr, method: &str, path: &str, body: Option<Value>) {
        let said = ask(to, method, path, body.as_ref()).await;
        let asked = format!("{method} {path} {body:?}");
        self.0
            .push((asked, format!("{} {}", said.status, said.body)));
    }
}

#[tokio::test]
async fn planted_secrets_show_nowhere_but_where_they_were_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let key = mock_idp().arg("keygen").output().expect("a key").stdout;
    let key = String::from_utf8(key).expect("PEM");
    let key_line = key.lines().nth(5).expect("a line of the key").to_owned();
    let indented: String = key
        .lines()
        .map(|line| format!("        {line}\n"))
        .collect();
    let directory = format!("{DIRECTORY}  keys:\n    - pem: |\n{indented}      status: active\n");
    std::fs::write(at("directory.yaml"), &directory).expect("a file");

    let create = |name| File::create(at(name)).expect("a file");
    let child = mock_idp()
        .args(["serve", "--http", "--provider", "okta", "--config"])
        .arg(at("directory.yaml"))
        .arg("--ready-file")
        .arg(at("ready.json"))
        .stdout(create("out"))
        .stderr(create("err"))
        .spawn();
    let mut running = Running(child.expect("it starts"));
    let ready = wait_until(&at("ready.json"), |_| true, &mut running);
    let ready: Value = serde_json::from_str(&ready).expect("JSON");
    let address = |url: &Value| -> SocketAddr {
        let url = url.as_str().and_then(|url| url.strip_prefix("http://"));
        url.and_then(|url| url.parse().ok()).expect("an address")
    };
    let org = address(&ready["okta"]["origins"]["org"]);
    let api = address(&ready["okta"]["origins"]["api"]);
    let control = address(&ready["control"]["url"]);

    // What this test looks for is found where it was asked for.
    let credentials = ask(control, "GET", "/worlds/okta/credentials", None).await;
    assert!(in_clear(&credentials.body, &[OTHER_SECRET]).is_some());

    let mut heard = Heard::default();
    send_to_wrong_places(&mut heard, org, api);
    read_and_err(&mut heard, control).await;
    for (count, mistake) in MISTAKES.iter().enumerate() {
        std::fs::write(at("directory.yaml"), mistake).expect("a file");
        running.signal("-HUP");
        let said = |said: &str| said.matches("the directory stays").count() > count;
        wait_until(&at("err"), said, &mut running);
    }
    read_and_err(&mut heard, control).await;
    running.signal("-TERM");
    assert_eq!(running.0.wait().expect("an end").code(), Some(0));

    let said = |name| std::fs::read_to_string(at(name)).expect("what it said");
    let samples = [
        "client secret ",
        "password ",
        "API token ",
        "export OKTA_CLIENT_TOKEN=",
    ];
    let (shown, rest): (Vec<String>, Vec<String>) =
        said("out").lines().map(str::to_owned).partition(|line| {
            let line = line.trim_start();
            samples.iter().any(|sample| line.starts_with(sample))
        });
    assert_eq!(shown.len(), samples.len(), "{shown:?}");
    heard.0.push(("stdout".to_owned(), rest.join("\n")));
    heard.0.push(("stderr".to_owned(), said("err")));
    let planted = [
        SECRET,
        OTHER_SECRET,
        PASSWORD,
        API_TOKEN,
        MISTAKEN,
        &key_line,
    ];
    for (asked, said) in &heard.0 {
        if let Some(secret) = in_clear(said, &planted) {
            panic!("{asked}\nwas answered with `{secret}` in it:\n{said}");
        }
    }
}

/// Every secret where it does not belong, and some where they do.
fn send_to_wrong_places(heard: &mut Heard, org: SocketAddr, api: SocketAddr) {
    let token = "/oauth2/default/v1/token";
    let id = "client_id=0oa1plantedDaemon0d7";
    let secret = encoded(SECRET);
    let password = encoded(PASSWORD);
    let right =
        format!("grant_type=client_credentials&scope=orders.read&{id}&client_secret={secret}");
    heard.form(org, token, "", &right);
    heard.form(org, token, "", &format!("grant_type=password&scope=openid&username=gil%40x.example&password={password}&{id}&client_secret={secret}"));
    heard.form(org, token, "", &format!("grant_type=password&username={password}&password={secret}&{id}&client_secret={password}"));
    heard.form(
        org,
        token,
        "",
        &format!("grant_type={secret}&scope={password}&{id}&client_secret={secret}"),
    );
    heard.form(
        org,
        token,
        "",
        &format!("grant_type=client_credentials&client_id={secret}&client_secret={id}"),
    );
    heard.form(org, token, "", &format!("{secret}={password}"));
    heard.form(
        org,
        &format!("{token}?client_secret={secret}&x={password}"),
        "",
        &right,
    );
    heard.form(api, token, "", &right);
    for scheme in ["Bearer", "SSWS", "Basic", "Nobody"] {
        for secret in [SECRET, OTHER_SECRET, API_TOKEN] {
            let header = format!("Authorization: {scheme} {secret}\r\n");
            heard.form(org, token, &header, "grant_type=client_credentials");
            heard.get(org, "/api/v1/users", &header);
            heard.get(api, "/orders", &header);
        }
    }
    for place in [&secret, &password, &encoded(API_TOKEN)] {
        heard.get(
            org,
            &format!("/api/v1/users/{place}?after={place}&q=%22{place}"),
            "",
        );
        heard.get(
            org,
            &format!("/{place}/.well-known/openid-configuration"),
            "",
        );
        heard.get(
            api,
            &format!("/orders/{place}"),
            &format!("User-Agent: {place}\r\nX-Other: {place}\r\n"),
        );
    }
    heard.send(org, &format!("{OTHER_SECRET} no HTTP at all\r\n\r\n"));
    // As TLS begins, which is not spoken here.
    heard.send(org, &format!("\u{16}\u{3}\u{1}{OTHER_SECRET}\r\n\r\n"));
}

/// Reads all that shows no secret by rights, and asks for what cannot be.
async fn read_and_err(heard: &mut Heard, control: SocketAddr) {
    let okta = |path: &str| format!("/worlds/okta{path}");
    for path in [
        "",
        "/directory",
        "/keys",
        "/faults",
        "/limits",
        "/limits/usage",
        "/snapshots",
        "/sign-ins",
        "/journal",
    ] {
        heard.control(control, "GET", &okta(path), None).await;
    }
    let never = serde_json::json!({ "never": { "to": "token" } });
    heard
        .control(control, "POST", &okta("/verify"), Some(never))
        .await;
    let user = "/directory/users/00u1planted";
    let application = "/directory/applications/0oa1plantedDaemon0d7";
    heard.follow(control);
    for (method, path, body) in [
        ("PUT", user, serde_json::json!(MISTAKEN)),
        (
            "PUT",
            user,
            serde_json::json!({ "login": "gil", "name": "Gil", "enabled": MISTAKEN }),
        ),
        (
            "PUT",
            user,
            serde_json::json!({ "login": "gil", "name": "Gil", "password": [MISTAKEN] }),
        ),
        (
            "PUT",
            user,
            serde_json::json!({ "login": "gil", "name": "Gil", "passwort": MISTAKEN }),
        ),
        (
            "PUT",
            application,
            serde_json::json!({ "name": "Daemon", "secrets": [MISTAKEN] }),
        ),
        (
            "PUT",
            application,
            serde_json::json!({ "name": "Daemon", "client_secret": MISTAKEN }),
        ),
        (
            "PUT",
            "/directory",
            serde_json::json!({ "okta": { "api_tokens": { MISTAKEN: 1 } } }),
        ),
        ("POST", "/keys", serde_json::json!({ "pem": MISTAKEN })),
        (
            "POST",
            "/tokens/revoke",
            serde_json::json!({ "value": MISTAKEN }),
        ),
    ] {
        heard
            .control(control, method, &okta(path), Some(body))
            .await;
    }
}

/// Which of these secrets a text has, as it is, or form-encoded.
fn in_clear(text: &str, secrets: &[&str]) -> Option<String> {
    let forms = |secret: &str| {
        [
            secret.to_owned(),
            encoded(secret),
            encoded(secret).to_lowercase(),
        ]
    };
    let mut forms = secrets.iter().flat_map(|secret| forms(secret));
    forms.find(|form| text.contains(form.as_str()))
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Reads a file again and again until it says what is waited for.
fn wait_until(file: &Path, is_it: impl Fn(&str) -> bool, running: &mut Running) -> String {
    loop {
        if let Ok(text) = std::fs::read_to_string(file)
            && is_it(&text)
        {
            return text;
        }
        let ended = running.0.try_wait().expect("its state");
        assert!(ended.is_none(), "it ended too early");
        std::thread::yield_now();
    }
}
