//! The tenant segment of a path.

use super::correlation::is_guid;
use super::denial::EntraDenial;
use crate::directory::{EntraDirectory, Tenant};
use crate::form;
use crate::inbound::Inbound;

/// The tenant that personal accounts are in.
pub(super) const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The names that stand for no tenant in particular.
const ALIASES: [&str; 3] = ["common", "organizations", "consumers"];

/// What the first segment of a path names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Segment<'d> {
    /// A tenant, by GUID or verified domain.
    Tenant(&'d Tenant),
    /// `common`, `organizations` or `consumers`.
    Alias(&'static str),
}

/// Whether a path is one of the v1.0 endpoints, which name no version.
pub(super) fn is_v1(inbound: &Inbound) -> bool {
    let path = inbound.uri.path();
    !path
        .split('/')
        .any(|segment| segment.eq_ignore_ascii_case("v2.0"))
}

/// Whether a segment is one that stands for no tenant in particular.
pub(super) fn is_alias_name(segment: &str) -> bool {
    let mut aliases = ALIASES.iter();
    aliases.any(|alias| segment.eq_ignore_ascii_case(alias))
}

/// The first segment as sent, decoded.
pub(super) fn segment(inbound: &Inbound) -> String {
    let mut segments = inbound.uri.path().trim_start_matches('/').split('/');
    let first = segments.next().unwrap_or_default();
    // A path that begins with what follows a tenant names none.
    if first.eq_ignore_ascii_case("oauth2") {
        return String::new();
    }
    // A plus sign is itself in a path.
    form::decode(first.replace('+', "%2B").as_bytes())
        .unwrap_or_else(|form::Malformed| first.to_owned())
}

/// Resolves a segment.
pub(super) fn resolve<'d>(
    directory: &'d EntraDirectory,
    segment: &str,
) -> Result<Segment<'d>, EntraDenial> {
    let mut aliases = ALIASES.into_iter();
    if let Some(alias) = aliases.find(|alias| segment.eq_ignore_ascii_case(alias)) {
        return Ok(Segment::Alias(alias));
    }
    if segment.eq_ignore_ascii_case(CONSUMERS) {
        return Ok(Segment::Alias("consumers"));
    }
    if let Some(tenant) = directory.tenant(segment) {
        return Ok(Segment::Tenant(tenant));
    }
    let tenant = segment.to_owned();
    if is_guid(segment) || is_domain(segment) {
        Err(EntraDenial::TenantUnknown { tenant })
    } else {
        Err(EntraDenial::TenantMalformed { tenant })
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.contains('.') && text.len() <= 253 && text.split('.').all(label)
}
