//! Conditional Access policies, and domains that are federated.

use super::super::path::Path;
use super::super::{AccessControl, Tenant};
use super::{Finding, Findings};

/// Those of a tenant.
pub(super) fn check(part: &Path, tenant: &Tenant, findings: &mut Findings<'_>) {
    let policies = part.key("conditional_access");
    let each = tenant.conditional_access.iter().enumerate();
    findings.unique(
        "the policy",
        each.clone()
            .map(|(place, policy)| (policies.item(place).key("id"), policy.id.as_str())),
    );
    for (place, policy) in each {
        let at = policies.item(place);
        if !is_guid(&policy.id) {
            findings.add(
                Finding::at(at.key("id"), "the id of a policy is a GUID")
                    .help("write for instance `5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11`"),
            );
        }
        if !policy.workloads.is_empty() && policy.control != AccessControl::Block {
            findings.add(
                Finding::at(at.key("control"), "a policy for workloads can only block")
                    .and(at.key("workloads"), "these have no user")
                    .help("write `control: block`"),
            );
        }
        let logins = tenant.users.iter().map(|user| user.login.as_str());
        for (n, login) in policy.users.iter().enumerate() {
            findings.refers(at.key("users").item(n), "user", login, logins.clone());
        }
        let clients = tenant
            .applications
            .iter()
            .map(|application| application.id.as_str());
        for (n, client) in policy.workloads.iter().enumerate() {
            let place = at.key("workloads").item(n);
            findings.refers(place, "application", client, clients.clone());
        }
    }
    let federated = part.key("federated_domains");
    for (place, domain) in tenant.federated_domains.iter().enumerate() {
        findings.refers(
            federated.item(place).key("domain"),
            "domain",
            &domain.domain,
            tenant.domains.iter().map(String::as_str),
        );
    }
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
