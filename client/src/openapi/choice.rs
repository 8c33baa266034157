//! Choosing: which scheme, which flow, which scopes, by the document and the authentication block.

use http::Method;

use super::authentication::{Authentication, WantedFlow};
use super::document::{Document, Requirement};
use super::error::PlanError;
use super::plan::{Client, Plan, TokenEndpoint};
use super::scheme::{Address, Flow, FlowKind, SchemeKind};
use crate::GrantSource;

impl Document {
    /// How to get a token that serves the document's operations.
    ///
    /// Of several security schemes the first that can be used counts, in the order of the document's security requirements, else
    /// in the order in which they are defined; [`Authentication::scheme`] picks one. Asked for are the scopes that the operations
    /// need of it; where none says so, all of the flow's. Deprecated schemes come last.
    ///
    /// # Errors
    /// [`PlanError`] says which scheme cannot be used, and why.
    pub fn plan(&self, authentication: &Authentication) -> Result<Plan, PlanError> {
        let requirements: Vec<_> = self.all_requirements().collect();
        self.plan_by(&requirements, authentication)
    }

    /// How to get a token for one operation, with no more scopes than it needs. `path` is the template as the document has it.
    ///
    /// # Errors
    /// As [`plan`](Self::plan). [`PlanError::NotNeeded`] if the operation needs no token.
    pub fn plan_for(
        &self,
        method: &Method,
        path: &str,
        authentication: &Authentication,
    ) -> Result<Plan, PlanError> {
        let requirements = self.requirements(method.as_str(), path).ok_or_else(|| {
            PlanError::UnknownOperation {
                method: method.to_string(),
                path: path.to_owned(),
            }
        })?;
        if requirements.iter().all(|any| any.schemes.is_empty()) {
            return Err(PlanError::NotNeeded);
        }
        let requirements: Vec<_> = requirements.iter().collect();
        self.plan_by(&requirements, authentication)
    }

    fn plan_by(
        &self,
        requirements: &[&Requirement],
        authentication: &Authentication,
    ) -> Result<Plan, PlanError> {
        let candidates = self.candidates(requirements, authentication.scheme.as_deref());
        let mut unusable = Vec::new();
        for name in &candidates {
            match self.plan_with(name, requirements, authentication) {
                Ok(plan) => return Ok(plan),
                // With nothing to choose from, what is lacking stands for itself.
                Err(Unusable::Lacks(error)) if candidates.len() == 1 => return Err(error),
                Err(reason) => unusable.push(((*name).to_owned(), reason.to_string())),
            }
        }
        Err(PlanError::NoScheme { unusable })
    }

    /// The names of the schemes to try, in order.
    fn candidates<'a>(
        &'a self,
        requirements: &[&'a Requirement],
        wanted: Option<&'a str>,
    ) -> Vec<&'a str> {
        if let Some(wanted) = wanted {
            return vec![wanted];
        }
        let mut names = Vec::new();
        for (name, _) in requirements.iter().flat_map(|any| &any.schemes) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        if names.is_empty() {
            names.extend(self.schemes().map(|(name, _)| name));
        }
        let deprecated = |name: &&str| self.scheme(name).is_some_and(|scheme| scheme.deprecated);
        names.sort_by_key(deprecated);
        names
    }

    fn plan_with(
        &self,
        name: &str,
        requirements: &[&Requirement],
        authentication: &Authentication,
    ) -> Result<Plan, Unusable> {
        let scheme = self.scheme(name).ok_or_else(|| PlanError::UnknownScheme {
            name: name.to_owned(),
            known: self.schemes().map(|(name, _)| name.to_owned()).collect(),
        })?;
        let (flow, metadata) = match &scheme.kind {
            SchemeKind::OAuth2 { flows, metadata } => {
                let flow = choose(flows, authentication).map_err(Unusable::No)?;
                (Some(flow), metadata.as_ref())
            }
            SchemeKind::OpenIdConnect(url) => (None, Some(url)),
            SchemeKind::Other(kind) => {
                let why = format!("is of type `{kind}`, which needs no token request");
                return Err(Unusable::No(why));
            }
            SchemeKind::Malformed(why) => return Err(Unusable::No(why.clone())),
        };
        let wanted = flow.map_or_else(|| by_credentials(authentication), |flow| flow.kind.clone());
        let needed = Needed::of(name, requirements);
        Ok(Plan {
            scheme: name.to_owned(),
            grant: grant(&wanted, authentication)?,
            client: Client {
                id: authentication.client_id.clone(),
                secret: authentication.client_secret.clone(),
                place: authentication.client_auth,
            },
            token: self.token_endpoint(flow, metadata, authentication)?,
            refresh_url: match (&authentication.refresh_url, flow) {
                (Some(url), _) => Some(url.clone()),
                (None, Some(flow)) => flow
                    .refresh_url
                    .as_ref()
                    .map(|url| self.absolute(url))
                    .transpose()?,
                (None, None) => None,
            },
            scopes: authentication
                .scopes
                .clone()
                .or(needed.scopes)
                .or_else(|| flow.map(|flow| flow.scopes.clone()))
                .unwrap_or_default(),
            also_needs: needed.beside,
        })
    }

    fn token_endpoint(
        &self,
        flow: Option<&Flow>,
        metadata: Option<&Address>,
        authentication: &Authentication,
    ) -> Result<TokenEndpoint, PlanError> {
        if let Some(url) = &authentication.token_url {
            return Ok(TokenEndpoint::At(url.clone()));
        }
        if let Some(url) = flow.and_then(|flow| flow.token_url.as_ref()) {
            return Ok(TokenEndpoint::At(self.absolute(url)?));
        }
        if let Some(url) = metadata {
            return Ok(TokenEndpoint::LookUp(self.absolute(url)?));
        }
        match flow {
            Some(flow) => Err(PlanError::Address {
                place: flow.place,
                path: format!("{}.tokenUrl", flow.path),
                reason: "it is missing: add it, or give `token_url` in the authentication block"
                    .to_owned(),
            }),
            None => Err(PlanError::Missing {
                member: "token_url",
                needed_by: "token request",
            }),
        }
    }

    /// An address of the document, made absolute (RFC 3986 section 5).
    fn absolute(&self, address: &Address) -> Result<String, PlanError> {
        let bad = |reason: &str| PlanError::Address {
            place: address.place,
            path: address.path.clone(),
            reason: reason.to_owned(),
        };
        let has_scheme = reqwest::Url::parse(&address.text).is_ok();
        if has_scheme {
            return Ok(address.text.clone());
        }
        let base = self.base().map_err(bad)?;
        let joined = base.join(&address.text);
        Ok(joined.map_err(|_| bad("it is no address"))?.to_string())
    }
}

