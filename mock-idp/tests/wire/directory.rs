//! A directory on the wire: what it says of lifetimes, policies, groups and keys, and what becomes of changes while a world runs.

use std::time::Duration;

use mock_idp::directory::{
    AccessPolicy, Application, BadChange, ClientSecret, Directory, GrantType, Group, KeyStatus,
    Lifetimes, Part, PartKind, Platform, SigningKeyEntry, Tenant, User,
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
            .contains("after=00g1operatorsTokenP7&limit=1>; rel=\"next\"")
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

/// What has lost its credential is not open to everybody.
#[tokio::test]
async fn an_application_without_its_last_secret_is_closed_and_not_public() {
    for provider in Provider::ALL {
        let stage = Stage::of(MockIdp::of(provider)).await;
        let client = stage.idp.client_id();
        let ask = || stage.password().with("client_id", &client);
        let first = stage.idp.credentials().client_secret;
        for secret in ["secret-1", "secret-2"] {
            // The second one is Entra's outdated one; Okta's has no other.
            let removed = stage.idp.remove_secret(&client, secret);
            assert_eq!(
                removed.is_ok(),
                provider == Provider::Entra || secret == "secret-1"
            );
        }
        for answer in [
            ask().without("client_secret").send().await,
            ask().with("client_secret", first.reveal()).send().await,
        ] {
            assert_eq!(answer.status, 401, "{provider}: {}", answer.body);
        }
        let from = "2030-01-01T00:01:00Z".parse().ok();
        let until = "2030-01-01T00:02:00Z".parse().ok();
        let made = stage.idp.issue_secret(&client, from, until).unwrap();
        assert_eq!(made.id, "secret-1");
        let ask = || ask().with("client_secret", made.value.reveal());
        assert_eq!(ask().send().await.status, 401);
        stage.advance(60);
        assert_eq!(ask().send().await.status, 200);
        stage.advance(60);
        assert_eq!(ask().send().await.status, 401);
        assert!(stage.idp.issue_secret(&client, until, from).is_err());
        assert!(stage.idp.issue_secret("nobody", None, None).is_err());
    }
}

#[tokio::test]
async fn parts_come_change_and_go() {
    for provider in Provider::ALL {
        let stage = Stage::of(MockIdp::of(provider)).await;
        let application = Application {
            secrets: vec![ClientSecret::lasting("come-and-go-secret")],
            scopes: vec!["User.Read".to_owned(), "orders.read".to_owned()],
            ..Application::new(
                "come-and-go",
                [GrantType::ClientCredentials, GrantType::Password],
            )
        };
        let user = User {
            id: "gil".to_owned(),
            login: "gil@new.example".to_owned(),
            name: "Gil Sorensen".to_owned(),
            password: Some(mock_idp::Secret::new("correct-horse-new")),
            enabled: true,
            locked: false,
            password_expired: false,
            mfa_required: false,
            groups: vec!["new".to_owned()],
        };
        let group = Group {
            id: "new".to_owned(),
            name: "New".to_owned(),
            description: None,
        };
        let ask = || {
            let ask = stage.password().with("client_id", "come-and-go");
            let ask = ask.with("client_secret", "come-and-go-secret");
            let ask = ask.with("username", "gil@new.example");
            let scope = if provider == Provider::Entra {
                "User.Read"
            } else {
                "orders.read"
            };
            ask.with("password", "correct-horse-new")
                .with("scope", scope)
        };
        let idp = &stage.idp;
        assert!(ask().send().await.status >= 400);
        idp.put(None, Part::Application(application.clone()))
            .unwrap();
        // The group is not there yet.
        let early = idp.put(None, Part::User(user.clone()));
        insta::allow_duplicates! {
            insta::assert_snapshot!(early.unwrap_err().to_string().split(".users[6]").last().unwrap(), @".groups[0]: there is no group `new`; there are `00g1operatorsTokenP7` and `00g2auditorsTokenPr7`");
        }
        idp.put(None, Part::Group(group)).unwrap();
        idp.put(None, Part::User(user)).unwrap();
        assert_eq!(ask().send().await.status, 200);

        // A second one of this id takes the place of the first.
        let disabled = Application {
            enabled: false,
            ..application
        };
        idp.put(None, Part::Application(disabled)).unwrap();
        assert!(ask().send().await.status >= 400);

        idp.remove(None, PartKind::Group, "new").unwrap();
        let users: Vec<User> = match provider {
            Provider::Entra => idp.directory().entra.tenants[0].users.clone(),
            Provider::Okta => idp.directory().okta.users.clone(),
        };
        assert_eq!(users.last().unwrap().groups, Vec::<String>::new());
        idp.remove(None, PartKind::User, "GIL@new.example").unwrap();
        idp.remove(None, PartKind::Application, "come-and-go")
            .unwrap();
        for (kind, id) in [
            (PartKind::User, "gil"),
            (PartKind::Application, "come-and-go"),
        ] {
            assert!(matches!(
                idp.remove(None, kind, id),
                Err(BadChange::Unknown { .. })
            ));
        }
        let json = serde_json::to_string(&*idp.directory()).unwrap();
        let built_in = serde_json::to_string(&Directory::default()).unwrap();
        assert_eq!(json, built_in);
    }
}

#[tokio::test]
async fn what_others_lean_on_goes_with_it_or_stays() {
    let okta = Stage::okta().await;
    let token = "SSWS 00sswsTokenproof_Qw3rTy-u10pAsDfGhJkLzXcVb";
    assert_eq!(okta.manage("/api/v1/users", token).await.status, 200);
    okta.idp
        .remove(None, PartKind::User, "ada@okta.example")
        .unwrap();
    assert_eq!(okta.manage("/api/v1/users", token).await.status, 401);
    assert!(okta.idp.directory().okta.api_tokens.is_empty());
    okta.idp
        .remove(None, PartKind::AuthorizationServer, "partners")
        .unwrap();
    for bad in [
        okta.idp
            .remove(None, PartKind::AuthorizationServer, "default"),
        okta.idp.remove(None, PartKind::Tenant, "contoso.example"),
        okta.idp.remove(None, PartKind::ManagedIdentity, "x"),
    ] {
        assert!(bad.is_err());
    }
    let entra = Stage::entra().await;
    let tenant = Tenant {
        id: "99999999-5b6d-4e7f-8a9b-0c1d2e3f4a5b".to_owned(),
        name: "New".to_owned(),
        domains: vec!["CONTOSO.example".to_owned()],
        ..entra.idp.directory().entra.tenants[1].clone()
    };
    let taken = entra.idp.put(None, Part::Tenant(tenant.clone()));
    insta::assert_snapshot!(taken.unwrap_err(), @"the directory would be wrong: entra.tenants[2].domains[0]: the tenant's name `CONTOSO.example` occurs twice");
    let tenant = Tenant {
        domains: Vec::new(),
        aliases: vec!["new.alias".to_owned()],
        ..tenant
    };
    entra.idp.put(None, Part::Tenant(tenant)).unwrap();
    let url = entra
        .idp
        .token_url()
        .replace("3b8e5a10-7d1c-4c1e-9a52-5f0d2c6b7e01", "new.alias");
    let ask = entra
        .app_only()
        .at(&url)
        .with("client_id", "b7a6c5d4-e3f2-4a10-8b9c-0d1e2f3a4b5c");
    let answer = ask
        .with("client_secret", "fabrikam-app-secret~C7xD2mWr")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    entra
        .idp
        .remove(None, PartKind::Tenant, "new.alias")
        .unwrap();
    assert!(
        entra
            .idp
            .put(
                Some("nowhere"),
                Part::Group(Group {
                    id: "g".to_owned(),
                    name: String::new(),
                    description: None
                })
            )
            .is_err()
    );
}

/// A policy for one application alone does not become one for everybody when the application goes.
#[tokio::test]
async fn a_policy_goes_with_its_only_application() {
    let mut directory = Directory::default();
    let policy = |clients: &[&str]| AccessPolicy {
        name: "p".to_owned(),
        clients: clients.iter().map(|id| (*id).to_owned()).collect(),
        grants: Vec::new(),
        scopes: Vec::new(),
        lifetimes: Lifetimes::default(),
    };
    let (daemon, batch) = ("0oa1daemonTokenPr0d7", "0oa3batchTokenPro0d7");
    directory.okta.authorization_servers[0].policies =
        vec![policy(&[batch]), policy(&[batch, daemon])];
    directory
        .remove(Provider::Okta, None, PartKind::Application, batch)
        .unwrap();
    let left = &directory.okta.authorization_servers[0].policies;
    assert_eq!(
        left.iter()
            .map(|policy| policy.clients.clone())
            .collect::<Vec<_>>(),
        [[daemon]]
    );
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
