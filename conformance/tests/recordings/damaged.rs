//! Recordings that are broken, foreign, too large, of a later release, or nonsense: a clear word, never a panic.

use proptest::prelude::*;
use serde_json::{Value, json};
use tokenproof::gate::Gate;
use tokenproof::recording::{Recorded, Replayer};
use tokenproof::report::{
    Played, Report, Style, Verbosity, html, json as json_report, junit, markdown, terminal,
};

use crate::studio::{INCIDENT, Studio};

type Files = Vec<(String, Vec<u8>)>;

fn sound() -> Files {
    let (recording, _) = Studio::with(INCIDENT).only();
    let files = recording.files();
    files
        .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
        .collect()
}

fn open(files: &Files) -> Result<Recorded, String> {
    let files = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    Recorded::from_files("bundle", files).map_err(|error| error.to_string())
}

/// What is said of a bundle in which one file is another.
fn with(file: &str, change: impl Fn(&str) -> String) -> String {
    let mut files = sound();
    for (name, bytes) in &mut files {
        if name == file {
            let text = String::from_utf8_lossy(bytes).into_owned();
            *bytes = change(&text).into_bytes();
            assert!(text.as_bytes() != bytes.as_slice(), "{file} is not changed");
        }
    }
    match open(&files) {
        Err(error) => error,
        Ok(recorded) => match Replayer::new().replay(&recorded) {
            Err(error) => error.to_string(),
            Ok(_) => "accepted".to_owned(),
        },
    }
}

fn bundle(change: impl Fn(&mut Value)) -> String {
    with("bundle.json", |text| {
        let mut value: Value = serde_json::from_str(text).expect("JSON");
        change(&mut value);
        format!("{value:#}")
    })
}

