//! What a user of a running world has to know, as the ready file has it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Serialize;

use super::ports::{name, origins};
use crate::directory::{
    Application, Certificate, ClientKey, Directory, GrantType, SAMPLE_CERTIFICATE,
    SAMPLE_PRIVATE_KEY, User,
};
use crate::environment::Told;
use crate::journal::Origin;
use crate::mock::{MockIdp, issuer_url, jwks_url, token_url};
use crate::provider::Provider;
use crate::secret::Secret;

/// One world: where it is, an example client, and who is in its directory.
#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct WorldFacts {
    /// The world's name at the control API.
    pub(super) world: String,
    /// Scheme, host and port of each listener: `login`, `graph` and `managed_identity`, or `org` and `api`.
    pub(super) origins: BTreeMap<&'static str, String>,
    /// Entra: the authority of the example tenant, as MSAL wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authority: Option<String>,
    /// Okta: the URL of the org, as its SDKs want it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) org_url: Option<String>,
    /// The example tenant's id, or the example authorization server's.
    pub(super) tenant: String,
    /// The issuer that clients discover.
    pub(super) issuer: String,
    /// Its token endpoint.
    pub(super) token_url: String,
    /// Its key set.
    pub(super) jwks_url: String,
    /// A protected resource that takes its tokens.
    pub(super) api_url: String,
    /// The example application's client id.
    pub(super) client_id: String,
    /// Its newest secret that works.
    pub(super) client_secret: String,
    /// What it asks for as itself, for `api_url`.
    pub(super) scope: String,
    /// The example user's login; empty if the directory has none who can sign in with a password.
    pub(super) username: String,
    /// That user's password.
    pub(super) password: String,
    /// What the application asks for on the user's behalf.
    pub(super) user_scope: String,
    /// A refresh token of the user's, as if the user had signed in.
    pub(super) refresh_token: String,
    /// Okta: an SSWS token for the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_token: Option<String>,
    /// The tenants, or the custom authorization servers.
    issuers: Vec<IssuerFacts>,
    /// All applications.
    applications: Vec<ApplicationFacts>,
    /// All users.
    users: Vec<UserFacts>,
    /// Okta: all tokens for the management API.
    api_tokens: Vec<ApiTokenFacts>,
}

/// A tenant (Entra) or a custom authorization server (Okta).
#[derive(Clone, Serialize, JsonSchema)]
struct IssuerFacts {
    id: String,
    issuer: String,
    token_url: String,
    jwks_url: String,
}

/// An application.
#[derive(Clone, Serialize, JsonSchema)]
struct ApplicationFacts {
    /// Entra: the tenant it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    client_id: String,
    name: String,
    enabled: bool,
    /// `grant_type`s that it may use.
    grants: Vec<&'static str>,
    /// Its secrets; none for a public client.
    secrets: Vec<SecretFacts>,
    /// Entra: the certificates it signs assertions with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<CertificateFacts>,
    /// Okta: the keys it signs assertions with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<KeyFacts>,
}

/// A certificate that assertions are signed with.
#[derive(Clone, Serialize, JsonSchema)]
struct CertificateFacts {
    /// The certificate in PEM.
    pem: String,
    /// SHA-1 in upper-case hexadecimal.
    thumbprint: String,
    /// Its private key as PKCS#8 in PEM; known of the built-in directory's sample only.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key_pem: Option<&'static str>,
}

/// A key that assertions are signed with.
#[derive(Clone, Serialize, JsonSchema)]
struct KeyFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    /// The private key as PKCS#8 in PEM; known of the built-in directory's sample only.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key_pem: Option<&'static str>,
}

/// A client secret.
#[derive(Clone, Serialize, JsonSchema)]
struct SecretFacts {
    value: String,
    /// Whether it worked when this was written.
    works: bool,
}

/// A user.
#[derive(Clone, Serialize, JsonSchema)]
struct UserFacts {
    /// Entra: the tenant they are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    id: String,
    login: String,
    name: String,
    /// None for one who cannot use the password grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    groups: Vec<String>,
    /// Whether nothing keeps them from signing in.
    can_sign_in: bool,
}

/// An SSWS token.
#[derive(Clone, Serialize, JsonSchema)]
struct ApiTokenFacts {
    id: String,
    name: String,
    value: String,
    /// The login of the administrator who made it.
    user: String,
}

