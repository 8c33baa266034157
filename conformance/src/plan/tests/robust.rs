use proptest::prelude::*;

use super::{cases, outcome};
use crate::yaml::MAX_BYTES;

/// Pieces that the language is made of, so that random files come close to sound ones.
fn piece() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "schema: 1\n",
        "scenario: a/b\n",
        "about: x\n",
        "providers: [okta]\n",
        "providers: [entra, okta]\n",
        "needs: [clock]\n",
        "passive: true\n",
        "matrix:\n",
        "vary: ",
        "idp:\n",
        "client: ",
        "steps:\n",
        "checks:\n",
        "  - ",
        "{ ",
        " }",
        "[",
        "]",
        ", ",
        "\n",
        "  ",
        "get_token: ",
        "call_api: ",
        "as: a",
        "times: 2",
        "every: 1s",
        "for: 3s",
        "each: ",
        "of: a",
        "outcome: ok",
        "never: ",
        "count: ",
        "is: 1",
        "to: token",
        "to: resource",
        "script: ",
        "reply: 503",
        "reply: $x",
        "reply: $x.y",
        "x: ",
        "y: ",
        "x: [1, 2]",
        "headers: ",
        "A: $epoch(+1s)",
        "A: $nope(1)",
        "id: c",
        "req: rotation.discard-old",
        "only: ",
        "when: ",
        "&a ",
        "*a",
        "<<: *a",
        "- 1",
        "!!str ",
        "'",
        "\"",
        "|\n  x\n",
        "# c\n",
        "---\n",
        "é",
        "\u{0}",
        "\t",
        "~",
        "gap: ",
        "between: token",
        "at_least: 1s",
        "any_of: ",
        "given: ",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = outcome(&text);
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = outcome(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn anything_like_a_scenario_is_answered(text in piece()) {
        let _ = outcome(&text);
    }

    #[test]
    fn a_damaged_scenario_is_answered(at in 0usize..10_000, length in 0usize..40, put in "[\\[\\]{}:,$*&!|>'\"#\n \t-]{0,4}", which in 0usize..1_000) {
        let files = scenarios::FILES;
        prop_assume!(!files.is_empty());
        let text = files[which % files.len()].1;
        let start = text.floor_char_boundary(at % text.len());
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        let _ = outcome(&format!("{}{put}{}", &text[..start], &text[end..]));
    }

    #[test]
    fn a_name_of_any_size_is_suggested_for_quickly(name in "[a-z]{0,300}") {
        let _ = outcome(&format!("{name}: 1\n"));
    }
}

/// Files made to cost as much as they can.
#[test]
fn costly_files_are_refused() {
    let head = "schema: 1\nscenario: a\nabout: x\nproviders: [okta]\n";
    let big = format!("[{}]", "x,".repeat(9_000));
    let uses = "- $c.d\n".repeat(900);
    let amplify = format!(
        "{head}matrix: {{ c: {{ a: {{ d: {big} }} }} }}\nsteps:\n{uses}checks: [{{ id: c }}]\n"
    );
    assert!(amplify.len() < MAX_BYTES);
    let problems = cases(&amplify).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|p| p.title().contains("more than 2000000 values")),
        "{problems}"
    );

    let many: Vec<_> = (0..500).map(|n| format!("v{n}")).collect();
    let axes = format!(
        "{head}matrix:\n  a: [{0}]\n  b: [{0}]\n  c: [{0}]\nsteps: [{{ get_token: {{}} }}]\nchecks: [{{}}]\n",
        many.join(",")
    );
    let problems = cases(&axes).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|p| p.title().contains("125000000 runs")),
        "{problems}"
    );
}

/// Minutes if the place of a value were counted from the beginning of the file.
#[test]
fn a_long_file_is_read_in_one_go() {
    let padding = format!("# {}\n", "x".repeat(76)).repeat(11_000);
    let steps = "- get_token: {}\n".repeat(3_000);
    let text = format!(
        "schema: 1\nscenario: a/b\nabout: x\nproviders: [okta]\nsteps:\n{padding}{steps}checks: []\n"
    );
    assert!(text.len() < MAX_BYTES);
    // It checks nothing, and that is all that is wrong with it.
    assert!(cases(&text).is_err());
}
