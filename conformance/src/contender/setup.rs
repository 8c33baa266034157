//! What a client is opened with.

use std::sync::Arc;

use http::{Method, Uri};
use mock_idp::Provider;
use token_client::{Clock, DpopKey, Secret, Spawn, TokenStore, Transport};

use super::{Beginning, Credential, Proof};
use crate::local::Outside;
use crate::scenario::{ClientAuthMethod, GrantKind};

/// Everything a client is opened with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its name in the scenario.
    pub name: String,
    /// The vendor.
    pub provider: Provider,
    /// The token endpoint.
    pub token_url: String,
    /// The protected resource.
    pub api_url: String,
    /// Where the protected resource takes a POST; some have one address for all.
    pub post_api_url: String,
    /// The client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// How it authenticates, unless it has nothing to do it with: devices and machines have not.
    pub auth: ClientAuthMethod,
    /// What it authenticates with if that is no secret.
    pub proof: Option<Proof>,
    /// The key that its tokens are bound to, if they are. It outlives the client.
    pub dpop: Option<DpopKey>,
    /// The grant it uses.
    pub grant: GrantKind,
    /// What it begins with beside that.
    pub beginning: Beginning,
    /// What it declares that it can do.
    pub capabilities: Vec<String>,
    /// Whether the token endpoint is one of v1.0, where an API is named by `resource`.
    pub v1: bool,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// The user it acts for: of a password grant, and the one whose refresh token it has.
    pub username: String,
    /// That user's password.
    pub password: Secret,
    /// The refresh token it starts with.
    pub refresh_token: Option<Secret>,
    /// Where it keeps its tokens: a store of its own, or one it shares with other clients and with its own earlier life.
    pub store: Arc<dyn TokenStore>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its way to the servers.
    pub transport: Arc<dyn Transport>,
    /// Where it starts tasks.
    pub spawn: Arc<dyn Spawn>,
    /// The seed of its jitter.
    pub seed: u64,
    /// What a client has to be told that is outside of this process; none for others.
    pub outside: Option<Outside>,
}

impl Setup {
    /// Where a call of the protected resource with this method goes.
    #[must_use]
    pub fn resource(&self, method: &Method) -> &str {
        if method == Method::POST {
            &self.post_api_url
        } else {
            &self.api_url
        }
    }

    /// The protected resource is the API of an Okta org itself, in the place of a customer's.
    pub(crate) fn call_the_org(&mut self, org: &str) {
        [self.api_url, self.post_api_url] = org_api(org);
    }

    /// Whether this is an address of the protected resource.
    #[must_use]
    pub fn is_resource(&self, address: &Uri) -> bool {
        *address == self.api_url.as_str() || *address == self.post_api_url.as_str()
    }

    /// The same setup with another credential, for a client that is opened anew.
    pub fn take(&mut self, credential: Credential) {
        match credential {
            Credential::Secret(secret) => {
                self.client_secret = secret;
                if self.auth == ClientAuthMethod::WrongSecret {
                    self.auth = ClientAuthMethod::Post;
                }
            }
            Credential::Certificate(proof) => self.proof = Some(proof),
            Credential::RefreshToken(token) => self.refresh_token = Some(token),
            Credential::ApiToken(token) => self.beginning = Beginning::ApiToken(token),
        }
    }
}

/// Where users of an Okta org are read, and where they are made.
pub(crate) fn org_api(org: &str) -> [String; 2] {
    [
        format!("{org}/api/v1/users?limit=2"),
        format!("{org}/api/v1/users"),
    ]
}
