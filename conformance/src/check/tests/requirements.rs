//! The registry: proof, sources, and what the matrix shows.

use super::*;

#[test]
fn requirements_without_proof() {
    let rows = "  - { id: mine.untested, says: x, level: should, authority: profile, caught_on: [BlursErrors] }
  - { id: mine.unproven, says: x, level: should, authority: profile, excluded: \" \" }
  - { id: mine.bare, says: x, level: should, authority: profile }
  - { id: mine.both, says: x, level: should, authority: profile, excluded: no way to see it, caught_on: [BlursErrors] }
  - { id: mine.named, says: x, level: should, authority: profile, excluded: y, caught_on: [BlurErrors, Stampedes, Stampedes] }
";
    let twice = SCENARIO.replace(
        "req: mine.served, when: { status: busy }",
        "req: mine.both, when: { status: busy }",
    );
    let shelf = Shelf::new(&[
        ("requirements.yaml", &registry(rows)),
        ("mine/first.yaml", &twice),
    ]);
    insta::assert_snapshot!(shelf.said("", &all()), @r#"
    error: no check tests `mine.untested`
     --> requirements.yaml:4:11
      |
    4 |   - { id: mine.untested, says: x, level: should, authority: profile, caught_on: [BlursErrors] }
      |           ^^^^^^^^^^^^^
      |
      = help: bind a check to it with `req`, or say under `excluded` why none does

    error: an exclusion without a reason
     --> requirements.yaml:5:80
      |
    5 |   - { id: mine.unproven, says: x, level: should, authority: profile, excluded: " " }
      |                                                                                ^^^
      |
      = help: say why no check tests the requirement

    error: no check tests `mine.bare`
     --> requirements.yaml:6:11
      |
    6 |   - { id: mine.bare, says: x, level: should, authority: profile }
      |           ^^^^^^^^^
      |
      = help: bind a check to it with `req`, or say under `excluded` why none does

    error: no broken client is known to trip `mine.bare`
     --> requirements.yaml:6:11
      |
    6 |   - { id: mine.bare, says: x, level: should, authority: profile }
      |           ^^^^^^^^^
      |
      = help: name one under `caught_on`; `tokenproof mutants` shows which there are

    error: `mine.both` is excluded, and yet a check tests it
     --> requirements.yaml:7:76
      |
    7 | ...hould, authority: profile, excluded: no way to see it, caught_on: [BlursErrors] }
      |                                         ^^^^^^^^^^^^^^^^
      |
      = help: remove `excluded`

    error: `mine.both` is excluded, and yet broken clients are said to trip it
     --> requirements.yaml:7:76
      |
    7 | ...hould, authority: profile, excluded: no way to see it, caught_on: [BlursErrors] }
      |                                         ^^^^^^^^^^^^^^^^
      |
      = help: remove `excluded` or `caught_on`

    error: `mine.named` is excluded, and yet broken clients are said to trip it
     --> requirements.yaml:8:77
      |
    8 |   - { id: mine.named, says: x, level: should, authority: profile, excluded: y, caught_on: [Bl...
      |                                                                             ^
      |
      = help: remove `excluded` or `caught_on`

    error: no broken client is called `BlurErrors`
     --> requirements.yaml:8:92
      |
    8 | ... excluded: y, caught_on: [BlurErrors, Stampedes, Stampedes] }
      |                              ^^^^^^^^^^ did you mean `BlursErrors`?
      |
      = note: `tokenproof mutants` shows which there are

    error: `Stampedes` stands twice
     --> requirements.yaml:8:115
      |
    8 | ...: y, caught_on: [BlurErrors, Stampedes, Stampedes] }
      |                                            ^^^^^^^^^
    "#);
}