#[test]
fn every_kind_of_damage_is_named() {
    let mut said = Vec::new();
    for missing in ["bundle.json", "scenario.yaml", "wire/2.jsonl"] {
        let mut files = sound();
        files.retain(|(name, _)| name != missing);
        said.push(open(&files).expect_err("refused"));
    }
    said.extend([
        with("bundle.json", |text| text[..400].to_owned()),
        with("bundle.json", |_| "not JSON".to_owned()),
        with("bundle.json", |_| {
            "{\"kind\": \"other\", \"schema\": 1}".to_owned()
        }),
        with("bundle.json", |_| "[]".to_owned()),
        bundle(|b| b["schema"] = json!(2)),
        bundle(|b| b["schema"] = json!("1")),
        bundle(|b| b["news"] = json!(1)),
        bundle(|b| b["road"] = json!("teleport")),
        bundle(|b| b["runs"] = json!([])),
        bundle(|b| b["verdicts"] = json!([])),
        bundle(|b| b["runs"][1]["variation"] = b["runs"][0]["variation"].clone()),
        bundle(|b| b["runs"] = Value::Array(vec![b["runs"][0].clone(); 1001])),
        bundle(|b| b["runs"][0]["exchanges"] = json!(99)),
        bundle(|b| b["runs"][0]["ended_at"] = json!("9999-12-30T00:00:00Z")),
        bundle(|b| b["runs"][0]["variation"] = json!({ "prose": "klingon" })),
        bundle(|b| b["verdicts"][0]["id"] = json!("unheard-of")),
        bundle(|b| b["attachments"] = json!(["../../etc/passwd"])),
        bundle(|b| b["case"] = json!("incident/outage[entra]")),
        bundle(|b| b["requirements"] = json!([])),
        with("scenario.yaml", |text| text.replace("steps:", "stps:")),
        with("wire/1.jsonl", |text| {
            text.replacen("\"number\":2", "\"number\":1", 1)
        }),
        with("wire/1.jsonl", |text| {
            text.replacen("\"by\":\"client\"", "\"by\":\"nobody\"", 1)
        }),
        with("wire/1.jsonl", |text| format!("{text}\n")),
        with("wire/1.jsonl", |text| {
            text.lines().next().unwrap_or_default().to_owned()
        }),
    ]);
    insta::assert_snapshot!(said.join("\n"), @r#"
    the recording `bundle` cannot be read: `bundle.json` cannot be opened: entity not found
    the recording `bundle` cannot be read: `scenario.yaml` cannot be opened: entity not found
    the recording `bundle` cannot be read: `wire/2.jsonl` cannot be opened: entity not found
    the recording `bundle` cannot be read: `bundle.json` is damaged: EOF while parsing an object at line 21 column 2
    the recording `bundle` cannot be read: `bundle.json` is damaged: expected ident at line 1 column 2
    the recording `bundle` cannot be read: `bundle.json` is not that of a recording: it has no `"kind": "tokenproof-recording"`
    the recording `bundle` cannot be read: `bundle.json` is not that of a recording: it has no `"kind": "tokenproof-recording"`
    the recording `bundle` cannot be read: its schema is 2 and this tokenproof reads 1; tokenproof 0.1.0 wrote it, or a later one reads it
    the recording `bundle` cannot be read: `bundle.json` is not that of a recording: it has no `"kind": "tokenproof-recording"`
    the recording `bundle` cannot be read: `bundle.json` is damaged: unknown field `news`, expected one of `kind`, `schema`, `tokenproof`, `case`, `road`, `under_test`, `command`, `seed`, `gate`, `set`, `scenario`, `verdicts`, `requirements`, `attachments`, `runs` at line 278 column 8
    the recording `bundle` cannot be read: `bundle.json` is damaged: unknown variant `teleport`, expected one of `local`, `driver`, `passive` at line 6 column 20
    the recording `bundle` cannot be read: `bundle.json` is damaged: it has no run
    the recording `bundle` cannot be read: `bundle.json` is damaged: it has no verdict
    the recording `bundle` cannot be read: `bundle.json` is damaged: two of its runs are of the same variation
    the recording `bundle` cannot be read: `bundle.json` is damaged: it has 1001 runs, more than the 1000 of a case
    the recording `bundle` cannot be read: `wire/1.jsonl` is damaged: it has 2 exchanges and `bundle.json` says 99
    the recording `bundle` cannot be read: `bundle.json` is damaged: 9999-12-30T00:00:00Z is no time that a run can have
    the recording `bundle` has no run for prose=english of incident/outage[okta]; play the scenario as it is now to get one
    the recording `bundle` cannot be read: `scenario.yaml` is damaged: its scenario has no check incident/outage[okta]:unheard-of
    the recording `bundle` cannot be read: `bundle.json` is damaged: `../../etc/passwd` is no name for an attachment
    the recording `bundle` cannot be read: `scenario.yaml` is damaged: its scenario has no case incident/outage[entra]
    the recording `bundle` cannot be read: its scenario is not one that this tokenproof reads:
    error: unknown requirement `rate-limit.recovers`
      --> incident.yaml:14:26
       |
    14 |   - { id: recovers, req: rate-limit.recovers, each: { of: later, outcome: ok } }
       |                          ^^^^^^^^^^^^^^^^^^^
       |
       = help: add it to `requirements.yaml`, with its level and source

    error: unknown requirement `retry.transient-only`
      --> incident.yaml:15:24
       |
    15 |   - { id: served, req: retry.transient-only, each: { of: job, outcome: ok } }
       |                        ^^^^^^^^^^^^^^^^^^^^
       |
       = help: add it to `requirements.yaml`, with its level and source
    the recording `bundle` cannot be read: its scenario is not one that this tokenproof reads:
    error: the key `steps` is missing
     --> incident.yaml:1:1
      |
    1 | schema: 1
      | ^^^^^^^^^
      |
      = note: a scenario that is not passive does something

    error: unknown key `stps`
     --> incident.yaml:9:1
      |
    9 | stps:
      | ^^^^ did you mean `steps`?
      |
      = note: the keys of a scenario are `schema`, `scenario`, `about`, `providers`, `needs`, `passive`, `repeat`, `matrix`, `vary`, `idp`, `client`, `clients`, `steps` and `checks`
    the recording `bundle` cannot be read: `wire/1.jsonl` is damaged: exchange 1 follows exchange 1: they are numbered from 1 upwards
    the recording `bundle` cannot be read: `wire/1.jsonl:1` is damaged: unknown variant `nobody`, expected `client` or `intruder` at line 1 column 14
    the recording `bundle` cannot be read: `wire/1.jsonl:3` is damaged: EOF while parsing a value at line 1 column 0
    the recording `bundle` cannot be read: `wire/1.jsonl` is damaged: it has 1 exchange and `bundle.json` says 2
    "#);
}

#[test]
fn what_is_not_text_and_what_is_too_large_is_refused() {
    let mut files = sound();
    for (name, bytes) in &mut files {
        if name == "scenario.yaml" {
            bytes.push(0xff);
        }
    }
    insta::assert_snapshot!(open(&files).expect_err("refused"), @"the recording `bundle` cannot be read: `scenario.yaml` is damaged: byte 544 is not UTF-8");
    let long = with("scenario.yaml", |text| {
        text.to_owned() + &"# long\n".repeat(200_000)
    });
    insta::assert_snapshot!(long, @"the recording `bundle` cannot be read: `scenario.yaml` has more than the 1048576 bytes that are read of it");
}

/// Values that a mutilation puts in the place of another.
fn strange() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![Just(0u64), Just(1), Just(u64::MAX), any::<u64>()].prop_map(Value::from),
        prop_oneof![Just(i64::MIN), Just(-1), any::<i64>()].prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "client",
            "job",
            "later",
            "AT#1",
            "RT#1",
            "AT#999999999",
            "token",
            "resource",
            "local",
            "passive",
            "ok",
            "cancelled",
            "2030-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "8900-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "pass",
            "fail",
            "\u{1b}[31m",
            "<script>",
            "english",
        ])
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({ "secs": u64::MAX, "nanos": 999_999_999 })),
    ]
}

