//! What becomes of changes to a directory while a world runs.

use mock_idp::directory::{
    AccessPolicy, Application, BadChange, ClientSecret, Directory, GrantType, Group, Lifetimes,
    Part, PartKind, Tenant, User,
};
use mock_idp::{MockIdp, Provider};

use crate::stage::Stage;

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
            password: Some(mock_idp::Secret::new("correct-horse-new")),
            groups: vec!["new".to_owned()],
            ..User::new("gil", "gil@new.example", "Gil Sorensen")
        };
        let group = Group::new("new", "New");
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
        let said = early.unwrap_err().to_string();
        assert!(
            said.contains("users[6].groups[0]: there is no group `new`;"),
            "{said}"
        );
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
            .put(Some("nowhere"), Part::Group(Group::new("g", "")))
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
        denied_scopes: Vec::new(),
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
