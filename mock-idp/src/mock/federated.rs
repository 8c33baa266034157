//! Tokens of other issuers, as workloads are given them in a file.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::MockIdp;
use crate::keys::Unsigned;
use crate::neighbours;
use crate::secret::Secret;
use crate::world::World;

/// How long such a token lives unless it is told: as long as those that Kubernetes projects into a pod.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A token that an application signs in with in place of a credential: the content of the file that
/// `AZURE_FEDERATED_TOKEN_FILE` names.
#[derive(Clone, Debug)]
pub struct FederatedToken {
    /// The token.
    pub value: Secret,
    /// When it expires, on the server's clock.
    pub expires_at: Timestamp,
}

/// Why there is no such token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoFederatedToken {
    /// Nobody has this client id.
    #[error("no application has the client id `{0}`")]
    Application(String),
    /// The application does not trust anybody, or nobody by this name.
    #[error("the application trusts no issuer by this name; give it a federated credential first")]
    Credential,
    /// Others hold the keys.
    #[error(
        "the directory names the issuer's keys under `jwks`, and whoever holds them signs its tokens; leave `jwks` out to have the mock sign"
    )]
    Keys,
}

impl MockIdp {
    /// A token by which an application that has a [federated credential](crate::directory::FederatedCredential) can sign in:
    /// of its issuer, for its subject and first audience. `credential` is the credential's name, the first without it; `lifetime`
    /// an hour without it.
    ///
    /// It is signed by the world that the issuer's URL leads to, or else by this one.
    ///
    /// # Errors
    ///
    /// [`NoFederatedToken`] if there is no such application or credential, or if the issuer's keys are not the mock's.
    pub fn federated_token(
        &self,
        client_id: &str,
        credential: Option<&str>,
        lifetime: Option<Duration>,
    ) -> Result<FederatedToken, NoFederatedToken> {
        self.rooms
            .in_turn(|world| issue(world, client_id, credential, lifetime.unwrap_or(LIFETIME)))
    }
}

fn issue(
    world: &World,
    client_id: &str,
    credential: Option<&str>,
    lifetime: Duration,
) -> Result<FederatedToken, NoFederatedToken> {
    let mut applications = world.directory.applications(world.provider);
    let application = applications
        .find(|application| application.id.eq_ignore_ascii_case(client_id))
        .ok_or_else(|| NoFederatedToken::Application(client_id.to_owned()))?;
    let mut trusted = application.federated.iter();
    let trust = trusted
        .find(|trust| credential.is_none_or(|name| trust.name == name))
        .ok_or(NoFederatedToken::Credential)?;
    if trust.jwks.is_some() {
        return Err(NoFederatedToken::Keys);
    }
    let now = world.clock.now();
    let expires_at = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
    let issuing = neighbours::issuing_as(&trust.issuer);
    let issuing = issuing.as_ref().unwrap_or(world);
    let signer = issuing.signer(&trust.issuer);
    let key = match signer {
        Some(signer) => issuing.keys.active_of(signer),
        None => issuing.keys.active(),
    };
    let unsigned = Unsigned {
        header: json!({ "typ": "JWT", "alg": "RS256", "kid": key.kid() }).to_string(),
        claims: json!({
            "iss": trust.issuer, "sub": trust.subject, "aud": trust.audiences.first(),
            "iat": now.as_second(), "nbf": now.as_second(), "exp": expires_at.as_second(),
            "jti": world.entropy.guid(),
        })
        .to_string(),
    };
    Ok(FederatedToken {
        value: Secret::new(unsigned.signed_by(&key)),
        expires_at,
    })
}
