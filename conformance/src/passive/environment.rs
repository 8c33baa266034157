//! What a command under test is told about the mock, as environment variables.

use std::path::Path;

use mock_idp::directory::GrantType;
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider};
use serde_json::json;

/// Variables that would lead a client past the mock or its certificate. Proxies are handed on by other names.
pub(super) const UNSET: [&str; 3] = ["SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY"];

/// The names of proxies in upper and in lower case. Clients that know `NO_PROXY` read the lower-case ones too; the Okta SDK
/// for Python goes by the upper-case ones alone and would send the mock's requests to the proxy.
const PROXIES: [(&str, &str); 2] = [("HTTP_PROXY", "http_proxy"), ("HTTPS_PROXY", "https_proxy")];

/// Hosts that no proxy may stand before.
const LOCAL: &str = "127.0.0.1,localhost,::1";

/// Every variable for a run: our own names for the world under judgement, the vendors' names for both worlds, and trust in the
/// test CA by the variables that OpenSSL, Python, curl, Node and Deno read.
pub(super) fn variables(
    scenario: &str,
    judged: &MockIdp,
    worlds: &[&MockIdp],
    refresh_token: &str,
    ca_file: &Path,
) -> Vec<(String, String)> {
    let mut variables = own(scenario, judged, refresh_token, ca_file);
    for world in worlds {
        variables.extend(vendor(world));
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

fn own(
    scenario: &str,
    idp: &MockIdp,
    refresh_token: &str,
    ca_file: &Path,
) -> Vec<(String, String)> {
    let credentials = idp.credentials();
    let scope = idp.scopes(GrantType::ClientCredentials).join(" ");
    let user_scope = idp.scopes(GrantType::RefreshToken).join(" ");
    let named = [
        ("scenario", scenario.to_owned()),
        ("provider", idp.provider().to_string()),
        ("issuer", idp.issuer()),
        ("token_url", idp.token_url()),
        ("jwks_url", idp.jwks_url()),
        ("api_url", idp.api_url()),
        ("user_api_url", idp.user_api_url()),
        ("tenant", idp.tenant().to_owned()),
        ("client_id", credentials.client_id),
        (
            "client_secret",
            credentials.client_secret.reveal().to_owned(),
        ),
        ("username", credentials.username),
        ("password", credentials.password.reveal().to_owned()),
        ("refresh_token", refresh_token.to_owned()),
        ("scope", scope),
        ("user_scope", user_scope),
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

fn vendor(idp: &MockIdp) -> Vec<(String, String)> {
    let credentials = idp.credentials();
    let named: Vec<(&str, String)> = match idp.provider() {
        Provider::Entra => vec![
            ("AZURE_AUTHORITY_HOST", idp.origin(Origin::Login).to_owned()),
            ("AZURE_TENANT_ID", idp.tenant().to_owned()),
            ("AZURE_CLIENT_ID", credentials.client_id),
            (
                "AZURE_CLIENT_SECRET",
                credentials.client_secret.reveal().to_owned(),
            ),
        ],
        Provider::Okta => vec![
            ("OKTA_CLIENT_ORGURL", idp.origin(Origin::Org).to_owned()),
            ("OKTA_CLIENT_AUTHORIZATIONMODE", "SSWS".to_owned()),
            (
                "OKTA_CLIENT_TOKEN",
                credentials
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
