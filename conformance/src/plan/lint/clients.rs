//! `client:` and `clients:`, and the names that steps and checks use for them.

use std::collections::HashMap;

use mock_idp::Provider;

use super::cast::Group;
use super::{FURTHEST, Findings, NAME_HELP, View, below, element, is_name, kind};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::scenario::{ClientAuthMethod, GrantKind, OneOrMany, Which};
use crate::yaml::Node;

/// The most clients of one group.
const MAX_COUNT: u32 = 100;

/// The most clients of a case.
const MAX_MEMBERS: u64 = 200;

/// The longest secret, in bytes.
const MAX_SECRET: usize = 255;

/// Examines the clients. Whether there are few enough to go on.
pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) -> bool {
    if let (Some(client), Some(clients)) = (&view.filled.client, &view.filled.clients) {
        found.push(
            view.problem(client, "`client` together with `clients`")
                .and(clients.place(), "the clients")
                .help("move it into `clients`, under a name of its own"),
        );
    }
    for group in &view.cast.groups {
        name(view, group, found);
        if let Some(node) = group.node {
            count(view, group, node, found);
            settings(view, group, node, found);
        }
    }
    shared_names(view, found);
    let few = view.cast.size() <= MAX_MEMBERS;
    if let Some(clients) = &view.filled.clients
        && !few
    {
        found.push(view.problem(
            clients,
            format!(
                "{} clients are more than the {MAX_MEMBERS} of a case",
                view.cast.size()
            ),
        ));
    }
    few
}

fn name(view: &View<'_>, group: &Group<'_>, found: &mut Findings<'_>) {
    let Some(key) = group.key else { return };
    if !is_name(group.name) {
        found.push(
            view.problem_at(key, format!("`{}` is no name for a client", group.name))
                .help(NAME_HELP),
        );
    }
    let prefix = group.name.rsplit_once('-').map(|(prefix, _)| prefix);
    let numbered = prefix
        .and_then(|prefix| view.cast.group(prefix))
        .filter(|other| other.answers_to(group.name));
    if let Some(other) = numbered {
        let problem = view.problem_at(key, format!("two clients are called `{}`", group.name));
        found.push(match other.key {
            Some(key) => problem.and(key, "its `count` makes one of this name"),
            None => problem,
        });
    }
}

fn count(view: &View<'_>, group: &Group<'_>, node: &Node, found: &mut Findings<'_>) {
    let Some(count) = group.spec.count else {
        return;
    };
    let node = below(node, &["count"]);
    if group.key.is_none() {
        found.push(
            view.problem(node, "`count` of the only client")
                .help("write `clients: { fleet: { count: 3 } }` for several"),
        );
    } else if !(1..=MAX_COUNT).contains(&count) {
        found.push(
            view.problem(node, format!("a group is not of {count} clients"))
                .help(format!("write a number from 1 to {MAX_COUNT}")),
        );
    }
}

fn settings(view: &View<'_>, group: &Group<'_>, node: &Node, found: &mut Findings<'_>) {
    let spec = group.spec;
    grant(view, group, node, found);
    kind::examine(view, group, node, found);
    if let Some(secret) = &spec.secret {
        let node = below(node, &["secret"]);
        let plain = secret.bytes().all(|b| (b' '..=b'~').contains(&b));
        if secret.is_empty() || secret.len() > MAX_SECRET || !plain {
            found.push(
                view.problem(node, "no client can have this secret")
                    .note("a secret consists of visible ASCII characters and spaces (RFC 6749 appendix A.2)")
                    .help(format!("write 1 to {MAX_SECRET} of them")),
            );
        }
        if spec.auth == Some(ClientAuthMethod::WrongSecret) {
            found.push(
                view.problem(node, "the secret of a client that uses a wrong one")
                    .help("remove `secret`, or `auth: wrong_secret`"),
            );
        }
    }
    scopes(view, &spec.scopes, below(node, &["scopes"]), found);
    if let Some(store) = &spec.store
        && !is_name(store)
    {
        found.push(
            view.problem(
                below(node, &["store"]),
                format!("`{store}` is no name for a store"),
            )
            .help(NAME_HELP),
        );
    }
    if spec.clock_offset.0.abs() > FURTHEST {
        found.push(view.problem(
            below(node, &["clock_offset"]),
            "a clock that is off by more than 100 years",
        ));
    }
}

/// What does not go with the grant.
fn grant(view: &View<'_>, group: &Group<'_>, node: &Node, found: &mut Findings<'_>) {
    let spec = group.spec;
    match (spec.grant_in_use(), &spec.refresh_token) {
        (GrantKind::RefreshToken, None) => found.push(
            view.problem(
                below(node, &["grant"]),
                "the refresh token grant needs a refresh token to start with",
            )
            .help("give it a name, such as `refresh_token: rt1`; the mock mints it"),
        ),
        (GrantKind::RefreshToken, Some(_)) | (_, None) => {}
        (_, Some(_)) => found.push(
            view.problem(
                below(node, &["refresh_token"]),
                "a refresh token that the client's grant does not use",
            )
            .and(below(node, &["grant"]).place(), "the grant")
            .help("remove `grant`, or the refresh token"),
        ),
    }
    if !group.has_user()
        && let Some(user) = node.get("user")
    {
        found.push(
            view.problem(user, "a user of a client that acts for itself")
                .help("use `grant: password` or a `refresh_token`, or remove `user`"),
        );
    }
    if let Some(name) = &spec.refresh_token {
        refresh_token_name(view, below(node, &["refresh_token"]), name, found);
    }
}

