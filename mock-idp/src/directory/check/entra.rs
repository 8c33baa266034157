//! Tenants.

use super::super::managed_identity::Assigned;
use super::super::path::Path;
use super::super::{EntraDirectory, Tenant};
use super::{Finding, Findings, application, assigned, conditional_access, people, step_up};

/// Names that stand for no tenant in particular.
const RESERVED: [&str; 3] = ["common", "organizations", "consumers"];

/// What an Entra world knows.
pub(super) fn check(entra: &EntraDirectory, findings: &mut Findings<'_>) {
    let part = Path::default().key("entra");
    let list = part.key("tenants");
    if entra.tenants.is_empty() {
        findings
            .add(Finding::missing(list.clone(), "there is no tenant").help("name at least one"));
    }
    let mut names: Vec<(Path, &str)> = Vec::new();
    for (place, tenant) in entra.tenants.iter().enumerate() {
        let at = list.item(place);
        names.push((at.key("id"), &tenant.id));
        for (key, more) in [("domains", &tenant.domains), ("aliases", &tenant.aliases)] {
            let more = more.iter().enumerate();
            names.extend(more.map(|(n, name)| (at.key(key).item(n), name.as_str())));
        }
    }
    for (path, name) in &names {
        if RESERVED
            .iter()
            .any(|reserved| reserved.eq_ignore_ascii_case(name))
        {
            let title = format!("`{name}` stands for no tenant in particular");
            findings.add(Finding::at(path.clone(), title).help("take another name"));
        }
    }
    findings.unique("the tenant's name", names);
    for (place, tenant) in entra.tenants.iter().enumerate() {
        one(&list.item(place), tenant, findings);
    }
    findings.keys(&part.key("keys"), &entra.keys);
}

fn one(path: &Path, tenant: &Tenant, findings: &mut Findings<'_>) {
    application::check(path, &tenant.applications, findings);
    people::check(path, &tenant.users, &tenant.groups, findings);
    conditional_access::check(path, tenant, findings);
    assigned::check(path, tenant, findings);
    if let Some(login) = &tenant.automatic_sign_in {
        let logins = tenant.users.iter().map(|user| user.login.as_str());
        findings.refers(path.key("automatic_sign_in"), "user", login, logins);
    }
    let resources = path.key("resources");
    for (place, resource) in tenant.resources.iter().enumerate() {
        if !matches!(resource.token_version, 1 | 2) {
            findings.add(
                Finding::at(
                    resources.item(place).key("token_version"),
                    format!(
                        "there are no access tokens of version {}",
                        resource.token_version
                    ),
                )
                .help("write 1 or 2"),
            );
        }
    }
    for (place, resource) in tenant.resources.iter().enumerate() {
        let at = resources.item(place).key("step_up");
        step_up::check(&at, &resource.step_up, findings);
    }
    for (what, key) in [("the API", "identifier"), ("the API's id", "app_id")] {
        let each = tenant.resources.iter().enumerate();
        findings.unique(
            what,
            each.map(|(place, resource)| {
                let name = match key {
                    "identifier" => &resource.identifier,
                    _ => &resource.app_id,
                };
                (resources.item(place).key(key), name.as_str())
            }),
        );
    }
    let identities = path.key("managed_identities");
    let each = tenant.managed_identities.iter().enumerate();
    let of_applications = tenant
        .applications
        .iter()
        .enumerate()
        .map(|(place, application)| {
            (
                path.key("applications").item(place).key("id"),
                application.id.as_str(),
            )
        });
    // Which of the applications occur twice has been said.
    let mut seen = std::collections::HashSet::new();
    let of_applications = of_applications.filter(|(_, id)| seen.insert(id.to_lowercase()));
    let of_identities = each.clone().map(|(place, identity)| {
        (
            identities.item(place).key("client_id"),
            identity.client_id.as_str(),
        )
    });
    findings.unique("the client id", of_applications.chain(of_identities));
    findings.unique(
        "the object id",
        each.clone().map(|(place, identity)| {
            (
                identities.item(place).key("object_id"),
                identity.object_id.as_str(),
            )
        }),
    );
    let mut system = each.filter(|(_, identity)| identity.assigned == Assigned::System);
    if let (Some((first, _)), Some((second, _))) = (system.next(), system.next()) {
        findings.add(
            Finding::at(
                identities.item(second),
                "a machine has one identity of its own",
            )
            .and(identities.item(first), "this one")
            .help("write `assigned: user`"),
        );
    }
}
