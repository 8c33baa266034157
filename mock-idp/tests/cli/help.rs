//! What the program says of itself.

use crate::cli_process::run;

#[test]
fn help_is_complete() {
    let (code, help, _) = run(&["serve", "--help"]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    Serve until SIGINT or SIGTERM.

    Listens on 127.0.0.1 unless told otherwise. Prints the URLs and the credentials of an example
    client; they open nothing but this mock. SIGHUP reads `--config` again: what was granted stays
    granted, and keys, limits and faults change where the file does. At the end, the ready file is
    removed and requests under way have five seconds; a second signal ends it at once.

    Usage: mock-idp serve [OPTIONS]

    Options:
          --provider <PROVIDER>
              Whom to play

              [default: all]
              [possible values: entra, okta, all]

          --config <FILE>
              YAML file with tenants, applications and users, in place of the built-in ones

          --seed <N>
              Seed of ids and tokens

              [default: 0]

          --http
              Serve plain HTTP; real SDKs mostly insist on TLS

          --runs-on <WHERE>
              Where programs are to believe that they run, and with that where they look for managed
              identities

              Possible values:
              - vm:          A virtual machine: managed identities come from its metadata service
              - app-service: An App Service: IDENTITY_ENDPOINT and IDENTITY_HEADER
              - kubernetes:  A pod with workload identity: AZURE_FEDERATED_TOKEN_FILE

              [default: vm]

          --clock <CLOCK>
              The clock of all worlds: system, virtual (standing still from now) or
              virtual@2030-01-01T00:00:00Z

              [default: system]

          --port <PORT>
              Port to count from, for login, graph, managed_identity, org and api in this order, or
              ORIGIN=PORT for one of them; free ones without it

          --label-faults
              Say on every answer that a fault has changed which fault it was, and on every refusal by a
              rate limit which limit, in headers that no vendor sends

          --bind <ADDRESS>
              Address to listen on; any but loopback needs `--allow-remote`

              [default: 127.0.0.1]

          --allow-remote
              Let other machines reach the mock and its secrets; control then needs a token

          --advertise <HOST>
              Host name or address in all URLs and in the certificate, where clients reach the mock by
              another than `--bind`

          --ca-dir <DIR>
              Folder of the CA that signs for the mock, made if there is none; this user's own without
              it (see `mock-idp ca`)

          --new-ca
              Make a CA for this run only, good for any name; its key is never written down

          --control-port <PORT>
              Port of the control API; a free one without it

          --control-token-file <PATH>
              File with the token that the control API asks for as `Authorization: Bearer`, readable by
              its owner alone; or set TOKENPROOF_CONTROL_TOKEN

          --make-control-token
              Write a new random token to that file first

          --no-control
              Serve no control API

          --env <ENV>
              Whose environment variables to show as lines to copy; those of all that is served without
              it

              [possible values: entra, okta, all, none]

          --shell <SHELL>
              Who is to read those lines

              Possible values:
              - bash:       bash and other POSIX shells
              - powershell: PowerShell
              - dotenv:     A `.env` file, as Docker and the dotenv libraries of Python and Node read it

              [default: bash]

          --ready-file <PATH>
              Write everything to this file as JSON once connections are accepted, and remove it at the
              end; only this user can read it

          --ca-file <PATH>
              Write the certificate of the CA that clients have to trust to this file

      -h, --help
              Print help (see a summary with '-h')
    ");
}
