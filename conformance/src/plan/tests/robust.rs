use std::sync::mpsc;
use std::thread;
use std::time::Duration;

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

/// One of the scenarios that are shipped.
fn shipped() -> impl Strategy<Value = &'static str> {
    let texts: Vec<&'static str> = scenarios::FILES.iter().map(|(_, text)| *text).collect();
    prop::sample::select(texts)
}

/// The longest answer to a file, in bytes: the mistakes that are shown, each with its lines and what can be done.
const LONGEST_ANSWER: usize = 2 << 20;

/// Plans a file and holds that it is answered: without a panic, before long, in few words.
fn answered(text: String) {
    let (done, answer) = mpsc::channel();
    let file = text.clone();
    thread::spawn(move || done.send(outcome(&file)));
    let length = answer
        .recv_timeout(Duration::from_secs(30))
        .map(|answer| answer.len());
    assert!(
        length.is_ok_and(|length| length < LONGEST_ANSWER),
        "{length:?} bytes are answered to\n{text}"
    );
}

proptest! {
    // A shipped file has many cases to plan.
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_stretch_is_replaced(text in shipped(), at in 0usize..10_000, length in 0usize..40, put in "[\\[\\]{}:,$*&!|>'\"#\n \t-]{0,4}") {
        let start = text.floor_char_boundary(at % text.len());
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        answered(format!("{}{put}{}", &text[..start], &text[end..]));
    }

    #[test]
    fn bytes_are_flipped(text in shipped(), flips in prop::collection::vec((0usize..10_000, any::<u8>()), 1..8)) {
        let mut bytes = text.as_bytes().to_vec();
        for (at, with) in flips {
            let at = at % bytes.len();
            bytes[at] ^= with;
        }
        answered(String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn lines_are_lost_and_doubled(text in shipped(), lost in prop::collection::vec(0usize..200, 0..6), doubled in prop::collection::vec(0usize..200, 0..6)) {
        let number = text.lines().count();
        let (lost, doubled) = (modulo(lost, number), modulo(doubled, number));
        let mut out = String::new();
        for (at, line) in text.lines().enumerate() {
            let times = usize::from(!lost.contains(&at)) + usize::from(doubled.contains(&at));
            for _ in 0..times {
                out.push_str(line);
                out.push('\n');
            }
        }
        answered(out);
    }

    #[test]
    fn two_files_are_spliced(first in shipped(), second in shipped(), upto in 0usize..200, from in 0usize..200) {
        let head = first.lines().take(upto % (first.lines().count() + 1));
        let tail = second.lines().skip(from % (second.lines().count() + 1));
        answered(head.chain(tail).flat_map(|line| [line, "\n"]).collect());
    }

    /// A value of one file in the place of a value of another: sound YAML, and often a sound shape.
    #[test]
    fn values_change_places(first in shipped(), second in shipped(), at in 0usize..400, from in 0usize..400) {
        let places: Vec<_> = first.match_indices(": ").map(|(at, _)| at + 2).collect();
        let values: Vec<_> = second.match_indices(": ").map(|(at, _)| &second[at + 2..]).collect();
        let at = places[at % places.len()];
        let value = values[from % values.len()];
        let end = |text: &str| text.find([',', '}', '\n']).unwrap_or(text.len());
        let rest = &first[at..];
        answered(format!("{}{}{}", &first[..at], &value[..end(value)], &rest[end(rest)..]));
    }
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
    fn a_name_of_any_size_is_suggested_for_quickly(name in "[a-z]{0,300}") {
        let _ = outcome(&format!("{name}: 1\n"));
    }
}

fn modulo(numbers: Vec<usize>, by: usize) -> Vec<usize> {
    numbers.into_iter().map(|number| number % by).collect()
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

/// Seconds for each if every mistake were looked for in every case, or everybody compared with everybody.
#[test]
fn many_mistakes_are_not_all_shown() {
    let head = "schema: 1\nscenario: a/b\nabout: x\nproviders: [okta]\n";
    let name = |n: usize| format!("{}{n}", "x".repeat(50));
    let labels: String = (0..2_000)
        .map(|n| format!("- get_token: {{ as: {} }}\n", name(n)))
        .collect();
    let waits: String = (0..2_000)
        .map(|n| format!("- join: {}y\n", name(n)))
        .collect();
    answered(format!(
        "{head}steps:\n{labels}{waits}checks: [{{ id: c }}]\n"
    ));

    let values: Vec<_> = (0..900).map(|n| n.to_string()).collect();
    let files = format!(
        "{head}matrix: {{ c: [{}] }}\nsteps:\n- get_token: {{ as: a, times: $c }}\n{}checks: [{{ id: c, req: x, each: {{ of: b, outcome: ok }} }}]\n",
        values.join(","),
        "- join: b\n".repeat(100)
    );
    answered(files.clone());
    let problems = cases(&files).unwrap_err();
    assert!(problems.iter().count() <= 200);

    let wrong = "- get_tokn: {}\n".repeat(5_000);
    let problems = cases(&format!("{head}steps:\n{wrong}checks: [{{}}]\n")).unwrap_err();
    assert_eq!(problems.iter().count(), 200);
    assert!(
        problems
            .to_string()
            .ends_with("error: there are more mistakes than these 200")
    );

    answered(format!("{head}{}: 1\n", "k".repeat(1_000_000)));
    answered(format!(
        "{head}clients: {{ a: {{ count: 4000000000 }} }}\nsteps: [{{ get_token: {{ as: a }} }}]\nchecks: [{{ id: c }}]\n"
    ));
}
