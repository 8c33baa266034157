//! The binary: what it prints, what it writes, how it ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod ca;
mod cli_process;
mod ending;
mod help;
mod keygen;
mod open_files;
mod ready;
mod remote;
mod rereading;

use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use cli_process::{Served, fifo, path, run, token, without_ports};

#[test]
fn both_vendors_are_served_and_introduced() {
    let ready = path("ready.json");
    std::fs::write(&ready, "of an earlier run").unwrap();
    let served = Served::start(&["--http", "--ready-file", ready.to_str().unwrap()]);
    insta::assert_snapshot!(without_ports(&served.said), @"
    Microsoft Entra ID
      login            http://127.0.0.1:<port>
      graph            http://127.0.0.1:<port>
      managed identity http://127.0.0.1:<port>
      authority        http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
      issuer
        http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/v2.0
      token URL
        http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/oauth2/v2.0/token
      keys
        http://127.0.0.1:<port>/3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01/discovery/v2.0/keys
      API              http://127.0.0.1:<port>/v1.0/users
      tenant           3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
      client id        6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f
      client secret    entra-app-secret~Q8fJ2kLm
      scope            https://graph.microsoft.com/.default
      username         ada@contoso.example
      password         correct-horse-Entra-1
      user scope
        https://graph.microsoft.com/.default openid profile offline_access

    Okta
      org              http://127.0.0.1:<port>
      api              http://127.0.0.1:<port>
      issuer           http://127.0.0.1:<port>/oauth2/default
      token URL        http://127.0.0.1:<port>/oauth2/default/v1/token
      keys             http://127.0.0.1:<port>/oauth2/default/v1/keys
      API              http://127.0.0.1:<port>/orders
      tenant           default
      client id        0oa1daemonTokenPr0d7
      client secret    okta-app-secret_Zk3Qv9Lw7Rt2Xy5Bn8
      scope            orders.read
      username         ada@okta.example
      password         correct-horse-Okta-1
      user scope       orders.read openid offline_access
      API token        00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb

    Control API
      URL              http://127.0.0.1:<port>

    # for bash
    export AZURE_AUTHORITY_HOST=http://127.0.0.1:<port>
    export AZURE_TENANT_ID=3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
    export AZURE_CLIENT_ID=6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f
    export AZURE_CLIENT_SECRET='entra-app-secret~Q8fJ2kLm'
    export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:<port>
    export OKTA_CLIENT_ORGURL=http://127.0.0.1:<port>
    export OKTA_CLIENT_AUTHORIZATIONMODE=SSWS
    export OKTA_CLIENT_TOKEN=00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb

    ready; end with Ctrl-C
    ");
    let longest = served.said.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(90), "{longest:?}");
    let facts: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
    for provider in ["entra", "okta"] {
        for fact in [
            "token_url",
            "jwks_url",
            "api_url",
            "client_secret",
            "password",
        ] {
            let fact = facts[provider][fact].as_str().unwrap();
            assert!(served.said.contains(fact), "{fact}");
        }
        assert!(token(&facts[provider])["access_token"].is_string());
    }
    assert_eq!(facts["pid"], served.child.id());
    assert_eq!(facts.get("ca"), None);
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
    assert_eq!(facts["ca"]["pem"], pem.as_str());
    assert_eq!(facts["ca"]["file"], ca.to_str().unwrap());
    assert_eq!(facts["environment"]["SSL_CERT_FILE"], ca.to_str().unwrap());
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
    let text = include_str!("../../src/directory/default.yaml").replace("Q8fJ2kLm", "ofmyown1");
    std::fs::write(&file, text).unwrap();
    let served = Served::start(&["--http", "--config", file.to_str().unwrap()]);
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
    let (code, _, error) = run(&["serve", "--http", "--port", "65532"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"error: 5 ports are needed from 65532 on, but 65535 is the last; choose a lower `--port`");
    assert_eq!(run(&["serve", "--port", "0"]).0, 2);
    assert_eq!(run(&["serve", "--port", "many"]).0, 2);
}

#[test]
fn a_bad_directory_ends_it_with_code_2_and_its_place() {
    let (code, _, error) = run(&["serve", "--config", "/nowhere/directory.yaml"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"error: cannot read the directory /nowhere/directory.yaml: No such file or directory (os error 2); name an existing YAML file or leave `--config` out");

    let file = path("bad.yaml");
    std::fs::write(&file, "entra:\n  tenant: []\n").unwrap();
    let (code, _, error) = run(&["serve", "--config", file.to_str().unwrap()]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error.replace(file.to_str().unwrap(), "<file>"), @"
    error: the directory cannot be used
    error: unknown key `tenant`
     --> <file>:2:3
      |
    2 |   tenant: []
      |   ^^^^^^ did you mean `tenants`?
      |
      = note: the keys here are `tenants`, `cloud`, `v1_resource`, `keys`, `limits` and `faults`
    ");

    let no_secrets = include_str!("../../src/directory/default.yaml").replace("secrets:", "x:");
    std::fs::write(&file, no_secrets).unwrap();
    assert_eq!(run(&["serve", "--config", file.to_str().unwrap()]).0, 2);
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
        let (code, out, error) = run(&["serve", "--config", file]);
        assert_eq!((code, out.as_str()), (2, ""));
        insta::allow_duplicates! {
            insta::assert_snapshot!(error.replace(file, "<file>"), @"error: cannot read the directory <file>: it is not a regular file; name an existing YAML file or leave `--config` out");
        }
    }
    std::fs::remove_file(fifo).unwrap();
}

#[test]
fn a_directory_of_a_mebibyte_is_read_and_no_larger_one() {
    const MOST: usize = 1024 * 1024;
    let file = path("large.yaml");
    let name = file.to_str().unwrap();
    let mut text = include_str!("../../src/directory/default.yaml").to_owned();
    text.push_str(&format!("#{}", " ".repeat(MOST - text.len() - 1)));
    std::fs::write(&file, &text).unwrap();
    let served = Served::start(&["--http", "--config", name]);
    assert!(served.signal("TERM").success());
    text.push(' ');
    std::fs::write(&file, &text).unwrap();
    let (code, out, error) = run(&["serve", "--config", name]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(error.replace(name, "<file>"), @"
    error: the directory cannot be used
    error: the file has 1048577 bytes, more than the 1048576 that are read
     --> <file>:1:1
      |
    1 | * *** ********* **** **** **** ** ****** ********** ** ** ** ********* *** ******* **** *****...
      | ^
    ");
    std::fs::remove_file(file).unwrap();
}
