//! Configuring a client.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::TokenClient;
use super::credentials::Credentials;
use super::state::{Inner, State};
use crate::clock::Moment;
use crate::error::Misuse;
use crate::fingerprint::fingerprint;
use crate::managed_identity;
use crate::request::resource_among;
use crate::watch::Watched;
use crate::{
    ClientAuth, Clock, DpopKey, Entropy, GrantSource, HttpTransport, ManagedIdentity, MemoryStore,
    Policy, Provider, Secret, Spawn, StandardPolicy, StoreKey, SystemClock, SystemEntropy,
    TokenRecord, TokenStore, TokioSpawn, Transport, Watch,
};

/// Configures a [`TokenClient`]. Every seam has a default that works in production.
#[derive(Debug)]
#[must_use]
pub struct TokenClientBuilder {
    /// There is none for a token that only a person makes.
    provider: Option<Provider>,
    auth: ClientAuth,
    grant: GrantSource,
    scopes: Vec<String>,
    account: String,
    capabilities: Vec<String>,
    managed: Option<ManagedIdentity>,
    jitter_seed: Option<u64>,
    policy: Arc<dyn Policy>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    transport: Option<Arc<dyn Transport>>,
    spawn: Arc<dyn Spawn>,
    store: Arc<dyn TokenStore>,
    dpop: Option<DpopKey>,
    watched: Watched,
}

impl TokenClientBuilder {
    pub(super) fn new(provider: Provider, auth: ClientAuth, grant: GrantSource) -> Self {
        Self::of(Some(provider), auth, grant)
    }

    fn of(provider: Option<Provider>, auth: ClientAuth, grant: GrantSource) -> Self {
        Self {
            provider,
            auth,
            grant,
            scopes: Vec::new(),
            account: String::new(),
            capabilities: Vec::new(),
            managed: None,
            jitter_seed: None,
            policy: Arc::new(StandardPolicy::new()),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            transport: None,
            spawn: Arc::new(TokioSpawn),
            store: Arc::new(MemoryStore::new()),
            dpop: None,
            watched: Watched::default(),
        }
    }

    pub(super) fn managed(identity: ManagedIdentity) -> Self {
        let provider = Provider::of(identity.endpoint().clone());
        let auth = ClientAuth::Public {
            id: identity.label(),
        };
        let mut builder = Self::new(provider, auth, GrantSource::ClientCredentials);
        builder.managed = Some(identity);
        builder
    }

    pub(super) fn with_api_token(token: Secret) -> Self {
        Self::of(None, ClientAuth::Anonymous, GrantSource::ApiToken(token))
    }

    /// Asks for these scopes, each a name or several names separated by spaces. Repeated names
    /// are asked for once. Entra's client credentials need exactly `{resource}/.default`.
    pub fn scopes<I>(mut self, scopes: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        for scope in scopes {
            for name in scope.as_ref().split_ascii_whitespace() {
                if !self.scopes.iter().any(|known| known == name) {
                    self.scopes.push(name.to_owned());
                }
            }
        }
        self
    }

    /// Keeps this client's tokens apart from those of other accounts under the same
    /// configuration.
    ///
    /// Worth setting with [`GrantSource::RefreshToken`] and [`GrantSource::OnBehalfOf`]: without
    /// it, tokens are stored under a fingerprint of the token given here, and another one starts
    /// a new record. Needed with [`GrantSource::SignIn`] where several users share a store.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Declares what this client can do, in every token request (Microsoft, client capabilities).
    ///
    /// `cp1` says that it answers claims challenges. Entra's tokens live a day then and are
    /// revoked within minutes, and [`call`](TokenClient::call) answers the challenge of a resource
    /// that no longer takes one: it asks for a token with the claims of the challenge and repeats
    /// the request once. Callers with an HTTP client of their own use
    /// [`answer_challenge`](TokenClient::answer_challenge).
    pub fn client_capabilities<I>(mut self, capabilities: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.capabilities = capabilities.into_iter().map(Into::into).collect();
        self
    }

