//! What a program is told about a world by environment variables: our own names, the names that the vendors' libraries read, and
//! trust in the CA.
//!
//! | who reads it | variables |
//! |---|---|
//! | whoever is written for the mock | `TOKENPROOF_TOKEN_URL`, `TOKENPROOF_CLIENT_ID` and their like; all as JSON in `TOKENPROOF_CONTEXT` |
//! | azure-identity, in Python, JavaScript, Rust and others | `AZURE_AUTHORITY_HOST`, `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`; for managed identities of a machine `AZURE_POD_IDENTITY_AUTHORITY_HOST`, of an App Service `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`; for a workload in Kubernetes `AZURE_FEDERATED_TOKEN_FILE` |
//! | Okta's management SDKs | `OKTA_CLIENT_ORGURL`, `OKTA_CLIENT_AUTHORIZATIONMODE`, `OKTA_CLIENT_TOKEN` |
//! | OpenSSL, requests, curl, Node, Deno | `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS`, `DENO_CERT` |

mod machine;
mod proxy;
mod shell;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use crate::directory::GrantType;
use crate::journal::Origin;
use crate::mock::{Identity, MockIdp};
use crate::provider::Provider;
use crate::secret::Secret;

pub use machine::{Machine, Workload};
pub use proxy::{UNSET, no_proxy};
pub use shell::Shell;

/// A variable's name and its value.
pub type Variable = (String, String);

/// How the names of our own variables begin.
pub const PREFIX: &str = "TOKENPROOF_";

/// Where libraries look for a file of CAs to trust.
const TRUST: [&str; 5] = [
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
];

/// What a program is told of one world.
#[derive(Clone, Debug)]
pub struct Told<'w> {
    /// The world.
    pub idp: &'w MockIdp,
    /// Whom it acts as, and where it goes.
    pub identity: Identity,
    /// What it asks for as itself.
    pub scope: Vec<String>,
    /// What it asks for on behalf of its user.
    pub user_scope: Vec<String>,
    /// A refresh token of that user.
    pub refresh_token: Secret,
}

impl<'w> Told<'w> {
    /// What there is to tell about the first application, user and tenant of a world, with a refresh token minted for it. None
    /// if the directory has no application with a secret or no user with a password.
    #[must_use]
    pub fn example(idp: &'w MockIdp) -> Option<Self> {
        let identity = idp.identity(0, 0, 0)?;
        Some(Self {
            scope: idp.scopes(GrantType::ClientCredentials),
            user_scope: idp.scopes(GrantType::RefreshToken),
            refresh_token: idp.mint_refresh_token_for(&identity).value,
            identity,
            idp,
        })
    }

    /// Our own variables. Their names begin with `prefix`, usually [`PREFIX`]; `more` is told beside what the world knows.
    #[must_use]
    pub fn own(
        &self,
        prefix: &str,
        more: &[(&str, String)],
        ca_file: Option<&Path>,
    ) -> Vec<Variable> {
        let who = &self.identity;
        let mut named = more.to_vec();
        named.extend([
            ("provider", self.idp.provider().to_string()),
            ("issuer", who.issuer_url.clone()),
            ("token_url", who.token_url.clone()),
            ("jwks_url", who.jwks_url.clone()),
            ("api_url", who.api_url.clone()),
            ("user_api_url", who.user_api_url.clone()),
            ("post_api_url", who.post_api_url.clone()),
            ("user_post_api_url", who.user_post_api_url.clone()),
            ("tenant", who.issuer.clone()),
            ("client_id", who.client_id.clone()),
            ("client_secret", who.client_secret.reveal().to_owned()),
            ("username", who.username.clone()),
            ("password", who.password.reveal().to_owned()),
            ("refresh_token", self.refresh_token.reveal().to_owned()),
            ("scope", self.scope.join(" ")),
            ("user_scope", self.user_scope.join(" ")),
        ]);
        if let Some(ca_file) = ca_file {
            named.push(("ca_file", ca_file.to_string_lossy().into_owned()));
        }
        let context = json!(named.iter().cloned().collect::<BTreeMap<_, _>>()).to_string();
        named
            .into_iter()
            .chain([("context", context)])
            .map(|(name, value)| (format!("{prefix}{}", name.to_uppercase()), value))
            .collect()
    }

    /// The variables that the vendor's own libraries read, for a program on a machine of its own.
    #[must_use]
    pub fn vendor(&self) -> Vec<Variable> {
        self.vendor_on(&Machine::Virtual)
    }

