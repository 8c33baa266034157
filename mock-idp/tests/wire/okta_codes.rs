//! Okta's errors, brought about by what a request or the directory says.

use crate::okta_fidelity::is_as_the_ledger_says;
use crate::stage::Stage;

#[tokio::test]
async fn the_form_of_token_requests() {
    let stage = Stage::okta().await;
    let answer = stage.app_only().and("scope", "orders.write").send().await;
    is_as_the_ledger_says("parameter_repeated", &answer);
}
