//! How to get a token by a document, and the client that does so.

use super::authentication::SecretPlace;
use super::error::PlanError;
use crate::{
    ClientAuth, Discovery, Error, GrantSource, Misuse, Provider, Secret, TokenClient,
    TokenClientBuilder,
};

/// How to get a token, found by [`Document::plan`](super::Document::plan).
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) scheme: String,
    pub(super) grant: GrantSource,
    pub(super) client: Client,
    pub(super) scopes: Vec<String>,
    pub(super) also_needs: Vec<String>,
    pub(super) token: TokenEndpoint,
    pub(super) refresh_url: Option<String>,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: Option<String>,
    pub(super) secret: Option<Secret>,
    pub(super) place: Option<SecretPlace>,
}

/// Where tokens are asked for.
#[derive(Clone, Debug)]
pub(super) enum TokenEndpoint {
    /// Here.
    At(String),
    /// Where the metadata at this address says.
    LookUp(String),
}

impl Plan {
    /// The security scheme that is used, by name.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The scopes that are asked for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Security schemes that a call has to satisfy as well, such as an API key in a header. That is the caller's part.
    pub fn also_needs(&self) -> &[String] {
        &self.also_needs
    }

    /// The token endpoint, if it needs no looking up.
    pub fn token_url(&self) -> Option<&str> {
        match &self.token {
            TokenEndpoint::At(url) => Some(url),
            TokenEndpoint::LookUp(_) => None,
        }
    }

    /// Where refresh tokens are sent, if that is not the token endpoint.
    pub fn refresh_url(&self) -> Option<&str> {
        self.refresh_url.as_deref()
    }

    /// A client that follows the plan, to be configured further. Sends nothing.
    ///
    /// # Errors
    /// [`PlanError::Misuse`] if an address is not safe. [`PlanError::NeedsDiscovery`] if the token endpoint has to be looked up:
    /// see [`discover`](Self::discover).
    pub fn builder(&self) -> Result<TokenClientBuilder, PlanError> {
        match &self.token {
            TokenEndpoint::At(url) => Ok(self.builder_at(Provider::at(url)?, None)?),
            TokenEndpoint::LookUp(url) => Err(PlanError::NeedsDiscovery { url: url.clone() }),
        }
    }

    /// As [`builder`](Self::builder), after looking the token endpoint up where the document names metadata in its place
    /// (`openIdConnect`, `oauth2MetadataUrl`).
    ///
    /// # Errors
    /// As [`builder`](Self::builder), and what goes wrong with the request for the metadata.
    pub async fn discover(&self, discovery: &Discovery) -> Result<TokenClientBuilder, Error> {
        match &self.token {
            TokenEndpoint::At(url) => Ok(self.builder_at(Provider::at(url)?, None)?),
            TokenEndpoint::LookUp(url) => {
                let found = discovery.metadata(url).await?;
                let place = found
                    .takes_body_only()
                    .then_some(SecretPlace::ClientSecretPost);
                Ok(self.builder_at(found.provider()?, place)?)
            }
        }
    }

    fn builder_at(
        &self,
        mut provider: Provider,
        told: Option<SecretPlace>,
    ) -> Result<TokenClientBuilder, Misuse> {
        if let Some(url) = &self.refresh_url {
            provider = provider.with_refresh_url(url)?;
        }
        let auth = self.client.auth(told);
        Ok(TokenClient::builder(provider, auth, self.grant.clone()).scopes(&self.scopes))
    }
}

impl Client {
    /// `told` is what the server's metadata wants.
    fn auth(&self, told: Option<SecretPlace>) -> ClientAuth {
        let Some(id) = self.id.clone() else {
            return ClientAuth::Anonymous;
        };
        let Some(secret) = self.secret.clone() else {
            return ClientAuth::Public { id };
        };
        match self.place.or(told) {
            Some(SecretPlace::ClientSecretPost) => ClientAuth::SecretPost { id, secret },
            Some(SecretPlace::ClientSecretBasic) | None => ClientAuth::SecretBasic { id, secret },
        }
    }
}
