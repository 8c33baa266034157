//! Applications that are registered and changed through Graph.

use mock_idp::journal::Origin;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::stage::Stage;

/// Somebody who may register applications.
pub(crate) struct Registrar {
    pub(crate) stage: Stage,
    token: String,
}

impl Registrar {
    pub(crate) async fn with(role: &str) -> Self {
        let stage = Stage::entra().await;
        Self::on(stage, role).await
    }

    pub(crate) async fn on(stage: Stage, role: &str) -> Self {
        let client = stage.idp.client_id();
        stage.idp.consent(&client, &[], &[role.to_owned()]);
        let token = stage.access_token().await;
        Self { stage, token }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}/v1.0{path}", self.stage.idp.origin(Origin::Graph));
        let mut request = self
            .stage
            .http
            .request(method, url)
            .bearer_auth(&self.token);
        if !body.is_null() {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// An application with a service principal: its object id and client id.
    pub(crate) async fn registered(&self, name: &str) -> (String, String) {
        let made = self
            .post("/applications", json!({ "displayName": name }))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        let ids = (made.text("id"), made.text("appId"));
        let principal = self
            .post("/servicePrincipals", json!({ "appId": ids.1 }))
            .await;
        assert_eq!(principal.status, 201, "{}", principal.body);
        ids
    }

    pub(crate) async fn secret(&self, application: &str, body: Value) -> Answer {
        let path = format!("/applications/{application}/addPassword");
        let made = self.post(&path, body).await;
        assert_eq!(made.status, 200, "{}", made.body);
        made
    }

    /// What the token endpoint makes of a secret: 200, or the number of its error.
    pub(crate) async fn signs_in(&self, client: &str, secret: &str) -> String {
        let answer = self
            .stage
            .app_only()
            .with("client_id", client)
            .with("client_secret", secret)
            .send()
            .await;
        match answer.status {
            200 => "200".to_owned(),
            status => format!("{status} {}", answer.json()["error_codes"][0]),
        }
    }
}

pub(crate) const ALL: &str = "Application.ReadWrite.All";

#[tokio::test]
async fn an_application_works_as_soon_as_it_has_a_service_principal_and_a_secret() {
    let graph = Registrar::with(ALL).await;
    let made = graph
        .post("/applications", json!({ "displayName": "Invoices" }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.header("location").unwrap().ends_with(&made.text("id")));
    insta::assert_snapshot!(made.members(), @"@odata.context id deletedDateTime isFallbackPublicClient appId applicationTemplateId identifierUris createdDateTime displayName description disabledByMicrosoftStatus groupMembershipClaims notes publisherDomain serviceManagementReference signInAudience tags tokenEncryptionKeyId addIns api appRoles publicClient info keyCredentials optionalClaims parentalControlSettings passwordCredentials requiredResourceAccess spa web");
    let (object, client) = (made.text("id"), made.text("appId"));
    assert_ne!(object, client);
    let secret = graph.secret(&object, json!({})).await;
    insta::assert_snapshot!(secret.members(), @"@odata.context customKeyIdentifier endDateTime keyId startDateTime secretText hint displayName");
    let value = secret.text("secretText");
    assert!((16..=64).contains(&value.len()));
    assert_eq!(secret.text("hint"), value[..3]);
    assert_eq!(secret.text("startDateTime"), "2030-01-01T00:00:00Z");
    assert_eq!(secret.text("endDateTime"), "2032-01-01T00:00:00Z");
    // Without a service principal it cannot sign in as itself.
    assert_eq!(graph.signs_in(&client, &value).await, "401 7000229");
    let principal = graph
        .post("/servicePrincipals", json!({ "appId": client }))
        .await;
    assert_eq!(principal.status, 201, "{}", principal.body);
    assert_eq!(graph.signs_in(&client, &value).await, "200");
    let token = graph
        .stage
        .app_only()
        .with("client_id", &client)
        .with("client_secret", &value)
        .send()
        .await
        .text("access_token");
    // The token speaks for the service principal that Graph shows, and has no permission yet.
    assert_eq!(
        crate::answer::claims(&token)["oid"],
        principal.text("id").as_str()
    );
    assert_eq!(graph.stage.call_api(&token).await.status, 403);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_never_kept_in_the_journal() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Invoices").await;
    let given = json!({ "passwordCredential": { "displayName": "first" } });
    let secret = graph.secret(&object, given).await;
    let value = secret.text("secretText");
    for path in [
        format!("/applications/{object}"),
        format!("/applications(appId='{client}')"),
        "/applications".to_owned(),
        "/servicePrincipals".to_owned(),
    ] {
        let shown = graph.get(&path).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert!(!shown.body.contains(&value), "{path}");
    }
    let shown = graph.get(&format!("/applications/{object}")).await.json();
    let credential = &shown["passwordCredentials"][0];
    assert_eq!(credential["secretText"], Value::Null);
    assert_eq!(credential["keyId"], secret.text("keyId").as_str());
    assert_eq!(credential["displayName"], "first");
    let journal = serde_json::to_string(&graph.stage.idp.journal().entries()).unwrap();
    assert!(!journal.contains(&value));
    let directory = serde_json::to_string(&*graph.stage.idp.directory()).unwrap();
    assert!(!directory.contains(&value) && directory.contains(&client));
    // A client that sends it where it must not be is caught.
    let url = format!("{}?secret={value}", graph.stage.idp.api_url());
    graph.stage.get(&url, &[]).await;
    assert_eq!(graph.stage.last_entry().secrets[0].what, "client_secret");
}

#[tokio::test]
async fn a_registration_is_changed_and_deleted() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Invoices").await;
    let value = graph.secret(&object, json!({})).await.text("secretText");
    let path = format!("/applications/{object}");
    let change = json!({ "displayName": "Bills", "signInAudience": "AzureADMultipleOrgs", "web": { "redirectUris": ["https://bills.example/back"] }, "identifierUris": [format!("api://{client}")] });
    let changed = graph.call(Method::PATCH, &path, change).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    let shown = graph.get(&path).await.json();
    assert_eq!(shown["displayName"], "Bills");
    assert_eq!(shown["signInAudience"], "AzureADMultipleOrgs");
    assert_eq!(
        shown["web"]["redirectUris"][0],
        "https://bills.example/back"
    );
    assert_eq!(
        shown["web"]["implicitGrantSettings"]["enableIdTokenIssuance"],
        false
    );
    let disable = json!({ "accountEnabled": false });
    let principal = format!("/servicePrincipals(appId='{client}')");
    let disabled = graph.call(Method::PATCH, &principal, disable).await;
    assert_eq!(disabled.status, 204, "{}", disabled.body);
    assert_eq!(graph.signs_in(&client, &value).await, "400 7000112");
    graph
        .call(Method::PATCH, &principal, json!({ "accountEnabled": true }))
        .await;
    assert_eq!(graph.signs_in(&client, &value).await, "200");
    let emptied = json!({ "passwordCredentials": [] });
    assert_eq!(graph.call(Method::PATCH, &path, emptied).await.status, 204);
    assert_eq!(graph.signs_in(&client, &value).await, "401 7000215");
    let gone = graph.call(Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(graph.signs_in(&client, &value).await, "400 700016");
    insta::assert_snapshot!(graph.get(&path).await.show(&graph.stage), @r#"404 {"error":{"code":"Request_ResourceNotFound","message":"Resource '<guid>' does not exist or one of its queried reference-property objects are not present.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    assert_eq!(graph.get(&principal).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Invoices").await;
    let app = format!("/applications/{object}");
    let mut table = String::new();
    for (name, method, path, body) in [
        (
            "no name",
            Method::POST,
            "/applications".to_owned(),
            json!({}),
        ),
        (
            "no text",
            Method::POST,
            "/applications".to_owned(),
            json!({ "displayName": 1 }),
        ),
        (
            "unknown property",
            Method::POST,
            "/applications".to_owned(),
            json!({ "displayName": "x", "colour": "red" }),
        ),
        (
            "read only",
            Method::PATCH,
            app.clone(),
            json!({ "appId": "x" }),
        ),
        (
            "password on create",
            Method::POST,
            "/applications".to_owned(),
            json!({ "displayName": "x", "passwordCredentials": [{ "secretText": "hunter2-hunter2" }] }),
        ),
        (
            "a domain of others",
            Method::PATCH,
            app.clone(),
            json!({ "identifierUris": ["https://elsewhere.example/x"] }),
        ),
        (
            "a taken name",
            Method::PATCH,
            app.clone(),
            json!({ "identifierUris": ["api://contoso-orders"] }),
        ),
        (
            "a bad redirect",
            Method::PATCH,
            app.clone(),
            json!({ "web": { "redirectUris": ["nowhere"] } }),
        ),
        (
            "ends before it begins",
            Method::POST,
            format!("{app}/addPassword"),
            json!({ "passwordCredential": { "endDateTime": "2029-01-01T00:00:00Z" } }),
        ),
        (
            "an own secret",
            Method::POST,
            format!("{app}/addPassword"),
            json!({ "passwordCredential": { "secretText": "of-my-own-making" } }),
        ),
        (
            "no key id",
            Method::POST,
            format!("{app}/removePassword"),
            json!({}),
        ),
        (
            "no such application",
            Method::POST,
            "/applications/none/addPassword".to_owned(),
            json!({}),
        ),
        (
            "a second principal",
            Method::POST,
            "/servicePrincipals".to_owned(),
            json!({ "appId": client }),
        ),
        (
            "a principal of nobody",
            Method::POST,
            "/servicePrincipals".to_owned(),
            json!({ "appId": "none" }),
        ),
        (
            "a principal of an API",
            Method::DELETE,
            "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')".to_owned(),
            Value::Null,
        ),
        (
            "a body that is none",
            Method::POST,
            "/applications".to_owned(),
            json!([1]),
        ),
        (
            "no body",
            Method::POST,
            "/applications".to_owned(),
            Value::Null,
        ),
        ("another method", Method::PUT, app.clone(), json!({})),
        (
            "another action",
            Method::POST,
            format!("{app}/paint"),
            json!({}),
        ),
    ] {
        let answer = graph.call(method, &path, body).await;
        let error = &answer.json()["error"];
        table.push_str(&format!(
            "{name}: {} {} {}\n",
            answer.status, error["code"], error["message"]
        ));
    }
    let table = table
        .replace(&client, "<new client>")
        .replace(&object, "<object>");
    insta::assert_snapshot!(table, @r#"
    no name: 400 "Request_BadRequest" "A value is required for property 'displayName' of resource 'Application'."
    no text: 400 "Request_BadRequest" "Invalid value specified for property 'displayName' of resource 'Application'."
    unknown property: 400 "Request_BadRequest" "Invalid property 'colour'."
    read only: 400 "Request_BadRequest" "Property 'appId' is read-only and cannot be set."
    password on create: 400 "Request_BadRequest" "New password credentials must be generated with service actions."
    a domain of others: 400 "HostNameNotOnVerifiedDomain" "Values of identifierUris property must use a verified domain of the organization or its subdomain."
    a taken name: 400 "Request_BadRequest" "Another object with the same value for property identifierUris already exists."
    a bad redirect: 400 "Request_BadRequest" "Invalid value specified for property 'redirectUris' of resource 'Application'."
    ends before it begins: 400 "Request_BadRequest" "Invalid value specified for property 'endDateTime' of resource 'PasswordCredential'."
    an own secret: 400 "Request_BadRequest" "Invalid value specified for property 'secretText' of resource 'PasswordCredential'."
    no key id: 400 "Request_BadRequest" "A value is required for property 'keyId' of resource 'Application'."
    no such application: 404 "Request_ResourceNotFound" "Resource 'none' does not exist or one of its queried reference-property objects are not present."
    a second principal: 409 "Request_MultipleObjectsWithSameKeyValue" "The service principal cannot be created, updated, or restored because the service principal name <new client> is already in use."
    a principal of nobody: 400 "Request_BadRequest" "The appId 'none' of the service principal does not reference a valid application object."
    a principal of an API: 403 "Authorization_RequestDenied" "Insufficient privileges to complete the operation."
    a body that is none: 400 "BadRequest" "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
    no body: 400 "BadRequest" "Write requests (excluding DELETE) must contain the Content-Type header declaration."
    another method: 405 "Request_BadRequest" "Specified HTTP method is not allowed for the request target."
    another action: 400 "BadRequest" "Resource not found for the segment."
    "#);
}

#[tokio::test]
async fn what_graph_has_changed_goes_with_a_snapshot() {
    let graph = Registrar::with(ALL).await;
    let before = graph.stage.idp.snapshot();
    let (object, client) = graph.registered("Invoices").await;
    let value = graph.secret(&object, json!({})).await.text("secretText");
    let with = graph.stage.idp.snapshot();
    graph.stage.idp.restore(&before);
    assert_eq!(graph.signs_in(&client, &value).await, "400 700016");
    graph.stage.idp.restore(&with);
    assert_eq!(graph.signs_in(&client, &value).await, "200");
    graph.stage.idp.reset();
    assert_eq!(graph.signs_in(&client, &value).await, "400 700016");
}

#[tokio::test]
async fn the_journal_says_what_was_changed() {
    let graph = Registrar::with(ALL).await;
    let (object, client) = graph.registered("Invoices").await;
    let secret = graph.secret(&object, json!({})).await;
    let path = format!("/applications/{object}/removePassword");
    graph
        .post(&path, json!({ "keyId": secret.text("keyId") }))
        .await;
    graph.get("/applications").await;
    let entries = graph.stage.idp.journal().entries();
    let changes: Vec<String> = entries
        .iter()
        .filter_map(|entry| entry.reply.as_ref()?.changed.clone())
        .collect();
    let words = changes.join("\n").replace(&client, "<client>");
    insta::assert_snapshot!(words.replace(&secret.text("keyId"), "<key>"), @"
    application <client> was registered
    application <client> was given a service principal
    application <client> was given secret <key>
    application <client> has lost secret <key>
    ");
}
