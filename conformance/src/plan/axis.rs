//! The axes of `matrix` and `vary`.

use mock_idp::Provider;

use super::fill::Reference;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean, listed};
use crate::scenario::OneOrMany;
use crate::yaml::{self, Key, Node, Span, Value};

/// An axis: a name and the values it can take.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) values: Vec<AxisValue>,
}

/// A value of an axis: its name, what references to it are replaced by, and where it may be used.
#[derive(Clone, Debug)]
pub(super) struct AxisValue {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) data: Node,
    /// The vendors it is for; all without it.
    pub(super) providers: Option<Vec<Provider>>,
    /// The values of other axes it goes with.
    pub(super) only: Vec<Only>,
}

/// `only: { skew: [none, ahead] }`.
#[derive(Clone, Debug)]
pub(super) struct Only {
    pub(super) axis: String,
    pub(super) names: Vec<String>,
}

/// A name of its own in `when`: the vendor of the case.
pub(super) const PROVIDER: &str = "provider";

/// What tells the runs of a case that is played several times apart, in their cells.
pub(super) const RUN: &str = "run";

impl Axis {
    pub(super) fn value(&self, name: &str) -> Option<&AxisValue> {
        self.values.iter().find(|value| value.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|value| value.name.as_str())
    }
}

/// Reads the axes under `matrix` or `vary`.
pub(super) fn axes(
    source: &Source,
    node: &Node,
    providers: &[Provider],
    found: &mut Diagnostics,
) -> Vec<Axis> {
    if !matches!(node.value, Value::Map(_)) || node.entries().is_empty() {
        found.push(
            Diagnostic::in_node(
                source,
                node,
                format!(
                    "found {} where a map of axes belongs",
                    node.value.describe()
                ),
            )
            .help("write `{ axis: [one, two] }` or `{ axis: { name: data } }`"),
        );
    }
    node.entries()
        .iter()
        .map(|(key, node)| axis(source, key, node, providers, found))
        .collect()
}

fn axis(
    source: &Source,
    key: &Key,
    node: &Node,
    providers: &[Provider],
    found: &mut Diagnostics,
) -> Axis {
    if !is_axis_name(&key.name) {
        found.push(
            Diagnostic::at(
                source,
                key.span,
                format!("`{}` is no name for an axis", key.name),
            )
            .help("use lower-case letters, digits, `-` and `_`, beginning with a letter"),
        );
    } else if key.name == PROVIDER {
        found.push(
            Diagnostic::at(source, key.span, "`provider` cannot be an axis")
                .note("`when: { provider: okta }` asks for the vendor of the case"),
        );
    } else if key.name == RUN {
        found.push(
            Diagnostic::at(source, key.span, "`run` cannot be an axis")
                .note("it numbers the runs of a case that is played several times (`repeat`)"),
        );
    }
    let mut values: Vec<AxisValue> = match &node.value {
        Value::Map(entries) => entries
            .iter()
            .map(|(key, node)| named(source, key, node, providers, found))
            .collect(),
        Value::List(items) => items
            .iter()
            .filter_map(|node| listed_value(source, node, found))
            .collect(),
        _ => Vec::new(),
    };
    if values.is_empty() && (node.items().is_empty() && node.entries().is_empty()) {
        found.push(
            Diagnostic::in_node(
                source,
                node,
                format!("the axis `{}` has no values", key.name),
            )
            .help("give it a list of scalars, or a map of names to data"),
        );
    }
    for at in 1..values.len() {
        let (before, rest) = values.split_at(at);
        if let Some(first) = before.iter().find(|value| value.name == rest[0].name) {
            found.push(
                Diagnostic::at(
                    source,
                    rest[0].span,
                    format!("the value `{}` stands twice", rest[0].name),
                )
                .and(first.span, "first here"),
            );
        }
    }
    for value in &mut values {
        if !is_value_name(&value.name) {
            found.push(
                Diagnostic::at(
                    source,
                    value.span,
                    format!("`{}` is no name for a value", value.name),
                )
                .help(
                    "use letters, digits, `.`, `-` and `_`: it becomes part of the name of a case",
                ),
            );
        }
        no_references(source, &value.data, found);
    }
    Axis {
        name: key.name.clone(),
        span: key.span,
        values,
    }
}