    /// The same for one that is to believe that it runs elsewhere.
    #[must_use]
    pub fn vendor_on(&self, machine: &Machine) -> Vec<Variable> {
        let Self { idp, identity, .. } = self;
        let reveal = |secret: &Secret| secret.reveal().to_owned();
        let named: Vec<(&str, String)> = match idp.provider() {
            Provider::Entra => {
                let mut named =
                    vec![("AZURE_AUTHORITY_HOST", idp.origin(Origin::Login).to_owned())];
                named.extend(match machine {
                    Machine::Kubernetes(workload) => vec![
                        ("AZURE_TENANT_ID", workload.tenant.clone()),
                        ("AZURE_CLIENT_ID", workload.client_id.clone()),
                        (
                            "AZURE_FEDERATED_TOKEN_FILE",
                            workload.token_file.to_string_lossy().into_owned(),
                        ),
                    ],
                    Machine::Virtual | Machine::AppService => vec![
                        ("AZURE_TENANT_ID", identity.issuer.clone()),
                        ("AZURE_CLIENT_ID", identity.client_id.clone()),
                        ("AZURE_CLIENT_SECRET", reveal(&identity.client_secret)),
                    ],
                });
                let service = idp.app_service();
                match (machine, service) {
                    (Machine::AppService, Some(service)) => named.extend([
                        ("IDENTITY_ENDPOINT", service.endpoint),
                        ("IDENTITY_HEADER", reveal(&service.header)),
                    ]),
                    (Machine::Virtual, _) => named.push((
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        idp.origin(Origin::ManagedIdentity).to_owned(),
                    )),
                    _ => {}
                }
                named
            }
            Provider::Okta => {
                let token = idp.credentials().api_token;
                vec![
                    ("OKTA_CLIENT_ORGURL", idp.origin(Origin::Org).to_owned()),
                    ("OKTA_CLIENT_AUTHORIZATIONMODE", "SSWS".to_owned()),
                    (
                        "OKTA_CLIENT_TOKEN",
                        token.as_ref().map(reveal).unwrap_or_default(),
                    ),
                ]
            }
        };
        named
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// Trust in the CA of this file, by every name that the usual libraries look for.
#[must_use]
pub fn trust(ca_file: &Path) -> Vec<Variable> {
    let ca = ca_file.to_string_lossy();
    TRUST
        .into_iter()
        .map(|name| (name.to_owned(), ca.clone().into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn idp(provider: Provider) -> MockIdp {
        MockIdp::of(provider).plain_http().start().await.unwrap()
    }

    fn value<'v>(variables: &'v [Variable], name: &str) -> &'v str {
        let mut found = variables.iter().filter(|(known, _)| known == name);
        &found.next().unwrap().1
    }

    #[tokio::test]
    async fn the_context_says_what_the_other_variables_say() {
        let idp = idp(Provider::Entra).await;
        let told = Told::example(&idp).unwrap();
        let more = [("scenario", "a/b".to_owned())];
        let own = told.own("X_", &more, Some(Path::new("ca.pem")));
        let context: BTreeMap<String, String> =
            serde_json::from_str(value(&own, "X_CONTEXT")).unwrap();
        assert_eq!(context.len() + 1, own.len());
        for (name, said) in &context {
            assert_eq!(value(&own, &format!("X_{}", name.to_uppercase())), said);
        }
        assert_eq!(context["scenario"], "a/b");
        assert_eq!(context["ca_file"], "ca.pem");
        assert_eq!(context["token_url"], idp.token_url());
        assert!(
            !told
                .own(PREFIX, &[], None)
                .iter()
                .any(|(name, _)| name == "TOKENPROOF_CA_FILE")
        );
    }

    #[tokio::test]
    async fn vendors_names_are_those_of_their_libraries() {
        let mut names = Vec::new();
        for provider in Provider::ALL {
            let idp = idp(provider).await;
            let vendor = Told::example(&idp).unwrap().vendor();
            assert!(vendor.iter().all(|(_, value)| !value.is_empty()));
            names.extend(vendor.into_iter().map(|(name, _)| name));
        }
        insta::assert_snapshot!(names.join(" "), @"AZURE_AUTHORITY_HOST AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_POD_IDENTITY_AUTHORITY_HOST OKTA_CLIENT_ORGURL OKTA_CLIENT_AUTHORIZATIONMODE OKTA_CLIENT_TOKEN");
    }

    #[test]
    fn every_library_is_told_to_trust_the_same_file() {
        let trust = trust(Path::new("/tmp/ca.pem"));
        assert_eq!(trust.len(), TRUST.len());
        assert!(trust.iter().all(|(_, file)| file == "/tmp/ca.pem"));
    }
}
