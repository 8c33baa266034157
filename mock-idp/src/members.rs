//! A JSON object written member by member, in the order in which its vendor writes it.

use serde::Serialize;

/// The text of an object under construction. Tokens are many; their claims are written without a tree in between.
pub(crate) struct Members(Vec<u8>);

impl Members {
    pub(crate) fn new() -> Self {
        let mut text = Vec::with_capacity(1024);
        text.push(b'{');
        Self(text)
    }

    /// Adds a member. Names are ours and need no escapes; a name that is there already would be there twice.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Serialize) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        // Writing texts, numbers and lists of them to memory cannot fail.
        let _ = serde_json::to_writer(&mut self.0, &value);
    }

    /// The whole object.
    pub(crate) fn into_text(mut self) -> String {
        self.0.push(b'}');
        // serde_json writes nothing but UTF-8.
        String::from_utf8(self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_the_order_they_were_added() {
        let mut members = Members::new();
        members.add("b", "a \"quoted\" text");
        members.add("a", [1, 2]);
        insta::assert_snapshot!(members.into_text(), @r#"{"b":"a \"quoted\" text","a":[1,2]}"#);
        assert_eq!(Members::new().into_text(), "{}");
    }
}
