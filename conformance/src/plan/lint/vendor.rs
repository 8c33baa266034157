//! What only one of the vendors has.

use std::time::Duration;

use mock_idp::Provider;
use mock_idp::limits::Form;

use super::{Armed, Findings, View, below, element};
use crate::diagnostic::Diagnostic;
use crate::scenario::{ClientAuthMethod, ClientSpec, Each, GrantKind, RotationMode, Step};
use crate::yaml::Node;
use mock_idp::fault::{NumberDisguise, RuleTarget};
use mock_idp::journal::{Endpoint, Origin};

/// Okta honours a replaced refresh token for at most this long.
const OKTA_LEEWAY: Duration = Duration::from_secs(60);

pub(super) fn examine(view: &View<'_>, found: &mut Findings<'_>) {
    places(view, found);
    match view.provider {
        Provider::Okta => okta(view, found),
        Provider::Entra => entra(view, found),
    }
}

/// Endpoints and origins that the vendor has not.
fn places(view: &View<'_>, found: &mut Findings<'_>) {
    let vendor = view.provider;
    for Armed { rule, node, .. } in &view.rules {
        if let RuleTarget::Endpoint(endpoint) = rule.to
            && !serves(vendor, endpoint)
        {
            let to = below(node, &["to"]);
            found.push(nowhere(view, to, rule.to.name(), "endpoint"));
        }
        let origin = rule.only.as_ref().and_then(|only| only.origin);
        if let Some(origin) = origin
            && !has_door(vendor, origin)
        {
            let node = below(node, &["only", "origin"]);
            let name = node.text().unwrap_or_default();
            found.push(nowhere(view, node, name, "origin"));
        }
    }
}

fn serves(vendor: Provider, endpoint: Endpoint) -> bool {
    let only = match endpoint {
        Endpoint::InstanceDiscovery | Endpoint::UserRealm | Endpoint::ManagedIdentity => {
            Some(Provider::Entra)
        }
        Endpoint::PushedAuthorization
        | Endpoint::Introspection
        | Endpoint::Revocation
        | Endpoint::UserInfo => Some(Provider::Okta),
        _ => None,
    };
    only.is_none_or(|only| only == vendor)
}

fn has_door(vendor: Provider, origin: Origin) -> bool {
    match origin {
        Origin::Login | Origin::Graph | Origin::ManagedIdentity => vendor == Provider::Entra,
        Origin::Org | Origin::Api => vendor == Provider::Okta,
        Origin::Foreign => true,
    }
}

fn nowhere(view: &View<'_>, node: &Node, name: &str, what: &str) -> Diagnostic {
    let vendor = view.provider;
    view.problem(node, format!("{vendor} has no {what} `{name}`"))
        .help("so the rule never applies; leave the other provider out, or the rule")
}

/// What only clients of Okta are and have.
fn entra(view: &View<'_>, found: &mut Findings<'_>) {
    for group in &view.cast.groups {
        let Some(node) = group.node else { continue };
        let spec = group.spec;
        for (key, name, present) in [
            (
                "grant",
                "grant: token_exchange",
                spec.grant_in_use() == GrantKind::TokenExchange,
            ),
            (
                "grant",
                "grant: api_token",
                spec.grant_in_use() == GrantKind::ApiToken,
            ),
            (
                "auth",
                "auth: private_key",
                spec.auth == Some(ClientAuthMethod::PrivateKey),
            ),
            ("dpop", "dpop", spec.dpop),
        ] {
            if present {
                found.push(only(view, below(node, &[key]), name, Provider::Okta));
            }
        }
    }
}

