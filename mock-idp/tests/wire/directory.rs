//! A directory on the wire: what it says of lifetimes, policies, groups and keys.

use std::time::Duration;

use mock_idp::directory::{
    AccessPolicy, Application, Directory, GrantType, KeyStatus, Lifetimes, Platform,
    SigningKeyEntry,
};
use mock_idp::{MockIdp, Provider};

use crate::stage::Stage;

const DAY: u64 = 24 * 3600;

/// The built-in directory with a change to the example application.
fn with(provider: Provider, change: impl Fn(&mut Application)) -> Directory {
    let mut directory = Directory::default();
    change(match provider {
        Provider::Entra => &mut directory.entra.tenants[0].applications[0],
        Provider::Okta => &mut directory.okta.applications[0],
    });
    directory
}

fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

#[tokio::test]
async fn an_application_has_lifetimes_of_its_own() {
    for provider in Provider::ALL {
        let directory = with(provider, |application| {
            application.lifetimes = Lifetimes {
                access_token: seconds(600),
                refresh_idle: seconds(1000),
                refresh_token: seconds(1500),
            };
        });
        let stage = Stage::of(MockIdp::of(provider).directory(directory.clone())).await;
        for ask in [stage.app_only(), stage.password()] {
            let answer = ask.send().await;
            assert_eq!(answer.json()["expires_in"], 600, "{}", answer.body);
        }
        let token = |answer: crate::answer::Answer| answer.text("refresh_token");
        let (idle, used) = (
            token(stage.password().send().await),
            token(stage.password().send().await),
        );
        stage.advance(900);
        let answer = stage.refresh(&used).send().await;
        assert_eq!(answer.json()["expires_in"], 600, "{}", answer.body);
        let used = answer.text("refresh_token");
        stage.advance(200);
        assert_eq!(stage.refresh(&idle).send().await.status, 400);
        assert_eq!(stage.refresh(&used).send().await.status, 200);
        stage.advance(600);
        // Used all the time, and too old all the same.
        assert_eq!(stage.refresh(&used).send().await.status, 400);

        // What a test asks for counts before the file.
        let builder = MockIdp::of(provider).directory(directory);
        let builder = builder.access_token_lifetime(Duration::from_secs(77));
        let stage = Stage::of(builder).await;
        assert_eq!(stage.app_only().send().await.json()["expires_in"], 77);
    }
}

#[tokio::test]
async fn the_refresh_token_of_a_single_page_application_ends_after_a_day() {
    let directory = with(Provider::Entra, |application| {
        application.platform = Platform::Spa;
        application.secrets.clear();
    });
    let mut directory = directory;
    let spa = directory.entra.tenants[0].applications.remove(0);
    let id = spa.id.clone();
    directory.entra.tenants[0].applications.push(spa);
    let stage = Stage::of(MockIdp::entra().directory(directory)).await;
    let first = stage.password().with("client_id", &id);
    let first = first.without("client_secret").send().await;
    let first = first.text("refresh_token");
    let refresh = |token: &str| {
        let ask = stage.refresh(token).with("client_id", &id);
        ask.without("client_secret")
    };
    stage.advance(DAY - 60);
    let second = refresh(&first).send().await.text("refresh_token");
    stage.advance(60);
    // Its successor has inherited the end.
    for token in [first, second] {
        let answer = refresh(&token).send().await;
        assert!(
            answer
                .text("error_description")
                .starts_with("AADSTS700084: "),
            "{}",
            answer.body
        );
        assert_eq!(answer.text("suberror"), "bad_token");
    }
}

