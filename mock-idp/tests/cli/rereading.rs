//! SIGHUP: limits, faults and keys of the directory file that is read again.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::cli_process::{Served, facts, http, path};

/// A server whose Okta world has something more in its directory.
struct Reread {
    served: Served,
    config: PathBuf,
    facts: Value,
}

impl Reread {
    fn start(name: &str, more: &str) -> Self {
        let (ready, config) = (path(&format!("{name}.json")), path(&format!("{name}.yaml")));
        write(&config, more);
        let served = Served::start(&[
            "--http",
            "--provider",
            "okta",
            "--ready-file",
            ready.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ]);
        let facts = facts(&ready);
        Self {
            served,
            config,
            facts,
        }
    }

    fn reread(&mut self, more: &str) {
        write(&self.config, more);
        self.served.send("HUP");
        assert_eq!(
            self.served.next_line(),
            "read the directory again, with its keys, limits and faults\n"
        );
    }

    /// Asks the control API for something of the world.
    fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!(
            "{}/worlds/okta{path}",
            self.facts["control"]["url"].as_str().unwrap()
        );
        let json = "Content-Type: application/json\r\n";
        let (status, body) = match body {
            Value::Null => http(method, &url, "", ""),
            body => http(method, &url, json, &body.to_string()),
        };
        assert!((200..300).contains(&status), "{status} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// The statuses that so many requests for the key set get.
    fn statuses<const N: usize>(&self) -> [u16; N] {
        [(); N].map(|()| http("GET", self.text("jwks_url"), "", "").0)
    }

    fn text(&self, name: &str) -> &str {
        self.facts["okta"][name].as_str().unwrap()
    }

    /// The faults of the world, by name and whether they are the file's.
    fn faults(&self) -> Vec<(String, bool)> {
        let listed = self.control("GET", "/faults", &Value::Null);
        let faults = listed["faults"].as_array().unwrap();
        let fault = |fault: &Value| {
            let id = fault["id"].as_str().unwrap().to_owned();
            (id, fault["from_directory"].as_bool().unwrap())
        };
        faults.iter().map(fault).collect()
    }

    /// The keys of the world: `*` for the one that signs, in brackets what is not published.
    fn keys(&self) -> Vec<String> {
        let listed = self.control("GET", "/keys", &Value::Null);
        let shown = |key: &Value| {
            let kid = &key["kid"].as_str().unwrap()[..4];
            let kid = match key["published"].as_bool() {
                Some(true) => kid.to_owned(),
                _ => format!("({kid})"),
            };
            let star = if key["active"] == true { "*" } else { "" };
            format!("{kid}{star}")
        };
        listed["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(shown)
            .collect()
    }

    fn end(self) {
        assert_eq!(self.served.signal("TERM").code(), Some(0));
        std::fs::remove_file(&self.config).unwrap();
    }
}

fn write(config: &std::path::Path, more: &str) {
    let text = include_str!("../../src/directory/default.yaml");
    let text = text.replace("\nokta:\n", &format!("\nokta:\n{more}"));
    std::fs::write(config, text).unwrap();
}

fn limit(requests: u32) -> String {
    format!("  limits: [{{ to: jwks, requests: {requests}, per: 1h }}]\n")
}

#[test]
fn limits_are_those_of_the_file_that_changed_them() {
    let mut world = Reread::start("limits", &limit(2));
    assert_eq!(world.statuses(), [200, 200, 429]);
    // What is counted goes on.
    world.reread(&limit(3));
    assert_eq!(world.statuses(), [200, 429]);
    world.control("POST", "/reset", &Value::Null);
    assert_eq!(world.statuses(), [200, 200, 200, 429]);
    // A file that changes none leaves those of the control API.
    let own = json!({ "limits": [{ "to": ["jwks"], "requests": 1, "per": "2h" }] });
    world.control("PUT", "/limits", &own);
    world.reread(&limit(3));
    assert_eq!(world.statuses(), [200, 429]);
    world.reread("");
    assert_eq!(world.statuses(), [200, 200]);
    world.control("POST", "/reset", &Value::Null);
    assert_eq!(world.statuses(), [200, 200, 200, 200]);
    world.end();
}

#[test]
fn faults_of_the_file_change_and_those_of_the_control_api_stay() {
    let fault = |status: u16| format!("  faults: [{{ to: jwks, reply: {status}, times: 1 }}]\n");
    let mut world = Reread::start("faults", &fault(503));
    world.control("POST", "/faults", &json!({ "to": "jwks", "reply": 418 }));
    assert_eq!(world.statuses(), [503, 418]);
    world.reread(&fault(503));
    assert_eq!(world.statuses(), [418]);
    world.reread(&fault(502));
    assert_eq!(world.statuses(), [502, 418]);
    let named = |id: &str, is_files| (id.to_owned(), is_files);
    assert_eq!(
        world.faults(),
        [named("fault#3", true), named("fault#2", false)]
    );
    world.control("POST", "/reset", &Value::Null);
    assert_eq!(world.faults(), [named("fault#3", true)]);
    assert_eq!(world.statuses(), [502, 200]);
    world.reread("");
    assert_eq!(world.faults(), []);
    world.end();
}

#[test]
fn keys_of_the_file_come_and_go() {
    let keys = |keys: &str| format!("  keys: [{keys}]\n");
    let mut world = Reread::start("keys", &keys("{ built_in: okta-1 }"));
    let before = world.keys();
    world.reread(&keys(
        "{ built_in: okta-1 }, { built_in: okta-2, status: next }",
    ));
    let both = world.keys();
    assert_eq!(both.len(), 2);
    assert_eq!(both[0], before[0]);
    world.reread(&keys("{ built_in: okta-2 }"));
    let (first, second) = (before[0].trim_end_matches('*'), &both[1]);
    let withdrawn = [format!("({first})"), format!("{second}*")];
    assert_eq!(world.keys(), withdrawn);
    world.control("POST", "/reset", &Value::Null);
    assert_eq!(world.keys(), withdrawn);
    let (status, set) = http("GET", world.text("jwks_url"), "", "");
    assert_eq!(status, 200);
    let set: Value = serde_json::from_str(&set).unwrap();
    let published = set["keys"].as_array().unwrap();
    assert_eq!(published.len(), 1);
    assert!(published[0]["kid"].as_str().unwrap().starts_with(second));
    world.end();
}

#[test]
fn a_file_that_no_world_could_begin_with_changes_nothing() {
    let mut world = Reread::start("unfit", &limit(1));
    let text = std::fs::read_to_string(&world.config).unwrap();
    let public = text.replace("\n      secrets:", "\n      enabled: false\n      secrets:");
    assert_ne!(public, text);
    std::fs::write(&world.config, public.replace("requests: 1", "requests: 2")).unwrap();
    world.served.send("HUP");
    let complaint = world.served.next_complaint();
    assert_eq!(
        complaint,
        "error: the directory has no enabled application with a secret\n"
    );
    assert_eq!(
        world.served.next_complaint(),
        "the directory stays as it was\n"
    );
    assert_eq!(world.statuses(), [200, 429]);
    world.end();
}
