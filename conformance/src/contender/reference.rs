//! The reference client as a contender: `token-client` with its own policy and an empty store.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use token_client::{
    BoxFuture, ClientAuth, Error, GrantSource, MemoryStore, Policy, Provider as TokenProvider,
    Secret, StandardPolicy, TokenClient, TokenStore,
};

use super::{Answer, Contender, LocalClient, Setup};
use crate::scenario::{ClientAuthMethod, GrantKind};
use crate::trace::Class;

/// `token-client` as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Contender for Reference {
    fn name(&self) -> &str {
        "token-client"
    }

    fn open(&self, setup: Setup) -> Result<Arc<dyn LocalClient>, String> {
        let store = Arc::new(MemoryStore::default());
        Ok(Arc::new(ReferenceClient::open(
            setup,
            Arc::new(StandardPolicy::default()),
            store,
        )?))
    }
}

/// A [`TokenClient`] with a policy and a store of choice.
#[derive(Clone, Debug)]
pub struct ReferenceClient {
    client: TokenClient,
    api_url: String,
}

impl ReferenceClient {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// The client's own words when it refuses the setup.
    pub fn open(
        setup: Setup,
        policy: Arc<dyn Policy>,
        store: Arc<dyn TokenStore>,
    ) -> Result<Self, String> {
        let refused = |misuse: token_client::Misuse| misuse.to_string();
        let id = setup.client_id.clone();
        let auth = match setup.auth {
            ClientAuthMethod::Post => ClientAuth::SecretPost {
                id,
                secret: setup.client_secret.clone(),
            },
            ClientAuthMethod::Basic => ClientAuth::SecretBasic {
                id,
                secret: setup.client_secret.clone(),
            },
            ClientAuthMethod::WrongSecret => ClientAuth::SecretPost {
                id,
                secret: Secret::new("not-the-secret-of-this-client"),
            },
        };
        let grant = match (setup.grant, &setup.refresh_token) {
            (GrantKind::ClientCredentials, _) => GrantSource::ClientCredentials,
            (GrantKind::Password, _) => GrantSource::Password {
                username: setup.username.clone(),
                password: setup.password.clone(),
            },
            (GrantKind::RefreshToken, Some(token)) => GrantSource::RefreshToken(token.clone()),
            (GrantKind::RefreshToken, None) => {
                return Err(
                    "the refresh token grant needs a refresh token to start with".to_owned(),
                );
            }
        };
        let client = TokenClient::builder(
            TokenProvider::at(&setup.token_url).map_err(refused)?,
            auth,
            grant,
        )
        .scopes(setup.scopes.clone())
        .policy(policy)
        .clock(setup.clock.clone())
        .transport(setup.transport.clone())
        .spawn(setup.spawn.clone())
        .store(store)
        .jitter_seed(setup.seed)
        .build()
        .map_err(refused)?;
        Ok(Self {
            client,
            api_url: setup.api_url,
        })
    }
}

impl LocalClient for ReferenceClient {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        let client = self.client.clone();
        Box::pin(async move { token(client.token().await) })
    }

    fn call_api(&self) -> BoxFuture<'static, Answer> {
        let Self { client, api_url } = self.clone();
        Box::pin(async move {
            let mut request = Request::new(Bytes::new());
            *request.method_mut() = Method::GET;
            match api_url.parse() {
                Ok(uri) => *request.uri_mut() = uri,
                Err(_) => return Answer::of(Class::Misconfigured),
            }
            match client.call(request).await {
                Ok(response) => {
                    let class = if response.status().is_success() {
                        Class::Ok
                    } else {
                        class_of_status(response.status().as_u16())
                    };
                    Answer {
                        status: Some(response.status().as_u16()),
                        ..Answer::of(class)
                    }
                }
                Err(error) => failed(&error),
            }
        })
    }

    fn force_refresh(&self) -> BoxFuture<'static, Answer> {
        let client = self.client.clone();
        Box::pin(async move { token(client.refresh().await) })
    }
}

fn token(result: Result<token_client::AccessToken, Error>) -> Answer {
    match result {
        Ok(token) => Answer {
            token: Some(token.secret().clone()),
            ..Answer::of(Class::Ok)
        },
        Err(error) => failed(&error),
    }
}

/// The class of a status that a client hands back as it came.
fn class_of_status(status: u16) -> Class {
    match status {
        401 => Class::Unauthorized,
        403 => Class::Forbidden,
        429 => Class::Throttled,
        500.. => Class::Transient,
        _ => Class::Other,
    }
}

fn failed(error: &Error) -> Answer {
    let (correlation, trace) = match error {
        // Okta has one id for a request, Entra two.
        Error::Refused(refusal) => (
            refusal.correlation_id.is_some() || refusal.request_id.is_some(),
            refusal.trace_id.is_some(),
        ),
        _ => (false, false),
    };
    let details = [
        ("correlation_id", correlation),
        ("trace_id", trace),
        ("claims", error.claims().is_some()),
    ];
    let status = match error {
        Error::Unauthorized(refusal)
        | Error::Forbidden(refusal)
        | Error::InsufficientScope(refusal)
        | Error::ClaimsChallenge(refusal) => Some(refusal.status.as_u16()),
        _ => None,
    };
    Answer {
        status,
        retry_after: error.retry_after(),
        carries: details
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| name.to_owned())
            .collect(),
        message: Some(error.to_string()),
        ..Answer::of(class(error.class()))
    }
}

/// The client's classes and the trace's are the same words.
fn class(class: token_client::Class) -> Class {
    match class {
        token_client::Class::ReauthRequired => Class::ReauthRequired,
        token_client::Class::InteractionRequired => Class::InteractionRequired,
        token_client::Class::Misconfigured => Class::Misconfigured,
        token_client::Class::Throttled => Class::Throttled,
        token_client::Class::Transient => Class::Transient,
        token_client::Class::Unauthorized => Class::Unauthorized,
        token_client::Class::Forbidden => Class::Forbidden,
        token_client::Class::InsufficientScope => Class::InsufficientScope,
        token_client::Class::Protocol => Class::Protocol,
        token_client::Class::Timeout => Class::Timeout,
        token_client::Class::Cancelled => Class::Cancelled,
        _ => Class::Other,
    }
}
