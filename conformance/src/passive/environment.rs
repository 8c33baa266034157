//! What a command under test is told about the mock, as environment variables.

use std::path::Path;

use mock_idp::directory::GrantType;
use mock_idp::journal::Origin;
use mock_idp::{Identity, MockIdp, Provider, Secret};
use serde_json::json;

use crate::contender::Whom;
use crate::scenario::ClientSpec;

/// Variables that would lead a client past the mock or its certificate. Proxies are handed on by other names.
pub(super) const UNSET: [&str; 3] = ["SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY"];

/// The names of proxies in upper and in lower case. Clients that know `NO_PROXY` read the lower-case ones too; the Okta SDK
/// for Python goes by the upper-case ones alone and would send the mock's requests to the proxy.
const PROXIES: [(&str, &str); 2] = [("HTTP_PROXY", "http_proxy"), ("HTTPS_PROXY", "https_proxy")];

/// Hosts that no proxy may stand before.
const LOCAL: &str = "127.0.0.1,localhost,::1";

/// What a command is told of one world.
#[derive(Debug)]
pub(super) struct Told<'w> {
    idp: &'w MockIdp,
    identity: Identity,
    scope: Vec<String>,
    user_scope: Vec<String>,
    refresh_token: Secret,
}

impl<'w> Told<'w> {
    /// What a client with these settings is told. A refresh token is minted for it, whether or not it has a use for one.
    ///
    /// # Errors
    ///
    /// In words, if the directory has not what the settings ask for.
    pub(super) fn of(idp: &'w MockIdp, spec: &ClientSpec) -> Result<Self, String> {
        let whom = Whom::of(spec);
        let asked = whom.scopes(&spec.scopes, idp);
        let (scope, user_scope) = if whom.is_for_user() {
            (idp.scopes(GrantType::ClientCredentials), asked)
        } else {
            (asked, idp.scopes(GrantType::RefreshToken))
        };
        Ok(Self {
            identity: whom.identity(idp)?,
            refresh_token: idp
                .mint_refresh_token_for(&whom.signed_in(&user_scope, idp)?)
                .value,
            idp,
            scope,
            user_scope,
        })
    }
}

/// Every variable for a run: our own names for the world under judgement, the vendors' names for that and the one beside it, and
/// trust in the test CA by the variables that OpenSSL, Python, curl, Node and Deno read.
pub(super) fn variables(
    scenario: &str,
    judged: &Told<'_>,
    beside: &Told<'_>,
    ca_file: &Path,
) -> Vec<(String, String)> {
    let mut variables = own(scenario, judged, ca_file);
    for told in [judged, beside] {
        variables.extend(vendor(told));
    }
    let ca = ca_file.to_string_lossy().into_owned();
    for name in [
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "DENO_CERT",
    ] {
        variables.push((name.to_owned(), ca.clone()));
    }
    for name in ["NO_PROXY", "no_proxy"] {
        variables.push((name.to_owned(), LOCAL.to_owned()));
    }
    variables.extend(proxies(|name| std::env::var(name).ok()));
    variables
}

/// What only an upper-case name says, by its lower-case name.
fn proxies(value_of: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    PROXIES
        .into_iter()
        .filter(|(_, lower)| value_of(lower).is_none())
        .filter_map(|(upper, lower)| Some((lower.to_owned(), value_of(upper)?)))
        .collect()
}

fn own(scenario: &str, told: &Told<'_>, ca_file: &Path) -> Vec<(String, String)> {
    let who = &told.identity;
    let named = [
        ("scenario", scenario.to_owned()),
        ("provider", told.idp.provider().to_string()),
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
        ("refresh_token", told.refresh_token.reveal().to_owned()),
        ("scope", told.scope.join(" ")),
        ("user_scope", told.user_scope.join(" ")),
        ("ca_file", ca_file.to_string_lossy().into_owned()),
    ];
    let context = json!(
        named
            .iter()
            .cloned()
            .collect::<std::collections::BTreeMap<_, _>>()
    )
    .to_string();
    named
        .into_iter()
        .map(|(name, value)| (format!("TOKENPROOF_{}", name.to_uppercase()), value))
        .chain([("TOKENPROOF_CONTEXT".to_owned(), context)])
        .collect()
}

