//! Files that a directory file names: certificates and keys beside it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{Key, Node, Value};

/// Longer ones are no certificate and no key.
const LONGEST: u64 = 64 * 1024;

/// The lists whose elements may name a file.
const LISTS: [&str; 2] = ["certificates", "keys"];

/// Puts the text of every file that is named in its place: `file: a.pem` becomes `pem:` with what stands in it.
pub(super) fn inline(
    source: &Source,
    node: &mut Node,
    folder: Option<&Path>,
    found: &mut Diagnostics,
) {
    match &mut node.value {
        Value::List(items) => items
            .iter_mut()
            .for_each(|item| inline(source, item, folder, found)),
        Value::Map(entries) => {
            for (key, inner) in entries {
                if LISTS.contains(&key.name.as_str())
                    && let Value::List(items) = &mut inner.value
                {
                    items
                        .iter_mut()
                        .for_each(|item| element(source, item, folder, found));
                }
                inline(source, inner, folder, found);
            }
        }
        _ => {}
    }
}

fn element(source: &Source, node: &mut Node, folder: Option<&Path>, found: &mut Diagnostics) {
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    let has_text = entries.iter().any(|(key, _)| key.name == "pem");
    let Some((key, value)) = entries.iter_mut().find(|(key, _)| key.name == "file") else {
        return;
    };
    let Value::Text(name) = &value.value else {
        return;
    };
    if has_text {
        found.push(
            Diagnostic::at(source, key.span, "`pem` and `file` say the same thing")
                .help("leave one of them out"),
        );
        entries.retain(|(key, _)| key.name != "file");
        return;
    }
    let Some(folder) = folder else {
        // Whoever sends a directory over the network must not learn what stands in files here.
        found.push(
            Diagnostic::at(source, key.span, "there is no folder to look for a file in")
                .help("write the text of the file under `pem`, or load the directory from a file"),
        );
        put(key, value, String::new());
        return;
    };
    match read(&folder.join(name)) {
        Ok(text) => put(key, value, text),
        Err(error) => {
            let title = format!("cannot read the file `{name}`: {error}");
            found.push(
                Diagnostic::in_node(source, value, title)
                    .note("files are looked for beside the directory file"),
            );
            put(key, value, String::new());
        }
    }
}

fn put(key: &mut Key, value: &mut Node, text: String) {
    "pem".clone_into(&mut key.name);
    value.value = Value::Text(text);
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
