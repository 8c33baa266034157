//! Who clients can be: applications, users, tenants and authorization servers, two of each at least.

use mock_idp::{Identity, Provider};

use crate::stage::Stage;

fn every(stage: &Stage) -> Vec<Identity> {
    let places = (0..8).map(|place| (place & 1, place >> 1 & 1, place >> 2));
    places
        .map(|(application, user, tenant)| stage.idp.identity(application, user, tenant).unwrap())
        .collect()
}

#[tokio::test]
async fn every_identity_signs_in_and_is_served() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let posted = match stage.idp.provider() {
            Provider::Entra => 202,
            Provider::Okta => 201,
        };
        for identity in every(&stage) {
            let app_only = stage.app_only_as(&identity).send().await;
            assert_eq!(app_only.status, 200, "{identity:?} {}", app_only.body);
            let for_user = stage.password_as(&identity).send().await;
            assert_eq!(for_user.status, 200, "{identity:?} {}", for_user.body);
            let minted = stage.idp.mint_refresh_token_for(&identity);
            let refreshed = stage
                .ask_as(&identity, "refresh_token")
                .with("refresh_token", minted.value.reveal())
                .send()
                .await;
            assert_eq!(refreshed.status, 200, "{identity:?} {}", refreshed.body);
            let own = app_only.text("access_token");
            assert_eq!(stage.get_with(&identity.api_url, &own).await.status, 200);
            let answer = stage.post(&identity.post_api_url, &own, "{}").await;
            assert_eq!(answer.status, posted, "{identity:?} {}", answer.body);
            for token in [&for_user, &refreshed] {
                let token = token.text("access_token");
                let url = &identity.user_api_url;
                assert_eq!(stage.get_with(url, &token).await.status, 200);
                let url = &identity.user_post_api_url;
                assert_eq!(stage.post(url, &token, "{}").await.status, posted);
                let facts = stage.idp.tokens();
                let label = stage.idp.label_of(&token).unwrap();
                let facts = facts.iter().find(|facts| facts.label == label).unwrap();
                assert_eq!(facts.client, identity.client_id);
                assert_eq!(facts.user.as_ref(), Some(&identity.user_id));
                assert_eq!(facts.issuer, identity.issuer);
            }
            let keys = stage.get(&identity.jwks_url, &[]).await;
            assert_eq!(keys.status, 200, "{}", keys.body);
            let metadata = format!("{}/.well-known/openid-configuration", identity.issuer_url);
            let metadata = stage.get(&metadata, &[]).await;
            assert_eq!(metadata.text("issuer"), identity.issuer_url);
            assert_eq!(metadata.text("token_endpoint"), identity.token_url);
        }
    }
}

#[tokio::test]
async fn the_first_identity_is_the_example() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let (first, example) = (idp.identity(0, 0, 0).unwrap(), idp.credentials());
        assert_eq!(first.client_id, example.client_id);
        assert_eq!(first.client_secret, example.client_secret);
        assert_eq!(first.username, example.username);
        assert_eq!(first.password, example.password);
        assert_eq!(first.issuer, idp.tenant());
        assert_eq!(first.issuer_url, idp.issuer());
        assert_eq!(first.token_url, idp.token_url());
        assert_eq!(first.jwks_url, idp.jwks_url());
        assert_eq!(first.api_url, idp.api_url());
        assert_eq!(first.user_api_url, idp.user_api_url());
    }
}

#[tokio::test]
async fn there_are_no_more_than_the_directory_has() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        // Beside the examples there are some that need a browser, or somebody who calls them.
        let applications = match stage.idp.provider() {
            Provider::Entra => 4,
            Provider::Okta => 3,
        };
        let elsewhere = match stage.idp.provider() {
            Provider::Entra => 2,
            Provider::Okta => applications,
        };
        for (application, user, tenant) in [
            (applications, 0, 0),
            (0, 2, 0),
            (0, 0, 2),
            (elsewhere, 0, 1),
            (0, 2, 1),
        ] {
            assert!(stage.idp.identity(application, user, tenant).is_none());
        }
    }
}

/// One tenant's application is a stranger to the other; one org's is not.
#[tokio::test]
async fn tenants_keep_to_themselves() {
    let stage = Stage::entra().await;
    let (here, there) = (
        stage.idp.identity(0, 0, 0).unwrap(),
        stage.idp.identity(0, 0, 1).unwrap(),
    );
    let answer = stage.app_only_as(&here).at(&there.token_url).send().await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.json()["error_codes"][0], 700_016);
    let token = stage.app_only_as(&there).send().await.text("access_token");
    let users = stage.get_with(&there.api_url, &token).await;
    let logins: Vec<_> = users.json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["userPrincipalName"].as_str().unwrap().to_owned())
        .collect();
    insta::assert_snapshot!(logins.join(" "), @"ada@fabrikam.example fay@fabrikam.example");

    let stage = Stage::okta().await;
    let (here, there) = (
        stage.idp.identity(0, 0, 0).unwrap(),
        stage.idp.identity(0, 0, 1).unwrap(),
    );
    assert_eq!(here.client_id, there.client_id);
    let minted = stage.idp.mint_refresh_token_for(&there);
    let refresh = |identity: &Identity| {
        stage
            .ask_as(identity, "refresh_token")
            .with("refresh_token", minted.value.reveal())
            .send()
    };
    assert_eq!(refresh(&here).await.status, 400);
    assert_eq!(refresh(&there).await.status, 200);
}

#[tokio::test]
async fn a_minted_token_has_the_identitys_scopes() {
    let stage = Stage::okta().await;
    let mut identity = stage.idp.identity(0, 0, 0).unwrap();
    identity.scopes = vec!["orders.write".to_owned(), "offline_access".to_owned()];
    let minted = stage.idp.mint_refresh_token_for(&identity);
    let refreshed = stage
        .ask_as(&identity, "refresh_token")
        .with("refresh_token", minted.value.reveal())
        .send()
        .await;
    assert_eq!(refreshed.text("scope"), "orders.write offline_access");
}
