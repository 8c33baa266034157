//! What the documents show is so: commands are understood, output is what the program prints, tables and files agree.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod document;

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process;

use document::{Command, Document, difference_to_printed, lines};
use tests::program::{mock_idp, target_folder, tokenproof, workspace_folder};
use tokenproof::contender::Reference;
use tokenproof::diagnostic::Source;
use tokenproof::exit::ExitCode;
use tokenproof::expectations::Expectations;
use tokenproof::library::Library;
use tokenproof::registry::Registry;
use tokenproof::runner;
use tokenproof::schema::Kind;
use tokenproof::verdict::Verdict;

/// Commands of others: shown, but not ours to run.
const FOREIGN: [&str; 4] = ["curl", "jq", "pip", "python3"];

/// What of cargo is only named: running it here would build everything again.
const CARGO: [&str; 6] = ["bench", "clippy", "deny", "doc", "fmt", "test"];

#[test]
fn commands_are_understood() {
    let mut seen = BTreeSet::new();
    for command in commands() {
        let mut words = command.words.iter().map(String::as_str);
        let program = words.next().unwrap_or_default();
        let arguments: Vec<&str> = words.collect();
        seen.insert(program.to_owned());
        match program {
            "tokenproof" => helps(tokenproof().args(for_help(&arguments)), &command),
            "mock-idp" => helps(mock_idp().args(for_help(&arguments)), &command),
            "cargo" if arguments.first() == Some(&"run") => {
                helps(&mut cargo_run(&arguments), &command);
            }
            "cargo" => assert!(
                arguments.first().is_some_and(|first| CARGO.contains(first)),
                "{}: cargo has no such command here",
                command.place
            ),
            foreign => assert!(
                FOREIGN.contains(&foreign),
                "{}: nobody knows `{foreign}`",
                command.place
            ),
        }
    }
    for program in ["cargo", "mock-idp", "tokenproof"] {
        assert!(seen.contains(program), "no document shows {program}");
    }
}

/// Numbers are not compared: they change with the library, and with the machine.
#[test]
fn output_is_what_the_program_prints() {
    let mut compared = 0;
    let mut untrue = Vec::new();
    for document in Document::all() {
        let mut scenario = String::new();
        for block in document.blocks() {
            if block.language == "yaml" {
                scenario.clone_from(&block.text);
            }
            for command in block.commands() {
                let Some(("tokenproof", arguments)) = program(&command) else {
                    continue;
                };
                let quick = matches!(
                    arguments[0].as_str(),
                    "run" | "mutants" | "list" | "explain"
                );
                if !quick || command.output.is_empty() {
                    continue;
                }
                untrue.extend(difference_to_printed(&command, arguments, &scenario));
                compared += 1;
            }
        }
    }
    assert!(untrue.is_empty(), "{}", untrue.join("\n\n"));
    assert!(
        compared >= 4,
        "only {compared} commands are shown with output"
    );
}

#[test]
fn exit_codes_are_the_programs() {
    let table = Document::read("README.md").table("| code | meaning | when |");
    let shown: Vec<(String, String)> = table
        .iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let real: Vec<(String, String)> = ExitCode::ALL
        .into_iter()
        .map(|exit| (exit.code().to_string(), exit.meaning().to_owned()))
        .collect();
    assert_eq!(shown, real);
}

#[test]
fn the_table_of_commands_has_all_of_them() {
    let table = Document::read("README.md").table("| command | does |");
    let shown: BTreeSet<String> = table.iter().map(|row| row[0].replace('`', "")).collect();
    let real: BTreeSet<String> = [("tokenproof", tokenproof()), ("mock-idp", mock_idp())]
        .into_iter()
        .flat_map(|(name, mut program)| {
            let help = program.arg("--help").output().expect("it starts");
            let help = String::from_utf8(help.stdout).expect("UTF-8");
            subcommands(&help)
                .into_iter()
                .map(move |command| format!("{name} {command}"))
        })
        .collect();
    assert_eq!(shown, real);
}

#[test]
fn scenarios_in_documents_are_passed_by_the_reference_client() {
    let registry = Registry::embedded().expect("the registry");
    let mut number = 0;
    for block in Document::all().iter().flat_map(Document::blocks) {
        if !block.text.contains("schema: 1") || !block.text.contains("\nscenario: ") {
            continue;
        }
        let mut library = Library::new();
        library.add_text(&block.place, &block.text);
        let cases = library
            .plan(&registry)
            .unwrap_or_else(|problems| panic!("{problems}"));
        let results = runner::run(&cases, &Reference, 0, 1, |_| ()).expect("a thread");
        for judgement in results.iter().flat_map(|result| &result.judgements) {
            let finding = &judgement.finding;
            // This one is shown because it does not pass.
            if judgement.check.0.starts_with("incident/outage") && finding.verdict == Verdict::Warn
            {
                continue;
            }
            assert_eq!(
                finding.verdict,
                Verdict::Pass,
                "{}: {}: expected {}, observed {}",
                block.place,
                judgement.check,
                finding.expected,
                finding.observed
            );
        }
        number += 1;
    }
    assert!(number >= 8, "only {number} scenarios are shown");
}

/// Whoever looks a key up finds it.
#[test]
fn the_page_of_the_language_names_every_key() {
    names_every_key("docs/scenarios.md", Kind::Scenario, 80);
}

