//! Fault rules and limits.

use super::super::Directory;
use super::super::path::Path;
use super::{Finding, Findings};
use crate::fault::DirectoryNames;
use crate::provider::Provider;

/// The rules of both vendors. They name applications, tenants and users of their own part.
pub(super) fn check(directory: &Directory, findings: &mut Findings<'_>) {
    let Directory { entra, okta, .. } = directory;
    for (provider, key, faults, limits) in [
        (Provider::Entra, "entra", &entra.faults, &entra.limits),
        (Provider::Okta, "okta", &okta.faults, &okta.limits),
    ] {
        let part = Path::default().key(key);
        let names = DirectoryNames {
            provider,
            directory,
        };
        for (place, rule) in faults.iter().enumerate() {
            let path = part.key("faults").item(place);
            let bad = rule.to_fault(&names).err();
            for complaint in bad.iter().flat_map(|bad| bad.complaints()) {
                findings.add(Finding::of_rule(path.clone(), complaint.clone()));
            }
        }
        for (place, limit) in limits.iter().enumerate() {
            if let Err(bad) = limit.check() {
                let path = part.key("limits").item(place);
                findings.add(Finding::at(path, bad.to_string()));
            }
        }
    }
}
