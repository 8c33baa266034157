//! What a fault changes in an answer that has been made.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::fault::{Action, Coding};
use crate::gzip::gzip;
use crate::ledger::TokenKind;
use crate::reply::{Payload, Reply};

impl Reply {
    /// Makes the changes: first the body, then its members, then headers, then the coding.
    pub(crate) fn distort(&mut self, action: &Action, now: Timestamp) {
        if let Some(body) = &action.body {
            self.body = Payload::Bytes(body.clone());
            self.issued.clear();
        }
        self.edit_members(action);
        if let Some(content_type) = &action.content_type {
            self.set_header("content-type", content_type);
        }
        for (name, values) in &action.headers {
            self.remove_header(name);
            for value in values {
                self.add_header(name, &value.at(now));
            }
        }
        for name in &action.without_headers {
            self.remove_header(name);
        }
        self.code(action.coding);
    }

    fn edit_members(&mut self, action: &Action) {
        let Payload::Json(Value::Object(members)) = &mut self.body else {
            return;
        };
        let mut lost = Vec::new();
        for (name, value) in &action.set {
            if members.get(name) != Some(value) {
                lost.push(name);
            }
            members.insert(name.clone(), value.clone());
        }
        for name in &action.remove {
            members.shift_remove(name);
            lost.push(name);
        }
        for (name, other) in &action.rename {
            rename(members, name, other);
        }
        if action.reverse_members {
            *members = std::mem::take(members).into_iter().rev().collect();
        }
        // The journal names the tokens that went out, not those that were made.
        for name in lost {
            let kind = match name.as_str() {
                "access_token" => TokenKind::Access,
                "refresh_token" => TokenKind::Refresh,
                _ => continue,
            };
            self.issued.retain(|label| label.kind != kind);
        }
    }

    fn code(&mut self, coding: Option<Coding>) {
        let (is_coded, is_announced) = match coding {
            None | Some(Coding::Chunked) => (false, false),
            Some(Coding::Gzip) => (true, true),
            Some(Coding::GzipUnannounced) => (true, false),
            Some(Coding::GzipClaimed) => (false, true),
        };
        if is_coded {
            let plain = std::mem::replace(&mut self.body, Payload::Empty).into_bytes();
            self.body = Payload::Bytes(gzip(&plain).into());
        }
        if is_announced {
            self.set_header("content-encoding", "gzip");
        }
    }
}

/// Gives a member another name, in its place.
fn rename(members: &mut Map<String, Value>, name: &str, other: &str) {
    if name == other || !members.contains_key(name) {
        return;
    }
    members.shift_remove(other);
    *members = std::mem::take(members)
        .into_iter()
        .map(|(known, value)| {
            let known = if known == name {
                other.to_owned()
            } else {
                known
            };
            (known, value)
        })
        .collect();
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;

    fn distorted(body: Value, change: impl FnOnce(&mut Action)) -> String {
        let mut reply = Reply::json(StatusCode::OK, body);
        let mut action = Action::default();
        change(&mut action);
        reply.distort(&action, Timestamp::UNIX_EPOCH);
        let headers: Vec<String> = ["content-type", "content-encoding"]
            .into_iter()
            .filter_map(|name| Some(format!(" {name}: {}", reply.header(name)?)))
            .collect();
        let body = reply.body.into_bytes();
        format!("{}{}", String::from_utf8_lossy(&body), headers.concat())
    }

    #[test]
    fn members_are_set_removed_renamed_and_turned_round() {
        let body = || json!({ "a": 1, "b": 2, "c": 3 });
        let text = str::to_owned;
        let shown = [
            distorted(body(), |action| {
                action.set = vec![(text("b"), json!(null)), (text("d"), json!([4]))]
            }),
            distorted(body(), |action| action.remove = vec![text("a"), text("x")]),
            distorted(body(), |action| {
                action.rename = vec![(text("a"), text("z")), (text("x"), text("y"))]
            }),
            distorted(body(), |action| {
                action.rename = vec![(text("a"), text("c"))]
            }),
            distorted(body(), |action| action.reverse_members = true),
            distorted(json!([1, 2]), |action| action.reverse_members = true),
            distorted(json!("a"), |action| {
                action.set = vec![(text("a"), json!(1))]
            }),
            distorted(body(), |action| {
                action.content_type = Some(text("text/html"))
            }),
            distorted(body(), |action| action.coding = Some(Coding::GzipClaimed)),
        ];
        insta::assert_snapshot!(shown.join("\n"), @r#"
        {"a":1,"b":null,"c":3,"d":[4]}
        {"b":2,"c":3}
        {"z":1,"b":2,"c":3}
        {"c":1,"b":2}
        {"c":3,"b":2,"a":1}
        [1,2]
        "a"
        {"a":1,"b":2,"c":3} content-type: text/html
        {"a":1,"b":2,"c":3} content-encoding: gzip
        "#);
    }
}
