//! Assignments to applications and APIs, and devices with their owners.

use super::super::Tenant;
use super::super::path::Path;
use super::Findings;

/// Those of a tenant.
pub(super) fn check(part: &Path, tenant: &Tenant, findings: &mut Findings<'_>) {
    let applications = tenant.applications.iter().map(|known| known.id.as_str());
    let apis = tenant.resources.iter().map(|known| known.app_id.as_str());
    let targets = applications.clone().chain(apis);
    let people = tenant.users.iter().map(|known| known.id.as_str());
    let groups = tenant.groups.iter().map(|known| known.id.as_str());
    let identities = tenant.managed_identities.iter();
    let identities = identities.map(|known| known.client_id.as_str());
    let principals = people.chain(groups).chain(applications).chain(identities);
    let assignments = part.key("assignments");
    for (place, assignment) in tenant.assignments.iter().enumerate() {
        let at = assignments.item(place);
        findings.refers(
            at.key("principal"),
            "user, group, application or managed identity",
            &assignment.principal,
            principals.clone(),
        );
        findings.refers(
            at.key("to"),
            "application or API",
            &assignment.to,
            targets.clone(),
        );
    }
    let devices = part.key("devices");
    let each = tenant.devices.iter().enumerate();
    findings.unique(
        "the device",
        each.clone()
            .map(|(place, device)| (devices.item(place).key("id"), device.id.as_str())),
    );
    let logins = tenant.users.iter().map(|user| user.login.as_str());
    for (place, device) in each {
        let at = devices.item(place).key("owner");
        findings.refers(at, "user", &device.owner, logins.clone());
    }
}
