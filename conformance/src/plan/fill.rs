//! References: `$axis` and `$axis.key` are replaced by the data of the cell, before anything is read as typed values.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::axis::Axis;
use super::cells::Chosen;
use crate::diagnostic::{Diagnostic, Source, did_you_mean, listed};
use crate::yaml::{Node, Span, Value};
use mock_idp::fault::{Moment, MomentForm, NotAMoment};

/// What a text that begins with `$` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// `$axis.key.key`: a part of the chosen cell.
    Cell(Vec<String>),
    /// `$http_date(+30s)`: filled in when the mock answers.
    Moment(Moment),
}

/// Why a text that begins with `$` stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotAReference {
    Malformed,
    Moment(NotAMoment),
}

impl Reference {
    /// Reads a text; none if it does not begin with `$`.
    pub(super) fn read(text: &str) -> Option<Result<Self, NotAReference>> {
        let rest = text.strip_prefix('$')?;
        if rest.contains('(') {
            return Some(match text.parse() {
                Ok(moment) => Ok(Self::Moment(moment)),
                Err(why) => Err(NotAReference::Moment(why)),
            });
        }
        let segments: Vec<String> = rest.split('.').map(str::to_owned).collect();
        let plain = |segment: &String| {
            !segment.is_empty()
                && segment
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        Some(if segments.iter().all(plain) {
            Ok(Self::Cell(segments))
        } else {
            Err(NotAReference::Malformed)
        })
    }
}

/// What has been referred to so far, over all cells: `(axis, key)`, or `(axis, None)` for an axis as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses(BTreeSet<(String, Option<String>)>);

impl Uses {
    pub(super) fn axis(&self, axis: &str) -> bool {
        self.0.iter().any(|(used, _)| used == axis)
    }

    pub(super) fn key(&self, axis: &str, key: &str) -> bool {
        self.0.contains(&(axis.to_owned(), None))
            || self.0.contains(&(axis.to_owned(), Some(key.to_owned())))
    }
}

/// Where in the body a value stands, as far as it decides whether a time may be filled in later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Step,
    Idp,
    Script,
    Rule,
    Headers,
    Forgery,
    Claims,
    /// The value of a header or a claim.
    Header,
    Elsewhere,
}

impl Place {
    fn under(self, key: &str) -> Self {
        match (self, key) {
            (Self::Step, "idp") => Self::Idp,
            (Self::Idp, "script") => Self::Script,
            (Self::Rule, "headers") => Self::Headers,
            (Self::Rule, "forge") => Self::Forgery,
            (Self::Forgery, "claims") => Self::Claims,
            (Self::Headers | Self::Claims, _) => Self::Header,
            _ => Self::Elsewhere,
        }
    }

    fn item(self) -> Self {
        match self {
            Self::Script => Self::Rule,
            // A header that occurs several times.
            Self::Header => Self::Header,
            _ => Self::Elsewhere,
        }
    }
}

/// Fills references in for one cell.
pub(super) struct Filler<'a> {
    pub(super) source: &'a Source,
    /// The axes that may be referred to, with the values chosen.
    pub(super) chosen: Chosen<'a>,
    /// Axes that exist but may not be referred to here, because a check is the same for all variations.
    pub(super) barred: &'a [Axis],
    pub(super) uses: &'a RefCell<Uses>,
    /// How many more values may be made.
    pub(super) budget: &'a Cell<usize>,
    pub(super) problems: Vec<Diagnostic>,
}

