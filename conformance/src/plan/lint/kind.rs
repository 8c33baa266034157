//! What goes with one kind of client and not with another: its grant, its credential, the endpoint it asks.

use super::cast::Group;
use super::{Findings, View, below, element, is_name};
use crate::scenario::{ClientAuthMethod, ClientSpec, GrantKind, Which};
use crate::yaml::Node;

/// Examines what a client is and has.
pub(super) fn examine(view: &View<'_>, group: &Group<'_>, node: &Node, found: &mut Findings<'_>) {
    let spec = group.spec;
    auth(view, spec, node, found);
    only_one(view, spec, node, found);
    if spec.secret.is_some() && !spec.shows_secret() {
        found.push(
            view.problem(
                below(node, &["secret"]),
                "a secret of a client that does not authenticate by one",
            )
            .and(because(spec, node).place(), "how it proves who it is")
            .help("remove `secret`"),
        );
    }
    if let Some(lifetime) = spec.credential_lifetime {
        let node = below(node, &["credential_lifetime"]);
        if lifetime.0.is_zero() {
            found.push(view.problem(node, "a credential that never works"));
        } else if !has_lasting_credential(spec) {
            found.push(
                view.problem(node, "the lifetime of a credential that the client has not")
                    .help("only secrets and certificates of an application have one"),
            );
        }
    }
    for (at, name) in spec.capabilities.iter().enumerate() {
        let node = element(below(node, &["capabilities"]), at);
        if !is_name(name) {
            found.push(
                view.problem(node, format!("`{name}` is no capability"))
                    .help("`cp1` says that the client answers claims challenges"),
            );
        }
    }
    let grant = spec.grant_in_use();
    if grant == GrantKind::ApiToken {
        without_token_requests(view, spec, node, found);
    }
    if !spec.capabilities.is_empty() && grant == GrantKind::ManagedIdentity {
        found.push(
            view.problem(
                below(node, &["capabilities"]),
                "a metadata service is not told what its clients can do",
            )
            .help("remove `capabilities`"),
        );
    }
    if spec.v1 && !grant.is_any_applications() {
        found.push(
            view.problem(
                below(node, &["v1"]),
                format!("`{}` at a v1.0 endpoint", grant.name()),
            )
            .help("use `client_credentials`, `password` or `refresh_token`"),
        );
    }
}

/// What goes with token requests, of a client that makes none.
fn without_token_requests(
    view: &View<'_>,
    spec: &ClientSpec,
    node: &Node,
    found: &mut Findings<'_>,
) {
    for (key, present) in [
        ("scopes", !spec.scopes.is_empty()),
        ("store", spec.store.is_some()),
        ("dpop", spec.dpop),
    ] {
        if present {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("`{key}` of a client that asks for no tokens"),
                )
                .and(because(spec, node).place(), "it has an API token")
                .help(format!("remove `{key}`")),
            );
        }
    }
}

/// How it authenticates, beside how it gets its token.
fn auth(view: &View<'_>, spec: &ClientSpec, node: &Node, found: &mut Findings<'_>) {
    let Some(auth) = spec.auth else { return };
    let grant = spec.grant_in_use();
    let fits = match grant {
        GrantKind::ApiToken | GrantKind::DeviceCode | GrantKind::ManagedIdentity => false,
        GrantKind::AuthorizationCode | GrantKind::OnBehalfOf | GrantKind::TokenExchange => {
            auth.is_by_secret()
        }
        GrantKind::ClientCredentials => true,
        GrantKind::Password | GrantKind::RefreshToken => auth != ClientAuthMethod::Federated,
    };
    if !fits {
        let problem = view
            .problem(
                below(node, &["auth"]),
                format!("`{}` together with `{}`", auth.name(), grant.name()),
            )
            .and(below(node, &["grant"]).place(), "the grant");
        found.push(match grant {
            GrantKind::ApiToken => {
                problem.note("it asks for no tokens, and shows its API token alone")
            }
            GrantKind::DeviceCode => problem.note("a device has nothing to authenticate with"),
            GrantKind::ManagedIdentity => {
                problem.note("a machine has nothing to authenticate with")
            }
            _ => problem.note("the provider has no application of this kind"),
        });
    }
}

/// Of some kinds of application there is one.
fn only_one(view: &View<'_>, spec: &ClientSpec, node: &Node, found: &mut Findings<'_>) {
    let by_proof = spec
        .auth_in_use()
        .is_some_and(ClientAuthMethod::is_of_one_application);
    if spec.grant_in_use().is_any_applications() && !by_proof {
        return;
    }
    for (key, which) in [("application", spec.application), ("tenant", spec.tenant)] {
        if which != Which::First {
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("there is no second {key} of this kind"),
                )
                .and(because(spec, node).place(), "its kind")
                .help(format!("remove `{key}`")),
            );
        }
    }
}

/// Where a client says what kind of client it is.
fn because<'n>(spec: &ClientSpec, node: &'n Node) -> &'n Node {
    match spec.auth {
        Some(auth) if !auth.is_by_secret() => below(node, &["auth"]),
        _ => below(node, &["grant"]),
    }
}

fn has_lasting_credential(spec: &ClientSpec) -> bool {
    spec.auth_in_use().is_some_and(|auth| {
        !matches!(
            auth,
            ClientAuthMethod::WrongSecret
                | ClientAuthMethod::Federated
                | ClientAuthMethod::PrivateKey
        )
    })
}
