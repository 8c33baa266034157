//! Where a requirement is written, as people cite it.

use crate::registry::{Authority, Reference};

/// The references that carry a rule, readable: `RFC 6749 section 6`.
pub(super) fn of(refs: &[Reference]) -> Vec<String> {
    refs.iter()
        .filter(|reference| !reference.context)
        .map(cite)
        .filter(|text| !text.is_empty())
        .collect()
}

/// The word for who says so.
pub(super) fn authority(authority: Authority) -> &'static str {
    match authority {
        Authority::Rfc => "rfc",
        Authority::Vendor => "vendor",
        Authority::Profile => "profile",
    }
}

fn cite(reference: &Reference) -> String {
    let mut parts = Vec::new();
    if let Some(doc) = &reference.doc {
        parts.push(match doc.strip_prefix("RFC") {
            Some(number) => format!("RFC {}", number.trim_start()),
            None => doc.clone(),
        });
    }
    if let Some(section) = &reference.section {
        parts.push(format!("section {section}"));
    }
    if let Some(page) = &reference.page {
        parts.push(page.clone());
    }
    if let Some(keyword) = &reference.keyword {
        parts.push(format!("({keyword})"));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_cited_and_background_is_left_out() {
        let rule = Reference {
            doc: Some("RFC6750".to_owned()),
            section: Some("3.1".to_owned()),
            page: None,
            keyword: Some("MAY".to_owned()),
            context: false,
        };
        let background = Reference {
            context: true,
            ..rule.clone()
        };
        let page = Reference {
            doc: None,
            section: None,
            page: Some("developer.okta.com/docs/reference/rl2-monitor".to_owned()),
            keyword: None,
            context: false,
        };
        insta::assert_snapshot!(
            of(&[rule, background, page]).join("; "),
            @"RFC 6750 section 3.1 (MAY); developer.okta.com/docs/reference/rl2-monitor"
        );
    }
}
