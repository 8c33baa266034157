//! All mistakes of one pass.

use std::fmt;

use annotate_snippets::Renderer;

use super::problem::Diagnostic;

/// The mistakes found in one pass over files. As an error it means that nothing was run: exit code 2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    shown: Vec<Diagnostic>,
    /// How many were left out.
    dropped: usize,
    /// How many were added, the same ones of other cases included.
    added: usize,
}

/// The most mistakes that are shown of one pass over a file. Nobody reads on, and a hostile file would cost minutes.
const MAX_SHOWN: usize = 200;

/// The most mistakes that are looked for, the same ones of other cases included.
const MAX_ADDED: usize = 2_000;

/// The width of a terminal that does not say how wide it is.
const USUAL_WIDTH: usize = 100;

impl Diagnostics {
    /// No mistakes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a mistake. The same mistake in another case is only noted there.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.added += 1;
        let full = self.shown.len() >= MAX_SHOWN;
        match self
            .shown
            .iter_mut()
            .find(|known| known.same_as(&diagnostic))
        {
            Some(known) => known.also_in(diagnostic),
            None if full => self.dropped += 1,
            None => self.shown.push(diagnostic),
        }
    }

    /// Whether so many were found that it is no use to look for more.
    pub fn is_full(&self) -> bool {
        self.dropped > 0 || self.added >= MAX_ADDED
    }

    /// Adds all mistakes of another pass, over another file or the same one.
    pub fn extend(&mut self, others: Self) {
        self.dropped += others.dropped;
        self.added += others.added;
        for diagnostic in others.shown {
            match self
                .shown
                .iter_mut()
                .find(|known| known.same_as(&diagnostic))
            {
                Some(known) => known.also_in(diagnostic),
                None => self.shown.push(diagnostic),
            }
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len() + self.dropped
    }

    /// Each of those that are shown, in the order of [`Self::sort`] or as found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.shown.iter()
    }

    /// Puts them in the order of the files.
    pub fn sort(&mut self) {
        self.shown.sort_by(|a, b| a.place().cmp(&b.place()));
    }

    /// Leaves out the case names of mistakes that all of `known` cases have.
    pub fn forget_cases(&mut self, known: usize) {
        for diagnostic in &mut self.shown {
            diagnostic.forget_cases(known);
        }
    }

    /// `value`, unless there are mistakes.
    ///
    /// # Errors
    /// Itself, in the order of the files, if there are any.
    pub fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            return Ok(value);
        }
        self.sort();
        Err(self)
    }

    /// The mistakes with the lines they stand on, as a terminal shows them.
    #[must_use]
    pub fn render(&self, color: bool, width: usize) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        }
        .term_width(width);
        let mut shown: Vec<String> = self
            .shown
            .iter()
            .map(|diagnostic| renderer.render(&[diagnostic.group()]))
            .collect();
        if self.dropped > 0 {
            let more = Diagnostic::new(format!("there are more mistakes than these {MAX_SHOWN}"));
            shown.push(renderer.render(&[more.group()]));
        }
        shown.join("\n\n")
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            shown: vec![diagnostic],
            dropped: 0,
            added: 1,
        }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false, USUAL_WIDTH))
    }
}

impl std::error::Error for Diagnostics {}
