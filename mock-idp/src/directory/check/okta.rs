//! Orgs.

use super::super::path::Path;
use super::super::{AuthorizationServer, OktaDirectory, Uncertain};
use super::{Finding, Findings, application, org, people};

/// Scopes that every authorization server knows.
const OIDC: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

/// What an Okta world knows.
pub(super) fn check(okta: &OktaDirectory, findings: &mut Findings<'_>) {
    let part = Path::default().key("okta");
    let servers = part.key("authorization_servers");
    if okta.authorization_servers.is_empty() {
        findings.add(
            Finding::missing(servers.clone(), "there is no authorization server")
                .help("name at least one, usually `default`"),
        );
    }
    let each = okta.authorization_servers.iter().enumerate();
    findings.unique(
        "the authorization server",
        each.clone()
            .map(|(place, server)| (servers.item(place).key("id"), server.id.as_str())),
    );
    for (place, server) in each {
        one(&servers.item(place), server, okta, findings);
    }
    application::check(&part, &okta.applications, findings);
    people::check(&part, &okta.users, &okta.groups, findings);
    api_tokens(&part.key("api_tokens"), okta, findings);
    if let Some(login) = &okta.automatic_sign_in {
        let logins = okta.users.iter().map(|user| user.login.as_str());
        findings.refers(part.key("automatic_sign_in"), "user", login, logins);
    }
    uncertain(&part.key("uncertain"), &okta.uncertain, findings);
    org::check(&part, okta, findings);
    findings.keys(&part.key("keys"), &okta.keys);
}

fn one(
    path: &Path,
    server: &AuthorizationServer,
    okta: &OktaDirectory,
    findings: &mut Findings<'_>,
) {
    if matches!(server.id.as_str(), "v1" | "org") {
        findings.add(
            Finding::at(
                path.key("id"),
                format!("`{}` cannot be told from the org's own server", server.id),
            )
            .help("take another id, such as `default` or `aus…`"),
        );
    }
    let scopes = || server.scopes.iter().map(String::as_str);
    for (place, scope) in server.default_scopes.iter().enumerate() {
        findings.refers(
            path.key("default_scopes").item(place),
            "scope",
            scope,
            scopes(),
        );
    }
    for (place, policy) in server.policies.iter().enumerate() {
        let at = path.key("policies").item(place);
        for (n, client) in policy.clients.iter().enumerate() {
            let known = okta
                .applications
                .iter()
                .map(|application| application.id.as_str());
            findings.refers(at.key("clients").item(n), "application", client, known);
        }
        for (key, named) in [
            ("scopes", &policy.scopes),
            ("denied_scopes", &policy.denied_scopes),
        ] {
            for (n, scope) in named.iter().enumerate() {
                findings.refers(at.key(key).item(n), "scope", scope, scopes().chain(OIDC));
            }
        }
        application::lifetimes(&at.key("lifetimes"), &policy.lifetimes, findings);
    }
}

/// Statuses between which there is a choice.
fn uncertain(path: &Path, uncertain: &Uncertain, findings: &mut Findings<'_>) {
    let Uncertain {
        pushed_status,
        device_denied_status,
        ..
    } = uncertain;
    for (key, status, known) in [
        ("pushed_status", pushed_status, [200, 201]),
        ("device_denied_status", device_denied_status, [400, 403]),
    ] {
        if !known.contains(status) {
            findings.add(
                Finding::at(path.key(key), "Okta is not known to answer so")
                    .help(format!("take {} or {}", known[0], known[1])),
            );
        }
    }
}

fn api_tokens(path: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    let each = okta.api_tokens.iter().enumerate();
    findings.unique(
        "the API token's id",
        each.clone()
            .map(|(place, token)| (path.item(place).key("id"), token.id.as_str())),
    );
    for (place, token) in each {
        let at = path.item(place);
        let logins = okta.users.iter().map(|user| user.login.as_str());
        findings.refers(at.key("user"), "user with the login", &token.user, logins);
        let earlier = &okta.api_tokens[..place];
        if let Some(first) = earlier.iter().position(|other| other.value == token.value) {
            findings.add(
                Finding::at(at.key("id"), "two API tokens have the same value")
                    .and(path.item(first).key("id"), "this one too"),
            );
        }
        if let (Some(created), Some(expires)) = (token.created, token.expires)
            && expires <= created
        {
            findings.add(Finding::at(
                at.key("expires"),
                "it expires before it was made",
            ));
        }
    }
}