impl Filler<'_> {
    /// The same tree with every reference replaced.
    pub(super) fn fill(&mut self, node: &Node, place: Place) -> Node {
        if !self.afford() {
            return empty(node);
        }
        let value = match &node.value {
            Value::List(items) => {
                let place = place.item();
                Value::List(items.iter().map(|item| self.fill(item, place)).collect())
            }
            Value::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), self.fill(value, place.under(&key.name))))
                    .collect(),
            ),
            Value::Text(text) => match Reference::read(text) {
                None => node.value.clone(),
                Some(Ok(Reference::Moment(_))) => {
                    self.moment(node, place);
                    node.value.clone()
                }
                Some(Ok(Reference::Cell(path))) => return self.replace(node, &path, place),
                Some(Err(why)) => {
                    self.malformed(node, text, why);
                    node.value.clone()
                }
            },
            scalar => scalar.clone(),
        };
        Node {
            value,
            span: node.span,
            used: node.used,
        }
    }

    /// Takes one value from the budget, if there is one left.
    fn afford(&mut self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    fn replace(&mut self, node: &Node, path: &[String], place: Place) -> Node {
        let Some((axis, keys)) = path.split_first() else {
            return node.clone();
        };
        let Some((_, value)) = self.chosen.get(axis) else {
            self.unknown_axis(node, axis);
            return node.clone();
        };
        self.uses
            .borrow_mut()
            .0
            .insert((axis.clone(), keys.first().cloned()));
        let mut data = &value.data;
        for key in keys {
            match data.get(key) {
                Some(found) => data = found,
                None => {
                    self.unknown_key(node, axis, &value.name, key, data);
                    return node.clone();
                }
            }
        }
        self.bring(data, node.place(), place)
    }

    /// A copy of a part of a cell that knows where it is used.
    fn bring(&mut self, data: &Node, used: Span, place: Place) -> Node {
        if !self.afford() {
            return empty(data);
        }
        let value = match &data.value {
            Value::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.bring(item, used, place.item()))
                    .collect(),
            ),
            Value::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| {
                        (key.clone(), self.bring(value, used, place.under(&key.name)))
                    })
                    .collect(),
            ),
            scalar => scalar.clone(),
        };
        let node = Node {
            value,
            span: data.span,
            used: Some(used),
        };
        match node.text().map(|text| (text, Reference::read(text))) {
            Some((_, Some(Ok(Reference::Moment(_))))) => self.moment(&node, place),
            Some((text, Some(Err(why)))) => self.malformed(&node, text, why),
            _ => {}
        }
        node
    }

    fn moment(&mut self, node: &Node, place: Place) {
        if place != Place::Header {
            self.problems.push(
                Diagnostic::in_node(
                    self.source,
                    node,
                    "a time that is filled in stands in the `headers` or `claims` of a rule only",
                )
                .help("elsewhere, write the value out"),
            );
        }
    }

    fn malformed(&mut self, node: &Node, text: &str, why: NotAReference) {
        let functions = || MomentForm::ALL.iter().map(|form| form.name());
        let problem = match why {
            NotAReference::Malformed => {
                Diagnostic::in_node(self.source, node, format!("`{text}` is no reference"))
                    .help("write `$axis` or `$axis.key`, as the whole of a value")
            }
            NotAReference::Moment(why) => {
                let problem = Diagnostic::in_node(self.source, node, why.to_string());
                match why {
                    NotAMoment::UnknownFunction(name) => problem
                        .label_if(did_you_mean(&name, functions()))
                        .note(format!(
                            "the functions are {}",
                            functions()
                                .map(|name| format!("`${name}(…)`"))
                                .collect::<Vec<_>>()
                                .join(", ")
                        )),
                    NotAMoment::Offset(_) => problem.help("write for instance `$http_date(+30s)`"),
                }
            }
        };
        self.problems.push(problem);
    }

    fn unknown_axis(&mut self, node: &Node, axis: &str) {
        let known: Vec<&str> = self.chosen.axes().collect();
        let barred = self.barred.iter().find(|other| other.name == axis);
        self.problems.push(match barred {
            Some(barred) => Diagnostic::in_node(
                self.source,
                node,
                format!("a check cannot refer to `{axis}`"),
            )
            .and(barred.span, "an axis of `vary`")
            .note("a check speaks of all variations of a case at once"),
            None => Diagnostic::in_node(self.source, node, format!("`${axis}` refers to no axis"))
                .label_if(did_you_mean(axis, known.iter().copied()))
                .note(match known.as_slice() {
                    [] => "the file has no axes".to_owned(),
                    known => format!("the axes are {}", listed(known.iter().copied())),
                }),
        });
    }

    fn unknown_key(&mut self, node: &Node, axis: &str, value: &str, key: &str, data: &Node) {
        let keys = || data.entries().iter().map(|(key, _)| key.name.as_str());
        self.problems.push(
            Diagnostic::in_node(
                self.source,
                node,
                format!("the value `{value}` of `{axis}` has no `{key}`"),
            )
            .label_if(did_you_mean(key, keys()))
            .and(
                data.span,
                match &data.value {
                    Value::Map(_) => format!("has {}", listed(keys())),
                    other => format!("is {}", other.describe()),
                },
            ),
        );
    }
}

/// What stands for a value when the budget is spent; the file is refused then.
fn empty(node: &Node) -> Node {
    Node {
        value: Value::Null,
        span: node.span,
        used: node.used,
    }
}
