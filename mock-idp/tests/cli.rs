//! The binary: what it prints, what it writes, how it ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod cli_process;

use std::net::{TcpListener, TcpStream};

use mock_idp::keys::SigningKey;
use serde_json::Value;

use cli_process::{Served, fifo, path, run, token, without_ports};

#[test]
fn both_vendors_are_served_and_introduced() {
    let ready = path("ready.json");
    std::fs::write(&ready, "of an earlier run").unwrap();
    let served = Served::start(&["--http", "--ready-file", ready.to_str().unwrap()]);
    insta::assert_snapshot!(without_ports(&served.said), @"
    Microsoft Entra ID
      authority      http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
      issuer         http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/v2.0
      token_url      http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/oauth2/v2.0/token
      jwks_url       http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/discovery/v2.0/keys
      api_url        http://127.0.0.1:<port>/v1.0/users
      client_id      6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f
      client_secret  entra-app-secret~Q8fJ2kLm
      scope          https://graph.microsoft.com/.default
      username       ada@contoso.example
      password       correct-horse-Entra-1
      user_scope     https://graph.microsoft.com/.default openid profile offline_access
      refresh_token  1.AnTQUn70f53frI4eZBUyMv7zjciVfIZ-HQION75v9AtvFcTJ8sBrB3mlycTy_bMH8PCyri1ge4Lw_5ti1aWP9W5b7XkonBLQQu_CXxB5A_4EY7wvIGcz0NE8x9pTRLVNq91SMAj5DETixE1dZP1zOud016wsKIEHwsVYCEu628T6xXAgl9WwY2D4j8SO9VvLQcUP3mXRWr57E3mAWz6BDsZMcE0d9CP1a0HQb0JUhhFfqiq9g8XUyj2UyvLScGknN
    Okta
      org_url        http://127.0.0.1:<port>
      issuer         http://127.0.0.1:<port>/oauth2/default
      token_url      http://127.0.0.1:<port>/oauth2/default/v1/token
      jwks_url       http://127.0.0.1:<port>/oauth2/default/v1/keys
      api_url        http://127.0.0.1:<port>/orders
      client_id      0oa1daemonTokenPr0d7
      client_secret  okta-app-secret_Zk3Qv9Lw7Rt2Xy5Bn8
      scope          orders.read
      username       ada@okta.example
      password       correct-horse-Okta-1
      user_scope     orders.read openid offline_access
      refresh_token  nTQUn70f53frI4eZBUyMv7zjciVfIZ-HQION75v9Ats
      api_token      00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb
    ready; end with Ctrl-C
    ");
    let facts: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
    for (name, fact) in facts["entra"].as_object().unwrap() {
        assert!(served.said.contains(name), "{name}");
        assert!(served.said.contains(fact.as_str().unwrap()), "{name}");
    }
    for provider in ["entra", "okta"] {
        assert!(token(&facts[provider])["access_token"].is_string());
    }
    assert_eq!(served.signal("TERM").code(), Some(0));
}

#[test]
fn ctrl_c_ends_it_orderly_even_while_somebody_is_connected() {
    let served = Served::start(&["--provider", "okta", "--http"]);
    let port = served.said.split("127.0.0.1:").nth(1).unwrap();
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    let _idle = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    assert_eq!(served.signal("INT").code(), Some(0));
}

#[test]
fn tls_clients_get_the_ca() {
    let (ready, ca) = (path("tls.json"), path("ca.pem"));
    let served = Served::start(&[
        "--provider",
        "entra",
        "--ready-file",
        ready.to_str().unwrap(),
        "--ca-file",
        ca.to_str().unwrap(),
    ]);
    let facts: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
    let pem = std::fs::read_to_string(&ca).unwrap();
    assert_eq!(facts["ca_pem"], pem.as_str());
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    let url = facts["entra"]["token_url"].as_str().unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert_eq!(facts.get("okta"), None);
    assert_eq!(served.signal("TERM").code(), Some(0));
}

#[test]
fn the_same_seed_gives_the_same_refresh_token() {
    let refresh_token = |seed: &str, file: &str| {
        let ready = path(file);
        let file = ready.to_str().unwrap();
        let served = Served::start(&["--http", "--seed", seed, "--ready-file", file]);
        let facts: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
        assert!(served.signal("TERM").success());
        facts["okta"]["refresh_token"].clone()
    };
    assert_eq!(refresh_token("7", "a.json"), refresh_token("7", "b.json"));
    assert_ne!(refresh_token("7", "a.json"), refresh_token("8", "b.json"));
}

#[test]
fn a_directory_of_ones_own() {
    let file = path("own.yaml");
    let text = include_str!("../src/directory/default.yaml").replace("Q8fJ2kLm", "ofmyown1");
    std::fs::write(&file, text).unwrap();
    let served = Served::start(&["--http", "--directory", file.to_str().unwrap()]);
    assert!(served.said.contains("entra-app-secret~ofmyown1"));
    assert!(served.signal("TERM").success());
}

#[test]
fn a_port_in_use_ends_it_with_code_2() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, out, error) = run(&["serve", "--http", "--port", &port]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(error.replace(&port, "<port>"), @"error: cannot listen on 127.0.0.1:<port>: Address already in use (os error 98); choose another port or stop whoever uses it");
}

