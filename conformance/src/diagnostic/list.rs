//! All mistakes of one pass.

use std::fmt;

use annotate_snippets::Renderer;

use super::problem::Diagnostic;

/// The mistakes found in one pass over files. As an error it means that nothing was run: exit code 2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

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
        match self.0.iter_mut().find(|known| known.same_as(&diagnostic)) {
            Some(known) => known.also_in(diagnostic),
            None => self.0.push(diagnostic),
        }
    }

    /// Adds all mistakes of another pass.
    pub fn extend(&mut self, others: Self) {
        for diagnostic in others.0 {
            self.push(diagnostic);
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each of them, in the order of [`Self::sort`] or as found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Puts them in the order of the files.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| a.place().cmp(&b.place()));
    }

    /// Leaves out the case names of mistakes that all of `known` cases have.
    pub(crate) fn forget_cases(&mut self, known: usize) {
        for diagnostic in &mut self.0 {
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
        let shown: Vec<String> = self
            .0
            .iter()
            .map(|diagnostic| renderer.render(&[diagnostic.group()]))
            .collect();
        shown.join("\n\n")
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false, USUAL_WIDTH))
    }
}

impl std::error::Error for Diagnostics {}
