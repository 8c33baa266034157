//! Reading a directory file: YAML with places in, a directory or everything that is wrong with it out.

mod bad;
mod files;
mod mask;
mod mismatches;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::Directory;
use super::check::{self, Follows};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{self, Node, Value};

pub use bad::{BadDirectory, DirectoryProblem};

/// What a text without a file is called in messages.
const NAMELESS: &str = "directory.yaml";
/// How the message about a tag begins.
const TAG: &str = "unsupported tag";

impl Directory {
    /// Reads a directory from YAML; JSON is YAML too. `docs/directory.md` says what stands in one.
    ///
    /// A key is either known or a mistake, and nothing is let pass that the vendors would not have: identifiers that occur twice,
    /// references to what is not there, windows of time that never open, weak keys. Other files, for certificates and keys, can
    /// be named in a file only: [`from_file`](Self::from_file).
    ///
    /// # Errors
    ///
    /// [`BadDirectory`] with everything that is wrong, each with its place.
    pub fn from_yaml(text: &str) -> Result<Self, BadDirectory> {
        let source = Source::new(NAMELESS, text);
        Ok(read(&source, parse(&source)?, None)?)
    }

    /// Reads the directory that stands under a key of a larger map. Places are those of the whole text.
    #[cfg(feature = "serve")]
    pub(crate) fn under(key: &str, text: &str) -> Result<Self, BadDirectory> {
        let source = Source::new(NAMELESS, text);
        let mut node = parse(&source)?;
        if let Value::Map(entries) = &mut node.value
            && let Some(place) = entries.iter().position(|(known, _)| known.name == key)
        {
            node = entries.swap_remove(place).1;
        }
        Ok(read(&source, node, None)?)
    }

    /// Reads a directory file. The files it names are looked for beside it.
    ///
    /// # Errors
    ///
    /// [`BadDirectory`] when the file cannot be read, or with everything that is wrong with it.
    pub fn from_file(path: &Path) -> Result<Self, BadDirectory> {
        let shown = path.display().to_string();
        let text = read_bounded(path, yaml::MAX_BYTES).map_err(|error| {
            let mistake = Diagnostic::new(format!("cannot read the directory {shown}: {error}"));
            BadDirectory::from(Diagnostics::from(
                mistake.help("name an existing YAML file"),
            ))
        })?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let source = Source::new(shown, text);
        Ok(read(&source, parse(&source)?, Some(folder))?)
    }
}

fn parse(source: &Source) -> Result<Node, Diagnostics> {
    yaml::parse(&source.text).map_err(|mut error| {
        // Which one it is may be a secret that begins with an exclamation mark.
        if error.message.starts_with(TAG) {
            error.message.truncate(TAG.len());
        }
        // The help is for scenarios.
        if source.text.len() > yaml::MAX_BYTES {
            error.help = None;
        }
        let masked = Source::new(source.path.clone(), mask::unread(&source.text));
        Diagnostic::syntax(&masked, error).into()
    })
}

fn read(source: &Source, mut root: Node, folder: Option<&Path>) -> Result<Directory, Diagnostics> {
    let secrets = mask::secrets(&source.text, &root);
    // Messages quote lines of the file; from here on they quote this.
    let source = &Source::new(source.path.clone(), mask::masked(&source.text, &secrets));
    let mut found = Diagnostics::new();
    if !matches!(root.value, Value::Map(_)) {
        let title = match &root.value {
            Value::Null => "the file is empty",
            Value::List(_) => "found a list where a directory belongs",
            _ => "found something else where a directory belongs",
        };
        let help = "a directory is a map with keys such as `entra` and `okta`; `laxity: {}` alone is the built-in one";
        return Err(Diagnostic::in_node(source, &root, title).help(help).into());
    }
    let whole = files::inline(source, &mut root, folder, &secrets, &mut found);
    let taken = mismatches::take_out(source, &mut root, &secrets, &mut found);
    match yaml::from_node::<Directory>(&root) {
        Ok(mut directory) => {
            directory.complete();
            for finding in check::directory(&directory, Some(&root)) {
                let stands = match finding.follows {
                    Follows::Nothing => true,
                    Follows::Part => whole && !taken.parts,
                    Follows::Key => whole && !taken.parts && !taken.keys,
                };
                if stands {
                    found.push(finding.diagnostic(source, &root));
                }
            }
            found.or(directory)
        }
        Err(mismatch) => {
            found.push(Diagnostic::mismatch(source, mismatch));
            found.sort();
            Err(found)
        }
    }
}

/// The text of a file that has an end, and no more of it than `most` bytes and one.
fn read_bounded(path: &Path, most: usize) -> io::Result<String> {
    // Before it is opened: opening a pipe waits for somebody to write.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let mut file = File::open(path)?.take(most.saturating_add(1));
    file.read_to_string(&mut text)?;
    Ok(text)
}