/// `[none, 503]`: each scalar is its own name.
fn listed_value(source: &Source, node: &Node, found: &mut Diagnostics) -> Option<AxisValue> {
    let name = match &node.value {
        Value::Text(text) => text.clone(),
        Value::Unsigned(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        other => {
            found.push(
                Diagnostic::in_node(
                    source,
                    node,
                    format!(
                        "found {} where a name or a number belongs",
                        other.describe()
                    ),
                )
                .help("data of its own needs a name: write `{ axis: { name: data } }`"),
            );
            return None;
        }
    };
    Some(AxisValue {
        name,
        span: node.span,
        data: node.clone(),
        providers: None,
        only: Vec::new(),
    })
}

/// `name: data`, where data that is a map may carry `providers` and `only`.
fn named(
    source: &Source,
    key: &Key,
    node: &Node,
    allowed: &[Provider],
    found: &mut Diagnostics,
) -> AxisValue {
    let mut value = AxisValue {
        name: key.name.clone(),
        span: key.span,
        data: node.clone(),
        providers: None,
        only: Vec::new(),
    };
    let Value::Map(entries) = &mut value.data.value else {
        return value;
    };
    entries.retain(|(key, _)| key.name != "providers" && key.name != "only");
    if let Some(node) = node.get("providers") {
        value.providers = providers(source, node, found);
        for (provider, node) in value.providers.iter().flatten().zip(node.items()) {
            if !allowed.is_empty() && !allowed.contains(provider) {
                found.push(
                    Diagnostic::in_node(
                        source,
                        node,
                        format!("the scenario does not run against {provider}"),
                    )
                    .note(format!(
                        "its providers are {}",
                        listed(allowed.iter().map(|provider| provider.name()))
                    )),
                );
            }
        }
    }
    if let Some(node) = node.get("only") {
        if !matches!(node.value, Value::Map(_)) {
            found.push(
                Diagnostic::in_node(
                    source,
                    node,
                    format!("found {} where a map belongs", node.value.describe()),
                )
                .help("write `only: { other-axis: [names] }`"),
            );
        }
        for (key, node) in node.entries() {
            match yaml::from_node::<OneOrMany>(node) {
                Ok(names) => value.only.push(Only {
                    axis: key.name.clone(),
                    names: names.0,
                }),
                Err(mismatch) => found.push(Diagnostic::mismatch(source, mismatch)),
            }
        }
    }
    value
}

/// A list of vendors, each named once.
pub(super) fn providers(
    source: &Source,
    node: &Node,
    found: &mut Diagnostics,
) -> Option<Vec<Provider>> {
    match yaml::from_node::<Vec<Provider>>(node) {
        Ok(providers) if providers.is_empty() => {
            found.push(
                Diagnostic::in_node(source, node, "a list of providers names at least one")
                    .note("the providers are `entra` and `okta`"),
            );
            None
        }
        Ok(providers) => {
            for (at, provider) in providers.iter().enumerate() {
                if providers[..at].contains(provider) {
                    found.push(Diagnostic::in_node(
                        source,
                        &node.items()[at],
                        format!("`{provider}` stands twice"),
                    ));
                }
            }
            Some(providers)
        }
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(source, mismatch));
            None
        }
    }
}

/// Checks what `only` says against the axes it may speak of.
pub(super) fn check_only(
    source: &Source,
    section: &Node,
    axes: &[Axis],
    all: &[&Axis],
    found: &mut Diagnostics,
) {
    for axis in axes {
        for value in &axis.values {
            let only = section
                .get(&axis.name)
                .and_then(|node| node.get(&value.name))
                .and_then(|node| node.get("only"));
            for condition in &value.only {
                let Some((key, names)) = only.and_then(|node| node.entry(&condition.axis)) else {
                    continue;
                };
                let other = all
                    .iter()
                    .find(|other| other.name == condition.axis && other.name != axis.name);
                let Some(other) = other else {
                    let others = all.iter().map(|other| other.name.as_str());
                    let others: Vec<&str> = others.filter(|name| *name != axis.name).collect();
                    found.push(
                        Diagnostic::at(
                            source,
                            key.span,
                            format!("`only` speaks of an unknown axis `{}`", key.name),
                        )
                        .label_if(did_you_mean(&key.name, others.iter().copied()))
                        .note(format!("the other axes are {}", listed(others))),
                    );
                    continue;
                };
                for (at, name) in condition.names.iter().enumerate() {
                    if other.value(name).is_none() {
                        let node = names.items().get(at).unwrap_or(names);
                        found.push(unknown_value(source, node, name, other));
                    }
                }
            }
        }
    }
}

/// A name that an axis does not have.
pub(super) fn unknown_value(source: &Source, node: &Node, name: &str, axis: &Axis) -> Diagnostic {
    Diagnostic::in_node(
        source,
        node,
        format!("the axis `{}` has no value `{name}`", axis.name),
    )
    .label_if(did_you_mean(name, axis.names()))
    .note(format!("its values are {}", listed(axis.names())))
}

/// A cell is what references are replaced by, so it holds none itself.
fn no_references(source: &Source, node: &Node, found: &mut Diagnostics) {
    if let Some(Ok(Reference::Cell(_))) = node.text().and_then(Reference::read) {
        found.push(
            Diagnostic::in_node(source, node, "a cell cannot refer to another")
                .help("write the value out"),
        );
    }
    for item in node.items() {
        no_references(source, item, found);
    }
    for (_, value) in node.entries() {
        no_references(source, value, found);
    }
}

fn is_axis_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

fn is_value_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
        && name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}
