//! A control API and whoever sits at it.

use std::sync::Arc;

use mock_idp::control::Control;
use mock_idp::host::Host;
use mock_idp::{MockIdp, Secret};
use reqwest::Method;
use serde_json::{Value, json};

/// A host, its control API, and a client of both.
pub(crate) struct Desk {
    pub(crate) host: Arc<Host>,
    pub(crate) control: Control,
    pub(crate) http: reqwest::Client,
}

/// What the control API said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) text: String,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(None).await
    }

    pub(crate) async fn with(token: Option<&str>) -> Self {
        let host = Arc::new(Host::new());
        let address = "127.0.0.1:0".parse().unwrap();
        let control = Control::bind(host.clone(), address, token.map(Secret::new)).await;
        Self {
            host,
            control: control.unwrap(),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .tls_certs_only([])
                .build()
                .unwrap(),
        }
    }

    /// A desk with one world `w` of Okta, over plain HTTP, at the start of 2030.
    pub(crate) async fn with_world() -> Self {
        Self::with_world_of("okta").await
    }

    /// The same with a world of this vendor.
    pub(crate) async fn with_world_of(provider: &str) -> Self {
        let desk = Self::new().await;
        desk.make(json!({
            "name": "w",
            "provider": provider,
            "tls": false,
            "clock": { "virtual": { "start": "2030-01-01T00:00:00Z" } },
        }))
        .await;
        desk
    }

    /// Makes a world and says what was said of it.
    pub(crate) async fn make(&self, wanted: Value) -> Value {
        let said = self.post("/worlds", wanted).await;
        assert_eq!(said.status, 201, "{}", said.text);
        said.json()
    }

    pub(crate) fn world(&self) -> Arc<MockIdp> {
        self.host.get(&"w".parse().unwrap()).unwrap()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.control.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Said {
        Said::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Said {
        Said::of(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Said {
        Said::of(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Said {
        Said::of(self.request(Method::PUT, path).json(&body)).await
    }

    /// A POST of a text that claims to be of this media type.
    pub(crate) async fn post_text(&self, path: &str, media_type: &str, text: &str) -> Said {
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", media_type);
        Said::of(request.body(text.to_owned())).await
    }

    /// A token request of the example client of `w`.
    pub(crate) async fn ask_for_token(&self) -> (u16, Value) {
        let idp = self.world();
        let credentials = idp.credentials();
        let scopes = idp.scopes(mock_idp::directory::GrantType::ClientCredentials);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &credentials.client_id),
            ("client_secret", credentials.client_secret.reveal()),
            ("scope", &scopes.join(" ")),
        ];
        let answer = self.http.post(idp.token_url()).form(&form).send().await;
        let answer = answer.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The status of a call of `w`'s resource with this token.
    pub(crate) async fn call_with(&self, token: &str) -> u16 {
        let call = self.http.get(self.world().api_url()).bearer_auth(token);
        call.send().await.unwrap().status().as_u16()
    }
}

impl Said {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let media_type = answer.headers().get("content-type");
        Self {
            status: answer.status().as_u16(),
            media_type: media_type
                .map_or("", |value| value.to_str().unwrap())
                .to_owned(),
            text: answer.text().await.unwrap(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// Status and reason of a refusal, and the place of the mistake.
    pub(crate) fn refusal(&self) -> String {
        assert_eq!(self.media_type, "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert_eq!(problem["type"], "about:blank");
        let place = match (problem["line"].as_u64(), problem["column"].as_u64()) {
            (Some(line), Some(column)) => format!(" [{line}:{column}]"),
            _ => String::new(),
        };
        let pointer = problem["pointer"].as_str();
        let pointer = pointer.map_or_else(String::new, |way| format!(" #{way}"));
        let (title, detail) = (&problem["title"], &problem["detail"]);
        let (title, detail) = (title.as_str().unwrap(), detail.as_str().unwrap());
        format!("{} {title}: {detail}{place}{pointer}", self.status)
    }
}
