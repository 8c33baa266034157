//! Steps, in the order in which they are played.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, View, below, call, clients, clocks, happening, waits};
use crate::scenario::{ClientAuthMethod, GrantKind, Restart, SecretChoice, Step, Swap};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    let mut before = Before::new(view);
    let steps = view.body().steps.iter().zip(&view.filled.steps);
    for (at, (step, node)) in steps.enumerate() {
        if found.is_full() {
            return;
        }
        let inner = node.entries().first().map_or(node, |(_, inner)| inner);
        match step {
            Step::GetToken(call)
            | Step::CallApi(call)
            | Step::ForceRefresh(call)
            | Step::Invalidate(call) => {
                call::examine(view, inner, step, call, &mut before, found);
            }
            Step::Advance(advance) => {
                clocks::advance(view, inner, advance, &before.frozen, found);
            }
            Step::Freeze(side) => clocks::freeze(view, inner, *side, &mut before.frozen, found),
            Step::Thaw(side) => clocks::thaw(view, inner, *side, &mut before.frozen, found),
            Step::Suspend(length) => {
                clocks::suspend(view, inner, *length, &before.frozen, found);
            }
            Step::Until(until) => waits::until(view, inner, until, &before, found),
            Step::Release(release) => waits::release(view, inner, release, &before, found),
            Step::Join(label) => waits::earlier(view, inner, label, &before, "join", found),
            Step::Cancel(label) => waits::earlier(view, inner, label, &before, "cancel", found),
            Step::Restart(restart) => self::restart(view, inner, restart, found),
            Step::Swap(swap) => self::swap(view, inner, swap, &mut before, found),
            Step::Idp(idp) => {
                happening::examine(view, inner, idp, &mut before, found);
                before.holds.extend(
                    idp.script
                        .iter()
                        .filter_map(|rule| Some(rule.hold.as_ref()?.name.as_str())),
                );
            }
        }
        if let Some(label) = step.label() {
            before.labels.entry(label).or_insert(at);
        }
    }
    waits::unreleased(view, found);
}

/// What the steps so far have brought about.
pub(super) struct Before<'a> {
    /// The labels of calls, with the numbers of their steps.
    pub(super) labels: BTreeMap<&'a str, usize>,
    /// The names of holds.
    pub(super) holds: BTreeSet<&'a str>,
    /// The names of refresh tokens.
    pub(super) refresh_tokens: BTreeSet<&'a str>,
    pub(super) frozen: clocks::Frozen,
    /// How many calls have been made.
    pub(super) calls: u128,
    /// Whether an application has been given a secret that its clients do not know.
    pub(super) new_secret: bool,
    /// The same for a certificate.
    pub(super) new_certificate: bool,
    /// Whether an API token was made that its client does not know.
    pub(super) new_api_token: bool,
    /// Whether a client uses a wrong secret.
    wrong_secret: bool,
}

impl<'a> Before<'a> {
    fn new(view: &View<'a>) -> Self {
        let groups = &view.cast.groups;
        Self {
            labels: BTreeMap::new(),
            holds: view
                .rules
                .iter()
                .filter(|armed| armed.step.is_none())
                .filter_map(|armed| Some(armed.rule.hold.as_ref()?.name.as_str()))
                .collect(),
            refresh_tokens: groups
                .iter()
                .filter_map(|group| group.spec.refresh_token.as_deref())
                .collect(),
            frozen: clocks::Frozen::default(),
            calls: 0,
            new_secret: false,
            new_certificate: false,
            new_api_token: false,
            wrong_secret: groups
                .iter()
                .any(|group| group.spec.auth == Some(ClientAuthMethod::WrongSecret)),
        }
    }
}

fn restart(view: &View<'_>, node: &Node, restart: &Restart, found: &mut Findings<'_>) {
    if let Some(names) = &restart.client {
        clients::step_names(view, below(node, &["client"]), names, found);
    }
}

