//! What the README says to type beside a served mock: the lines to paste are pasted, and curl is run as it stands there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use tests::program::mock_idp;

use super::Document;
use super::shown::{difference, lines};

/// A served mock, ended with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // Either may have happened already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn curl_lines_of_the_readme_do_what_is_shown() {
    if Command::new("curl").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "curl is needed here");
        let skipped = "SKIPPED: there is no curl, so the README's lines were not run";
        writeln!(std::io::stderr(), "{skipped}").expect("a standard error");
        return;
    }
    let commands: Vec<super::Command> = Document::read("README.md")
        .blocks()
        .iter()
        .flat_map(super::Block::commands)
        .collect();
    let serve = commands
        .iter()
        .find(|command| command.typed == "mock-idp serve");
    let serve = serve.expect("the README shows how to serve");
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut served = mock_idp();
    served
        .arg("serve")
        .env("XDG_DATA_HOME", home.path())
        .stdout(Stdio::piped());
    let mut served = Served(served.spawn().expect("it starts"));
    let said = until_ready(&mut served.0);
    let shown = serve.output.join("\n");
    assert_eq!(difference(&lines(&shown), &lines(&said)), None);
    let (_, pasted) = said.split_once("# for bash\n").expect("lines to paste");
    let (pasted, _) = pasted.split_once("\n\n").expect("an end of them");

    let mut run = 0;
    for command in commands
        .iter()
        .filter(|one| one.words.first().is_some_and(|word| word == "curl"))
    {
        let output = Command::new("sh")
            .args(["-c", &format!("{pasted}\n{}", command.typed)])
            .output()
            .expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {complaint}", command.place);
        assert!(
            !command.output.is_empty(),
            "{} shows no answer",
            command.place
        );
        let shown = command.output.join("\n");
        assert!(
            is_shown(&shown, &printed),
            "{} is shown with\n{shown}\nwhich is not\n{printed}",
            command.place
        );
        run += 1;
    }
    assert!(run >= 4, "only {run} lines of curl");
}

fn until_ready(served: &mut Child) -> String {
    let out = BufReader::new(served.stdout.take().expect("a pipe"));
    let mut said = String::new();
    for line in out.lines() {
        let line = line.expect("UTF-8");
        let is_ready = line.starts_with("ready");
        said.push_str(&line);
        said.push('\n');
        if is_ready {
            return said;
        }
    }
    panic!("it ended before it was ready: {said}");
}

/// Whether a text is what is shown, where `…` stands for anything.
fn is_shown(shown: &str, printed: &str) -> bool {
    let mut rest = printed.trim();
    let mut parts = shown.trim().split('…').peekable();
    let mut is_first = true;
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        let found = match (is_first, is_last) {
            (true, true) => return part == rest,
            (true, false) => rest.starts_with(part).then_some(0),
            (false, true) => return rest.ends_with(part),
            (false, false) => rest.find(part),
        };
        match found {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
        is_first = false;
    }
    true
}

#[test]
fn what_is_left_out_may_be_anything_and_the_rest_nothing_else() {
    for (shown, printed) in [
        ("a", "a\n"),
        ("a…", "abc"),
        ("…c", "abc"),
        ("a…c", "abc"),
        ("a…c…e", "abcde"),
    ] {
        assert!(is_shown(shown, printed), "{shown} {printed}");
    }
    for (shown, printed) in [
        ("a", "ab"),
        ("b…", "abc"),
        ("…b", "abc"),
        ("a…c…b", "abcb c"),
        ("", "a"),
    ] {
        assert!(!is_shown(shown, printed), "{shown} {printed}");
    }
}
