//! Security schemes: how the document says that its API is protected.

use super::error::Place;
use super::node::Node;

/// A security scheme (OpenAPI, Security Scheme Object).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecurityScheme {
    /// What it is.
    pub kind: SchemeKind,
    /// Whether the document says that it should no longer be used (OpenAPI 3.2).
    pub deprecated: bool,
}

/// The types of security schemes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SchemeKind {
    /// `oauth2`.
    OAuth2 {
        /// The flows, in the document's order.
        flows: Vec<Flow>,
        /// The server's metadata, `oauth2MetadataUrl` (OpenAPI 3.2; RFC 8414).
        metadata: Option<Address>,
    },
    /// `openIdConnect`, with the address of the discovery document.
    OpenIdConnect(Address),
    /// `apiKey`, `http`, `mutualTLS` or a type that is not known: no authorization server is asked.
    Other(String),
    /// It cannot be understood; what is wrong with it.
    Malformed(String),
}

/// One way to get a token (OpenAPI, OAuth Flow Object).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Flow {
    /// Which way.
    pub kind: FlowKind,
    /// `tokenUrl`, as written.
    pub token_url: Option<Address>,
    /// `refreshUrl`, as written; a refresh goes to the token URL without it.
    pub refresh_url: Option<Address>,
    /// The names of the scopes.
    pub scopes: Vec<String>,
    pub(super) path: String,
    pub(super) place: Place,
}

/// The flows of OpenAPI. Only the first two need neither a browser nor a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlowKind {
    /// `clientCredentials` (RFC 6749 section 4.4).
    ClientCredentials,
    /// `password` (RFC 6749 section 4.3).
    Password,
    /// `implicit`, `authorizationCode`, `deviceAuthorization`, or one that is not known, by its name.
    Unsupported(String),
}

/// An address as the document has it: possibly relative to the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// What it is called there.
    pub path: String,
}

impl SecurityScheme {
    pub(super) fn read(node: &Node, path: &str) -> Self {
        let kind = match node.get("type").and_then(Node::text) {
            Some("oauth2") => oauth2(node, path),
            Some("openIdConnect") => match Address::of(node, "openIdConnectUrl", path) {
                Some(url) => SchemeKind::OpenIdConnect(url),
                None => malformed(node, "has no `openIdConnectUrl`"),
            },
            Some(other) => SchemeKind::Other(other.to_owned()),
            None => malformed(node, "has no `type`"),
        };
        Self {
            kind,
            deprecated: node.get("deprecated").and_then(Node::text) == Some("true"),
        }
    }

    /// The scheme of a reference that leads nowhere.
    pub(super) fn dangling(node: &Node, reason: &str) -> Self {
        Self {
            kind: malformed(node, reason),
            deprecated: false,
        }
    }
}

fn oauth2(node: &Node, path: &str) -> SchemeKind {
    let Some(flows) = node.get("flows") else {
        return malformed(node, "has no `flows`");
    };
    let flows = flows
        .entries()
        .iter()
        .filter(|(name, _)| !is_extension(name))
        .map(|(name, flow)| Flow::read(name, flow, &format!("{path}.flows.{name}")))
        .collect();
    SchemeKind::OAuth2 {
        flows,
        metadata: Address::of(node, "oauth2MetadataUrl", path),
    }
}

fn malformed(node: &Node, reason: &str) -> SchemeKind {
    SchemeKind::Malformed(format!("{reason} ({})", node.place))
}

/// Whether a member is one that the format leaves to others (OpenAPI, Specification Extensions).
pub(super) fn is_extension(name: &str) -> bool {
    name.starts_with("x-")
}

impl Flow {
    fn read(name: &str, node: &Node, path: &str) -> Self {
        let scopes = node.get("scopes").map_or(&[][..], Node::entries);
        Self {
            kind: match name {
                "clientCredentials" => FlowKind::ClientCredentials,
                "password" => FlowKind::Password,
                other => FlowKind::Unsupported(other.to_owned()),
            },
            token_url: Address::of(node, "tokenUrl", path),
            refresh_url: Address::of(node, "refreshUrl", path),
            scopes: scopes
                .iter()
                .map(|(name, _)| name.clone())
                .filter(|name| !is_extension(name))
                .collect(),
            path: path.to_owned(),
            place: node.place,
        }
    }
}

impl Address {
    fn of(node: &Node, name: &str, path: &str) -> Option<Self> {
        let found = node.get(name)?;
        Some(Self {
            text: found.text()?.trim().to_owned(),
            place: found.place,
            path: format!("{path}.{name}"),
        })
    }
}
