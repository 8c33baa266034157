//! `tokenproof expect`: lists begun, kept up to date and checked.

use std::fs;

use tokenproof::exit::ExitCode;

use crate::expect::{KNOWN, MINE, folder, read, run};
use crate::folder::{Folder, text};

#[test]
fn a_list_is_begun_and_kept_up_to_date() {
    let folder = Folder::new().with("mine.yaml", MINE);
    let update = |more: &[&str]| {
        let arguments = [&["expect", "update", "acme.expect.yaml", "mine.yaml"], more].concat();
        let output = folder.run(&arguments);
        assert_eq!(
            (output.status.code(), text(&output.stderr)),
            (Some(0), String::new())
        );
        text(&output.stdout)
    };
    insta::assert_snapshot!(update(&[]), @"acme.expect.yaml: 1 added; 1 entry says TODO where a reason belongs");
    insta::assert_snapshot!(read(&folder, "acme.expect.yaml"), @r#"
    schema: 1
    expect:
      - check: "mine/fails:nine"
        is: fail
        says: "1 request"
        why: TODO
    "#);
    // A run asks for the reason first.
    let arguments = ["run", "mine.yaml", "--expect", "acme.expect.yaml"];
    folder.complaint(&arguments, ExitCode::Usage);
    let list = read(&folder, "acme.expect.yaml");
    let list = list
        .replace("TODO", "asks once # as it should")
        .replace("expect:", "# Acme\nexpect:");
    fs::write(folder.path().join("acme.expect.yaml"), &list).expect("a file");
    assert_eq!(run(&folder, &[]), "0: as expected");
    insta::assert_snapshot!(update(&[]), @"acme.expect.yaml: nothing to change");
    assert_eq!(read(&folder, "acme.expect.yaml"), list);
    // What was wrong is mended.
    fs::write(
        folder.path().join("mine.yaml"),
        MINE.replace("is: 9", "is: 1"),
    )
    .expect("a file");
    insta::assert_snapshot!(update(&[]), @"acme.expect.yaml: 1 taken out");
    insta::assert_snapshot!(read(&folder, "acme.expect.yaml"), @"
    schema: 1
    # Acme
    expect: []
    ");
}

#[test]
fn a_part_of_the_scenarios_does_not_change_a_list() {
    let folder = folder(KNOWN);
    for part in [
        "mine/fails[okta]",
        "--level=must",
        "--req=errors.class",
        "--provider=okta",
    ] {
        let arguments = ["expect", "update", "acme.expect.yaml", "mine.yaml", part];
        let said = folder.complaint(&arguments, ExitCode::Usage);
        assert!(
            said.starts_with("a part of the scenarios says nothing of the rest"),
            "{said}"
        );
    }
    assert_eq!(read(&folder, "acme.expect.yaml"), KNOWN);
}

/// A client of one vendor has a list of its own.
#[test]
fn a_list_for_one_vendor() {
    let folder = Folder::new().with("mine.yaml", MINE);
    let output = folder.run(&[
        "expect",
        "update",
        "acme.expect.yaml",
        "mine.yaml",
        "--provider",
        "okta",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let list = read(&folder, "acme.expect.yaml");
    insta::assert_snapshot!(list, @r#"
    schema: 1
    providers: [okta]
    expect:
      - check: "mine/fails[okta]:nine"
        is: fail
        says: "1 request"
        why: TODO
    "#);
    // All of that is a whole, with the option and without.
    for more in [&[][..], &["--provider", "okta"]] {
        let arguments = [&["expect", "update", "acme.expect.yaml", "mine.yaml"], more].concat();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(read(&folder, "acme.expect.yaml"), list);
    }
}

#[test]
fn a_list_from_a_report() {
    let folder = folder("schema: 1\nexpect: []\n");
    run(&folder, &["--json", "whole.json"]);
    run(&folder, &["--json", "part.json", "--provider", "okta"]);
    let update = [
        "expect",
        "update",
        "acme.expect.yaml",
        "mine.yaml",
        "--from",
    ];
    let output = folder.run(&[&update[..], &["whole.json"]].concat());
    assert_eq!(
        text(&output.stdout),
        "acme.expect.yaml: 1 added; 1 entry says TODO where a reason belongs\n"
    );
    assert!(read(&folder, "acme.expect.yaml").contains("mine/fails:nine"));
    insta::assert_snapshot!(folder.complaint(&[&update[..], &["part.json"]].concat(), ExitCode::Usage), @"`part.json` does not show everything that `acme.expect.yaml` speaks of; write it with `--expect` and no selection");
}

#[test]
fn a_list_is_checked_without_playing() {
    let folder = folder(KNOWN);
    let output = folder.run(&["expect", "check", "acme.expect.yaml", "mine.yaml"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout), @"acme.expect.yaml: 1 entry for 2 checks");
    let output = folder.run(&["expect", "check", "acme.expect.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stdout), @"
    acme.expect.yaml:3: `mine/fails[*]:nine` matches no check there is
    acme.expect.yaml: 1 entry for 0 checks
    ");
}

/// A driver that hands out no token, and dies in the cases of one vendor.
#[cfg(unix)]
const MORTAL: &str = r#"
import json, sys, urllib.parse, urllib.request

for line in sys.stdin:
    asked = json.loads(line)
    answer = {"ok": {}}
    if asked["op"] == "hello":
        answer = {"ok": {"version": 1, "name": "mortal"}}
    elif asked["op"] == "open":
        OPENED = asked
        if asked["provider"] == "okta":
            sys.exit(3)
    elif asked["op"] == "get_token":
        idp, auth = OPENED["idp"], OPENED["auth"]
        form = {"grant_type": "client_credentials", "scope": " ".join(OPENED["scopes"]),
                "client_id": auth["client_id"], "client_secret": auth["client_secret"]}
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(idp["token_url"], body) as reply:
            answer = {"ok": {"token": json.load(reply)["access_token"]}}
    print(json.dumps({"id": asked["id"], **answer}), flush=True)
"#;

#[cfg(unix)]
#[test]
fn what_breaks_a_driver_does_not_come_into_the_list() {
    let folder = folder("schema: 1\nexpect: []\n").with("mortal.py", MORTAL);
    let driver = ["--driver", "python3 mortal.py"];
    let update = ["expect", "update", "acme.expect.yaml", "mine.yaml"];
    let update = [update.as_slice(), &driver].concat();
    let before = read(&folder, "acme.expect.yaml");
    let said = folder.complaint(&update, ExitCode::Driver);
    insta::assert_snapshot!(said, @"`acme.expect.yaml` was not changed: 1 case was broken off, which says nothing of the client: in mine/fails[okta], the driver ended with exit code 3 while `open` was under way; mend what broke, and update the list then");
    assert_eq!(read(&folder, "acme.expect.yaml"), before);
    // Nor from a report.
    let run = ["run", "mine.yaml", "--expect", "acme.expect.yaml"];
    let run = [run.as_slice(), &driver, &["--json", "seen.json"]].concat();
    assert_eq!(folder.run(&run).status.code(), Some(4));
    let from = ["expect", "update", "acme.expect.yaml", "mine.yaml"];
    let from = [from.as_slice(), &["--from", "seen.json"]].concat();
    assert_eq!(folder.complaint(&from, ExitCode::Driver), said);
    // Where somebody has written down that it breaks, the rest is brought up to date.
    let known = "schema: 1\nexpect:\n  - { check: \"mine/fails[okta]:*\", is: error, why: dies }\n";
    fs::write(folder.path().join("acme.expect.yaml"), known).expect("a file");
    let output = folder.run(&update);
    insta::assert_snapshot!(text(&output.stdout), @"acme.expect.yaml: 1 added, 1 changed; 1 entry says TODO where a reason belongs");
    insta::assert_snapshot!(read(&folder, "acme.expect.yaml"), @r#"
    schema: 1
    expect:
      - { check: "mine/fails[okta]:*", is: error, says: "the driver ended with exit code 3 while `open` was under way", why: dies }
      - check: "mine/fails[entra]:nine"
        is: fail
        says: "1 request"
        why: TODO
    "#);
}
