//! The identity that Azure gives a machine: tokens without a credential
//! (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token,
//! learn.microsoft.com/azure/app-service/overview-managed-identity).

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderName, HeaderValue, Request, Uri};

use crate::Secret;
use crate::error::Misuse;
use crate::provider::Endpoint;
use crate::request::Form;

/// Where a machine's tokens come from, and which of its identities is meant.
///
/// Make a client of it with
/// [`TokenClient::managed_identity`](crate::TokenClient::managed_identity).
#[derive(Clone, Debug)]
pub struct ManagedIdentity {
    host: Host,
    endpoint: Endpoint,
    chosen: Chosen,
}

/// What kind of machine it is.
#[derive(Clone, Debug)]
enum Host {
    /// App Service, Functions and others that hand a process an address and a secret header.
    AppService { header: Secret },
    /// A virtual machine and its metadata service.
    VirtualMachine,
}

/// One of the machine's identities.
#[derive(Clone, Debug)]
enum Chosen {
    ClientId(String),
    ObjectId(String),
    ResourceId(String),
    System,
}

const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const IMDS_PATH: &str = "/metadata/identity/oauth2/token";

impl ManagedIdentity {
    /// The metadata service of a virtual machine (IMDS) at its well-known address.
    pub fn imds() -> Self {
        Self {
            host: Host::VirtualMachine,
            endpoint: Endpoint::known(Uri::from_static(IMDS)),
            chosen: Chosen::System,
        }
    }

    /// The metadata service at another address, such as that of a proxy in a cluster
    /// (`AZURE_POD_IDENTITY_AUTHORITY_HOST`).
    ///
    /// # Errors
    /// [`Misuse`] if the address is neither https, nor on this machine or its link.
    pub fn imds_at(base: &str) -> Result<Self, Misuse> {
        let url = format!("{}{IMDS_PATH}", base.trim_end_matches('/'));
        Ok(Self {
            endpoint: Endpoint::of_machine("metadata service", &url)?,
            ..Self::imds()
        })
    }

    /// App Service and its kind: `endpoint` is what `IDENTITY_ENDPOINT` says, `header` what
    /// `IDENTITY_HEADER` says.
    ///
    /// # Errors
    /// [`Misuse`] if the address is neither https, nor on this machine or its link, or if no
    /// header can carry the text.
    pub fn app_service(endpoint: &str, header: impl Into<Secret>) -> Result<Self, Misuse> {
        let header = header.into();
        if !header.expose().bytes().all(|byte| byte.is_ascii_graphic()) || header.is_empty() {
            return Err(Misuse::BadIdentityHeader);
        }
        Ok(Self {
            host: Host::AppService { header },
            endpoint: Endpoint::of_machine("identity endpoint", endpoint)?,
            chosen: Chosen::System,
        })
    }

    /// What the machine's environment says: App Service where `IDENTITY_ENDPOINT` and
    /// `IDENTITY_HEADER` are set, else the metadata service, at
    /// `AZURE_POD_IDENTITY_AUTHORITY_HOST` if that is set.
    ///
    /// `variable` looks a variable up; `|name| std::env::var(name).ok()` asks the process's own.
    ///
    /// # Errors
    /// [`Misuse`] if a variable holds what cannot be used.
    pub fn from_environment(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, Misuse> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        if let (Some(endpoint), Some(header)) = (set("IDENTITY_ENDPOINT"), set("IDENTITY_HEADER")) {
            return Self::app_service(&endpoint, header);
        }
        match set("AZURE_POD_IDENTITY_AUTHORITY_HOST") {
            Some(base) => Self::imds_at(&base),
            None => Ok(Self::imds()),
        }
    }

    /// Means the user-assigned identity with this client id.
    #[must_use]
    pub fn with_client_id(mut self, id: impl Into<String>) -> Self {
        self.chosen = Chosen::ClientId(id.into());
        self
    }

    /// Means the user-assigned identity whose service principal has this object id.
    #[must_use]
    pub fn with_object_id(mut self, id: impl Into<String>) -> Self {
        self.chosen = Chosen::ObjectId(id.into());
        self
    }

