//! Scenario files that cannot be used, and one that can.

use std::fmt::Write as _;

use tokenproof::exit::ExitCode;

use crate::folder::{Folder, text};

/// A scenario without fault, for others to be made from.
const SOUND: &str = "\
schema: 1
scenario: mine/first
about: One token.
providers: [okta]
needs: [clock, grant.client_credentials]
steps:
  - get_token: { as: a }
  - advance: { by: 5m }
checks:
  - { id: served, req: errors.class, each: { of: a, outcome: ok } }
";

/// What the command says of a scenario that cannot be used.
fn refused(content: impl AsRef<[u8]>) -> String {
    Folder::new()
        .with("mine.yaml", content)
        .complaint(&["run", "mine.yaml"], ExitCode::Usage)
}

#[test]
fn a_sound_scenario_is_played() {
    let output = Folder::new()
        .with("mine.yaml", SOUND)
        .run(&["run", "mine.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("mine/first[okta]"));
}

#[test]
fn broken_yaml() {
    let broken = SOUND.replace("{ as: a }", "{ as: a");
    insta::assert_snapshot!(refused(broken), @"
    error: while parsing a flow mapping, did not find expected ',' or '}'
     --> mine.yaml:8:12
      |
    8 |   - advance: { by: 5m }
      |            ^
    ");
    let tab = SOUND.replace("  - advance", "\t- advance");
    insta::assert_snapshot!(refused(tab), @"
    error: tabs disallowed within this context (block indentation)
     --> mine.yaml:8:2
      |
    8 |     - advance: { by: 5m }
      |     ^
    ");
}

#[test]
fn an_unknown_key_is_shown_with_the_nearest_known_one() {
    let slip = SOUND.replace("each: {", "eech: {");
    insta::assert_snapshot!(refused(slip), @"
    error: unknown key `eech`
      --> mine.yaml:10:38
       |
    10 |   - { id: served, req: errors.class, eech: { of: a, outcome: ok } }
       |                                      ^^^^ did you mean `each`?
       |
       = note: the keys here are `id`, `req`, `when`, `given`, `hint`, `never`, `count`, `each`, `gap`, `distinct`, `constant`, `order`, `overlap`, `spread`, `heeds`, `invariant` and `any_of`
    ");
}

#[test]
fn a_wrong_duration() {
    let words = SOUND.replace("by: 5m", "by: five minutes");
    insta::assert_snapshot!(refused(words), @"
    error: `five minutes` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`
     --> mine.yaml:8:20
      |
    8 |   - advance: { by: five minutes }
      |                    ^^^^^^^^^^^^
    ");
    let number = SOUND.replace("by: 5m", "by: 5");
    insta::assert_snapshot!(refused(number), @"
    error: found the number 5 where a length of time with a unit, such as `30s` or `-120s` belongs
     --> mine.yaml:8:20
      |
    8 |   - advance: { by: 5 }
      |                    ^
    ");
}

#[test]
fn every_mistake_of_every_file_is_told() {
    let folder = Folder::new()
        .with("mine/one.yaml", SOUND.replace("of: a", "of: b"))
        .with(
            "mine/two.yaml",
            SOUND
                .replace("mine/first", "mine/second")
                .replace("errors.class", "errors.clas")
                .replace("by: 5m", "by: 0s"),
        );
    insta::assert_snapshot!(folder.complaint(&["run", "mine"], ExitCode::Usage), @"
    error: no step is called `b`
      --> mine/one.yaml:10:50
       |
    10 |   - { id: served, req: errors.class, each: { of: b, outcome: ok } }
       |                                                  ^ did you mean `a`?
       |
       = note: the steps are `a`

    error: an advance by nothing
     --> mine/two.yaml:8:20
      |
    8 |   - advance: { by: 0s }
      |                    ^^

    error: unknown requirement `errors.clas`
      --> mine/two.yaml:10:24
       |
    10 |   - { id: served, req: errors.clas, each: { of: a, outcome: ok } }
       |                        ^^^^^^^^^^^ did you mean `errors.class`?
       |
       = help: add it to `requirements.yaml`, with its level and source
    ");
}

#[test]
fn files_and_folders_that_are_not_there() {
    let folder = Folder::new().with("empty/notes.txt", "nothing here");
    insta::assert_snapshot!(folder.complaint(&["run", "nowhere.yaml"], ExitCode::Usage), @"error: cannot read `nowhere.yaml`: there is no such file");
    insta::assert_snapshot!(folder.complaint(&["run", "empty"], ExitCode::Usage), @"
    error: no scenario below `empty`
     |
     = help: scenario files end in `.yaml`
    ");
}

#[test]
fn files_that_are_no_text_or_too_much_of_it() {
    let latin = SOUND.replace("One token.", "caf\u{1}").into_bytes();
    let latin: Vec<u8> = latin
        .into_iter()
        .map(|byte| if byte == 1 { 0xe9 } else { byte })
        .collect();
    insta::assert_snapshot!(refused(latin), @"
    error: `mine.yaml` is not UTF-8
     |
     = note: byte 42 is the first that is not
    ");
    let large = format!("{SOUND}#{}", "x".repeat(1024 * 1024));
    insta::assert_snapshot!(refused(large), @"error: `mine.yaml` has more than the 1048576 bytes that are read");
    insta::assert_snapshot!(refused(""), @"
    error: the file is empty
     --> mine.yaml:1:1
      |
    1 |
      | ^
      |
      = help: a scenario is a map with the keys `schema`, `scenario`, `about`, `providers`, `needs`, `passive`, `repeat`, `matrix`, `vary`, `idp`, `client`, `clients`, `steps` and `checks`
    ");
}

#[test]
fn yaml_that_is_made_to_hurt() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(bomb, "a{level}: &a{level} [{before}]");
    }
    insta::assert_snapshot!(refused(bomb), @"
    error: aliases expand to more than is read
     --> mine.yaml:1:38
      |
    1 | a0: &a0 [x, x, x, x, x, x, x, x, x, x]
      |                                      ^
      |
      = help: write the values out, or use `matrix`
    ");
    let deep = format!("{SOUND}deep: {}\n", "[".repeat(20_000));
    insta::assert_snapshot!(refused(deep), @"
    error: recursion limit exceeded
      --> mine.yaml:11:24
       |
    11 | deep: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
       |                        ^
    ");
    let nested = format!("{SOUND}deep: {}1{}\n", "[".repeat(5_000), "]".repeat(5_000));
    insta::assert_snapshot!(refused(nested), @"
    error: recursion limit exceeded
      --> mine.yaml:11:24
       |
    11 | deep: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
       |                        ^
    ");
}
