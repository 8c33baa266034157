//! Processes that share one store, where a refresh token that is sent twice signs everybody out.

use std::process::{Command, Stdio};
use std::time::Duration;

use mock_idp::directory::{GrantType, Rotation, RotationMode};
use mock_idp::journal::Endpoint;
use mock_idp::limits::LimitRule;
use mock_idp::{MockIdp, Provider};

/// How often each process renews.
const ROUNDS: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_file_never_send_a_refresh_token_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, MockIdp::ca_pem().expect("an authority")).expect("a file");
    let idp = MockIdp::of(Provider::Okta)
        .rotation(Rotation {
            mode: RotationMode::Rotate,
            leeway_seconds: 0,
            reuse_revokes_family: true,
        })
        // In the place of the org's own, which are not what is tried here.
        .limit(LimitRule::requests(1_000_000, Duration::from_secs(60)).at(Endpoint::Token))
        .start()
        .await
        .expect("a world");
    let first = idp.mint_refresh_token();
    let process = || {
        Command::new(env!("CARGO_BIN_EXE_renewer"))
            .arg(idp.token_url())
            .arg(&ca)
            .arg(folder.path().join("tokens.json"))
            .args([&*idp.client_id(), idp.client_secret().reveal()])
            .arg(first.value.reveal())
            .arg(idp.scopes(GrantType::RefreshToken).join(" "))
            .arg(ROUNDS.to_string())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    };
    let processes = [process(), process()];
    for process in processes {
        let output = tokio::task::spawn_blocking(|| process.wait_with_output())
            .await
            .expect("no panic")
            .expect("its end");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
    }
    assert_eq!(
        idp.journal().written(),
        2 * ROUNDS as u64,
        "each token was sent once"
    );
}
