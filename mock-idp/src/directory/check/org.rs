//! What an org's API tokens, applications and rate limits go by: network zones, assignments, shares of principals.

use super::super::OktaDirectory;
use super::super::path::Path;
use super::{Finding, Findings};

/// Those of an org.
pub(super) fn check(part: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    zones(part, okta, findings);
    assignments(&part.key("assignments"), okta, findings);
    limits(&part.key("rate_limits"), okta, findings);
    shares(&part.key("principal_shares"), okta, findings);
}

fn zones(part: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    let zones = part.key("network_zones");
    let each = okta.network_zones.iter().enumerate();
    findings.unique(
        "the network zone",
        each.map(|(place, zone)| (zones.item(place).key("id"), zone.id.as_str())),
    );
    let known = || okta.network_zones.iter().map(|zone| zone.id.as_str());
    let (tokens, applications) = (part.key("api_tokens"), part.key("applications"));
    let of_tokens = okta.api_tokens.iter().enumerate();
    let of_tokens = of_tokens.map(|(place, token)| (tokens.item(place), &token.network));
    let of_applications = okta.applications.iter().enumerate();
    let of_applications = of_applications.map(|(place, known)| {
        let at = applications.item(place).key("okta");
        (at, &known.okta.network)
    });
    for (at, network) in of_tokens.chain(of_applications) {
        let at = at.key("network");
        for (key, names) in [("include", &network.include), ("exclude", &network.exclude)] {
            for (n, name) in names.iter().enumerate() {
                findings.refers(at.key(key).item(n), "network zone", name, known());
            }
        }
    }
}

fn assignments(path: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    let people = okta.users.iter().map(|known| known.id.as_str());
    let groups = okta.groups.iter().map(|known| known.id.as_str());
    let principals = people.chain(groups);
    for (place, assignment) in okta.assignments.iter().enumerate() {
        let at = path.item(place);
        let who = at.key("principal");
        findings.refers(
            who,
            "user or group",
            &assignment.principal,
            principals.clone(),
        );
        let known = okta.applications.iter().map(|known| known.id.as_str());
        findings.refers(at.key("to"), "application", &assignment.to, known);
        if assignment.role.is_some() {
            findings.add(Finding::at(
                at.key("role"),
                "applications of Okta have no roles",
            ));
        }
    }
}

fn limits(path: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    let bought = &okta.rate_limits;
    if !(1..=1000).contains(&bought.multiplier) {
        findings.add(
            Finding::at(
                path.key("multiplier"),
                "a bucket is 1 to 1000 times as large",
            )
            .help("leave it out for the numbers of the plan"),
        );
    }
    if bought
        .warning_threshold
        .is_some_and(|percent| !(30..=90).contains(&percent))
    {
        findings.add(Finding::at(
            path.key("warning_threshold"),
            "an org is warned at 30 to 90 percent of a bucket",
        ));
    }
}

fn shares(path: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    let each = okta.principal_shares.iter().enumerate();
    findings.unique(
        "the principal",
        each.clone()
            .map(|(place, share)| (path.item(place).key("principal"), share.principal.as_str())),
    );
    for (place, share) in each {
        for (key, percent) in [
            ("percentage", share.percentage),
            ("concurrency_percentage", share.concurrency_percentage),
        ] {
            if percent > 100 {
                findings.add(Finding::at(
                    path.item(place).key(key),
                    "a share is 0 to 100 percent",
                ));
            }
        }
    }
}