/// Everything that can be replaced in a value, as pointers.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                places(value, &format!("{path}/{at}"), found);
            }
        }
        _ => {}
    }
}

/// Replaces, removes or doubles the value at a place.
fn mutilate(value: &mut Value, pick: prop::sample::Index, how: u8, by: &Value) {
    let mut found = Vec::new();
    places(value, "", &mut found);
    let place = &found[pick.index(found.len())];
    let Some((parent, key)) = place.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match (value.pointer_mut(parent), how) {
        (Some(Value::Object(map)), 0) => drop(map.remove(&key)),
        (Some(Value::Object(map)), _) => drop(map.insert(key, by.clone())),
        (Some(Value::Array(list)), how) => {
            let at: usize = key.parse().expect("a place in a list");
            match how {
                0 => drop(list.remove(at)),
                1 => list.insert(at, list[at].clone()),
                _ => list[at] = by.clone(),
            }
        }
        _ => {}
    }
}

/// Opens, judges and shows. What comes out does not matter; that it comes out does.
fn survive(files: &Files) -> bool {
    let Ok(recorded) = open(files) else {
        return false;
    };
    let Ok(done) = Replayer::new().replay(&recorded) else {
        return false;
    };
    let played = [Played {
        case: &done.case,
        runs: &done.runs,
        judgements: &done.judgements,
        took: None,
    }];
    let report = Report::new(&played, Gate::Should);
    let shown = [
        terminal::render(&report, Style::Plain, Verbosity::Verbose, 100),
        markdown::render(&report),
        html::render(&report, &played).expect("a page"),
        junit::render(&report, None).expect("a report"),
        json_report::render(&report).expect("a report"),
    ];
    assert!(!shown[0].contains('\u{1b}') && !shown[2].contains("<script>x"));
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn a_mutilated_recording_never_panics(
        blows in prop::collection::vec((0usize..3, any::<prop::sample::Index>(), 0u8..4, strange()), 1..4),
    ) {
        let mut files = FILES.clone();
        for (file, pick, how, by) in &blows {
            let file = ["bundle.json", "wire/1.jsonl", "wire/2.jsonl"][*file];
            for (name, bytes) in &mut files {
                if name != file {
                    continue;
                }
                let text = String::from_utf8_lossy(bytes).into_owned();
                if file == "bundle.json" {
                    let Ok(mut value) = serde_json::from_str(&text) else { continue };
                    mutilate(&mut value, *pick, *how, by);
                    *bytes = value.to_string().into_bytes();
                } else {
                    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                    if lines.is_empty() {
                        continue;
                    }
                    let line = pick.index(lines.len());
                    let Ok(mut value) = serde_json::from_str(&lines[line]) else { continue };
                    mutilate(&mut value, *pick, *how, by);
                    lines[line] = value.to_string();
                    *bytes = lines.join("\n").into_bytes();
                }
            }
        }
        survive(&files);
    }

    /// Bytes are cut out, turned and put in anywhere.
    #[test]
    fn garbled_bytes_never_panic(
        file in 0usize..4, at in any::<prop::sample::Index>(), length in 0usize..40, by in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut files = FILES.clone();
        let bytes = &mut files[file].1;
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, by);
        survive(&files);
    }
}

static FILES: std::sync::LazyLock<Files> = std::sync::LazyLock::new(sound);

/// The mutilations are not all refused at the door.
#[test]
fn some_mutilations_reach_the_judge() {
    let mut files = sound();
    assert!(survive(&files));
    for (name, bytes) in &mut files {
        if name == "bundle.json" {
            let mut value: Value = serde_json::from_slice(bytes).expect("JSON");
            value["runs"][0]["outcomes"] = json!([]);
            *bytes = value.to_string().into_bytes();
        }
    }
    assert!(survive(&files));
}
