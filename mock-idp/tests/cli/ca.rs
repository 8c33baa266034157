//! The CA that is kept, and the certificates it signs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cli_process::{Served, command, facts, path, run};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = path(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn ca(dir: &Path, more: &[&str]) -> (i32, String, String) {
    run(&[&["ca", "--dir", dir.to_str().unwrap()], more].concat())
}

#[cfg(unix)]
fn mode(file: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn allow(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_ca_is_made_once_and_its_key_is_private() {
    let dir = folder("kept");
    let (code, pem, error) = ca(&dir, &[]);
    assert_eq!(code, 0);
    assert_eq!(error, format!("made a CA in {}\n", dir.display()));
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(ca(&dir, &[]), (0, pem.clone(), String::new()));
    assert_eq!(fs::read_to_string(dir.join("ca.pem")).unwrap(), pem);
    #[cfg(unix)]
    {
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&dir.join("ca-key.pem")), 0o600);
    }
    let out = path("out.der");
    let (code, said, _) = ca(&dir, &["--format", "der", "--out", out.to_str().unwrap()]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(fs::read(&out).unwrap().starts_with(&[0x30, 0x82]));
    let left: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn processes_that_come_at_once_get_the_same() {
    let dir = folder("raced");
    let name = dir.to_str().unwrap();
    let children: Vec<_> = (0..8)
        .map(|_| {
            let mut child = command(&["ca", "--dir", name]);
            child
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped());
            child.spawn().unwrap()
        })
        .collect();
    let mut made = 0;
    let mut all: Vec<String> = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        made += usize::from(!output.stderr.is_empty());
        all.push(String::from_utf8(output.stdout).unwrap());
    }
    assert_eq!(made, 1);
    all.dedup();
    assert_eq!(all.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_not_used() {
    let dir = folder("open");
    assert_eq!(ca(&dir, &[]).0, 0);
    allow(&dir.join("ca-key.pem"), 0o644);
    let (code, out, error) = ca(&dir, &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    let shown = error.replace(dir.to_str().unwrap(), "<dir>");
    insta::assert_snapshot!(shown, @"error: the CA in <dir> has a key that others can read; forbid it (chmod 600 <dir>/ca-key.pem), or remove the folder if somebody may have read it");
    assert_eq!(run(&["serve", "--ca-dir", dir.to_str().unwrap()]).2, error);
}

#[test]
fn a_folder_that_cannot_be_used_is_refused() {
    let dir = folder("broken");
    assert_eq!(ca(&dir, &[]).0, 0);
    let key = dir.join("ca-key.pem");
    let sound = fs::read_to_string(&key).unwrap();
    let other = folder("other");
    assert_eq!(ca(&other, &[]).0, 0);
    let certificate = fs::read_to_string(other.join("ca.pem")).unwrap();
    let key_of_another = sound
        .split("-----BEGIN CERTIFICATE")
        .next()
        .unwrap()
        .to_owned()
        + &certificate;
    for broken in [
        "",
        "nothing",
        &sound[..sound.len() / 2],
        key_of_another.as_str(),
    ] {
        fs::write(&key, broken).unwrap();
        let (code, out, error) = ca(&dir, &[]);
        assert_eq!((code, out.as_str()), (2, ""), "{broken}");
        assert!(error.contains("cannot be used"), "{error}");
        assert!(
            error.contains("remove the folder to have another made"),
            "{error}"
        );
        assert!(!error.contains("PRIVATE"), "{error}");
    }
    let file = path("a-file");
    fs::write(&file, "").unwrap();
    let (code, _, error) = ca(&file.join("dir"), &[]);
    assert_eq!(code, 2);
    assert!(error.contains("cannot be made"), "{error}");
}

#[test]
fn a_ca_vouches_for_what_it_was_made_for() {
    let dir = folder("named");
    assert_eq!(ca(&dir, &["--name", "mock-idp"]).0, 0);
    assert_eq!(ca(&dir, &["--name", "mock-idp"]).0, 0);
    let (code, _, error) = ca(&dir, &["--name", "login.microsoftonline.com"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error.replace(dir.to_str().unwrap(), "<dir>"), @"error: the CA in <dir> was made without `--name`: the CA cannot vouch for `login.microsoftonline.com`: it was made for other names; name another folder by `--dir`");
    let (code, _, error) = run(&[
        "serve",
        "--advertise",
        "idp.example",
        "--ca-dir",
        dir.to_str().unwrap(),
    ]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error.replace(dir.to_str().unwrap(), "<dir>"), @"error: the CA in <dir> was not made for this: the CA cannot vouch for `idp.example`: it was made for other names; take another folder, or `--new-ca`");
}

/// Whether `openssl` takes the certificate of a server for this name, trusting this CA.
fn vouched(ca_file: &str, address: &str, name: &str) -> bool {
    let output = Command::new("sh")
        .args([
            "-c",
            "echo | openssl s_client -connect \"$0\" -CAfile \"$1\" -verify_hostname \"$2\" -servername \"$2\" -verify_return_error",
            address,
            ca_file,
            name,
        ])
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn certificates_cover_what_is_bound_and_what_is_advertised() {
    if Command::new("openssl").arg("version").output().is_err() {
        return;
    }
    let ready = path("names.json");
    let name = ready.to_str().unwrap();
    let check = |arguments: &[&str]| {
        let served = Served::start(&[arguments, &["--ready-file", name]].concat());
        let facts = facts(&ready);
        let ca = facts["ca"]["file"].as_str().unwrap().to_owned();
        let url = facts["okta"]["org_url"].as_str().unwrap();
        let port = url.rsplit(':').next().unwrap();
        let address = format!("127.0.0.1:{port}");
        let names = ["localhost", "mock-idp", "idp.example"];
        let found = names.map(|name| vouched(&ca, &address, name));
        assert_eq!(served.signal("TERM").code(), Some(0));
        (found, PathBuf::from(ca))
    };
    let (found, kept) = check(&[]);
    assert_eq!(found, [true, false, false]);
    assert!(kept.ends_with("tokenproof/ca/ca.pem"), "{}", kept.display());
    assert!(kept.exists());

    let dir = folder("advertised");
    let (found, kept) = check(&["--advertise", "mock-idp", "--ca-dir", dir.to_str().unwrap()]);
    assert_eq!(found, [true, true, false]);
    assert_eq!(kept, dir.join("ca.pem"));

    // The user's own may not sign for it: one for this run takes its place, and goes with it.
    let (found, passing) = check(&["--advertise", "idp.example"]);
    assert_eq!(found, [true, false, true]);
    assert!(!passing.exists(), "{}", passing.display());
    let (found, passing) = check(&["--new-ca"]);
    assert_eq!(found, [true, false, false]);
    assert!(!passing.exists(), "{}", passing.display());
}
