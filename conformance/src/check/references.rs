//! Where requirements are said to be written, and whether that bears what they ask.

use super::at;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, listed};
use crate::registry::{Authority, Reference, Registry, Row};
use crate::verdict::Level;
use crate::yaml::Node;

/// The keywords of RFC 2119, and whether a source that uses one demands what it says.
const KEYWORDS: [(&str, bool); 11] = [
    ("MUST", true),
    ("MUST NOT", true),
    ("REQUIRED", true),
    ("SHALL", true),
    ("SHALL NOT", true),
    ("SHOULD", false),
    ("SHOULD NOT", false),
    ("RECOMMENDED", false),
    ("NOT RECOMMENDED", false),
    ("MAY", false),
    ("OPTIONAL", false),
];

pub(super) fn examine(own: &Registry, found: &mut Diagnostics) {
    for row in own.rows().iter().filter(|row| row.is_read) {
        let nodes = row.node.get("refs").map(Node::items).unwrap_or_default();
        let refs = &row.requirement.refs;
        for (index, (reference, node)) in refs.iter().zip(nodes).enumerate() {
            form(&row.source, node, reference, found);
            let same = |other: &&Reference| {
                (&other.doc, &other.section, &other.page)
                    == (&reference.doc, &reference.section, &reference.page)
            };
            if refs[..index].iter().find(same).is_some() {
                found.push(Diagnostic::in_node(
                    &row.source,
                    node,
                    format!("`{}` refers there twice", row.requirement.id),
                ));
            }
        }
        level(row, nodes, found);
    }
}

fn form(source: &Source, node: &Node, reference: &Reference, found: &mut Diagnostics) {
    if let Some(doc) = &reference.doc
        && !is_document(doc)
    {
        found.push(
            at(source, node, "doc", format!("`{doc}` is no document"))
                .help("write it as `RFC6749`, or by its short name without spaces"),
        );
    }
    if let Some(section) = &reference.section
        && !is_section(section)
    {
        found.push(
            at(
                source,
                node,
                "section",
                format!("`{section}` is no section"),
            )
            .help("write its number, such as `5.2` or `A.1`"),
        );
    }
    if let Some(page) = &reference.page
        && !is_page(page)
    {
        found.push(
            at(source, node, "page", format!("`{page}` is no page"))
                .help("write host and path without scheme, such as `learn.microsoft.com/entra/…`"),
        );
    }
    if let Some(keyword) = &reference.keyword
        && !KEYWORDS.iter().any(|(known, _)| known == keyword)
    {
        found.push(
            at(
                source,
                node,
                "keyword",
                format!("`{keyword}` is no keyword"),
            )
            .note(format!(
                "the keywords are {}",
                listed(KEYWORDS.map(|(known, _)| known))
            )),
        );
    }
}

/// No requirement asks for more than its source does.
fn level(row: &Row, nodes: &[Node], found: &mut Diagnostics) {
    let requirement = &row.requirement;
    let rules = || {
        requirement
            .refs
            .iter()
            .zip(nodes)
            .filter(|(r, _)| !r.context)
    };
    if requirement.level == Level::Must {
        for (reference, node) in rules() {
            let weak = |keyword: &&str| KEYWORDS.contains(&(*keyword, false));
            if let Some(keyword) = reference.keyword.as_deref().filter(weak) {
                found.push(
                    at(
                        &row.source,
                        node,
                        "keyword",
                        format!(
                            "`{}` is a must, and its source says {keyword}",
                            requirement.id
                        ),
                    )
                    .help("a level is never above its source: write `level: should`"),
                );
            }
        }
        if requirement.authority == Authority::Profile {
            found.push(
                at(
                    &row.source,
                    &row.node,
                    "level",
                    format!("`{}` is a must that only we ask for", requirement.id),
                )
                .help("good practice is `should`; a must has a standard or a vendor behind it"),
            );
        }
    }
    let missing = match requirement.authority {
        Authority::Rfc if !rules().any(|(reference, _)| reference.doc.is_some()) => "a document",
        Authority::Vendor if rules().next().is_none() => "a page or a document",
        _ => return,
    };
    found.push(
        at(
            &row.source,
            &row.node,
            "authority",
            format!(
                "nothing under `refs` says what `{}` rests on",
                requirement.id
            ),
        )
        .help(format!(
            "name {missing} that is more than `context`, or write `authority: profile`"
        )),
    );
}

/// `RFC6749`, `OIDC-Core`: a name without spaces.
fn is_document(doc: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    match doc.strip_prefix("RFC") {
        Some(number) => {
            (1..=5).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
                && !number.starts_with('0')
        }
        None => doc.starts_with(|c: char| c.is_ascii_uppercase()) && doc.bytes().all(plain),
    }
}

/// `5`, `4.14.2`, `A.1`.
fn is_section(section: &str) -> bool {
    let part = |part: &str| {
        let number = part.strip_prefix(|c: char| c.is_ascii_uppercase());
        match number {
            Some("") => true,
            Some(number) => number.bytes().all(|b| b.is_ascii_digit()),
            None => !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()),
        }
    };
    section.split('.').all(part)
}

/// `learn.microsoft.com/entra/…`: a host with a dot in it and a path, without scheme.
fn is_page(page: &str) -> bool {
    let (host, path) = page.split_once('/').unwrap_or((page, ""));
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    host.contains('.')
        && host.split('.').all(label)
        && path.bytes().all(|b| b.is_ascii_graphic())
        && !path.ends_with('/')
        && !path.contains("//")
}
