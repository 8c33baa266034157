//! The body of a write, member by member.

use serde_json::{Map, Value};

use super::call::Call;
use super::refusal::Refused;

/// The longest text, the most items of a list and the most bytes of an object that is kept here.
const LONGEST: usize = 1_024;
const MOST_ITEMS: usize = 256;
const LARGEST: usize = 32 * 1_024;

/// The members of a body that have not been read yet. What is left over is passed over, as Okta does with what it does not know.
pub(super) struct Fields<'c> {
    call: &'c Call<'c>,
    members: Map<String, Value>,
}

impl<'c> Fields<'c> {
    /// The members of a request's body.
    pub(super) fn of(call: &'c Call<'c>) -> Result<Self, Refused> {
        let content_type = call.inbound.header(http::header::CONTENT_TYPE);
        let essence = content_type.and_then(|value| value.split(';').next());
        let is_json = |essence: &str| essence.trim().eq_ignore_ascii_case("application/json");
        match essence {
            None => return Err(call.refuse("E0000018", &[])),
            Some(essence) if !is_json(essence) => return Err(call.refuse("E0000021", &[])),
            Some(_) => {}
        }
        match serde_json::from_slice(&call.inbound.body) {
            Ok(Value::Object(members)) => Ok(Self { call, members }),
            _ => Err(call.refuse("E0000003", &[])),
        }
    }

    /// The same; no members where there is no body.
    pub(super) fn optional(call: &'c Call<'c>) -> Result<Self, Refused> {
        match call.inbound.body.is_empty() {
            true => Ok(Self::within(call, Map::new())),
            false => Self::of(call),
        }
    }

    /// The members of something inside a body.
    pub(super) fn within(call: &'c Call<'c>, members: Map<String, Value>) -> Self {
        Self { call, members }
    }

    /// A member, whatever it is; none where it is missing.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.shift_remove(name)
    }

    /// Whether there is such a member.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// What has not been read.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.members
    }

    /// A text; none where it is missing or null.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= LONGEST => Ok(Some(text)),
            Some(_) => Err(self.malformed()),
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Refused> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| self.call.invalid(name, "The field cannot be left blank"))
    }

    /// A whole number within bounds; none where it is missing or null.
    pub(super) fn number(
        &mut self,
        name: &str,
        least: u32,
        most: u32,
    ) -> Result<Option<u32>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                let number = number.filter(|number| (least..=most).contains(number));
                number.map(Some).ok_or_else(|| {
                    let cause = format!("The field must be between {least} and {most}");
                    self.call.invalid(name, &cause)
                })
            }
        }
    }

    /// A truth value; none where it is missing or null.
    pub(super) fn truth(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(_) => Err(self.malformed()),
        }
    }

    /// A list of texts; none where it is missing or null.
    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Refused> {
        let items = match self.take(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) if items.len() <= MOST_ITEMS => items,
            Some(_) => return Err(self.malformed()),
        };
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) if text.len() <= LONGEST => Some(text),
            _ => None,
        });
        let texts: Option<Vec<String>> = texts.collect();
        texts.map(Some).ok_or_else(|| self.malformed())
    }

    /// An object; none where it is missing or null.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Refused> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => {
                let shown = Value::Object(members);
                match (shown.to_string().len() <= LARGEST, shown) {
                    (true, Value::Object(members)) => Ok(Some(members)),
                    _ => Err(self.call.invalid(name, "The field is too long")),
                }
            }
            Some(_) => Err(self.malformed()),
        }
    }

    /// The same, to be read member by member.
    pub(super) fn inner(&mut self, name: &str) -> Result<Option<Self>, Refused> {
        let call = self.call;
        let members = self.object(name)?;
        Ok(members.map(|members| Self::within(call, members)))
    }

    /// 400 for a value of another type: the body cannot be read then.
    fn malformed(&self) -> Refused {
        self.call.refuse("E0000003", &[])
    }
}
