#![expect(clippy::panic, reason = "what fails here fails the test")]

mod requirements;
mod sets;

use std::fs;
use std::path::Path;

use super::*;
use crate::frozen::{FrozenSet, freeze};

const HEAD: &str = "schema: 1\nrequirements:\n";

const SOUND: &str = "  - { id: mine.served, says: Callers are served., level: should, authority: profile, caught_on: [BlursErrors] }\n";

const SCENARIO: &str = "schema: 1
scenario: mine/first
about: One token, asked for once.
providers: [okta]
needs: [grant.client_credentials, classes]
matrix: { status: { fine: 200, busy: 503 } }
idp: { script: [{ to: token, reply: $status }] }
steps: [{ get_token: { as: a } }]
checks:
  - { id: served, req: mine.served, when: { status: fine }, each: { of: a, outcome: ok } }
  - { id: told, req: mine.served, when: { status: busy }, each: { of: a, outcome: { class: transient } } }
";

/// A library in a folder of its own.
struct Shelf(tempfile::TempDir);

impl Shelf {
    fn new(files: &[(&str, &str)]) -> Self {
        let shelf = Self(tempfile::tempdir().unwrap_or_else(|e| panic!("{e}")));
        for (path, text) in files {
            shelf.write(path, text);
        }
        shelf
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).unwrap_or_else(|e| panic!("{e}"));
        fs::write(path, text).unwrap_or_else(|e| panic!("{e}"));
    }

    fn library(&self, path: &str) -> Library {
        let mut library = Library::new();
        let added = library.add_path(&self.0.path().join(path));
        added.unwrap_or_else(|e| panic!("{e}"));
        library
    }

    fn checked(&self, path: &str, scope: &Scope<'_>) -> Checked {
        check(&self.library(path), scope).unwrap_or_else(|e| panic!("{e}"))
    }

    /// What is said of a part of it.
    fn said(&self, path: &str, scope: &Scope<'_>) -> String {
        let folder = format!("{}/", self.0.path().display());
        let said = self.checked(path, scope).found.to_string();
        said.replace(&folder, "")
    }
}

fn registry(rows: &str) -> String {
    format!("{HEAD}{SOUND}{rows}")
}

fn all() -> Scope<'static> {
    Scope::default()
}

