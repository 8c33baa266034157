//! The body of a write, property by property.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::call::Call;
use super::refusal::Refused;

/// The longest text, and the most items of a collection, that a property takes here.
const LONGEST: usize = 600;
const MOST_ITEMS: usize = 256;

/// The properties of a body that have not been read yet.
pub(super) struct Fields<'c> {
    call: &'c Call<'c>,
    /// What messages call the thing.
    resource: &'static str,
    members: Map<String, Value>,
}

impl<'c> Fields<'c> {
    /// The properties of a request's body.
    pub(super) fn of(call: &'c Call<'c>, resource: &'static str) -> Result<Self, Refused> {
        let bad = |message: &str| call.refuse(400, "BadRequest", message);
        let Some(content_type) = call.inbound.header(http::header::CONTENT_TYPE) else {
            return Err(bad(
                "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
            ));
        };
        let essence = content_type.split(';').next().unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("application/json") {
            return Err(bad(
                "Entity only allows writes with a JSON Content-Type header.",
            ));
        }
        match serde_json::from_slice(&call.inbound.body) {
            Ok(Value::Object(members)) => Ok(Self::within(call, resource, members)),
            _ => Err(bad(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }

    /// The properties of something inside a body.
    pub(super) fn within(
        call: &'c Call<'c>,
        resource: &'static str,
        members: Map<String, Value>,
    ) -> Self {
        Self {
            call,
            resource,
            members,
        }
    }

    /// A property, whatever it is; none where it is missing.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.shift_remove(name)
    }

    /// A text; none where it is missing or null.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= LONGEST => Ok(Some(text)),
            Some(_) => Err(self.invalid(name)),
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Refused> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| {
            self.call.bad(&format!(
                "A value is required for property '{name}' of resource '{}'.",
                self.resource
            ))
        })
    }

    /// A truth value; none where it is missing or null.
    pub(super) fn truth(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(_) => Err(self.invalid(name)),
        }
    }

    /// An instant; none where it is missing or null.
    pub(super) fn instant(&mut self, name: &str) -> Result<Option<Timestamp>, Refused> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let instant = text.parse::<Timestamp>();
        instant.map(Some).map_err(|_| self.invalid(name))
    }

    /// A collection; none where it is missing.
    pub(super) fn items(&mut self, name: &str) -> Result<Option<Vec<Value>>, Refused> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) if items.len() <= MOST_ITEMS => Ok(Some(items)),
            Some(_) => Err(self.invalid(name)),
        }
    }

    /// A collection of texts; none where it is missing.
    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Refused> {
        let Some(items) = self.items(name)? else {
            return Ok(None);
        };
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) if text.len() <= LONGEST => Some(text),
            _ => None,
        });
        let texts: Option<Vec<String>> = texts.collect();
        texts.map(Some).ok_or_else(|| self.invalid(name))
    }

    /// A complex value; none where it is missing or null.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.invalid(name)),
        }
    }

    /// Refuses what has not been read: there is no such property.
    pub(super) fn nothing_else(self) -> Result<(), Refused> {
        let mut left = self.members.keys();
        // Annotations are for clients.
        match left.find(|name| !name.starts_with('@')) {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().take(64).collect();
                Err(self.call.bad(&format!("Invalid property '{name}'.")))
            }
        }
    }

    /// A refusal of a property's value.
    pub(super) fn invalid(&self, name: &str) -> Refused {
        self.call.bad(&format!(
            "Invalid value specified for property '{name}' of resource '{}'.",
            self.resource
        ))
    }
}
