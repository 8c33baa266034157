//! Selections and options that cannot be followed.

use tokenproof::exit::ExitCode;

use crate::folder::Folder;

#[test]
fn selections_that_select_nothing() {
    let folder = Folder::new();
    let nothing = |arguments: &[&str]| folder.complaint(arguments, ExitCode::NothingSelected);
    insta::assert_snapshot!(nothing(&["run", "concurrency/heard"]), @"`concurrency/heard` selects nothing; did you mean `concurrency/herd`? `tokenproof list` shows every name");
    insta::assert_snapshot!(nothing(&["list", "wait-as-tld"]), @"`wait-as-tld` selects nothing; did you mean `rate-limit/wait-as-told`? `tokenproof list` shows every name");
    insta::assert_snapshot!(nothing(&["run", "concurrency", "--level", "must"]), @"nothing is left to run: the options exclude each other");
    insta::assert_snapshot!(nothing(&["run", "rotation", "--provider", "entra"]), @"nothing is left to run: the options exclude each other");
    insta::assert_snapshot!(nothing(&["exec", "concurrency", "--", "true"]), @"none of the selected scenarios can be judged passively; `tokenproof list --passive` shows those that can");
}

#[test]
fn options_that_make_no_sense() {
    let folder = Folder::new();
    let usage = |arguments: &[&str]| folder.complaint(arguments, ExitCode::Usage);
    insta::assert_snapshot!(usage(&["run", "--req", "rotation.discard-odl"]), @"no requirement is called `rotation.discard-odl`; did you mean `rotation.discard-old`?");
    insta::assert_snapshot!(usage(&["run", "--jbos", "2"]), @"
    error: unexpected argument '--jbos' found

      tip: a similar argument exists: '--jobs'

    Usage: tokenproof run --jobs <N> [SELECTION]...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["run", "--jobs", "0"]), @"
    error: invalid value '0' for '--jobs <N>': 0 is not in 1..=65535

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["run", "--seed", "-1"]), @"
    error: unexpected argument '-1' found

      tip: to pass '-1' as a value, use '-- -1'

    Usage: tokenproof run [OPTIONS] [SELECTION]...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["run", "--level", "may"]), @"
    error: invalid value 'may' for '--level <LEVEL>': the levels are `must` and `should`

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["run", "--provider", "auth0"]), @"
    error: invalid value 'auth0' for '--provider <PROVIDER>': unknown provider `auth0`; the providers are `entra` and `okta`

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["run", "--gate", "all"]), @"
    error: invalid value 'all' for '--gate <GATE>': the gates are `must` and `should`

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["run", ""]), @"`` is no pattern: a name is missing; write `area/name`, `area/name[case]` or `area/name:check`");
    insta::assert_snapshot!(usage(&["exec", "passive", "--timeout", "soon", "--", "true"]), @"
    error: invalid value 'soon' for '--timeout <LENGTH>': `soon` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["exec", "passive"]), @"
    error: the following required arguments were not provided:
      <COMMAND>...

    Usage: tokenproof exec <SELECTION>... -- <COMMAND>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(usage(&["explain", "rate-limit.honor-hint"]), @"nothing is called `rate-limit.honor-hint`; did you mean `rate-limit.honour-hint`? `list --checks` shows every name");
    insta::assert_snapshot!(usage(&["rnu"]), @"
    error: unrecognized subcommand 'rnu'

    Usage: tokenproof <COMMAND>

    For more information, try '--help'.
    ");
}
