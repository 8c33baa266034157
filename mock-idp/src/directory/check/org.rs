//! What an org's API tokens and rate limits go by: network zones, shares of principals.

use super::super::OktaDirectory;
use super::super::path::Path;
use super::{Finding, Findings};

/// Those of an org.
pub(super) fn check(part: &Path, okta: &OktaDirectory, findings: &mut Findings<'_>) {
    zones(part, okta, findings);
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
    let tokens = part.key("api_tokens");
    for (place, token) in okta.api_tokens.iter().enumerate() {
        let at = tokens.item(place).key("network");
        for (key, names) in [
            ("include", &token.network.include),
            ("exclude", &token.network.exclude),
        ] {
            for (n, name) in names.iter().enumerate() {
                findings.refers(at.key(key).item(n), "network zone", name, known());
            }
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