#[test]
fn the_page_of_expectations_names_every_key() {
    names_every_key("docs/expectations.md", Kind::Expectations, 10);
}

/// Whether all keys of a kind of file, of which there are at least so many, are on a page.
fn names_every_key(page: &str, kind: Kind, at_least: usize) {
    let page = Document::read(page).text;
    let words: BTreeSet<&str> = page
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .collect();
    let mut keys = BTreeSet::new();
    properties(&kind.schema(), &mut keys);
    assert!(
        keys.len() > at_least,
        "the schema has only {} keys",
        keys.len()
    );
    let missing: Vec<&String> = keys
        .iter()
        .filter(|key| !words.contains(key.as_str()))
        .collect();
    assert!(missing.is_empty(), "not on the page: {missing:?}");
}

/// The lists that are shown can be read and have their reasons.
#[test]
fn lists_of_expectations_in_documents_are_understood() {
    let blocks = Document::all()
        .into_iter()
        .flat_map(|document| document.blocks());
    let lists = blocks.filter(|block| block.text.contains("\nexpect:"));
    let mut number = 0;
    for block in lists {
        let source = Source::new(block.place, block.text);
        let list = Expectations::parse(&source).and_then(Expectations::reasoned);
        list.unwrap_or_else(|problems| panic!("{problems}"));
        number += 1;
    }
    assert!(number > 0);
}

/// The names of all properties in a JSON Schema.
fn properties(schema: &serde_json::Value, keys: &mut BTreeSet<String>) {
    if let Some(named) = schema.get("properties").and_then(|all| all.as_object()) {
        keys.extend(named.keys().cloned());
    }
    let parts: Vec<&serde_json::Value> = match schema {
        serde_json::Value::Object(members) => members.values().collect(),
        serde_json::Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for part in parts {
        properties(part, keys);
    }
}

/// Whoever copies from the README copies code that runs: it is that of the mock's README, which is a doc test.
#[test]
fn rust_in_documents_is_a_doc_test_of_the_mock() {
    let rust = |path: &str| {
        let blocks = Document::read(path).blocks();
        let blocks = blocks.into_iter().filter(|block| block.language == "rust");
        blocks
            .map(|block| lines(&block.text).join("\n"))
            .collect::<Vec<_>>()
    };
    let tested = rust("mock-idp/README.md");
    let shown = rust("README.md");
    assert!(!shown.is_empty());
    for block in shown {
        assert!(
            tested.contains(&block),
            "mock-idp/README.md has not:\n{block}"
        );
    }
    let library = Document::read("mock-idp/src/lib.rs").text;
    assert!(library.contains("#[doc = include_str!(\"../README.md\")]"));
}

#[test]
fn links_lead_somewhere() {
    let mut number = 0;
    for document in Document::all() {
        let folder = workspace_folder().join(&document.path);
        let folder = folder.parent().expect("a folder");
        for target in document.text.split("](").skip(1) {
            let target = target.split([')', '#']).next().unwrap_or_default();
            // Documentation comments link to items, the web is elsewhere, and an empty path is a place on the same page.
            let elsewhere = target.contains("::") || target.contains("://") || target.is_empty();
            if !elsewhere {
                assert!(
                    folder.join(target).exists(),
                    "{}: {target} is not there",
                    document.path
                );
                number += 1;
            }
        }
    }
    assert!(number > 0);
}

fn commands() -> Vec<Command> {
    let blocks = Document::all()
        .into_iter()
        .flat_map(|document| document.blocks());
    blocks.flat_map(|block| block.commands()).collect()
}

/// The program of a command, and its arguments if it has any.
fn program(command: &Command) -> Option<(&str, &[String])> {
    match command.words.split_first() {
        Some((program, arguments)) if !arguments.is_empty() => Some((program, arguments)),
        _ => None,
    }
}

/// Asks for help at the end of our own arguments: whatever stands before has been understood then.
fn for_help<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let own = arguments.iter().position(|word| *word == "--");
    let mut arguments = arguments[..own.unwrap_or(arguments.len())].to_vec();
    arguments.push("--help");
    arguments
}

fn helps(program: &mut process::Command, command: &Command) {
    let output = program.current_dir(workspace_folder()).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", command.place));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("Usage:"),
        "{} is not understood:\n{}",
        command.place,
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The command as the document has it, but with the profile that is built already.
fn cargo_run(arguments: &[&str]) -> process::Command {
    let mut run = cargo();
    run.arg("run").arg("--quiet").args(profile());
    run.arg("--target-dir").arg(target_folder());
    run.args(arguments[1..].iter().filter(|word| **word != "--release"));
    run.arg("--help");
    run
}

fn cargo() -> process::Command {
    process::Command::new(env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()))
}

/// The profile this test was built with, for cargo.
fn profile() -> [String; 2] {
    let profile = match profile_folder().as_str() {
        "debug" => "dev".to_owned(),
        other => other.to_owned(),
    };
    ["--profile".to_owned(), profile]
}

fn profile_folder() -> String {
    let test = env::current_exe().expect("the place of this test");
    let folder = test.ancestors().nth(2).and_then(Path::file_name);
    folder
        .expect("tests run from a profile's folder")
        .to_string_lossy()
        .into_owned()
}

/// The names below `Commands:` in a help text.
fn subcommands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}
