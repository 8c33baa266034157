//! The ready file, its form and the lines to copy.

use std::process::Command;

use super::cli_process::{Served, facts, path, without_ports};

/// The lines below the heading for a shell.
fn lines(arguments: &[&str]) -> String {
    let served = Served::start(&[&["--http", "--no-control"], arguments].concat());
    let said = without_ports(&served.said);
    assert_eq!(served.signal("TERM").code(), Some(0));
    let lines = said.split_once("# for ").map_or("", |(_, lines)| lines);
    lines.replace("\nready; end with Ctrl-C\n", "")
}

#[test]
fn lines_can_be_copied_for_each_shell() {
    insta::assert_snapshot!(lines(&["--env", "entra"]), @"
    bash
    export AZURE_AUTHORITY_HOST=http://127.0.0.1:<port>
    export AZURE_TENANT_ID=3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
    export AZURE_CLIENT_ID=6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f
    export AZURE_CLIENT_SECRET='entra-app-secret~Q8fJ2kLm'
    export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:<port>
    ");
    insta::assert_snapshot!(lines(&["--env", "okta", "--shell", "powershell"]), @"
    PowerShell
    $env:OKTA_CLIENT_ORGURL = 'http://127.0.0.1:<port>'
    $env:OKTA_CLIENT_AUTHORIZATIONMODE = 'SSWS'
    $env:OKTA_CLIENT_TOKEN = '00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb'
    ");
    insta::assert_snapshot!(lines(&["--env", "all", "--shell", "dotenv"]), @"
    a .env file
    AZURE_AUTHORITY_HOST=http://127.0.0.1:<port>
    AZURE_TENANT_ID=3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01
    AZURE_CLIENT_ID=6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f
    AZURE_CLIENT_SECRET='entra-app-secret~Q8fJ2kLm'
    AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:<port>
    OKTA_CLIENT_ORGURL=http://127.0.0.1:<port>
    OKTA_CLIENT_AUTHORIZATIONMODE=SSWS
    OKTA_CLIENT_TOKEN=00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb
    ");
    assert_eq!(lines(&["--env", "none"]), "");
}

/// What a shell makes of the lines is what the ready file says.
#[test]
fn a_shell_understands_the_lines() {
    let ready = path("lines.json");
    let ca = path("quo'ted $HOME ca.pem");
    let served = Served::start(&[
        "--ready-file",
        ready.to_str().unwrap(),
        "--ca-file",
        ca.to_str().unwrap(),
    ]);
    let (_, lines) = served.said.split_once("# for bash\n").unwrap();
    let (lines, _) = lines.split_once("\nready").unwrap();
    let facts = facts(&ready);
    let mut compared = 0;
    for name in lines
        .lines()
        .map(|line| line.split(['=', ' ']).nth(1).unwrap())
    {
        let script = format!("{lines}\nprintf %s \"${name}\"");
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let value = String::from_utf8(output.stdout).unwrap();
        assert_eq!(facts["environment"][name], value, "{name}");
        compared += 1;
    }
    assert!(compared >= 12, "only {compared}");
    assert_eq!(facts["environment"]["CURL_CA_BUNDLE"], ca.to_str().unwrap());
    assert_eq!(served.signal("TERM").code(), Some(0));
}

#[test]
fn the_ready_file_says_everything() {
    let ready = path("complete.json");
    let served = Served::start(&[
        "--http",
        "--seed",
        "7",
        "--ready-file",
        ready.to_str().unwrap(),
    ]);
    let facts = facts(&ready);
    assert_eq!(served.signal("TERM").code(), Some(0));
    assert_eq!(facts["entra"]["issuers"].as_array().unwrap().len(), 2);
    let ids = |provider: &str, list: &str, id: &str| -> Vec<String> {
        let list = facts[provider][list].as_array().unwrap();
        list.iter()
            .map(|one| one[id].as_str().unwrap().to_owned())
            .collect()
    };
    for (provider, list, id, known) in [
        (
            "entra",
            "applications",
            "client_id",
            "6f1d2c3b-4a59-4e68-8d77-1a2b3c4d5e6f",
        ),
        (
            "entra",
            "applications",
            "client_id",
            "b7a6c5d4-e3f2-4a10-8b9c-0d1e2f3a4b5c",
        ),
        ("entra", "users", "login", "ada@fabrikam.example"),
        ("okta", "issuers", "id", "partners"),
        ("okta", "applications", "client_id", "0oa2nativeTokenPr0d7"),
        ("okta", "users", "login", "fay@okta.example"),
        (
            "okta",
            "api_tokens",
            "value",
            "00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb",
        ),
    ] {
        let found = ids(provider, list, id);
        assert!(
            found.iter().any(|one| one == known),
            "{known} is not among {found:?}"
        );
    }
    for (provider, id, credential) in [
        (
            "entra",
            "5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d",
            "certificates",
        ),
        ("okta", "0oa4servicTokenPr0d7", "keys"),
    ] {
        let applications = facts[provider]["applications"].as_array().unwrap();
        let application = applications.iter().find(|known| known["client_id"] == id);
        let key = &application.unwrap()[credential][0]["private_key_pem"];
        assert!(
            key.as_str()
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----")
        );
    }
    let environment = facts["environment"].as_object().unwrap();
    let own: Vec<&String> = environment
        .keys()
        .filter(|name| name.starts_with("TOKENPROOF_"))
        .collect();
    assert!(
        own.iter().any(|name| *name == "TOKENPROOF_ENTRA_TOKEN_URL"),
        "{own:?}"
    );
    assert!(
        own.iter().any(|name| *name == "TOKENPROOF_CONTROL_URL"),
        "{own:?}"
    );
    assert_eq!(facts["unset"][0], "SSL_CERT_DIR");
}

#[test]
fn one_vendor_alone_needs_no_longer_names() {
    let ready = path("alone.json");
    let served = Served::start(&[
        "--http",
        "--provider",
        "okta",
        "--ready-file",
        ready.to_str().unwrap(),
    ]);
    let facts = facts(&ready);
    assert_eq!(served.signal("TERM").code(), Some(0));
    assert_eq!(
        facts["environment"]["TOKENPROOF_TOKEN_URL"],
        facts["okta"]["token_url"]
    );
    assert_eq!(facts["environment"].get("TOKENPROOF_OKTA_TOKEN_URL"), None);
}
