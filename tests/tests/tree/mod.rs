//! The files of the repository, as they would be in a fresh checkout.

use std::fs;
use std::path::Path;

use tests::program::workspace_folder;

/// What is made, not written.
const MADE: [&str; 2] = [".git", "target"];

/// Endings of what tools leave behind.
const LEFT_BEHIND: [&str; 3] = [".pending-snap", ".snap.new", ".pyc"];

/// A text file.
pub(crate) struct File {
    /// Its path below the workspace, with `/`.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) text: String,
}

impl File {
    /// How many lines it has before the module of its own tests.
    pub(crate) fn lines_without_tests(&self) -> usize {
        let lines: Vec<&str> = self.text.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        });
        tests.unwrap_or(lines.len())
    }
}

/// Every text file, in the order of the paths.
pub(crate) fn files() -> Vec<File> {
    let mut files = Vec::new();
    walk(&workspace_folder(), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn walk(folder: &Path, below: &str, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{below}: {error}"));
    for entry in entries {
        let entry = entry.expect("a readable folder");
        let name = entry.file_name().to_string_lossy().into_owned();
        // `.git` is a file in a work tree beside another.
        if MADE.contains(&name.as_str()) {
            continue;
        }
        let path = match below {
            "" => name.clone(),
            below => format!("{below}/{name}"),
        };
        let kind = entry.file_type().expect("a kind of file");
        if kind.is_dir() {
            if name != "__pycache__" {
                walk(&entry.path(), &path, files);
            }
        } else if !LEFT_BEHIND.iter().any(|ending| name.ends_with(ending)) {
            // What is no text says nothing.
            if let Ok(text) = fs::read_to_string(entry.path()) {
                files.push(File { path, text });
            }
        }
    }
}