fn okta(view: &View<'_>, found: &mut Findings<'_>) {
    if let Some(idp) = &view.filled.idp {
        settings(view, idp, found);
    }
    for group in &view.cast.groups {
        if let Some(node) = group.node {
            client(view, group.spec, node, found);
        }
    }
    for (step, node) in view.body().steps.iter().zip(&view.filled.steps) {
        step_of_entra(view, step, node, found);
    }
    for Armed { rule, node, .. } in &view.rules {
        if let Some(error) = &rule.error {
            let node = below(node, &["error"]);
            for (key, present) in [
                ("suberror", error.suberror.is_some()),
                ("number", error.number.is_some()),
                ("claims", error.claims),
            ] {
                if present {
                    found.push(entra_only(view, below(node, &[key]), key));
                }
            }
        }
        if let Some(disguise) = &rule.disguise
            && disguise.number != NumberDisguise::Documented
        {
            let node = below(node, &["disguise", "number"]);
            found.push(entra_only(view, node, "number"));
        }
    }
    for (check, node) in view.body().checks.iter().zip(&view.filled.checks) {
        details(view, below(node, &["each"]), check.each.as_ref(), found);
        let branches = below(node, &["any_of"]).items();
        for (branch, node) in check.any_of.iter().zip(branches) {
            details(view, below(node, &["each"]), branch.each.as_ref(), found);
        }
    }
}

/// What a client passes on: Okta gives a request one id, and no claims challenge.
fn details(view: &View<'_>, node: &Node, each: Option<&Each>, found: &mut Findings<'_>) {
    let Some(each) = each else { return };
    let list = below(node, &["carries"]);
    for (at, name) in each.carries.iter().enumerate() {
        if matches!(name.as_str(), "trace_id" | "claims") {
            found.push(entra_only(view, element(list, at), name));
        }
    }
}

/// What only clients of Entra are and have.
fn client(view: &View<'_>, spec: &ClientSpec, node: &Node, found: &mut Findings<'_>) {
    let grant = spec.grant_in_use();
    if matches!(grant, GrantKind::ManagedIdentity | GrantKind::OnBehalfOf) {
        let name = format!("grant: {}", grant.name());
        found.push(entra_only(view, below(node, &["grant"]), &name));
    }
    if let Some(auth) = spec.auth.filter(|auth| auth.is_of_one_application()) {
        let name = format!("auth: {}", auth.name());
        found.push(entra_only(view, below(node, &["auth"]), &name));
    }
    for (key, present) in [
        ("credential_lifetime", spec.credential_lifetime.is_some()),
        ("capabilities", !spec.capabilities.is_empty()),
        ("v1", spec.v1),
    ] {
        if present {
            found.push(entra_only(view, below(node, &[key]), key));
        }
    }
}

fn step_of_entra(view: &View<'_>, step: &Step, node: &Node, found: &mut Findings<'_>) {
    let Step::Idp(step) = step else { return };
    for (key, present) in [
        ("policy", step.policy.is_some()),
        ("step_up", step.step_up.is_some()),
        ("access", step.access.is_some()),
    ] {
        if present {
            found.push(entra_only(view, below(node, &["idp", key]), key));
        }
    }
}

fn settings(view: &View<'_>, idp: &Node, found: &mut Findings<'_>) {
    let spec = &view.body().idp;
    if spec.token.refresh_in.is_some() {
        found.push(entra_only(
            view,
            below(idp, &["token", "refresh_in"]),
            "refresh_in",
        ));
    }
    let limits = below(idp, &["limits"]);
    for (at, limit) in spec.limits.iter().enumerate() {
        if limit.form == Form::Loop {
            let node = below(element(limits, at), &["form"]);
            found.push(entra_only(view, node, "form: loop"));
        }
    }
    let Some(rotation) = &spec.rotation else {
        return;
    };
    let node = below(idp, &["rotation"]);
    if rotation.mode == RotationMode::KeepOld {
        found.push(
            view.problem(
                below(node, &["mode"]),
                "okta does not keep a replaced refresh token",
            )
            .help("use `rotate` with a `leeway`, or `static`"),
        );
    }
    if rotation.leeway.0 > OKTA_LEEWAY {
        found.push(view.problem(
            below(node, &["leeway"]),
            format!(
                "okta's leeway is at most 60 s, and this is {}",
                rotation.leeway
            ),
        ));
    }
}

fn entra_only(view: &View<'_>, node: &Node, key: &str) -> Diagnostic {
    only(view, node, key, Provider::Entra)
}

fn only(view: &View<'_>, node: &Node, key: &str, has_it: Provider) -> Diagnostic {
    let vendor = view.provider;
    view.problem(node, format!("{vendor} has no `{key}`")).help(format!(
        "keep it to cases of {has_it}: `providers: [{has_it}]`, for the file or a value of `matrix`"
    ))
}