/// Why a scheme cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    /// Whatever the configuration.
    #[error("{0}")]
    No(String),
    /// As things stand.
    #[error("cannot be used: {0}")]
    Lacks(#[from] PlanError),
}

/// What the requirements say of one scheme.
struct Needed {
    /// The scopes; none if no requirement names the scheme.
    scopes: Option<Vec<String>>,
    /// The schemes that have to be satisfied at the same time.
    beside: Vec<String>,
}

impl Needed {
    fn of(scheme: &str, requirements: &[&Requirement]) -> Self {
        let mut needed = Self {
            scopes: None,
            beside: Vec::new(),
        };
        for requirement in requirements {
            let Some((_, scopes)) = requirement.schemes.iter().find(|(name, _)| name == scheme)
            else {
                continue;
            };
            if needed.scopes.is_none() {
                let others = requirement.schemes.iter().map(|(name, _)| name);
                needed.beside = others.filter(|name| *name != scheme).cloned().collect();
            }
            let known = needed.scopes.get_or_insert_default();
            for scope in scopes {
                if !known.contains(scope) {
                    known.push(scope.clone());
                }
            }
        }
        needed
    }
}

/// The flow to use, else why there is none.
fn choose<'f>(flows: &'f [Flow], authentication: &Authentication) -> Result<&'f Flow, String> {
    let find = |kind: FlowKind| flows.iter().find(|flow| flow.kind == kind);
    let found = match authentication.flow {
        Some(WantedFlow::Password) => find(FlowKind::Password),
        Some(WantedFlow::ClientCredentials) => find(FlowKind::ClientCredentials),
        None if authentication.username.is_some() => {
            find(FlowKind::Password).or_else(|| find(FlowKind::ClientCredentials))
        }
        None => find(FlowKind::ClientCredentials).or_else(|| find(FlowKind::Password)),
    };
    found.ok_or_else(|| {
        let names: Vec<_> = flows.iter().map(|flow| flow.kind.quoted()).collect();
        let others = match names.as_slice() {
            [] => "has no flow".to_owned(),
            [one] => format!("has the flow {one} only"),
            names => format!("has the flows {} only", names.join(", ")),
        };
        match authentication.flow {
            Some(wanted) => format!("{others}, not {}", FlowKind::from(wanted).quoted()),
            None => format!("{others}: `password` and `clientCredentials` are supported"),
        }
    })
}

fn by_credentials(authentication: &Authentication) -> FlowKind {
    match authentication.flow {
        Some(wanted) => wanted.into(),
        None if authentication.username.is_some() => FlowKind::Password,
        None => FlowKind::ClientCredentials,
    }
}

fn grant(kind: &FlowKind, authentication: &Authentication) -> Result<GrantSource, PlanError> {
    let missing = |member, needed_by| PlanError::Missing { member, needed_by };
    if *kind == FlowKind::Password {
        let by = "password flow";
        let username = authentication.username.clone();
        let password = authentication.password.clone();
        return Ok(GrantSource::Password {
            username: username.ok_or_else(|| missing("username", by))?,
            password: password.ok_or_else(|| missing("password", by))?,
        });
    }
    let by = "client credentials flow";
    if authentication.client_id.is_none() {
        return Err(missing("client_id", by));
    }
    if authentication.client_secret.is_none() {
        return Err(missing("client_secret", by));
    }
    Ok(GrantSource::ClientCredentials)
}

impl FlowKind {
    fn quoted(&self) -> String {
        let name = match self {
            Self::ClientCredentials => "clientCredentials",
            Self::Password => "password",
            Self::Unsupported(name) => name,
        };
        format!("`{name}`")
    }
}

impl From<WantedFlow> for FlowKind {
    fn from(wanted: WantedFlow) -> Self {
        match wanted {
            WantedFlow::ClientCredentials => Self::ClientCredentials,
            WantedFlow::Password => Self::Password,
        }
    }
}
