//! A scripted server, a hand-moved clock and a client between them, for this crate's own tests.

mod clock;
mod occasions;
mod script;
mod unleased;

use std::future::Future;

use crate::{
    ClientAuth, GrantSource, ManagedIdentity, MemoryStore, Provider, Secret, TokenClient,
    TokenClientBuilder,
};

pub(crate) use self::clock::{HandClock, quiet};
pub(crate) use self::occasions::{Counting, Occasions};
pub(crate) use self::script::{Reply, Script};
pub(crate) use self::unleased::Unleased;

pub(crate) const TOKEN_URL: &str = "https://id.example/token";
pub(crate) const DEVICE_URL: &str = "https://id.example/device";
pub(crate) const API_URL: &str = "https://api.example/things";

/// One client, its server, its clock and its store.
pub(crate) struct Stage {
    pub(crate) clock: HandClock,
    pub(crate) script: Script,
    pub(crate) store: MemoryStore,
    pub(crate) client: TokenClient,
}

impl Stage {
    pub(crate) fn client_credentials() -> Self {
        Self::new(GrantSource::ClientCredentials, |builder| builder)
    }

    pub(crate) fn refresh_token(token: &str) -> Self {
        Self::new(GrantSource::RefreshToken(Secret::new(token)), |builder| {
            builder
        })
    }

    pub(crate) fn password() -> Self {
        let ann = GrantSource::Password {
            username: "ann".to_owned(),
            password: Secret::new("pw"),
        };
        Self::new(ann, |builder| builder)
    }

    pub(crate) fn new(
        grant: GrantSource,
        configure: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
    ) -> Self {
        Self::with(|clock, script, store| Self::build(clock, script, store, grant, configure))
    }

    /// The machine's own identity.
    pub(crate) fn machine() -> Self {
        Self::with(|clock, script, store| {
            TokenClient::managed_identity(ManagedIdentity::imds())
                .scopes(["https://vault.example/.default"])
                .clock(clock.clone())
                .transport(script.clone())
                .store(store.clone())
                .build()
                .expect("a good configuration")
        })
    }

    fn with(client: impl FnOnce(&HandClock, &Script, &MemoryStore) -> TokenClient) -> Self {
        let clock = HandClock::new();
        let script = Script::new(clock.clone());
        let store = MemoryStore::new().clock(clock.clone());
        let client = client(&clock, &script, &store);
        Self {
            clock,
            script,
            store,
            client,
        }
    }

    /// Any work on the client, with the clock moved as it needs.
    pub(crate) async fn run<T: Send + 'static, F>(&self, work: impl FnOnce(TokenClient) -> F) -> T
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.clock.run(work(self.client.clone())).await
    }

    /// A second client on the same server, clock and store, as another process would be.
    pub(crate) fn sibling(&self, grant: GrantSource) -> TokenClient {
        Self::build(&self.clock, &self.script, &self.store, grant, |builder| {
            builder
        })
    }

    /// As [`sibling`](Self::sibling), on another store.
    pub(crate) fn sibling_on(
        &self,
        store: impl crate::TokenStore,
        grant: GrantSource,
    ) -> TokenClient {
        Self::build(&self.clock, &self.script, &self.store, grant, |builder| {
            builder.store(store)
        })
    }

    fn build(
        clock: &HandClock,
        script: &Script,
        store: &MemoryStore,
        grant: GrantSource,
        configure: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
    ) -> TokenClient {
        let auth = ClientAuth::SecretPost {
            id: "app".to_owned(),
            secret: Secret::new("client-secret"),
        };
        let provider = Provider::at(TOKEN_URL)
            .and_then(|provider| provider.with_device_url(DEVICE_URL))
            .and_then(|provider| provider.with_authorization_url("https://id.example/authorize"))
            .expect("good addresses");
        let builder = TokenClient::builder(provider, auth, grant)
            .scopes(["api"])
            .clock(clock.clone())
            .entropy(Counting::new())
            .transport(script.clone())
            .store(store.clone());
        configure(builder).build().expect("a good configuration")
    }

    /// `token()` in one line: the token's text, or class and message of the error.
    pub(crate) async fn token(&self) -> String {
        let client = self.client.clone();
        self.clock
            .run(async move { shown(client.token().await) })
            .await
    }

    /// `refresh()` in one line.
    pub(crate) async fn refresh(&self) -> String {
        let client = self.client.clone();
        self.clock
            .run(async move { shown(client.refresh().await) })
            .await
    }

    /// A GET of the API in one line: the status, or class and message of the error.
    pub(crate) async fn call(&self) -> String {
        let client = self.client.clone();
        let request = http::Request::get(API_URL)
            .body(bytes::Bytes::new())
            .expect("a good request");
        self.clock
            .run(async move {
                match client.call(request).await {
                    Ok(response) => response.status().as_u16().to_string(),
                    Err(error) => format!("{}: {error}", error.class()),
                }
            })
            .await
    }
}

pub(crate) fn shown(outcome: Result<crate::AccessToken, crate::Error>) -> String {
    match outcome {
        Ok(token) => token.secret().expose().to_owned(),
        Err(error) => format!("{}: {error}", error.class()),
    }
}
