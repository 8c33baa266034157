//! Where the provider's endpoints are.

use std::net::{IpAddr, Ipv4Addr};

use http::Uri;
use http::uri::Scheme;

use crate::GrantKind;
use crate::error::Misuse;

/// A token service, known by its token endpoint, and where users sign in to it.
///
/// Addresses must be https, or http to this very machine: everything sent there is a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    token_endpoint: Endpoint,
    refresh_endpoint: Option<Endpoint>,
    authorization_endpoint: Option<Endpoint>,
    device_endpoint: Option<Endpoint>,
    issuer: Option<String>,
    names_issuer: bool,
    names_resource: bool,
}

impl Provider {
    /// Microsoft Entra ID, v2.0 endpoints below `{authority}/{tenant}/oauth2/v2.0`. `authority`
    /// is the cloud's login host, such as `https://login.microsoftonline.com`; `tenant` is a
    /// GUID or a verified domain, or `organizations` and the like for user sign-in.
    ///
    /// The issuer is known, and compared, where the tenant is a GUID.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe or the tenant is no name.
    pub fn entra(authority: &str, tenant: &str) -> Result<Self, Misuse> {
        let tenant = name("tenant", tenant)?;
        let folder = format!("{tenant}/oauth2/v2.0");
        let mut provider = Self::below("authority", authority, &folder, "authorize", "devicecode")?;
        if is_guid(tenant) {
            let authority = authority.trim_end_matches('/');
            provider.issuer = Some(format!("{authority}/{}/v2.0", tenant.to_ascii_lowercase()));
        }
        Ok(provider)
    }

    /// Microsoft Entra ID, v1.0 endpoints below `{authority}/{tenant}/oauth2`, which name the API by its resource: see
    /// [`naming_resource`](Self::naming_resource). For what [`entra`](Self::entra) does not serve; Microsoft advises v2.0.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe or the tenant is no name.
    pub fn entra_v1(authority: &str, tenant: &str) -> Result<Self, Misuse> {
        let tenant = name("tenant", tenant)?;
        let folder = format!("{tenant}/oauth2");
        let provider = Self::below("authority", authority, &folder, "authorize", "devicecode")?;
        Ok(provider.naming_resource())
    }

    /// An Okta custom authorization server: endpoints below `{org_url}/oauth2/{server_id}/v1`.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe or the server id is no name.
    pub fn okta_custom(org_url: &str, server_id: &str) -> Result<Self, Misuse> {
        let server_id = name("authorization server id", server_id)?;
        let folder = format!("oauth2/{server_id}/v1");
        let provider = Self::below("org URL", org_url, &folder, "authorize", "device/authorize")?;
        let org_url = org_url.trim_end_matches('/');
        Ok(provider.with_issuer(format!("{org_url}/oauth2/{server_id}"), false))
    }

    /// An Okta org's own authorization server: endpoints below `{org_url}/oauth2/v1`.
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn okta_org(org_url: &str) -> Result<Self, Misuse> {
        let folder = "oauth2/v1";
        let provider = Self::below("org URL", org_url, folder, "authorize", "device/authorize")?;
        Ok(provider.with_issuer(org_url.trim_end_matches('/'), false))
    }

    /// Any token endpoint by its full address. A query in it is kept (RFC 6749 section 3.2).
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn at(token_url: &str) -> Result<Self, Misuse> {
        Endpoint::parse("token URL", token_url).map(Self::of)
    }

    /// Sends users here to sign in (RFC 6749 section 3.1).
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn with_authorization_url(mut self, url: &str) -> Result<Self, Misuse> {
        self.authorization_endpoint = Some(Endpoint::parse("authorization URL", url)?);
        Ok(self)
    }

    /// Sends refresh tokens here, where that is not the token endpoint (OpenAPI, `refreshUrl`).
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn with_refresh_url(mut self, url: &str) -> Result<Self, Misuse> {
        self.refresh_endpoint = Some(Endpoint::parse("refresh URL", url)?);
        Ok(self)
    }

    /// Asks here for the codes of a device (RFC 8628 section 3.1).
    ///
    /// # Errors
    /// [`Misuse`] if the address is not safe.
    pub fn with_device_url(mut self, url: &str) -> Result<Self, Misuse> {
        self.device_endpoint = Some(Endpoint::parse("device authorization URL", url)?);
        Ok(self)
    }

