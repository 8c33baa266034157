//! What `--help` says, command by command.

use std::fmt::Write as _;

use crate::folder::{Folder, text};

#[test]
fn help() {
    let folder = Folder::new();
    let mut pages = String::new();
    let root = text(&folder.run(&["--help"]).stdout);
    let commands: Vec<&str> = root
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // Names stand two spaces in; what follows a name further in is its description.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.contains(&"run") && commands.contains(&"exec"));
    for command in [""].into_iter().chain(commands) {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(text(&output.stderr), "");
        let _ = writeln!(pages, "$ tokenproof {}", arguments.join(" "));
        for line in text(&output.stdout).lines() {
            // clap leaves the indentation of empty lines behind.
            let _ = writeln!(pages, "{}", line.trim_end());
        }
        pages.push('\n');
    }
    let widest = pages.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 100), "{widest:?}");
    insta::assert_snapshot!("help", pages);
}
