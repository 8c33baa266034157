//! Entra's errors of device codes, each brought about by its cause.

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::{Stage, TokenAsk};

const DESKTOP: &str = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";

fn of_desktop<'s>(stage: &'s Stage, grant: &str) -> TokenAsk<'s> {
    stage
        .ask(grant)
        .without("client_secret")
        .with("client_id", DESKTOP)
}

#[tokio::test]
async fn polls() {
    let stage = Stage::entra().await;
    let begin = || {
        of_desktop(&stage, "")
            .with("scope", "User.Read")
            .at(&stage.idp.token_url().replace("/token", "/devicecode"))
    };
    let poll = |code: &str| of_desktop(&stage, "device_code").with("device_code", code);
    let begun = begin().send().await;
    let code = begun.text("device_code");
    is_as_the_ledger_says(70_016, &poll(&code).send().await);
    is_as_the_ledger_says(70_018, &poll("never-issued").send().await);
    stage
        .idp
        .approve_sign_in(&begun.text("user_code"), "ada@contoso.example")
        .unwrap();
    assert_eq!(poll(&code).send().await.status, 200);
    is_as_the_ledger_says(90_120, &poll(&code).send().await);
    let code = begin().send().await.text("device_code");
    stage.advance(901);
    is_as_the_ledger_says(70_020, &poll(&code).send().await);
}
