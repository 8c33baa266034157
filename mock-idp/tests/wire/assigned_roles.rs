//! App role assignments through Graph: what is assigned there stands in tokens at once.

use mock_idp::directory::ImplicitToken;
use mock_idp::journal::Origin;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Ask, Browser, PORTAL, sent};
use crate::codes::claims;
use crate::registration::Registrar;
use crate::stage::Stage;

const ASSIGNS: &str = "AppRoleAssignment.ReadWrite.All";
const REGISTERS: &str = "Application.ReadWrite.All";
const READS: &str = "User.Read.All";
const READS_ID: &str = "df021288-bdef-4463-88db-98f22de89214";
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const ADA: &str = "5d4c3b2a-1f0e-4d9c-8b7a-695847362514";
const OPERATORS: &str = "e1d2c3b4-a596-4788-9a6b-5c4d3e2f1a0b";

async fn graph() -> Registrar {
    let stage = Stage::entra().await;
    let client = stage.idp.client_id();
    stage.idp.consent(&client, &[], &[REGISTERS.to_owned()]);
    Registrar::on(stage, ASSIGNS).await
}

/// The object id of a service principal.
async fn principal(graph: &Registrar, client: &str) -> String {
    let shown = graph
        .get(&format!("/servicePrincipals(appId='{client}')"))
        .await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown.text("id")
}

fn body(principal: &str, resource: &str, role: &str) -> Value {
    json!({ "principalId": principal, "resourceId": resource, "appRoleId": role })
}