    /// Starts the sequence that spreads pauses between tries.
    ///
    /// Without it the sequence follows from the store key, so different clients spread differently
    /// and the same client pauses alike in every run. A seed given here decides alone; a fleet of
    /// equal clients should give each its own.
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.jitter_seed = Some(seed);
        self
    }

    /// Decides differently from [`StandardPolicy`].
    pub fn policy(mut self, policy: impl Policy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Takes the time from here instead of [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes random numbers from here instead of [`SystemEntropy`].
    pub fn entropy(mut self, entropy: impl Entropy) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }

    /// Sends through this instead of an [`HttpTransport`] with the platform's roots.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Runs shared requests here instead of through [`TokioSpawn`].
    pub fn spawn(mut self, spawn: impl Spawn) -> Self {
        self.spawn = Arc::new(spawn);
        self
    }

    /// Keeps records here instead of in a [`MemoryStore`] of its own.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Binds tokens to this key (RFC 9449): every request carries a proof, with the nonce that the server wants. Tokens that are
    /// not bound are refused.
    pub fn dpop(mut self, key: DpopKey) -> Self {
        self.dpop = Some(key);
        self
    }

    /// Tells this what the client does. `tracing` events are there without it.
    pub fn watch(mut self, watch: impl Watch) -> Self {
        self.watched = Watched::by(watch);
        self
    }

    /// Checks the configuration and makes the client. Sends nothing.
    ///
    /// # Errors
    /// [`Misuse`] names the first thing that cannot work.
    pub fn build(self) -> Result<TokenClient, Misuse> {
        if self.managed.is_none() {
            Credentials::check(&self.auth, &self.grant)?;
        }
        if let Some(bad) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(Misuse::BadScope(bad.clone()));
        }
        let key = self.key();
        let signs_in = matches!(self.grant, GrantSource::SignIn);
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new()?),
        };
        let scope = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        if self.managed.is_some() {
            managed_identity::resource(scope.as_deref())?;
        }
        if self.provider.as_ref().is_some_and(Provider::names_resource) {
            resource_among(scope.as_deref().unwrap_or_default())?;
        }
        // The low half of the fingerprint is as good a mix as any.
        let jitter_seed = self
            .jitter_seed
            .unwrap_or_else(|| DEFAULT_SEED ^ (fingerprint(key.as_str()) as u64));
        let state = State::default();
        if let GrantSource::ApiToken(token) = &self.grant {
            let record = TokenRecord::of_person(token.clone());
            state.held.put(Arc::new(record), Moment::of(&*self.clock));
        }
        Ok(TokenClient {
            inner: Arc::new(Inner {
                key,
                provider: self.provider,
                credentials: Mutex::new(Arc::new(Credentials {
                    auth: self.auth,
                    grant: self.grant,
                    sign_ins: 0,
                })),
                scope,
                capabilities: self.capabilities,
                managed: self.managed,
                signs_in,
                policy: self.policy,
                clock: self.clock,
                entropy: self.entropy,
                transport,
                spawn: self.spawn,
                store: self.store,
                dpop: self.dpop,
                watched: self.watched,
                jitter_seed,
                held: state.held.clone(),
                state: Mutex::new(state),
            }),
        })
    }

    fn key(&self) -> StoreKey {
        let subject = match &self.grant {
            GrantSource::ClientCredentials | GrantSource::SignIn => String::new(),
            GrantSource::ApiToken(token) => format!("{:032x}", fingerprint(token.expose())),
            GrantSource::TokenExchange(exchange) => {
                let whereto = exchange.whereto();
                if self.account.is_empty() {
                    let subject = fingerprint(exchange.subject().expose());
                    format!("{subject:032x} {whereto}")
                } else {
                    whereto
                }
            }
            GrantSource::Password { username, .. } => username.clone(),
            GrantSource::OnBehalfOf(_) | GrantSource::RefreshToken(_)
                if !self.account.is_empty() =>
            {
                String::new()
            }
            GrantSource::OnBehalfOf(token) | GrantSource::RefreshToken(token) => {
                format!("{:032x}", fingerprint(token.expose()))
            }
        };
        let scopes: BTreeSet<_> = self.scopes.iter().map(String::as_str).collect();
        let scopes: Vec<_> = scopes.into_iter().collect();
        let token_url = self.provider.as_ref();
        let token_url = token_url.map(|provider| provider.token_url().to_string());
        let token_url = token_url.unwrap_or_default();
        let scopes = scopes.join(" ");
        let capabilities = self.capabilities.join(" ");
        let mut parts = vec![
            token_url.as_str(),
            self.auth.id(),
            self.grant.kind().as_str(),
            &subject,
            &self.account,
            &scopes,
        ];
        // A token for a client that answers challenges lives longer than one that does not.
        if !capabilities.is_empty() {
            parts.push(&capabilities);
        }
        // Without its key a bound token is of no use.
        let bound = self
            .dpop
            .as_ref()
            .map(|key| format!("dpop {}", key.thumbprint()));
        parts.extend(bound.as_deref());
        StoreKey::from_parts(&parts)
    }
}

