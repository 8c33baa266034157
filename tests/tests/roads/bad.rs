//! Drivers that do what no driver should: each costs its own case and nothing else, for a reason that is told, in bounded time; and
//! nothing is left running.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tests::program;
use tokenproof::case::Case;
use tokenproof::contender::Limits;
use tokenproof::driver::{Target, Tried};
use tokenproof::library::Library;
use tokenproof::registry::Registry;
use tokenproof::runner;
use tokenproof::trace::CutShort;
use tokenproof::verdict::Verdict;

use crate::driving::{OWN, meet};

/// Short, so that hanging takes no time; a program written in Python starts within them on a busy machine.
const LIMITS: Limits = Limits {
    run: Duration::from_secs(60),
    silence: Duration::from_secs(2),
    unexplained: Duration::from_secs(1),
    start: Duration::from_secs(6),
    end: Duration::from_secs(1),
};

const SCENARIO: &str = r#"
schema: 1
scenario: bad/drivers
about: A token is fetched.
providers: [entra, okta]
needs: [grant.client_credentials]
steps: [{ get_token: { as: a } }, { join: a }]
checks:
  - id: served
    req: expiry.survives-clock-change
    given: { to: token }
    each: { of: a, outcome: ok }
"#;

/// Whatever can be wrong with one; `tests/clients/bad_driver.py` does it.
const FAULTS: [&str; 25] = [
    "nothing",
    "dies at once",
    "hangs at once",
    "hang in hello",
    "hang in open",
    "hang in operation",
    "hang in end",
    "die in open",
    "die in operation",
    "die in end",
    "killed",
    "garbage",
    "no text",
    "twice",
    "unasked",
    "flood",
    "no end of line",
    "flood on standard error",
    "lies about tokens",
    "lies about success",
    "lies about its clock",
    "child",
    "child and die",
    "child and hang",
    "ignores the end",
];

fn cases() -> Vec<Case> {
    let mut library = Library::new();
    library.add_text("bad/drivers.yaml", SCENARIO);
    let registry = Registry::embedded().expect("the registry is sound");
    library.plan(&registry).expect("a sound scenario")
}

fn bad_driver() -> String {
    let script = program::workspace_folder().join("tests/clients/bad_driver.py");
    script.to_string_lossy().into_owned()
}

/// What comes of a run with this fault, and who is still there afterwards.
fn outcome(fault: &str, notes: &Path) -> String {
    let command = ["python3", &bad_driver(), fault, &notes.to_string_lossy()].map(str::to_owned);
    let said = match meet(Target::Command(command.into()), LIMITS) {
        Err(fault) => format!("not met: {fault}"),
        Ok(driver) => {
            let cases = cases();
            let results = runner::run(&cases, &driver, 0, 2, |_| ()).expect("threads");
            let mut said = Vec::new();
            if driver.clock_tried() == Some(&Tried::Stands) {
                said.push("its clock is not believed".to_owned());
            }
            for result in results {
                assert!(result.took < Duration::from_secs(30), "{fault}");
                let finding = &result.judgements[0].finding;
                let at_fault = finding.fault.map_or("", |fault| fault.name());
                let why = match &result.runs[0].trace.cut_short {
                    Some(CutShort::Driver(why)) => why.as_str(),
                    Some(_) => "cut short otherwise",
                    None if finding.verdict == Verdict::Error => "by the wire",
                    None => "",
                };
                let verdict = finding.verdict.name();
                let provider = cases[result.index].provider;
                let line = format!("{provider} {verdict} {at_fault} {why}");
                said.push(line.trim_end().to_owned());
            }
            said.join("; ")
        }
    };
    assert!(are_gone(notes), "{fault}: somebody is still there");
    format!("{fault}: {said}")
}

/// Whether all processes in this file end, if they are given a while.
fn are_gone(notes: &Path) -> bool {
    let (_silent, wait) = mpsc::channel::<()>();
    (0..100).any(|_| {
        // Nobody says anything: it is a wait.
        let _ = wait.recv_timeout(Duration::from_millis(50));
        let processes = fs::read_to_string(notes).expect("the driver has started");
        processes.lines().all(|process| {
            let stat = fs::read_to_string(PathBuf::from("/proc").join(process).join("stat"));
            stat.map_or(true, |stat| stat.contains(") Z "))
        })
    })
}

