//! Whom Okta's applications are assigned to: who may sign in, and how administrators say so.

use http::Method;
use mock_idp::directory::Assignment;
use serde_json::{Value, json};

use crate::browser::{Ask, Browser, ORDERS_PORTAL, as_portal, redeem_okta, sent, sent_to};
use crate::okta_authorize::{refused, silent_of, tells};
use crate::okta_codes::{each, with_directory};
use crate::okta_fidelity::is_as_the_ledger_says;
use crate::okta_users::{Admin, admin, code};
use crate::stage::Stage;

const DAEMON: &str = "0oa1daemonTokenPr0d7";
const NATIVE: &str = "0oa2nativeTokenPr0d7";
const OPERATORS: &str = "00g1operatorsTokenP7";
const EVERYONE: &str = "00g1tokenproofOrg0d7";

/// An org whose applications are assigned to the operators alone: to Fay, that is.
async fn of_operators() -> Stage {
    with_directory(|directory| {
        let okta = &mut directory.okta;
        for application in &mut okta.applications {
            application.assignment_required = true;
            okta.assignments.push(Assignment {
                principal: OPERATORS.to_owned(),
                to: application.id.clone(),
                role: None,
                created: None,
            });
        }
    })
    .await
}

#[tokio::test]
async fn who_is_not_assigned_gets_nothing() {
    let stage = of_operators().await;
    let as_fay = stage
        .password()
        .with("username", "fay@okta.example")
        .with("password", "correct-horse-Okta-6");
    is_as_the_ledger_says("user_not_assigned", &stage.password().send().await);
    let refresh = as_fay.send().await.text("refresh_token");
    assert_eq!(stage.refresh(&refresh).send().await.status, 200);
    assert_eq!(stage.app_only().send().await.status, 200);

    // The client of a browser is told at its redirect URI; the user has signed in all the same.
    let ask = Ask::okta(&stage);
    let mut browser = Browser::new(&stage);
    let page = browser.ask(&ask).await;
    let answer = browser
        .sign_in(&page, "ada@okta.example", "correct-horse-Okta-1")
        .await;
    tells("user_not_assigned", &sent(&answer));
    tells("user_not_assigned", &sent(&browser.ask(&ask).await));
    let silent = browser.ask(&silent_of(&stage)).await;
    tells("user_not_assigned", &sent(&silent));
    let straight = ask.clone().with("response_type", "id_token token");
    Browser::new(&stage).ask(&straight.with("nonce", "n")).await;
    let id = stage.idp.pending_authorizations()[0].id;
    let approved = stage.idp.approve_authorization(id, "ada@okta.example");
    let approved = sent_to(&approved.unwrap().url.replace('#', "?"));
    tells("user_not_assigned", &approved);
    stage.idp.change_directory(|directory| {
        directory.okta.automatic_sign_in = Some("ada@okta.example".to_owned());
    });
    tells("user_not_assigned", &refused(&stage, &ask).await);
    stage.idp.change_directory(|directory| {
        directory.okta.automatic_sign_in = Some("fay@okta.example".to_owned());
    });
    let code = sent(&Browser::new(&stage).ask(&ask).await).code();

    // What is taken away meanwhile is asked for again.
    stage
        .idp
        .change_directory(|directory| directory.okta.users[5].groups.clear());
    each(vec![
        ("user_not_assigned", redeem_okta(&stage, &code)),
        ("user_not_assigned", stage.refresh(&refresh)),
    ])
    .await;
    stage.idp.change_directory(|directory| {
        directory.okta.users[5].groups = vec![OPERATORS.to_owned()];
    });
    assert_eq!(redeem_okta(&stage, &code).send().await.status, 200);
}

#[tokio::test]
async fn a_device_of_somebody_who_is_not_assigned() {
    let stage = of_operators().await;
    let begin = stage
        .ask("x")
        .without("grant_type")
        .without("client_secret")
        .with("client_id", NATIVE)
        .at(&stage.idp.token_url().replace("/token", "/device/authorize"))
        .with("scope", "openid");
    let begun = begin.send().await;
    let mut browser = Browser::new(&stage);
    let page = browser.get(&begun.text("verification_uri_complete")).await;
    let answer = browser
        .sign_in(&page, "ada@okta.example", "correct-horse-Okta-1")
        .await;
    assert!(
        answer.body.contains("Device not activated"),
        "{}",
        answer.body
    );
    let poll = stage
        .ask("urn:ietf:params:oauth:grant-type:device_code")
        .without("client_secret")
        .with("client_id", NATIVE)
        .with("device_code", &begun.text("device_code"));
    is_as_the_ledger_says("device_denied", &poll.send().await);
}