    /// Means the user-assigned identity with this Azure resource id.
    #[must_use]
    pub fn with_resource_id(mut self, id: impl Into<String>) -> Self {
        self.chosen = Chosen::ResourceId(id.into());
        self
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The identity in a few words, in place of a client id. Identities differ in it.
    pub(crate) fn label(&self) -> String {
        match self.selector() {
            Some((name, id)) => format!("managed identity {name}={id}"),
            None => "managed identity".to_owned(),
        }
    }

    /// What the request holds that is not to be shown.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match &self.host {
            Host::AppService { header } => Some(header),
            Host::VirtualMachine => None,
        }
    }

    /// The GET for a token for the one resource that `scope` names.
    pub(crate) fn request(&self, scope: Option<&str>) -> Result<Request<Bytes>, Misuse> {
        let mut query = Form::default();
        query.push("api-version", self.version());
        query.push("resource", resource(scope)?);
        if let Some((name, id)) = self.selector() {
            query.push(name, id);
        }
        let url = self.endpoint.uri().to_string();
        let joint = if url.contains('?') { '&' } else { '?' };
        let url: Uri = format!("{url}{joint}{}", query.into_body())
            .parse()
            .map_err(|_| Misuse::OneResource)?;

        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = url;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let (name, value) = self.header()?;
        headers.insert(name, value);
        Ok(request)
    }

    fn version(&self) -> &'static str {
        match self.host {
            Host::AppService { .. } => "2019-08-01",
            Host::VirtualMachine => "2018-02-01",
        }
    }

    /// The header that tells the request from one that somebody else made the machine send.
    fn header(&self) -> Result<(HeaderName, HeaderValue), Misuse> {
        match &self.host {
            Host::AppService { header } => {
                let mut value = HeaderValue::from_str(header.expose())
                    .map_err(|_| Misuse::BadIdentityHeader)?;
                value.set_sensitive(true);
                Ok((HeaderName::from_static("x-identity-header"), value))
            }
            Host::VirtualMachine => Ok((
                HeaderName::from_static("metadata"),
                HeaderValue::from_static("true"),
            )),
        }
    }

    /// The parameter by which a user-assigned identity is named.
    fn selector(&self) -> Option<(&'static str, &str)> {
        let in_app_service = matches!(self.host, Host::AppService { .. });
        match &self.chosen {
            Chosen::ClientId(id) => Some(("client_id", id)),
            Chosen::ObjectId(id) if in_app_service => Some(("principal_id", id)),
            Chosen::ObjectId(id) => Some(("object_id", id)),
            Chosen::ResourceId(id) if in_app_service => Some(("mi_res_id", id)),
            Chosen::ResourceId(id) => Some(("msi_res_id", id)),
            Chosen::System => None,
        }
    }
}

/// The resource a scope is of: what stands before `/.default`.
pub(crate) fn resource(scope: Option<&str>) -> Result<&str, Misuse> {
    let scope = scope.ok_or(Misuse::OneResource)?;
    let resource = scope.strip_suffix("/.default").unwrap_or(scope);
    if resource.is_empty() || resource.contains(' ') {
        return Err(Misuse::OneResource);
    }
    Ok(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(identity: &ManagedIdentity, scope: &str) -> String {
        let request = identity.request(Some(scope)).unwrap();
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        format!("GET {}\n{}", request.uri(), headers.join("\n"))
    }

    #[test]
    fn each_host_is_asked_in_its_own_way() {
        let vault = "https://vault.azure.net/.default";
        let machine = ManagedIdentity::imds();
        let service = ManagedIdentity::app_service("http://169.254.129.2:8081/msi/token", "secret");
        let service = service.unwrap();
        let lines = [
            shown(&machine, vault),
            shown(
                &machine.clone().with_client_id("c 1"),
                "https://management.core.windows.net//.default",
            ),
            shown(&machine.clone().with_object_id("o"), vault),
            shown(
                &machine.with_resource_id("/subscriptions/s"),
                "api://orders",
            ),
            shown(&service, vault),
            shown(&service.clone().with_client_id("c"), vault),
            shown(&service.clone().with_object_id("o"), vault),
            shown(&service.with_resource_id("/s"), vault),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net
        accept: application/json
        metadata: true
        GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F&client_id=c+1
        accept: application/json
        metadata: true
        GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&object_id=o
        accept: application/json
        metadata: true
        GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2Forders&msi_res_id=%2Fsubscriptions%2Fs
        accept: application/json
        metadata: true
        GET http://169.254.129.2:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net
        accept: application/json
        x-identity-header: secret
        GET http://169.254.129.2:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&client_id=c
        accept: application/json
        x-identity-header: secret
        GET http://169.254.129.2:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&principal_id=o
        accept: application/json
        x-identity-header: secret
        GET http://169.254.129.2:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&mi_res_id=%2Fs
        accept: application/json
        x-identity-header: secret
        ");
    }

    #[test]
    fn one_resource_is_needed() {
        let machine = ManagedIdentity::imds();
        for scope in [None, Some("a b"), Some("/.default")] {
            assert_eq!(machine.request(scope).unwrap_err(), Misuse::OneResource);
        }
    }

    #[test]
    fn the_environment_says_what_machine_it_is() {
        let read = |variables: &[(&str, &str)]| {
            let look_up = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            match ManagedIdentity::from_environment(look_up) {
                Ok(identity) => shown(&identity, "r"),
                Err(misuse) => misuse.to_string(),
            }
        };
        let address = ("IDENTITY_ENDPOINT", "http://localhost:42356/msi/token");
        let pod = (
            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
            "http://127.0.0.1:2579/",
        );
        let lines = [
            read(&[]),
            read(&[pod]),
            read(&[address, ("IDENTITY_HEADER", "h"), pod]),
            read(&[address]),
            read(&[
                ("IDENTITY_ENDPOINT", "http://10.0.0.1/"),
                ("IDENTITY_HEADER", "h"),
            ]),
            read(&[address, ("IDENTITY_HEADER", "a\nb")]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r
        accept: application/json
        metadata: true
        GET http://127.0.0.1:2579/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r
        accept: application/json
        metadata: true
        GET http://localhost:42356/msi/token?api-version=2019-08-01&resource=r
        accept: application/json
        x-identity-header: h
        GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r
        accept: application/json
        metadata: true
        identity endpoint "http://10.0.0.1/" is not usable: credentials go over https, or over http to this machine only
        identity header is not usable: printable ASCII without space is allowed
        "#);
    }

    #[test]
    fn debug_masks_the_header() {
        let identity = ManagedIdentity::app_service("http://localhost/t", "canary").unwrap();
        assert!(!format!("{identity:?}").contains("canary"));
        assert!(!format!("{:?}", identity.request(Some("r"))).contains("canary"));
    }
}
