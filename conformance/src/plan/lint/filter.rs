//! `only:` requests that a rule is for, and that never come.

use mock_idp::directory::GrantType;
use mock_idp::fault::{RuleFilter, RuleTarget};
use mock_idp::journal::Endpoint;
use mock_idp::ledger::{TokenKind, TokenLabel};

use super::selector::{grant_name, is_grant};
use super::{Findings, View, below};
use crate::diagnostic::Diagnostic;
use crate::scenario::{GrantKind, Which};
use crate::yaml::{Mismatch, MismatchKind, Node};

pub(super) fn examine(
    view: &View<'_>,
    node: &Node,
    to: RuleTarget,
    only: &RuleFilter,
    found: &mut Findings<'_>,
) {
    foreign_to_the_endpoint(view, node, to, only, found);
    if !names(view, node, only, found) {
        return;
    }
    if view.file.head.passive.is_none() {
        nobody(view, node, only, found);
    }
    if let Some(grant) = &only.grant {
        let node = below(node, &["grant"]);
        grant_name(view, node, grant, found);
        // A command may use any grant, whatever the file says of its client.
        if view.file.head.passive.is_none() && is_grant(grant) {
            unused_grant(view, node, grant, found);
        }
    }
    if only.generation.is_some()
        && !view.cast.has_refresh_tokens()
        && view.file.head.passive.is_none()
    {
        found.push(no_refresh_tokens(view, below(node, &["generation"])));
    }
    // That there is no token of the number 0 has been said.
    if let Some(label) = only.presents.filter(|label| label.serial > 0) {
        let node = below(node, &["presents"]);
        match (to, label.kind) {
            (RuleTarget::Endpoint(Endpoint::Token), TokenKind::Access) => found.push(view.problem(
                node,
                "an access token is never meant for the token endpoint",
            )),
            (RuleTarget::Endpoint(Endpoint::Resource), TokenKind::Refresh) => {
                found.push(view.problem(node, "a refresh token is never meant for a resource"))
            }
            _ => existing(view, node, label, found),
        }
    }
}

/// Complains of a label that no token of the case can have.
pub(super) fn existing(view: &View<'_>, node: &Node, label: TokenLabel, found: &mut Findings<'_>) {
    if label.serial == 0 {
        found.push(view.problem(node, format!("there is no {label}: labels count from 1")));
    } else if label.kind == TokenKind::Refresh
        && !view.cast.has_refresh_tokens()
        && view.file.head.passive.is_none()
    {
        found.push(no_refresh_tokens(view, node));
    }
}

/// Complains that nobody has a refresh token.
pub(super) fn no_refresh_tokens(view: &View<'_>, node: &Node) -> Diagnostic {
    view.problem(node, "no client of this case is given a refresh token")
        .note("the client credentials grant has none (RFC 6749 section 4.4.3)")
        .help("use `client: { refresh_token: rt1 }` or `grant: password`")
}

/// What a request to this endpoint does not show.
fn foreign_to_the_endpoint(
    view: &View<'_>,
    node: &Node,
    to: RuleTarget,
    only: &RuleFilter,
    found: &mut Findings<'_>,
) {
    let RuleTarget::Endpoint(endpoint) = to else {
        return;
    };
    let (grant, generation, rest) = match endpoint {
        Endpoint::Resource | Endpoint::UserInfo => (
            "a resource is not told by which grant its token came",
            "a refresh token is never meant for a resource",
            None,
        ),
        Endpoint::Discovery
        | Endpoint::Jwks
        | Endpoint::InstanceDiscovery
        | Endpoint::UserRealm
        | Endpoint::Foreign
        | Endpoint::Unknown => {
            let who = "public documents are read without a word of who asks";
            (who, who, Some(who))
        }
        _ => return,
    };
    for (key, present, why) in [
        ("grant", only.grant.is_some(), Some(grant)),
        ("application", only.application.is_some(), rest),
        ("user", only.user.is_some(), rest),
        ("scope", only.scope.is_some(), rest),
        ("presents", only.presents.is_some(), rest),
        ("generation", only.generation.is_some(), Some(generation)),
    ] {
        if let Some(why) = why
            && present
        {
            found.push(view.problem(below(node, &[key]), why));
        }
    }
}

/// Complains of names other than those that scenarios have, and says whether there were none.
fn names(view: &View<'_>, node: &Node, only: &RuleFilter, found: &mut Findings<'_>) -> bool {
    let before = found.count();
    for (key, name) in [
        ("application", &only.application),
        ("tenant", &only.tenant),
        ("user", &only.user),
    ] {
        if let Some(name) = name
            && name.parse::<Which>().is_err()
        {
            let node = below(node, &[key]);
            found.push(Diagnostic::mismatch(
                &view.file.source,
                Mismatch {
                    kind: MismatchKind::UnknownName {
                        found: name.clone(),
                        allowed: &Which::NAMES,
                    },
                    span: Some(node.span),
                    used: node.used,
                },
            ));
        }
    }
    found.count() == before
}

/// Applications, users and tenants that no client has.
fn nobody(view: &View<'_>, node: &Node, only: &RuleFilter, found: &mut Findings<'_>) {
    let groups = &view.cast.groups;
    let application = |which| groups.iter().any(|g| g.spec.application == which);
    let tenant = |which| groups.iter().any(|g| g.spec.tenant == which);
    let user = |which| groups.iter().any(|g| g.has_user() && g.spec.user == which);
    let which = |name: &Option<String>| name.as_deref().and_then(|name| name.parse().ok());
    let missing = |named: &Option<String>, has_somebody: &dyn Fn(Which) -> bool| {
        which(named).filter(|which| !has_somebody(*which))
    };
    let missing = [
        ("application", missing(&only.application, &application)),
        ("tenant", missing(&only.tenant, &tenant)),
        ("user", missing(&only.user, &user)),
    ];
    for (key, which) in missing {
        if let Some(which) = which {
            let what = match key {
                "application" => "is the",
                "tenant" => "asks the",
                _ => "acts for the",
            };
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("no client {what} {} {key}", which.name()),
                )
                .help("so the rule never applies; set it for a client, or remove the condition"),
            );
        }
    }
}

/// A grant that no client of the case uses.
fn unused_grant(view: &View<'_>, node: &Node, grant: &str, found: &mut Findings<'_>) {
    let used = |wanted| {
        view.cast
            .groups
            .iter()
            .any(|group| group.spec.grant_in_use() == wanted)
    };
    let known = match grant {
        "refresh_token" => view.cast.has_refresh_tokens(),
        grant => GRANTS
            .into_iter()
            .any(|(kind, name)| name.name() == grant && used(kind)),
    };
    if !known {
        found.push(
            view.problem(node, format!("no client of this case uses `{grant}`"))
                .help("so the rule never applies"),
        );
    }
}

/// The grants that requests name, by the clients that send them.
const GRANTS: [(GrantKind, GrantType); 6] = [
    (GrantKind::AuthorizationCode, GrantType::AuthorizationCode),
    (GrantKind::ClientCredentials, GrantType::ClientCredentials),
    (GrantKind::DeviceCode, GrantType::DeviceCode),
    (GrantKind::OnBehalfOf, GrantType::OnBehalfOf),
    (GrantKind::Password, GrantType::Password),
    (GrantKind::TokenExchange, GrantType::TokenExchange),
];
