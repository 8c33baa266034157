//! The reference client as a contender: `token-client` with its own policy.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Request};
use token_client::{
    AccessToken, BoxFuture, ClientAuth, Error, GrantSource, ManagedIdentity, Misuse, Policy,
    Provider as TokenProvider, Secret, StandardPolicy, TokenClient, TokenExchange, Transport as _,
};

use super::entropy::SeededEntropy;
use super::{Answer, ApiCall, Beginning, Contender, Credential, LocalClient, Setup, WRONG_SECRET};
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
        let client = built(&setup, policy).map_err(|misuse| misuse.to_string())?;
        Ok(Self {
            client,
            setup: Arc::new(setup),
        })
    }

    /// A token, for which the user signs in where nobody has yet.
    async fn token(&self) -> Result<AccessToken, Error> {
        match self.client.token().await {
            Err(Error::SignInRequired) => self.sign_in().await,
            known => known,
        }
    }

    /// Has the user sign in, with a browser or on another device.
    async fn sign_in(&self) -> Result<AccessToken, Error> {
        let Beginning::Browser { redirect_uri, .. } = &self.setup.beginning else {
            // The user sees the code at the provider; what is decided there is a step's.
            return self.client.sign_in_by_device(|_| ()).await;
        };
        let mut asked = self.client.authorization_request(redirect_uri)?;
        let redirect = self.browse(&asked.url()).await?;
        let code = asked.accept(&redirect)?;
        self.client.sign_in(code).await
    }

    /// Where a browser is sent that opens this address.
    async fn browse(&self, url: &str) -> Result<String, Error> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = url.parse().unwrap_or_default();
        let answer = self.setup.transport.send(request).await;
        let answer = answer.map_err(Error::Transport)?;
        let location = answer.headers().get(LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        Ok(location.unwrap_or_default().to_owned())
    }
}

fn built(setup: &Setup, policy: Arc<dyn Policy>) -> Result<TokenClient, Misuse> {
    // Records of a user outlive what they began with.
    let account = match setup.grant {
        GrantKind::ApiToken
        | GrantKind::ClientCredentials
        | GrantKind::ManagedIdentity
        | GrantKind::Password => String::new(),
        _ => setup.username.clone(),
    };
    let builder = match &setup.beginning {
        Beginning::ApiToken(token) => TokenClient::api_token(token.clone()),
        Beginning::Machine { metadata_url } => {
            TokenClient::managed_identity(ManagedIdentity::imds_at(metadata_url)?)
        }
        _ => TokenClient::builder(provider(setup)?, client_auth(setup)?, source(setup)),
    };
    let builder = match &setup.dpop {
        Some(key) => builder.dpop(key.clone()),
        None => builder,
    };
    builder
        .scopes(setup.scopes.clone())
        .account(account)
        .client_capabilities(setup.capabilities.clone())
        .policy(policy)
        .clock(setup.clock.clone())
        .transport(setup.transport.clone())
        .spawn(setup.spawn.clone())
        .store(setup.store.clone())
        .jitter_seed(setup.seed)
        .entropy(SeededEntropy::of(setup.seed))
        .build()
}

fn provider(setup: &Setup) -> Result<TokenProvider, Misuse> {
    let provider = TokenProvider::at(&setup.token_url)?;
    let provider = match &setup.beginning {
        Beginning::Browser { authorize_url, .. } => {
            provider.with_authorization_url(authorize_url)?
        }
        Beginning::Device { device_url } => provider.with_device_url(device_url)?,
        Beginning::ApiToken(_)
        | Beginning::Grant
        | Beginning::Caller(_)
        | Beginning::Exchanged { .. }
        | Beginning::Machine { .. } => provider,
    };
    Ok(match setup.v1 {
        true => provider.naming_resource(),
        false => provider,
    })
}

fn source(setup: &Setup) -> GrantSource {
    match (&setup.beginning, setup.grant) {
        (Beginning::Browser { .. } | Beginning::Device { .. }, _) => GrantSource::SignIn,
        (Beginning::Caller(token), _) => GrantSource::OnBehalfOf(token.clone()),
        (Beginning::Exchanged { token, audience }, _) => GrantSource::TokenExchange(
            TokenExchange::of_access_token(token.clone()).audience(audience),
        ),
        (_, GrantKind::Password) => GrantSource::Password {
            username: setup.username.clone(),
            password: setup.password.clone(),
        },
        // The client refuses an empty one.
        (_, GrantKind::RefreshToken) => {
            let none = || Secret::new("");
            GrantSource::RefreshToken(setup.refresh_token.clone().unwrap_or_else(none))
        }
        _ => GrantSource::ClientCredentials,
    }
}

fn client_auth(setup: &Setup) -> Result<ClientAuth, Misuse> {
    let id = setup.client_id.clone();
    if let Beginning::Device { .. } = setup.beginning {
        return Ok(ClientAuth::Public { id });
    }
    if let Some(proof) = &setup.proof {
        let assertion = proof.assertion()?;
        return Ok(ClientAuth::Assertion { id, assertion });
    }
    let secret = setup.client_secret.clone();
    Ok(match setup.auth {
        ClientAuthMethod::Basic => ClientAuth::SecretBasic { id, secret },
        ClientAuthMethod::WrongSecret => ClientAuth::SecretPost {
            id,
            secret: Secret::new(WRONG_SECRET),
        },
        // All but the first have a proof.
        ClientAuthMethod::Post
        | ClientAuthMethod::Certificate
        | ClientAuthMethod::Federated
        | ClientAuthMethod::PrivateKey => ClientAuth::SecretPost { id, secret },
    })
}

impl LocalClient for ReferenceClient {
    fn get_token(&self) -> BoxFuture<'static, Answer> {
        let client = self.clone();
        Box::pin(async move { token(client.token().await) })
    }

    fn call_api(&self, call: ApiCall) -> BoxFuture<'static, Answer> {
        let this = self.clone();
        Box::pin(async move {
            let Self { client, setup } = &this;
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
            let answer = match client.call(request.clone()).await {
                Err(Error::SignInRequired) => match this.sign_in().await {
                    Ok(_) => client.call(request).await,
                    Err(error) => Err(error),
                },
                answer => answer,
            };
            match answer {
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
                credential @ (Credential::Secret(_) | Credential::Certificate(_)) => {
                    let mut setup = (*setup).clone();
                    setup.take(credential);
                    client_auth(&setup)
                        .and_then(|auth| client.set_auth(auth))
                        .map_err(|misuse| misuse.to_string())
                }
                Credential::RefreshToken(token) => client
                    .set_grant(GrantSource::RefreshToken(token))
                    .await
                    .map_err(|error| error.to_string()),
                Credential::ApiToken(token) => client
                    .set_grant(GrantSource::ApiToken(token))
                    .await
                    .map_err(|error| error.to_string()),
            }
        })
    }
}

fn token(result: Result<AccessToken, Error>) -> Answer {
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
        Error::ApiTokenRefused(refusal)
        | Error::Unauthorized(refusal)
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