#[test]
fn references_that_bear_nothing() {
    let rows = "  - { id: mine.a, says: x, level: must, authority: rfc, excluded: y, refs: [{ doc: RFC 6749, section: \"six\" }, { doc: RFC6749, keyword: SHALT }] }
  - { id: mine.b, says: x, level: must, authority: rfc, excluded: y, refs: [{ doc: RFC6749, section: \"6\", keyword: MAY }] }
  - { id: mine.c, says: x, level: must, authority: profile, excluded: y }
  - { id: mine.d, says: x, level: should, authority: vendor, excluded: y, refs: [{ page: \"https://example.org/x\" }, { doc: RFC6749, context: true }] }
  - { id: mine.e, says: x, level: should, authority: rfc, excluded: y, refs: [{ doc: RFC6749, context: true }] }
  - { id: mine.f, says: x, level: should, authority: vendor, excluded: y, refs: [{ page: example.org/x }, { page: example.org/x }] }
";
    let shelf = Shelf::new(&[
        ("requirements.yaml", &registry(rows)),
        ("mine/first.yaml", SCENARIO),
    ]);
    insta::assert_snapshot!(shelf.said("", &all()), @r#"
    error: `RFC 6749` is no document
     --> requirements.yaml:4:84
      |
    4 | ...thority: rfc, excluded: y, refs: [{ doc: RFC 6749, section: "six" }, { doc: RFC6749, keywo...
      |                                             ^^^^^^^^
      |
      = help: write it as `RFC6749`, or by its short name without spaces

    error: `six` is no section
     --> requirements.yaml:4:103
      |
    4 | ...uded: y, refs: [{ doc: RFC 6749, section: "six" }, { doc: RFC6749, keyword: SHALT }] }
      |                                              ^^^^^
      |
      = help: write its number, such as `5.2` or `A.1`

    error: `SHALT` is no keyword
     --> requirements.yaml:4:137
      |
    4 | ...ection: "six" }, { doc: RFC6749, keyword: SHALT }] }
      |                                              ^^^^^
      |
      = note: the keywords are `MUST`, `MUST NOT`, `REQUIRED`, `SHALL`, `SHALL NOT`, `SHOULD`, `SHOULD NOT`, `RECOMMENDED`, `NOT RECOMMENDED`, `MAY` and `OPTIONAL`

    error: `mine.b` is a must, and its source says MAY
     --> requirements.yaml:5:116
      |
    5 | ...s: [{ doc: RFC6749, section: "6", keyword: MAY }] }
      |                                               ^^^
      |
      = help: a level is never above its source: write `level: should`

    error: `mine.c` is a must that only we ask for
     --> requirements.yaml:6:35
      |
    6 |   - { id: mine.c, says: x, level: must, authority: profile, excluded: y }
      |                                   ^^^^
      |
      = help: good practice is `should`; a must has a standard or a vendor behind it

    error: `https://example.org/x` is no page
     --> requirements.yaml:7:90
      |
    7 | ...dor, excluded: y, refs: [{ page: "https://example.org/x" }, { doc: RFC6749, context: true ...
      |                                     ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write host and path without scheme, such as `learn.microsoft.com/entra/…`

    error: nothing under `refs` says what `mine.e` rests on
     --> requirements.yaml:8:54
      |
    8 |   - { id: mine.e, says: x, level: should, authority: rfc, excluded: y, refs: [{ doc: RFC6749,...
      |                                                      ^^^
      |
      = help: name a document that is more than `context`, or write `authority: profile`

    error: `mine.f` refers there twice
     --> requirements.yaml:9:107
      |
    9 | ..., refs: [{ page: example.org/x }, { page: example.org/x }] }
      |                                      ^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn the_matrix_shows_what_is_claimed_and_not_so() {
    let shelf = Shelf::new(&[
        (
            "requirements.yaml",
            &registry("  - { id: mine.mute, says: x, level: should, authority: profile, caught_on: [BlursErrors] }\n")
                .replace("[BlursErrors] }\n  - { id: mine.mute", "[LocalClockForReset] }\n  - { id: mine.mute"),
        ),
        (
            "mine/first.yaml",
            &format!(
                "{SCENARIO}  - {{ id: mute, req: mine.mute, count: {{ to: token, at_least: 1 }} }}\n  - {{ id: wrong, req: mine.mute, count: {{ to: token, is: 9 }} }}\n"
            ),
        ),
    ]);
    assert_eq!(shelf.said("", &all()), "");
    let played = Scope {
        matrix: Some(2),
        ..all()
    };
    // Which others do depends on the broken clients there are.
    let said = shelf.said("", &played);
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("those that do are"))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    error: no broken client trips `mine/first:mute`
      --> mine/first.yaml:12:11
       |
    12 |   - { id: mute, req: mine.mute, count: { to: token, at_least: 1 } }
       |           ^^^^
       |
       = help: sharpen the check, or add a broken client that it is for: it proves nothing

    error: token-client does not pass `mine/first:wrong`: warn
      --> mine/first.yaml:13:11
       |
    13 |   - { id: wrong, req: mine.mute, count: { to: token, is: 9 } }
       |           ^^^^^
       |
       = help: `tokenproof run mine/first:wrong` shows what was seen

    error: `LocalClockForReset` trips no check of `mine.served`
     --> requirements.yaml:3:98
      |
    3 | ...ld, authority: profile, caught_on: [LocalClockForReset] }
      |                                        ^^^^^^^^^^^^^^^^^^
      |
    ");
}