/// Any fixed number would do.
const DEFAULT_SEED: u64 = 0x746f_6b65_6e70_726f;

/// A scope token of RFC 6749 section 3.3.
fn is_scope(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> ClientAuth {
        ClientAuth::SecretPost {
            id: "app".to_owned(),
            secret: Secret::new("canary"),
        }
    }

    fn builder(grant: GrantSource) -> TokenClientBuilder {
        TokenClient::builder(Provider::at("https://id.example/t").unwrap(), post(), grant)
    }

    fn ann() -> GrantSource {
        GrantSource::Password {
            username: "ann".to_owned(),
            password: Secret::new("canary"),
        }
    }

    #[test]
    fn keys_hold_all_that_tells_tokens_apart_and_no_secret() {
        let token = || GrantSource::RefreshToken(Secret::new("canary"));
        let keys = [
            builder(GrantSource::ClientCredentials).scopes(["b", "a b"]),
            builder(GrantSource::ClientCredentials)
                .scopes(["a"])
                .account("x"),
            builder(ann()),
            builder(token()),
            builder(token()).account("ann"),
        ]
        .map(|builder| builder.key().to_string());
        insta::assert_snapshot!(keys.join("\n"), @r"
        https://id.example/t|app|client_credentials|||a b
        https://id.example/t|app|client_credentials||x|a
        https://id.example/t|app|password|ann||
        https://id.example/t|app|refresh_token|4bada2014f3c64bf6f16f657afa72309||
        https://id.example/t|app|refresh_token||ann|
        ");
    }

    #[test]
    fn misuse_is_found_before_anything_is_sent() {
        let public = TokenClient::builder(
            Provider::at("https://id.example/t").unwrap(),
            ClientAuth::Public {
                id: "app".to_owned(),
            },
            GrantSource::ClientCredentials,
        );
        let nobody = GrantSource::Password {
            username: String::new(),
            password: Secret::new("p"),
        };
        let lines = [
            public,
            builder(nobody),
            builder(GrantSource::RefreshToken(Secret::new(""))),
            builder(GrantSource::ClientCredentials).scopes(["a\"b"]),
        ]
        .map(|builder| builder.build().unwrap_err().to_string());
        insta::assert_snapshot!(lines.join("\n"), @r#"
        a public client cannot use the client_credentials grant: give a client secret, a certificate or a key
        user name is empty: give the one registered with the provider
        refresh token is empty: give the one registered with the provider
        scope "a"b" is not usable: printable ASCII without space, '"' and '\' is allowed (RFC 6749 section 3.3)
        "#);
    }

    #[test]
    fn debug_of_builder_and_client_masks() {
        let builder = builder(ann());
        assert!(!format!("{builder:?}").contains("canary"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("canary"));
    }
}
