//! A world on a virtual clock, and a client that talks to it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::clock::VirtualClock;
use mock_idp::directory::{GrantType, Rotation, RotationMode};
use mock_idp::journal::{Entry, Origin, TokenRequestFacts};
use mock_idp::{Builder, Identity, MockIdp, Provider};
use std::sync::Arc;

use crate::answer::Answer;

/// Where every stage's clock starts.
pub(crate) const START: &str = "2030-01-01T00:00:00Z";

/// One world and its client.
pub(crate) struct Stage {
    pub(crate) idp: MockIdp,
    pub(crate) clock: VirtualClock,
    pub(crate) http: reqwest::Client,
}

impl Stage {
    pub(crate) async fn entra() -> Self {
        Self::of(MockIdp::entra()).await
    }

    pub(crate) async fn okta() -> Self {
        Self::of(MockIdp::okta()).await
    }

    /// Starts a world over plain HTTP.
    pub(crate) async fn of(builder: Builder) -> Self {
        Self::started(builder.plain_http()).await
    }

    /// Starts a world as the builder has it.
    pub(crate) async fn started(builder: Builder) -> Self {
        let clock = VirtualClock::starting_at(START.parse().unwrap());
        let idp = builder
            .clock(Arc::new(clock.clone()))
            .start()
            .await
            .unwrap();
        Self {
            idp,
            clock,
            http: client(),
        }
    }

    /// A token request of the example application to the example server, with the secret in the body.
    pub(crate) fn ask(&self, grant: &str) -> TokenAsk<'_> {
        let credentials = self.idp.credentials();
        TokenAsk {
            stage: self,
            method: reqwest::Method::POST,
            url: self.idp.token_url(),
            form: Vec::new(),
            headers: Vec::new(),
        }
        .with("grant_type", grant)
        .with("client_id", &credentials.client_id)
        .with("client_secret", credentials.client_secret.reveal())
    }

    /// Client credentials for the example resource.
    pub(crate) fn app_only(&self) -> TokenAsk<'_> {
        let scope = match self.idp.provider() {
            Provider::Entra => "https://graph.microsoft.com/.default",
            Provider::Okta => "orders.read",
        };
        self.ask("client_credentials").with("scope", scope)
    }

    /// The example user's password, with offline access.
    pub(crate) fn password(&self) -> TokenAsk<'_> {
        let credentials = self.idp.credentials();
        let scope = match self.idp.provider() {
            Provider::Entra => "User.Read openid profile offline_access",
            Provider::Okta => "orders.read openid offline_access",
        };
        self.ask("password")
            .with("username", &credentials.username)
            .with("password", credentials.password.reveal())
            .with("scope", scope)
    }

    /// A refresh with the given token.
    pub(crate) fn refresh(&self, token: &str) -> TokenAsk<'_> {
        self.ask("refresh_token").with("refresh_token", token)
    }

    /// An access token for the example resource.
    pub(crate) async fn access_token(&self) -> String {
        let answer = self.app_only().send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.text("access_token")
    }

    /// A GET with these headers.
    pub(crate) async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// A token request of this application to its own server, with the secret in the body.
    pub(crate) fn ask_as(&self, identity: &Identity, grant: &str) -> TokenAsk<'_> {
        self.ask(grant)
            .at(&identity.token_url)
            .with("client_id", &identity.client_id)
            .with("client_secret", identity.client_secret.reveal())
    }

    /// Client credentials of this application for the example resource.
    pub(crate) fn app_only_as(&self, identity: &Identity) -> TokenAsk<'_> {
        let scopes = self.idp.scopes(GrantType::ClientCredentials);
        self.ask_as(identity, "client_credentials")
            .with("scope", &scopes.join(" "))
    }

    /// This user's password, with offline access.
    pub(crate) fn password_as(&self, identity: &Identity) -> TokenAsk<'_> {
        self.ask_as(identity, "password")
            .with("username", &identity.username)
            .with("password", identity.password.reveal())
            .with("scope", &identity.scopes.join(" "))
    }

    /// A GET with a bearer token.
    pub(crate) async fn get_with(&self, url: &str, token: &str) -> Answer {
        self.get(url, &[("authorization", &format!("Bearer {token}"))])
            .await
    }

    /// A POST of some JSON with a bearer token.
    pub(crate) async fn post(&self, url: &str, token: &str, json: &'static str) -> Answer {
        let request = self
            .http
            .post(url)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json; charset=utf-8")
            .body(json);
        Answer::of(request.send().await.unwrap()).await
    }

    /// A GET of the example resource with a bearer token.
    pub(crate) async fn call_api(&self, token: &str) -> Answer {
        self.get(
            &self.idp.api_url(),
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await
    }

    /// A GET at the org with this `Authorization`.
    pub(crate) async fn manage(&self, path: &str, authorization: &str) -> Answer {
        let url = format!("{}{path}", self.idp.origin(Origin::Org));
        self.get(&url, &[("authorization", authorization)]).await
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The newest journal entry.
    pub(crate) fn last_entry(&self) -> Entry {
        self.idp.journal().entries().pop().unwrap()
    }

    /// What the newest token request said.
    pub(crate) fn last_token_request(&self) -> TokenRequestFacts {
        let entries = self.idp.journal().entries();
        let mut newest_first = entries.into_iter().rev();
        newest_first.find_map(|entry| entry.token_request).unwrap()
    }

    /// Waits until so many requests stand in the journal.
    pub(crate) async fn until_written(&self, requests: u64) {
        until(|| self.idp.journal().written() >= requests).await;
    }
}

/// A token request under construction.
#[derive(Clone)]
pub(crate) struct TokenAsk<'s> {
    stage: &'s Stage,
    method: reqwest::Method,
    url: String,
    form: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl TokenAsk<'_> {
    /// Sets a form parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.and(name, value)
    }

    /// Adds a form parameter, be it there already or not.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.form.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Shows id and secret as HTTP Basic, as they stand, in place of the body's.
    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        self.without("client_id")
            .without("client_secret")
            .and_basic(id, secret)
    }

    /// Shows id and secret as HTTP Basic beside whatever stands in the body.
    pub(crate) fn and_basic(self, id: &str, secret: &str) -> Self {
        let pair = STANDARD.encode(format!("{id}:{secret}"));
        self.header("authorization", &format!("Basic {pair}"))
    }

    pub(crate) fn at(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.url = format!("{}?{query}", self.url);
        self
    }

    pub(crate) fn method(mut self, method: reqwest::Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// As [`send`](Self::send), where the connection may fail.
    pub(crate) async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let http = self.stage.http.clone();
        Answer::read(http.execute(self.build()?).await?).await
    }

    /// The request, for whoever sends it otherwise.
    pub(crate) fn build(self) -> Result<reqwest::Request, reqwest::Error> {
        let mut request = self
            .stage
            .http
            .request(self.method, &self.url)
            .form(&self.form);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.build()
    }
}

/// A client that trusts this process's CA alone and sends everything once.
pub(crate) fn client() -> reqwest::Client {
    let ca = reqwest::Certificate::from_pem(MockIdp::ca_pem().unwrap().as_bytes()).unwrap();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([ca])
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// Gives others their turn until something holds.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..100_000 {
        if holds() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("waited in vain");
}

/// A rotation policy.
pub(crate) fn rotation(mode: RotationMode, leeway_seconds: u32) -> Rotation {
    Rotation {
        mode,
        leeway_seconds,
        reuse_revokes_family: true,
    }
}
