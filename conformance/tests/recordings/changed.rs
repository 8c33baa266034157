//! Old evidence, another scenario.

use tokenproof::recording::{Recorded, Replayer, Unreplayable};
use tokenproof::verdict::Verdict;

use crate::studio::{INCIDENT, Studio, library, read};

/// Verdicts by the names of the checks, and notes.
type Judged = (Vec<(String, Verdict)>, Vec<String>);

/// What a changed scenario makes of the recorded incident.
fn by(text: &str) -> Result<Judged, Unreplayable> {
    let (recording, _) = Studio::with(INCIDENT).only();
    let recorded = read(&recording);
    let mut replayer = Replayer::by(&library(text), std::slice::from_ref(&recorded))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let replayed = replayer.replay(&recorded)?;
    let verdicts = replayed.judgements.into_iter();
    let verdicts = verdicts.map(|j| (j.check.0, j.finding.verdict));
    Ok((verdicts.collect(), replayed.notes))
}

fn refusal(text: &str) -> String {
    by(text).expect_err("refused").to_string()
}

#[test]
fn a_changed_check_is_tried_on_old_evidence() {
    let (before, notes) = by(INCIDENT).expect("the same scenario");
    assert_eq!(notes, [""; 0]);
    insta::assert_debug_snapshot!(before, @r#"
    [
        (
            "incident/outage[okta]:recovers",
            Pass,
        ),
        (
            "incident/outage[okta]:served",
            Warn,
        ),
    ]
    "#);
    let changed = INCIDENT.replace(
        "each: { of: job, outcome: ok }",
        "each: { of: job, outcome: { class: [ok, transient] } }",
    ) + "  - { id: waits, req: rate-limit.honour-hint, given: { to: token, status: 503 }, gap: { from: token#1, to: token#2, at_least: 120s } }\n";
    let (after, notes) = by(&changed).expect("the same runs");
    assert_eq!(notes, [""; 0]);
    insta::assert_debug_snapshot!(after, @r#"
    [
        (
            "incident/outage[okta]:recovers",
            Pass,
        ),
        (
            "incident/outage[okta]:served",
            Pass,
        ),
        (
            "incident/outage[okta]:waits",
            Pass,
        ),
    ]
    "#);
}

/// Runs are found by the names of their values, wherever they stand in the file now.
#[test]
fn runs_are_found_by_name() {
    let turned = INCIDENT.replace("[english, absent]", "[absent, english]");
    assert_eq!(
        by(&turned).expect("the same runs"),
        by(INCIDENT).expect("runs")
    );
    let fewer = INCIDENT.replace("[english, absent]", "[absent]");
    let (_, notes) = by(&fewer).expect("one of the runs");
    insta::assert_snapshot!(notes.join("\n"), @"not judged: 1 of 2 runs, of a variation that the scenario has no more");
}

#[test]
fn what_was_not_played_cannot_be_judged() {
    let more = INCIDENT.replace("[english, absent]", "[english, absent, japanese]");
    insta::assert_snapshot!(refusal(&more), @"the recording `bundle` has no run for prose=japanese of incident/outage[okta]; play the scenario as it is now to get one");
    let none = INCIDENT
        .replace("vary: { prose: [english, absent] }\n", "")
        .replace("$prose", "english");
    insta::assert_snapshot!(refusal(&none), @"the recording `bundle` has no run without a variation of incident/outage[okta]; play the scenario as it is now to get one");
    let other_cell = INCIDENT
        .replace("vary:", "matrix: { wait: [120s, 60s] }\nvary:")
        .replace("at_least: 120s", "at_least: $wait")
        .replace("by: 3m", "by: $wait");
    insta::assert_snapshot!(refusal(&other_cell), @"no scenario that was given has the case incident/outage[okta] of the recording `bundle`; its scenario has `incident/outage[okta,120s]` and `incident/outage[okta,60s]`");
    let other = INCIDENT.replace("incident/outage", "incident/another");
    insta::assert_snapshot!(refusal(&other), @"no scenario that was given has the case incident/outage[okta] of the recording `bundle`");
}

#[test]
fn what_was_played_otherwise_is_told() {
    let changed = INCIDENT.replace("reply: 503", "reply: 429");
    let (_, notes) = by(&changed).expect("the same runs");
    insta::assert_snapshot!(notes.join("\n"), @"the provider, the clients or the steps of its scenario are no longer those that were played, and the evidence is of the old ones");
}

/// Only what was chosen is judged again, each check as binding as it was.
#[test]
fn a_recording_is_judged_as_it_was_chosen() {
    let (recording, before) = Studio::with(INCIDENT).only();
    let mut recorded: Recorded = read(&recording);
    recorded.bundle.verdicts.remove(0);
    recorded.bundle.verdicts[0].level = tokenproof::verdict::Level::Must;
    let replayed = Replayer::new().replay(&recorded).expect("it is sound");
    let [judgement] = replayed.judgements.as_slice() else {
        panic!("{:?}", replayed.judgements);
    };
    assert_eq!(judgement.check, before[1].check);
    assert_eq!(before[1].finding.verdict, Verdict::Warn);
    assert_eq!(judgement.finding.verdict, Verdict::Fail);
}

/// The requirements of a file of one's own are in no registry that comes with the program.
#[test]
fn a_recording_brings_its_requirements() {
    let (recording, before) = Studio::with(INCIDENT).only();
    let mut recorded = read(&recording);
    let own = |text: &str| text.replace("retry.transient-only", "mine.own-rule");
    for requirement in &mut recorded.bundle.requirements {
        requirement.id = own(&requirement.id);
    }
    recorded.scenario.text = own(&recorded.scenario.text).into();
    let changed = library(&own(INCIDENT));
    assert!(
        changed
            .plan(&changed.registry().expect("a registry"))
            .is_err()
    );
    let replayers = [
        Replayer::new(),
        Replayer::by(&changed, std::slice::from_ref(&recorded)).expect("known requirements"),
    ];
    for mut replayer in replayers {
        let again = replayer
            .replay(&recorded)
            .expect("it stands alone")
            .judgements;
        assert_eq!(again[1].requirement, "mine.own-rule");
        let findings = |list: &[tokenproof::judgement::Judgement]| -> Vec<_> {
            list.iter()
                .map(|judgement| judgement.finding.clone())
                .collect()
        };
        assert_eq!(findings(&again), findings(&before));
    }
}
