//! Where recordings are made.

use std::path::Path;

use tokenproof::case::Case;
use tokenproof::contender::{Contender, Reference};
use tokenproof::gate::Gate;
use tokenproof::judgement::Judgement;
use tokenproof::library::Library;
use tokenproof::mutants::MUTANTS;
use tokenproof::recording::{Attachment, Origins, Recorded, Recording, Session, Take};
use tokenproof::registry::Registry;
use tokenproof::report::Client;
use tokenproof::runner::{self, CaseResult};

/// What the seed and the gate are.
pub(crate) const SESSION: Session<'static> = Session {
    seed: 7,
    gate: Gate::Must,
    set: None,
};

/// A library, planned.
pub(crate) struct Studio {
    pub(crate) cases: Vec<Case>,
    origins: Origins,
}

impl Studio {
    /// Of the library that comes with the program.
    pub(crate) fn embedded() -> Self {
        Self::of(&Library::embedded())
    }

    /// Of one scenario.
    pub(crate) fn with(text: &str) -> Self {
        Self::of(&library(text))
    }

    fn of(library: &Library) -> Self {
        let registry = Registry::embedded().expect("the registry is sound");
        let cases = library.plan(&registry).unwrap_or_else(|p| panic!("{p}"));
        let files = library.load().expect("the library is sound");
        Self {
            origins: Origins::of(&files, &cases),
            cases,
        }
    }

    pub(crate) fn play(&self, contender: &dyn Contender, threads: usize) -> Vec<CaseResult> {
        runner::run(&self.cases, contender, SESSION.seed, threads, |_| ())
            .expect("threads can be started")
    }

    /// A recording of a case, whatever its verdicts.
    pub(crate) fn record(&self, result: &CaseResult, contender: &dyn Contender) -> Recording {
        let take = Take {
            played: result.played(&self.cases),
            origin: self.origins.get(&self.cases[result.index]),
            under_test: Client::embedded(contender),
            command: Vec::new(),
            attachments: vec![Attachment::stderr("said\n")],
        };
        let recording = Recording::of(&take, SESSION).expect("it is not too large");
        recording.expect("its origin is known")
    }

    /// The recording of its only case with the reference client, and what was judged.
    pub(crate) fn only(&self) -> (Recording, Vec<Judgement>) {
        let results = self.play(&Reference, 1);
        assert_eq!(results.len(), 1);
        (
            self.record(&results[0], &Reference),
            results[0].judgements.clone(),
        )
    }
}

/// A library of one scenario.
pub(crate) fn library(text: &str) -> Library {
    let mut library = Library::new();
    library.add_text("incident.yaml", text);
    library
}

/// A broken client by its name.
pub(crate) fn mutant(name: &str) -> &'static dyn Contender {
    let mutant = MUTANTS.iter().find(|mutant| mutant.name() == name);
    mutant.unwrap_or_else(|| panic!("no mutant is called {name}"))
}

/// What is read back of a recording.
pub(crate) fn read(recording: &Recording) -> Recorded {
    let read = Recorded::from_files("bundle", recording.files());
    read.unwrap_or_else(|error| panic!("{error}"))
}

/// The text of one of its files.
pub(crate) fn text_of(recording: &Recording, file: &str) -> String {
    let (_, bytes) = recording
        .files()
        .find(|(name, _)| *name == file)
        .unwrap_or_else(|| panic!("no {file}"));
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Every file below a folder: its path there, and what stands in it.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("below");
            let bytes = std::fs::read(&path).expect("a file");
            found.push((name.to_string_lossy().replace('\\', "/"), bytes));
        }
    }
    found.sort();
    found
}

/// A scenario with two runs, of which a check does not pass.
pub(crate) const INCIDENT: &str = "\
schema: 1
scenario: incident/outage
about: The token endpoint asked for two minutes of patience.
providers: [okta]
needs: [clock, grant.client_credentials]
vary: { prose: [english, absent] }
idp:
  script: [{ to: token, nth: 1, reply: 503, headers: { Retry-After: \"120\" }, body: $prose }]
steps:
  - get_token: { as: job }
  - advance: { by: 3m }
  - get_token: { as: later }
checks:
  - { id: recovers, req: rate-limit.recovers, each: { of: later, outcome: ok } }
  - { id: served, req: retry.transient-only, each: { of: job, outcome: ok } }
";
