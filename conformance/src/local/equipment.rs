//! What clients have beside identities, secrets and refresh tokens: certificates, platforms' tokens, ways to sign in.

use std::path::PathBuf;
use std::time::Duration;

use mock_idp::directory::{
    Application, Certificate, GrantType, NEXT_SAMPLE_CERTIFICATE, NEXT_SAMPLE_PRIVATE_KEY,
    SAMPLE_CERTIFICATE, SAMPLE_KEY_ID, SAMPLE_PRIVATE_KEY,
};
use mock_idp::journal::Origin;
use mock_idp::mint::TokenRecipe;
use mock_idp::{Identity, MockIdp, Provider};
use tempfile::TempDir;
use token_client::{DpopKey, Secret};

use super::api_tokens::ApiTokens;
use crate::contender::{Beginning, Proof, Whom};
use crate::pace::Pace;
use crate::scenario::{ClientAuthMethod, ClientSpec, GrantKind, Length, Member};

/// What all clients of a case have.
#[derive(Debug, Default)]
pub(super) struct Equipment {
    /// Where the platform puts its tokens, once there is one.
    folder: Option<TempDir>,
    /// Whose tokens stand in which files.
    files: Vec<(String, PathBuf)>,
    pub(super) api_tokens: ApiTokens,
}

/// What one client has.
#[derive(Debug)]
pub(super) struct Kit {
    pub(super) proof: Option<Proof>,
    pub(super) dpop: Option<DpopKey>,
    pub(super) beginning: Beginning,
}

impl Equipment {
    /// What the client at this place has.
    ///
    /// # Errors
    ///
    /// What the mock or this machine has not, in words.
    pub(super) fn kit(
        &mut self,
        place: usize,
        spec: &ClientSpec,
        idp: &MockIdp,
    ) -> Result<Kit, String> {
        let whom = Whom::of(spec);
        let identity = whom.identity(idp)?;
        Ok(Kit {
            proof: match whom.auth() {
                Some(ClientAuthMethod::Certificate) => {
                    Some(newest_certificate(idp, &identity.client_id))
                }
                Some(ClientAuthMethod::Federated) => {
                    Some(self.platform_token(place, &identity.client_id, idp)?)
                }
                Some(ClientAuthMethod::PrivateKey) => Some(Proof::Key {
                    id: SAMPLE_KEY_ID.to_owned(),
                    private_key: Secret::new(SAMPLE_PRIVATE_KEY),
                }),
                _ => None,
            },
            dpop: match spec.dpop {
                true => Some(DpopKey::generate().map_err(|misuse| misuse.to_string())?),
                false => None,
            },
            beginning: match whom.grant() {
                GrantKind::ApiToken => {
                    Beginning::ApiToken(self.api_tokens.make(place, &identity.username, idp)?)
                }
                _ => beginning(whom, &identity, idp)?,
            },
        })
    }

    /// The platform puts a new token into every file.
    ///
    /// # Errors
    ///
    /// Why it could not, in words.
    pub(super) fn renew_platform_tokens(&self, idp: &MockIdp) -> Result<(), String> {
        for (client, path) in &self.files {
            let token = idp.federated_token(client, None, None);
            let token = token.map_err(|none| none.to_string())?;
            std::fs::write(path, token.value.reveal())
                .map_err(|error| format!("a platform's token could not be written: {error}"))?;
        }
        Ok(())
    }

    fn platform_token(
        &mut self,
        place: usize,
        client: &str,
        idp: &MockIdp,
    ) -> Result<Proof, String> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => tempfile::tempdir()
                .map_err(|error| format!("a folder for platforms' tokens: {error}"))?,
        };
        let path = folder.path().join(format!("token-{place}"));
        self.folder = Some(folder);
        self.files.push((client.to_owned(), path.clone()));
        self.renew_platform_tokens(idp)?;
        Ok(Proof::PlatformToken(path))
    }
}

/// The certificate that an application was given last, with its key.
pub(super) fn newest_certificate(idp: &MockIdp, client: &str) -> Proof {
    let directory = idp.directory();
    let mut tenants = directory.entra.tenants.iter();
    let newest = tenants.find_map(|tenant| {
        let mut applications = tenant.applications.iter();
        applications
            .find(|application| application.id == client)?
            .certificates
            .last()
    });
    let next = Certificate::from_pem(NEXT_SAMPLE_CERTIFICATE).ok();
    let is_next = newest.is_some_and(|newest| next.is_some_and(|next| next.der() == newest.der()));
    let (certificate, key) = match is_next {
        true => (NEXT_SAMPLE_CERTIFICATE, NEXT_SAMPLE_PRIVATE_KEY),
        false => (SAMPLE_CERTIFICATE, SAMPLE_PRIVATE_KEY),
    };
    Proof::Certificate {
        certificate: certificate.to_owned(),
        private_key: Secret::new(key),
    }
}

