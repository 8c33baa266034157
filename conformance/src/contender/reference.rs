//! The reference client as a contender: `token-client` with its own policy.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};
use token_client::{
    BoxFuture, ClientAuth, Error, GrantSource, Policy, Provider as TokenProvider, Secret,
    StandardPolicy, TokenClient,
};

use super::{Answer, ApiCall, Contender, Credential, LocalClient, Setup, WRONG_SECRET};
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
        let policy = Arc::new(StandardPolicy::default());
        Ok(Arc::new(ReferenceClient::open(setup, policy)?))
    }
}

/// A [`TokenClient`] with a policy of choice.
#[derive(Clone, Debug)]
pub struct ReferenceClient {
    client: TokenClient,
    setup: Arc<Setup>,
}

impl ReferenceClient {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// The client's own words when it refuses the setup.
    pub fn open(setup: Setup, policy: Arc<dyn Policy>) -> Result<Self, String> {
        let refused = |misuse: token_client::Misuse| misuse.to_string();
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
        // Records of a user outlive the refresh token they began with.
        let account = match setup.grant {
            GrantKind::RefreshToken => setup.username.clone(),
            GrantKind::ClientCredentials | GrantKind::Password => String::new(),
        };
        let client = TokenClient::builder(
            TokenProvider::at(&setup.token_url).map_err(refused)?,
            client_auth(&setup, setup.auth, setup.client_secret.clone()),
            grant,
        )
        .scopes(setup.scopes.clone())
        .account(account)
        .policy(policy)
        .clock(setup.clock.clone())
        .transport(setup.transport.clone())
        .spawn(setup.spawn.clone())
        .store(setup.store.clone())
        .jitter_seed(setup.seed)
        .build()
        .map_err(refused)?;
        Ok(Self {
            client,
            setup: Arc::new(setup),
        })
    }
}

fn client_auth(setup: &Setup, method: ClientAuthMethod, secret: Secret) -> ClientAuth {
    let id = setup.client_id.clone();
    match method {
        ClientAuthMethod::Post => ClientAuth::SecretPost { id, secret },
        ClientAuthMethod::Basic => ClientAuth::SecretBasic { id, secret },
        ClientAuthMethod::WrongSecret => ClientAuth::SecretPost {
            id,
            secret: Secret::new(WRONG_SECRET),
        },
    }
}

impl LocalClient for ReferenceClient {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        let client = self.client.clone();
        Box::pin(async move { token(client.token().await) })
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        let Self { client, setup } = self.clone();
        Box::pin(async move {
            let mut request = Request::new(call.body.clone().unwrap_or_default());
            match setup.resource(&call.method).parse() {
                Ok(uri) => *request.uri_mut() = uri,
                Err(_) => return Answer::of(Class::Misconfigured),
            }
            *request.method_mut() = call.method;
            if call.body.is_some() {
                request
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            match client.call(request).await {
                Ok(response) => {
                    let class = if response.status().is_success() {
                        Class::Ok
                    } else {
                        Class::of_status(response.status().as_u16())
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

    fn invalidate(&self) -> BoxFuture<'static, Answer> {
        let client = self.client.clone();
        Box::pin(async move {
            client.invalidate().await;
            Answer::of(Class::Ok)
        })
    }

    fn swap(&self, credential: Credential) -> BoxFuture<'static, Result<(), String>> {
        let Self { client, setup } = self.clone();
        Box::pin(async move {
            match credential {
                Credential::Secret(secret) => {
                    let method = match setup.auth {
                        ClientAuthMethod::Basic => ClientAuthMethod::Basic,
                        ClientAuthMethod::Post | ClientAuthMethod::WrongSecret => {
                            ClientAuthMethod::Post
                        }
                    };
                    client
                        .set_auth(client_auth(&setup, method, secret))
                        .map_err(|misuse| misuse.to_string())
                }
                Credential::RefreshToken(token) => client
                    .set_grant(GrantSource::RefreshToken(token))
                    .await
                    .map_err(|error| error.to_string()),
            }
        })
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
