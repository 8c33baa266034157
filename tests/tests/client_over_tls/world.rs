//! A world over TLS, a client for it, and what is told of the two.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mock_idp::clock::{Clock as _, VirtualClock};
use mock_idp::directory::GrantType;
use mock_idp::journal::Origin;
use mock_idp::{Builder, MockIdp, Provider};
use token_client::{
    AccessToken, BoxFuture, ClientAuth, Clock, Error, GrantSource, HttpTransport, Secret, Spawn,
    TokenClient, TokenClientBuilder,
};
use tokio::task::JoinHandle;

pub(crate) const VENDORS: [Provider; 2] = [Provider::Entra, Provider::Okta];

/// A world over TLS, on a clock that stands still.
pub(crate) struct World {
    pub(crate) idp: MockIdp,
    pub(crate) clock: VirtualClock,
    pub(crate) tasks: Tasks,
}

impl World {
    pub(crate) async fn start(builder: Builder) -> Self {
        let start = "2030-01-01T00:00:00Z".parse().expect("a date");
        let clock = VirtualClock::starting_at(start);
        let idp = builder
            .clock(Arc::new(clock.clone()))
            .start()
            .await
            .expect("a world");
        assert!(idp.token_url().starts_with("https://"));
        Self {
            idp,
            clock,
            tasks: Tasks::default(),
        }
    }

    pub(crate) async fn of(vendor: Provider) -> Self {
        Self::start(MockIdp::of(vendor)).await
    }

    pub(crate) fn post(&self) -> ClientAuth {
        ClientAuth::SecretPost {
            id: self.idp.client_id().to_owned(),
            secret: Secret::new(self.idp.client_secret().reveal()),
        }
    }

    /// A client that trusts this world.
    pub(crate) fn client(&self, auth: ClientAuth, grant: GrantSource) -> TokenClient {
        let authority = MockIdp::ca_pem().expect("an authority");
        self.builder(auth, grant, authority)
            .build()
            .expect("a client")
    }

    pub(crate) fn builder(
        &self,
        auth: ClientAuth,
        grant: GrantSource,
        root: &str,
    ) -> TokenClientBuilder {
        let scopes = self.idp.scopes(match &grant {
            GrantSource::ClientCredentials => GrantType::ClientCredentials,
            GrantSource::Password { .. } => GrantType::Password,
            _ => GrantType::RefreshToken,
        });
        let provider = token_client::Provider::at(&self.idp.token_url()).expect("an address");
        let builder = TokenClient::builder(provider, auth, grant).scopes(scopes);
        self.fitted(builder, root)
    }

    /// The builder of a client that trusts this root and has this world's time.
    pub(crate) fn fitted(&self, builder: TokenClientBuilder, root: &str) -> TokenClientBuilder {
        let transport = HttpTransport::builder()
            .root_pem(root)
            .build()
            .expect("a transport");
        builder
            .transport(transport)
            .clock(SameClock(self.clock.clone()))
            .spawn(self.tasks.clone())
    }

    /// The vendor's addresses, made from this world's origin.
    pub(crate) fn provider(&self) -> token_client::Provider {
        let at = |origin| self.idp.origin(origin);
        match self.idp.provider() {
            Provider::Entra => token_client::Provider::entra(at(Origin::Login), &self.idp.tenant()),
            Provider::Okta => token_client::Provider::okta_custom(at(Origin::Org), "default"),
        }
        .expect("addresses")
    }

    /// Work brought to its end, with time moved to every pause on the way.
    pub(crate) async fn driven<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let task = tokio::spawn(work);
        while !task.is_finished() {
            self.step().await;
        }
        task.await.expect("no panic")
    }

    /// Lets others run, or time move to the end of a pause. A deadline as far off as that of a request is none.
    pub(crate) async fn step(&self) {
        let patience = self.clock.now() + Duration::from_secs(30);
        match self.clock.next_deadline() {
            Some(deadline) if deadline < patience => self.clock.set(deadline),
            _ => tokio::task::yield_now().await,
        }
    }

    /// The label under which the mock knows a token.
    pub(crate) fn label(&self, token: &AccessToken) -> String {
        self.idp
            .label_of(token.secret().expose())
            .map_or_else(|| "unknown".to_owned(), |label| label.to_string())
    }

    /// What came in and what went out, line by line.
    pub(crate) fn journal(&self) -> String {
        let mut lines = Vec::new();
        for entry in self.idp.journal().entries() {
            let mut line = entry.endpoint.name().to_owned();
            if let Some(request) = &entry.token_request {
                line += &format!(
                    " {} {:?}",
                    request.grant.as_deref().unwrap_or("without grant"),
                    request.auth
                );
            }
            if let Some(label) = entry.presented.as_ref().and_then(|shown| shown.token) {
                line += &format!(" shows {label}");
            }
            if let Some(reply) = &entry.reply {
                line += &format!(" -> {}", reply.status);
                line.extend(reply.issued.iter().map(|label| format!(" {label}")));
            }
            assert_eq!(entry.secrets, [], "a secret stands where it must not");
            lines.push(line);
        }
        lines.join("\n")
    }
}

/// The mock's clock as the client's.
#[derive(Debug)]
pub(crate) struct SameClock(pub(crate) VirtualClock);

impl Clock for SameClock {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

/// The client's tasks, to be waited for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Tasks {
    pub(crate) async fn finished(&self) {
        let tasks = std::mem::take(&mut *self.0.lock().expect("no panic before"));
        for task in tasks {
            task.await.expect("no panic");
        }
    }
}

impl Spawn for Tasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        let task = tokio::spawn(task);
        self.0.lock().expect("no panic before").push(task);
    }
}

/// Calls the resource with GET.
pub(crate) async fn call(client: &TokenClient, url: &str) -> Result<u16, Error> {
    let mut request = parameter_of(|request| client.call(request));
    *request.uri_mut() = url.parse().expect("an address");
    let answer = client.call(request).await?;
    Ok(answer.status().as_u16())
}

/// The ordinary value of a function's parameter, whose type need not be named.
fn parameter_of<P: Default, R>(_: impl FnOnce(P) -> R) -> P {
    P::default()
}
