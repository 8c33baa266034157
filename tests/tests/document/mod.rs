//! A document of the repository: its blocks, and what it says can be typed.

mod printed;
mod served;
mod shown;
mod spoken;

use std::fs;
use std::path::PathBuf;

use tests::program::workspace_folder;

pub(crate) use printed::difference_to_printed;
pub(crate) use shown::lines;

/// Folders whose Markdown is for readers of the repository.
const FOLDERS: [&str; 8] = [
    "",
    "client",
    "client/docs",
    "conformance",
    "docs",
    "mock-idp",
    "scenarios",
    "tests",
];

/// A Markdown file.
pub(crate) struct Document {
    /// Its path below the workspace, with `/`.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) text: String,
}

/// A fenced block.
pub(crate) struct Block {
    /// What stands behind the opening fence.
    pub(crate) language: String,
    /// The lines between the fences.
    pub(crate) text: String,
    /// Path and line, for messages.
    pub(crate) place: String,
}

/// A command after a `$` prompt, and the output that is shown for it.
pub(crate) struct Command {
    /// As it stands there, in one line.
    pub(crate) typed: String,
    /// Its words, without quotes.
    pub(crate) words: Vec<String>,
    /// The lines below it, up to the next prompt.
    pub(crate) output: Vec<String>,
    /// Path and line, for messages.
    pub(crate) place: String,
}

impl Document {
    /// Reads one.
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(workspace_folder().join(path))
            .unwrap_or_else(|error| panic!("{path} cannot be read: {error}"));
        Self {
            path: path.to_owned(),
            text,
        }
    }

    /// All of them, in the order of their paths.
    pub(crate) fn all() -> Vec<Self> {
        let mut paths: Vec<String> = FOLDERS.into_iter().flat_map(markdown_in).collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Its fenced blocks.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for (line, number) in self.text.lines().zip(1..) {
            match line.strip_prefix("```") {
                Some(_) if inside => inside = false,
                Some(language) => {
                    inside = true;
                    blocks.push(Block {
                        language: language.to_owned(),
                        text: String::new(),
                        place: format!("{}:{number}", self.path),
                    });
                }
                None if inside => {
                    if let Some(block) = blocks.last_mut() {
                        block.text.push_str(line);
                        block.text.push('\n');
                    }
                }
                None => {}
            }
        }
        assert!(!inside, "the last block of {} does not end", self.path);
        blocks
    }

    /// The rows of the table that has this heading, cell by cell.
    pub(crate) fn table(&self, heading: &str) -> Vec<Vec<String>> {
        let rows: Vec<Vec<String>> = self
            .text
            .lines()
            .skip_while(|line| *line != heading)
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(|line| {
                let cells = line.trim_matches('|').split('|');
                cells.map(|cell| cell.trim().to_owned()).collect()
            })
            .collect();
        assert!(
            !rows.is_empty(),
            "{} has no table below `{heading}`",
            self.path
        );
        rows
    }
}

impl Block {
    /// The commands of a console block.
    pub(crate) fn commands(&self) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        if self.language != "console" {
            return commands;
        }
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if let Some(typed) = line.strip_prefix("$ ") {
                let mut typed = typed.to_owned();
                while let Some(continued) = typed.strip_suffix('\\') {
                    typed = format!("{continued} {}", lines.next().unwrap_or_default());
                }
                commands.push(Command {
                    words: words(&typed),
                    output: Vec::new(),
                    place: format!("{} (`{typed}`)", self.place),
                    typed,
                });
            } else if let Some(command) = commands.last_mut() {
                command.output.push(line.to_owned());
            } else {
                panic!("{}: output before any command: {line}", self.place);
            }
        }
        commands
    }
}

fn markdown_in(folder: &str) -> Vec<String> {
    let place: PathBuf = workspace_folder().join(folder);
    let entries =
        fs::read_dir(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    let names = entries.map(|entry| {
        let name = entry.expect("a readable folder").file_name();
        name.to_string_lossy().into_owned()
    });
    let below = |name: String| match folder {
        "" => name,
        folder => format!("{folder}/{name}"),
    };
    names
        .filter(|name| name.ends_with(".md"))
        .map(below)
        .collect()
}

/// Splits as a shell does, as far as documents need it: quotes group, nothing else is special.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote is left open in `{line}`");
    words.extend(word);
    words
}
