//! Okta's users, groups and roles, as administrators write them.

use http::Method;
use mock_idp::journal::Origin;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::stage::Stage;

/// An administrator at an org's API.
pub(crate) struct Admin {
    pub(crate) stage: Stage,
    authorization: String,
}

impl Admin {
    pub(crate) async fn of(stage: Stage) -> Self {
        let token = stage.idp.credentials().api_token.unwrap();
        Self {
            authorization: format!("SSWS {}", token.reveal()),
            stage,
        }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}{path}", self.stage.idp.origin(Origin::Org));
        let mut request = self.stage.http.request(method, url);
        request = request.header("authorization", &self.authorization);
        request = match body {
            Some(body) => request.json(&body),
            None => request.header("content-length", "0"),
        };
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }
}

/// Status and code, with what is wrong.
pub(crate) fn code(answer: &Answer) -> String {
    let Ok(body) = serde_json::from_str::<Value>(&answer.body) else {
        return answer.status.to_string();
    };
    let Some(code) = body["errorCode"].as_str() else {
        return answer.status.to_string();
    };
    let causes = body["errorCauses"].as_array().unwrap().iter();
    let causes = causes.map(|cause| cause["errorSummary"].as_str().unwrap().to_owned());
    let shown: Vec<String> = [format!("{} {code}", answer.status)]
        .into_iter()
        .chain(causes)
        .collect();
    shown.join("; ")
}

pub(crate) async fn admin() -> Admin {
    Admin::of(Stage::okta().await).await
}

fn gil() -> Value {
    json!({
        "profile": { "firstName": "Gil", "lastName": "Sorensen", "email": "gil@okta.example", "login": "gil@okta.example", "department": "Tea" },
        "credentials": { "password": { "value": "correct-horse-of-Gil" } },
    })
}

#[tokio::test]
async fn a_user_is_made_and_signs_in_at_once() {
    let admin = admin().await;
    let made = admin.post("/api/v1/users?activate=true", gil()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.text("id");
    assert!(id.starts_with("00u") && id.len() == 20);
    insta::assert_snapshot!(made.show(&admin.stage).replace(&id, "<id>"), @r#"200 {"id":"<id>","status":"ACTIVE","created":"2030-01-01T00:00:00.000Z","activated":"2030-01-01T00:00:00.000Z","statusChanged":"2030-01-01T00:00:00.000Z","lastLogin":null,"lastUpdated":"2030-01-01T00:00:00.000Z","passwordChanged":"2030-01-01T00:00:00.000Z","type":{"id":"oty1tokenproofTyp0d7"},"profile":{"firstName":"Gil","lastName":"Sorensen","mobilePhone":null,"secondEmail":null,"login":"gil@okta.example","email":"gil@okta.example","department":"Tea"},"credentials":{"password":{},"provider":{"type":"OKTA","name":"OKTA"}},"_links":{"self":{"href":"http://<org>/api/v1/users/<id>"},"suspend":{"href":"http://<org>/api/v1/users/<id>/lifecycle/suspend","method":"POST"},"resetPassword":{"href":"http://<org>/api/v1/users/<id>/lifecycle/reset_password","method":"POST"},"expirePassword":{"href":"http://<org>/api/v1/users/<id>/lifecycle/expire_password","method":"POST"},"deactivate":{"href":"http://<org>/api/v1/users/<id>/lifecycle/deactivate","method":"POST"}}}"#);
    let sign_in = |password: &'static str| {
        let ask = admin.stage.password().with("username", "gil@okta.example");
        ask.with("password", password)
    };
    assert_eq!(sign_in("correct-horse-of-Gil").send().await.status, 200);
    // The journal has seen the password and does not show it.
    let entries = serde_json::to_string(&admin.stage.idp.journal().entries()).unwrap();
    assert!(!entries.contains("correct-horse-of-Gil"));

    // A part of the profile changes; the rest stays. A whole one takes the place of what was there.
    let path = format!("/api/v1/users/{id}");
    admin.stage.advance(60);
    let changed = admin
        .post(&path, json!({ "profile": { "mobilePhone": "555" } }))
        .await
        .json();
    assert_eq!(changed["profile"]["department"], "Tea");
    assert_eq!(changed["profile"]["mobilePhone"], "555");
    assert_eq!(changed["lastUpdated"], "2030-01-01T00:01:00.000Z");
    let whole = json!({ "profile": { "firstName": "G", "lastName": "S", "email": "g@okta.example", "login": "gil@okta.example" } });
    let changed = admin.put(&path, whole).await.json();
    assert_eq!(changed["profile"]["department"], Value::Null);
    let partial = json!({ "profile": { "firstName": "G" } });
    assert_eq!(
        code(&admin.put(&path, partial).await),
        "400 E0000001; login: The field cannot be left blank"
    );
    assert_eq!(admin.get("/api/v1/users/gil").await.text("id"), id);
    assert_eq!(
        admin.get("/api/v1/users/GIL@okta.example").await.text("id"),
        id
    );

    let words = json!({ "oldPassword": { "value": "wrong" }, "newPassword": { "value": "another-horse-of-Gil" } });
    let change = format!("{path}/credentials/change_password");
    assert_eq!(
        code(&admin.post(&change, words).await),
        "403 E0000014; oldPassword: The credentials provided were incorrect."
    );
    let words = json!({ "oldPassword": { "value": "correct-horse-of-Gil" }, "newPassword": { "value": "another-horse-of-Gil" } });
    assert_eq!(admin.post(&change, words).await.status, 200);
    assert_eq!(sign_in("another-horse-of-Gil").send().await.status, 200);
    assert_eq!(sign_in("correct-horse-of-Gil").send().await.status, 400);

    // The first deletion deactivates, the second deletes.
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.text("status"), "DEPROVISIONED");
    assert_eq!(sign_in("another-horse-of-Gil").send().await.status, 400);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert!(code(&admin.get(&path).await).starts_with("404 E0000007"));
}

