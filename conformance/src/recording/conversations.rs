//! What was said to clients outside of this process, and by them, as files of a recording.

use super::Attachment;
use crate::case::Case;
use crate::contender::Said;

/// The most that is kept of each file.
const MOST: usize = 8 << 20;

/// The files of a case: the conversations of all its runs and clients one after another, each under a heading where there are
/// several, and in the same way what was written to standard error. What nobody said has no file.
#[must_use]
pub fn conversations(case: &Case, runs: &[(usize, Vec<Said>)]) -> Vec<Attachment> {
    let transcript = gathered(case, runs, |said| &said.transcript);
    let stderr = gathered(case, runs, |said| &said.stderr);
    let transcript = transcript.map(Attachment::transcript);
    transcript
        .into_iter()
        .chain(stderr.map(Attachment::stderr))
        .collect()
}

fn gathered(
    case: &Case,
    runs: &[(usize, Vec<Said>)],
    what: impl Fn(&Said) -> &String,
) -> Option<String> {
    let several = runs.iter().map(|(_, said)| said.len()).sum::<usize>() > 1;
    let (mut text, mut left_out) = (String::new(), 0);
    for (variation, said) in runs {
        for said in said.iter().filter(|said| !what(said).is_empty()) {
            if text.len() + what(said).len() > MOST {
                left_out += 1;
                continue;
            }
            if several {
                text.push_str(&heading(case, *variation, &said.client));
            }
            text.push_str(what(said));
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
    }
    if left_out > 0 {
        text.push_str(&format!("# {left_out} more left out\n"));
    }
    (!text.is_empty()).then_some(text)
}

/// `# run 2 (prose=absent), client fleet-1`.
fn heading(case: &Case, variation: usize, client: &str) -> String {
    let cell = case.variations.get(variation).map(|v| &v.cell);
    let values = cell.into_iter().flatten();
    let values: Vec<String> = values
        .map(|(axis, value)| format!("{axis}={value}"))
        .collect();
    let with = match values.is_empty() {
        true => String::new(),
        false => format!(" ({})", values.join(", ")),
    };
    format!("# run {}{with}, {client}\n", variation + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::fixture::case;
    use crate::verdict::Level;

    fn said(client: &str, transcript: &str, stderr: &str) -> Said {
        Said {
            client: client.to_owned(),
            transcript: transcript.to_owned(),
            stderr: stderr.to_owned(),
        }
    }

    fn shown(variations: usize, runs: &[(usize, Vec<Said>)]) -> String {
        let case = case("area/name", Level::Must, [], json!([]), variations);
        let files = conversations(&case, runs);
        let files = files
            .iter()
            .map(|file| format!("{}\n{}", file.name(), String::from_utf8_lossy(file.bytes())));
        files.collect()
    }

    #[test]
    fn one_client_needs_no_heading_and_several_have_one() {
        insta::assert_snapshot!(shown(1, &[(0, vec![said("client", "> hello\n< ok\n", "")])]), @"
        transcript.txt
        > hello
        < ok
        ");
        insta::assert_snapshot!(shown(2, &[
            (0, vec![said("a", "> 1\n", "warned"), said("b", "> 2\n", "")]),
            (1, vec![said("a", "> 3\n", "")]),
        ]), @"
        transcript.txt
        # run 1 (n=1), a
        > 1
        # run 1 (n=1), b
        > 2
        # run 2 (n=2), a
        > 3
        stderr.txt
        # run 1 (n=1), a
        warned
        ");
        assert_eq!(shown(1, &[(0, Vec::new())]), "");
    }

    #[test]
    fn so_much_is_kept() {
        let long = "x".repeat(MOST / 2 + 1);
        let text = shown(
            1,
            &[(
                0,
                vec![
                    said("a", &long, ""),
                    said("b", &long, ""),
                    said("c", "> 1\n", ""),
                ],
            )],
        );
        assert!(text.ends_with("# run 1, c\n> 1\n# 1 more left out\n"));
        assert!(text.len() < MOST);
    }
}
