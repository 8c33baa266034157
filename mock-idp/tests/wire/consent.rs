//! Consent: what an administrator allows applications, and what becomes of them without it.

use mock_idp::directory::{Directory, GrantType};
use mock_idp::{MockIdp, Provider};

use crate::stage::Stage;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A world in which every application needs consent.
async fn strict(provider: Provider) -> Stage {
    let mut directory = Directory::default();
    for tenant in &mut directory.entra.tenants {
        for application in &mut tenant.applications {
            application.consent_required = true;
        }
    }
    for application in &mut directory.okta.applications {
        application.consent_required = true;
    }
    Stage::of(MockIdp::of(provider).directory(directory)).await
}

#[tokio::test]
async fn entra_users_are_refused_what_nobody_consented_to() {
    let stage = Stage::entra().await;
    let ask = || {
        stage
            .password()
            .with("scope", "Calendars.Read offline_access")
    };
    let id = stage.idp.client_id();
    let refused = ask().send().await;
    assert_eq!(refused.text("suberror"), "consent_required");
    let scopes = texts(&["Calendars.Read"]);
    assert!(stage.idp.consent(&id.to_uppercase(), &scopes, &[]));
    let granted = ask().send().await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    // Taken back, nothing can be had for it, by a refresh neither.
    assert!(stage.idp.withdraw_consent(&id, &scopes, &[]));
    let refused = stage.refresh(&granted.text("refresh_token")).send().await;
    assert_eq!(refused.text("suberror"), "consent_required");
    assert!(!stage.idp.consent("nobody", &scopes, &[]));
    assert!(!stage.idp.withdraw_consent("nobody", &scopes, &[]));
}

#[tokio::test]
async fn entra_applications_without_a_role_get_an_empty_token_or_none() {
    let roles = texts(&["User.Read.All", "Directory.Read.All", "Mail.Send"]);
    let stage = Stage::entra().await;
    stage
        .idp
        .withdraw_consent(&stage.idp.client_id(), &[], &roles);
    assert_eq!(stage.app_only().send().await.status, 200);

    let stage = strict(Provider::Entra).await;
    let id = stage.idp.client_id();
    assert_eq!(stage.app_only().send().await.status, 200);
    stage.idp.withdraw_consent(&id, &[], &roles);
    let refused = stage.app_only().send().await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error_codes"][0], 501_051);
    stage.idp.consent(&id, &[], &roles[..1]);
    assert_eq!(stage.app_only().send().await.status, 200);
}

#[tokio::test]
async fn okta_asks_for_consent_where_the_directory_says_so() {
    let scopes = texts(&["orders.read"]);
    for (stage, expected) in [
        (Stage::okta().await, 200),
        (strict(Provider::Okta).await, 400),
    ] {
        let id = stage.idp.client_id();
        let granted = stage.password().send().await;
        assert_eq!(granted.status, 200, "{}", granted.body);
        stage.idp.withdraw_consent(&id, &scopes, &[]);
        for ask in [
            stage.app_only(),
            stage.password(),
            stage.refresh(&granted.text("refresh_token")),
        ] {
            let answer = ask.send().await;
            assert_eq!(answer.status, expected, "{}", answer.body);
            if expected == 400 {
                assert_eq!(answer.text("error"), "consent_required");
            }
        }
        // Those of OpenID Connect need none.
        let answer = stage.password().with("scope", "openid").send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        stage.idp.consent(&id, &scopes, &[]);
        assert_eq!(stage.app_only().send().await.status, 200);
        assert_eq!(stage.idp.scopes(GrantType::ClientCredentials), scopes);
    }
}
