//! Colour or none.

use crate::verdict::Verdict;

/// Whether the terminal report is coloured. The caller knows: not in a pipe, not under `NO_COLOR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Plain text.
    #[default]
    Plain,
    /// ANSI colours (ECMA-48 SGR).
    Colour,
}

impl Style {
    /// A text in the colour of a verdict.
    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Pass => "1;32",
            Verdict::Fail => "1;31",
            Verdict::Warn => "1;33",
            Verdict::Inconclusive => "1;35",
            Verdict::NotApplicable => "2",
            Verdict::Error => "1;31",
        };
        self.paint(code, text)
    }

    /// A label or a remark beside the matter itself.
    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// A name.
    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