fn swap<'a>(
    view: &View<'a>,
    node: &Node,
    swap: &'a Swap,
    before: &mut Before<'a>,
    found: &mut Findings<'_>,
) {
    if let Some(names) = &swap.client {
        clients::step_names(view, below(node, &["client"]), names, found);
    }
    match swap.secret {
        None if swap.refresh_token.is_none()
            && swap.certificate.is_none()
            && swap.api_token.is_none() =>
        {
            found.push(view.problem(node, "a client is given nothing new").help(
                "write `secret: newest|wrong`, `certificate: newest`, `api_token: newest` or `refresh_token: <name>`",
            ))
        }
        Some(SecretChoice::Newest) if !before.new_secret && !before.wrong_secret => found.push(
            view.problem(
                below(node, &["secret"]),
                "the newest secret is the one the client has",
            )
            .help("add one first: `idp: { secrets: add }`"),
        ),
        Some(SecretChoice::Wrong) => before.wrong_secret = true,
        _ => {}
    }
    for (key, is_old, add) in [
        (
            "certificate",
            swap.certificate.is_some() && !before.new_certificate,
            "certificates",
        ),
        (
            "api_token",
            swap.api_token.is_some() && !before.new_api_token,
            "api_tokens",
        ),
    ] {
        if is_old {
            let what = key.replace("api_token", "API token");
            found.push(
                view.problem(
                    below(node, &[key]),
                    format!("the newest {what} is the one the client has"),
                )
                .help(format!("add one first: `idp: {{ {add}: add }}`")),
            );
        }
    }
    showing(view, node, swap, found);
    if let Some(name) = &swap.refresh_token {
        new_refresh_token(view, node, swap, name, before, found);
    }
}

/// A client is given what it can show.
fn showing(view: &View<'_>, node: &Node, swap: &Swap, found: &mut Findings<'_>) {
    let names = swap.client.as_ref().map(|names| names.0.as_slice());
    for group in view.cast.called(names) {
        let spec = group.spec;
        let by_certificate = spec.auth_in_use() == Some(ClientAuthMethod::Certificate);
        let has_api_token = spec.grant_in_use() == GrantKind::ApiToken;
        for (key, amiss) in [
            ("secret", swap.secret.is_some() && !spec.shows_secret()),
            ("certificate", swap.certificate.is_some() && !by_certificate),
            ("api_token", swap.api_token.is_some() && !has_api_token),
        ] {
            if amiss {
                let what = match key {
                    "api_token" => "has no API token".to_owned(),
                    key => format!("does not authenticate by a {key}"),
                };
                found.push(
                    view.problem(below(node, &[key]), format!("`{}` {what}", group.name))
                        .help("name the clients that do with `client`"),
                );
            }
        }
    }
}

fn new_refresh_token<'a>(
    view: &View<'a>,
    node: &Node,
    swap: &'a Swap,
    name: &'a str,
    before: &mut Before<'a>,
    found: &mut Findings<'_>,
) {
    let at = below(node, &["refresh_token"]);
    clients::refresh_token_name(view, at, name, found);
    if !before.refresh_tokens.insert(name) {
        found.push(
            view.problem(at, format!("`{name}` is the name of another refresh token"))
                .help("the mock mints a new one: give it a new name"),
        );
    }
    let names = swap.client.as_ref().map(|names| names.0.as_slice());
    let mut given = view.cast.called(names);
    let Some(first) = given.next() else { return };
    for group in std::iter::once(first).chain(given) {
        if !group.has_user() {
            found.push(
                view.problem(
                    at,
                    format!(
                        "a refresh token for `{}`, which acts for itself",
                        group.name
                    ),
                )
                .help("name the clients that use one with `client`"),
            );
        } else if first.has_user() && !group.same_account(first) {
            found.push(
                view.problem(
                    at,
                    format!(
                        "one refresh token for `{}` and `{}`",
                        first.name, group.name
                    ),
                )
                .note("a refresh token belongs to one application, user and tenant")
                .help("write a step for each, with `client`"),
            );
        }
    }
}
