//! A driver for Tokenproof: it lets Tokenproof test a token client, over standard input and output. What is marked TODO stands
//! where your client belongs. `cargo build`, then `tokenproof check-driver target/debug/driver` tells whether it works.

use std::cell::{Cell, RefCell};
use std::{collections::HashMap, error::Error, rc::Rc, time::Duration};

use jiff::Timestamp;
use reqwest::{Certificate, Method, Url};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[derive(Default)]
struct Driver {
    clock: Cell<Timestamp>,
    clients: RefCell<HashMap<String, Rc<Client>>>,
}

/// TODO your client in its place; its time must be the driver's `clock`, or declare another kind of clock in `hello`.
struct Client {
    setup: Value,
    http: reqwest::Client,
    /// The token, and until when it is fresh.
    stored: tokio::sync::Mutex<Option<(String, Timestamp)>>,
}

impl Client {
    fn open(setup: &Value) -> Result<Self, Box<dyn Error>> {
        let ca = Certificate::from_pem(text(&setup["idp"]["ca_pem"]).as_bytes())?;
        Ok(Self {
            setup: setup.clone(),
            http: reqwest::Client::builder().tls_certs_only([ca]).build()?,
            stored: Default::default(),
        })
    }

    async fn token(&self, now: Timestamp) -> Result<String, Box<dyn Error>> {
        let mut stored = self.stored.lock().await; // many callers, one request
        if let Some((token, fresh_until)) = &*stored
            && now < *fresh_until
        {
            return Ok(token.clone());
        }
        let (auth, scopes) = (&self.setup["auth"], self.setup["scopes"].as_array());
        let scopes: Vec<&str> = scopes.into_iter().flatten().map(text).collect();
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", &scopes.join(" ")),
            ("client_id", text(&auth["client_id"])),
            ("client_secret", text(&auth["client_secret"])),
        ];
        let form = Url::parse_with_params("form:", form)?;
        let ask = self.http.post(text(&self.setup["idp"]["token_url"]));
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        let reply = ask
            .body(form.query().unwrap_or_default().to_owned())
            .send()
            .await?;
        let answer: Value = serde_json::from_slice(&reply.error_for_status()?.bytes().await?)?;
        let lifetime = answer["expires_in"].as_u64().unwrap_or_default();
        let fresh_until = now + Duration::from_secs(lifetime - (lifetime / 2).min(300));
        let token = text(&answer["access_token"]).to_owned();
        *stored = Some((token.clone(), fresh_until));
        Ok(token)
    }

    async fn call(&self, now: Timestamp, ask: &Value) -> Result<u16, Box<dyn Error>> {
        let method: Method = text(&ask["method"]).parse()?;
        let call = self
            .http
            .request(method, text(&ask["url"]))
            .body(text(&ask["body"]).to_owned());
        let call = call.header("content-type", "application/json");
        Ok(call
            .bearer_auth(self.token(now).await?)
            .send()
            .await?
            .status()
            .as_u16())
    }
}

async fn answer(driver: &Driver, ask: &Value) -> Result<Value, Box<dyn Error>> {
    if let Some(now) = ask["now"].as_str() {
        driver.clock.set(now.parse()?);
    }
    let (now, name) = (driver.clock.get(), text(&ask["client"]));
    let client = driver.clients.borrow().get(name).cloned();
    let client = client.ok_or_else(|| format!("`{name}` is not open"));
    let ok = match text(&ask["op"]) {
        // TODO its name, and what it can do: docs/driver-protocol.md has the list
        "hello" => json!({ "version": 1, "name": "example-rust", "release": "1", "can": {
            "grants": ["client_credentials"], "auth": ["post"], "ops": ["call_api", "set_clock"],
            "clock": "driven", "concurrency": 64, "reuse": true,
        } }),
        "open" => {
            let client = Rc::new(Client::open(ask)?);
            driver.clients.borrow_mut().insert(name.to_owned(), client);
            json!({})
        }
        "get_token" => json!({ "token": client?.token(now).await? }),
        "call_api" => json!({ "status": client?.call(now, ask).await? }),
        "set_clock" => json!({}),
        "close" => {
            client?;
            driver.clients.borrow_mut().remove(name);
            json!({})
        }
        op => return Ok(json!({ "unsupported": format!("this driver has no {op}") })),
    };
    Ok(json!({ "ok": ok }))
}

async fn respond(driver: Rc<Driver>, ask: Value) {
    // TODO its classes
    let failed = |error: Box<dyn Error>| json!({ "err": { "message": error.to_string() } });
    let mut said = answer(&driver, &ask).await.unwrap_or_else(failed);
    said["id"] = ask["id"].clone();
    println!("{said}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let driver = Rc::new(Driver::default());
    let mut lines = BufReader::new(stdin()).lines();
    let talk = async {
        while let Some(line) = lines.next_line().await? {
            tokio::task::spawn_local(respond(driver.clone(), serde_json::from_str(&line)?));
        }
        Ok(())
    };
    tokio::task::LocalSet::new().run_until(talk).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
