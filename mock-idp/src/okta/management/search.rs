//! `q`, `filter` and `search`: which elements of a list are wanted.
//!
//! A filter is an expression of the kind that SCIM has (RFC 7644 section 3.4.2.2): `status eq "ACTIVE" and profile.login sw "a"`.
//! What is not understood is refused, not passed over.

use serde_json::Value;

use super::call::Call;
use super::refusal::Refused;

/// The longest expression, and how deep brackets go.
const LONGEST: usize = 4_096;
const DEEPEST: usize = 16;

/// Those that a query wants, in their order, or in the one that it asks for.
pub(super) fn wanted(call: &Call<'_>, q: &[&str], all: Vec<Value>) -> Result<Vec<Value>, Refused> {
    let mut wanted = all;
    let parameter = |name: &str| {
        let value = call.inbound.query_parameter(name);
        value.filter(|value| !value.is_empty())
    };
    if let Some(start) = parameter("q") {
        if q.is_empty() {
            return Err(refused(call));
        }
        let start = start.to_lowercase();
        wanted.retain(|one| {
            q.iter().any(|path| {
                let text = at(one, path).and_then(Value::as_str);
                text.is_some_and(|text| text.to_lowercase().starts_with(&start))
            })
        });
    }
    for name in ["filter", "search"] {
        if let Some(text) = parameter(name) {
            let expression = Expression::parse(&text).ok_or_else(|| refused(call))?;
            // Whether a member can be asked for is seen by those that there are.
            if !wanted.is_empty() && !wanted.iter().any(|one| expression.is_about(one)) {
                return Err(refused(call));
            }
            wanted.retain(|one| expression.holds(one));
        }
    }
    if let Some(path) = parameter("sortBy") {
        wanted.sort_by_cached_key(|one| at(one, &path).map_or_else(String::new, text));
        if parameter("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
            wanted.reverse();
        }
    }
    Ok(wanted)
}

fn refused(call: &Call<'_>) -> Refused {
    call.refuse("E0000031", &[])
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Is {
        path: String,
        relation: Relation,
        value: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    NotEqual,
    StartsWith,
    Contains,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Present,
}

impl Expression {
    fn parse(text: &str) -> Option<Self> {
        let words = words(text)?;
        let mut rest = words.as_slice();
        let expression = any(&mut rest, 0)?;
        rest.is_empty().then_some(expression)
    }

    /// Whether an element has what it asks for.
    fn is_about(&self, element: &Value) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_about(element)),
            Self::Is { path, .. } => at(element, path).is_some() || path.starts_with("profile."),
        }
    }

    fn holds(&self, element: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(element)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(element)),
            Self::Is {
                path,
                relation,
                value,
            } => {
                let found = at(element, path).filter(|found| !found.is_null());
                let Some(found) = found else {
                    return *relation == Relation::NotEqual;
                };
                let (found, value) = (text(found).to_lowercase(), value.to_lowercase());
                match relation {
                    Relation::Equal => found == value,
                    Relation::NotEqual => found != value,
                    Relation::StartsWith => found.starts_with(&value),
                    Relation::Contains => found.contains(&value),
                    Relation::EndsWith => found.ends_with(&value),
                    Relation::Greater => found > value,
                    Relation::GreaterOrEqual => found >= value,
                    Relation::Less => found < value,
                    Relation::LessOrEqual => found <= value,
                    Relation::Present => true,
                }
            }
        }
    }
}

/// A member by its path; the first of a list stands for it.
fn at<'v>(element: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(element, |value, name| match value {
            Value::Array(items) => items.first()?.get(name),
            value => value.get(name),
        })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.first().map_or_else(String::new, text),
        other => other.to_string(),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Open,
    Close,
    Name(String),
    Text(String),
}

fn words(text: &str) -> Option<Vec<Word>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let behind = match first {
            '(' => {
                words.push(Word::Open);
                &rest[1..]
            }
            ')' => {
                words.push(Word::Close);
                &rest[1..]
            }
            '"' => {
                let (quoted, behind) = quoted(&rest[1..])?;
                words.push(Word::Text(quoted));
                behind
            }
            _ => {
                let end = rest.find([' ', '(', ')', '"']).unwrap_or(rest.len());
                words.push(Word::Name(rest[..end].to_owned()));
                &rest[end..]
            }
        };
        rest = behind.trim_start();
    }
    Some(words)
}

