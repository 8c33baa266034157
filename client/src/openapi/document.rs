//! An OpenAPI document, as far as it says how to get a token.

use reqwest::Url;

use super::error::DocumentError;
use super::node::Node;
use super::scheme::{SecurityScheme, is_extension};
use crate::error::Misuse;

/// An OpenAPI document of version 3.0, 3.1 or 3.2.
///
/// Only what bears on tokens is looked at; mistakes elsewhere do no harm. A security scheme that is malformed is reported by name
/// when it would be used.
#[derive(Clone, Debug)]
pub struct Document {
    version: String,
    loaded_from: Option<Url>,
    servers: Vec<String>,
    schemes: Vec<(String, SecurityScheme)>,
    security: Vec<Requirement>,
    operations: Vec<Operation>,
}

/// What a call needs, all of it at once (OpenAPI, Security Requirement Object): names of security schemes, each with the scopes.
/// Without any the call needs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// The schemes and their scopes, in the document's order.
    pub schemes: Vec<(String, Vec<String>)>,
}

/// One operation.
#[derive(Clone, Debug)]
struct Operation {
    method: String,
    path: String,
    /// In place of the document's own.
    security: Option<Vec<Requirement>>,
}

/// The methods of a Path Item Object.
const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

impl Document {
    /// Reads a document in YAML or JSON.
    ///
    /// # Errors
    /// [`DocumentError`] says where the text is no OpenAPI document.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let root = Node::read(text.trim_start_matches('\u{feff}'))?;
        let version = version(&root)?;
        let schemes = root
            .get("components")
            .and_then(|components| components.get("securitySchemes"))
            .map_or(&[][..], Node::entries)
            .iter()
            .map(|(name, node)| (name.clone(), scheme(&root, name, node)))
            .collect();
        Ok(Self {
            version,
            loaded_from: None,
            servers: servers(&root),
            schemes,
            security: root.get("security").map(requirements).unwrap_or_default(),
            operations: operations(&root),
        })
    }

    /// Says where the document was loaded from: what its relative addresses are relative to.
    ///
    /// # Errors
    /// [`DocumentError::Misuse`] if this is no absolute address.
    pub fn loaded_from(mut self, url: &str) -> Result<Self, DocumentError> {
        let parsed = Url::parse(url).map_err(|_| Misuse::BadUrl {
            what: "address of the document",
            value: url.split(['?', '#']).next().unwrap_or_default().to_owned(),
            reason: "it is not an absolute http(s) address",
        })?;
        self.loaded_from = Some(parsed);
        Ok(self)
    }

    /// The version of the format, such as `3.1.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The security schemes and their names, in the document's order.
    pub fn schemes(&self) -> impl Iterator<Item = (&str, &SecurityScheme)> {
        self.schemes
            .iter()
            .map(|(name, scheme)| (name.as_str(), scheme))
    }

    /// What a call of this operation needs: any one of these. `path` is the template as the document has it.
    ///
    /// `None` if there is no such operation.
    pub fn requirements(&self, method: &str, path: &str) -> Option<&[Requirement]> {
        let operation = self.operations.iter().find(|operation| {
            operation.path == path && operation.method.eq_ignore_ascii_case(method)
        })?;
        Some(operation.security.as_deref().unwrap_or(&self.security))
    }

    pub(super) fn scheme(&self, name: &str) -> Option<&SecurityScheme> {
        let (_, scheme) = self.schemes.iter().find(|(known, _)| known == name)?;
        Some(scheme)
    }

    /// Every requirement there is, the document's own first.
    pub(super) fn all_requirements(&self) -> impl Iterator<Item = &Requirement> {
        let of_operations = self
            .operations
            .iter()
            .flat_map(|operation| operation.security.iter().flatten());
        self.security.iter().chain(of_operations)
    }

    /// The address that relative ones are relative to: the first server's (OpenAPI, Relative References in API URLs).
    pub(super) fn base(&self) -> Result<Url, &'static str> {
        let server = self.servers.first().map_or("/", String::as_str);
        if server.contains('{') {
            return Err("it is relative, and a variable of the first server has no default");
        }
        let absolute = match &self.loaded_from {
            Some(url) => url.join(server).ok(),
            None => Url::parse(server).ok(),
        };
        absolute.ok_or("it is relative, and so is the first server: say where the document was loaded from, or give an absolute address in the authentication block")
    }
}