    /// Compares the issuer that a sign-in comes back with (RFC 9207 section 2.4). `always` says
    /// that the provider names it each time (`authorization_response_iss_parameter_supported` of
    /// its metadata): a sign-in without it is refused then.
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>, always: bool) -> Self {
        self.issuer = Some(issuer.into());
        self.names_issuer = always;
        self
    }

    /// Names the API by the parameter `resource` in place of scopes, as Entra's v1.0 endpoints want
    /// it (Microsoft, v1.0 OAuth 2.0 endpoints). The client has one scope of an API then, such as
    /// `{resource}/.default`, and perhaps those of OpenID Connect.
    #[must_use]
    pub fn naming_resource(mut self) -> Self {
        self.names_resource = true;
        self
    }

    /// The address of the token endpoint.
    pub fn token_url(&self) -> &Uri {
        self.token_endpoint.uri()
    }

    pub(crate) fn token_endpoint(&self) -> &Endpoint {
        &self.token_endpoint
    }

    /// Where a grant of this kind is sent.
    pub(crate) fn endpoint_for(&self, grant: GrantKind) -> &Endpoint {
        match (grant, &self.refresh_endpoint) {
            (GrantKind::RefreshToken, Some(endpoint)) => endpoint,
            _ => &self.token_endpoint,
        }
    }

    pub(crate) fn authorization_endpoint(&self) -> Result<&Endpoint, Misuse> {
        self.authorization_endpoint
            .as_ref()
            .ok_or(Misuse::NoEndpoint("authorization URL"))
    }

    pub(crate) fn device_endpoint(&self) -> Result<&Endpoint, Misuse> {
        self.device_endpoint
            .as_ref()
            .ok_or(Misuse::NoEndpoint("device authorization URL"))
    }

    pub(crate) fn names_resource(&self) -> bool {
        self.names_resource
    }

    /// The issuer, if it is known, and whether a sign-in must name it.
    pub(crate) fn issuer(&self) -> (Option<&str>, bool) {
        (self.issuer.as_deref(), self.names_issuer)
    }

    pub(crate) fn of(token_endpoint: Endpoint) -> Self {
        Self {
            token_endpoint,
            refresh_endpoint: None,
            authorization_endpoint: None,
            device_endpoint: None,
            issuer: None,
            names_issuer: false,
            names_resource: false,
        }
    }

    fn below(
        what: &'static str,
        base: &str,
        folder: &str,
        authorize: &str,
        device: &str,
    ) -> Result<Self, Misuse> {
        let endpoint = Endpoint::parse(what, base)?;
        if endpoint.uri().query().is_some() {
            return Err(bad_url(what, base, "it must have no query"));
        }
        let base = base.trim_end_matches('/');
        let at = |path: &str| Endpoint::parse(what, &format!("{base}/{folder}/{path}"));
        Ok(Self {
            authorization_endpoint: Some(at(authorize)?),
            device_endpoint: Some(at(device)?),
            ..Self::of(at("token")?)
        })
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

    /// As [`parse`](Self::parse), for what answers on the machine itself or on the link it is
    /// attached to (RFC 3927), where clouds keep their metadata services and speak plain http.
    pub(crate) fn of_machine(what: &'static str, text: &str) -> Result<Self, Misuse> {
        if let Ok(uri) = text.parse::<Uri>()
            && uri.scheme() == Some(&Scheme::HTTP)
            && !text.contains(['#', '@'])
            && uri.host().is_some_and(is_link_local)
        {
            return Ok(Self(uri));
        }
        Self::parse(what, text)
    }

    /// An address this crate knows itself.
    pub(crate) fn known(uri: Uri) -> Self {
        Self(uri)
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

fn is_link_local(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_link_local())
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
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
            shown(Provider::entra_v1(
                "https://login.microsoftonline.com",
                "contoso.onmicrosoft.com",
            )),
            shown(Provider::okta_custom("https://dev-1.okta.com", "default")),
            shown(Provider::okta_org("http://127.0.0.1:8080")),
            shown(Provider::at("https://id.example/token?p=1")),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token
        https://login.microsoftonline.us/0b1c-2d/oauth2/v2.0/token
        https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/token
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

    #[test]
    fn where_users_sign_in() {
        let tenant = "3B8E5A10-7d1c-4c1e-9a52-5f0d2c6b7e01";
        let lines: Vec<_> = [
            Provider::entra("https://login.microsoftonline.com/", tenant),
            Provider::entra("https://login.microsoftonline.com", "organizations"),
            Provider::okta_custom("https://dev-1.okta.com/", "default"),
            Provider::okta_org("https://dev-1.okta.com"),
            Provider::at("https://id.example/token"),
        ]
        .into_iter()
        .map(|provider| {
            let provider = provider.unwrap();
            let shown = |endpoint: Result<&Endpoint, Misuse>| match endpoint {
                Ok(endpoint) => endpoint.uri().to_string(),
                Err(misuse) => misuse.to_string(),
            };
            format!(
                "{}\n  {}\n  {:?}",
                shown(provider.authorization_endpoint()),
                shown(provider.device_endpoint()),
                provider.issuer()
            )
        })
        .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        https://login.microsoftonline.com/3B8E5A10-7d1c-4c1e-9a52-5f0d2c6b7e01/oauth2/v2.0/authorize
          https://login.microsoftonline.com/3B8E5A10-7d1c-4c1e-9a52-5f0d2c6b7e01/oauth2/v2.0/devicecode
          (Some("https://login.microsoftonline.com/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/v2.0"), false)
        https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize
          https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode
          (None, false)
        https://dev-1.okta.com/oauth2/default/v1/authorize
          https://dev-1.okta.com/oauth2/default/v1/device/authorize
          (Some("https://dev-1.okta.com/oauth2/default"), false)
        https://dev-1.okta.com/oauth2/v1/authorize
          https://dev-1.okta.com/oauth2/v1/device/authorize
          (Some("https://dev-1.okta.com"), false)
        the provider's authorization URL is not known: give it with the provider
          the provider's device authorization URL is not known: give it with the provider
          (None, false)
        "#);
    }

    #[test]
    fn metadata_services_may_be_on_the_link() {
        let safe = |url: &str| Endpoint::of_machine("endpoint", url).is_ok();
        for url in [
            "http://169.254.169.254/m",
            "http://127.0.0.1:4/m",
            "https://host/m",
        ] {
            assert!(safe(url), "{url}");
        }
        for url in [
            "http://169.255.0.1/",
            "http://10.0.0.1/",
            "http://u@169.254.169.254/",
            "",
        ] {
            assert!(!safe(url), "{url}");
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
