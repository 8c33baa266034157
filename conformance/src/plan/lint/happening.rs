//! Steps in which something happens at the provider.

use std::collections::BTreeSet;

use mock_idp::ledger::{AccessEvent, TokenKind};

use super::filter::{existing, no_refresh_tokens};
use super::steps::Before;
use super::{Findings, View, below};
use crate::diagnostic::{did_you_mean, listed};
use crate::scenario::{
    ApiTokensChange, ClientAuthMethod, CredentialsChange, GrantKind, IdpStep, Replayed, Revocation,
    Step,
};
use crate::yaml::Node;

pub(super) fn examine(
    view: &View<'_>,
    node: &Node,
    step: &IdpStep,
    before: &mut Before<'_>,
    found: &mut Findings<'_>,
) {
    let IdpStep {
        disarm,
        script,
        secrets,
        certificates,
        platform_tokens,
        api_tokens,
        sign_ins,
        policy,
        step_up,
        access,
        keys,
        revoke,
        replay,
        by,
    } = step;
    let something = *disarm
        || !script.is_empty()
        || secrets.is_some()
        || certificates.is_some()
        || platform_tokens.is_some()
        || api_tokens.is_some()
        || sign_ins.is_some()
        || policy.is_some()
        || step_up.is_some()
        || access.is_some()
        || keys.is_some()
        || revoke.is_some()
        || replay.is_some();
    if !something {
        found.push(view.problem(node, "nothing happens at the provider").help(
            "write for instance `script`, `disarm: true`, `secrets`, `keys`, `revoke` or `replay`",
        ));
    }
    if let Some(change) = secrets {
        self::secrets(view, below(node, &["secrets"]), *change, before, found);
    }
    if let Some(change) = certificates {
        self::certificates(view, below(node, &["certificates"]), *change, before, found);
    }
    if *api_tokens == Some(ApiTokensChange::Add) {
        before.new_api_token = true;
    }
    whom(view, node, step, found);
    if let Some(context) = step_up {
        self::context(view, below(node, &["step_up"]), context, found);
    }
    if let Some(revocation) = revoke {
        self::revoke(view, below(node, &["revoke"]), *revocation, found);
    }
    match replay {
        Some(replayed) => self::replay(view, below(node, &["replay"]), replayed, before, found),
        None if by.is_some() => found.push(
            view.problem(below(node, &["by"]), "`by` without `replay`")
                .help("only a replay is done by someone"),
        ),
        None => {}
    }
}

fn secrets(
    view: &View<'_>,
    node: &Node,
    change: CredentialsChange,
    before: &mut Before<'_>,
    found: &mut Findings<'_>,
) {
    let in_use = view.cast.groups.iter().any(|group| {
        group.spec.shows_secret() && group.spec.auth != Some(ClientAuthMethod::WrongSecret)
    });
    let swapped = view
        .body()
        .steps
        .iter()
        .any(|step| matches!(step, Step::Swap(swap) if swap.secret.is_some()));
    if !in_use && !swapped {
        found.push(
            view.problem(node, "no client uses a secret of its application")
                .note("they use a wrong one, or authenticate by something else"),
        );
    }
    if change == CredentialsChange::Retire && !before.new_secret {
        found.push(
            view.problem(node, "there is no newer secret to keep")
                .help("add one in an earlier step: `idp: { secrets: add }`"),
        );
    }
    before.new_secret = true;
}

fn certificates(
    view: &View<'_>,
    node: &Node,
    change: CredentialsChange,
    before: &mut Before<'_>,
    found: &mut Findings<'_>,
) {
    if !view.cast.has_auth(ClientAuthMethod::Certificate) {
        found.push(
            view.problem(node, "no client uses a certificate of its application")
                .help("one does with `auth: certificate`"),
        );
    }
    let makes = change != CredentialsChange::Retire;
    if makes && before.new_certificate {
        found.push(view.problem(node, "there are two certificates in all"));
    } else if !makes && !before.new_certificate {
        found.push(
            view.problem(node, "there is no newer certificate to keep")
                .help("add one in an earlier step: `idp: { certificates: add }`"),
        );
    }
    before.new_certificate = true;
}