#[tokio::test]
async fn what_is_wrong_about_a_user_is_told() {
    let admin = admin().await;
    let with = |name: &str, value: Value| {
        let mut user = gil();
        user["profile"][name] = value;
        user
    };
    let mut no_password = gil();
    no_password["credentials"]["password"]["value"] = json!("short");
    let mut no_group = gil();
    no_group["groupIds"] = json!(["00gnothing"]);
    let mut table = String::new();
    for (what, body) in [
        ("login taken", with("login", json!("ADA@okta.example"))),
        ("no login", with("login", Value::Null)),
        ("no address", with("login", json!("gil"))),
        ("short", with("login", json!("a@b."))),
        ("bad email", with("email", json!("gil at home"))),
        ("no last name", with("lastName", json!(" "))),
        ("number", with("firstName", json!(3))),
        ("object", with("manager", json!({ "a": 1 }))),
        ("short password", no_password),
        ("unknown group", no_group),
        ("no profile", json!({})),
        ("profile is a list", json!({ "profile": [] })),
        ("a list", json!([])),
        ("a text", json!("gil")),
    ] {
        let answer = admin.post("/api/v1/users", body).await;
        table += &format!("{what}: {}\n", code(&answer));
    }
    insta::assert_snapshot!(table, @"
    login taken: 400 E0000001; login: An object with this field already exists in the current organization
    no login: 400 E0000001; login: The field cannot be left blank
    no address: 400 E0000001; login: Username must be in the form of an email address
    short: 400 E0000001; login: Username must be in the form of an email address
    bad email: 400 E0000001; email: Does not match required pattern
    no last name: 400 E0000001; lastName: The field cannot be left blank
    number: 400 E0000003
    object: 400 E0000001; manager: Invalid value
    short password: 400 E0000001; password: Password requirements were not met. Password requirements: at least 8 characters.
    unknown group: 404 E0000007
    no profile: 400 E0000001; login: The field cannot be left blank
    profile is a list: 400 E0000003
    a list: 400 E0000003
    a text: 400 E0000003
    ");
    assert_eq!(
        admin
            .get("/api/v1/users")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        6
    );
}

#[tokio::test]
async fn accounts_go_through_their_life() {
    let admin = admin().await;
    let mut waiting = gil();
    waiting["credentials"] = json!({});
    let made = admin.post("/api/v1/users?activate=false", waiting).await;
    let path = format!("/api/v1/users/{}", made.text("id"));
    let mut table = format!("made: {}\n", made.text("status"));
    for step in [
        "suspend",
        "activate",
        "activate",
        "reactivate",
        "password",
        "activate",
        "suspend",
        "suspend",
        "unsuspend",
        "unsuspend",
        "unlock",
        "expire_password",
        "reset_password",
        "unlock",
        "password",
        "deactivate",
        "deactivate",
        "reset_password",
        "activate",
        "fly",
    ] {
        let answer = match step {
            "password" => {
                let body =
                    json!({ "credentials": { "password": { "value": "correct-horse-of-Gil" } } });
                admin.post(&path, body).await
            }
            step => {
                let path = format!("{path}/lifecycle/{step}?sendEmail=false");
                admin.ask(Method::POST, &path, None).await
            }
        };
        let status = admin.get(&path).await.text("status");
        table += &format!("{step}: {} -> {status}\n", code(&answer));
    }
    insta::assert_snapshot!(table, @"
    made: STAGED
    suspend: 400 E0000001; Cannot suspend a user that is not active -> STAGED
    activate: 200 -> PROVISIONED
    activate: 403 E0000016 -> PROVISIONED
    reactivate: 200 -> PROVISIONED
    password: 200 -> ACTIVE
    activate: 403 E0000016 -> ACTIVE
    suspend: 200 -> SUSPENDED
    suspend: 400 E0000001; Cannot suspend a user that is not active -> SUSPENDED
    unsuspend: 200 -> ACTIVE
    unsuspend: 400 E0000001; Cannot unsuspend a user that is not suspended -> ACTIVE
    unlock: 403 E0000032; The user is not locked out. -> ACTIVE
    expire_password: 200 -> PASSWORD_EXPIRED
    reset_password: 200 -> RECOVERY
    unlock: 403 E0000032; The user is not locked out. -> RECOVERY
    password: 200 -> ACTIVE
    deactivate: 200 -> DEPROVISIONED
    deactivate: 403 E0000038 -> DEPROVISIONED
    reset_password: 403 E0000017 -> DEPROVISIONED
    activate: 200 -> PROVISIONED
    fly: 404 E0000008 -> PROVISIONED
    ");
    let unlocked = "/api/v1/users/dana@okta.example/lifecycle/unlock";
    assert_eq!(admin.ask(Method::POST, unlocked, None).await.status, 200);
    assert_eq!(
        admin.get("/api/v1/users/dana").await.text("status"),
        "ACTIVE"
    );
    let link = admin
        .ask(
            Method::POST,
            "/api/v1/users/dana/lifecycle/reset_password?sendEmail=false",
            None,
        )
        .await;
    assert!(link.text("resetPasswordUrl").contains("/reset_password/"));
    let made = admin
        .post(
            "/api/v1/users",
            json!({ "profile": gil()["profile"].as_object().map(|profile| {
        let mut profile = profile.clone();
        profile.insert("login".to_owned(), json!("other@okta.example"));
        profile
    }) }),
        )
        .await;
    assert_eq!(made.text("status"), "PROVISIONED");
    let mut links: Vec<String> = made.json()["_links"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    links.sort();
    assert_eq!(links.join(" "), "deactivate reactivate self");
}

#[tokio::test]
async fn groups_come_have_members_and_go() {
    let admin = admin().await;
    let body = json!({ "profile": { "name": "Tasters", "description": "They taste." } });
    let made = admin.post("/api/v1/groups", body.clone()).await;
    assert_eq!(made.status, 200);
    let id = made.text("id");
    assert_eq!(
        code(&admin.post("/api/v1/groups", body).await),
        "400 E0000001; name: An object with this field already exists in the current organization"
    );
    let path = format!("/api/v1/groups/{id}");
    let member = format!("{path}/users/00u6fayTokenproof0d7");
    admin.stage.advance(60);
    assert_eq!(admin.ask(Method::PUT, &member, None).await.status, 204);
    let logins = |answer: &Answer| -> Vec<String> {
        let users = answer.json();
        let users = users.as_array().unwrap().iter();
        users
            .map(|user| user["profile"]["login"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        logins(&admin.get(&format!("{path}/users")).await),
        ["fay@okta.example"]
    );
    let mut of_fay: Vec<String> = Vec::new();
    for group in admin
        .get("/api/v1/users/fay/groups")
        .await
        .json()
        .as_array()
        .unwrap()
    {
        of_fay.push(group["profile"]["name"].as_str().unwrap().to_owned());
    }
    assert_eq!(of_fay, ["Operators", "Tasters", "Everyone"]);
    let shown = admin.get(&path).await.json();
    assert_eq!(shown["lastMembershipUpdated"], "2030-01-01T00:01:00.000Z");
    assert_eq!(shown["lastUpdated"], "2030-01-01T00:00:00.000Z");
    let renamed = admin
        .put(&path, json!({ "profile": { "name": "Sippers" } }))
        .await;
    assert_eq!(
        renamed.json()["profile"],
        json!({ "name": "Sippers", "description": null })
    );
    assert_eq!(admin.delete(&member).await.status, 204);
    assert_eq!(logins(&admin.get(&format!("{path}/users")).await), [""; 0]);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert!(code(&admin.get(&path).await).starts_with("404"));
    let mut table = String::new();
    for (method, path, body) in [
        (Method::POST, "/api/v1/groups", json!({})),
        (
            Method::POST,
            "/api/v1/groups",
            json!({ "profile": { "name": "" } }),
        ),
        (
            Method::POST,
            "/api/v1/groups",
            json!({ "profile": { "name": "x".repeat(300) } }),
        ),
        (Method::PUT, "/api/v1/groups/00gnone/users/fay", json!({})),
        (
            Method::PUT,
            "/api/v1/groups/00g2auditorsTokenPr7/users/nobody",
            json!({}),
        ),
        (Method::PATCH, "/api/v1/groups", json!({})),
        (
            Method::POST,
            "/api/v1/groups/00g2auditorsTokenPr7/users",
            json!({}),
        ),
        (
            Method::GET,
            "/api/v1/groups/00g2auditorsTokenPr7/owners",
            json!({}),
        ),
    ] {
        let answer = admin.ask(method.clone(), path, Some(body)).await;
        table += &format!("{method} {path}: {}\n", code(&answer));
    }
    insta::assert_snapshot!(table, @"
    POST /api/v1/groups: 400 E0000001; profile: The field cannot be left blank
    POST /api/v1/groups: 400 E0000001; name: The field cannot be left blank
    POST /api/v1/groups: 400 E0000001; name: String cannot be longer than 255 characters
    PUT /api/v1/groups/00gnone/users/fay: 404 E0000007
    PUT /api/v1/groups/00g2auditorsTokenPr7/users/nobody: 404 E0000007
    PATCH /api/v1/groups: 405 E0000022
    POST /api/v1/groups/00g2auditorsTokenPr7/users: 405 E0000022
    GET /api/v1/groups/00g2auditorsTokenPr7/owners: 404 E0000008
    ");
}
