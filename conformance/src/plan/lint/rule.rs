//! A rule of the script: what any rule may say, and what one of a scenario may.

use mock_idp::fault::{Rule, RuleTarget};
use mock_idp::journal::Endpoint;

use super::{Findings, View, below, filter};
use crate::yaml::Node;

pub(super) fn examine(view: &View<'_>, node: &Node, rule: &Rule, found: &mut Findings<'_>) {
    if let Some(only) = &rule.only {
        filter::examine(view, below(node, &["only"]), rule.to, only, found);
    }
    for complaint in rule.complaints() {
        found.push(complaint.in_file(&view.file.source, node));
    }
    if rule.error.is_some() && !may_refuse(rule.to) {
        found.push(
            view.problem(
                below(node, &["error"]),
                "an OAuth error that does not come from the token endpoint",
            )
            .help("a resource answers with `reply: 401`; the vendor's form follows from it"),
        );
    }
}

/// Whether OAuth errors are at home there (RFC 6749 section 5.2).
fn may_refuse(to: RuleTarget) -> bool {
    !matches!(
        to,
        RuleTarget::Endpoint(
            Endpoint::Resource
                | Endpoint::Discovery
                | Endpoint::Jwks
                | Endpoint::InstanceDiscovery
                | Endpoint::UserRealm
                | Endpoint::UserInfo
                | Endpoint::Foreign
                | Endpoint::Unknown
        )
    )
}
