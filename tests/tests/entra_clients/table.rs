//! The table of client libraries in `docs/entra.md` says what the tests show.

use std::fs;

use tests::program::workspace_folder;

/// The libraries in the order of the table's columns: what pins them, and what tests them.
const LIBRARIES: [(&str, &str); 4] = [
    ("msal==", include_str!("msal_python.rs")),
    (r#""@azure/msal-node": ""#, include_str!("msal_node.rs")),
    ("azure-identity==", include_str!("azure_identity_python.rs")),
    (
        r#""@azure/identity": ""#,
        include_str!("azure_identity_javascript.rs"),
    ),
];

/// What stands before a line that is all a script prints.
const ALONE: &str = r#"insta::assert_snapshot!(said, @""#;

#[test]
fn it_says_what_is_shown_of_which_version() {
    let page = read("docs/entra.md");
    let table: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| *line != "## Client libraries")
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").collect())
        .collect();
    let pins = [
        "tests/clients/requirements.txt",
        "tests/clients/package.json",
    ]
    .map(read);
    let pins = pins.concat();
    let (head, rows) = table.split_first().expect("a table");
    for (column, (pin, _)) in head[3..].iter().zip(LIBRARIES) {
        let (_, version) = column.rsplit_once(' ').expect("a version");
        let pinned = format!("{pin}{version}");
        assert!(pins.contains(&pinned), "{column}: {pinned} is not pinned");
    }
    let mut shown = 0;
    for row in rows
        .iter()
        .filter(|row| row.len() == head.len() && row[0] != "---")
    {
        let [flow, lines, test] = [row[0], row[1], row[2]];
        for (cell, (library, source)) in row[3..].iter().zip(LIBRARIES) {
            let told = test_of(source, test.trim_matches('`'));
            for line in lines.split(", `").map(|line| line.trim_matches('`')) {
                let begins = format!("{line}: ");
                let is_shown = told.lines().any(|shown| {
                    let shown = shown.trim_start();
                    let shown = shown.strip_prefix(ALONE).unwrap_or(shown);
                    shown.starts_with(&begins)
                });
                assert_eq!(is_shown, *cell == "yes", "{flow}, `{line}`, {library}");
                shown += usize::from(is_shown);
            }
        }
    }
    assert!(shown > 80, "{shown} lines are too few; is this the table?");
}

/// The text of one test.
fn test_of<'s>(source: &'s str, name: &str) -> &'s str {
    let begin = format!("fn {name}() {{");
    let (_, rest) = source.split_once(&begin).expect(name);
    rest.split("\n#[test]").next().unwrap_or(rest)
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace_folder().join(path)).expect(path)
}
