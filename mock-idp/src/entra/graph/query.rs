//! OData's query parameters, as far as Graph's clients use them on these collections
//! (learn.microsoft.com/graph/query-parameters). What is not understood is refused, not passed over.

use serde_json::{Map, Value};

use crate::form;
use crate::inbound::Inbound;

/// The largest page, and the usual one.
const LARGEST_PAGE: usize = 999;
const USUAL_PAGE: usize = 100;

/// What a query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// `$top`.
    top: Option<usize>,
    /// `$skiptoken`.
    pub(super) skip_token: Option<String>,
    /// `$select`.
    select: Vec<String>,
    /// `$filter`.
    conditions: Vec<Condition>,
    /// `$count=true`.
    pub(super) count: bool,
}

/// One condition of a filter; several are joined by `and`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    property: String,
    relation: Relation,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    StartsWith,
    /// `identifierUris/any(u:u eq '…')`.
    Contains,
}

/// A code and a message.
type Wrong = (&'static str, String);

impl Query {
    pub(super) fn of(inbound: &Inbound) -> Result<Self, Wrong> {
        Self::parse(inbound.query())
    }

    fn parse(query: &str) -> Result<Self, Wrong> {
        let parameters = form::parse(query.as_bytes()).map_err(|form::Malformed| {
            ("BadRequest", "The query is not well-formed.".to_owned())
        })?;
        let mut read = Self::default();
        for (name, value) in parameters {
            // The dollar sign may be left out.
            let lower = name.to_ascii_lowercase();
            match lower.strip_prefix('$').unwrap_or(&lower) {
                "top" => read.top = Some(page(&value)?),
                "skiptoken" => read.skip_token = Some(value),
                "select" => {
                    let names = value
                        .split(',')
                        .map(|name| name.trim().to_ascii_lowercase());
                    read.select = names.filter(|name| !name.is_empty()).collect();
                }
                "filter" => read.conditions = conditions(&value).ok_or_else(unsupported)?,
                "count" => match value.to_ascii_lowercase().as_str() {
                    "true" => read.count = true,
                    "false" => read.count = false,
                    _ => return Err(unsupported()),
                },
                "search" | "orderby" | "expand" | "skip" | "apply" | "compute" => {
                    return Err(unsupported());
                }
                // What is no query option of OData's is the caller's own.
                _ => {}
            }
        }
        Ok(read)
    }

    /// How many a page holds at most.
    pub(super) fn page(&self) -> usize {
        self.top.unwrap_or(USUAL_PAGE)
    }

    /// Whether an entity is among those that the filter asks for; none for a property that cannot be filtered by.
    pub(super) fn wants(&self, entity: &Value) -> Option<bool> {
        for condition in &self.conditions {
            let (_, value) = entity
                .as_object()?
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&condition.property))?;
            if !condition.holds(value) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// An entity with those of its members that were asked for.
    pub(super) fn selected(&self, entity: Value) -> Value {
        match entity {
            Value::Object(members) if !self.select.is_empty() => {
                let kept = members
                    .into_iter()
                    .filter(|(name, _)| self.select.contains(&name.to_ascii_lowercase()));
                Value::Object(kept.collect::<Map<_, _>>())
            }
            entity => entity,
        }
    }
}

impl Condition {
    fn holds(&self, value: &Value) -> bool {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let wanted = self.value.to_lowercase();
        match (self.relation, value) {
            (Relation::Equal, value) => text(value).to_lowercase() == wanted,
            (Relation::StartsWith, value) => text(value).to_lowercase().starts_with(&wanted),
            (Relation::Contains, Value::Array(items)) => {
                items.iter().any(|item| text(item).to_lowercase() == wanted)
            }
            (Relation::Contains, _) => false,
        }
    }
}

fn page(value: &str) -> Result<usize, Wrong> {
    match value.parse() {
        Ok(size @ 1..=LARGEST_PAGE) => Ok(size),
        _ => Err((
            "Request_UnsupportedQuery",
            format!(
                "Invalid page size specified: '{}'. Must be between 1 and {LARGEST_PAGE} inclusive.",
                value.chars().take(20).collect::<String>()
            ),
        )),
    }
}

pub(super) fn unsupported() -> Wrong {
    ("Request_UnsupportedQuery", "Unsupported Query.".to_owned())
}

fn conditions(filter: &str) -> Option<Vec<Condition>> {
    let mut rest = filter.trim();
    let mut found = Vec::new();
    loop {
        let (condition, behind) = condition(rest)?;
        found.push(condition);
        let behind = behind.trim_start();
        if behind.is_empty() {
            return Some(found);
        }
        rest = behind.strip_prefix("and ")?.trim_start();
    }
}

/// `name eq 'x'`, `startswith(name,'x')` or `name/any(u:u eq 'x')`, and what stands behind it.
fn condition(text: &str) -> Option<(Condition, &str)> {
    let named = |property: &str, relation, value: String| Condition {
        property: property.trim().to_owned(),
        relation,
        value,
    };
    let starts = text
        .get(..11)
        .is_some_and(|start| start.eq_ignore_ascii_case("startswith("));
    if starts {
        let (property, rest) = text[11..].split_once(',')?;
        let (value, rest) = literal(rest.trim_start())?;
        let rest = rest.trim_start().strip_prefix(')')?;
        return Some((named(property, Relation::StartsWith, value), rest));
    }
    if let Some((property, rest)) = text.split_once("/any(") {
        if property.contains(' ') {
            return None;
        }
        let (variable, rest) = rest.split_once(':')?;
        let rest = rest.trim_start().strip_prefix(variable.trim())?;
        let (value, rest) = literal(rest.trim_start().strip_prefix("eq ")?.trim_start())?;
        let rest = rest.trim_start().strip_prefix(')')?;
        return Some((named(property, Relation::Contains, value), rest));
    }
    let (property, rest) = text.split_once(' ')?;
    let (value, rest) = literal(rest.trim_start().strip_prefix("eq ")?.trim_start())?;
    Some((named(property, Relation::Equal, value), rest))
}

/// A text in single quotes, in which a quote is doubled; or `true`, `false`, `null`.
fn literal(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('\'') else {
        return ["true", "false", "null"].into_iter().find_map(|word| {
            let rest = text.strip_prefix(word)?;
            Some((word.to_owned(), rest))
        });
    };
    let mut value = String::new();
    loop {
        let (part, behind) = rest.split_once('\'')?;
        value.push_str(part);
        match behind.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_are_read_or_refused() {
        let ada = json!({ "displayName": "Ada's", "accountEnabled": true, "uris": ["api://a", "api://b"] });
        let wants = |filter: &str| {
            let encoded =
                percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
            Query::parse(&format!("$filter={encoded}"))
                .ok()
                .map(|query| query.wants(&ada))
        };
        for (filter, wanted) in [
            ("displayName eq 'Ada''s'", Some(Some(true))),
            (
                "displayname eq 'ada''s' and accountEnabled eq true",
                Some(Some(true)),
            ),
            (
                "displayName eq 'Ben' and accountEnabled eq true",
                Some(Some(false)),
            ),
            ("startswith(displayName, 'Ad')", Some(Some(true))),
            ("startsWith(displayName,'Be')", Some(Some(false))),
            ("uris/any(u:u eq 'api://b')", Some(Some(true))),
            ("uris/any(u:u eq 'api://c')", Some(Some(false))),
            ("nobody eq 'x'", Some(None)),
            ("displayName ne 'Ada'", None),
            ("displayName eq 'Ada", None),
            ("displayName eq 'A' or displayName eq 'B'", None),
            ("", None),
        ] {
            assert_eq!(wants(filter), wanted, "{filter}");
        }
    }

    #[test]
    fn pages_have_a_size() {
        assert_eq!(Query::parse("").unwrap().page(), 100);
        assert_eq!(Query::parse("$top=2").unwrap().page(), 2);
        for bad in ["0", "1000", "-1", "x", ""] {
            let (_, message) = Query::parse(&format!("$top={bad}")).unwrap_err();
            assert!(message.contains("between 1 and 999"), "{message}");
        }
        assert!(Query::parse("$orderby=displayName").is_err());
        assert!(Query::parse("$top=%").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_filter_is_read_or_refused(filter in "\\PC{0,60}") {
            let _ = conditions(&filter);
        }
    }
}
