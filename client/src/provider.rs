//! Where the token endpoint is.

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

use crate::error::Misuse;

/// A token service, known by its token endpoint.
///
/// Addresses must be https, or http to this very machine: everything sent there is a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    token_endpoint: Endpoint,
}

impl Provider {
    /// Microsoft Entra ID, v2.0 endpoint: `{authority}/{tenant}/oauth2/v2.0/token`. `authority`
    /// is the cloud's login host, such as `https://login.microsoftonline.com`; `tenant` is a
    /// GUID or a verified domain, or `organizations` and the like for user sign-in.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe or the tenant is no name.
    pub fn entra(authority: &str, tenant: &str) -> Result<Self, Misuse> {
        let tenant = name("tenant", tenant)?;
        Self::below(
            "authority",
            authority,
            &format!("{tenant}/oauth2/v2.0/token"),
        )
    }

    /// An Okta custom authorization server: `{org_url}/oauth2/{server_id}/v1/token`.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe or the server id is no name.
    pub fn okta_custom(org_url: &str, server_id: &str) -> Result<Self, Misuse> {
        let server_id = name("authorization server id", server_id)?;
        Self::below("org URL", org_url, &format!("oauth2/{server_id}/v1/token"))
    }

    /// An Okta org's own authorization server: `{org_url}/oauth2/v1/token`.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn okta_org(org_url: &str) -> Result<Self, Misuse> {
        Self::below("org URL", org_url, "oauth2/v1/token")
    }

    /// Any token endpoint by its full address. A query in it is kept (RFC 6749 section 3.2).
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn at(token_url: &str) -> Result<Self, Misuse> {
        Endpoint::parse("token URL", token_url).map(|token_endpoint| Self { token_endpoint })
    }

    /// The address of the token endpoint.
    pub fn token_url(&self) -> &Uri {
        self.token_endpoint.uri()
    }

    pub(crate) fn token_endpoint(&self) -> &Endpoint {
        &self.token_endpoint
    }

    fn below(what: &'static str, base: &str, path: &str) -> Result<Self, Misuse> {
        let endpoint = Endpoint::parse(what, base)?;
        if endpoint.uri().query().is_some() {
            return Err(bad_url(what, base, "it must have no query"));
        }
        let url = format!("{}/{path}", base.trim_end_matches('/'));
        Endpoint::parse(what, &url).map(|token_endpoint| Self { token_endpoint })
    }
}

/// An absolute address that credentials may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint(Uri);

impl Endpoint {
    /// Takes the address apart; `what` names it in the error.
    pub(crate) fn parse(what: &'static str, text: &str) -> Result<Self, Misuse> {
        if text.contains('#') {
            return Err(bad_url(what, text, "it must have no fragment"));
        }
        let uri: Uri = text
            .parse()
            .map_err(|_| bad_url(what, text, "it is not an absolute http(s) address"))?;
        check(what, &uri)?;
        Ok(Self(uri))
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }
}

/// Whether credentials may be sent to this address.
pub(crate) fn check(what: &'static str, uri: &Uri) -> Result<(), Misuse> {
    let refuse = |reason| Err(bad_url(what, &uri.to_string(), reason));
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return refuse("it is not an absolute http(s) address");
    };
    if authority.as_str().contains('@') {
        return refuse("it must not hold a user name or password");
    }
    if authority.host().is_empty() {
        return refuse("it names no host");
    }
    if *scheme == Scheme::HTTPS || (*scheme == Scheme::HTTP && is_loopback(authority.host())) {
        return Ok(());
    }
    refuse("credentials go over https, or over http to this machine only")
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A path segment that cannot change the path around it.
fn name<'a>(what: &'static str, text: &'a str) -> Result<&'a str, Misuse> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.is_empty() {
        return Err(Misuse::Empty(what));
    }
    if !text.chars().all(plain) || text.chars().all(|c| c == '.') {
        return Err(Misuse::BadName {
            what,
            value: text.to_owned(),
        });
    }
    Ok(text)
}

/// Shows the address without user information and query, which may be secret.
fn bad_url(what: &'static str, text: &str, reason: &'static str) -> Misuse {
    let shown = text.split(['?', '#']).next().unwrap_or_default();
    let shown = match (shown.find("://"), shown.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}***{}", &shown[..scheme + 3], &shown[at..])
        }
        (None, Some(at)) => format!("***{}", &shown[at..]),
        _ => shown.to_owned(),
    };
    Misuse::BadUrl {
        what,
        value: shown,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(provider: Result<Provider, Misuse>) -> String {
        match provider {
            Ok(provider) => provider.token_url().to_string(),
            Err(misuse) => format!("refused: {misuse}"),
        }
    }

    #[test]
    fn the_vendors_addresses() {
        let lines = [
            shown(Provider::entra(
                "https://login.microsoftonline.com",
                "contoso.onmicrosoft.com",
            )),
            shown(Provider::entra(
                "https://login.microsoftonline.us/",
                "0b1c-2d",
            )),
            shown(Provider::okta_custom("https://dev-1.okta.com", "default")),
            shown(Provider::okta_org("http://127.0.0.1:8080")),
            shown(Provider::at("https://id.example/token?p=1")),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token
        https://login.microsoftonline.us/0b1c-2d/oauth2/v2.0/token
        https://dev-1.okta.com/oauth2/default/v1/token
        http://127.0.0.1:8080/oauth2/v1/token
        https://id.example/token?p=1
        ");
    }

    #[test]
    fn what_is_refused_and_why() {
        let lines = [
            shown(Provider::at("http://id.example/token")),
            shown(Provider::at("http://localhost.example/token")),
            shown(Provider::at("ftp://id.example/token")),
            shown(Provider::at("/token")),
            shown(Provider::at("https://user:canary@id.example/token?canary")),
            shown(Provider::at("https://id.example/#x")),
            shown(Provider::at("")),
            shown(Provider::entra("https://h?x", "t")),
            shown(Provider::entra("https://h", "a/b")),
            shown(Provider::entra("https://h", "..")),
            shown(Provider::entra("https://h", "")),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        refused: token URL "http://id.example/token" is not usable: credentials go over https, or over http to this machine only
        refused: token URL "http://localhost.example/token" is not usable: credentials go over https, or over http to this machine only
        refused: token URL "ftp://id.example/token" is not usable: credentials go over https, or over http to this machine only
        refused: token URL "/token" is not usable: it is not an absolute http(s) address
        refused: token URL "https://***@id.example/token" is not usable: it must not hold a user name or password
        refused: token URL "https://id.example/" is not usable: it must have no fragment
        refused: token URL "" is not usable: it is not an absolute http(s) address
        refused: authority "https://h" is not usable: it must have no query
        refused: tenant "a/b" is not usable: letters, digits, '.', '-' and '_' are allowed
        refused: tenant ".." is not usable: letters, digits, '.', '-' and '_' are allowed
        refused: tenant is empty: give the one registered with the provider
        "#);
    }

    #[test]
    fn plain_http_reaches_this_machine_only() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(
                Provider::at(&format!("http://{host}:1/t")).is_ok(),
                "{host}"
            );
        }
        for host in ["0.0.0.0", "10.0.0.1", "[::2]", "127.0.0.1.example"] {
            assert!(
                Provider::at(&format!("http://{host}:1/t")).is_err(),
                "{host}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,60}") {
            let _ = Provider::at(&text);
            if let Ok(provider) = Provider::entra("https://h", &text) {
                prop_assert_eq!(
                    provider.token_url().to_string(),
                    format!("https://h/{text}/oauth2/v2.0/token")
                );
            }
        }
    }
}