#[test]
fn what_comes_with_the_program_is_sound() {
    let checked = check(&Library::embedded(), &all()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(checked.found.to_string(), "");
    assert!(checked.files >= 19 && checked.requirements >= 36 && checked.sets >= 1);
}

#[test]
fn a_sound_folder_is_sound() {
    let shelf = Shelf::new(&[
        ("requirements.yaml", &registry("")),
        ("mine/first.yaml", SCENARIO),
    ]);
    let cases = shelf.checked("", &all()).cases;
    shelf.write("sets/2026-11.yaml", &freeze("2026-11", &cases));
    let checked = shelf.checked("", &all());
    assert_eq!(checked.found.to_string(), "");
    let counted = (
        checked.files,
        checked.cases.len(),
        checked.requirements,
        checked.sets,
    );
    assert_eq!(counted, (1, 2, 1, 1));
}

#[test]
fn every_mistake_of_every_file_is_found_in_one_pass() {
    let cells = SCENARIO
        .replace("scenario: mine/first", "scenario: mine/cells")
        .replace("needs: [", "needs: [clock, ")
        .replace("idp: {", "client: { clock_offset: $skew.by }\nidp: {")
        .replace("$status }", "$status.code }")
        .replace(
            "matrix: { status: { fine: 200, busy: 503 } }",
            "matrix:
  skew: { none: { by: 0s }, ahead: { by: 9s, only: { status: busy } } }
  status: { fine: { code: 200 }, busy: { code: 503, note: x, only: { skew: none } } }",
        );
    let shelf = Shelf::new(&[
        (
            "requirements.yaml",
            "schema: 1\nrequirements:\n  - { id: mine.served, says: x, level: may, authority: profile }\n",
        ),
        ("mine/broken.yaml", "schema: 1\nsteps: {"),
        (
            "mine/first.yaml",
            &SCENARIO.replace("of: a, outcome: ok", "of: b, outcome: ok"),
        ),
        ("mine/cells.yaml", &cells),
        (
            "sets/2026-11.yaml",
            "schema: 2\nset: november\nchecks: [{ check: first }]\nlevel: must\n",
        ),
    ]);
    insta::assert_snapshot!(shelf.said("", &all()), @"
    error: unclosed bracket '{'
     --> mine/broken.yaml:2:8
      |
    2 | steps: {
      |        ^

    error: no case uses the value `ahead`
     --> mine/cells.yaml:7:29
      |
    7 |   skew: { none: { by: 0s }, ahead: { by: 9s, only: { status: busy } } }
      |                             ^^^^^
      |
      = note: `providers` and `only` leave no combination for it

    error: nothing refers to `note`
     --> mine/cells.yaml:8:53
      |
    8 |   status: { fine: { code: 200 }, busy: { code: 503, note: x, only: { skew: none } } }
      |                                                     ^^^^
      |
      = help: use `$status.note`, or remove it

    error: no step is called `b`
      --> mine/first.yaml:10:73
       |
    10 |   - { id: served, req: mine.served, when: { status: fine }, each: { of: b, outcome: ok } }
       |                                                                         ^ did you mean `a`?
       |
       = note: in `mine/first[okta,fine]`
       = note: the steps are `a`

    error: unknown name `may`
     --> requirements.yaml:3:40
      |
    3 |   - { id: mine.served, says: x, level: may, authority: profile }
      |                                        ^^^
      |
      = note: the names here are `must` and `should`

    error: a set begins with its schema
     --> sets/2026-11.yaml:1:9
      |
    1 | schema: 2
      |         ^
      |
      = help: begin the file with `schema: 1`

    error: `november` is no name for a set
     --> sets/2026-11.yaml:2:6
      |
    2 | set: november
      |      ^^^^^^^^
      |
      = help: name it by its year and month, such as `2026-11`

    error: the key `req` is missing
     --> sets/2026-11.yaml:3:10
      |
    3 | checks: [{ check: first }]
      |          ^^^^^^^^^^^^^^ in this map

    error: unknown key `level`
     --> sets/2026-11.yaml:4:1
      |
    4 | level: must
      | ^^^^^
      |
      = note: the keys of a set are `schema`, `set` and `checks`
    ");
}

#[test]
fn of_a_part_nothing_is_missing() {
    let untested = "  - { id: mine.untested, says: x, level: should, authority: profile, caught_on: [BlursErrors] }\n";
    let shelf = Shelf::new(&[
        ("requirements.yaml", &registry(untested)),
        ("mine/first.yaml", SCENARIO),
        (
            "sets/2026-11.yaml",
            "schema: 1\nset: 2026-11\nchecks:\n  - { check: mine/other:x, req: mine.served, level: must, cases: [okta] }\n",
        ),
    ]);
    // The registry in the folder above is found and its ids are known.
    for part in ["mine", "mine/first.yaml"] {
        assert_eq!(shelf.said(part, &all()), "");
    }
    assert_eq!(shelf.checked("", &all()).found.len(), 2);
}

#[test]
fn a_file_of_that_name_that_is_no_registry_is_left_alone() {
    let own = SCENARIO.replace("mine.served", "errors.class");
    let shelf = Shelf::new(&[
        ("requirements.yaml", "dependencies: [{ name: postgres }]\n"),
        ("mine/first.yaml", &own),
    ]);
    assert_eq!(shelf.said("mine", &all()), "");
    assert_ne!(shelf.said("", &all()), "");
}

#[test]
fn the_place_of_a_check_is_known() {
    let shelf = Shelf::new(&[("first.yaml", SCENARIO)]);
    let files = shelf.library("").load().unwrap_or_else(|e| panic!("{e}"));
    let place = written(&files, "mine/first", "told").map(|(_, node)| node.span.line);
    assert_eq!(place, Some(11));
    assert!(written(&files, "mine/first", "gone").is_none());
}
