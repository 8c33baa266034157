//! Entra's errors of people who sign in, each brought about by the state of their account.

use mock_idp::MockIdp;
use mock_idp::directory::Directory;

use crate::fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

#[tokio::test]
async fn accounts() {
    let mut directory = Directory::default();
    let fay = &mut directory.entra.tenants[0].users[5];
    assert_eq!(fay.login, "fay@contoso.example");
    fay.password = None;
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    for (number, login, password) in [
        (50_034, "nobody@contoso.example", "any"),
        (50_126, "ada@contoso.example", "wrong"),
        (50_076, "ben@contoso.example", "correct-horse-Entra-2"),
        (50_057, "cleo@contoso.example", "correct-horse-Entra-3"),
        (50_053, "dana@contoso.example", "correct-horse-Entra-4"),
        (50_055, "emil@contoso.example", "correct-horse-Entra-5"),
        (50_056, "fay@contoso.example", "any"),
    ] {
        let ask = stage
            .password()
            .with("username", login)
            .with("password", password);
        is_as_the_ledger_says(number, &ask.send().await);
    }
}