#[test]
fn ports_that_do_not_exist_end_it_with_code_2() {
    let (code, _, error) = run(&["serve", "--http", "--port", "65533"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"error: 4 ports are needed from 65533 on, but 65535 is the last; choose a lower `--port`");
    assert_eq!(run(&["serve", "--port", "0"]).0, 2);
    assert_eq!(run(&["serve", "--port", "many"]).0, 2);
}

#[test]
fn a_bad_directory_ends_it_with_code_2_and_its_place() {
    let (code, _, error) = run(&["serve", "--directory", "/nowhere/directory.yaml"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"error: cannot read the directory /nowhere/directory.yaml: No such file or directory (os error 2); name an existing YAML file or leave `--directory` out");

    let file = path("bad.yaml");
    std::fs::write(&file, "entra:\n  tenant: []\n").unwrap();
    let (code, _, error) = run(&["serve", "--directory", file.to_str().unwrap()]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error.replace(file.to_str().unwrap(), "<file>"), @"error: <file>: the directory cannot be used: unknown field `tenant`, expected one of tenants at line 2, column 3");

    let no_secrets = include_str!("../src/directory/default.yaml").replace("secrets:", "x:");
    std::fs::write(&file, no_secrets).unwrap();
    assert_eq!(run(&["serve", "--directory", file.to_str().unwrap()]).0, 2);
}

#[test]
fn a_ready_file_that_cannot_be_written_ends_it_with_code_2() {
    let (code, _, error) = run(&["serve", "--http", "--ready-file", "/nowhere/ready.json"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"error: cannot write /nowhere/ready.json: No such file or directory (os error 2); name a file in a folder that exists and can be written to");
}

#[test]
fn bad_arguments_end_it_with_code_2() {
    let (code, _, error) = run(&["serve", "--provider", "auth0"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"
    error: invalid value 'auth0' for '--provider <PROVIDER>'
      [possible values: entra, okta, all]

    For more information, try '--help'.
    ");
    for arguments in [&["dance"][..], &[], &["serve", "--http", "--ca-file", "x"]] {
        assert_eq!(run(arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn keygen_prints_a_key_that_signs() {
    let (code, pem, error) = run(&["keygen"]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(SigningKey::from_pem(&pem, None).unwrap().kid().len(), 43);
    let (_, other, _) = run(&["keygen", "--bits", "2048"]);
    assert_ne!(pem, other);
}

#[test]
fn keygen_makes_no_key_too_short_for_rs256() {
    let (code, out, error) = run(&["keygen", "--bits", "1024"]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(error, @"
    error: invalid value '1024' for '--bits <N>': 1024 is not in 2048..=8192

    For more information, try '--help'.
    ");
}

#[test]
fn help_is_complete() {
    let (code, help, _) = run(&["serve", "--help"]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    Serve until SIGINT or SIGTERM.

    Listens on 127.0.0.1 only. Prints the URLs and the credentials of an example client; they open
    nothing but this mock.

    Usage: mock-idp serve [OPTIONS]

    Options:
          --provider <PROVIDER>
              Whom to play

              [default: all]
              [possible values: entra, okta, all]

          --directory <FILE>
              YAML file with tenants, applications and users, in place of the built-in one

          --seed <N>
              Seed of ids and tokens

              [default: 0]

          --http
              Serve plain HTTP; real SDKs mostly insist on TLS

          --port <PORT>
              First of consecutive ports, two for each provider: login host and Graph, Okta org and
              customer API; free ones without it

          --ready-file <PATH>
              Write URLs and credentials to this file as JSON once connections are accepted

          --ca-file <PATH>
              Write the CA that clients have to trust to this file; new at every start

      -h, --help
              Print help (see a summary with '-h')
    ");
}

#[test]
fn files_that_cannot_be_written_are_found_out_before_anything_is_said() {
    let folder = path("folder");
    std::fs::create_dir_all(&folder).unwrap();
    let fifo = fifo("unwritable");
    for file in [
        "/nowhere/ready.json",
        folder.to_str().unwrap(),
        fifo.to_str().unwrap(),
    ] {
        for arguments in [
            &["serve", "--http", "--ready-file", file][..],
            &["serve", "--ready-file", file],
            &["serve", "--ca-file", file],
        ] {
            let (code, out, error) = run(arguments);
            assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
            assert!(error.contains("cannot write"), "{error}");
        }
    }
    let (code, out, _) = run(&["serve", "--ready-file", "x", "--ca-file", "x"]);
    assert_eq!((code, out.as_str()), (2, ""));
    // What is no file is refused, not removed: else this fails.
    std::fs::remove_file(fifo).unwrap();
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn a_start_that_fails_leaves_no_file_behind() {
    let folder = path("left");
    std::fs::create_dir_all(&folder).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ready = folder.join("ready.json");
    let ready = ready.to_str().unwrap();
    let (code, _, _) = run(&["serve", "--http", "--port", &port, "--ready-file", ready]);
    assert_eq!(code, 2);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn a_directory_without_end_is_not_read() {
    let fifo = fifo("endless");
    for file in [
        "/dev/zero",
        fifo.to_str().unwrap(),
        env!("CARGO_TARGET_TMPDIR"),
    ] {
        let (code, out, error) = run(&["serve", "--directory", file]);
        assert_eq!((code, out.as_str()), (2, ""));
        insta::allow_duplicates! {
            insta::assert_snapshot!(error.replace(file, "<file>"), @"error: cannot read the directory <file>: it is not a regular file; name an existing YAML file or leave `--directory` out");
        }
    }
    std::fs::remove_file(fifo).unwrap();
}

#[test]
fn a_directory_of_four_mebibytes_is_read_and_no_larger_one() {
    let file = path("large.yaml");
    let name = file.to_str().unwrap();
    let mut text = include_str!("../src/directory/default.yaml").to_owned();
    let padding = 4 * 1024 * 1024 - text.len();
    text.push_str(&format!("#{}", "é".repeat(padding)));
    text.truncate(text.floor_char_boundary(4 * 1024 * 1024));
    text.push_str(&" ".repeat(4 * 1024 * 1024 - text.len()));
    std::fs::write(&file, &text).unwrap();
    let served = Served::start(&["--http", "--directory", name]);
    assert!(served.signal("TERM").success());
    text.push(' ');
    std::fs::write(&file, &text).unwrap();
    let (code, out, error) = run(&["serve", "--directory", name]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(error.replace(name, "<file>"), @"error: cannot read the directory <file>: it is larger than 4 MiB, the most that is read; name an existing YAML file or leave `--directory` out");
    std::fs::remove_file(file).unwrap();
}