impl WorldFacts {
    /// All about this world. `told` is what its example client is told.
    pub(super) fn of(name_at_control: &str, idp: &MockIdp, told: Option<&Told<'_>>) -> Self {
        let provider = idp.provider();
        let credentials = idp.credentials();
        let scope = |grant| idp.scopes(grant).join(" ");
        let refresh_token = told.map_or_else(
            || idp.mint_refresh_token().value,
            |told| told.refresh_token.clone(),
        );
        let (authority, org_url) = match provider {
            Provider::Entra => {
                let login = idp.origin(Origin::Login);
                (Some(format!("{login}/{}", idp.tenant())), None)
            }
            Provider::Okta => (None, Some(idp.origin(Origin::Org).to_owned())),
        };
        let origins = origins(provider)
            .iter()
            .map(|origin| (name(*origin), idp.origin(*origin).to_owned()));
        let mut facts = Self {
            world: name_at_control.to_owned(),
            origins: origins.collect(),
            authority,
            org_url,
            tenant: idp.tenant(),
            issuer: idp.issuer(),
            token_url: idp.token_url(),
            jwks_url: idp.jwks_url(),
            api_url: idp.api_url(),
            client_id: credentials.client_id,
            client_secret: reveal(&credentials.client_secret),
            scope: scope(GrantType::ClientCredentials),
            username: credentials.username,
            password: reveal(&credentials.password),
            user_scope: scope(GrantType::RefreshToken),
            refresh_token: reveal(&refresh_token),
            api_token: credentials.api_token.as_ref().map(reveal),
            issuers: Vec::new(),
            applications: Vec::new(),
            users: Vec::new(),
            api_tokens: Vec::new(),
        };
        facts.list(idp);
        facts
    }

    fn list(&mut self, idp: &MockIdp) {
        let world = idp.world();
        let now = world.clock.now();
        let issuer = |id: &str| IssuerFacts {
            id: id.to_owned(),
            issuer: issuer_url(&world, id),
            token_url: token_url(&world, id),
            jwks_url: jwks_url(&world, id),
        };
        let application = |tenant: Option<&str>, known: &Application| ApplicationFacts {
            tenant: tenant.map(str::to_owned),
            client_id: known.id.clone(),
            name: known.name.clone(),
            enabled: known.enabled,
            grants: known.grants.iter().map(|grant| grant.name()).collect(),
            secrets: known
                .secrets
                .iter()
                .map(|secret| SecretFacts {
                    value: reveal(&secret.value),
                    works: secret.is_valid_at(now),
                })
                .collect(),
            certificates: known.certificates.iter().map(certificate).collect(),
            keys: known.jwks.keys.iter().map(key).collect(),
        };
        let user = |tenant: Option<&str>, known: &User| UserFacts {
            tenant: tenant.map(str::to_owned),
            id: known.id.clone(),
            login: known.login.clone(),
            name: known.name.clone(),
            password: known.password.as_ref().map(reveal),
            groups: known.groups.clone(),
            can_sign_in: known.can_sign_in(),
        };
        match world.provider {
            Provider::Entra => {
                for tenant in &world.directory.entra.tenants {
                    let id = Some(tenant.id.as_str());
                    self.issuers.push(issuer(&tenant.id));
                    let applications = tenant.applications.iter();
                    self.applications
                        .extend(applications.map(|known| application(id, known)));
                    self.users
                        .extend(tenant.users.iter().map(|known| user(id, known)));
                }
            }
            Provider::Okta => {
                let okta = &world.directory.okta;
                let servers = okta.authorization_servers.iter();
                self.issuers
                    .extend(servers.map(|server| issuer(&server.id)));
                let applications = okta.applications.iter();
                self.applications
                    .extend(applications.map(|known| application(None, known)));
                self.users
                    .extend(okta.users.iter().map(|known| user(None, known)));
                let tokens = okta.api_tokens.iter().map(|token| ApiTokenFacts {
                    id: token.id.clone(),
                    name: token.name.clone(),
                    value: reveal(&token.value),
                    user: token.user.clone(),
                });
                self.api_tokens.extend(tokens);
            }
        }
    }
}

fn certificate(known: &Certificate) -> CertificateFacts {
    let is_sample = Certificate::from_pem(SAMPLE_CERTIFICATE)
        .is_ok_and(|sample| sample.x5t_s256 == known.x5t_s256);
    CertificateFacts {
        pem: pem(known.der()),
        thumbprint: known.thumbprint.clone(),
        private_key_pem: is_sample.then_some(SAMPLE_PRIVATE_KEY),
    }
}

fn key(known: &ClientKey) -> KeyFacts {
    let shown = serde_json::to_value(known).ok();
    let built_in = Directory::built_in();
    let mut samples = built_in
        .okta
        .applications
        .iter()
        .flat_map(|app| &app.jwks.keys);
    let is_sample =
        shown.is_some() && samples.any(|sample| serde_json::to_value(sample).ok() == shown);
    KeyFacts {
        kid: known.kid().map(str::to_owned),
        private_key_pem: is_sample.then_some(SAMPLE_PRIVATE_KEY),
    }
}

/// RFC 7468 section 2.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + "-----END CERTIFICATE-----\n"
}

fn reveal(secret: &Secret) -> String {
    secret.reveal().to_owned()
}
