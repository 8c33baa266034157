//! A recording says all that the judge needs, and the same each time.

use std::collections::BTreeSet;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use tokenproof::contender::{Contender, Reference};
use tokenproof::mutants::lazy;
use tokenproof::recording::{Replayer, folder_name};
use tokenproof::schema::Kind;

use crate::studio::{Studio, mutant, read, text_of};

/// The broken clients that are played on this road: one for each way in which a trace can be strange. Many requests and none,
/// calls that end in nothing, words of the client, tokens in the wrong place, several clients, runs cut short.
const REDUCED: [&str; 6] = [
    "BranchesOnAadsts",
    "KeepsOldRefreshToken",
    "NoSingleFlight",
    "RetriesForever",
    "QuotesRequestInError",
    "WipesTokensOnLostRace",
];

#[test]
fn every_case_is_judged_from_its_recording_as_it_was() {
    let studio = Studio::embedded();
    let mut contenders: Vec<&dyn Contender> = vec![&Reference];
    contenders.extend(REDUCED.map(mutant));
    contenders.extend(lazy().first().copied());
    let mut replayer = Replayer::new();
    let mut verdicts = BTreeSet::new();
    for contender in contenders {
        for result in studio.play(contender, 2) {
            let case = &studio.cases[result.index];
            let told = || format!("{} with {}", case.name, contender.name());
            let recorded = read(&studio.record(&result, contender));
            let again = replayer
                .replay(&recorded)
                .unwrap_or_else(|error| panic!("{}: {error}", told()));
            assert!(again.runs == result.runs, "{}: other runs", told());
            assert_eq!(again.judgements, result.judgements, "{}", told());
            assert_eq!(again.notes, [""; 0], "{}", told());
            verdicts.extend(again.judgements.iter().map(|j| j.finding.verdict));
        }
    }
    assert!(verdicts.len() >= 4, "only {verdicts:?} were seen");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let studio = Studio::embedded();
    let swarm = mutant("NoSingleFlight");
    let recordings = |threads| {
        let results = studio.play(swarm, threads);
        let recordings = results.iter().map(|result| studio.record(result, swarm));
        recordings.collect::<Vec<_>>()
    };
    let (one, other) = (recordings(1), recordings(4));
    assert_eq!(one.len(), studio.cases.len());
    for (one, other) in one.iter().zip(&other) {
        assert!(one.files().eq(other.files()), "{}", one.case());
        for (name, bytes) in one.files() {
            let text = String::from_utf8_lossy(bytes);
            let place = format!("{}/{name}", one.folder_name());
            assert!(!text.contains("127.0.0.1:"), "{place} has a port");
            assert!(
                !text.contains(env!("CARGO_MANIFEST_DIR")),
                "{place} has a path"
            );
        }
    }
}

/// No two cases of the library share a folder, and none needs a number in its name for it.
#[test]
fn folders_are_called_as_their_cases() {
    let studio = Studio::embedded();
    let folders = studio.cases.iter().map(|case| folder_name(&case.name));
    let folders: BTreeSet<String> = folders.collect();
    assert_eq!(folders.len(), studio.cases.len());
    let numbered: Vec<&String> = folders.iter().filter(|f| f.contains('~')).collect();
    assert!(numbered.is_empty(), "{numbered:?}");
}

/// Clients that put secrets and tokens where they do not belong: on the wire, and in their own words.
const LEAKY: [&str; 3] = ["QuotesRequestInError", "SecretInUrl", "TokenInUrl"];

#[tokio::test]
async fn no_secret_and_no_token_is_in_any_file() {
    let worlds = [
        mock_idp::MockIdp::entra()
            .plain_http()
            .start()
            .await
            .expect("a world"),
        mock_idp::MockIdp::okta()
            .plain_http()
            .start()
            .await
            .expect("a world"),
    ];
    let studio = Studio::embedded();
    let mut masked = 0;
    for contender in LEAKY.map(mutant) {
        for result in studio.play(contender, 2) {
            let recording = studio.record(&result, contender);
            for (name, bytes) in recording.files() {
                // The scenario is what somebody wrote, and is kept as it was.
                if name == "scenario.yaml" {
                    continue;
                }
                let text = String::from_utf8_lossy(bytes);
                let told = worlds.iter().flat_map(|world| world.secrets_in(&text));
                let told: Vec<String> = told.collect();
                assert_eq!(told, [""; 0], "{}/{name}", recording.folder_name());
                masked += text.matches("***").count();
            }
        }
    }
    assert!(masked > 100, "only {masked} were there to be masked");
}

struct Judge(Schemas, SchemaIndex);

impl Judge {
    fn of(kind: Kind) -> Self {
        let mut compiler = Compiler::new();
        compiler
            .add_resource("schema.json", kind.schema())
            .expect("a schema");
        let mut schemas = Schemas::new();
        let index = compiler
            .compile("schema.json", &mut schemas)
            .expect("a schema");
        Self(schemas, index)
    }

    fn refusal(&self, text: &str) -> String {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let judged = self.0.validate(&value, self.1);
        judged
            .err()
            .map(|refusal| format!("{refusal:#}"))
            .unwrap_or_default()
    }
}

#[test]
fn every_file_fits_its_schema() {
    let studio = Studio::embedded();
    let (bundle, wire) = (Judge::of(Kind::Bundle), Judge::of(Kind::Wire));
    let contender = mutant("RetriesForever");
    let mut lines = 0;
    for result in studio.play(contender, 2) {
        let recording = studio.record(&result, contender);
        let refusal = bundle.refusal(&text_of(&recording, "bundle.json"));
        assert!(refusal.is_empty(), "{}\n{refusal}", recording.case());
        // A client that never stops says the same over and over.
        for line in text_of(&recording, "wire/1.jsonl").lines().take(20) {
            let refusal = wire.refusal(line);
            assert!(refusal.is_empty(), "{}\n{refusal}", recording.case());
            lines += 1;
        }
    }
    assert!(lines > 1000, "{lines}");
    assert!(!wire.refusal("{}").is_empty());
    assert!(
        !bundle
            .refusal("{\"kind\": \"tokenproof-recording\"}")
            .is_empty()
    );
}