/// A name that a `replay` step can use.
pub(super) fn refresh_token_name(
    view: &View<'_>,
    node: &Node,
    name: &str,
    found: &mut Findings<'_>,
) {
    if name == "newest" {
        found.push(
            view.problem(node, "`newest` is no name for a refresh token")
                .note("a `replay` of `newest` takes the one issued last"),
        );
    } else if !is_name(name) {
        found.push(
            view.problem(node, format!("`{name}` is no name for a refresh token"))
                .help(NAME_HELP),
        );
    }
}

fn scopes(view: &View<'_>, scopes: &[String], list: &Node, found: &mut Findings<'_>) {
    for (at, scope) in scopes.iter().enumerate() {
        let node = element(list, at);
        // RFC 6749 appendix A.4.
        let token = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if scope.is_empty() || !scope.bytes().all(token) {
            found.push(
                view.problem(node, format!("`{scope}` is no scope"))
                    .help("write each scope as an element of the list, without spaces or quotes"),
            );
        } else if scopes[..at].contains(scope) {
            found.push(view.problem(node, format!("the scope `{scope}` stands twice")));
        }
    }
}

/// What clients that use the same name must have in common.
fn shared_names(view: &View<'_>, found: &mut Findings<'_>) {
    let mut tokens: HashMap<&str, (&Group<'_>, &Node)> = HashMap::new();
    let mut secrets: HashMap<(Which, Which), (&Group<'_>, &Node)> = HashMap::new();
    for group in &view.cast.groups {
        let Some(node) = group.node else { continue };
        let spec = group.spec;
        if let Some(name) = &spec.refresh_token {
            let (first, at) = *tokens.entry(name).or_insert((group, node));
            if !group.same_account(first) {
                found.push(
                    view.problem(
                        below(node, &["refresh_token"]),
                        format!("`{name}` is the refresh token of somebody else"),
                    )
                    .and(below(at, &["refresh_token"]).place(), "given here")
                    .note("a refresh token belongs to one application, user and tenant")
                    .help("give it another name"),
                );
            }
        }
        if spec.secret.is_some() {
            let tenant = match view.provider {
                Provider::Entra => spec.tenant,
                // An application of an Okta org is the same for all its authorization servers.
                Provider::Okta => Which::First,
            };
            let (first, at) = *secrets
                .entry((tenant, spec.application))
                .or_insert((group, node));
            if first.spec.secret != spec.secret {
                found.push(
                    view.problem(
                        below(node, &["secret"]),
                        "a second secret for the same application",
                    )
                    .and(below(at, &["secret"]).place(), "the first")
                    .note("clients of one application share its secret")
                    .help("`idp: { secrets: add }` gives it another in the middle of the play"),
                );
            }
        }
    }
}

/// The clients that a step names.
pub(super) fn step_names(
    view: &View<'_>,
    node: &Node,
    names: &OneOrMany,
    found: &mut Findings<'_>,
) {
    if names.0.is_empty() {
        found.push(
            view.problem(node, "a list that names no client")
                .help("without `client` it is all of them"),
        );
    }
    for (at, name) in names.0.iter().enumerate() {
        let node = element(node, at);
        if !view.cast.groups.iter().any(|group| group.answers_to(name)) {
            found.push(unknown_client(view, node, name));
        } else if names.0[..at].contains(name) {
            found.push(view.problem(node, format!("the client `{name}` stands twice")));
        }
    }
}

/// The client that a check asks for.
pub(super) fn filter_name(view: &View<'_>, node: &Node, name: &str, found: &mut Findings<'_>) {
    if !view.cast.groups.iter().any(|group| group.answers_to(name)) {
        found.push(unknown_client(view, node, name));
    } else if view.cast.size() == 1 {
        found.push(
            view.problem(node, "there is only one client to ask for")
                .help("remove `client`"),
        );
    }
}

fn unknown_client(view: &View<'_>, node: &Node, name: &str) -> Diagnostic {
    let problem = view.problem(node, format!("no client is called `{name}`"));
    if !view.cast.named {
        return problem
            .note("the file has one client")
            .help("give several clients names under `clients`");
    }
    let group = view
        .cast
        .groups
        .iter()
        .filter(|group| group.spec.count.is_some())
        .find(|group| {
            name.strip_prefix(group.name)
                .is_some_and(|rest| rest.starts_with('-'))
        });
    let problem = problem.label_if(did_you_mean(name, view.cast.names()));
    match group {
        Some(group) => problem.note(format!(
            "the clients of `{0}` are `{0}-1` to `{0}-{1}`",
            group.name, group.size
        )),
        None => problem.note(format!("the clients are {}", listed(view.cast.names()))),
    }
}
