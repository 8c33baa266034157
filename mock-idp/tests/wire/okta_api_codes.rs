//! The E-codes of Okta's API, each brought about by what a request or the directory says.

use http::Method;
use mock_idp::directory::{AdminRole, Group};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::limits::LimitRule;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::okta_users::admin;

#[tokio::test]
async fn each_code_has_its_cause() {
    let admin = admin().await;
    let taken = json!({ "profile": {
        "firstName": "A", "lastName": "O", "email": "ada@okta.example", "login": "ada@okta.example",
    } });
    let wrong = json!({ "oldPassword": { "value": "wrong" }, "newPassword": { "value": "another-horse-of-Fay" } });
    let none = Value::Null;
    for (code, method, path, body) in [
        ("E0000001", Method::POST, "users", taken),
        ("E0000003", Method::POST, "users", json!([])),
        ("E0000007", Method::GET, "users/nobody", none.clone()),
        ("E0000008", Method::GET, "volcanoes", none.clone()),
        (
            "E0000014",
            Method::POST,
            "users/fay/credentials/change_password",
            wrong,
        ),
        (
            "E0000016",
            Method::POST,
            "users/fay/lifecycle/activate",
            none.clone(),
        ),
        (
            "E0000017",
            Method::POST,
            "users/cleo/lifecycle/reset_password",
            none.clone(),
        ),
        ("E0000018", Method::POST, "users", none.clone()),
        ("E0000022", Method::PATCH, "users", none.clone()),
        (
            "E0000028",
            Method::GET,
            "principal-rate-limits",
            none.clone(),
        ),
        ("E0000029", Method::GET, "users?limit=0", none.clone()),
        (
            "E0000031",
            Method::GET,
            "users?filter=nothing",
            none.clone(),
        ),
        (
            "E0000032",
            Method::POST,
            "users/fay/lifecycle/unlock",
            none.clone(),
        ),
        (
            "E0000038",
            Method::POST,
            "users/fay/lifecycle/reactivate",
            none.clone(),
        ),
        (
            "E0000056",
            Method::DELETE,
            "apps/0oa3batchTokenPro0d7",
            none.clone(),
        ),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = admin.ask(method, &format!("/api/v1/{path}"), body).await;
        is_as_the_ledger_says(code, &answer);
    }
    let stage = &admin.stage;
    let users = "/api/v1/users";
    let token = stage.idp.credentials().api_token.unwrap();
    let authorization = format!("SSWS {}", token.reveal());
    let url = format!("{}{users}", stage.idp.origin(Origin::Org));
    let headers = [
        ("authorization", authorization.as_str()),
        ("accept", "text/html, text/plain;q=0.5"),
    ];
    is_as_the_ledger_says("E0000019", &stage.get(&url, &headers).await);
    let headers = [headers[0], ("accept", "text/html, application/json;q=0.5")];
    assert_eq!(stage.get(&url, &headers).await.status, 200);
    let text = stage
        .http
        .post(&url)
        .header("authorization", &authorization)
        .body("{}");
    let text = text.header("content-type", "text/plain").send().await;
    is_as_the_ledger_says("E0000021", &Answer::of(text.unwrap()).await);
    // Who sends nothing says so.
    let silent = || {
        let path = format!("{url}/fay/lifecycle/suspend");
        stage
            .http
            .post(path)
            .header("authorization", &authorization)
    };
    assert_eq!(silent().send().await.unwrap().status(), 411);
    stage
        .idp
        .change_directory(|directory| directory.okta.uncertain.length_required = false);
    assert_eq!(silent().send().await.unwrap().status(), 200);
    is_as_the_ledger_says("E0000005", &stage.manage(users, "Magic abc").await);
    let nobody = stage
        .get(&format!("{}{users}", stage.idp.origin(Origin::Org)), &[])
        .await;
    is_as_the_ledger_says("E0000005", &nobody);
    is_as_the_ledger_says("E0000011", &stage.manage(users, "SSWS 00wrong").await);
    stage.idp.change_directory(|directory| {
        let groups = (0..2_000).map(|n| Group::new(format!("00g{n:017}"), format!("g{n}")));
        directory.okta.groups = groups.collect();
    });
    let one_more = json!({ "profile": { "name": "one more" } });
    is_as_the_ledger_says("E0000093", &admin.post("/api/v1/groups", one_more).await);
    stage
        .idp
        .change_directory(|directory| directory.okta.users[0].role = AdminRole::None);
    is_as_the_ledger_says("E0000006", &admin.get(users).await);
    let limit = LimitRule::requests(0, std::time::Duration::from_secs(60));
    stage
        .idp
        .set_limits(vec![limit.at(Endpoint::Resource)])
        .unwrap();
    let refused: Answer = admin.get(users).await;
    is_as_the_ledger_says("E0000047", &refused);
}