#[tokio::test]
async fn a_role_that_is_assigned_is_in_the_next_token() {
    let graph = graph().await;
    let (object, client) = graph.registered("Invoices").await;
    let secret = graph.secret(&object, json!({})).await.text("secretText");
    let roles = async |scope: &str| {
        let ask = graph.stage.app_only().with("client_id", &client);
        let ask = ask.with("client_secret", &secret).with("scope", scope);
        let answer = ask.send().await;
        let token = answer.text("access_token");
        let users = format!("{}/v1.0/users", graph.stage.idp.origin(Origin::Graph));
        let opened = graph.stage.get_with(&users, &token).await.status;
        (claims(&token)["roles"].clone(), opened)
    };
    let of_graph = "https://graph.microsoft.com/.default";
    assert_eq!(roles(of_graph).await, (Value::Null, 403));
    let (own, api) = (
        principal(&graph, &client).await,
        principal(&graph, GRAPH).await,
    );
    // What roles there are stands with the API.
    let shown = graph.get(&format!("/servicePrincipals/{api}")).await.json();
    let listed = shown["appRoles"].as_array().unwrap();
    let role = listed.iter().find(|role| role["value"] == READS).unwrap();
    assert_eq!(role["id"], READS_ID);
    let path = format!("/servicePrincipals/{own}/appRoleAssignments");
    let made = graph.post(&path, body(&own, &api, READS_ID)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    insta::assert_snapshot!(made.members(), @"@odata.context id deletedDateTime appRoleId createdDateTime principalDisplayName principalId principalType resourceDisplayName resourceId");
    assert_eq!(made.text("createdDateTime"), "2030-01-01T00:00:00Z");
    assert_eq!(made.text("resourceDisplayName"), "Microsoft Graph");
    assert_eq!(made.text("principalType"), "ServicePrincipal");
    assert_eq!(roles(of_graph).await, (json!([READS]), 200));
    // Of another API it has none.
    assert_eq!(roles("api://contoso-orders/.default").await.0, Value::Null);
    // It is seen from both ends.
    let id = made.text("id");
    let listed = graph.get(&path).await.json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    assert_eq!(listed["value"][0]["id"], id.as_str());
    let others = format!("/servicePrincipals/{api}/appRoleAssignedTo");
    let listed = graph.get(&format!("{others}?$top=999")).await.json();
    let all = listed["value"].as_array().unwrap();
    assert!(all.iter().any(|one| one["id"] == id.as_str()));
    // What the directory consents to is among them.
    let daemon = principal(&graph, &graph.stage.idp.client_id()).await;
    let consented = all
        .iter()
        .find(|one| one["principalId"] == daemon && one["appRoleId"] == READS_ID);
    let consented = consented.unwrap()["id"].as_str().unwrap();
    for (what, wanted) in [
        ("again", body(&own, &api, READS_ID)),
        (
            "no such role",
            body(&own, &api, "11111111-2222-4333-8444-555555555555"),
        ),
        ("a user is no API", body(&own, ADA, NO_ROLE)),
        ("another principal", body(&daemon, &api, READS_ID)),
        ("nothing", json!({})),
        (
            "more",
            json!({ "principalId": own, "resourceId": api, "appRoleId": READS_ID, "x": 1 }),
        ),
    ] {
        let refused = graph.post(&path, wanted).await;
        assert_eq!(refused.status, 400, "{what}: {}", refused.body);
    }
    let nowhere = graph.post(&path, body(&own, "nowhere", READS_ID)).await;
    assert_eq!(nowhere.status, 404);
    // Taken away, the next token is without it. So is what was consented to.
    for (path, id) in [(&path, id.as_str()), (&others, consented)] {
        let gone = graph
            .call(Method::DELETE, &format!("{path}/{id}"), Value::Null)
            .await;
        assert_eq!(gone.status, 204, "{}", gone.body);
        let gone = graph.get(&format!("{path}/{id}")).await;
        assert_eq!(gone.status, 404);
    }
    assert_eq!(roles(of_graph).await, (Value::Null, 403));
    let token = graph.stage.access_token().await;
    assert!(
        !claims(&token)["roles"]
            .to_string()
            .contains("\"User.Read.All\"")
    );
    let entries = graph.stage.idp.journal().entries();
    let changed: Vec<String> = entries
        .iter()
        .filter_map(|entry| entry.reply.as_ref()?.changed.clone())
        .collect();
    assert!(
        changed.contains(&format!("{READS} of {GRAPH} was assigned to {client}")),
        "{changed:?}"
    );
}

/// An API of the directory has the roles that it says; whoever lacks one is refused where it asks for them.
#[tokio::test]
async fn an_api_that_asks_for_a_role_is_opened_by_one() {
    let graph = graph().await;
    graph.stage.idp.change_directory(|directory| {
        let api = &mut directory.entra.tenants[0].resources[1];
        api.assignment_required = true;
        api.roles = vec!["Orders.Run".to_owned()];
    });
    let (object, client) = graph.registered("Invoices").await;
    let secret = graph.secret(&object, json!({})).await.text("secretText");
    let ask = || {
        let ask = graph.stage.app_only().with("client_id", &client);
        ask.with("client_secret", &secret)
            .with("scope", "api://contoso-orders/.default")
    };
    assert_eq!(ask().send().await.json()["error_codes"][0], 501_051);
    let own = principal(&graph, &client).await;
    let orders = "2f6d1b90-3c84-4f1d-b6a7-90c8d7e6f5a4";
    let api = graph
        .get(&format!("/servicePrincipals(appId='{orders}')"))
        .await
        .json();
    let role = api["appRoles"][0]["id"].as_str().unwrap();
    let api = api["id"].as_str().unwrap();
    let path = format!("/servicePrincipals/{api}/appRoleAssignedTo");
    let made = graph.post(&path, body(&own, api, role)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let answer = ask().send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        claims(&answer.text("access_token"))["roles"],
        json!(["Orders.Run"])
    );
}

/// Users and groups are let in by an assignment, and a registration says which tokens come without a code.
#[tokio::test]
async fn users_are_assigned_to_an_application() {
    let graph = graph().await;
    let portal = principal(&graph, PORTAL).await;
    let required = json!({ "appRoleAssignmentRequired": true });
    let path = format!("/servicePrincipals/{portal}");
    assert_eq!(graph.call(Method::PATCH, &path, required).await.status, 204);
    assert_eq!(
        graph.get(&path).await.json()["appRoleAssignmentRequired"],
        true
    );
    graph
        .stage
        .idp
        .sign_in_automatically(Some("ada@contoso.example"));
    let signs_in = async || {
        Browser::new(&graph.stage)
            .ask(&Ask::new(&graph.stage))
            .await
            .status
    };
    assert_eq!(signs_in().await, 400);
    let made = graph
        .post(
            &format!("/users/{ADA}/appRoleAssignments"),
            body(ADA, &portal, NO_ROLE),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.text("principalType"), "User");
    assert_eq!(signs_in().await, 302);
    let path = format!("/servicePrincipals/{portal}/appRoleAssignedTo");
    let made = graph.post(&path, body(OPERATORS, &portal, NO_ROLE)).await;
    assert_eq!(made.text("principalType"), "Group");
    let listed = graph.get(&path).await.json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 2);
    let of_group = format!("/groups/{OPERATORS}/appRoleAssignments");
    graph.stage.idp.consent(
        &graph.stage.idp.client_id(),
        &[],
        &["Group.Read.All".to_owned()],
    );
    let with_groups = Registrar::on(graph.stage, ASSIGNS).await;
    let listed = with_groups.get(&of_group).await.json();
    assert_eq!(listed["value"][0]["resourceId"], portal.as_str());
    let stage = &with_groups.stage;
    let object = with_groups
        .get(&format!("/applications(appId='{PORTAL}')"))
        .await
        .text("id");
    let web = json!({ "web": { "implicitGrantSettings": { "enableIdTokenIssuance": true } } });
    let changed = with_groups
        .call(Method::PATCH, &format!("/applications/{object}"), web)
        .await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    let ask = Ask::new(stage)
        .with("response_type", "id_token")
        .with("nonce", "n");
    let back = sent(&Browser::new(stage).ask(&ask).await);
    assert!(back.get("id_token").is_some(), "{back:?}");
    let portal = stage.idp.directory().entra.tenants[0].applications[6].clone();
    assert_eq!(
        (portal.id.as_str(), portal.implicit.as_slice()),
        (PORTAL, &[ImplicitToken::IdToken][..])
    );
}

/// Whoever may register applications may not give them roles.
#[tokio::test]
async fn assigning_takes_a_permission_of_its_own() {
    let graph = Registrar::with(REGISTERS).await;
    let daemon = principal(&graph, &graph.stage.idp.client_id()).await;
    let api = principal(&graph, GRAPH).await;
    let path = format!("/servicePrincipals/{daemon}/appRoleAssignments");
    let refused = graph.post(&path, body(&daemon, &api, READS_ID)).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let listed = graph.get(&path).await;
    assert_eq!(listed.status, 200, "{}", listed.body);
    let one = listed.json()["value"][0]["id"].as_str().unwrap().to_owned();
    let refused = graph
        .call(Method::DELETE, &format!("{path}/{one}"), Value::Null)
        .await;
    assert_eq!(refused.status, 403);
    let put = graph.call(Method::PUT, &path, json!({})).await;
    assert_eq!(put.status, 405);
    let mut portal = Browser::new(&graph.stage);
    assert_eq!(portal.ask(&Ask::new(&graph.stage)).await.status, 200);
}
