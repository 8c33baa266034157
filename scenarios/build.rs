//! Lists the scenario files and the frozen sets of this folder, so that none is forgotten.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders that hold no scenarios.
const OTHER_FOLDERS: [&str; 3] = ["src", "sets", "target"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", root.display());

    let mut files = Vec::new();
    for folder in folders(&root)? {
        walk(&folder, &mut files)?;
    }
    let mut sets = Vec::new();
    if root.join("sets").is_dir() {
        walk(&root.join("sets"), &mut sets)?;
    }
    let scenarios = list(
        "FILES",
        "Every scenario file: its path below the library folder, with `/` on every system, and its text. Sorted by path.",
        &root,
        files,
    )?;
    let sets = list(
        "SETS",
        "Every frozen set: its path below the library folder, and its text. Sorted by path, so the oldest stands first.",
        &root,
        sets,
    )?;
    fs::write(out.join("files.rs"), scenarios + &sets)
}

/// A constant with the paths and texts of files.
fn list(name: &str, about: &str, root: &Path, mut files: Vec<PathBuf>) -> io::Result<String> {
    files.sort();
    let mut text = format!("/// {about}\npub const {name}: &[(&str, &str)] = &[\n");
    for file in &files {
        let below = file.strip_prefix(root).map_err(io::Error::other)?;
        let path: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        writeln!(text, "    ({:?}, include_str!({file:?})),", path.join("/"))
            .map_err(io::Error::other)?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn folders(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let other = name
            .to_str()
            .is_some_and(|name| OTHER_FOLDERS.contains(&name) || name.starts_with('.'));
        if entry.file_type()?.is_dir() && !other {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
