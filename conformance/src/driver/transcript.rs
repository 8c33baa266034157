//! What was said between Tokenproof and a driver.

use std::fmt;

use super::protocol::Operation;

/// How much is kept.
const KEPT: usize = 1 << 20;

/// The lines of a conversation, as they were; they hold secrets until they are [scrubbed](Self::scrubbed).
#[derive(Clone, Default)]
pub(super) struct Transcript {
    lines: Vec<(Side, String)>,
    size: usize,
    /// How many lines were no longer kept.
    left_out: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Asked,
    Heard,
}

impl Transcript {
    pub(super) fn asked(&mut self, id: u64, operation: &Operation) {
        let line = serde_json::json!({ "id": id });
        let mut line = line.as_object().cloned().unwrap_or_default();
        if let Ok(serde_json::Value::Object(members)) = serde_json::to_value(operation) {
            line.extend(members);
        }
        self.keep(Side::Asked, serde_json::Value::Object(line).to_string());
    }

    pub(super) fn heard(&mut self, line: &[u8]) {
        self.keep(Side::Heard, String::from_utf8_lossy(line).into_owned());
    }

    /// The lines, `>` before what was asked and `<` before what was heard, each run through `scrub`, which is to take out secrets.
    pub(super) fn scrubbed(&self, scrub: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        for (side, line) in &self.lines {
            let sign = if *side == Side::Asked { '>' } else { '<' };
            text.push_str(&format!("{sign} {}\n", scrub(line)));
        }
        if self.left_out > 0 {
            text.push_str(&format!("{} more lines\n", self.left_out));
        }
        text
    }

    fn keep(&mut self, side: Side, line: String) {
        self.size += line.len();
        if self.size > KEPT {
            self.left_out += 1;
        } else {
            self.lines.push((side, line));
        }
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({} lines)", self.lines.len() + self.left_out)
    }
}