/// Has the secrets and certificates that clients start with work for so long as the scenario says, from now on.
///
/// # Errors
///
/// As for [`Whom::identity`].
pub(super) fn limit_credentials(
    idp: &MockIdp,
    members: &[Member<'_>],
    pace: Option<Pace>,
) -> Result<(), String> {
    for Member { spec, .. } in members {
        if let Some(Length(lifetime)) = spec.credential_lifetime {
            let client = Whom::of(spec).identity(idp)?.client_id;
            let real = pace.map_or(lifetime, |pace| pace.real(lifetime));
            limit(idp, &client, real);
        }
    }
    Ok(())
}

/// Has Okta ask the applications of clients with a key for proofs of it.
///
/// # Errors
///
/// As for [`Whom::identity`].
pub(super) fn bind_tokens(idp: &MockIdp, members: &[Member<'_>]) -> Result<(), String> {
    for Member { spec, .. } in members.iter().filter(|member| member.spec.dpop) {
        let client = Whom::of(spec).identity(idp)?.client_id;
        idp.change_directory(|directory| {
            let mut applications = directory.okta.applications.iter_mut();
            if let Some(application) = applications.find(|known| known.id == client) {
                application.okta.dpop_bound = true;
            }
        });
    }
    Ok(())
}

/// Does something to an application of the directory.
pub(super) fn change_application(
    idp: &MockIdp,
    client: &str,
    change: impl FnOnce(&mut Application),
) {
    idp.change_directory(|directory| {
        let tenants = directory.entra.tenants.iter_mut();
        let mut applications = tenants.flat_map(|tenant| &mut tenant.applications);
        if let Some(application) = applications.find(|known| known.id == client) {
            change(application);
        }
    });
}

fn limit(idp: &MockIdp, client: &str, lifetime: Duration) {
    let Ok(end) = idp.clock().now().checked_add(lifetime) else {
        return;
    };
    change_application(idp, client, |application| {
        for secret in &mut application.secrets {
            secret.expires = Some(secret.expires.map_or(end, |known| known.min(end)));
        }
        for certificate in &mut application.certificates {
            certificate.expires = certificate.expires.min(end);
        }
    });
}

fn beginning(whom: Whom, identity: &Identity, idp: &MockIdp) -> Result<Beginning, String> {
    let beside = |name: &str| {
        let folder = identity.token_url.trim_end_matches("token");
        format!("{folder}{name}")
    };
    Ok(match whom.grant() {
        GrantKind::ApiToken
        | GrantKind::ClientCredentials
        | GrantKind::Password
        | GrantKind::RefreshToken => Beginning::Grant,
        GrantKind::AuthorizationCode => {
            idp.sign_in_automatically(Some(&identity.username));
            Beginning::Browser {
                authorize_url: beside("authorize"),
                redirect_uri: redirect_uri(idp, &identity.client_id),
            }
        }
        GrantKind::DeviceCode => Beginning::Device {
            device_url: beside(match idp.provider() {
                Provider::Entra => "devicecode",
                Provider::Okta => "device/authorize",
            }),
        },
        GrantKind::ManagedIdentity => Beginning::Machine {
            metadata_url: idp.origin(Origin::ManagedIdentity).to_owned(),
        },
        GrantKind::OnBehalfOf => Beginning::Caller(of_a_caller(identity, idp)?),
        GrantKind::TokenExchange => exchanged(identity, idp)?,
    })
}

/// The token of a user who has signed in to another application and calls this one, which is an API.
fn of_a_caller(identity: &Identity, idp: &MockIdp) -> Result<Secret, String> {
    let nobody = || "the mock has no application that calls this one".to_owned();
    let directory = idp.directory();
    let tenant = directory
        .entra
        .tenant(&identity.issuer)
        .ok_or_else(nobody)?;
    let mut resources = tenant.resources.iter();
    let api = resources
        .find(|resource| resource.app_id == identity.client_id)
        .ok_or_else(nobody)?;
    let mut applications = tenant.applications.iter();
    let caller = applications
        .find(|known| !known.redirect_uris.is_empty() && !known.is_public())
        .ok_or_else(nobody)?;
    let minted = idp.mint(&TokenRecipe {
        client: Some(caller.id.clone()),
        user: Some(identity.username.clone()),
        issuer: Some(identity.issuer.clone()),
        scopes: vec![format!("{}/.default", api.identifier)],
        ..TokenRecipe::default()
    });
    let minted = minted.map_err(|bad| bad.to_string())?;
    Ok(Secret::new(minted.value.reveal()))
}

/// The token of a user who has signed in to another application and calls this one, to be exchanged for one for the same API. It
/// outlives one that it is exchanged for, and not two.
fn exchanged(identity: &Identity, idp: &MockIdp) -> Result<Beginning, String> {
    let nobody = || "the mock has no application that calls this one".to_owned();
    let directory = idp.directory();
    let server = directory.okta.authorization_server(&identity.issuer);
    let mut applications = directory.okta.applications.iter();
    let caller = applications
        .find(|known| known.grants.contains(&GrantType::AuthorizationCode) && !known.is_public())
        .ok_or_else(nobody)?;
    let minted = idp.mint(&TokenRecipe {
        client: Some(caller.id.clone()),
        user: Some(identity.username.clone()),
        issuer: Some(identity.issuer.clone()),
        lifetime: Some(CALL),
        ..TokenRecipe::default()
    });
    let minted = minted.map_err(|bad| bad.to_string())?;
    Ok(Beginning::Exchanged {
        token: Secret::new(minted.value.reveal()),
        audience: server.ok_or_else(nobody)?.audience.clone(),
    })
}

/// How long such a call lasts.
const CALL: Duration = Duration::from_secs(90 * 60);

/// Where the browser of a client comes back to: an address of its own machine that its application has.
fn redirect_uri(idp: &MockIdp, client: &str) -> String {
    let directory = idp.directory();
    let tenants = directory.entra.tenants.iter();
    let applications = tenants.flat_map(|tenant| &tenant.applications);
    let mut applications = applications.chain(&directory.okta.applications);
    let application = applications.find(|known| known.id == client);
    let mut uris = application
        .into_iter()
        .flat_map(|known| &known.redirect_uris);
    let found = uris.find(|uri| uri.starts_with("http://localhost"));
    found.cloned().unwrap_or_default()
}
