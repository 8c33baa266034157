//! What queries and updates mean: the part of MongoDB's language that the store uses.

use mongodb::bson::{Bson, DateTime, Document};

/// Whether a document is one that a query wants.
pub(super) fn fits(document: &Document, query: &Document, now: DateTime) -> bool {
    query
        .iter()
        .all(|(name, wanted)| match (name.as_str(), wanted) {
            ("$or", Bson::Array(any)) => any
                .iter()
                .any(|one| fits(document, one.as_document().unwrap(), now)),
            ("$expr", expression) => value(document, expression, now) == Some(Bson::Boolean(true)),
            (path, Bson::Document(wanted)) => {
                let exists = wanted.get_bool("$exists");
                let exists = exists.expect("no other operator is used");
                at(document, path).is_some() == exists
            }
            (path, wanted) => at(document, path) == Some(wanted),
        })
}

/// The document after an update: the stages of a pipeline, or what is set when it is made.
pub(super) fn changed(document: &Document, update: &Bson, made: bool, now: DateTime) -> Document {
    let mut document = document.clone();
    let Bson::Array(stages) = update else {
        let update = update.as_document().unwrap();
        assert_eq!(update.keys().collect::<Vec<_>>(), ["$setOnInsert"]);
        if made {
            document.extend(update.get_document("$setOnInsert").unwrap().clone());
        }
        return document;
    };
    for stage in stages {
        let (name, what) = stage.as_document().unwrap().iter().next().unwrap();
        match (name.as_str(), what) {
            ("$set", Bson::Document(members)) => {
                let before = document.clone();
                for (name, expression) in members {
                    if let Some(value) = value(&before, expression, now) {
                        document.insert(name, value);
                    }
                }
            }
            ("$unset", Bson::String(name)) => {
                document.remove(name);
            }
            other => unreachable!("no other stage is used: {other:?}"),
        }
    }
    document
}

/// The value of an aggregation expression; `None` for a member that is missing.
fn value(document: &Document, expression: &Bson, now: DateTime) -> Option<Bson> {
    let operands = |operands: &Bson| -> Vec<Option<Bson>> {
        let operands = operands.as_array().unwrap().iter();
        operands.map(|it| value(document, it, now)).collect()
    };
    match expression {
        Bson::String(text) if text == "$$NOW" => Some(now.into()),
        Bson::String(text) => match text.strip_prefix('$') {
            Some(path) => at(document, path).cloned(),
            None => Some(expression.clone()),
        },
        Bson::Document(members) => match members.iter().next() {
            Some((name, literal)) if name == "$literal" => Some(literal.clone()),
            Some((name, both)) if name == "$add" => Some(sum(&operands(both))),
            Some((name, both)) if name == "$ifNull" => operands(both).into_iter().flatten().next(),
            Some((name, both)) if name == "$lte" => {
                let both = operands(both);
                Some(Bson::Boolean(
                    moment(both[0].as_ref()) <= moment(both[1].as_ref()),
                ))
            }
            Some((name, _)) if name.starts_with('$') => unreachable!("no {name} is used"),
            _ => {
                let members = members
                    .iter()
                    .filter_map(|(name, it)| Some((name.clone(), value(document, it, now)?)));
                Some(Bson::Document(members.collect()))
            }
        },
        other => Some(other.clone()),
    }
}

/// Numbers, or milliseconds after a date; with something missing there is no sum.
fn sum(both: &[Option<Bson>]) -> Bson {
    match both {
        [Some(Bson::Int64(a)), Some(Bson::Int64(b))] => Bson::Int64(a + b),
        [Some(Bson::DateTime(date)), Some(Bson::Int64(after))] => {
            DateTime::from_millis(date.timestamp_millis().saturating_add(*after)).into()
        }
        _ => Bson::Null,
    }
}

/// Dates are later than what is missing, in MongoDB's order of types.
fn moment(value: Option<&Bson>) -> Option<DateTime> {
    value.and_then(Bson::as_datetime).copied()
}

/// The value under a path with dots.
fn at<'d>(document: &'d Document, path: &str) -> Option<&'d Bson> {
    match path.split_once('.') {
        None => document.get(path),
        Some((first, rest)) => at(document.get_document(first).ok()?, rest),
    }
}