fn vendor(told: &Told<'_>) -> Vec<(String, String)> {
    let Told { idp, identity, .. } = told;
    let named: Vec<(&str, String)> = match idp.provider() {
        Provider::Entra => vec![
            ("AZURE_AUTHORITY_HOST", idp.origin(Origin::Login).to_owned()),
            ("AZURE_TENANT_ID", identity.issuer.clone()),
            ("AZURE_CLIENT_ID", identity.client_id.clone()),
            (
                "AZURE_CLIENT_SECRET",
                identity.client_secret.reveal().to_owned(),
            ),
        ],
        Provider::Okta => vec![
            ("OKTA_CLIENT_ORGURL", idp.origin(Origin::Org).to_owned()),
            ("OKTA_CLIENT_AUTHORIZATIONMODE", "SSWS".to_owned()),
            (
                "OKTA_CLIENT_TOKEN",
                idp.credentials()
                    .api_token
                    .map(|token| token.reveal().to_owned())
                    .unwrap_or_default(),
            ),
        ],
    };
    named
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::give_secrets;

    /// The variables of a client with these settings, by name.
    async fn told(spec: &ClientSpec) -> std::collections::BTreeMap<String, String> {
        let idp = MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world");
        let beside = MockIdp::okta().plain_http().start().await.expect("a world");
        give_secrets(&idp, [spec]).expect("an application");
        let judged = Told::of(&idp, spec).expect("entries");
        let beside = Told::of(&beside, &ClientSpec::default()).expect("entries");
        variables("a/b", &judged, &beside, Path::new("ca.pem"))
            .into_iter()
            .collect()
    }

    #[tokio::test]
    async fn a_secret_of_the_scenario_is_what_the_command_is_told() {
        let usual = told(&ClientSpec::default()).await;
        let given = told(&ClientSpec {
            secret: Some("a+b/c%d e=long".to_owned()),
            ..ClientSpec::default()
        })
        .await;
        assert_eq!(given["TOKENPROOF_CLIENT_SECRET"], "a+b/c%d e=long");
        assert_eq!(given["AZURE_CLIENT_SECRET"], "a+b/c%d e=long");
        assert_eq!(given["TOKENPROOF_CLIENT_ID"], usual["TOKENPROOF_CLIENT_ID"]);
        assert_ne!(usual["TOKENPROOF_CLIENT_SECRET"], "a+b/c%d e=long");
    }

    #[tokio::test]
    async fn the_command_is_told_whom_it_acts_as() {
        let usual = told(&ClientSpec::default()).await;
        let second = told(&ClientSpec {
            application: crate::scenario::Which::Second,
            user: crate::scenario::Which::Second,
            tenant: crate::scenario::Which::Second,
            grant: Some(crate::scenario::GrantKind::Password),
            scopes: vec!["one".to_owned(), "two".to_owned()],
            ..ClientSpec::default()
        })
        .await;
        for name in [
            "TENANT",
            "CLIENT_ID",
            "CLIENT_SECRET",
            "USERNAME",
            "USER_SCOPE",
        ] {
            let name = format!("TOKENPROOF_{name}");
            assert_ne!(second[&name], usual[&name], "{name}");
        }
        let tenant = &second["TOKENPROOF_TENANT"];
        for name in ["ISSUER", "TOKEN_URL", "JWKS_URL"] {
            assert!(
                second[&format!("TOKENPROOF_{name}")].contains(tenant),
                "{name}"
            );
        }
        assert_eq!(second["AZURE_TENANT_ID"], *tenant);
        assert_eq!(second["TOKENPROOF_USER_SCOPE"], "one two");
        assert_eq!(second["TOKENPROOF_SCOPE"], usual["TOKENPROOF_SCOPE"]);
    }

    #[test]
    fn proxies_keep_their_lower_case_names() {
        let only_upper =
            proxies(|name| (name == "HTTPS_PROXY").then(|| "http://proxy.example:3128".to_owned()));
        assert_eq!(
            only_upper,
            [(
                "https_proxy".to_owned(),
                "http://proxy.example:3128".to_owned()
            )]
        );
        let both = proxies(|name| Some(format!("http://{name}.example")));
        assert_eq!(both, []);
        assert_eq!(proxies(|_| None), []);
        for (upper, _) in PROXIES {
            assert!(UNSET.contains(&upper), "{upper} would still be seen");
        }
    }
}
