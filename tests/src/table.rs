//! The tables of client libraries in the vendors' pages, held to what the tests show.

use std::fs;

use crate::program::workspace_folder;

/// A library that has a column of its own.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    /// What stands before its version where it is pinned.
    pub pin: &'static str,
    /// The tests that show what it does.
    pub source: &'static str,
}

/// What stands before a line that is all a script prints.
const ALONE: &str = r#"insta::assert_snapshot!(said, @""#;

/// Holds the first table below a heading to the tests of these libraries, which are in the order of its columns: the versions are
/// those that are pinned, and a cell says `yes` where the row's test has all of the row's lines, and something else where it has none
/// of them. That so many are shown in all, at least, says that it is the table that is meant.
///
/// # Panics
///
/// Where it does not hold.
pub fn holds(page: &str, heading: &str, libraries: &[Library], least: usize) {
    let page = read(page);
    let table: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| *line != heading)
        .skip_while(|line| !line.starts_with('|'))
        .map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").collect())
        .collect();
    let pins = [
        "tests/clients/requirements.txt",
        "tests/clients/package.json",
    ]
    .map(read);
    let pins = pins.concat();
    let Some((head, rows)) = table.split_first() else {
        panic!("there is no table");
    };
    assert_eq!(head.len(), 3 + libraries.len(), "{head:?}");
    for (column, library) in head[3..].iter().zip(libraries) {
        let version = column.rsplit(' ').next().unwrap_or_default();
        let pinned = format!("{}{version}", library.pin);
        assert!(pins.contains(&pinned), "{column}: {pinned} is not pinned");
    }
    let mut shown = 0;
    for row in rows.iter().filter(|row| row[0] != "---") {
        assert_eq!(row.len(), head.len(), "{row:?}");
        let [flow, lines, test] = [row[0], row[1], row[2]];
        assert!(row[3..].contains(&"yes"), "{flow} is shown by nothing");
        for (cell, Library { pin, source }) in row[3..].iter().zip(libraries) {
            let told = test_of(source, test.trim_matches('`'));
            for line in lines.split(", `").map(|line| line.trim_matches('`')) {
                let begins = format!("{line}: ");
                let is_shown = told.lines().any(|shown| {
                    let shown = shown.trim_start();
                    let shown = shown.strip_prefix(ALONE).unwrap_or(shown);
                    shown.starts_with(&begins)
                });
                assert_eq!(is_shown, *cell == "yes", "{flow}, `{line}`, {pin}");
                shown += usize::from(is_shown);
            }
        }
    }
    assert!(
        shown >= least,
        "{shown} lines are too few; is this the table?"
    );
}

/// The text of one test; none where a library has no such test.
fn test_of<'s>(source: &'s str, name: &str) -> &'s str {
    let begin = format!("fn {name}() {{");
    let rest = source.split_once(&begin).map_or("", |(_, rest)| rest);
    rest.split("\n#[test]").next().unwrap_or(rest)
}

fn read(path: &str) -> String {
    match fs::read_to_string(workspace_folder().join(path)) {
        Ok(text) => text,
        Err(error) => panic!("{path}: {error}"),
    }
}