#[test]
fn each_costs_its_own_case_and_nothing_is_left_running() {
    let folder = tempfile::tempdir().expect("a folder");
    let notes = |place: usize| folder.path().join(place.to_string());
    let outcomes: BTreeMap<usize, String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..5)
            .map(|worker| {
                scope.spawn(move || {
                    let mine = FAULTS.iter().enumerate().skip(worker).step_by(5);
                    mine.map(|(place, fault)| (place, outcome(fault, &notes(place))))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let done = workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("no panic"));
        done.collect()
    });
    let table: Vec<String> = outcomes.into_values().collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    nothing: entra pass; okta pass
    dies at once: not met: the driver ended with exit code 3 (`no such module`) while `hello` was under way
    hangs at once: not met: the driver hung in `hello` and was killed: no sign of life for 6 s
    hang in hello: not met: the driver hung in `hello` and was killed: no sign of life for 6 s
    hang in open: entra pass; okta error driver the driver hung in `open` and was killed: no sign of life for 6 s
    hang in operation: entra pass; okta error driver the driver hung in `get_token` and was killed: no sign of life for 2 s
    hang in end: entra pass; okta error driver the driver hung in `close` and was killed: no sign of life for 2 s
    die in open: entra pass; okta error driver the driver ended with exit code 7 while `open` was under way
    die in operation: entra pass; okta error driver the driver ended with exit code 7 while `get_token` was under way
    die in end: entra pass; okta error driver the driver ended with exit code 7 while `close` was under way
    killed: entra pass; okta error driver the driver ended by signal 9 while `get_token` was under way
    garbage: entra pass; okta error driver the driver wrote a line that is not a JSON object: at column 1; only messages belong on standard output
    no text: entra pass; okta error driver the driver wrote a line that is not UTF-8; only messages belong on standard output
    twice: entra pass; okta error driver the driver answered request 3, `get_token`, a second time
    unasked: entra pass; okta error driver the driver answered request 4711, which was never made
    flood: entra pass; okta error driver the driver wrote more than 64 MiB
    no end of line: entra pass; okta error driver the driver wrote a line of more than 1048576 bytes; only messages belong on standard output
    flood on standard error: entra pass; okta pass
    lies about tokens: entra pass; okta error driver by the wire
    lies about success: entra pass; okta error driver by the wire
    lies about its clock: its clock is not believed; entra pass; okta pass
    child: entra pass; okta pass
    child and die: entra pass; okta error driver the driver ended with exit code 7 while `get_token` was under way
    child and hang: entra pass; okta error driver the driver hung in `get_token` and was killed: no sign of life for 2 s
    ignores the end: entra pass; okta pass
    ");
}

/// A process that plays one case after another may have something to write down at its end, as a measure of coverage has.
#[test]
fn a_driver_that_waits_for_more_is_let_end_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("drivers.yaml");
    fs::write(&file, SCENARIO).expect("a file");
    let notes = folder.path().join("notes");
    let wrapper = folder.path().join("wrapper.sh");
    let script = format!(
        "echo begins >> '{notes}'; '{driver}'; test -s \"$SSL_CERT_FILE\" && echo trusts >> '{notes}'; \
         echo ends >> '{notes}'",
        notes = notes.display(),
        driver = OWN,
    );
    fs::write(&wrapper, script).expect("a script");
    let output = program::tokenproof()
        .args(["run", "--driver"])
        .arg(format!("sh '{}'", wrapper.display()))
        .arg(&file)
        // That of this machine is not meant.
        .env_remove("SSL_CERT_FILE")
        .current_dir(folder.path())
        .output()
        .expect("tokenproof starts");
    assert_eq!(output.status.code(), Some(0));
    let notes = fs::read_to_string(notes).expect("notes");
    let times = |word| notes.lines().filter(|line| *line == word).count();
    assert!(times("begins") > 1, "{notes}");
    assert_eq!(times("begins"), times("ends"), "{notes}");
    // The one that was only met trusts nobody; the others do to the end, whichever case they were started for.
    assert_eq!(times("begins"), times("trusts") + 1, "{notes}");
}

#[test]
fn a_fault_of_the_driver_ends_a_run_with_exit_code_4_and_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("drivers.yaml");
    fs::write(&file, SCENARIO).expect("a file");
    let run = |fault: &str| {
        let output = program::tokenproof()
            .args(["run", "--driver"])
            .arg(format!("python3 '{}' '{fault}'", bad_driver()))
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .expect("tokenproof starts");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        (output.status.code(), told)
    };
    for (fault, reason) in [
        (
            "dies at once",
            "the driver ended with exit code 3 (`no such module`) while `hello` was under way",
        ),
        (
            "die in operation",
            "ended with exit code 7 while `get_token`",
        ),
        ("garbage", "only messages belong on standard output"),
        ("twice", "a second time"),
    ] {
        let (exit, told) = run(fault);
        assert_eq!(exit, Some(4), "{fault}: {told}");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(reason), "{fault}: {told}");
    }
    let (exit, told) = run("nothing");
    assert_eq!(exit, Some(0), "{told}");
}
