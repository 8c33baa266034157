//! The folder of recordings: what is replaced, what is taken away, and what is left alone.

use std::fs;
use std::path::Path;

use tokenproof::recording::{Recorded, Recording, Shelf};

use crate::studio::{INCIDENT, Studio, files};

const FOLDER: &str = "incident.outage.okta";

fn recording() -> Recording {
    Studio::with(INCIDENT).only().0
}

#[test]
fn a_recording_is_written_whole_and_read_back() {
    let out = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::new(out.path().join("new/folder"));
    let recording = recording();
    let place = shelf.put(&recording).expect("it is put there");
    assert_eq!(place, out.path().join("new/folder").join(FOLDER));
    let written = files(&place);
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    bundle.json
    scenario.yaml
    stderr.txt
    wire/1.jsonl
    wire/2.jsonl
    ");
    for (name, bytes) in recording.files() {
        assert!(
            written.iter().any(|(n, b)| n == name && b == bytes),
            "{name}"
        );
    }
    let read = Recorded::open(&place).expect("it is sound");
    assert_eq!(read.bundle.case, *recording.case());
    assert_eq!(only(&out.path().join("new/folder")), [FOLDER]);
}

#[test]
fn an_old_recording_is_replaced_or_taken_away_and_nothing_else_is() {
    let out = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::new(out.path());
    let recording = recording();
    fs::create_dir(out.path().join("notes")).expect("a folder");
    fs::write(out.path().join("notes/today.txt"), "mine").expect("a file");
    shelf.clear(recording.case()).expect("nothing to clear");
    let place = shelf.put(&recording).expect("the first");
    // As an earlier run with one attachment more would have left it.
    let bundle = place.join("bundle.json");
    let text = fs::read_to_string(&bundle).expect("a bundle");
    let text = text.replace("\"stderr.txt\"", "\"stderr.txt\", \"transcript.jsonl\"");
    fs::write(&bundle, text).expect("a file");
    fs::write(place.join("transcript.jsonl"), "{}").expect("a file");
    shelf.put(&recording).expect("the second");
    assert!(!place.join("transcript.jsonl").exists());
    shelf.clear(recording.case()).expect("taken away");
    assert_eq!(only(out.path()), ["notes"]);
    assert!(out.path().join("notes/today.txt").exists());
}

/// What has come to stand in the place of a recording, and what is said of it.
fn in_the_way(make: impl Fn(&Path)) -> String {
    let out = tempfile::tempdir().expect("a folder");
    let place = out.path().join(FOLDER);
    make(&place);
    let before = files(out.path());
    let (shelf, recording) = (Shelf::new(out.path()), recording());
    let said = [
        shelf.examine(recording.case()).expect_err("in the way"),
        shelf.put(&recording).expect_err("in the way"),
        shelf.clear(recording.case()).expect_err("in the way"),
    ];
    let said = said.map(|trouble| {
        trouble
            .to_string()
            .replace(&place.display().to_string(), "PLACE")
    });
    assert!(said[0] == said[1] && said[1] == said[2], "{said:?}");
    assert_eq!(before, files(out.path()), "something was changed");
    said[0].clone()
}

#[test]
fn what_is_no_recording_is_never_touched() {
    let write = |place: &Path, name: &str, text: &str| {
        fs::create_dir_all(place).expect("a folder");
        fs::write(place.join(name), text).expect("a file");
    };
    let put = |place: &Path| {
        let shelf = Shelf::new(place.parent().expect("a folder"));
        shelf.put(&recording()).expect("a recording");
    };
    let said = [
        in_the_way(|place| fs::write(place, "mine").expect("a file")),
        in_the_way(|place| fs::create_dir(place).expect("a folder")),
        in_the_way(|place| write(place, "bundle.json", "{}")),
        in_the_way(|place| {
            write(
                place,
                "bundle.json",
                "{\"kind\": \"tokenproof-recording\", \"schema\": 9, \"tokenproof\": \"9.0.0\"}",
            )
        }),
        in_the_way(|place| {
            put(place);
            write(place, "notes.txt", "mine");
        }),
        in_the_way(|place| {
            put(place);
            write(place, "wire/notes.txt", "mine");
        }),
        in_the_way(|place| {
            put(place);
            let text = fs::read_to_string(place.join("bundle.json")).expect("a bundle");
            write(
                place,
                "bundle.json",
                &text.replace("incident/outage[", "incident/other["),
            );
        }),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    `PLACE` is in the way of a recording: it is no folder; move it, or choose another folder with `--out`
    `PLACE` is in the way of a recording: it has no `bundle.json`; move it, or choose another folder with `--out`
    `PLACE` is in the way of a recording: `bundle.json` is not that of a recording: it has no `"kind": "tokenproof-recording"`; move it, or choose another folder with `--out`
    `PLACE` is in the way of a recording: its schema is 9 and this tokenproof reads 1; tokenproof 9.0.0 wrote it, or a later one reads it; move it, or choose another folder with `--out`
    `PLACE` is in the way of a recording: it holds `notes.txt`, which no recording has; move it, or choose another folder with `--out`
    `PLACE` is in the way of a recording: it holds `wire/notes.txt`, which no recording has; move it, or choose another folder with `--out`
    `PLACE` is in the way of a recording: it is a recording of incident/other[okta]; move it, or choose another folder with `--out`
    "#);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let recording = recording();
    let place = Shelf::new(elsewhere.path())
        .put(&recording)
        .expect("a recording");
    let said = in_the_way(|link| std::os::unix::fs::symlink(&place, link).expect("a link"));
    insta::assert_snapshot!(said, @"`PLACE` is in the way of a recording: it is no folder; move it, or choose another folder with `--out`");
    assert!(place.join("bundle.json").exists());
}

/// Several processes may play the same case.
#[test]
fn many_may_put_the_same_recording_at_once() {
    let out = tempfile::tempdir().expect("a folder");
    let shelf = Shelf::new(out.path());
    let recording = recording();
    std::thread::scope(|scope| {
        let putting: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..20).filter(|_| shelf.put(&recording).is_err()).count()))
            .collect();
        let failed: usize = putting
            .into_iter()
            .map(|one| one.join().expect("a thread"))
            .sum();
        // Who loses the place again and again may give up, but leaves nothing behind.
        assert!(failed < 80, "{failed}");
    });
    assert_eq!(only(out.path()), [FOLDER]);
    Recorded::open(&out.path().join(FOLDER)).expect("it is whole");
}

/// The names in a folder.
fn only(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