fn version(root: &Node) -> Result<String, DocumentError> {
    let Some(found) = root.get("openapi").or_else(|| root.get("swagger")) else {
        return Err(DocumentError::NotOpenApi);
    };
    let version = found.text().unwrap_or_default();
    let mut numbers = version.split('.');
    let known = numbers.next() == Some("3") && matches!(numbers.next(), Some("0" | "1" | "2"));
    if !known {
        return Err(DocumentError::Version {
            place: found.place,
            version: version.to_owned(),
        });
    }
    Ok(version.to_owned())
}

fn scheme(root: &Node, name: &str, node: &Node) -> SecurityScheme {
    match resolved(root, node) {
        Ok(found) => SecurityScheme::read(found, &format!("components.securitySchemes.{name}")),
        Err(reason) => SecurityScheme::dangling(node, &reason),
    }
}

/// What a reference leads to (OpenAPI, Reference Object); the node itself if it is none. Otherwise why it leads nowhere.
fn resolved<'n>(root: &'n Node, node: &'n Node) -> Result<&'n Node, String> {
    const LONGEST_CHAIN: usize = 16;
    let mut node = node;
    for _ in 0..LONGEST_CHAIN {
        let Some(target) = node.get("$ref").and_then(Node::text) else {
            return Ok(node);
        };
        let missing = || format!("refers to `{target}`, which is not in this document");
        let pointer = target.strip_prefix("#/").ok_or_else(missing)?;
        let mut found = root;
        for step in pointer.split('/') {
            // RFC 6901 section 4.
            let step = step.replace("~1", "/").replace("~0", "~");
            found = found.get(&step).ok_or_else(missing)?;
        }
        node = found;
    }
    Err("refers to itself".to_owned())
}

/// The addresses of the servers, with the variables' defaults filled in.
fn servers(node: &Node) -> Vec<String> {
    let servers = node.get("servers").map_or(&[][..], Node::items);
    servers
        .iter()
        .filter_map(|server| {
            let mut url = server.get("url")?.text()?.to_owned();
            let variables = server.get("variables").map_or(&[][..], Node::entries);
            for (name, variable) in variables {
                if let Some(default) = variable.get("default").and_then(Node::text) {
                    url = url.replace(&format!("{{{name}}}"), default);
                }
            }
            Some(url)
        })
        .collect()
}

fn requirements(node: &Node) -> Vec<Requirement> {
    let scopes = |node: &Node| {
        let texts = node.items().iter().filter_map(Node::text);
        texts.map(str::to_owned).collect()
    };
    node.items()
        .iter()
        .map(|item| Requirement {
            schemes: item
                .entries()
                .iter()
                .map(|(name, list)| (name.clone(), scopes(list)))
                .collect(),
        })
        .collect()
}

fn operations(root: &Node) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in root.get("paths").map_or(&[][..], Node::entries) {
        if is_extension(path) {
            continue;
        }
        let item = resolved(root, item).unwrap_or(item);
        let additional = item
            .get("additionalOperations")
            .map_or(&[][..], Node::entries);
        let usual = item
            .entries()
            .iter()
            .filter(|(name, _)| METHODS.contains(&name.as_str()));
        for (method, operation) in usual.chain(additional) {
            operations.push(Operation {
                method: method.clone(),
                path: path.clone(),
                security: operation.get("security").map(requirements),
            });
        }
    }
    operations
}