/// What happens to clients or users, of whom there must be some.
fn whom(view: &View<'_>, node: &Node, step: &IdpStep, found: &mut Findings<'_>) {
    let has_grant = |kind| {
        let mut groups = view.cast.groups.iter();
        groups.any(|group| group.spec.grant_in_use() == kind)
    };
    let has_user = view.cast.has_refresh_tokens();
    for (key, amiss, what, help) in [
        (
            "platform_tokens",
            step.platform_tokens.is_some() && !view.cast.has_auth(ClientAuthMethod::Federated),
            "no client uses the token of a platform",
            "one does with `auth: federated`",
        ),
        (
            "api_tokens",
            step.api_tokens.is_some() && !has_grant(GrantKind::ApiToken),
            "no client has an API token",
            "one has with `grant: api_token`",
        ),
        (
            "sign_ins",
            step.sign_ins.is_some() && !has_grant(GrantKind::DeviceCode),
            "no user is asked to sign in on another device",
            "clients with `grant: device_code` ask",
        ),
        (
            "policy",
            step.policy.is_some() && !has_user,
            "a policy for users, and no client acts for one",
            "use `grant: password` or a `refresh_token`",
        ),
        (
            "access",
            step.access == Some(AccessEvent::Revoked) && !has_user,
            "nobody has signed in whose sign-ins could be revoked",
            "use `policies` or `location`, or a client that acts for a user",
        ),
    ] {
        if amiss {
            found.push(view.problem(below(node, &[key]), what).help(help));
        }
    }
}

/// An authentication context.
fn context(view: &View<'_>, node: &Node, name: &str, found: &mut Findings<'_>) {
    let number = name.strip_prefix('c').and_then(|text| text.parse().ok());
    let is_one = number.is_some_and(|number: u8| (1..=99).contains(&number));
    if !is_one || name.contains('+') {
        found.push(
            view.problem(node, format!("`{name}` is no authentication context"))
                .help("they are called `c1` to `c99`"),
        );
    }
}

fn revoke(view: &View<'_>, node: &Node, revocation: Revocation, found: &mut Findings<'_>) {
    match revocation {
        Revocation::AccessTokens => {}
        Revocation::Grants if view.cast.has_refresh_tokens() => {}
        Revocation::Grants => found.push(
            no_refresh_tokens(view, node)
                .help("`revoke: access_tokens` revokes what these clients hold"),
        ),
        Revocation::Token(label) => existing(view, node, label, found),
    }
}

fn replay(
    view: &View<'_>,
    node: &Node,
    replayed: &Replayed,
    before: &Before<'_>,
    found: &mut Findings<'_>,
) {
    match replayed {
        Replayed::Named(name) => named(view, node, name, before, found),
        Replayed::Label(label) if label.kind == TokenKind::Access => found.push(
            view.problem(node, "an access token is not redeemed")
                .help("replay a refresh token: its name, `newest` or a label such as `RT#1`"),
        ),
        Replayed::Label(label) => existing(view, node, *label, found),
        Replayed::Newest if view.cast.has_refresh_tokens() => {}
        Replayed::Newest => found.push(no_refresh_tokens(view, node)),
    }
}

fn named(view: &View<'_>, node: &Node, name: &str, before: &Before<'_>, found: &mut Findings<'_>) {
    if before.refresh_tokens.contains(name) {
        return;
    }
    let later = view.body().steps.iter().any(
        |step| matches!(step, Step::Swap(swap) if swap.refresh_token.as_deref() == Some(name)),
    );
    if later {
        found.push(view.problem(
            node,
            format!("the refresh token `{name}` is minted by a later step"),
        ));
        return;
    }
    let known: &BTreeSet<&str> = &before.refresh_tokens;
    found.push(
        view.problem(node, format!("no refresh token is called `{name}`"))
            .label_if(did_you_mean(name, known.iter().copied()))
            .note(match (known.is_empty(), view.cast.named) {
                (true, _) => {
                    "no client starts with one; name it with `client.refresh_token`".to_owned()
                }
                (false, false) => {
                    format!("the client starts with {}", listed(known.iter().copied()))
                }
                (false, true) => {
                    format!("the refresh tokens are {}", listed(known.iter().copied()))
                }
            }),
    );
}