/// A text up to its closing quote, in which a backslash makes the next character a part of it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[place + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn any(rest: &mut &[Word], depth: usize) -> Option<Expression> {
    let mut parts = vec![all(rest, depth)?];
    while takes(rest, "or") {
        parts.push(all(rest, depth)?);
    }
    Some(match parts.len() {
        1 => parts.remove(0),
        _ => Expression::Any(parts),
    })
}

fn all(rest: &mut &[Word], depth: usize) -> Option<Expression> {
    let mut parts = vec![one(rest, depth)?];
    while takes(rest, "and") {
        parts.push(one(rest, depth)?);
    }
    Some(match parts.len() {
        1 => parts.remove(0),
        _ => Expression::All(parts),
    })
}

fn one(rest: &mut &[Word], depth: usize) -> Option<Expression> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    match first {
        Word::Open if depth < DEEPEST => {
            let inner = any(rest, depth + 1)?;
            let (close, behind) = rest.split_first()?;
            *rest = behind;
            (*close == Word::Close).then_some(inner)
        }
        Word::Name(path) => {
            let (word, behind) = rest.split_first()?;
            *rest = behind;
            let Word::Name(word) = word else {
                return None;
            };
            let relation = match word.to_ascii_lowercase().as_str() {
                "eq" => Relation::Equal,
                "ne" => Relation::NotEqual,
                "sw" => Relation::StartsWith,
                "co" => Relation::Contains,
                "ew" => Relation::EndsWith,
                "gt" => Relation::Greater,
                "ge" => Relation::GreaterOrEqual,
                "lt" => Relation::Less,
                "le" => Relation::LessOrEqual,
                "pr" => Relation::Present,
                _ => return None,
            };
            let value = match relation {
                Relation::Present => String::new(),
                _ => {
                    let (value, behind) = rest.split_first()?;
                    *rest = behind;
                    match value {
                        Word::Text(text) => text.clone(),
                        // `true`, `false`, numbers.
                        Word::Name(name) => name.clone(),
                        Word::Open | Word::Close => return None,
                    }
                }
            };
            Some(Expression::Is {
                path: path.clone(),
                relation,
                value,
            })
        }
        _ => None,
    }
}

fn takes(rest: &mut &[Word], word: &str) -> bool {
    match rest.split_first() {
        Some((Word::Name(name), behind)) if name.eq_ignore_ascii_case(word) => {
            *rest = behind;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn expressions_are_read_or_refused() {
        let ada = json!({
            "id": "00u1", "status": "ACTIVE", "created": "2024-01-15T09:00:00.000Z",
            "profile": { "login": "ada@okta.example", "n": 3 }, "objectClass": ["okta:user_group"],
        });
        let holds = |text: &str| Expression::parse(text).map(|parsed| parsed.holds(&ada));
        for (text, wanted) in [
            (r#"status eq "ACTIVE""#, Some(true)),
            (r#"status eq "active" and id eq "00u1""#, Some(true)),
            (
                r#"status eq "STAGED" or profile.login sw "ADA""#,
                Some(true),
            ),
            (
                r#"(status eq "STAGED" or id pr) and profile.login co "zzz""#,
                Some(false),
            ),
            (r#"created gt "2024-01-01T00:00:00.000Z""#, Some(true)),
            (r#"created lt "2024-01-01T00:00:00.000Z""#, Some(false)),
            (r#"profile.n eq 3"#, Some(true)),
            (r#"objectClass eq "okta:user_group""#, Some(true)),
            (r#"nobody pr"#, Some(false)),
            (r#"nobody ne "x""#, Some(true)),
            (r#"id eq "a\"b""#, Some(false)),
            ("", None),
            ("status", None),
            ("status eq", None),
            (r#"status eq "ACTIVE"#, None),
            (r#"status is "ACTIVE""#, None),
            (r#"status eq "A" and"#, None),
            (r#"(status eq "A""#, None),
            (r#"status eq "A") "#, None),
            (r#"status eq ("A")"#, None),
        ] {
            assert_eq!(holds(text), wanted, "{text}");
        }
        assert_eq!(Expression::parse(&"(".repeat(4_000)), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ab. ()\"\\\\]{0,40}|\\PC{0,40}") {
            let _ = Expression::parse(&text);
        }
    }
}
