//! A bundle that is about to be written.

use std::fmt;

use super::bundle::{Bundle, KIND, RecordedRun, RecordedVerdict, SCHEMA, ScenarioCopy};
use super::origin::Origin;
use super::{Attachment, BUNDLE, MAX_BUNDLE, MAX_WIRE, SCENARIO, folder_name, wire_file};
use crate::case::{CaseName, CheckName};
use crate::frozen::FrozenSet;
use crate::gate::Gate;
use crate::report::{Client, Played};
use crate::verdict::Verdict;

/// What all cases of a command share.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The seed of everything random.
    pub seed: u64,
    /// The gate that was asked for.
    pub gate: Gate,
    /// The frozen set that is judged by, if one is.
    pub set: Option<&'a FrozenSet>,
}

/// A case that was played, with what a recording of it needs.
#[derive(Clone, Debug)]
pub struct Take<'a> {
    /// What was played and said.
    pub played: Played<'a>,
    /// Where the case comes from; without it nothing can be recorded.
    pub origin: Option<&'a Origin>,
    /// Who was under test.
    pub under_test: Client,
    /// The command that was run, without secrets; empty where none was.
    pub command: Vec<String>,
    /// What else was seen.
    pub attachments: Vec<Attachment>,
}

impl Take<'_> {
    /// Whether a recording is kept of it: a check has neither passed nor was it not applicable.
    #[must_use]
    pub fn is_worth_keeping(&self) -> bool {
        let mut verdicts = self.played.judgements.iter().map(|j| j.finding.verdict);
        verdicts.any(|verdict| !matches!(verdict, Verdict::Pass | Verdict::NotApplicable))
    }
}

/// A bundle as files.
pub struct Recording {
    case: CaseName,
    files: Vec<(String, Vec<u8>)>,
}

impl Recording {
    /// The bundle of a case. None without an [`Origin`].
    ///
    /// # Errors
    /// It is larger than what would be read back.
    pub fn of(take: &Take<'_>, session: Session<'_>) -> Result<Option<Self>, TooLarge> {
        let Some(origin) = take.origin else {
            return Ok(None);
        };
        let case = take.played.case;
        let mut files = Vec::new();
        let bundle = bundle(take, origin, session);
        let mut text = json(&bundle, serde_json::to_vec_pretty);
        text.push(b'\n');
        files.push((
            BUNDLE.to_owned(),
            within(text, MAX_BUNDLE, case.name.clone())?,
        ));
        files.push((SCENARIO.to_owned(), origin.source.text.as_bytes().to_vec()));
        for (index, run) in take.played.runs.iter().enumerate() {
            let mut lines = Vec::new();
            for exchange in &run.trace.exchanges {
                lines.extend(json(exchange, serde_json::to_vec));
                lines.push(b'\n');
            }
            files.push((
                wire_file(index),
                within(lines, MAX_WIRE, case.name.clone())?,
            ));
        }
        for attachment in &take.attachments {
            files.push((attachment.name().to_owned(), attachment.bytes().to_vec()));
        }
        Ok(Some(Self {
            case: case.name.clone(),
            files,
        }))
    }

    /// The case.
    #[must_use]
    pub fn case(&self) -> &CaseName {
        &self.case
    }

    /// The name of its folder.
    #[must_use]
    pub fn folder_name(&self) -> String {
        folder_name(&self.case)
    }

    /// Its files: the path below its folder, with `/`, and what stands in it.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}

/// Its files by name and length: their contents fill screens.
impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files().map(|(name, bytes)| (name, bytes.len()));
        write!(f, "Recording({}, {:?})", self.case, Vec::from_iter(files))
    }
}

/// A recording that would not be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the recording of {case} would have more than the {limit} bytes that are read of one file; none is kept"
)]
pub struct TooLarge {
    case: CaseName,
    limit: u64,
}

fn within(bytes: Vec<u8>, limit: u64, case: CaseName) -> Result<Vec<u8>, TooLarge> {
    match bytes.len() as u64 <= limit {
        true => Ok(bytes),
        false => Err(TooLarge { case, limit }),
    }
}

fn bundle(take: &Take<'_>, origin: &Origin, session: Session<'_>) -> Bundle {
    let Take { played, .. } = take;
    let case = played.case;
    let runs = played.runs.iter().map(|run| {
        let variation = case.variations.get(run.variation);
        let cell = variation.map(|variation| variation.cell.clone());
        RecordedRun::of(cell.unwrap_or_default(), &run.trace)
    });
    let verdicts = played.judgements.iter().map(|judgement| {
        let CheckName(name) = &judgement.check;
        let id = name.strip_prefix(&format!("{}:", case.name));
        let finding = &judgement.finding;
        RecordedVerdict {
            id: id.unwrap_or(name).to_owned(),
            requirement: judgement.requirement.clone(),
            level: judgement.level,
            unscored: session.set.is_some_and(|set| !set.scores(&judgement.check)),
            verdict: finding.verdict,
            expected: finding.expected.clone(),
            observed: finding.observed.clone(),
        }
    });
    let road = played.runs.first().map(|run| run.trace.road);
    Bundle {
        kind: KIND.to_owned(),
        schema: SCHEMA,
        tokenproof: env!("CARGO_PKG_VERSION").to_owned(),
        case: case.name.clone(),
        road: road.unwrap_or(crate::trace::Road::Local),
        under_test: take.under_test.clone(),
        command: take.command.clone(),
        seed: session.seed,
        gate: session.gate,
        set: session.set.map(|set| set.name.clone()),
        scenario: ScenarioCopy {
            file: origin.source.path.to_string(),
        },
        verdicts: verdicts.collect(),
        requirements: origin
            .requirements
            .iter()
            .map(|requirement| (**requirement).clone())
            .collect(),
        attachments: take
            .attachments
            .iter()
            .map(|attachment| attachment.name().to_owned())
            .collect(),
        runs: runs.collect(),
    }
}

/// Plain data always has a form in JSON.
fn json<T>(value: &T, write: fn(&T) -> serde_json::Result<Vec<u8>>) -> Vec<u8> {
    write(value).unwrap_or_default()
}