/// How Ada's password is answered, a second after whatever was before.
async fn signs_in(admin: &Admin) -> u16 {
    admin.stage.advance(1);
    admin.stage.password().send().await.status
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn administrators_assign_users_and_groups() {
    let admin = admin().await;
    let groups = format!("/api/v1/apps/{DAEMON}/groups");
    let users = format!("/api/v1/apps/{DAEMON}/users");
    // At first everyone is.
    assert_eq!(ids(&admin.get(&groups).await.json()), [EVERYONE]);
    assert_eq!(ids(&admin.get(&users).await.json()).len(), 6);
    assert_eq!(signs_in(&admin).await, 200);
    let everyone = format!("{groups}/{EVERYONE}");
    assert_eq!(admin.delete(&everyone).await.status, 204);
    assert_eq!(admin.delete(&everyone).await.status, 404);
    assert_eq!(signs_in(&admin).await, 400);
    assert_eq!(admin.get(&users).await.body, "[]");

    // A user, then a group.
    let assigned = admin
        .post(
            &users,
            json!({ "id": "00u1adaTokenproof0d7", "scope": "USER" }),
        )
        .await;
    insta::assert_snapshot!(assigned.show(&admin.stage), @r#"200 {"id":"00u1adaTokenproof0d7","externalId":null,"created":"2030-01-01T00:00:02.000Z","lastUpdated":"2030-01-01T00:00:02.000Z","scope":"USER","status":"ACTIVE","statusChanged":"2030-01-01T00:00:02.000Z","syncState":"DISABLED","credentials":{"userName":"ada@okta.example"},"profile":{},"_links":{"app":{"href":"http://<org>/api/v1/apps/<client>"},"user":{"href":"http://<org>/api/v1/users/00u1adaTokenproof0d7"}}}"#);
    assert_eq!(signs_in(&admin).await, 200);
    let ada = format!("{users}/00u1adaTokenproof0d7");
    assert_eq!(admin.get(&ada).await.status, 200);
    assert_eq!(admin.delete(&ada).await.status, 204);
    assert_eq!(signs_in(&admin).await, 400);
    let operators = format!("{groups}/{OPERATORS}");
    let assigned = admin.put(&operators, json!({})).await;
    insta::assert_snapshot!(assigned.show(&admin.stage), @r#"200 {"id":"00g1operatorsTokenP7","lastUpdated":"2030-01-01T00:00:04.000Z","priority":0,"profile":{},"_links":{"app":{"href":"http://<org>/api/v1/apps/<client>"},"self":{"href":"http://<org>/api/v1/apps/<client>/groups/00g1operatorsTokenP7"},"group":{"href":"http://<org>/api/v1/groups/00g1operatorsTokenP7"}}}"#);
    assert_eq!(signs_in(&admin).await, 400);
    let member = format!("/api/v1/groups/{OPERATORS}/users/ada@okta.example");
    assert_eq!(admin.put(&member, json!({})).await.status, 204);
    assert_eq!(signs_in(&admin).await, 200);
    assert_eq!(admin.get(&ada).await.json()["scope"], "GROUP");
    let of_group = format!("/api/v1/groups/{OPERATORS}/apps");
    assert_eq!(ids(&admin.get(&of_group).await.json()), [DAEMON]);
    // A group that goes takes its assignments with it.
    let group = format!("/api/v1/groups/{OPERATORS}");
    assert_eq!(admin.delete(&group).await.status, 204);
    assert_eq!(admin.get(&groups).await.body, "[]");
    assert_eq!(signs_in(&admin).await, 400);
    admin.put(&everyone, json!({})).await;
    assert_eq!(signs_in(&admin).await, 200);
    // All of it is part of the directory, and gone after a reset.
    admin.delete(&everyone).await;
    admin.stage.idp.reset();
    assert_eq!(signs_in(&admin).await, 200);
}

#[tokio::test]
async fn everyone_is_in_a_group_that_nobody_changes() {
    let admin = admin().await;
    let path = format!("/api/v1/groups/{EVERYONE}");
    insta::assert_snapshot!(admin.get(&path).await.show(&admin.stage), @r#"200 {"id":"00g1tokenproofOrg0d7","created":"2024-01-15T09:00:00.000Z","lastUpdated":"2024-01-15T09:00:00.000Z","lastMembershipUpdated":"2024-01-15T09:00:00.000Z","objectClass":["okta:user_group"],"type":"BUILT_IN","profile":{"name":"Everyone","description":"All users in your organization"},"_links":{"users":{"href":"http://<org>/api/v1/groups/00g1tokenproofOrg0d7/users"},"apps":{"href":"http://<org>/api/v1/groups/00g1tokenproofOrg0d7/apps"}}}"#);
    let found = admin
        .get("/api/v1/groups?filter=type eq \"BUILT_IN\"")
        .await;
    assert_eq!(ids(&found.json()), [EVERYONE]);
    let members = admin.get(&format!("{path}/users")).await;
    assert_eq!(ids(&members.json()).len(), 6);
    let his = admin.get("/api/v1/users/fay@okta.example/groups").await;
    assert_eq!(ids(&his.json()), [OPERATORS, EVERYONE]);
    for (method, below) in [
        (Method::PUT, ""),
        (Method::DELETE, ""),
        (Method::PUT, "/users/fay@okta.example"),
        (Method::DELETE, "/users/fay@okta.example"),
    ] {
        let body = json!({ "profile": { "name": "Nobody" } });
        let answer = admin
            .ask(method, &format!("{path}{below}"), Some(body))
            .await;
        is_as_the_ledger_says("E0000060", &answer);
    }
    assert_eq!(
        ids(&admin.get(&format!("{path}/apps")).await.json()).len(),
        6
    );
}

#[tokio::test]
async fn what_is_registered_is_assigned_to_nobody() {
    let admin = admin().await;
    let made = admin.post("/api/v1/apps", crate::okta_apps::web()).await;
    let client = &made.json()["credentials"]["oauthClient"];
    let (id, secret) = (
        made.text("id"),
        client["client_secret"].as_str().unwrap().to_owned(),
    );
    let ask = || {
        let ask = admin.stage.password().with("client_id", &id);
        ask.with("client_secret", &secret)
    };
    is_as_the_ledger_says("user_not_assigned", &ask().send().await);
    let user = json!({ "id": "00u1adaTokenproof0d7" });
    admin.post(&format!("/api/v1/apps/{id}/users"), user).await;
    assert_eq!(ask().send().await.status, 200);
    // A change of something else leaves it.
    let changed = admin
        .put(&format!("/api/v1/apps/{id}"), crate::okta_apps::web())
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let fay = ask().with("username", "fay@okta.example");
    let fay = fay.with("password", "correct-horse-Okta-6").send().await;
    is_as_the_ledger_says("user_not_assigned", &fay);
}

#[tokio::test]
async fn what_is_wrong_with_an_assignment() {
    let admin = admin().await;
    let base = format!("/api/v1/apps/{ORDERS_PORTAL}");
    let mut told = String::new();
    for (method, path, body) in [
        (Method::POST, format!("{base}/users"), json!({})),
        (
            Method::POST,
            format!("{base}/users"),
            json!({ "id": "nobody" }),
        ),
        (Method::POST, format!("{base}/users"), json!({ "id": 7 })),
        (Method::PUT, format!("{base}/users"), json!({})),
        (Method::GET, format!("{base}/users/nobody"), Value::Null),
        (
            Method::DELETE,
            format!("{base}/users/00u1adaTokenproof0d7"),
            Value::Null,
        ),
        (Method::PUT, format!("{base}/groups/00gnone"), json!({})),
        (
            Method::GET,
            format!("{base}/groups/{OPERATORS}"),
            Value::Null,
        ),
        (
            Method::DELETE,
            format!("{base}/groups/{OPERATORS}"),
            Value::Null,
        ),
        (
            Method::PATCH,
            format!("{base}/groups/{OPERATORS}"),
            json!({}),
        ),
        (
            Method::GET,
            format!("{base}/groups/{OPERATORS}/owners"),
            Value::Null,
        ),
        (
            Method::GET,
            "/api/v1/apps/nobody/users".to_owned(),
            Value::Null,
        ),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = admin.ask(method.clone(), &path, body).await;
        told.push_str(&format!("{method} {path}: {}\n", code(&answer)));
    }
    insta::assert_snapshot!(told, @"
    POST /api/v1/apps/0oa5portalTokenPr0d7/users: 400 E0000001; id: The field cannot be left blank
    POST /api/v1/apps/0oa5portalTokenPr0d7/users: 404 E0000007
    POST /api/v1/apps/0oa5portalTokenPr0d7/users: 400 E0000003
    PUT /api/v1/apps/0oa5portalTokenPr0d7/users: 405 E0000022
    GET /api/v1/apps/0oa5portalTokenPr0d7/users/nobody: 404 E0000007
    DELETE /api/v1/apps/0oa5portalTokenPr0d7/users/00u1adaTokenproof0d7: 404 E0000007
    PUT /api/v1/apps/0oa5portalTokenPr0d7/groups/00gnone: 404 E0000007
    GET /api/v1/apps/0oa5portalTokenPr0d7/groups/00g1operatorsTokenP7: 404 E0000007
    DELETE /api/v1/apps/0oa5portalTokenPr0d7/groups/00g1operatorsTokenP7: 404 E0000007
    PATCH /api/v1/apps/0oa5portalTokenPr0d7/groups/00g1operatorsTokenP7: 405 E0000022
    GET /api/v1/apps/0oa5portalTokenPr0d7/groups/00g1operatorsTokenP7/owners: 404 E0000008
    GET /api/v1/apps/nobody/users: 404 E0000007
    ");
    let portal = as_portal(admin.stage.refresh("nobody's")).send().await;
    is_as_the_ledger_says("refresh_token_invalid", &portal);
}
