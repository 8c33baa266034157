//! Files that a directory file names: certificates and keys beside it.

use std::path::Path;

use super::mask::Secrets;
use super::read_bounded;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{Node, Value};

/// Longer ones are no certificate and no key.
const LONGEST: usize = 64 * 1024;

/// The lists whose elements may name a file.
const LISTS: [&str; 2] = ["certificates", "keys"];

/// Puts the text of every file that is named in its place: `file: a.pem` becomes `pem:` with what stands in it. What names a file
/// that cannot be had is left out; whether nothing was.
pub(super) fn inline(
    source: &Source,
    node: &mut Node,
    folder: Option<&Path>,
    secrets: &Secrets,
    found: &mut Diagnostics,
) -> bool {
    let mut whole = true;
    match &mut node.value {
        Value::List(items) => {
            for item in items {
                whole &= inline(source, item, folder, secrets, found);
            }
        }
        Value::Map(entries) => {
            for (key, inner) in entries {
                if LISTS.contains(&key.name.as_str())
                    && let Value::List(items) = &mut inner.value
                {
                    let before = items.len();
                    items.retain_mut(|item| match element(source, item, folder, secrets) {
                        Ok(()) => true,
                        Err(mistake) => {
                            found.push(*mistake);
                            false
                        }
                    });
                    whole &= items.len() == before;
                }
                whole &= inline(source, inner, folder, secrets, found);
            }
        }
        _ => {}
    }
    whole
}

fn element(
    source: &Source,
    node: &mut Node,
    folder: Option<&Path>,
    secrets: &Secrets,
) -> Result<(), Box<Diagnostic>> {
    let Value::Map(entries) = &mut node.value else {
        return Ok(());
    };
    let has_text = entries.iter().any(|(key, _)| key.name == "pem");
    let Some((key, value)) = entries.iter_mut().find(|(key, _)| key.name == "file") else {
        return Ok(());
    };
    let Value::Text(name) = &value.value else {
        return Ok(());
    };
    if has_text {
        let title = "`pem` and `file` say the same thing";
        let mistake = Diagnostic::at(source, key.span, title).help("leave one of them out");
        return Err(Box::new(mistake));
    }
    if name.contains("-----BEGIN") {
        let title = "`file` names a file, and this is the text of one";
        let mistake = Diagnostic::in_node(source, value, title).help("write it under `pem`");
        return Err(Box::new(mistake));
    }
    // Whoever sends a directory over the network must not learn what stands in files here.
    let folder = folder.ok_or_else(|| {
        Diagnostic::at(source, key.span, "there is no folder to look for a file in")
            .help("write the text of the file under `pem`, or load the directory from a file")
    })?;
    let text = read_bounded(&folder.join(name), LONGEST).map_err(|error| {
        let title = match secrets.has(value.span) {
            // It may be the text of a key.
            true => "cannot read the file".to_owned(),
            false => format!("cannot read the file `{name}`: {error}"),
        };
        Diagnostic::in_node(source, value, title)
            .note("files are looked for beside the directory file")
    })?;
    "pem".clone_into(&mut key.name);
    value.value = Value::Text(text);
    Ok(())
}