#[tokio::test]
async fn the_first_policy_that_fits_counts_and_without_one_the_request_is_refused() {
    let mut directory = Directory::default();
    let policy = |name: &str, grants: &[GrantType], access: u64| AccessPolicy {
        name: name.to_owned(),
        clients: Vec::new(),
        grants: grants.to_vec(),
        scopes: Vec::new(),
        denied_scopes: Vec::new(),
        lifetimes: Lifetimes {
            access_token: seconds(access),
            ..Lifetimes::default()
        },
    };
    let server = &mut directory.okta.authorization_servers[0];
    server.policies = vec![
        AccessPolicy {
            clients: vec!["0oa3batchTokenPro0d7".to_owned()],
            ..policy("batch", &[], 300)
        },
        policy("daemons", &[GrantType::ClientCredentials], 400),
    ];
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    assert_eq!(stage.app_only().send().await.json()["expires_in"], 400);
    let batch = stage.app_only().with("client_id", "0oa3batchTokenPro0d7");
    let batch = batch.with("client_secret", "okta-app-secret_Hd8Wm1Ps6Uc4Fj0Vg5");
    assert_eq!(batch.send().await.json()["expires_in"], 300);
    let answer = stage.password().send().await;
    insta::assert_snapshot!(answer.show(&stage), @r#"401 {"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}"#);
}

#[tokio::test]
async fn groups_are_listed() {
    let entra = Stage::entra().await;
    let token = entra.access_token().await;
    let url = format!(
        "{}/v1.0/groups",
        entra.idp.origin(mock_idp::journal::Origin::Graph)
    );
    insta::assert_snapshot!(entra.get_with(&url, &token).await.show(&entra), @r#"200 {"@odata.context":"http://<graph>/v1.0/$metadata#groups","value":[{"id":"<guid>","description":"Those who run the orders.","displayName":"Operators","groupTypes":[],"mail":null,"mailEnabled":false,"securityEnabled":true},{"id":"<guid>","description":null,"displayName":"Auditors","groupTypes":[],"mail":null,"mailEnabled":false,"securityEnabled":true}]}"#);
    let one = format!("{url}/E1D2C3B4-a596-4788-9a6b-5c4d3e2f1a0b");
    assert_eq!(
        entra.get_with(&one, &token).await.text("displayName"),
        "Operators"
    );
    let none = format!("{url}/e1d2c3b4-0000-4788-9a6b-5c4d3e2f1a0b");
    assert_eq!(entra.get_with(&none, &token).await.status, 404);
    let user = entra.password().send().await.text("access_token");
    assert_eq!(entra.get_with(&url, &user).await.status, 403);

    let okta = Stage::okta().await;
    let token = "SSWS 00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb";
    let answer = okta.manage("/api/v1/groups?limit=1", token).await;
    insta::assert_snapshot!(answer.show(&okta), @r#"200 [{"id":"00g1operatorsTokenP7","created":"2024-01-15T09:00:00.000Z","lastUpdated":"2024-01-15T09:00:00.000Z","lastMembershipUpdated":"2024-01-15T09:00:00.000Z","objectClass":["okta:user_group"],"type":"OKTA_GROUP","profile":{"name":"Operators","description":"Those who run the orders."},"_links":{"users":{"href":"http://<org>/api/v1/groups/00g1operatorsTokenP7/users"},"apps":{"href":"http://<org>/api/v1/groups/00g1operatorsTokenP7/apps"}}}]"#);
    assert!(
        answer
            .show_headers(&okta)
            .contains("&limit=1>; rel=\"next\"")
    );
    let answer = okta
        .manage("/api/v1/groups/00g2auditorsTokenPr7", token)
        .await;
    assert_eq!(answer.json()["profile"]["name"], "Auditors");
    assert_eq!(
        okta.manage("/api/v1/groups/00gNone", token).await.status,
        404
    );
}

#[tokio::test]
async fn keys_of_a_directory_sign() {
    let key = |name: &str, status| SigningKeyEntry {
        built_in: Some(name.to_owned()),
        pem: None,
        file: None,
        certificate: None,
        status,
    };
    let mut directory = Directory::default();
    directory.okta.keys = vec![
        key("okta-1", KeyStatus::Withdrawn),
        key("okta-4", KeyStatus::Active),
        key("okta-3", KeyStatus::Next),
    ];
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let keys = stage.get(&stage.idp.jwks_url(), &[]).await;
    assert_eq!(keys.json()["keys"].as_array().unwrap().len(), 2);
    let token = stage.access_token().await;
    assert_eq!(stage.call_api(&token).await.status, 200);
}

#[tokio::test]
async fn an_api_token_has_an_end() {
    let mut directory = Directory::default();
    directory.okta.api_tokens[0].expires = Some("2030-01-01T01:00:00Z".parse().unwrap());
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let token = "SSWS 00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb";
    assert_eq!(stage.manage("/api/v1/users", token).await.status, 200);
    stage.advance(3600);
    assert_eq!(stage.manage("/api/v1/users", token).await.status, 401);
}

#[tokio::test]
async fn a_directory_written_out_shows_no_secret() {
    let json = serde_json::to_string_pretty(&Directory::default()).unwrap();
    for secret in [
        "app-secret~",
        "app-secret_",
        "correct-horse",
        "00ssws",
        "BEGIN",
    ] {
        assert!(!json.contains(secret), "{secret} shows");
    }
    let directory: serde_json::Value = serde_json::from_str(&json).unwrap();
    let tenant = &directory["entra"]["tenants"][0];
    insta::assert_snapshot!(tenant["applications"][0]["secrets"], @r#"[{"id":"secret-1","hint":"ent"},{"id":"secret-2","hint":"ent","expires":"2020-01-01T00:00:00Z"}]"#);
    insta::assert_snapshot!(tenant["applications"][4]["certificates"], @r#"[{"id":"45B8D02E35C5AE54A7C50376C9AB2EE15C46A233","not_before":"2020-01-01T00:00:00Z","expires":"2099-12-31T23:59:59Z","revoked":false,"x5t":"RbjQLjXFrlSnxQN2yasu4VxGojM","x5t#S256":"0qLgSamIKHBX0JOJA8jz4MlVqx93K9HxVqv4fU7j7ew","thumbprint":"45B8D02E35C5AE54A7C50376C9AB2EE15C46A233"}]"#);
}
